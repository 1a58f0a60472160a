"""Accounts: what is known of each, how it came to be, and where it belongs."""

from dataclasses import dataclass
from datetime import datetime
from enum import Enum


class AccountState(Enum):
    """Where an account of an organization stands in its life."""

    PENDING_ACTIVATION = "PENDING_ACTIVATION"
    ACTIVE = "ACTIVE"
    SUSPENDED = "SUSPENDED"
    PENDING_CLOSURE = "PENDING_CLOSURE"
    CLOSED = "CLOSED"


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """An AWS account that has something to tell: any other 12-digit id is a standalone account too."""

    id: str
    name: str
    email: str
    suspended: bool = False
    """Whether AWS keeps its owner from using it."""
    activated_at: datetime | None = None
    """When its sign-up is completed; None for an account that did not wait for that."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Closure:
    """That a member account was closed: its instants are settled when the closing is asked for."""

    account_id: str
    requested_at: datetime
    closed_at: datetime
    gone_at: datetime
    """When the account is no member any more."""


class JoinedMethod(Enum):
    """How an account came into its organization."""

    INVITED = "INVITED"
    CREATED = "CREATED"


@dataclass(frozen=True, slots=True, kw_only=True)
class Membership:
    """That an account is in an organization, since when, and where in its tree."""

    account_id: str
    organization_id: str
    parent_id: str
    serial: int
    """The place in every listing of accounts: AWS lists in the order of creation."""
    joined_at: datetime
    """An account that is still being created joins in the future."""
    method: JoinedMethod
    ends_at: datetime | None = None
    """When a closed account is gone for good."""


class CreationState(Enum):
    """How a request to create an account stands."""

    IN_PROGRESS = "IN_PROGRESS"
    SUCCEEDED = "SUCCEEDED"
    FAILED = "FAILED"


class CreationFailure(Enum):
    """Why an account could not be created. Values are AWS's reasons."""

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


@dataclass(frozen=True, slots=True, kw_only=True)
class Creation:
    """A request to create an account: when it ends, and how, is settled when it is made."""

    id: str
    serial: int
    account_name: str
    requested_at: datetime
    completes_at: datetime
    account_id: str | None = None
    govcloud_account_id: str | None = None
    failure: CreationFailure | None = None
