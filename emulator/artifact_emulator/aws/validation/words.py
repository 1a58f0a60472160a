"""AWS's common words for what breaks the constraints of a member."""

import re
import reprlib
from collections.abc import Sequence
from typing import Any

from artifact_emulator.aws.validation.violations import Rule, Violation

_PARTS: dict[Rule, str] = {"items": "Member", "keys": "Map keys", "values": "Map value"}


def constraint_message(violations: Sequence[Violation], *, repeating: bool = True) -> str:
    """Word violations as AWS's common validation does, repeating what was given or not."""
    count = len(violations)
    texts = "; ".join(_constraint(one, repeating=repeating) for one in violations)
    return f"{count} validation error{'s' if count > 1 else ''} detected: {texts}"


def _constraint(one: Violation, *, repeating: bool) -> str:
    member = ".".join(_camel(step) for step in one.member.split("."))
    shown = "null" if one.rule == "required" else f"'{_shown(one.value)}'"
    value = f"Value {shown} at" if repeating or one.rule == "required" else "Value at"
    return f"{value} '{member}' failed to satisfy constraint: {_wanted(one.rule, one.limit)}"


def _wanted(rule: Rule, limit: Any) -> str:
    if rule in _PARTS:
        return f"{_PARTS[rule]} must satisfy constraint: [{', '.join(_wanted(*one) for one in limit)}]"
    return {
        "required": "Member must not be null",
        "pattern": f"Member must satisfy regular expression pattern: {_plain_pattern(limit)}",
        "enum": f"Member must satisfy enum value set: [{_plain_enum(limit)}]",
        "min_length": f"Member must have length greater than or equal to {limit}",
        "max_length": f"Member must have length less than or equal to {limit}",
        "min_value": f"Member must have value greater than or equal to {limit}",
        "max_value": f"Member must have value less than or equal to {limit}",
        "type": "Member is not of the right type",
    }[rule]


def _shown(value: Any) -> Any:
    # A value that is nested a thousand levels deep cannot be written out whole.
    return reprlib.repr(value) if isinstance(value, dict | list) else value


def _camel(name: str) -> str:
    return re.sub("^[A-Z]+?(?=$|[A-Z][a-z]|[a-z0-9])", lambda start: start[0].lower(), name)


def _plain_pattern(pattern: Any) -> str:
    return str(pattern).removeprefix("^").removesuffix("$")


def _plain_enum(expected: Any) -> str:
    return ", ".join(re.findall("'([^']*)'", str(expected)))
