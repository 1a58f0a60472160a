"""Settings of the interpreter that keep clients from waiting for each other."""

import gc
import sys
from time import thread_time
from typing import Any

_TURN = 0.001
"""Seconds after which a thread that works on a long request gives way to the event loop, which needs several turns."""
_LONG = 0.005
"""Seconds of a full collection of cyclic garbage."""
_MXFAST = 1
"""The parameter M_MXFAST of glibc's function `mallopt`."""
_YOUNG_COLLECTIONS = 4
"""The collections of younger objects between full ones; with more, a full one examines more new objects."""


class _Freezer:
    """Freezes the survivors of long collections, during which no thread runs: most are parts of worlds, without cycles.

    Objects to which nothing refers are freed as before. The next full collection examines only what is new.
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


def keep_turns_short() -> None:
    """Make threads give way soon, and keep collections of cyclic garbage short; what exists now is not examined."""
    sys.setswitchinterval(_TURN)
    gc.collect()
    gc.freeze()
    gc.set_threshold(*gc.get_threshold()[:2], _YOUNG_COLLECTIONS)
    gc.callbacks.append(_Freezer())


def free_memory_in_small_steps() -> None:
    """Make glibc merge each small block of memory with its neighbours when it is freed.

    By default it merges them later, all at once, which takes 0.1 s once a large world has been freed.
    """
    # Imported here, because few servers free large worlds.
    import ctypes

    if sys.platform == "linux" and (mallopt := getattr(ctypes.CDLL(None), "mallopt", None)):
        mallopt(_MXFAST, 0)
