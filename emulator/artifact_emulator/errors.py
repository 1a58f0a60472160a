"""From the domain's refusals to AWS's errors: one table a service, and nothing else maps them.

A row names the error's shape, whose code and status the generated bindings know, and its message.
Messages marked [V] in the facts were seen in AWS's own output; others are the model's words or ours.
"""

from collections.abc import Callable, Mapping
from typing import Any

from artifact_emulator.failures import Failure
from artifact_emulator.operation import Service
from artifact_state import errors
from artifact_state.errors import Constraint, Denial, HandshakeConstraint, InputReason, Refused
from artifact_state.model import Caller

Row = tuple[str, str] | tuple[str, str, Mapping[str, Any]]
Rows = Mapping[type[Refused], Callable[[Any, Caller], Row]]


def failure_of(service: Service, refusal: Refused, caller: Caller) -> Failure:
    """Give the error with which a service words a refusal."""
    row = _TABLES[service.name][type(refusal)](refusal, caller)
    shape, message = row[0], row[1]
    members = row[2] if len(row) > 2 else {}
    declared = service.errors.get(shape)
    if declared is None:
        code, status = _COMMON[shape]
        return Failure(code, message, status, members=members)
    return Failure(declared.code, message, declared.status, members=members)


# Errors that every operation may give and that AWS's models therefore do not declare.
_COMMON = {"AccessDenied": ("AccessDenied", 403), "ValidationError": ("ValidationError", 400)}


def _says(shape: str, message: str) -> Callable[[Any, Caller], Row]:
    return lambda refusal, caller: (shape, message)


_INPUT_MESSAGES = {
    InputReason.UNRECOGNIZED_SERVICE_PRINCIPAL: "You specified an unrecognized service principal.",
    InputReason.INVALID_NEXT_TOKEN: "You specified an invalid value for NextToken.",
    InputReason.INVALID_PATTERN_TARGET_ID: "You provided a value that does not match the required pattern.",
    InputReason.INVALID_EMAIL_ADDRESS_TARGET: "You specified an invalid email address for the invited account owner.",
    InputReason.INVALID_ROLE_NAME: "You provided a role name that isn't valid. "
    "A role name can't begin with the reserved prefix AWSServiceRoleFor.",
}
_CONSTRAINT_MESSAGES = {
    Constraint.ORGANIZATION_NOT_IN_ALL_FEATURES_MODE: "This operation requires the organization to have all features "
    "enabled.",
    Constraint.WAIT_PERIOD_ACTIVE: "This operation requires a wait period.  Try again later.",
    Constraint.MEMBER_ACCOUNT_PAYMENT_INSTRUMENT_REQUIRED: "The member account is missing one or more of the "
    "prerequisites required to operate as a standalone account. To add what is missing, sign-in to the member account "
    "using the AWS Organizations console, then select to leave the organization. You will then be prompted to enter "
    "any missing information.",
}
_HANDSHAKE_MESSAGES = {
    HandshakeConstraint.ALREADY_IN_AN_ORGANIZATION: "The handshake request is invalid because the account is already "
    "a member of an organization.",
}


def _input(refusal: errors.InvalidInput, caller: Caller) -> Row:
    message = _INPUT_MESSAGES.get(refusal.reason, "You specified an invalid value.")
    return "InvalidInputException", message, {"Reason": refusal.reason.value}


def _constraint(refusal: errors.ConstraintViolated, caller: Caller) -> Row:
    message = _CONSTRAINT_MESSAGES.get(refusal.reason, "The request would exceed a limit of your organization.")
    return "ConstraintViolationException", message, {"Reason": refusal.reason.value}


def _handshake_constraint(refusal: errors.HandshakeConstraintViolated, caller: Caller) -> Row:
    message = _HANDSHAKE_MESSAGES.get(refusal.reason, "The handshake request is invalid.")
    return "HandshakeConstraintViolationException", message, {"Reason": refusal.reason.value}


_ORGANIZATIONS: Rows = {
    errors.NotInOrganization: _says(
        "AWSOrganizationsNotInUseException", "Your account is not a member of an organization."
    ),
    errors.WrongAccount: _says("AccessDeniedException", "You don't have permissions to access this resource."),
    errors.NotParty: _says("AccessDeniedException", "You don't have permissions to access this resource."),
    errors.AccountNotFound: _says("AccountNotFoundException", "You specified an account that doesn't exist."),
    errors.CreationNotFound: _says(
        "CreateAccountStatusNotFoundException", "You specified a create account request that doesn't exist."
    ),
    errors.HandshakeNotFound: _says("HandshakeNotFoundException", "You specified a handshake that doesn't exist."),
    errors.RootNotFound: _says("RootNotFoundException", "You specified a root that doesn't exist."),
    errors.AlreadyInOrganization: _says(
        "AlreadyInOrganizationException", "The AWS account is already a member of an organization."
    ),
    errors.OrganizationNotEmpty: _says(
        "OrganizationNotEmptyException",
        "To delete an organization you must first remove all member accounts (except the master).",
    ),
    errors.ManagementAccountCannotLeave: _says(
        "MasterCannotLeaveOrganizationException",
        "You can't remove a management account from an organization. Delete the organization instead.",
    ),
    errors.DuplicateInvitation: _says(
        "DuplicateHandshakeException", "An open invitation to this account already exists in your organization."
    ),
    errors.HandshakeAlreadyInState: _says(
        "HandshakeAlreadyInStateException", "The specified handshake is already in the requested state."
    ),
    errors.HandshakeTransitionInvalid: _says(
        "InvalidHandshakeTransitionException", "You can't perform the operation on the handshake in its current state."
    ),
    errors.InvalidInput: _input,
    errors.ConstraintViolated: _constraint,
    errors.HandshakeConstraintViolated: _handshake_constraint,
}


def _not_trusted(refusal: errors.NotTrusted, caller: Caller) -> Row:
    action = f"User: {caller.arn} is not authorized to perform: sts:AssumeRole on resource: {refusal.role_arn}"
    return "AccessDenied", action


def _too_long(refusal: errors.SessionTooLong, caller: Caller) -> Row:
    if refusal.chained:
        return (
            "ValidationError",
            "The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by role chaining",
        )
    return "ValidationError", "The requested DurationSeconds exceeds the MaxSessionDuration set for this role."


_STS: Rows = {errors.NotTrusted: _not_trusted, errors.SessionTooLong: _too_long}


_IAM: Rows = {
    errors.RoleNotFound: lambda refusal, caller: (
        "NoSuchEntityException", f"The role with name {refusal.name} cannot be found."
    ),
    errors.ManagedPolicyNotFound: lambda refusal, caller: (
        "NoSuchEntityException", f"Policy {refusal.name} does not exist or is not attachable."
    ),
    errors.DeletionTaskNotFound: lambda refusal, caller: (
        "NoSuchEntityException", f"The deletion task {refusal.name} cannot be found."
    ),
    errors.LinkedServiceNotFound: lambda refusal, caller: (
        "NoSuchEntityException", f"The service {refusal.name} has no service-linked role."
    ),
    errors.RoleNameTaken: lambda refusal, caller: (
        "InvalidInputException",
        f"Service role name {refusal.name} has been taken in this account, please try a different suffix.",
    ),
    errors.SuffixNotAllowed: lambda refusal, caller: (
        "InvalidInputException", f"Custom suffix is not allowed for {refusal.name}"
    ),
    errors.RoleProtected: lambda refusal, caller: (
        "UnmodifiableEntityException",
        f"Cannot perform the operation on the protected role '{refusal.name}' - this role is only modifiable by AWS",
    ),
    errors.RoleHasPolicies: _says(
        "DeleteConflictException", "Cannot delete entity, must detach all policies first."
    ),
    errors.TooManyTags: _says("LimitExceededException", "Cannot exceed quota for TagsPerRole: 50"),
    errors.InvalidInput: _says("ValidationError", "Invalid Marker."),
}  # fmt: skip


_DENIAL_MESSAGES = {
    Denial.NO_ORGANIZATION: "Your account isn't in an organization.",
    Denial.NOT_MANAGEMENT_ACCOUNT: "Only the organization's management account can accept or terminate its agreements.",
    Denial.ALL_FEATURES_REQUIRED: "Organization agreements require an organization with all features enabled.",
    Denial.TRUSTED_ACCESS_DISABLED: "Trusted access for AWS Artifact is not enabled in your organization.",
    Denial.NOT_OWNER: "Only the account that accepted the agreement can terminate it.",
    Denial.OFFLINE_AGREEMENT: "An agreement that was signed offline can't be terminated in AWS Artifact.",
}


def _missing(kind: str) -> Callable[[Any, Caller], Row]:
    return lambda refusal, caller: (
        "ResourceNotFoundException",
        f"The {kind} {refusal.name} does not exist.",
        {"resourceId": refusal.name, "resourceType": kind},
    )


def _invalid_token(refusal: errors.InvalidToken, caller: Caller) -> Row:
    message = f"{refusal.member} is not valid for this request."
    fields = [{"name": refusal.member, "message": message}]
    return "ValidationException", message, {"reason": "invalidToken", "fieldList": fields}


def _invalid_next_token(refusal: errors.InvalidInput, caller: Caller) -> Row:
    message = "nextToken is not valid for this request."
    fields = [{"name": "nextToken", "message": message}]
    return "ValidationException", message, {"reason": "fieldValidationFailed", "fieldList": fields}


_ARTIFACT: Rows = {
    errors.AgreementDenied: lambda refusal, caller: ("AccessDeniedException", _DENIAL_MESSAGES[refusal.why]),
    errors.AgreementNotFound: _missing("agreement"),
    errors.CustomerAgreementNotFound: _missing("customer-agreement"),
    errors.ReportNotFound: _missing("report"),
    errors.InvalidToken: _invalid_token,
    errors.InvalidInput: _invalid_next_token,
}

_TABLES: Mapping[str, Rows] = {
    "organizations": _ORGANIZATIONS,
    "sts": _STS,
    "iam": _IAM,
    "artifact": _ARTIFACT,
}
