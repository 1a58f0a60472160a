"""Fault injection: the fault rules that a test sets, AWS's request rates, and strict mode."""
