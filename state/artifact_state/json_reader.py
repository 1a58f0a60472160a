"""A JSON file, read value by value: a large one needs little memory and lets other threads run.

A value that fits into the text read so far is decoded as a whole. A larger object or array is an iterator of its
members or items, each of which has to be read before the next.
"""

import json
import re
from codecs import getincrementaldecoder
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, BinaryIO, NoReturn

_WINDOW = 64 * 1024
"""The largest value, in characters, that is certainly decoded as a whole."""
_CHUNK = 4 * _WINDOW
_MAX_DEPTH = 100
_space = re.compile(r"[ \t\n\r]*")


class InvalidJson(ValueError):
    """The file is not JSON, or nested too deeply."""


class Members(Iterator[tuple[str, Any]]):
    """The members of a large object."""

    def __init__(self, members: Iterator[tuple[str, Any]]) -> None:
        self._members = members

    def __next__(self) -> tuple[str, Any]:
        return next(self._members)


class Items(Iterator[Any]):
    """The items of a large array."""

    def __init__(self, items: Iterator[Any]) -> None:
        self._items = items

    def __next__(self) -> Any:
        return next(self._items)


def whole(value: Any) -> Any:
    """Return a value with the contents of iterators in their place.

    Raises InvalidJson.
    """
    if isinstance(value, Members):
        return {key: whole(member) for key, member in value}
    if isinstance(value, Items):
        return [whole(item) for item in value]
    return value


def items_of(value: Mapping[str, Any] | Members) -> Iterable[tuple[str, Any]]:
    """Return the members of an object, whether it was decoded as a whole or not."""
    return value.items() if isinstance(value, Mapping) else value


def read_json(file: BinaryIO) -> Any:
    """Return the value in a file, which is read with the value.

    Raises InvalidJson, as do the iterators.
    """
    return _Reader(file).document()


class _Reader:
    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self._decoder = getincrementaldecoder("utf-8")()
        self._text = ""
        self._at = 0
        self._ended = False

    def document(self) -> Any:
        """Return the only value of the file."""
        value = self._value(0)
        if isinstance(value, Members):
            return Members(self._to_end(value))
        if isinstance(value, Items):
            return Items(self._to_end(value))
        self._check_end()
        return value

    def _to_end(self, parts: Iterator[Any]) -> Iterator[Any]:
        yield from parts
        self._check_end()

    def _check_end(self) -> None:
        if self._peek():
            self._fail("there is something after the value")

    def _value(self, depth: int) -> Any:
        first = self._peek()
        if depth > _MAX_DEPTH:
            self._fail("it is nested too deeply")
        while True:
            try:
                value, end = _scan(self._text, self._at)
            except (ValueError, RecursionError):
                if first == "{":
                    return Members(self._members(depth + 1))
                if first == "[":
                    return Items(self._items(depth + 1))
            else:
                # The rest of a number, such as "e+16", may not have been read.
                if end + len("e+") < len(self._text) or self._ended:
                    self._check_text(value, end)
                    self._at = end
                    return value
            if self._ended:
                self._fail("a value is expected" if first else "it ends too early")
            self._fill(len(self._text))

    def _check_text(self, value: Any, end: int) -> None:
        # A lone surrogate cannot be encoded, not even in an error message.
        if "\\u" in self._text[self._at : end]:
            try:
                json.dumps(value, ensure_ascii=False).encode()
            except UnicodeEncodeError:
                self._fail("a text has half a surrogate pair")

    def _members(self, depth: int) -> Iterator[tuple[str, Any]]:
        self._take("{")
        if self._peek() == "}":
            return self._skip()
        while True:
            if self._peek() != '"':
                self._fail("the name of a member is expected")
            name = self._value(depth)
            self._take(":")
            yield name, self._value(depth)
            if self._take(",}") == "}":
                return None

    def _items(self, depth: int) -> Iterator[Any]:
        self._take("[")
        if self._peek() == "]":
            return self._skip()
        while True:
            yield self._value(depth)
            if self._take(",]") == "]":
                return None

    def _peek(self) -> str:
        """Return the next character that is not white space, or "" at the end, with enough text after it."""
        while True:
            self._at = _space.match(self._text, self._at).end()  # type: ignore[union-attr] # It matches nothing, too.
            if self._ended or len(self._text) - self._at >= _WINDOW:
                return self._text[self._at : self._at + 1]
            self._fill(_CHUNK)

    def _take(self, allowed: str) -> str:
        found = self._peek()
        if not found or found not in allowed:
            self._fail(f"{' or '.join(allowed)} is expected")
        self._skip()
        return found

    def _skip(self) -> None:
        self._at += 1

    def _fill(self, size: int) -> None:
        data = self._file.read(size)
        self._ended = not data
        try:
            more = self._decoder.decode(data, final=not data)
        except UnicodeDecodeError:
            raise InvalidJson("it is not UTF-8 text") from None
        self._text, self._at = self._text[self._at :] + more, 0

    def _fail(self, problem: str) -> NoReturn:
        raise InvalidJson(f"{problem}, not {self._text[self._at : self._at + 20]!r}")


def _refuse(name: str) -> NoReturn:
    raise ValueError(name)


_scan = json.JSONDecoder(parse_constant=_refuse).raw_decode
