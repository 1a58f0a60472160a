"""Handlers of the IAM Toolbox."""
