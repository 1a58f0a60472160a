"""Handlers of AWS STS."""
