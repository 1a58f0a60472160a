r"""Translate the patterns of AWS's models into the dialect that pydantic's engine reads.

AWS writes Java's dialect and matches whole strings, whatever anchors a pattern carries; `\d`, `\w`
and `\s` are ASCII there and Unicode in Rust's engine. The translation stays inside what Rust and
Python both read, so that a pattern with look-around, which Rust refuses, can go to Python's engine.
Anything that this module does not know is refused, never passed through.
"""

from collections.abc import Iterator
from dataclasses import dataclass

_SHORTHANDS = {"d": "0-9", "w": "A-Za-z0-9_", "s": r"\t\n\v\f\r "}
_CONTROLS = {"t": "\t", "n": "\n", "r": "\r", "f": "\f"}
_CONTROL_NAMES = {"\t": r"\t", "\n": r"\n", "\v": r"\v", "\f": r"\f", "\r": r"\r"}
_SPECIAL = frozenset(r"\.+*?()|[]{}^$")
_SPECIAL_IN_CLASS = frozenset(r"\[]^-")
_SET_OPERATIONS = ("&&", "~~")
_LOOK_AROUND = ("(?=", "(?!", "(?<=", "(?<!")
_PRINTABLE = range(0x20, 0x7F)
_FOUR_DIGITS = range(0x10000)


class UnknownPatternError(ValueError):
    """A pattern has a construct that this module does not translate."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Pattern:
    """A translated pattern, and whether only Python's engine can read it."""

    text: str
    looks_around: bool = False


def translate(pattern: str) -> Pattern | None:
    """Translate a pattern of AWS's models to one that matches whole strings; None when it matches any."""
    if pattern == r"[\s\S]*":
        return None
    try:
        pieces = list(_pieces(_unanchored(pattern)))
    except IndexError:
        raise UnknownPatternError(pattern) from None
    body = "".join(pieces)
    text = f"^(?:{body})$" if _alternates(pieces) else f"^{body}$"
    return Pattern(text=text, looks_around=any(piece in _LOOK_AROUND for piece in pieces))


def _unanchored(pattern: str) -> str:
    """Drop the outer anchors, which mean nothing where whole strings are matched."""
    pattern = pattern.removeprefix("^")
    return pattern if pattern.endswith(r"\$") else pattern.removesuffix("$")


def _alternates(pieces: list[str]) -> bool:
    """Tell whether a pattern has alternatives outside its groups, where anchors would bind to one of them."""
    depth = 0
    for piece in pieces:
        if piece.startswith("("):
            depth += 1
        elif piece == ")":
            depth -= 1
        elif piece == "|" and depth == 0:
            return True
    return False


def _pieces(pattern: str) -> Iterator[str]:
    """Translate a pattern piece by piece: a character, an escape, the opening of a group, a whole class."""
    at = 0
    while at < len(pattern):
        if pattern[at] == "[":
            piece, at = _character_class(pattern, at)
        elif pattern[at] == "(":
            piece, at = _group(pattern, at)
        elif pattern[at] == "\\":
            piece, at = _escape(pattern, at)
        else:
            piece, at = pattern[at], at + 1
        yield piece


def _group(pattern: str, at: int) -> tuple[str, int]:
    for opening in ("(?:", *_LOOK_AROUND):
        if pattern.startswith(opening, at):
            return opening, at + len(opening)
    if pattern.startswith("(?", at):
        raise UnknownPatternError(pattern)
    return "(", at + 1


def _escape(pattern: str, at: int) -> tuple[str, int]:
    """Translate an escape outside classes."""
    letter = pattern[at + 1]
    if letter in _SHORTHANDS:
        return f"[{_SHORTHANDS[letter]}]", at + 2
    if letter in "pP":
        return _property(pattern, at)
    character, at = _character(pattern, at)
    return _written(character, _SPECIAL), at


def _property(pattern: str, at: int) -> tuple[str, int]:
    if pattern[at + 2] != "{":
        raise UnknownPatternError(pattern)
    end = pattern.index("}", at) + 1
    return pattern[at:end], end


def _character_class(pattern: str, at: int) -> tuple[str, int]:
    """Translate a class, one member or range after another, so that no dialect's set operations slip in."""
    at += 1
    members = ["["]
    if pattern[at] == "^":
        members.append("^")
        at += 1
    while pattern[at] != "]":
        shorthand = pattern[at + 1] if pattern[at] == "\\" else ""
        if shorthand in _SHORTHANDS:
            members.append(_SHORTHANDS[shorthand])
            at += 2
        elif shorthand and shorthand in "pP":
            member, at = _property(pattern, at)
            members.append(member)
        else:
            member, at = _range(pattern, at)
            members.append(member)
    piece = "".join(members) + "]"
    if any(operation in piece for operation in _SET_OPERATIONS):
        raise UnknownPatternError(piece)
    return piece, at + 1


def _range(pattern: str, at: int) -> tuple[str, int]:
    first, at = _character(pattern, at)
    if pattern[at] != "-" or pattern[at + 1] == "]":
        return _written(first, _SPECIAL_IN_CLASS), at
    last, at = _character(pattern, at + 1)
    return f"{_written(first, _SPECIAL_IN_CLASS)}-{_written(last, _SPECIAL_IN_CLASS)}", at


def _character(pattern: str, at: int) -> tuple[str, int]:
    """Read one character, plain or escaped."""
    if pattern[at] == "[":
        raise UnknownPatternError(pattern)  # A class within a class is a union in Java.
    if pattern[at] != "\\":
        return pattern[at], at + 1
    letter = pattern[at + 1]
    if letter == "u":
        digits = _hexadecimal_digits(pattern, at + 2)
        return chr(int(digits, 16)), at + 2 + len(digits)
    if letter in _CONTROLS:
        return _CONTROLS[letter], at + 2
    if letter.isalnum():
        raise UnknownPatternError(pattern)
    return letter, at + 2


def _hexadecimal_digits(pattern: str, at: int) -> str:
    r"""Read the digits of a `\u` escape: four, or all of a code point beyond them.

    Java would read `\u10000` as U+1000 and a zero. The one pattern that has it, STS's `arnType`,
    spells XML's characters, where the range meant is U+10000 to U+10FFFF.
    """
    for beyond in ("10000", "10FFFF"):
        if pattern.startswith(beyond, at):
            return beyond
    return pattern[at : at + 4]


def _written(character: str, special: frozenset[str]) -> str:
    """Write a character so that Rust's and Python's engines read the same."""
    if character in special:
        return "\\" + character
    if character in _CONTROL_NAMES:
        return _CONTROL_NAMES[character]
    code = ord(character)
    if code in _PRINTABLE:
        return character
    return f"\\u{code:04X}" if code in _FOUR_DIGITS else f"\\U{code:08X}"
