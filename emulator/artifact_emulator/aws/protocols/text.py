"""Values that are text in a form or a query: numbers, booleans and blobs."""

import re
from base64 import b64decode
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any


def read(kind: str, text: Any) -> Any:
    """Return the value of a kind in a text; an invalid text is returned as it is, and the shape refuses it."""
    reader = _READERS.get(kind)
    try:
        return reader(text) if reader else text
    except (TypeError, ValueError, KeyError):
        return text


def _integer(text: str) -> int:
    # `int` accepts underscores, spaces and the digits of every script.
    if not re.fullmatch("[+-]?[0-9]{1,19}", text):
        raise ValueError(text)
    return int(text)


_READERS: Mapping[str, Callable[[str], Any]] = {
    "integer": _integer,
    "double": float,
    "boolean": {"true": True, "1": True, "false": False, "0": False}.__getitem__,
    "blob": partial(b64decode, validate=True),
}
