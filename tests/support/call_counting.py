"""Measure the cost of domain rules in function calls, which are the same on every machine and in every run."""

import sys
from collections.abc import Callable
from types import FrameType

from artifact_state.world import World


def count_calls(world: World, action: Callable[[], object]) -> int:
    """Run an action, undo its change of the state, and return its number of calls of Python and C functions."""
    count, before = 0, world.state

    def count_event(frame: FrameType, event: str, argument: object) -> None:  # noqa: ARG001 - sys.setprofile passes them.
        nonlocal count
        count += event in ("call", "c_call")

    sys.setprofile(count_event)
    try:
        action()
    finally:
        sys.setprofile(None)
    world.state = before
    return count
