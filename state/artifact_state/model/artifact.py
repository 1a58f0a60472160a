"""AWS Artifact: accepted agreements, tokens and account settings."""

from datetime import datetime
from enum import Enum

from artifact_state.record import Record


class TerminatedBy(Enum):
    """The party that terminated an accepted agreement."""

    CUSTOMER = "customer"
    AWS = "aws"


class Acceptance(Record):
    """The fact that an account accepted an agreement, for itself or for its organization.

    Which accounts it covers is not stored: `agreements.covers` computes it.
    """

    id: str
    serial: int
    agreement_id: str
    partition: str
    account_id: str
    organization_id: str | None
    effective_start: datetime
    effective_end: datetime | None = None
    terminated_by: TerminatedBy | None = None


class TokenPurpose(Enum):
    """The operation that a token authorizes."""

    ACCEPT_NDA = "accept the NDA"
    GET_AGREEMENT = "get the agreement"
    ACCEPT_TERMS = "agree to the terms"
    EXECUTE_AGREEMENT = "execute the agreement"
    TERMINATE_AGREEMENT = "terminate the agreement"
    GET_REPORT = "get the report"


class Token(Record):
    """A single-use token with one purpose, one account, one subject and a limited lifetime."""

    id: str
    serial: int
    purpose: TokenPurpose
    account_id: str
    subject: str
    """The id of the agreement or customer agreement, or the report and its version."""
    issued_at: datetime


class NotificationSubscription(Enum):
    """Whether an account is subscribed to AWS Artifact's notifications."""

    SUBSCRIBED = "SUBSCRIBED"
    NOT_SUBSCRIBED = "NOT_SUBSCRIBED"
