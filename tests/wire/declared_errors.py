"""The errors that AWS's model declares for an operation: each is provoked, or there is a reason why it cannot occur."""

from collections.abc import Callable, Mapping
from typing import ClassVar

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


def unproved(operation: str, errors: Mapping[str, Provocation], never: Mapping[str, str] = NEVER) -> set[str]:
    """Name the declared errors of an operation that are neither provoked nor said never to occur."""
    declared = {shape.name for shape in operation_model(SERVICE, operation).error_shapes}
    assert errors.keys() <= declared
    return declared - errors.keys() - never.keys()


class DeclaredErrors:
    """Tests every error that AWS's model declares for some operations, by a table of calls that provoke them."""

    provoked: ClassVar[Mapping[str, Mapping[str, Provocation]]]
    """The refused calls of each operation, by their errors."""
    unreachable: ClassVar[Mapping[tuple[str, str], str]]
    """Why the other errors cannot occur, by operation and error."""

    def pytest_generate_tests(self, metafunc: pytest.Metafunc) -> None:
        """Make one test an error, and one an operation."""
        if metafunc.definition.originalname == "test_provoked":
            calls = [(name, error, call) for name, errors in self.provoked.items() for error, call in errors.items()]
            names = [f"{name}-{error}" for name, error, _ in calls]
            metafunc.parametrize(("operation", "error", "provoke"), calls, ids=names)
        else:
            metafunc.parametrize("operation", list(self.provoked))

    @pytest.fixture
    def caller(self, management: Client) -> Client:
        """Give who provokes them."""
        return management

    def test_provoked(self, caller: Client, operation: str, error: str, provoke: Provocation) -> None:
        """The call is refused with this error, and changes nothing."""
        got = provoke(caller)
        assert (got.status, got.code) == (400, error), operation

    def test_none_is_left(self, operation: str) -> None:
        """What is not provoked cannot occur, for a reason that is written down."""
        left = {(operation, error) for error in unproved(operation, self.provoked[operation])}
        assert left == {one for one in self.unreachable if one[0] == operation}
