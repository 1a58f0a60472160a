"""Where the statements of a policy stand in its text, as AWS's policy simulator tells it.

A statement of a list begins behind the bracket or the comma before it, one alone behind its own brace; each ends
behind its closing brace. Lines and columns count from 1. Seen in AWS's own output:
https://docs.aws.amazon.com/cli/latest/reference/iam/simulate-custom-policy.html
"""

from collections.abc import Iterator
from functools import lru_cache
from json import JSONDecoder
from typing import NamedTuple

_SPACE = " \t\n\r"
_decode = JSONDecoder().raw_decode


class Position(NamedTuple):
    """A place in a text."""

    line: int
    column: int


@lru_cache(maxsize=1024)
def positions_of(document: str) -> tuple[tuple[Position, Position], ...]:
    """Tell where each statement of a document that is known to be a policy begins and ends."""
    return tuple((_position(document, start), _position(document, end)) for start, end in _spans(document))


def _spans(document: str) -> Iterator[tuple[int, int]]:
    at = _statements_at(document)
    if document[at] == "{":
        yield at + 1, _decode(document, at)[1]
        return
    while document[at] in "[,":
        end = _decode(document, _skip(document, at + 1))[1]
        yield at + 1, end
        at = _skip(document, end)


def _statements_at(document: str) -> int:
    """Find the value of the last member `Statement`, which is the one that counts."""
    found, at = 0, _skip(document, 0)
    while document[at] in "{,":
        name, at = _decode(document, _skip(document, at + 1))
        at = _skip(document, _skip(document, at) + 1)
        if name == "Statement":
            found = at
        at = _skip(document, _decode(document, at)[1])
    return found


def _skip(document: str, at: int) -> int:
    while document[at] in _SPACE:
        at += 1
    return at


def _position(document: str, at: int) -> Position:
    return Position(document.count("\n", 0, at) + 1, at - document.rfind("\n", 0, at))
