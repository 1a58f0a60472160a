"""Patterns of policies: `*` stands for any characters, `?` for one, and a variable for what the call has of it.

Matching takes time in proportion to the text, whatever the pattern: no backtracking, so that no policy can stop the
emulator. Variables' values are taken as they are: a star in a user's name stands for a star.
Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_variables.html
"""

import re
from collections.abc import Callable, Mapping
from functools import lru_cache

Keys = Mapping[str, tuple[str, ...]]
"""Condition keys in lower case, and their values."""
Matcher = Callable[[str], bool]
ANY, ONE = "\ue000", "\ue001"
"""What stands for `*` and `?` once a pattern is read: nobody writes these, so that a value is never taken for them."""
_VARIABLE = re.compile(r"\$\{([^}]*)\}")
_DEFAULTED = re.compile(r"""\s*([^,\s]+)\s*,\s*'([^']*)'\s*""")
_COLONS = 5
_LITERAL = {"*": "*", "?": "?", "$": "$"}


class Pattern:
    """A pattern that was read: what it says, and whether it waits for a call's variables."""

    __slots__ = ("_parts", "fixed", "outline", "text")

    def __init__(self, text: str, *, variables: bool = True) -> None:
        self.text = text
        self._parts = _VARIABLE.split(text) if variables and "${" in text else [text]
        self.fixed = None if len(self._parts) > 1 else _read(text)
        """The pattern, if it waits for nothing."""
        self.outline = self._outline()
        """What fits the pattern of an ARN whatever its variables are; None where they may be anywhere in it."""

    def _outline(self) -> str | None:
        # A value may have colons of its own: only in the last part of an ARN they part nothing.
        if self.fixed is not None or self._parts[0].count(":") < _COLONS:
            return None
        return "".join(ANY if at % 2 else _read(part) for at, part in enumerate(self._parts))

    def filled(self, keys: Keys) -> str | None:
        """Give the pattern with a call's values in it; None if the call has not what it needs."""
        if self.fixed is not None:
            return self.fixed
        filled = []
        for at, part in enumerate(self._parts):
            value = _value_of(part, keys) if at % 2 else _read(part)
            if value is None:
                return None
            filled.append(value)
        return "".join(filled)

    def plain(self, keys: Keys) -> str | None:
        """Give the text with a call's values in it, for operators to which a star is a star."""
        if self.fixed is not None:
            return self.text
        filled = self.filled(keys)
        return None if filled is None else filled.replace(ANY, "*").replace(ONE, "?")


def variables_in(text: str) -> tuple[str, ...]:
    """Name the keys that a text has variables of, as it writes them."""
    named = (one.partition(",")[0].strip() for one in _VARIABLE.split(text)[1::2])
    return tuple(one for one in named if one not in _LITERAL)


@lru_cache(maxsize=8192)
def matcher(filled: str) -> Matcher:
    """Make what tells whether a text fits a pattern without variables."""
    if filled == ANY:
        return _everything
    if ANY not in filled and ONE not in filled:
        return filled.__eq__
    first, *others = filled.split(ANY)
    if not others:
        return _piece(first).is_whole
    if first and ONE not in filled and others == [""]:
        return lambda text: text.startswith(first)
    return _Pieces(first, others).fit


def is_like(pattern: str, text: str) -> bool:
    """Tell whether a text fits a pattern as it is written, without variables."""
    return matcher(_read(pattern))(text)


def _read(text: str) -> str:
    return text.replace("*", ANY).replace("?", ONE)


def _everything(text: str) -> bool:  # noqa: ARG001 - a matcher is asked of a text.
    return True


def _value_of(variable: str, keys: Keys) -> str | None:
    if variable in _LITERAL:
        return _LITERAL[variable]
    defaulted = _DEFAULTED.fullmatch(variable)
    name, default = (defaulted[1], defaulted[2]) if defaulted else (variable.strip(), None)
    values = keys.get(name.lower(), ())
    # A key of several values stands for no one text.
    return values[0] if len(values) == 1 else default


class _Piece:
    """A part of a pattern between two stars."""

    __slots__ = ("_regex", "text")

    def __init__(self, text: str) -> None:
        self.text = text
        # One character each: such a search never goes back.
        self._regex = re.compile("".join("." if one == ONE else re.escape(one) for one in text), re.DOTALL)

    def is_whole(self, text: str) -> bool:
        return self._regex.fullmatch(text) is not None

    def find(self, text: str, start: int) -> int:
        if ONE not in self.text:
            return text.find(self.text, start)
        found = self._regex.search(text, start)
        return found.start() if found else -1

    def is_at(self, text: str, start: int) -> bool:
        if ONE not in self.text:
            return text.startswith(self.text, start)
        return self._regex.match(text, start) is not None


_piece = lru_cache(maxsize=8192)(_Piece)


class _Pieces:
    """A pattern with stars: its pieces, each sought as early as it can be, which misses nothing."""

    __slots__ = ("_first", "_last", "_middle")

    def __init__(self, first: str, others: list[str]) -> None:
        self._first = _piece(first)
        self._middle = [_piece(one) for one in others[:-1] if one]
        self._last = _piece(others[-1])

    def fit(self, text: str) -> bool:
        place, end = len(self._first.text), len(text) - len(self._last.text)
        if place > end or not self._first.is_at(text, 0) or not self._last.is_at(text, end):
            return False
        for piece in self._middle:
            found = piece.find(text, place)
            if found < 0:
                return False
            place = found + len(piece.text)
        return place <= end
