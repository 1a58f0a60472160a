"""The message of AWS's common validation: each broken constraint in AWS's words."""

import re
import reprlib
from collections.abc import Mapping, Sequence
from typing import Any

from artifact_emulator.aws.validation.violations import Rule, Violation

_PARTS: dict[Rule, str] = {"items": "Member", "keys": "Map keys", "values": "Map value"}


_MAX_REPORTED = 10
# AWS names the values of an enumeration in an arbitrary order, which was recorded for these:
# https://github.com/radkawar/stackd/blob/9dc356f5e5cc49d2d334178a09c1398dd1c62617/testdata/aws/organizations_access.json
_SORT_KEYS = (
    "SERVICE_NAMESPACE_DESCENDING",
    "SERVICE_NAMESPACE_ASCENDING",
    "LAST_AUTHENTICATED_TIME_DESCENDING",
    "LAST_AUTHENTICATED_TIME_ASCENDING",
)
_OBSERVED_ORDERS: Mapping[frozenset[str], Sequence[str]] = {frozenset(_SORT_KEYS): _SORT_KEYS}


def constraint_message(violations: Sequence[Violation], *, with_value: bool = True) -> str:
    """Return the message for the first ten violations, which repeats the invalid values or does not."""
    count = min(len(violations), _MAX_REPORTED)
    texts = "; ".join(_violation_text(violation, with_value=with_value) for violation in violations[:count])
    return f"{count} validation error{'s' if count > 1 else ''} detected: {texts}"


def member_name(violation: Violation) -> str:
    """Return the name of an invalid member as messages write it: `tags.1.member.key`."""
    return ".".join(_lower_first_word(step) for step in violation.member.split("."))


def _violation_text(violation: Violation, *, with_value: bool) -> str:
    value = "null" if violation.rule == "required" else f"'{_value_text(violation.value)}'"
    subject = f"Value {value} at" if with_value else "Value at"
    constraint = _constraint_text(violation.rule, violation.limit)
    return f"{subject} '{member_name(violation)}' failed to satisfy constraint: {constraint}"


def _constraint_text(rule: Rule, limit: Any) -> str:
    if rule in _PARTS:
        constraints = ", ".join(_constraint_text(*constraint) for constraint in limit)
        return f"{_PARTS[rule]} must satisfy constraint: [{constraints}]"
    return {
        "required": "Member must not be null",
        "pattern": f"Member must satisfy regular expression pattern: {limit}",
        "enum": f"Member must satisfy enum value set: [{_enum_text(limit)}]",
        "min_length": f"Member must have length greater than or equal to {limit}",
        "max_length": f"Member must have length less than or equal to {limit}",
        "min_value": f"Member must have value greater than or equal to {limit}",
        "max_value": f"Member must have value less than or equal to {limit}",
        "type": "Member is not of the right type",
    }[rule]


def _value_text(value: Any) -> Any:
    if isinstance(value, list) and not any(isinstance(item, dict | list) for item in value):
        return f"[{', '.join(map(str, value))}]"
    # A value that is nested a thousand levels deep cannot be written in full.
    return reprlib.repr(value) if isinstance(value, dict | list) else value


def _lower_first_word(name: str) -> str:
    return re.sub("^[A-Z]+?(?=$|[A-Z][a-z]|[a-z0-9])", lambda start: start[0].lower(), name)


def _enum_text(expected: Any) -> str:
    values = re.findall("'([^']*)'", str(expected))
    return ", ".join(_OBSERVED_ORDERS.get(frozenset(values), values))
