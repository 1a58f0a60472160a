"""Tables of calls that provoke the errors which AWS's model declares for each operation.

Every declared error is either provoked by a call in a table, or a reason is written down why it cannot occur.
`tests/wire/test_declared_errors.py` runs the tables of `tests/wire/error_tables`.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any, Protocol

from tests.support.aws_models import code_of, operation_model, status_of
from tests.support.control_api import control_result
from tests.support.iam_users import create_user
from tests.support.wire_client import Answer, Client

SERVICE = "organizations"
Provocation = Callable[[Client], Answer]
"""Makes a call that is refused, given the management account of an organization, and returns the answer."""
_EMULATOR_ERROR = "it is the answer to an error of the emulator itself"
_SEQUENTIAL = "operations are carried out one after the other"
_NO_CONNECTION = "no identity provider is connected to: a test sets its keys"
# Source: docs/fidelity.md, "Not emulated"
NEVER: Mapping[str, Mapping[str, str]] = {
    "organizations": {
        "ConcurrentModificationException": _SEQUENTIAL,
        "TooManyRequestsException": "requests are throttled only in worlds that enable throttling",
        "ServiceException": _EMULATOR_ERROR,
    },
    "iam": {
        "ServiceFailure": _EMULATOR_ERROR,
        "ConcurrentModification": _SEQUENTIAL,
        "NotSupportedService": "no service has service-specific credentials, so the lists of them are empty",
        "PolicyEvaluation": "every policy that can be parsed is evaluated",
    },
    "sts": {
        "IDPRejectedClaim": _NO_CONNECTION,
        "IDPCommunicationError": _NO_CONNECTION,
        "InvalidContextAssertion": "no trusted identity propagation is emulated",
    },
}
"""By service, the errors that no operation answers, and why."""


def declared_errors(service: str, operation: str) -> dict[str, int]:
    """Return the codes of the errors that AWS's model declares for an operation, with their statuses."""
    return {code_of(shape): status_of(shape) for shape in operation_model(service, operation).error_shapes}


def _unchanged(management: Client) -> None:
    """Prepare nothing."""


@dataclass(frozen=True, kw_only=True)
class ErrorTable:
    """The declared errors of some operations of a service."""

    service: str = SERVICE
    provoked: Mapping[str, Mapping[str, Provocation]]
    """The refused calls of each operation, by the codes of their errors."""
    unreachable: Mapping[tuple[str, str], str]
    """Why the other errors cannot occur, by operation and code."""
    prepare: Callable[[Client], object] = _unchanged
    """Creates what the calls need, given the management account of an organization."""


class OperationProvocation(Protocol):
    """A call that is refused, written without its service and operation."""

    def __call__(self, client: Client, service: str, operation: str) -> Answer:
        """Make the call and return the answer."""


def refused_with(
    message: str,
    *,
    before: tuple[tuple[str, dict[str, Any]], ...] = (),
    limits: Mapping[str, int] | None = None,
    delays: Mapping[str, int] | None = None,
    by: Callable[[Client], Client] = lambda client: client,
    **parameters: Any,
) -> OperationProvocation:
    """Return a call that is refused with a message, after other calls of the service and under other IAM quotas."""

    def provoke(client: Client, service: str, operation: str) -> Answer:
        control_result(client.app, "PATCH", "/_emulator/delays", dict(delays or {}))
        for step, members in before:
            client.do(service, step, **members)
        changes = {f"iam.{name}": limit for name, limit in (limits or {}).items()}
        control_result(client.app, "PATCH", "/_emulator/quotas", changes)
        answer = by(client).expect_error(service, operation, **parameters)
        assert answer.message == message
        return answer

    return provoke


def provocations(
    service: str, calls: Mapping[str, Mapping[str, OperationProvocation]]
) -> dict[str, dict[str, Provocation]]:
    """Return the provocations of a service's operations, completed by their service and operation."""
    return {
        operation: {code: partial(call, service=service, operation=operation) for code, call in by_code.items()}
        for operation, by_code in calls.items()
    }


def by_user_without_policies(operation: str, service: str = SERVICE, **parameters: Any) -> Provocation:
    """Return a call by a user without any policy."""

    def provoke(client: Client) -> Answer:
        answer = create_user(client).expect_error(service, operation, **parameters)
        assert f"no identity-based policy allows the {service}:{operation} action" in answer.message
        return answer

    return provoke
