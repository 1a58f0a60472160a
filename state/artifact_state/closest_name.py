"""Hints at the name that a misspelled one was probably meant to be."""

from collections.abc import Iterable


def closest(name: str, names: Iterable[str]) -> str:
    """Return a hint at the name that is closest to another, or "" if none is close."""
    from difflib import get_close_matches  # noqa: PLC0415 - Only mistakes need it.

    close = get_close_matches(name, list(names), n=1)
    return f"; did you mean {close[0]}?" if close else ""
