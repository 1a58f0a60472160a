"""Compliance inquiries: their queries, and when they will have been processed and reviewed."""

from datetime import datetime
from enum import Enum

from artifact_state.record import Record


class InquirySource(Enum):
    """How the queries of an inquiry were submitted."""

    TEXT = "TEXT"
    FILE = "FILE"


class InquiryFailure(Enum):
    """Why the file of an inquiry could not be processed."""

    MALWARE = "malware"
    INTERNAL = "internal"


class InquiryStatus(Enum):
    """The status of an inquiry."""

    PROCESSING = "PROCESSING"
    HUMAN_REVIEW = "HUMAN_REVIEW"
    COMPLETED = "COMPLETED"
    FAILED = "FAILED"


class QueryStatus(Enum):
    """The status of one query of an inquiry."""

    PROCESSING = "PROCESSING"
    HUMAN_REVIEW = "HUMAN_REVIEW"
    COMPLETED = "COMPLETED"
    FAILED = "FAILED"


class Feedback(Record):
    """A rating of the response to an inquiry or to one of its queries."""

    rating: str
    query: int | None
    revision: int | None
    reasons: tuple[str, ...]
    comment: str | None
    submitted_at: datetime
    token: str | None = None


class Inquiry(Record):
    """A compliance inquiry; the instants of its processing and review are determined when it is created."""

    id: str
    serial: int
    account_id: str
    partition: str
    region: str
    name: str
    source: InquirySource
    queries: tuple[str, ...]
    ai_only: bool
    """Whether human review was declined."""
    created_at: datetime
    completes_at: datetime
    reviewed_at: datetime
    """When the human review of queries that no report answers is complete."""
    failure: InquiryFailure | None
    fingerprint: str
    """A hash of the request, by which a repetition with the same client token is recognized."""
    feedback: tuple[Feedback, ...] = ()
