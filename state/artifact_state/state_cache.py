"""What was worked out of a state, for as long as that of which it was is the same: its shelves are values.

Whatever changes puts another map on its shelf, so that to compare a few identities is to know. What one state needed
is forgotten with the first question about another.
"""

from collections.abc import Hashable
from operator import attrgetter, is_
from typing import Any, Generic, TypeVar

from artifact_state.model import State

V = TypeVar("V")
_MOST = 4096


class StateCache(Generic[V]):
    """What was worked out of some shelves of a state."""

    __slots__ = ("_held", "_latest", "_shelves_of")

    def __init__(self, *shelves: str) -> None:
        self._shelves_of = attrgetter(*shelves)
        self._held: tuple[tuple[Any, ...], dict[Hashable, V]] = ((), {})
        self._latest: tuple[State | None, dict[Hashable, V]] = (None, {})

    def of(self, state: State) -> dict[Hashable, V]:
        """Give what is remembered of a state, to be read and added to."""
        latest, known = self._latest
        if latest is state and len(known) <= _MOST:
            return known  # Nothing was changed since: most calls only read.
        shelves = self._shelves_of(state)
        # One name for both: another thread may put others in its place.
        held, found = self._held
        if not held or not all(map(is_, held, shelves)) or len(found) > _MOST:
            found = {}
            self._held = shelves, found
        self._latest = state, found
        return found
