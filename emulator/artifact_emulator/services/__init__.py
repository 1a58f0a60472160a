"""The operations, one package a service, one module a noun.

A handler is a public function named after its operation in snake_case: `enable_aws_service_access`.
It is given the call and the request's shape and gives the reply as a dict under AWS's names.
"""

import re
from collections.abc import Callable, Mapping
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import Any

from artifact_emulator.aws.service_model import Service
from artifact_emulator.services.context import RequestContext

Handler = Callable[[RequestContext, Any], Any]


@cache
def bindings(service: str) -> Service:
    """Give the generated bindings of a service."""
    found: Service = import_module(f"artifact_emulator.shapes.{service}.bindings").SERVICE
    return found


@cache
def request_shape(service: str, operation: str) -> Any:
    """Give the generated shape of an operation's request."""
    return getattr(import_module(f"artifact_emulator.shapes.{service}.requests"), f"{operation}Request")


@cache
def handler_of(service: str, operation: str) -> Handler | None:
    """Find the handler of one operation, if it has one; no other noun is imported for that."""
    name = snake_case(operation)
    written = re.compile(rf"^def {name}\(", re.MULTILINE)
    module = next((one for one, path in nouns(service).items() if written.search(path.read_text("utf-8"))), None)
    handler: Handler | None = getattr(import_module(module), name) if module else None
    return handler


@cache
def handlers(service: str) -> Mapping[str, Handler]:
    """Find the handlers of all of a service's operations in its nouns, by the operations' names."""
    names = {snake_case(name): name for name in bindings(service).operations}
    found: dict[str, Handler] = {}
    for module in nouns(service):
        for name, value in vars(import_module(module)).items():
            if name in names and getattr(value, "__module__", "") == module:
                found[names[name]] = value
    return found


def nouns(service: str) -> Mapping[str, Path]:
    """Name the modules that hold a service's operations, and their files."""
    files = sorted((Path(__file__).parent / service).glob("*.py"))
    return {f"{__name__}.{service}.{file.stem}": file for file in files if file.stem != "__init__"}


def snake_case(name: str) -> str:
    """Write an operation's name as Python does: `enable_aws_service_access`."""
    spaced = re.sub("([a-z0-9])([A-Z])", r"\1_\2", re.sub("([A-Z]+)([A-Z][a-z])", r"\1_\2", name))
    return spaced.lower()
