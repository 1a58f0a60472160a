"""How AWS Organizations refuses an invalid input: a reason with the parameter, and a message for each reason.

Observed: https://github.com/radkawar/stackd/blob/9dc356f5e5cc49d2d334178a09c1398dd1c62617/testdata/aws/organizations_inputs.json
and organizations_handshakes.json beside it.
"""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from artifact_emulator.aws.errors.aws_error import AwsError
from artifact_emulator.aws.errors.organizations import INPUT_MESSAGES
from artifact_emulator.aws.validation.violations import Rule, Violation
from artifact_state.errors import InputReason

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
_REASONS_OF_MEMBERS: dict[tuple[str, str, Rule], str] = {
    ("InviteAccountToOrganization", "Target.Type", "required"): "INVALID_PARTY_TYPE_TARGET",
    ("InviteAccountToOrganization", "Target.Type", "enum"): "INVALID_PARTY_TYPE_TARGET",
    ("InviteAccountToOrganization", "Target.Id", "required"): "INVALID_PATTERN",
    ("InviteAccountToOrganization", "Target", "required"): "INVALID_PATTERN",
    ("ListEffectivePolicyValidationErrors", "AccountId", "required"): "TARGET_NOT_SUPPORTED",
    ("ListEffectivePolicyValidationErrors", "AccountId", "pattern"): "TARGET_NOT_SUPPORTED",
    ("ListEffectivePolicyValidationErrors", "AccountId", "max_length"): "TARGET_NOT_SUPPORTED",
    ("AttachPolicy", "TargetId", "pattern"): "INVALID_PATTERN_TARGET_ID",
    ("DetachPolicy", "TargetId", "pattern"): "INVALID_PATTERN_TARGET_ID",
    ("ListPoliciesForTarget", "TargetId", "pattern"): "INVALID_PATTERN_TARGET_ID",
    ("DescribeEffectivePolicy", "TargetId", "pattern"): "INVALID_PATTERN_TARGET_ID",
}
"""The other reasons, by operation, member and broken rule; the first that applies counts."""


_PATTERN = "You provided a value that does not match the required pattern."
# Unverified: those about the largest value and the shortest length, which are as in AWS's model.
_MESSAGES = {
    "INPUT_REQUIRED": "You must provide a value for the parameter.",
    "INVALID_PATTERN": _PATTERN,
    "INVALID_PATTERN_TARGET_ID": _PATTERN,
    "INVALID_ENUM": "You specified an invalid value.",
    "INVALID_ENUM_POLICY_TYPE": "You specified an invalid policy type.",
    "MIN_LENGTH_EXCEEDED": "You provided a string parameter that is shorter than allowed.",
    "MAX_LENGTH_EXCEEDED": "You provided a string that exceeds that maximum length.",
    "MIN_VALUE_EXCEEDED": "You provided a value that is below the minimum allowed.",
    "MAX_VALUE_EXCEEDED": "You provided a numeric parameter that has a larger value than allowed.",
}


def organizations_error(operation: str, violations: Sequence[Violation], members: Mapping[str, Any]) -> AwsError:
    """Return the error for the violations of an operation's input."""
    broken = {(operation, violation.member, violation.rule) for violation in violations}
    # The type of an invited party is checked before its id, as was recorded for unknown and missing types.
    if operation == "InviteAccountToOrganization" and _type_of_target(members) == "ORGANIZATION":
        broken.add((operation, "Target.Type", "enum"))
    exceptions = (reason for rule, reason in _REASONS_OF_MEMBERS.items() if rule in broken)
    reason = next(exceptions, None) or _reason(operation, violations[0])
    kind = reason.partition(":")[0]
    message = _MESSAGES.get(kind) or INPUT_MESSAGES[InputReason(kind)]
    return AwsError("InvalidInputException", message, members={"Reason": reason})


def _type_of_target(members: Mapping[str, Any]) -> object:
    target = members.get("Target")
    return target.get("Type") if isinstance(target, Mapping) else None


def _reason(operation: str, violation: Violation) -> str:
    is_policy_type = violation.rule == "enum" and "_POLICY" in str(violation.limit)
    # Observed: organizations_effective_policy.json; this operation knows service control policies, and no other type.
    if is_policy_type and (operation != "DescribeEffectivePolicy" or violation.value == "SERVICE_CONTROL_POLICY"):
        return "INVALID_ENUM_POLICY_TYPE"
    return f"{_REASONS[violation.rule]}:{_parameter(violation)}"


def _parameter(violation: Violation) -> str:
    """Return the member as AWS writes it in a reason: `TAGS_1_MEMBER_VALUE`."""
    return re.sub("(?<=[a-z0-9])(?=[A-Z])", "_", violation.member).replace(".", "_").upper()
