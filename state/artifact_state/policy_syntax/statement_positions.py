"""The positions of statements in the text of a policy, as AWS's policy simulator reports them.

The first statement of a list begins after the bracket, and each further one after the statement before it. A statement
without a list begins after its own brace. Each ends after its closing brace. Lines and columns count from 1.
Sources:
https://docs.aws.amazon.com/cli/latest/reference/iam/simulate-custom-policy.html
https://github.com/ScottLogic/blog/pull/308
https://github.com/radkawar/stackd/blob/9dc356f5e5cc49d2d334178a09c1398dd1c62617/testdata/aws/iam/simulation.json
"""

import re
from bisect import bisect_right
from collections.abc import Iterator
from functools import lru_cache
from json import JSONDecoder
from typing import NamedTuple

_SPACE = " \t\n\r"
_BREAK = re.compile(r"\r\n?|\n")
_decode = JSONDecoder().raw_decode


class Position(NamedTuple):
    """A position in a text."""

    line: int
    column: int


@lru_cache(maxsize=1024)
def positions_of(document: str) -> tuple[tuple[Position, Position], ...]:
    """Return the start and the end of each statement of a valid policy document."""
    lines = [0, *(match.end() for match in _BREAK.finditer(document))]
    return tuple((_position(lines, start), _position(lines, end)) for start, end in _spans(document))


def _spans(document: str) -> Iterator[tuple[int, int]]:
    at = _statements_at(document)
    begin = at + 1
    if document[at] == "{":
        yield begin, _decode(document, at)[1]
        return
    while document[at] in "[,":
        end = _decode(document, _skip(document, at + 1))[1]
        yield begin, end
        begin, at = end, _skip(document, end)


def _statements_at(document: str) -> int:
    """Return the index of the value of the last `Statement` member, which is the one that counts."""
    index, at = 0, _skip(document, 0)
    while document[at] in "{,":
        name, at = _decode(document, _skip(document, at + 1))
        at = _skip(document, _skip(document, at) + 1)
        if name == "Statement":
            index = at
        at = _skip(document, _decode(document, at)[1])
    return index


def _skip(document: str, at: int) -> int:
    while document[at] in _SPACE:
        at += 1
    return at


def _position(lines: list[int], at: int) -> Position:
    """Return the line and the column of an index, given the indexes at which the lines begin."""
    line = bisect_right(lines, at)
    return Position(line, at - lines[line - 1] + 1)
