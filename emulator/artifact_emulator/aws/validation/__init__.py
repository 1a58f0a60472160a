"""Validation errors: how each service words the constraints that an input breaks.

The generated shapes check an input; this package turns their findings into the error that the service returns.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from pydantic_core import ValidationError

from artifact_emulator.aws.errors.aws_error import AwsError
from artifact_emulator.aws.service_model import Service
from artifact_emulator.aws.shape import Shape
from artifact_emulator.aws.validation.messages import constraint_message, member_name
from artifact_emulator.aws.validation.organizations import organizations_error
from artifact_emulator.aws.validation.violations import Violation, all_violations, first_violations
from artifact_state.record import replace


def input_error(service: Service, error: ValidationError, shape: type[Shape], members: Any) -> AwsError:
    """Return the error with which a service refuses the members of an input that its shape does not allow."""
    violations = first_violations(error, service.patterns)
    if service.protocol == "json" and violations[0].rule == "type":
        return AwsError("SerializationException", _type_message(violations[0]))
    if service.name == "organizations":
        return organizations_error(shape.__name__.removesuffix("Request"), violations, members)
    return _ERROR_OF[service.name](all_violations(violations, shape, members, service.patterns))


_MARKER = r"[\u0020-\u00FF]+"
# IAM's own words for a broken pattern, once the lengths of all values are right; a marker may be empty until then.
# Observed: https://github.com/hashicorp/terraform-provider-aws/issues/3087 (names), last_access.json (markers).
_IAM_PATTERN_TEXTS = {
    r"[\w+=,.@-]+": "It must contain only alphanumeric characters and/or the following: +=,.@_-",
    r"(\u002F)|(\u002F[\u0021-\u007E]+\u002F)": "It must begin and end with / and contain only alphanumeric characters "
    "and/or / characters.",
    _MARKER: "It must contain only printable ASCII characters.",
}


# Observed: simulation.json, where the same operation does not repeat the values of its older members.
_IAM_MEMBERS_WITH_VALUES = {"PolicyExclusionList"}


# Observed: last_access.json; other lists do not mention null entries (query_collections.json, account_reporting.json).
_IAM_LISTS_WITHOUT_NULLS = {("ServiceNamespaces",)}


def _iam_error(violations: Sequence[Violation]) -> AwsError:
    """Return IAM's error, which does not repeat most invalid values, unlike that of AWS STS.

    Observed: https://github.com/localstack/localstack/blob/main/tests/aws/services/iam/
    """
    in_own_words = [
        violation for violation in violations if violation.rule == "pattern" and violation.limit in _IAM_PATTERN_TEXTS
    ]
    common = [_with_null_constraint(violation) for violation in violations if violation not in in_own_words]
    if in_own_words and (not common or in_own_words[0].limit == _MARKER):
        name, text = member_name(in_own_words[0]), _IAM_PATTERN_TEXTS[in_own_words[0].limit]
        return AwsError("ValidationError", f"The specified value for {name} is invalid. {text}")
    return _query_error(common, with_value=common[0].path[0] in _IAM_MEMBERS_WITH_VALUES)


def _with_null_constraint(violation: Violation) -> Violation:
    if violation.rule != "items" or violation.path not in _IAM_LISTS_WITHOUT_NULLS:
        return violation
    return replace(violation, limit=(*violation.limit, ("required", None)))


# AWS STS's own words for a broken pattern. Observed: outbound_identity.json.
_STS_PATTERN_TEXTS = {
    "RS256|ES384": "Requested SigningAlgorithm is not supported. See the GetWebIdentityToken documentation for "
    "supported algorithms",
}


def _sts_error(violations: Sequence[Violation]) -> AwsError:
    common = [violation for violation in violations if violation.limit not in _STS_PATTERN_TEXTS]
    return _query_error(common) if common else AwsError("ValidationError", _STS_PATTERN_TEXTS[violations[0].limit])


def _query_error(violations: Sequence[Violation], *, with_value: bool = True) -> AwsError:
    for violation in violations:
        if violation.rule == "type":
            return AwsError("MalformedInput", f"{violation.member} is not of the right type.")
    return AwsError("ValidationError", constraint_message(violations, with_value=with_value))


def _artifact_error(violations: Sequence[Violation]) -> AwsError:
    fields = [{"name": str(violation.path[0]), "message": constraint_message([violation])} for violation in violations]
    members = {"reason": "fieldValidationFailed", "fieldList": fields}
    return AwsError("ValidationException", constraint_message(violations), members=members)


def _cloudtrail_error(violations: Sequence[Violation]) -> AwsError:
    codes = {"MaxResults": "InvalidMaxResultsException", "EventCategory": "InvalidEventCategoryException"}
    code = codes.get(str(violations[0].path[0]), "InvalidLookupAttributesException")
    return AwsError(code, constraint_message(violations))


def _toolbox_error(violations: Sequence[Violation]) -> AwsError:
    return AwsError("ValidationException", constraint_message(violations))


_TYPE_NAMES = {str: "STRING_VALUE", bool: "TRUE_VALUE", int: "NUMBER_VALUE", float: "DECIMAL_VALUE"}


def _type_message(violation: Violation) -> str:
    value = violation.value
    name = _TYPE_NAMES.get(type(value), "START_OBJECT" if isinstance(value, dict) else "START_ARRAY")
    return f"{name} can not be converted to the type of {violation.member}"


_ERROR_OF: Mapping[str, Callable[[Sequence[Violation]], AwsError]] = {
    "iam": _iam_error,
    "iam-toolbox": _toolbox_error,
    "sts": _sts_error,
    "artifact": _artifact_error,
    "cloudtrail": _cloudtrail_error,
}
