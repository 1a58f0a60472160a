"""The condition keys of simulated requests: those of the input, and those that AWS fills in.

Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies_testing-policies.html
"""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from artifact_state.errors import InvalidSimulationInput
from artifact_state.model import State
from artifact_state.policy_evaluation.global_condition_keys import organization_keys
from artifact_state.policy_evaluation.simulation.input import account_in_arn
from artifact_state.policy_syntax.conditions import ValueKind, is_readable
from artifact_state.policy_syntax.wildcards import Keys, Multivalued

_LIST = "List"
_FORMATS = {
    "numeric": (ValueKind.NUMBER, "numeric format"),
    "date": (ValueKind.DATE, "DateTime format"),
    "ip": (ValueKind.ADDRESS, "IP address"),
    "binary": (ValueKind.BINARY, "base-64 encoded binary format"),
}
_STUB_PRINCIPAL = "STUB_PRINCIPAL_FOR_POLICY_SIMULATOR"
"""AWS's user id of a simulated caller without an ARN."""
# Unverified: the type of a group, and that the type of a role is that of its sessions.
_PRINCIPAL_TYPES = {"user": "User", "role": "AssumedRole"}


class ContextEntry(NamedTuple):
    """A condition key of the input, with its type and values."""

    name: str
    kind: str | None
    """A value of AWS's ContextKeyType."""
    values: Sequence[str]


def given_keys(entries: Sequence[ContextEntry]) -> Keys:
    """Return the values of the entries by their names in lower case.

    Raises InvalidSimulationInput.
    """
    keys: dict[str, tuple[str, ...]] = {}
    for entry in entries:
        if entry.name.lower() in keys:
            raise InvalidSimulationInput(f"Duplicate context key: {entry.name}.")
        if entry.kind is not None:
            _require_values(entry.name, entry.kind, entry.values)
        is_list = entry.kind is not None and entry.kind.endswith(_LIST)
        keys[entry.name.lower()] = Multivalued(entry.values) if is_list else tuple(entry.values)
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


def _require_values(name: str, kind: str, values: Sequence[str]) -> None:
    single = kind.removesuffix(_LIST)
    if kind == single and len(values) > 1:
        raise InvalidSimulationInput(f"Context key {kind} expected a single value, but received {len(values)}.")
    if single not in _FORMATS:
        return
    value_kind, expected = _FORMATS[single]
    if not all(is_readable(value_kind, value) for value in values):
        raise InvalidSimulationInput(f"Invalid context value for key {name}: expected {expected}.")
