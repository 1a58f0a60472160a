"""Handlers of AWS CloudTrail."""
