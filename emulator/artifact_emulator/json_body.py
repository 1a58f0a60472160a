"""JSON bodies: UTF-8, and strictly RFC 8259, of which Python's reader accepts extensions."""

import json
from typing import Any, NoReturn

import msgspec

MAX_DEPTH = 100
"""The deepest nesting of arrays and objects. Whatever is read can therefore be written, logged and compared."""
_LARGE = 64 * 1024


def read(body: bytes) -> Any:
    """Return the value of a body.

    Raises ValueError if it is not JSON, or nested too deeply.
    """
    try:
        value = _decode(body) if len(body) < _LARGE else _read(body)
    except (msgspec.DecodeError, RecursionError):
        # Python's reader states the position of an error, and accepts numbers of any size.
        value = _read(body)
    # Almost every body has too few brackets to be deep.
    if body.count(b"[") + body.count(b"{") > MAX_DEPTH and _is_deep(value):
        raise ValueError("nested too deeply")
    return value


def _read(body: bytes) -> Any:
    text = body.decode()
    try:
        value = _PYTHONS_READER(text)
    except RecursionError:
        raise ValueError("nested too deeply") from None
    if "\\ud" in text or "\\uD" in text:
        # A lone surrogate cannot be encoded, not even in an error message.
        json.dumps(value, ensure_ascii=False).encode()
    return value


def _is_deep(value: Any) -> bool:
    """Return whether a value is nested more deeply than MAX_DEPTH, level by level."""
    level = [value]
    for _ in range(MAX_DEPTH):
        members = (item for of in level for item in (of.values() if isinstance(of, dict) else of))
        level = [item for item in members if isinstance(item, dict | list)]
        if not level:
            return False
    return True


def _refuse(name: str) -> NoReturn:
    raise ValueError(name)


def _same(value: Any) -> Any:
    return value


_decode = msgspec.json.Decoder().decode
# A reader in C runs to the end before another thread gets its turn, unless it calls Python now and then.
_PYTHONS_READER = json.JSONDecoder(parse_constant=_refuse, object_hook=_same).decode
