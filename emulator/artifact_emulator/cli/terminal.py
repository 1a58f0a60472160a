"""What a terminal gets beyond text: colours, and a sign of life while work goes on. A pipe gets neither."""

import os
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Event, Thread
from typing import Literal, TextIO

Paint = Literal["red", "yellow", "green", "bold", "dim"]
_CODES: dict[Paint, int] = {"red": 31, "yellow": 33, "green": 32, "bold": 1, "dim": 2}
_WIDTH = 24
_PATIENCE = 0.4
_BEAT = 0.1


def painted(text: str, paint: Paint, stream: TextIO | None = None) -> str:
    """Colour a text, if it goes to a terminal whose user has not said no: https://no-color.org."""
    stream = sys.stdout if stream is None else stream
    plain = os.environ.get("NO_COLOR") or os.environ.get("TERM") == "dumb" or not stream.isatty()
    return text if plain else f"\x1b[{_CODES[paint]}m{text}\x1b[0m"


def bar(done: int, total: int) -> str:
    """Draw how far something is."""
    filled = _WIDTH * done // total if total else _WIDTH
    return f"[{'#' * filled}{'.' * (_WIDTH - filled)}] {done}/{total}"


@contextmanager
def under_way(what: str) -> Iterator[None]:
    """Show on a terminal that work goes on, if it takes a while, and leave no trace of it."""
    if not sys.stderr.isatty():
        yield
        return
    ended = Event()
    showing = Thread(target=_show, args=(what, ended), daemon=True)
    showing.start()
    try:
        yield
    finally:
        ended.set()
        showing.join()


def _show(what: str, ended: Event) -> None:
    begun = time.monotonic()
    if ended.wait(_PATIENCE):
        return
    beat = 0
    while not ended.wait(_BEAT):
        place = beat % (_WIDTH * 2)
        place = min(place, _WIDTH * 2 - place)
        line = f"[{'.' * place}#{'.' * (_WIDTH - place)}] {what}, {time.monotonic() - begun:.0f} s"
        sys.stderr.write(f"\r{line}\x1b[K")
        sys.stderr.flush()
        beat += 1
    sys.stderr.write("\r\x1b[K")
    sys.stderr.flush()
