"""The errors that AWS's model declares for an operation: each is provoked, or there is a reason why it cannot occur."""

from collections.abc import Callable, Mapping
from typing import Any

import pytest

from tests.wire.botocore_wire import Answer, Client, operation_model

SERVICE = "organizations"
Provocation = Callable[[Client], Answer]
"""Given the management account of an organization: the refused call."""
# Source: docs/fidelity.md, "Not emulated"
NEVER = {
    "ConcurrentModificationException": "operations are done one after the other",
    "TooManyRequestsException": "requests are not throttled",
    "ServiceException": "it is the answer to an error of the emulator's own",
}


def provocations(table: Mapping[str, Mapping[str, Provocation]]) -> list[Any]:
    """Give a table of provocations as parameters: the operation, the error, the call."""
    return [
        pytest.param(operation, error, provoke, id=f"{operation}-{error}")
        for operation, errors in table.items()
        for error, provoke in errors.items()
    ]


def unproved(operation: str, errors: Mapping[str, Provocation], never: Mapping[str, str] = NEVER) -> set[str]:
    """Name the declared errors of an operation that are neither provoked nor said never to occur."""
    declared = {shape.name for shape in operation_model(SERVICE, operation).error_shapes}
    assert errors.keys() <= declared
    return declared - errors.keys() - never.keys()
