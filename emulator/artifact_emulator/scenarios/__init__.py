"""Scenario files: the built-in scenarios, reading and writing of YAML, and comparison."""
