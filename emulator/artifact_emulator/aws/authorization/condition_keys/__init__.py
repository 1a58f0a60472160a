"""What a call asks of policies, one module a service: the resources that it is about, and the service's own keys.

Nothing is decided here: the domain decides, and knows nothing of requests.
"""
