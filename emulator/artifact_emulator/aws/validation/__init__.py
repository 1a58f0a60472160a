"""From a shape's refusal of an input to the error that the service gives.

Pydantic tells what is wrong with which member; each service has its own words for it.
"""

from collections.abc import Callable, Sequence
from typing import Any

from pydantic_core import ValidationError

from artifact_emulator.aws.errors.aws_error import AwsError
from artifact_emulator.aws.service_model import Service
from artifact_emulator.aws.shape import Shape
from artifact_emulator.aws.validation.violations import Rule, Violation, told_whole, violations_of
from artifact_emulator.aws.validation.words import constraint_message


def input_error(service: Service, error: ValidationError, shape: type[Shape], members: Any) -> AwsError:
    """Give the error with which a service refuses the members of a request, which are not as its shape has them."""
    found = violations_of(error, service.patterns)
    if service.name != "organizations":
        found = told_whole(found, shape, members, service.patterns)
    return _SERVICES[service.name](found)


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


def _of_organizations(violations: Sequence[Violation]) -> AwsError:
    first = violations[0]
    if first.rule == "type":
        return AwsError("SerializationException", _type_message(first))
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
    return AwsError("InvalidInputException", message, members={"Reason": reason})


def _of_iam(violations: Sequence[Violation]) -> AwsError:
    """IAM does not repeat a value that it refuses, as STS does.

    Seen in AWS's own answers: https://github.com/localstack/localstack/blob/main/tests/aws/services/iam/
    """
    return _of_query(violations, repeating=False)


def _of_query(violations: Sequence[Violation], *, repeating: bool = True) -> AwsError:
    for one in violations:
        if one.rule == "type":
            return AwsError("MalformedInput", f"{one.member} is not of the right type.")
    return AwsError("ValidationError", constraint_message(violations, repeating=repeating))


def _of_artifact(violations: Sequence[Violation]) -> AwsError:
    fields = [{"name": str(one.path[0]), "message": constraint_message([one])} for one in violations]
    members = {"reason": "fieldValidationFailed", "fieldList": fields}
    return AwsError("ValidationException", constraint_message(violations), members=members)


def _of_cloudtrail(violations: Sequence[Violation]) -> AwsError:
    first = violations[0]
    if first.rule == "type":
        return AwsError("SerializationException", _type_message(first))
    codes = {"MaxResults": "InvalidMaxResultsException", "EventCategory": "InvalidEventCategoryException"}
    code = codes.get(str(first.path[0]), "InvalidLookupAttributesException")
    return AwsError(code, constraint_message(violations))


_NAMES_OF_TYPES = {str: "STRING_VALUE", bool: "TRUE_VALUE", int: "NUMBER_VALUE", float: "DECIMAL_VALUE"}


def _type_message(one: Violation) -> str:
    kind = _NAMES_OF_TYPES.get(type(one.value), "START_OBJECT" if isinstance(one.value, dict) else "START_ARRAY")
    return f"{kind} can not be converted to the type of {one.member}"


_SERVICES: dict[str, Callable[[Sequence[Violation]], AwsError]] = {
    "organizations": _of_organizations,
    "iam": _of_iam,
    "sts": _of_query,
    "artifact": _of_artifact,
    "cloudtrail": _of_cloudtrail,
}
