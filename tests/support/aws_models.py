"""AWS's service models as botocore reads them, with the operations that the emulator adds."""

from functools import cache

import regex
from botocore.model import OperationModel, ServiceModel, Shape

from shapes_generator.models import whole_model

SERVICES = ("organizations", "artifact", "cloudtrail", "iam", "iam-toolbox", "sts")


@cache
def model(service: str) -> ServiceModel:
    """Return AWS's model of a service, with the operations that the emulator adds to it."""
    return ServiceModel(whole_model(service), service)


@cache
def operation_model(service: str, operation: str) -> OperationModel:
    """Return AWS's model of an operation."""
    return model(service).operation_model(operation)


def protocol_of(service: str) -> str:
    """Return the protocol of a service."""
    protocol: str = model(service).metadata["protocol"]
    return protocol


def code_of(shape: Shape) -> str:
    """Return the code of an error on the wire."""
    code: str = shape.metadata.get("error", {}).get("code", shape.name)
    return code


def status_of(shape: Shape) -> int:
    """Return the HTTP status of an error."""
    status: int = shape.metadata.get("error", {}).get("httpStatusCode", 500 if shape.metadata.get("fault") else 400)
    return status


@cache
def pattern_of(pattern: str) -> "regex.Pattern[str]":
    """Compile a pattern of AWS's models."""
    # The only escape of a code point above U+FFFF; Java would read U+1000 followed by a zero.
    return regex.compile(pattern.replace(r"\u10000-\u10FFFF", r"\U00010000-\U0010FFFF"))
