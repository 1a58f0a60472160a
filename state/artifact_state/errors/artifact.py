"""Refusals about agreements, reports and compliance inquiries."""

from enum import Enum

from artifact_state.errors.base import Conflict, Denied, NotFound, Refused


class AgreementDenial(Enum):
    """Why the caller has no access to an agreement."""

    NO_ORGANIZATION = "the account is not in an organization"
    NOT_MANAGEMENT_ACCOUNT = "only the organization's management account may do this"
    ALL_FEATURES_REQUIRED = "the organization has only the consolidated billing features"
    TRUSTED_ACCESS_DISABLED = "trusted access for AWS Artifact is not enabled in the organization"
    ORGANIZATION_HIDDEN = "the caller may not describe its organization"
    OFFLINE_AGREEMENT = "the agreement was signed outside AWS Artifact"


class MemberRule(Enum):
    """Which rule about a member of a compliance inquiry's request is violated."""

    FULL_SUPPORT_NEEDS_FILE = "full support is for files of questions only"
    NOTHING_TO_EXPORT = "the inquiry is in progress or failed, and has nothing to export"
    UNKNOWN_QUERY = "the inquiry has fewer queries"
    UNKNOWN_REVISION = "every response has revision 1"
    TOO_MANY_TAGS = "the inquiry would have more tags than a resource may have"
    RESERVED_TAG_KEY = "a tag key is reserved"


class AgreementDenied(Denied):
    """The caller may not accept, read or terminate the agreement."""

    def __init__(self, reason: AgreementDenial) -> None:
        super().__init__(reason)
        self.reason = reason


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

    def __init__(self, member: str, reason: MemberRule, limit: int = 0) -> None:
        super().__init__(member, reason, limit)
        self.member = member
        self.reason = reason
        self.limit = limit


class InvalidToken(Refused):
    """The token is unknown, used or expired, or was issued for a different purpose or account."""

    def __init__(self, member: str) -> None:
        super().__init__(member)
        self.member = member
