"""The search for reports that answer a question about compliance: those that share most words with it."""

import re

from artifact_state.artifact.reports import published_reports
from artifact_state.model import State

_MAX_RESULTS = 3
_WORD = re.compile(r"[A-Za-z0-9]{2,}")
_STOP_WORDS = frozenset(
    _WORD.findall(
        "an and any are aws by can do does for from has have how in is it of on or our the to what when which who with "
        "you your"
    )
)


def find_reports(state: State, query: str) -> list[str]:
    """Return the ids of the reports that share words with a question, most words first."""
    words = _words_of(query) - _STOP_WORDS
    matches = []
    for _, published in published_reports(state):
        if published is None:
            continue
        report, _ = published
        if count := len(words & _words_of(f"{report.name} {report.series} {report.category}")):
            matches.append((-count, report.id))
    return [report_id for _, report_id in sorted(matches)[:_MAX_RESULTS]]


def _words_of(text: str) -> set[str]:
    return {word.lower() for word in _WORD.findall(text)}
