"""Compliance inquiries: queries about compliance, which are answered from the reports.

An inquiry stores its queries and when they will have been processed; its status follows from the clock.
Unverified: AWS documents the operations but not how responses come about. Here a file is read as text with one
query a line, and the test file of virus scanners counts as malware.
Source: https://docs.aws.amazon.com/artifact/latest/APIReference/API_CreateComplianceInquiry.html
"""

from collections.abc import Iterator, Mapping
from datetime import datetime
from hashlib import sha256

from artifact_state import ids
from artifact_state.artifact.report_search import find_reports
from artifact_state.errors import InquiryConflict, InquiryNotFound, InvalidMember, MemberRule
from artifact_state.events import InquiryChanged
from artifact_state.model import Feedback, Inquiry, InquiryFailure, InquirySource, InquiryStatus, QueryStatus, State
from artifact_state.ordered_map import OrderedMap
from artifact_state.record import Record, astuple, replace
from artifact_state.resource_tags import TagPairs, attach_tags, set_tags
from artifact_state.world import Transaction

# https://www.eicar.org/download-anti-malware-testfile/ is split, so that scanners do not report this source file.
_MALWARE = b"X5O!P%@AP[4\\PZX54(P^)7CC)7}$" + b"EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"
_MAX_QUERY_LENGTH = 2_048


class InquiryRequest(Record):
    """The contents of a new inquiry: one query as text, or a file of queries."""

    name: str
    content: str | bytes
    sections: tuple[str, ...] = ()
    """The sections of the file to process. They have no effect here, because files are read as plain text."""
    ai_only: bool = True
    """Whether human review is declined: AWS's default, and the only choice for a single query."""
    tags: TagPairs = ()


def create_inquiry(tx: Transaction, request: InquiryRequest, *, token: str | None = None) -> Inquiry:
    """Create an inquiry; the same client token and request return the same inquiry.

    Raises InvalidMember, InquiryConflict.
    """
    _check_tags({key for key, _ in request.tags}, "tags")
    if not request.ai_only and isinstance(request.content, str):
        raise InvalidMember("supportMode", MemberRule.FULL_SUPPORT_NEEDS_FILE)
    fingerprint = sha256(repr(astuple(request)).encode()).hexdigest()
    key = f"{tx.caller.account_id}/{token}"
    known_id = tx.state.inquiry_tokens.get(key) if token else None
    if known_id is not None:
        inquiry = tx.state.inquiries[known_id]
        if inquiry.fingerprint != fingerprint:
            raise InquiryConflict(inquiry.id)
        return inquiry
    serial = tx.serial()
    queries, failure = _read_queries(request.content)
    inquiry = Inquiry(
        id=ids.inquiry_id(tx.state.seed, serial),
        serial=serial,
        account_id=tx.caller.account_id,
        partition=tx.caller.partition,
        region=tx.caller.region,
        name=request.name,
        source=InquirySource.FILE if isinstance(request.content, bytes) else InquirySource.TEXT,
        queries=queries,
        ai_only=request.ai_only,
        created_at=tx.now,
        completes_at=tx.now + tx.options.inquiry_delay,
        reviewed_at=tx.now + tx.options.inquiry_delay + tx.options.review_delay,
        failure=tx.inquiry_failure or failure,
        fingerprint=fingerprint,
    )
    tx.put(inquiry)
    order = tx.state.inquiry_order.get(inquiry.account_id, OrderedMap())
    tx.insert("inquiry_order", inquiry.account_id, order.set(serial, inquiry.id))
    if token:
        tx.insert("inquiry_tokens", key, inquiry.id)
    attach_tags(tx, inquiry.id, request.tags)
    tx.record(InquiryChanged(at=tx.now, account_id=inquiry.account_id, inquiry_id=inquiry.id))
    return inquiry


def inquiry_of(tx: Transaction, inquiry_id: str) -> Inquiry:
    """Return an inquiry of the caller's account.

    Raises InquiryNotFound.
    """
    inquiry = tx.state.inquiries.get(inquiry_id)
    if inquiry is None or inquiry.account_id != tx.caller.account_id:
        raise InquiryNotFound(inquiry_id)
    return inquiry


def inquiries(tx: Transaction, after: int = -1) -> Iterator[tuple[int, Inquiry]]:
    """Return an iterator of the inquiries of the caller's account, the oldest first."""
    order = tx.state.inquiry_order.get(tx.caller.account_id, OrderedMap())
    return ((serial, tx.state.inquiries[inquiry_id]) for serial, inquiry_id in order.after(after))


def inquiry_status(inquiry: Inquiry, state: State, now: datetime) -> InquiryStatus:
    """Return the status of an inquiry, which is in human review while a query that no report answers is."""
    if now < inquiry.completes_at:
        return InquiryStatus.PROCESSING
    if inquiry.failure is not None:
        return InquiryStatus.FAILED
    in_review = now < inquiry.reviewed_at and any(needs_review(inquiry, state, query) for query in inquiry.queries)
    return InquiryStatus.HUMAN_REVIEW if in_review else InquiryStatus.COMPLETED


def updated_at(inquiry: Inquiry, state: State, now: datetime) -> datetime | None:
    """Return the instant at which the status of an inquiry last changed, or None while it is being processed."""
    if now < inquiry.completes_at:
        return None
    reviewed = any(needs_review(inquiry, state, query) for query in inquiry.queries) and now >= inquiry.reviewed_at
    return inquiry.reviewed_at if reviewed else inquiry.completes_at


def query_status(inquiry: Inquiry, state: State, query: str, now: datetime) -> QueryStatus:
    """Return the status of one query of an inquiry."""
    if now < inquiry.completes_at:
        return QueryStatus.PROCESSING
    if is_unsupported(query):
        return QueryStatus.FAILED
    if needs_review(inquiry, state, query) and now < inquiry.reviewed_at:
        return QueryStatus.HUMAN_REVIEW
    return QueryStatus.COMPLETED


def needs_review(inquiry: Inquiry, state: State, query: str) -> bool:
    """Return whether a query is reviewed by humans, because no report answers it."""
    return not inquiry.ai_only and not is_unsupported(query) and not find_reports(state, query)


def is_unsupported(query: str) -> bool:
    """Return whether a query from a file is too long or contains angle brackets, which a text query cannot."""
    return len(query) > _MAX_QUERY_LENGTH or "<" in query or ">" in query


def require_exportable(tx: Transaction, inquiry_id: str, numbers: list[int] | None) -> Inquiry:
    """Return an inquiry whose responses can be exported: all of them, or those of the numbered queries.

    Raises InquiryNotFound, InvalidMember.
    """
    inquiry = inquiry_of(tx, inquiry_id)
    if inquiry_status(inquiry, tx.state, tx.now) in (InquiryStatus.PROCESSING, InquiryStatus.FAILED):
        raise InvalidMember("complianceInquiryId", MemberRule.NOTHING_TO_EXPORT)
    if any(not 1 <= number <= len(inquiry.queries) for number in numbers or ()):
        raise InvalidMember("queryIdentifiers", MemberRule.UNKNOWN_QUERY, len(inquiry.queries))
    return inquiry


def put_feedback(tx: Transaction, inquiry_id: str, feedback: Feedback, *, token: str | None = None) -> Feedback:
    """Record feedback on a response; the same client token and feedback are recorded once.

    Raises InquiryNotFound, InquiryConflict, InvalidMember.
    Source: https://docs.aws.amazon.com/artifact/latest/APIReference/API_PutComplianceInquiryFeedback.html
    """
    inquiry = inquiry_of(tx, inquiry_id)
    if inquiry_status(inquiry, tx.state, tx.now) is InquiryStatus.PROCESSING:
        raise InquiryConflict(inquiry_id, in_progress=True)
    if feedback.query is not None and not 1 <= feedback.query <= len(inquiry.queries):
        raise InvalidMember("queryIdentifier", MemberRule.UNKNOWN_QUERY, len(inquiry.queries))
    if feedback.revision not in (None, 1):
        raise InvalidMember("responseRevisionId", MemberRule.UNKNOWN_REVISION)
    known = next((earlier for earlier in inquiry.feedback if token and earlier.token == token), None)
    if known is not None:
        if replace(known, submitted_at=feedback.submitted_at, token=None) != feedback:
            raise InquiryConflict(inquiry_id)
        return known
    feedback = replace(feedback, token=token)
    tx.put(replace(inquiry, feedback=(*inquiry.feedback, feedback)))
    tx.record(InquiryChanged(at=tx.now, account_id=inquiry.account_id, inquiry_id=inquiry.id))
    return feedback


def tag_inquiry(tx: Transaction, inquiry_id: str, tags: Mapping[str, str]) -> None:
    """Add tags to an inquiry, or change the values of existing ones.

    Raises InquiryNotFound, InvalidMember.
    """
    inquiry = inquiry_of(tx, inquiry_id)
    _check_tags(set(tags), "tags")
    present = {tag.key for tag in tx.state.tags.get(inquiry.id, ())}
    if len(present | set(tags)) > tx.quotas.tags_per_resource:
        raise InvalidMember("tags", MemberRule.TOO_MANY_TAGS, tx.quotas.tags_per_resource)
    attach_tags(tx, inquiry.id, tuple(tags.items()))


def untag_inquiry(tx: Transaction, inquiry_id: str, keys: list[str]) -> None:
    """Remove the tags with the given keys; missing keys are ignored.

    Raises InquiryNotFound, InvalidMember.
    """
    inquiry = inquiry_of(tx, inquiry_id)
    _check_tags(set(keys), "tagKeys")
    tags = tx.state.tags.get(inquiry.id, ())
    remaining = tuple(tag for tag in tags if tag.key not in keys)
    if remaining != tags:
        set_tags(tx, inquiry.id, remaining)


def inquiry_tags(tx: Transaction, inquiry_id: str) -> dict[str, str]:
    """Return the tags of an inquiry of the caller's account.

    Raises InquiryNotFound.
    """
    return tags_of(tx.state, inquiry_of(tx, inquiry_id))


def tags_of(state: State, inquiry: Inquiry) -> dict[str, str]:
    """Return the tags of an inquiry."""
    return {tag.key: tag.value for tag in state.tags.get(inquiry.id, ())}


def _check_tags(keys: set[str], member: str) -> None:
    if any(key.lower().startswith("aws:") for key in keys):
        raise InvalidMember(member, MemberRule.RESERVED_TAG_KEY)


def _read_queries(content: str | bytes) -> tuple[tuple[str, ...], InquiryFailure | None]:
    """Return the queries of a text or a file, and why the file cannot be processed."""
    if isinstance(content, str):
        return (content,), None
    if _MALWARE in content:
        return (), InquiryFailure.MALWARE
    try:
        lines = content.decode().splitlines()
    except UnicodeDecodeError:
        return (), InquiryFailure.INTERNAL
    queries = tuple(line.strip() for line in lines if line.strip())
    return queries, None if queries else InquiryFailure.INTERNAL
