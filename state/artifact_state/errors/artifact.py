"""Refusals about agreements, reports and compliance inquiries."""

from enum import Enum

from artifact_state.errors.base import Conflict, Denied, NotFound, Refused


class Denial(Enum):
    """Why the caller has no access to an agreement."""

    NO_ORGANIZATION = "the account is not in an organization"
    NOT_MANAGEMENT_ACCOUNT = "only the organization's management account may do this"
    ALL_FEATURES_REQUIRED = "the organization has only the consolidated billing features"
    TRUSTED_ACCESS_DISABLED = "trusted access for AWS Artifact is not enabled in the organization"
    OFFLINE_AGREEMENT = "the agreement was signed outside AWS Artifact"


class AgreementDenied(Denied):
    """The caller may not accept, read or terminate the agreement."""

    def __init__(self, why: Denial) -> None:
        super().__init__(why)
        self.why = why


class AgreementNotFound(NotFound):
    """The catalog of the caller's partition has no such agreement."""


class CustomerAgreementNotFound(NotFound):
    """The caller can see no accepted agreement of this id."""


class TooManyAgreements(Conflict):
    """The account or organization has reached its limit of agreements in force."""


class ReportNotFound(NotFound):
    """The report, or this version of it, does not exist."""


class ReportNotReady(Conflict):
    """The version of the report is published, but its document is not available."""


class InquiryNotFound(NotFound):
    """The caller's account has no such compliance inquiry."""


class InquiryConflict(Conflict):
    """The inquiry is in progress, or its client token was used for a different request."""

    def __init__(self, name: str, *, in_progress: bool = False) -> None:
        super().__init__(name)
        self.name = name
        self.in_progress = in_progress


class InvalidMember(Refused):
    """A member of the request does not fit the resource that it concerns."""

    def __init__(self, member: str, why: str) -> None:
        super().__init__(member, why)
        self.member = member
        self.why = why


class InvalidToken(Refused):
    """The token is unknown, used or expired, or was issued for a different purpose or account."""

    def __init__(self, member: str) -> None:
        super().__init__(member)
        self.member = member
