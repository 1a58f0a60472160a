"""Generate Python shapes from AWS's service models: the requests, replies and bindings of each service."""
