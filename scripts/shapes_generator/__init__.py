"""Write Python shapes from AWS's service models: requests, replies and bindings of each service."""
