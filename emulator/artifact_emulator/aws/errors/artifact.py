"""The errors of AWS Artifact."""

from collections.abc import Callable
from typing import Any

from artifact_emulator.aws.errors.rows import Row, Rows
from artifact_state import errors
from artifact_state.errors import AgreementDenial, MemberRule
from artifact_state.model import Caller

_DENIAL_MESSAGES = {
    AgreementDenial.NO_ORGANIZATION: "Your account isn't in an organization.",
    AgreementDenial.NOT_MANAGEMENT_ACCOUNT: "Only the organization's management account can accept or terminate its "
    "agreements.",
    AgreementDenial.ALL_FEATURES_REQUIRED: "Organization agreements require an organization with all features enabled.",
    AgreementDenial.TRUSTED_ACCESS_DISABLED: "Trusted access for AWS Artifact is not enabled in your organization.",
    # Unverified: the words are the console's.
    AgreementDenial.ORGANIZATION_HIDDEN: "You don't have the permissions to retrieve information about your AWS "
    "account's organization. You need permissions to describe your organization",
    AgreementDenial.OFFLINE_AGREEMENT: "An agreement that was signed offline can't be terminated in AWS Artifact.",
}

_MEMBER_MESSAGES = {
    MemberRule.FULL_SUPPORT_NEEDS_FILE: "FULL_SUPPORT is for files of questions.",
    MemberRule.NOTHING_TO_EXPORT: "There is nothing to export while it is in progress, or has failed.",
    MemberRule.UNKNOWN_QUERY: "The inquiry has the queries 1 to {}.",
    MemberRule.UNKNOWN_REVISION: "Every response has the revision 1.",
    MemberRule.TOO_MANY_TAGS: "A resource has at most {} tags.",
    MemberRule.RESERVED_TAG_KEY: "Keys that begin with aws: are reserved.",
}


def _not_found_row(kind: str) -> Callable[[Any, Caller], Row]:
    return lambda refusal, caller: (
        "ResourceNotFoundException",
        f"The {kind} {refusal.name} does not exist.",
        {"resourceId": refusal.name, "resourceType": kind},
    )


def _not_ready(refusal: errors.ReportNotReady, caller: Caller) -> Row:
    message = f"The document of the report {refusal.name} is not available."
    return "ConflictException", message, {"resourceId": refusal.name, "resourceType": "report"}


def _too_many_agreements(refusal: errors.TooManyAgreements, caller: Caller) -> Row:
    message = f"{refusal.name} has as many agreements in force as there may be."
    members = {
        "resourceId": refusal.name,
        "resourceType": "customer-agreement",
        "serviceCode": "artifact",
        "quotaCode": "customer_agreements_in_force",
    }
    return "ServiceQuotaExceededException", message, members


def _inquiry_conflict(refusal: errors.InquiryConflict, caller: Caller) -> Row:
    problem = "is in progress" if refusal.in_progress else "knows the client token from another request"
    message = f"The compliance inquiry {refusal.name} {problem}."
    return "ConflictException", message, {"resourceId": refusal.name, "resourceType": "compliance-inquiry"}


def _invalid_member(refusal: errors.InvalidMember, caller: Caller) -> Row:
    message = (
        f"{refusal.member} is not valid for this request. {_MEMBER_MESSAGES[refusal.reason].format(refusal.limit)}"
    )
    fields = [{"name": refusal.member, "message": message}]
    return "ValidationException", message, {"reason": "fieldValidationFailed", "fieldList": fields}


def _invalid_token(refusal: errors.InvalidToken, caller: Caller) -> Row:
    message = f"{refusal.member} is not valid for this request."
    fields = [{"name": refusal.member, "message": message}]
    return "ValidationException", message, {"reason": "invalidToken", "fieldList": fields}


def _invalid_next_token(refusal: errors.InvalidInput, caller: Caller) -> Row:
    message = "nextToken is not valid for this request."
    fields = [{"name": "nextToken", "message": message}]
    return "ValidationException", message, {"reason": "fieldValidationFailed", "fieldList": fields}


ROWS: Rows = {
    errors.AgreementDenied: lambda refusal, caller: ("AccessDeniedException", _DENIAL_MESSAGES[refusal.reason]),
    errors.AgreementNotFound: _not_found_row("agreement"),
    errors.CustomerAgreementNotFound: _not_found_row("customer-agreement"),
    errors.ReportNotFound: _not_found_row("report"),
    errors.TooManyAgreements: _too_many_agreements,
    errors.ReportNotReady: _not_ready,
    errors.InquiryNotFound: _not_found_row("compliance-inquiry"),
    errors.InquiryConflict: _inquiry_conflict,
    errors.InvalidMember: _invalid_member,
    errors.InvalidToken: _invalid_token,
    errors.InvalidInput: _invalid_next_token,
}
