"""Short collections of cyclic garbage: no thread runs during one, and it examines all objects that are not frozen."""

import gc
from time import thread_time
from typing import Any

_LONG = 0.005
"""Seconds of a full collection."""


class _Freezer:
    """Freezes the survivors of long collections: they are records of worlds, which are in no cycles.

    Objects without references to them are freed as before. The next full collection examines only what is new.
    """

    def __init__(self) -> None:
        self._began = 0.0

    def __call__(self, phase: str, info: dict[str, Any]) -> None:
        if info["generation"] < 2:
            return
        if phase == "start":
            self._began = thread_time()
        elif thread_time() - self._began > _LONG:
            gc.freeze()


def keep_collections_short() -> None:
    """Freeze what exists, and later what has made a collection long."""
    gc.collect()
    gc.freeze()
    gc.callbacks.append(_Freezer())
