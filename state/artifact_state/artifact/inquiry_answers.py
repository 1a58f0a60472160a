"""Answers to compliance inquiries: samples, which say which reports to read. No word of AWS is in them."""

import re
from dataclasses import dataclass

from artifact_state.artifact import reports
from artifact_state.artifact.inquiries import cited
from artifact_state.model import State

_NOTHING = "This is a sample answer of an emulator. No report of the catalogue speaks of this; somebody looked at it."


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


def answer_to(state: State, query: str) -> Answer:
    """Answer a question by the reports that speak of its words."""
    found = [reports.report_of(state, report_id) for report_id in cited(state, query)]
    known = [one for one in found if one is not None]
    if not known:
        return Answer(_NOTHING, ())
    names = "; ".join(one.name for one in known)
    return Answer(
        f"This is a sample answer of an emulator. These reports speak of it: {names}."[:2048],
        tuple(
            Citation(
                label=re.sub(r"[^a-zA-Z0-9_\-\s]", " ", one.name)[:256],
                content=one.description[:2048],
                link=f"https://console.aws.amazon.com/artifact/reports/{one.id}",
            )
            for one in known
        ),
    )
