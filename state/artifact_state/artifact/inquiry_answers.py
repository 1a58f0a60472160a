"""Answers to compliance inquiries: samples, which say which reports to read. No word of AWS is in them."""

import re
from dataclasses import dataclass
from datetime import datetime

from artifact_state.artifact import inquiries, reports
from artifact_state.model import Inquiry, QueryStatus, State

_SAMPLE = "This is a sample answer of an emulator."


@dataclass(frozen=True, slots=True)
class Citation:
    """A report that an answer is drawn from."""

    label: str
    content: str
    link: str


@dataclass(frozen=True, slots=True)
class Answer:
    """What is answered to one question."""

    text: str
    citations: tuple[Citation, ...]


def answer_in(state: State, inquiry: Inquiry, query: str, now: datetime) -> Answer | None:
    """Answer a question of an inquiry by the reports that speak of its words; None while it has no answer."""
    if inquiries.query_status(inquiry, state, query, now) is not QueryStatus.COMPLETED:
        return None
    found = [reports.report_of(state, report_id) for report_id in inquiries.cited(state, query)]
    known = [one for one in found if one is not None]
    if not known:
        reviewed = " Somebody looked at it." if inquiries.needs_review(inquiry, state, query) else ""
        return Answer(f"{_SAMPLE} No report of the catalogue speaks of this.{reviewed}", ())
    names = "; ".join(one.name for one in known)
    return Answer(
        f"{_SAMPLE} These reports speak of it: {names}."[:2048],
        tuple(
            Citation(
                label=re.sub(r"[^a-zA-Z0-9_\-\s]", " ", one.name)[:256],
                content=one.description[:2048],
                link=f"https://console.aws.amazon.com/artifact/reports/{one.id}",
            )
            for one in known
        ),
    )
