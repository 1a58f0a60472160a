"""Handlers of AWS IAM."""
