"""The IAM policy simulator: decisions on requests that are not made."""
