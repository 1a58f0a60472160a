"""Patterns of policies: `*` matches any characters, `?` matches one, and a policy variable stands for a condition key.

Matching never backtracks, so that no pattern can stall the emulator. The value of a variable is literal: a star in a
user name matches only a star.
Sources: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_variables.html
https://github.com/radkawar/stackd/blob/9dc356f5e5cc49d2d334178a09c1398dd1c62617/testdata/aws/iam/condition_strings.json
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
_NEAR, _LONG = 32, 4_096
"""The number of positions at which a piece with `?` is compared one by one, and that at which another piece is."""
_LITERALS = {"*": "*", "?": "?", "$": "$"}
_BEYOND_16_BITS = re.compile("[\U00010000-\U0010ffff]")


class Multivalued(tuple[str, ...]):
    """The values of a multivalued condition key, which only set operators compare, even if it has a single value.

    Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-single-vs-multi-valued-context-keys.html
    """

    __slots__ = ()


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
    """Return the condition keys that a text refers to in policy variables, as it spells them, and `*`, `?`, `$`."""
    return tuple(variable.partition(",")[0].strip() for variable in _VARIABLE.split(text)[1::2])


@lru_cache(maxsize=8192)
def matcher(resolved: str) -> Matcher:
    """Return a function that tests whether a text matches a resolved pattern."""
    if resolved == ANY:
        return _matches_anything
    if ONE in resolved:
        matches = _matcher(_utf16(resolved))
        return lambda text: matches(_utf16(text))
    if ANY not in resolved:
        return resolved.__eq__
    return _matcher(resolved)


def is_like(pattern: str, text: str) -> bool:
    """Return whether a text matches a pattern that has wildcards but no variables."""
    return matcher(_parse(pattern))(text)


def _matcher(resolved: str) -> Matcher:
    first, *others = resolved.split(ANY)
    if not others:
        return _piece(first).matches
    if first and ONE not in resolved and others == [""]:
        return lambda text: text.startswith(first)
    return _Pieces(first, others).match


def _utf16(text: str) -> str:
    """Return a text with two surrogates for a character beyond 16 bits, because `?` matches one unit of UTF-16."""
    return text if text.isascii() else _surrogates(text)


@lru_cache(maxsize=16)
def _surrogates(text: str) -> str:
    return _BEYOND_16_BITS.sub(_surrogate_pair, text)


def _surrogate_pair(match: re.Match[str]) -> str:
    high, low = divmod(ord(match[0]) - 0x10000, 0x400)
    return chr(0xD800 + high) + chr(0xDC00 + low)


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
    if isinstance(values, Multivalued):
        return None  # A multivalued key has no text, and does not take the default either.
    return values[0] if values else default


class _Piece:
    """A part of a pattern between two stars."""

    __slots__ = ("_regex", "has_one", "text")

    def __init__(self, text: str) -> None:
        self.text = text
        self.has_one = ONE in text
        # Every element matches exactly one character, so that a match at one position takes a time linear in the piece.
        self._regex = re.compile("".join("." if char == ONE else re.escape(char) for char in text), re.DOTALL)

    def matches(self, text: str) -> bool:
        return self._regex.fullmatch(text) is not None

    def find(self, text: str, start: int) -> int:
        # Most texts are short; the rest of a long one is searched in a time that does not grow with repetitions.
        if self.has_one:
            end = start + len(self.text) + _NEAR
            match = self._regex.search(text, start, end)
            index = match.start() if match else -1
        else:
            end = start + _LONG
            index = text.find(self.text, start, end)
        return index if index >= 0 or end >= len(text) else _positions(text).find(self.text, start)

    def is_at(self, text: str, start: int) -> bool:
        return self._regex.match(text, start) is not None if self.has_one else text.startswith(self.text, start)


_piece = lru_cache(maxsize=8192)(_Piece)


class _Positions:
    """The positions of each character in a long text, as the bits of a number.

    A search takes one operation on such a number for each character of the piece, however repetitive the text is.
    """

    __slots__ = ("_by_character", "_length", "_numbers")

    def __init__(self, text: str) -> None:
        self._length = len(text)
        self._by_character: dict[str, list[int]] = {}
        for position, char in enumerate(text):
            self._by_character.setdefault(char, []).append(position)
        self._numbers: dict[str, int] = {}

    def find(self, piece: str, start: int) -> int:
        """Return the first position at or after `start` at which the piece matches, or -1."""
        found = (1 << max(self._length - len(piece) + 1, 0)) - 1 >> start << start
        for offset, char in enumerate(piece):
            if char != ONE:
                found &= self._number(char) >> offset
            if not found:
                break
        return (found & -found).bit_length() - 1

    def _number(self, char: str) -> int:
        number = self._numbers.get(char)
        if number is None:
            bits = bytearray(self._length // 8 + 1)
            for position in self._by_character.get(char, ()):
                bits[position >> 3] |= 1 << (position & 7)
            number = self._numbers[char] = int.from_bytes(bits, "little")
        return number


# Many patterns are compared with one text.
_positions = lru_cache(maxsize=2)(_Positions)


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
