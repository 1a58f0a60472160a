"""Values that travel as text, in a form or a query: numbers, booleans and blobs."""

import re
from base64 import b64decode
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any


def read(kind: str, text: Any) -> Any:
    """Read a value of a kind; text that is no such value stays text, and the shape refuses it."""
    reader = _READERS.get(kind)
    try:
        return reader(text) if reader else text
    except (TypeError, ValueError, KeyError):
        return text


def _integer(text: str) -> int:
    # Python's own reader takes underscores, spaces and the digits of every script.
    if not re.fullmatch("-?[0-9]{1,19}", text):
        raise ValueError(text)
    return int(text)


_READERS: Mapping[str, Callable[[str], Any]] = {
    "integer": _integer,
    "double": float,
    "boolean": {"true": True, "false": False}.__getitem__,
    "blob": partial(b64decode, validate=True),
}
