"""JSON bodies: UTF-8, and strictly RFC 8259, of which Python's reader accepts extensions."""

import json
from typing import Any, NoReturn

MAX_DEPTH = 100
"""The deepest nesting of arrays and objects. Whatever is read can therefore be written, logged and compared."""
_LARGE = 1_000_000


def read(body: bytes) -> Any:
    """Return the value of a body.

    Raises ValueError if it is not JSON, or nested too deeply.
    """
    text = body.decode()
    decode = _DECODE if len(text) < _LARGE else _DECODE_LARGE
    try:
        value = decode(text)
        if "\\ud" in text or "\\uD" in text:
            # A lone surrogate cannot be encoded, not even in an error message.
            json.dumps(value, ensure_ascii=False).encode()
    except RecursionError:
        raise ValueError("nested too deeply") from None
    # Almost every body has too few brackets to be deep.
    if text.count("[") + text.count("{") > MAX_DEPTH and _is_deep(value):
        raise ValueError("nested too deeply")
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


_DECODE = json.JSONDecoder(parse_constant=_refuse).decode
# The reader in C runs to the end before another thread gets its turn, unless it calls Python now and then.
_DECODE_LARGE = json.JSONDecoder(parse_constant=_refuse, object_hook=_same).decode
