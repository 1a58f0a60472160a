"""From a shape's refusal of an input to the error that the service gives.

Pydantic tells what is wrong with which member; each service has its own words for it.
"""

import re
import reprlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from pydantic_core import ErrorDetails, ValidationError

from artifact_emulator.failures import Failure
from artifact_emulator.operation import Service

Rule = Literal["required", "pattern", "enum", "min_length", "max_length", "min_value", "max_value", "type"]

_RULES: dict[str, Rule] = {
    "missing": "required",
    "string_pattern_mismatch": "pattern",
    "literal_error": "enum",
    "string_too_short": "min_length",
    "too_short": "min_length",
    "bytes_too_short": "min_length",
    "string_too_long": "max_length",
    "too_long": "max_length",
    "bytes_too_long": "max_length",
    "greater_than_equal": "min_value",
    "less_than_equal": "max_value",
}


@dataclass(frozen=True, slots=True)
class Violation:
    """One member that breaks one rule of its shape."""

    path: tuple[str | int, ...]
    rule: Rule
    value: Any
    limit: Any = None

    @property
    def member(self) -> str:
        """The path as AWS writes it: `tags.1.member.key`."""
        return ".".join(f"{step + 1}.member" if isinstance(step, int) else step for step in self.path)


def violations_of(error: ValidationError, patterns: Mapping[str, str]) -> list[Violation]:
    """Tell which rules an input breaks, a missing or mistyped member first.

    `patterns` has AWS's spelling of the patterns that are checked.
    """
    found = [_violation(detail, patterns) for detail in error.errors(include_url=False)]
    return sorted(found, key=lambda one: ("type", "required").index(one.rule) if one.rule in _FIRST else 2)


def failure_of_input(service: Service, error: ValidationError) -> Failure:
    """Give the error with which a service refuses an input."""
    return _SERVICES[service.name](violations_of(error, service.patterns))


_FIRST = ("type", "required")


def _violation(detail: ErrorDetails, patterns: Mapping[str, str]) -> Violation:
    limits = detail.get("ctx", {})
    limit = next(
        (limits[key] for key in ("pattern", "expected", "min_length", "max_length", "ge", "le") if key in limits), None
    )
    # A null is an absent member, to AWS as to the shapes.
    rule = "required" if detail["input"] is None else _RULES.get(detail["type"], "type")
    return Violation(detail["loc"], rule, detail["input"], patterns.get(str(limit), limit))


# Source: https://docs.aws.amazon.com/organizations/latest/APIReference/API_EnableAWSServiceAccess.html#API_EnableAWSServiceAccess_Errors
_REASONS: dict[Rule, str] = {
    "required": "INPUT_REQUIRED",
    "pattern": "INVALID_PATTERN",
    "enum": "INVALID_ENUM",
    "min_length": "MIN_LENGTH_EXCEEDED",
    "max_length": "MAX_LENGTH_EXCEEDED",
    "min_value": "MIN_VALUE_EXCEEDED",
    "max_value": "MAX_VALUE_EXCEEDED",
}
_POLICY_TYPE_MEMBERS = ("Type", "PolicyType", "Filter")


def _of_organizations(violations: Sequence[Violation]) -> Failure:
    first = violations[0]
    if first.rule == "type":
        return Failure("SerializationException", _type_message(first))
    reason = _REASONS[first.rule]
    if first.rule == "enum" and first.path[-1] in _POLICY_TYPE_MEMBERS and "_POLICY" in str(first.limit):
        reason = "INVALID_ENUM_POLICY_TYPE"
    if first.rule == "pattern" and first.path[-1] == "TargetId":
        reason = "INVALID_PATTERN_TARGET_ID"
    messages = {
        "required": f"You must include a value for the required parameter {first.member}.",
        "pattern": "You provided a value that does not match the required pattern.",
    }
    message = messages.get(first.rule, "You specified an invalid value.")
    return Failure("InvalidInputException", message, members={"Reason": reason})


def _of_iam(violations: Sequence[Violation]) -> Failure:
    """IAM does not repeat a value that it refuses, as STS does.

    Seen in AWS's own answers: https://github.com/localstack/localstack/blob/main/tests/aws/services/iam/
    """
    return _of_query(violations, repeating=False)


def _of_query(violations: Sequence[Violation], *, repeating: bool = True) -> Failure:
    for one in violations:
        if one.rule == "type":
            return Failure("MalformedInput", f"{one.member} is not of the right type.")
    return Failure("ValidationError", constraint_message(violations, repeating=repeating))


def _of_artifact(violations: Sequence[Violation]) -> Failure:
    fields = [{"name": str(one.path[0]), "message": constraint_message([one])} for one in violations]
    members = {"reason": "fieldValidationFailed", "fieldList": fields}
    return Failure("ValidationException", constraint_message(violations), members=members)


def _of_cloudtrail(violations: Sequence[Violation]) -> Failure:
    first = violations[0]
    if first.rule == "type":
        return Failure("SerializationException", _type_message(first))
    codes = {"MaxResults": "InvalidMaxResultsException", "EventCategory": "InvalidEventCategoryException"}
    code = codes.get(str(first.path[0]), "InvalidLookupAttributesException")
    return Failure(code, constraint_message(violations))


def constraint_message(violations: Sequence[Violation], *, repeating: bool = True) -> str:
    """Word violations as AWS's common validation does, repeating what was given or not."""
    count = len(violations)
    texts = "; ".join(_constraint(one, repeating=repeating) for one in violations)
    return f"{count} validation error{'s' if count > 1 else ''} detected: {texts}"


def _constraint(one: Violation, *, repeating: bool) -> str:
    member = ".".join(_camel(step) for step in one.member.split("."))
    shown = "null" if one.rule == "required" else f"'{_shown(one.value)}'"
    wanted = {
        "required": "Member must not be null",
        "pattern": f"Member must satisfy regular expression pattern: {_plain_pattern(one.limit)}",
        "enum": f"Member must satisfy enum value set: [{_plain_enum(one.limit)}]",
        "min_length": f"Member must have length greater than or equal to {one.limit}",
        "max_length": f"Member must have length less than or equal to {one.limit}",
        "min_value": f"Member must have value greater than or equal to {one.limit}",
        "max_value": f"Member must have value less than or equal to {one.limit}",
        "type": "Member is not of the right type",
    }[one.rule]
    value = f"Value {shown} at" if repeating or one.rule == "required" else "Value at"
    return f"{value} '{member}' failed to satisfy constraint: {wanted}"


def _shown(value: Any) -> Any:
    # A value that is nested a thousand levels deep cannot be written out whole.
    return reprlib.repr(value) if isinstance(value, dict | list) else value


def _camel(name: str) -> str:
    return re.sub("^[A-Z]+?(?=$|[A-Z][a-z]|[a-z0-9])", lambda start: start[0].lower(), name)


def _plain_pattern(pattern: Any) -> str:
    return str(pattern).removeprefix("^").removesuffix("$")


def _plain_enum(expected: Any) -> str:
    return ", ".join(re.findall("'([^']*)'", str(expected)))


_NAMES_OF_TYPES = {str: "STRING_VALUE", bool: "TRUE_VALUE", int: "NUMBER_VALUE", float: "DECIMAL_VALUE"}


def _type_message(one: Violation) -> str:
    kind = _NAMES_OF_TYPES.get(type(one.value), "START_OBJECT" if isinstance(one.value, dict) else "START_ARRAY")
    return f"{kind} can not be converted to the type of {one.member}"


_SERVICES: dict[str, Callable[[Sequence[Violation]], Failure]] = {
    "organizations": _of_organizations,
    "iam": _of_iam,
    "sts": _of_query,
    "artifact": _of_artifact,
    "cloudtrail": _of_cloudtrail,
}
