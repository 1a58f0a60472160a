"""The resources and condition keys of each service's calls, one module per service.

Each module has `resources`, `service_keys` and `resource_keys`.
"""
