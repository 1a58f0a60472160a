"""Sample answers to compliance inquiries, which name the reports to read. They contain no text of AWS."""

import re
from datetime import datetime

from artifact_state.artifact.inquiries import needs_review, query_status
from artifact_state.artifact.report_search import find_reports
from artifact_state.artifact.reports import report_of
from artifact_state.model import Inquiry, QueryStatus, State
from artifact_state.record import Record

_SAMPLE = "This is a sample answer of an emulator."


class Citation(Record, kw_only=False):
    """A report on which an answer is based."""

    label: str
    content: str
    link: str


class Answer(Record, kw_only=False):
    """The answer to one query."""

    text: str
    citations: tuple[Citation, ...]


def answer_query(state: State, inquiry: Inquiry, query: str, now: datetime) -> Answer | None:
    """Return the answer to a query of an inquiry, or None while it has none."""
    if query_status(inquiry, state, query, now) is not QueryStatus.COMPLETED:
        return None
    reports = [report for report_id in find_reports(state, query) if (report := report_of(state, report_id))]
    if not reports:
        reviewed = " Somebody looked at it." if needs_review(inquiry, state, query) else ""
        return Answer(f"{_SAMPLE} No report of the catalogue speaks of this.{reviewed}", ())
    names = "; ".join(report.name for report in reports)
    return Answer(
        f"{_SAMPLE} These reports speak of it: {names}."[:2048],
        tuple(
            Citation(
                label=re.sub(r"[^a-zA-Z0-9_\-\s]", " ", report.name)[:256],
                content=report.description[:2048],
                link=f"https://console.aws.amazon.com/artifact/reports/{report.id}",
            )
            for report in reports
        ),
    )
