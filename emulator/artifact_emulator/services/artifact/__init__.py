"""AWS Artifact: handlers, one module a noun."""
