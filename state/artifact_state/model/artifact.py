"""AWS Artifact: accepted agreements, tokens, and what an account chose."""

from dataclasses import dataclass
from datetime import datetime
from enum import Enum


class TerminatedBy(Enum):
    """Who ended an accepted agreement."""

    CUSTOMER = "customer"
    AWS = "aws"


@dataclass(frozen=True, slots=True, kw_only=True)
class Acceptance:
    """That an account accepted an agreement, for itself or for its organization.

    Whom it covers is not in here: ask `agreements.covers`.
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
    """The one call that a token opens."""

    ACCEPT_NDA = "accept the NDA"
    GET_AGREEMENT = "get the agreement"
    ACCEPT_TERMS = "agree to the terms"
    EXECUTE_AGREEMENT = "execute the agreement"
    TERMINATE_AGREEMENT = "terminate the agreement"
    GET_REPORT = "get the report"


@dataclass(frozen=True, slots=True, kw_only=True)
class Token:
    """A token of one purpose, one account and one subject, good once and for a while."""

    id: str
    serial: int
    purpose: TokenPurpose
    account_id: str
    subject: str
    """The id of the agreement, the accepted agreement, or the report and its version."""
    issued_at: datetime


class NotificationSubscription(Enum):
    """Whether an account is told of news in AWS Artifact."""

    SUBSCRIBED = "SUBSCRIBED"
    NOT_SUBSCRIBED = "NOT_SUBSCRIBED"
