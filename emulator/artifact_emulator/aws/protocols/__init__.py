"""AWS's protocols: parse a request into a dict, render a value or a failure into a reply.

Each module has `parse(service, operation, request)`, `render(service, operation, value, request_id)`
and `refuse(service, failure, request_id)`. They read the generated bindings and know no operation.
"""
