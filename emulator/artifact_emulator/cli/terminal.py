"""Terminal output beyond plain text: colors and progress. Nothing of it is written to a pipe."""

import os
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Event, Thread
from typing import Literal, TextIO

Style = Literal["red", "yellow", "green", "bold", "dim"]
_CODES: dict[Style, int] = {"red": 31, "yellow": 33, "green": 32, "bold": 1, "dim": 2}
_WIDTH = 24
_DELAY = 0.4
_INTERVAL = 0.1


def styled(text: str, style: Style, stream: TextIO | None = None) -> str:
    """Return text with a style, or unchanged unless a terminal shows it and NO_COLOR is unset: https://no-color.org."""
    stream = sys.stdout if stream is None else stream
    plain = os.environ.get("NO_COLOR") or os.environ.get("TERM") == "dumb" or not stream.isatty()
    return text if plain else f"\x1b[{_CODES[style]}m{text}\x1b[0m"


def progress_bar(done: int, total: int) -> str:
    """Return a progress bar."""
    filled = _WIDTH * done // total if total else _WIDTH
    return f"[{'#' * filled}{'.' * (_WIDTH - filled)}] {done}/{total}"


class Progress:
    """What an activity has done so far, of what it has to do; a total of 0 is not known."""

    done = 0
    total = 0

    def report(self, done: int, total: int) -> None:
        """Note what is done."""
        self.done, self.total = done, total


@contextmanager
def progress(activity: str) -> Iterator[Progress]:
    """Show on a terminal that an activity is in progress, once it takes a while, and clear the line at its end."""
    state = Progress()
    if not sys.stderr.isatty():
        yield state
        return
    done = Event()
    display = Thread(target=_show, args=(activity, state, done), daemon=True)
    display.start()
    try:
        yield state
    finally:
        done.set()
        display.join()


def _show(activity: str, state: Progress, done: Event) -> None:
    start = time.monotonic()
    if done.wait(_DELAY):
        return
    step = 0
    while not done.wait(_INTERVAL):
        bar = progress_bar(state.done, state.total) if state.total else _moving_bar(step)
        sys.stderr.write(f"\r{bar} {activity}, {time.monotonic() - start:.0f} s\x1b[K")
        sys.stderr.flush()
        step += 1
    sys.stderr.write("\r\x1b[K")
    sys.stderr.flush()


def _moving_bar(step: int) -> str:
    position = step % (_WIDTH * 2)
    position = min(position, _WIDTH * 2 - position)
    return f"[{'.' * position}#{'.' * (_WIDTH - position)}]"
