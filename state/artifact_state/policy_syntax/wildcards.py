"""Patterns of policies: `*` matches any characters, `?` matches one, and a policy variable stands for a condition key.

Matching never backtracks, so that no pattern can stall the emulator. The value of a variable is literal: a star in a
user name matches only a star.
Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_variables.html
"""

import re
from collections.abc import Callable, Mapping
from functools import lru_cache

Keys = Mapping[str, tuple[str, ...]]
"""Condition keys, in lower case, with their values."""
Matcher = Callable[[str], bool]
ANY, ONE = "\ue000", "\ue001"
"""The wildcards `*` and `?` in a parsed pattern: private-use characters, which no value contains."""
_VARIABLE = re.compile(r"\$\{([^}]*)\}")
_DEFAULTED = re.compile(r"""\s*([^,\s]+)\s*,\s*'([^']*)'\s*""")
_COLONS = 5
_LITERALS = {"*": "*", "?": "?", "$": "$"}


class Pattern:
    """A parsed pattern, in which policy variables may be unresolved."""

    __slots__ = ("_parts", "fixed", "outline", "text")

    def __init__(self, text: str, *, variables: bool = True) -> None:
        self.text = text
        self._parts = _VARIABLE.split(text) if variables and "${" in text else [text]
        self.fixed = None if len(self._parts) > 1 else _parse(text)
        """The resolved pattern; None if it has variables."""
        self.outline = self._outline()
        """The pattern of an ARN with a wildcard for each variable; None if a variable may change the ARN's parts."""

    def _outline(self) -> str | None:
        # The value of a variable may contain colons, which do not separate parts in the last part of an ARN.
        if self.fixed is not None or self._parts[0].count(":") < _COLONS:
            return None
        return "".join(ANY if index % 2 else _parse(part) for index, part in enumerate(self._parts))

    def resolve(self, keys: Keys) -> str | None:
        """Return the pattern with the variables replaced by their values; None if a value is missing."""
        if self.fixed is not None:
            return self.fixed
        resolved = []
        for index, part in enumerate(self._parts):
            value = _value_of(part, keys) if index % 2 else _parse(part)
            if value is None:
                return None
            resolved.append(value)
        return "".join(resolved)

    def resolve_text(self, keys: Keys) -> str | None:
        """Return the resolved text, for operators that have no wildcards; None if a value is missing."""
        if self.fixed is not None:
            return self.text
        resolved = self.resolve(keys)
        return None if resolved is None else resolved.replace(ANY, "*").replace(ONE, "?")


def variables_in(text: str) -> tuple[str, ...]:
    """Return the condition keys that a text refers to in policy variables, as it spells them."""
    names = (variable.partition(",")[0].strip() for variable in _VARIABLE.split(text)[1::2])
    return tuple(name for name in names if name not in _LITERALS)


@lru_cache(maxsize=8192)
def matcher(resolved: str) -> Matcher:
    """Return a function that tests whether a text matches a resolved pattern."""
    if resolved == ANY:
        return _matches_anything
    if ANY not in resolved and ONE not in resolved:
        return resolved.__eq__
    first, *others = resolved.split(ANY)
    if not others:
        return _piece(first).matches
    if first and ONE not in resolved and others == [""]:
        return lambda text: text.startswith(first)
    return _Pieces(first, others).match


def is_like(pattern: str, text: str) -> bool:
    """Return whether a text matches a pattern that has wildcards but no variables."""
    return matcher(_parse(pattern))(text)


def _parse(text: str) -> str:
    return text.replace("*", ANY).replace("?", ONE)


def _matches_anything(text: str) -> bool:  # noqa: ARG001 - a matcher takes a text.
    return True


def _value_of(variable: str, keys: Keys) -> str | None:
    if variable in _LITERALS:
        return _LITERALS[variable]
    defaulted = _DEFAULTED.fullmatch(variable)
    name, default = (defaulted[1], defaulted[2]) if defaulted else (variable.strip(), None)
    values = keys.get(name.lower(), ())
    # A key with several values has no single text.
    return values[0] if len(values) == 1 else default


class _Piece:
    """A part of a pattern between two stars."""

    __slots__ = ("_regex", "text")

    def __init__(self, text: str) -> None:
        self.text = text
        # Every element matches exactly one character, so that the search never backtracks.
        self._regex = re.compile("".join("." if char == ONE else re.escape(char) for char in text), re.DOTALL)

    def matches(self, text: str) -> bool:
        return self._regex.fullmatch(text) is not None

    def find(self, text: str, start: int) -> int:
        if ONE not in self.text:
            return text.find(self.text, start)
        match = self._regex.search(text, start)
        return match.start() if match else -1

    def is_at(self, text: str, start: int) -> bool:
        if ONE not in self.text:
            return text.startswith(self.text, start)
        return self._regex.match(text, start) is not None


_piece = lru_cache(maxsize=8192)(_Piece)


class _Pieces:
    """A pattern with stars, as its pieces: matching each at the earliest position finds a match if there is one."""

    __slots__ = ("_first", "_last", "_middle")

    def __init__(self, first: str, others: list[str]) -> None:
        self._first = _piece(first)
        self._middle = [_piece(text) for text in others[:-1] if text]
        self._last = _piece(others[-1])

    def match(self, text: str) -> bool:
        start, end = len(self._first.text), len(text) - len(self._last.text)
        if start > end or not self._first.is_at(text, 0) or not self._last.is_at(text, end):
            return False
        for piece in self._middle:
            index = piece.find(text, start)
            if index < 0:
                return False
            start = index + len(piece.text)
        return start <= end
