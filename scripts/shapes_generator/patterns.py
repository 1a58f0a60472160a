r"""Translate the patterns of AWS's models into the dialect of pydantic's engine.

AWS uses Java's dialect and matches whole strings, with or without anchors; `\d`, `\w` and `\s` are ASCII there and
Unicode in Rust's engine. The translation is valid for Rust and for Python alike, so that a pattern with look-around,
which Rust does not support, can be given to Python's engine. Unknown constructs are refused, never passed through.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from string import hexdigits

_SHORTHANDS = {"d": "0-9", "w": "A-Za-z0-9_", "s": r"\t\n\v\f\r "}
_CONTROLS = {"t": "\t", "n": "\n", "r": "\r", "f": "\f"}
_CODE_LENGTHS = {"x": 2, "u": 4}
"""Hexadecimal digits after `\\x` and `\\u`."""
_CONTROL_NAMES = {"\t": r"\t", "\n": r"\n", "\v": r"\v", "\f": r"\f", "\r": r"\r"}
_SPECIAL = frozenset(r"\.+*?()|[]{}^$")
_SPECIAL_IN_CLASS = frozenset(r"\[]^-")
_SET_OPERATIONS = ("&&", "~~")
_LOOK_AROUND = ("(?=", "(?!", "(?<=", "(?<!")
_PRINTABLE = range(0x20, 0x7F)
_FOUR_DIGITS = range(0x10000)


class UnknownPatternError(ValueError):
    """A pattern has a construct that cannot be translated."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Pattern:
    """A translated pattern, and whether it needs Python's engine."""

    text: str
    looks_around: bool = False


def translate(pattern: str) -> Pattern | None:
    """Return a pattern that matches whole strings as AWS's does, or None if AWS's matches every string.

    Raises UnknownPatternError.
    """
    if pattern == r"[\s\S]*":
        return None
    try:
        pieces = list(_pieces(_unanchored(pattern)))
    except IndexError:
        raise UnknownPatternError("it ends too early") from None
    body = "".join(pieces)
    text = f"^(?:{body})$" if _alternates(pieces) else f"^{body}$"
    return Pattern(text=text, looks_around=any(piece in _LOOK_AROUND for piece in pieces))


def _unanchored(pattern: str) -> str:
    """Remove the outer anchors, which have no effect where whole strings are matched."""
    pattern = pattern.removeprefix("^")
    return pattern if pattern.endswith(r"\$") else pattern.removesuffix("$")


def _alternates(pieces: list[str]) -> bool:
    """Return whether a pattern has alternatives outside its groups, where an anchor would apply to one of them."""
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
    """Translate a pattern piece by piece: a character, an escape, the opening of a group, or a whole class."""
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
        raise UnknownPatternError(f"{pattern[at : at + 3]} opens an unknown kind of group")
    return "(", at + 1


def _escape(pattern: str, at: int) -> tuple[str, int]:
    """Translate an escape outside classes."""
    letter = pattern[at + 1]
    if letter in _SHORTHANDS:
        return f"[{_SHORTHANDS[letter]}]", at + 2
    if letter in "pP":
        return _property(pattern, at)
    character, at = _character(pattern, at)
    return _literal(character, _SPECIAL), at


def _property(pattern: str, at: int) -> tuple[str, int]:
    end = pattern.find("}", at) + 1
    if pattern[at + 2] != "{" or not end:
        raise UnknownPatternError(f"{pattern[at : at + 3]} is not a property in braces")
    return pattern[at:end], end


def _character_class(pattern: str, at: int) -> tuple[str, int]:
    """Translate a class member by member, so that no dialect reads set operations into it."""
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
        raise UnknownPatternError(f"{piece} has a set operation")
    return piece, at + 1


def _range(pattern: str, at: int) -> tuple[str, int]:
    first, at = _character(pattern, at)
    if pattern[at] != "-" or pattern[at + 1] == "]":
        return _literal(first, _SPECIAL_IN_CLASS), at
    last, at = _character(pattern, at + 1)
    return f"{_literal(first, _SPECIAL_IN_CLASS)}-{_literal(last, _SPECIAL_IN_CLASS)}", at


def _character(pattern: str, at: int) -> tuple[str, int]:
    """Read one character, plain or escaped."""
    if pattern[at] == "[":
        raise UnknownPatternError("a class within a class is a union in Java")
    if pattern[at] != "\\":
        return pattern[at], at + 1
    letter = pattern[at + 1]
    if letter in _CODE_LENGTHS:
        digits = _code_point(pattern, at + 2, _CODE_LENGTHS[letter])
        return chr(int(digits, 16)), at + 2 + len(digits)
    if letter in _CONTROLS:
        return _CONTROLS[letter], at + 2
    if letter.isalnum():
        raise UnknownPatternError(f"\\{letter} is an unknown escape")
    return letter, at + 2


def _code_point(pattern: str, at: int, length: int) -> str:
    r"""Return the hexadecimal digits of a code point: two after `\x`, and four after `\u` unless it is above U+FFFF.

    Java would read `\u10000` as U+1000 followed by a zero. The only pattern that has it, `arnType` of AWS STS, lists
    the characters of XML, where the intended range is U+10000 to U+10FFFF.
    """
    for digits in ("10000", "10FFFF"):
        if length == 4 and pattern.startswith(digits, at):
            return digits
    digits = pattern[at : at + length]
    if len(digits) < length or not set(digits) <= set(hexdigits):
        raise UnknownPatternError(f"{pattern[at - 2 : at + length]} is not the code of a character")
    return digits


def _literal(character: str, special: frozenset[str]) -> str:
    """Return a character as both Rust's and Python's engines read it."""
    if character in special:
        return "\\" + character
    if character in _CONTROL_NAMES:
        return _CONTROL_NAMES[character]
    code = ord(character)
    if code in _PRINTABLE:
        return character
    return f"\\u{code:04X}" if code in _FOUR_DIGITS else f"\\U{code:08X}"
