"""The slice of AWS STS that the integration touches: handlers, one module a noun."""
