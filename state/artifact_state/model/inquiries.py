"""Compliance inquiries: questions, and when they will have been worked on."""

from dataclasses import dataclass
from datetime import datetime
from enum import Enum


class InquirySource(Enum):
    """How the questions of an inquiry came."""

    TEXT = "TEXT"
    FILE = "FILE"


class InquiryFailure(Enum):
    """Why the file of an inquiry could not be worked on."""

    MALWARE = "malware"
    INTERNAL = "internal"


class InquiryStatus(Enum):
    """How an inquiry stands."""

    PROCESSING = "PROCESSING"
    HUMAN_REVIEW = "HUMAN_REVIEW"
    COMPLETED = "COMPLETED"
    FAILED = "FAILED"


class QueryStatus(Enum):
    """How one question of an inquiry stands."""

    PROCESSING = "PROCESSING"
    HUMAN_REVIEW = "HUMAN_REVIEW"
    COMPLETED = "COMPLETED"
    FAILED = "FAILED"


@dataclass(frozen=True, slots=True, kw_only=True)
class Feedback:
    """What somebody says that an answer was worth."""

    rating: str
    query: int | None
    revision: int | None
    reasons: tuple[str, ...]
    comment: str | None
    submitted_at: datetime
    token: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Inquiry:
    """Questions about compliance, and when they will have been worked on."""

    id: str
    serial: int
    account_id: str
    partition: str
    region: str
    name: str
    source: InquirySource
    queries: tuple[str, ...]
    ai_only: bool
    """Whether no people are to look at it."""
    created_at: datetime
    completes_at: datetime
    reviewed_at: datetime
    """When people will have looked at what no report answers."""
    failure: InquiryFailure | None
    asked: str
    """A fingerprint of the request, to know it again by."""
    feedback: tuple[Feedback, ...] = ()
