"""AWS Organizations: handlers, one module a noun."""
