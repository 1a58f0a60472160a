"""What something costs, counted in calls, in Python and into C: the same on every machine and at every hour."""

import sys
from collections.abc import Callable
from types import FrameType

from artifact_state.world import World


def calls_of(world: World, deed: Callable[[], object]) -> int:
    """Count the calls of something that is done and then taken back."""
    count, before = 0, world.state

    def seen(frame: FrameType, event: str, argument: object) -> None:  # noqa: ARG001 - as sys.setprofile has it
        nonlocal count
        count += event in ("call", "c_call")

    sys.setprofile(seen)
    try:
        deed()
    finally:
        sys.setprofile(None)
    world.state = before
    return count
