"""The condition keys of simulated requests: those of the input, and those that AWS fills in.

Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies_testing-policies.html
"""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import NamedTuple

from artifact_state.errors import InvalidSimulationInput
from artifact_state.model import State
from artifact_state.policy_evaluation.global_condition_keys import organization_keys
from artifact_state.policy_evaluation.simulation.input import account_in_arn
from artifact_state.policy_syntax.conditions import ValueKind, is_readable
from artifact_state.policy_syntax.dates import milliseconds
from artifact_state.policy_syntax.wildcards import Keys, Multivalued

_LIST = "List"
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_STUB_PRINCIPAL = "STUB_PRINCIPAL_FOR_POLICY_SIMULATOR"
"""AWS's user id of a simulated caller without an ARN."""
# Unverified: the type of a group, and that the type of a role is that of its sessions.
_PRINCIPAL_TYPES = {"user": "User", "role": "AssumedRole"}


class ContextEntry(NamedTuple):
    """A condition key of the input, with its type and values."""

    name: str | None
    kind: str | None
    """A value of AWS's ContextKeyType."""
    values: Sequence[str]


def given_keys(entries: Sequence[ContextEntry]) -> Keys:
    """Return the values of the entries by their names in lower case, as the texts that AWS compares.

    Raises InvalidSimulationInput.
    """
    keys: dict[str, tuple[str, ...]] = {}
    for entry in entries:
        if not any(entry):  # AWS ignores it.
            continue
        name, kind = _require_typed_values(entry)
        if name.lower() in keys:
            raise InvalidSimulationInput(f"Duplicate context key: {name}.")
        single = kind.removesuffix(_LIST)
        text_of = _FORMATS[single].text_of if single in _FORMATS else str
        values = map(text_of, entry.values)
        keys[name.lower()] = tuple(values) if single == kind else Multivalued(values)
    return keys


def default_keys(state: State, account_id: str, caller_arn: str | None, now: datetime) -> Keys:
    """Return the keys that AWS fills in for a caller, which need not exist, and for its organization.

    A simulation without a caller has a principal of the calling account.
    """
    if caller_arn is None:
        return {
            "aws:principalaccount": (account_id,),
            "aws:userid": (_STUB_PRINCIPAL,),
            **organization_keys(state, account_id, now),
        }
    kind, _, path = caller_arn.split(":", 5)[5].partition("/")
    keys = {
        "aws:principalarn": (caller_arn,),
        "aws:principalaccount": (account_in_arn(caller_arn),),
        "aws:userid": (caller_arn,),
        **organization_keys(state, account_in_arn(caller_arn), now),
    }
    if kind in _PRINCIPAL_TYPES:
        keys["aws:principaltype"] = (_PRINCIPAL_TYPES[kind],)
    if kind == "user":
        keys["aws:username"] = (path.rpartition("/")[2],)
    return keys


def _require_typed_values(entry: ContextEntry) -> tuple[str, str]:
    """Return the name and the type of an entry.

    Raises InvalidSimulationInput if it is not complete, or its values are not of its type.
    """
    name, kind, values = entry
    if not name:
        raise InvalidSimulationInput("ContextKeyName cannot be null or empty.")
    if kind is None:
        raise InvalidSimulationInput(f"Context key {name} has invalid type null.")
    if not values:
        raise InvalidSimulationInput(f"Context values for context key {name} cannot be null or empty.")
    single = kind.removesuffix(_LIST)
    if kind == single and len(values) > 1:
        raise InvalidSimulationInput(f"Context key {kind} expected a single value, but received {len(values)}.")
    if single in _FORMATS and not all(is_readable(_FORMATS[single].kind, value) for value in values):
        raise InvalidSimulationInput(f"Invalid context value for key {name}: expected {_FORMATS[single].expected}.")
    return name, kind


def _number_text(value: str) -> str:
    """Return a number without leading zeros, with its decimals."""
    return str(Decimal(value))


def _date_text(value: str) -> str:
    """Return a date in UTC with its milliseconds; one outside the years 1 to 9999 as it is."""
    try:
        instant = _EPOCH + timedelta(milliseconds=milliseconds(value) or 0)
    except OverflowError:
        return value
    return f"{instant.isoformat(timespec='milliseconds').removesuffix('+00:00')}Z"


class _Format(NamedTuple):
    """A type of context entries whose values are checked."""

    kind: ValueKind
    expected: str
    """The type in AWS's message."""
    text_of: Callable[[str], str] = str
    """The text of a value for the operators that compare texts."""


_FORMATS = {
    "numeric": _Format(ValueKind.NUMBER, "numeric format", _number_text),
    "date": _Format(ValueKind.DATE, "DateTime format", _date_text),
    "ip": _Format(ValueKind.ADDRESS, "IP address"),
    "binary": _Format(ValueKind.BINARY, "base-64 encoded binary format"),
}
