"""Accounts: their data, their creation and closure, and their membership in an organization."""

from datetime import datetime
from enum import Enum

from artifact_state.record import Record


class AccountState(Enum):
    """The state of a member account, as AWS Organizations reports it."""

    PENDING_ACTIVATION = "PENDING_ACTIVATION"
    ACTIVE = "ACTIVE"
    SUSPENDED = "SUSPENDED"
    PENDING_CLOSURE = "PENDING_CLOSURE"
    CLOSED = "CLOSED"


class InitialRoles(Record):
    """What the roles that AWS creates with a member account depend on; the accounts of an organization share it."""

    manager: str
    """The ARN of the management account, whose users may assume the access role."""
    access_role: str
    """The name of the access role."""


class Account(Record, gc=False):
    """An AWS account with data of its own; any other 12-digit id is a standalone account without data."""

    id: str
    name: str
    email: str
    suspended: bool = False
    """Whether AWS suspended the account."""
    activated_at: datetime | None = None
    """When the sign-up completes; None if the account was active from the start."""
    initial_roles: InitialRoles | None = None
    """Set if the account was created as a member: its roles follow from this until one of them changes."""
    created_at: datetime | None = None
    """When it was created as a member."""
    serial: int = 0
    """The serial of the request that created it, from which the ids of its initial roles are drawn."""


class Closure(Record):
    """The closure of a member account; its instants are determined when it is requested."""

    account_id: str
    requested_at: datetime
    closed_at: datetime
    gone_at: datetime
    """When the account ceases to be a member."""


class JoinedMethod(Enum):
    """How an account joined its organization."""

    INVITED = "INVITED"
    CREATED = "CREATED"


class Membership(Record, gc=False):
    """An account's membership in an organization, and its place in the tree."""

    account_id: str
    organization_id: str
    parent_id: str
    serial: int
    """The position in listings of accounts, which AWS returns in the order of creation."""
    joined_at: datetime
    """In the future for an account that is still being created."""
    method: JoinedMethod
    ends_at: datetime | None = None
    """When a closed account is permanently removed."""


class CreationState(Enum):
    """The state of a request to create an account."""

    IN_PROGRESS = "IN_PROGRESS"
    SUCCEEDED = "SUCCEEDED"
    FAILED = "FAILED"


class CreationFailure(Enum):
    """Why an account could not be created; the values are AWS's reasons."""

    ACCOUNT_LIMIT_EXCEEDED = "ACCOUNT_LIMIT_EXCEEDED"
    EMAIL_ALREADY_EXISTS = "EMAIL_ALREADY_EXISTS"
    INVALID_ADDRESS = "INVALID_ADDRESS"
    INVALID_EMAIL = "INVALID_EMAIL"
    CONCURRENT_ACCOUNT_MODIFICATION = "CONCURRENT_ACCOUNT_MODIFICATION"
    INTERNAL_FAILURE = "INTERNAL_FAILURE"
    GOVCLOUD_ACCOUNT_ALREADY_EXISTS = "GOVCLOUD_ACCOUNT_ALREADY_EXISTS"
    MISSING_BUSINESS_VALIDATION = "MISSING_BUSINESS_VALIDATION"
    FAILED_BUSINESS_VALIDATION = "FAILED_BUSINESS_VALIDATION"
    PENDING_BUSINESS_VALIDATION = "PENDING_BUSINESS_VALIDATION"
    INVALID_IDENTITY_FOR_BUSINESS_VALIDATION = "INVALID_IDENTITY_FOR_BUSINESS_VALIDATION"
    UNKNOWN_BUSINESS_VALIDATION = "UNKNOWN_BUSINESS_VALIDATION"
    MISSING_PAYMENT_INSTRUMENT = "MISSING_PAYMENT_INSTRUMENT"
    INVALID_PAYMENT_INSTRUMENT = "INVALID_PAYMENT_INSTRUMENT"
    UPDATE_EXISTING_RESOURCE_POLICY_WITH_TAGS_NOT_SUPPORTED = "UPDATE_EXISTING_RESOURCE_POLICY_WITH_TAGS_NOT_SUPPORTED"


class Creation(Record, gc=False):
    """A request to create an account; its end and its outcome are determined when it is made."""

    id: str
    serial: int
    account_name: str
    requested_at: datetime
    completes_at: datetime
    account_id: str | None = None
    govcloud_account_id: str | None = None
    failure: CreationFailure | None = None
