"""The condition keys of calls that nobody makes: those that are given, and those that AWS fills in.

Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies_testing-policies.html
"""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from artifact_state.errors import InvalidSimulationInput
from artifact_state.model import State
from artifact_state.policy_evaluation.call_keys import organization_keys
from artifact_state.policy_evaluation.simulation.input import account_of
from artifact_state.policy_syntax.conditions import require_kind
from artifact_state.policy_syntax.wildcards import Keys

_LIST = "List"
_FORMATS = {
    "numeric": "numeric format",
    "date": "DateTime format",
    "ip": "IP address",
    "binary": "base-64 encoded binary format",
}
_NOBODY = "STUB_PRINCIPAL_FOR_POLICY_SIMULATOR"
"""The id of whoever calls if nobody is named, as AWS has it."""
# Unverified: what a group is, and that a role is what its sessions are.
_TYPES = {"user": "User", "role": "AssumedRole"}


class Entry(NamedTuple):
    """A condition key that is given, what it is, and its values."""

    name: str
    kind: str | None
    """One of the types of AWS's ContextKeyType."""
    values: Sequence[str]


def given_keys(entries: Sequence[Entry]) -> Keys:
    """Give the keys by their names in lower case.

    Raises InvalidSimulationInput.
    """
    found: dict[str, tuple[str, ...]] = {}
    for one in entries:
        if one.name.lower() in found:
            raise InvalidSimulationInput(f"Duplicate context key: {one.name}.")
        if one.kind is not None:
            _require_values(one.name, one.kind, one.values)
        found[one.name.lower()] = tuple(one.values)
    return found


def assumed_keys(state: State, account_id: str, caller_arn: str | None, now: datetime) -> Keys:
    """Give what AWS fills in of a principal, who need not be there, and of his organization.

    Without one he is somebody of the account that asks.
    """
    if caller_arn is None:
        return {
            "aws:principalaccount": (account_id,),
            "aws:userid": (_NOBODY,),
            **organization_keys(state, account_id, now),
        }
    kind, _, path = caller_arn.split(":", 5)[5].partition("/")
    keys = {
        "aws:principalarn": (caller_arn,),
        "aws:principalaccount": (account_of(caller_arn),),
        "aws:userid": (caller_arn,),
        **organization_keys(state, account_of(caller_arn), now),
    }
    if kind in _TYPES:
        keys["aws:principaltype"] = (_TYPES[kind],)
    if kind == "user":
        keys["aws:username"] = (path.rpartition("/")[2],)
    return keys


def _require_values(name: str, kind: str, values: Sequence[str]) -> None:
    single = kind.removesuffix(_LIST)
    if kind == single and len(values) > 1:
        raise InvalidSimulationInput(f"Context key {kind} expected a single value, but received {len(values)}.")
    for value in values:
        try:
            require_kind(single, value)
        except ValueError:
            raise InvalidSimulationInput(
                f"Invalid context value for key {name}: expected {_FORMATS[single]}."
            ) from None
