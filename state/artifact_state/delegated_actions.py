"""What an organization's resource policy lets member accounts do: the decision, statement by statement.

An action that is not delegable is not let through, whatever a statement says; a Deny counts more
than any Allow.
Source: https://docs.aws.amazon.com/organizations/latest/userguide/orgs-policy-delegate.html
"""

import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from fnmatch import fnmatchcase
from functools import lru_cache
from typing import Any

from artifact_state import arns, catalog
from artifact_state.model import Caller

Context = Mapping[str, str]
"""The condition keys of a call, in lower case."""


def may_ask(content: str, caller: Caller, action: str) -> bool:
    """Tell whether some statement lets the caller use an action on something: what it is, is not known yet."""
    if action not in catalog.delegable_actions():
        return False
    about = [one for one in _statements(content) if _is_about(one, caller, action)]
    if any(one["Effect"] == "Deny" and "Condition" not in one and "*" in _listed(one["Resource"]) for one in about):
        return False
    return any(one["Effect"] == "Allow" for one in about)


def allows(content: str, caller: Caller, action: str, *, resources: Sequence[str], context: Context) -> bool:
    """Tell whether the policy lets the caller use an action on resources, named by their ARNs."""
    if action not in catalog.delegable_actions():
        return False
    about = [
        one
        for one in _statements(content)
        if _is_about(one, caller, action) and _holds(one.get("Condition", {}), context)
    ]
    denied = any(one["Effect"] == "Deny" and any(_covers(one, arn) for arn in resources or ("*",)) for one in about)
    allowed = [one for one in about if one["Effect"] == "Allow"]
    return not denied and all(any(_covers(one, arn) for one in allowed) for arn in resources or ("*",))


def actions_matching(pattern: str) -> frozenset[str]:
    """Name the delegable actions that a pattern of a policy stands for."""
    return frozenset(one for one in catalog.delegable_actions() if _is_like(one.lower(), pattern.lower()))


@lru_cache(maxsize=256)
def _statements(content: str) -> tuple[dict[str, Any], ...]:
    found = json.loads(content)["Statement"]
    return tuple(found if isinstance(found, list) else [found])


def _is_about(statement: dict[str, Any], caller: Caller, action: str) -> bool:
    principal = statement["Principal"]
    named = {"*"} if principal == "*" else set(_listed(principal["AWS"]))
    account = arns.root_user(caller.partition, caller.account_id)
    if not named & {"*", caller.arn, caller.account_id, account}:
        return False
    return any(_is_like(action.lower(), one.lower()) for one in _listed(statement["Action"]))


def _covers(statement: dict[str, Any], arn: str) -> bool:
    return any(one == "*" or _is_like(arn, one) for one in _listed(statement["Resource"]))


def _holds(condition: Mapping[str, Mapping[str, Any]], context: Context) -> bool:
    return all(
        _compares(operator, context.get(key.lower()), [str(one) for one in _listed(wanted)])
        for operator, keys in condition.items()
        for key, wanted in keys.items()
    )


def _compares(operator: str, value: str | None, wanted: list[str]) -> bool:
    """Compare one key; a key that the call does not have fits what is negated or asked for only if it exists."""
    plain = operator.removesuffix("IfExists").split(":")[-1]
    if plain == "Null":
        return (value is None) == (wanted[0].lower() == "true")
    negated = "Not" in plain
    if value is None:
        return negated or operator.endswith("IfExists")
    fits = _COMPARISONS.get(plain.replace("Not", ""))
    return fits is not None and any(fits(value, one) for one in wanted) != negated


def _is_like(value: str, pattern: str) -> bool:
    # Brackets mean nothing in a policy.
    return fnmatchcase(value, re.sub(r"\[", "[[]", pattern))


_COMPARISONS: Mapping[str, Callable[[str, str], bool]] = {
    "StringEquals": lambda value, wanted: value == wanted,
    "StringEqualsIgnoreCase": lambda value, wanted: value.lower() == wanted.lower(),
    "StringLike": _is_like,
    "ArnEquals": _is_like,
    "ArnLike": _is_like,
    "Bool": lambda value, wanted: value.lower() == wanted.lower(),
}


def _listed(value: Any) -> list[str]:
    return value if isinstance(value, list) else [value]


def statements_of(document: Mapping[str, Any]) -> Iterator[Any]:
    """Go through the statements of a document that may be malformed."""
    found = document.get("Statement", [])
    return iter(found if isinstance(found, list) else [found])
