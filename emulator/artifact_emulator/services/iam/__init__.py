"""The slice of AWS IAM that the integration touches: handlers, one module a noun."""
