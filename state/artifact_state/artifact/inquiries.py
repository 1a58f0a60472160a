"""Compliance inquiries: questions about compliance, answered from the reports, with citations.

An inquiry stores what was asked and when it will have been worked on; how it stands follows from the
clock. Unverified throughout: AWS documents the operations and not how answers come about. A file is
read as text, a question a line; the test file of virus scanners is refused as AWS refuses malware.
Source: https://docs.aws.amazon.com/artifact/latest/APIReference/API_CreateComplianceInquiry.html
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from hashlib import sha256

from artifact_state import ids
from artifact_state.artifact import reports
from artifact_state.errors import InquiryConflict, InquiryNotFound, InvalidMember, MemberRule
from artifact_state.events import InquiryChanged
from artifact_state.model import Feedback, Inquiry, InquiryFailure, InquirySource, InquiryStatus, QueryStatus, State
from artifact_state.ordered_map import OrderedMap
from artifact_state.resource_tags import TagPairs, attach_tags
from artifact_state.world import Transaction

# https://www.eicar.org/download-anti-malware-testfile/ in two parts, so that no scanner takes this file for one.
_MALWARE = b"X5O!P%@AP[4\\PZX54(P^)7CC)7}$" + b"EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"
_LONGEST_QUERY = 2_048
_MOST_CITATIONS = 3
_WORD = re.compile(r"[A-Za-z0-9]{2,}")
_SMALL_WORDS = frozenset(
    [
        "a",
        "an",
        "and",
        "any",
        "are",
        "aws",
        "by",
        "can",
        "do",
        "does",
        "for",
        "from",
        "has",
        "have",
        "how",
        "in",
        "is",
        "it",
        "of",
        "on",
        "or",
        "our",
        "the",
        "to",
        "what",
        "when",
        "which",
        "who",
        "with",
        "you",
        "your",
    ]
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What is asked for: one question as text, or a file of several."""

    name: str
    content: str | bytes
    sections: tuple[str, ...] = ()
    """The sections of the file that are asked for. A text has none, so they choose nothing."""
    ai_only: bool = True
    """Whether no people are to look at it: AWS's default, and all that there is for a single question."""
    tags: TagPairs = ()


def create_inquiry(tx: Transaction, asked: Asked, *, token: str | None = None) -> Inquiry:
    """Ask a question, or several; the same token and request give the same inquiry.

    Raises InvalidMember, InquiryConflict.
    """
    _check_tags({key for key, _ in asked.tags}, "tags")
    if not asked.ai_only and isinstance(asked.content, str):
        raise InvalidMember("supportMode", MemberRule.FULL_SUPPORT_NEEDS_FILE)
    fingerprint = sha256(repr(asked).encode()).hexdigest()
    key = f"{tx.caller.account_id}/{token}"
    known = tx.state.inquiry_tokens.get(key) if token else None
    if known is not None:
        inquiry = tx.state.inquiries[known]
        if inquiry.asked != fingerprint:
            raise InquiryConflict(inquiry.id)
        return inquiry
    serial = tx.serial()
    queries, failure = _read(asked.content)
    inquiry = Inquiry(
        id=ids.inquiry_id(tx.state.seed, serial),
        serial=serial,
        account_id=tx.caller.account_id,
        partition=tx.caller.partition,
        region=tx.caller.region,
        name=asked.name,
        source=InquirySource.FILE if isinstance(asked.content, bytes) else InquirySource.TEXT,
        queries=queries,
        ai_only=asked.ai_only,
        created_at=tx.now,
        completes_at=tx.now + tx.options.inquiry_delay,
        reviewed_at=tx.now + tx.options.inquiry_delay + tx.options.review_delay,
        failure=tx.options.inquiry_failure or failure,
        asked=fingerprint,
    )
    tx.put(inquiry)
    own = tx.state.inquiry_order.get(inquiry.account_id, OrderedMap())
    tx.set(inquiry_order=tx.state.inquiry_order.insert(inquiry.account_id, own.set(serial, inquiry.id)))
    if token:
        tx.set(inquiry_tokens=tx.state.inquiry_tokens.insert(key, inquiry.id))
    attach_tags(tx, inquiry.id, asked.tags)
    tx.record(InquiryChanged(at=tx.now, account_id=inquiry.account_id, inquiry_id=inquiry.id))
    return inquiry


def inquiry_of(tx: Transaction, inquiry_id: str) -> Inquiry:
    """Tell an inquiry of the caller's account.

    Raises InquiryNotFound.
    """
    inquiry = tx.state.inquiries.get(inquiry_id)
    if inquiry is None or inquiry.account_id != tx.caller.account_id:
        raise InquiryNotFound(inquiry_id)
    return inquiry


def inquiries(tx: Transaction, after: int = -1) -> Iterator[tuple[int, Inquiry]]:
    """Go through the inquiries of the caller's account, the oldest first."""
    own = tx.state.inquiry_order.get(tx.caller.account_id, OrderedMap())
    return ((serial, tx.state.inquiries[one]) for serial, one in own.after(after))


def status_of(inquiry: Inquiry, state: State, now: datetime) -> InquiryStatus:
    """Tell how an inquiry stands: what no report answers is looked at by people, where they are to support it."""
    if now < inquiry.completes_at:
        return InquiryStatus.PROCESSING
    if inquiry.failure is not None:
        return InquiryStatus.FAILED
    awaited = now < inquiry.reviewed_at and any(needs_review(inquiry, state, one) for one in inquiry.queries)
    return InquiryStatus.HUMAN_REVIEW if awaited else InquiryStatus.COMPLETED


def updated_at(inquiry: Inquiry, state: State, now: datetime) -> datetime | None:
    """Tell when an inquiry last came to stand otherwise; None while it is worked on."""
    if now < inquiry.completes_at:
        return None
    reviewed = any(needs_review(inquiry, state, one) for one in inquiry.queries) and now >= inquiry.reviewed_at
    return inquiry.reviewed_at if reviewed else inquiry.completes_at


def query_status(inquiry: Inquiry, state: State, query: str, now: datetime) -> QueryStatus:
    """Tell how one question of an inquiry stands."""
    if now < inquiry.completes_at:
        return QueryStatus.PROCESSING
    if is_unsupported(query):
        return QueryStatus.FAILED
    if needs_review(inquiry, state, query) and now < inquiry.reviewed_at:
        return QueryStatus.HUMAN_REVIEW
    return QueryStatus.COMPLETED


def needs_review(inquiry: Inquiry, state: State, query: str) -> bool:
    """Tell whether people have to look at a question."""
    return not inquiry.ai_only and not is_unsupported(query) and not cited(state, query)


def is_unsupported(query: str) -> bool:
    """Tell whether a question is one that a text could not have been: too long, or with angle brackets."""
    return len(query) > _LONGEST_QUERY or "<" in query or ">" in query


def cited(state: State, query: str) -> list[str]:
    """Name the reports that speak of a question's words, those that speak of most of them first."""
    words = {one.lower() for one in _WORD.findall(query)} - _SMALL_WORDS
    found = []
    for _, one in reports.reports(state):
        if one is None:
            continue
        report = one[0]
        spoken = {word.lower() for word in _WORD.findall(f"{report.name} {report.series} {report.category}")}
        if count := len(words & spoken):
            found.append((-count, report.id))
    return [report_id for _, report_id in sorted(found)[:_MOST_CITATIONS]]


def check_exportable(tx: Transaction, inquiry_id: str, numbers: list[int] | None) -> Inquiry:
    """Give an inquiry that has been worked on, of which certain questions are wanted: all, if none are named.

    Raises InquiryNotFound, InvalidMember.
    """
    inquiry = inquiry_of(tx, inquiry_id)
    if status_of(inquiry, tx.state, tx.now) in (InquiryStatus.PROCESSING, InquiryStatus.FAILED):
        raise InvalidMember("complianceInquiryId", MemberRule.NOTHING_TO_EXPORT)
    if any(not 1 <= one <= len(inquiry.queries) for one in numbers or ()):
        raise InvalidMember("queryIdentifiers", MemberRule.UNKNOWN_QUERY, len(inquiry.queries))
    return inquiry


def give_feedback(tx: Transaction, inquiry_id: str, feedback: Feedback, *, token: str | None = None) -> Feedback:
    """Say what an answer was worth; the same token and feedback count once.

    Raises InquiryNotFound, InquiryConflict, InvalidMember.
    Source: https://docs.aws.amazon.com/artifact/latest/APIReference/API_PutComplianceInquiryFeedback.html
    """
    inquiry = inquiry_of(tx, inquiry_id)
    if status_of(inquiry, tx.state, tx.now) is InquiryStatus.PROCESSING:
        raise InquiryConflict(inquiry_id, in_progress=True)
    if feedback.query is not None and not 1 <= feedback.query <= len(inquiry.queries):
        raise InvalidMember("queryIdentifier", MemberRule.UNKNOWN_QUERY, len(inquiry.queries))
    if feedback.revision not in (None, 1):
        raise InvalidMember("responseRevisionId", MemberRule.UNKNOWN_REVISION)
    before = next((one for one in inquiry.feedback if token and one.token == token), None)
    if before is not None:
        if replace(before, submitted_at=feedback.submitted_at, token=None) != feedback:
            raise InquiryConflict(inquiry_id)
        return before
    given = replace(feedback, token=token)
    tx.put(replace(inquiry, feedback=(*inquiry.feedback, given)))
    tx.record(InquiryChanged(at=tx.now, account_id=inquiry.account_id, inquiry_id=inquiry.id))
    return given


def tag_inquiry(tx: Transaction, inquiry_id: str, tags: Mapping[str, str]) -> None:
    """Set tags; those of other keys remain.

    Raises InquiryNotFound, InvalidMember.
    """
    inquiry = inquiry_of(tx, inquiry_id)
    _check_tags(set(tags), "tags")
    held = {tag.key for tag in tx.state.tags.get(inquiry.id, ())}
    if len(held | set(tags)) > tx.quotas.tags_per_resource:
        raise InvalidMember("tags", MemberRule.TOO_MANY_TAGS, tx.quotas.tags_per_resource)
    attach_tags(tx, inquiry.id, tuple(tags.items()))


def untag_inquiry(tx: Transaction, inquiry_id: str, keys: list[str]) -> None:
    """Take the tags of certain keys away; a key that is not there is no error.

    Raises InquiryNotFound, InvalidMember.
    """
    inquiry = inquiry_of(tx, inquiry_id)
    _check_tags(set(keys), "tagKeys")
    held = tx.state.tags.get(inquiry.id, ())
    kept = tuple(tag for tag in held if tag.key not in keys)
    if kept != held:
        tags = tx.state.tags
        tx.set(tags=tags.insert(inquiry.id, kept) if kept else tags.remove(inquiry.id))


def inquiry_tags(tx: Transaction, inquiry_id: str) -> dict[str, str]:
    """Tell the tags of an inquiry.

    Raises InquiryNotFound.
    """
    return tags_on(tx.state, inquiry_of(tx, inquiry_id))


def tags_on(state: State, inquiry: Inquiry) -> dict[str, str]:
    """Tell the tags that are on an inquiry."""
    return {tag.key: tag.value for tag in state.tags.get(inquiry.id, ())}


def _check_tags(keys: set[str], member: str) -> None:
    if any(key.lower().startswith("aws:") for key in keys):
        raise InvalidMember(member, MemberRule.RESERVED_TAG_KEY)


def _read(content: str | bytes) -> tuple[tuple[str, ...], InquiryFailure | None]:
    """Read the questions of a text or a file."""
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
