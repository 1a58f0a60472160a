"""Check Python values against the shapes of AWS's service models, as botocore carries them."""

import re
from collections.abc import Iterator
from datetime import UTC
from functools import cache
from typing import Any

from botocore.model import ServiceModel

from tests.support import aws_models


@cache
def service_model(service: str) -> ServiceModel:
    """Return AWS's model of a service."""
    return aws_models.model(service)


def violations(service: str, shape_name: str, value: Any) -> list[str]:
    """Return a sentence for each part of a value that a shape forbids."""
    return list(_violations(service_model(service).shape_for(shape_name), value, shape_name))


def _violations(shape: Any, value: Any, path: str) -> Iterator[str]:
    if shape.type_name == "structure":
        for name, member in value.items():
            if name not in shape.members:
                yield f"{path}.{name} is unknown"
            else:
                yield from _violations(shape.members[name], member, f"{path}.{name}")
        return
    size = value if isinstance(value, int) else len(value) if isinstance(value, str | list) else 0
    if not shape.metadata.get("min", size) <= size <= shape.metadata.get("max", size):
        yield f"{path} has length or value {size}"
    if shape.type_name == "string" and not re.fullmatch(shape.metadata.get("pattern", ".*"), value, re.DOTALL):
        yield f"{path} does not match its pattern: {value!r}"
    if shape.type_name == "string" and shape.enum and value not in shape.enum:
        yield f"{path} is not a value of the enum: {value!r}"
    if shape.type_name == "timestamp" and value.tzinfo is not UTC:
        yield f"{path} is not in UTC"
    if shape.type_name == "list":
        for index, item in enumerate(value):
            yield from _violations(shape.member, item, f"{path}[{index}]")
