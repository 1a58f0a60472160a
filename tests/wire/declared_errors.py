"""The errors that AWS's model declares for an operation: each is provoked, or there is a reason why it cannot occur."""

from collections.abc import Callable, Iterator, Mapping
from functools import partial
from typing import Any, ClassVar, Protocol

import pytest

from tests.wire.botocore_wire import Answer, Client, code_of, operation_model, status_of
from tests.wire.test_control import told
from tests.wire.users import user_of

SERVICE = "organizations"
Provocation = Callable[[Client], Answer]
"""Given who calls, the management account of an organization unless told otherwise: the refused call."""
_OWN_FAILURE = "it is the answer to an error of the emulator's own"
_ONE_BY_ONE = "operations are done one after the other"
_NO_PROVIDERS = "no account has an identity provider whose word could be looked at"
# Source: docs/fidelity.md, "Not emulated"
NEVER: Mapping[str, Mapping[str, str]] = {
    "organizations": {
        "ConcurrentModificationException": _ONE_BY_ONE,
        "TooManyRequestsException": "requests are not throttled unless a world is told to",
        "ServiceException": _OWN_FAILURE,
    },
    "iam": {
        "ServiceFailure": _OWN_FAILURE,
        "ConcurrentModification": _ONE_BY_ONE,
        "NotSupportedService": "nothing has credentials for single services: whichever is asked for has none",
        "PolicyEvaluation": "every policy that can be read is evaluated",
    },
    "sts": {
        "IDPRejectedClaim": _NO_PROVIDERS,
        "IDPCommunicationError": _NO_PROVIDERS,
        "ExpiredTokenException": "no account takes the word of an identity provider: no token of one can be expired",
        "SessionDurationEscalationException": "no account gives others its word: the feature is not there to switch on",
        "JWTPayloadSizeExceededException": "no account gives others its word: the feature is not there to switch on",
    },
}
"""By service, what no operation of it answers, and why."""


def declared_of(service: str, operation: str) -> dict[str, int]:
    """Tell the codes and the statuses of the errors that AWS's model declares for an operation."""
    return {code_of(shape): status_of(shape) for shape in operation_model(service, operation).error_shapes}


class Ask(Protocol):
    """A call that is refused, whichever operation of a service it is of."""

    def __call__(self, client: Client, service: str, operation: str) -> Answer:
        """Make the call."""


def refusing(
    says: str,
    *,
    before: tuple[tuple[str, dict[str, Any]], ...] = (),
    limits: Mapping[str, int] | None = None,
    delays: Mapping[str, int] | None = None,
    by: Callable[[Client], Client] = lambda client: client,
    **asked: Any,
) -> Ask:
    """Give a call that is refused in AWS's words, after other calls of the service and under other limits."""

    def ask(client: Client, service: str, operation: str) -> Answer:
        told(client.core, "PATCH", "/_emulator/delays", dict(delays or {}))
        for step, members in before:
            client.does(service, step, **members)
        changes = {f"iam.{name}": limit for name, limit in (limits or {}).items()}
        told(client.core, "PATCH", "/_emulator/quotas", changes)
        got = by(client).is_refused(service, operation, **asked)
        assert got.message == says
        return got

    return ask


def by_nobody(operation: str, service: str = SERVICE, **asked: Any) -> Provocation:
    """Let a user call whom no policy allows anything."""

    def provoke(client: Client) -> Answer:
        got = user_of(client).is_refused(service, operation, **asked)
        assert f"no identity-based policy allows the {service}:{operation} action" in got.message
        return got

    return provoke


def table(service: str, asked: Mapping[str, Mapping[str, Ask]]) -> dict[str, dict[str, Provocation]]:
    """Give the provocations of a service's operations."""
    return {
        operation: {code: partial(ask, service=service, operation=operation) for code, ask in asks.items()}
        for operation, asks in asked.items()
    }


class DeclaredErrors:
    """Tests every error that AWS's model declares for some operations, by a table of calls that provoke them."""

    service: ClassVar[str] = SERVICE
    provoked: ClassVar[Mapping[str, Mapping[str, Provocation]]]
    """The refused calls of each operation, by the codes of their errors."""
    unreachable: ClassVar[Mapping[tuple[str, str], str]]
    """Why the other errors cannot occur, by operation and code."""

    def pytest_generate_tests(self, metafunc: pytest.Metafunc) -> None:
        """Make one test an error, and one an operation."""
        if metafunc.definition.originalname == "test_provoked":
            calls = [(name, error, call) for name, errors in self.provoked.items() for error, call in errors.items()]
            names = [f"{name}-{error}" for name, error, _ in calls]
            metafunc.parametrize(("operation", "error", "provoke"), calls, ids=names)
        elif "operation" in metafunc.fixturenames:
            metafunc.parametrize("operation", list(self.provoked))

    @pytest.fixture
    def caller(self, management: Client) -> Client:
        """Give who provokes them."""
        return management

    def test_provoked(self, caller: Client, operation: str, error: str, provoke: Provocation) -> None:
        """The call is refused with this error and its status, and changes nothing."""
        got = provoke(caller)
        assert (got.code, got.status) == (error, declared_of(self.service, operation).get(error)), operation

    def test_none_is_left(self, operation: str) -> None:
        """What is not provoked cannot occur, for a reason that is written down; what is provoked has none."""
        declared, provoked = set(declared_of(self.service, operation)), set(self.provoked[operation])
        never = NEVER[self.service].keys() & declared
        left = declared - provoked - never
        assert provoked <= declared - never
        assert {(operation, error) for error in left} == {one for one in self.unreachable if one[0] == operation}

    def test_no_reason_is_left(self) -> None:
        """There is no reason for what is no operation of the table."""
        assert {operation for operation, _ in self.unreachable} <= self.provoked.keys()


def tables() -> Iterator[type[DeclaredErrors]]:
    """Go through all tables that were loaded."""
    yield from DeclaredErrors.__subclasses__()
