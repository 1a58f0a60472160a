"""The IAM policy simulator."""
