"""The handlers of AWS's operations: a package for each service, a module for each noun.

A handler is a public function that is named after its operation in snake case, such as `enable_aws_service_access`. It
is given the context of the call and the operation's input, and returns the output as a dictionary under AWS's names.
`handler_index` says which module has it.
"""

import re
from collections.abc import Callable, Mapping
from functools import cache
from importlib import import_module
from typing import Any

from artifact_emulator.aws.service_model import Service
from artifact_emulator.services.context import RequestContext
from artifact_emulator.services.handler_index import HANDLERS

Handler = Callable[[RequestContext, Any], Any]


@cache
def bindings(service: str) -> Service:
    """Return the generated bindings of a service."""
    generated: Service = import_module(f"artifact_emulator.shapes.{package_of(service)}.bindings").SERVICE
    return generated


@cache
def request_shape(service: str, operation: str) -> Any:
    """Return the generated shape of an operation's input."""
    return getattr(import_module(f"artifact_emulator.shapes.{package_of(service)}.requests"), f"{operation}Request")


@cache
def handler_of(service: str, operation: str) -> Handler | None:
    """Return the handler of an operation, or None if it is not emulated; only the handler's module is imported."""
    module = HANDLERS[service].get(operation)
    if module is None:
        return None
    handler: Handler = getattr(import_module(f"{__name__}.{package_of(service)}.{module}"), snake_case(operation))
    return handler


def package_of(service: str) -> str:
    """Return the name of the packages of a service's handlers and shapes."""
    return service.replace("-", "_")


def handlers(service: str) -> Mapping[str, Handler]:
    """Return the handlers of a service by operation."""
    found = {operation: handler_of(service, operation) for operation in HANDLERS[service]}
    return {operation: handler for operation, handler in found.items() if handler is not None}


def snake_case(name: str) -> str:
    """Return an operation's name in snake case, such as `enable_aws_service_access`."""
    separated = re.sub("([a-z0-9])([A-Z])", r"\1_\2", re.sub("([A-Z]+)([A-Z][a-z])", r"\1_\2", name))
    return separated.lower()
