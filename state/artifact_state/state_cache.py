"""A cache of values that were computed from some tables of a state.

Tables are immutable, so an entry is valid as long as the state has the identical table objects. The cache holds the
values of one state at a time and is cleared by the first access for a state with other tables.
"""

from collections.abc import Hashable
from operator import attrgetter, is_
from typing import Any, Generic, TypeVar

from artifact_state.model import State

V = TypeVar("V")
_MAX_ENTRIES = 4096
_caches: list["StateCache[Any]"] = []


class StateCache(Generic[V]):
    """Values computed from the named tables of a state."""

    __slots__ = ("_cached", "_latest", "_tables_of")

    def __init__(self, *tables: str) -> None:
        self._tables_of = attrgetter(*tables)
        self.clear()
        _caches.append(self)

    def clear(self) -> None:
        """Drop all values, and the references to the tables that they were computed from."""
        self._cached: tuple[tuple[Any, ...], dict[Hashable, V]] = ((), {})
        self._latest: tuple[State | None, dict[Hashable, V]] = (None, {})

    def of(self, state: State) -> dict[Hashable, V]:
        """Return the mutable mapping of the values cached for a state."""
        latest, values = self._latest
        if latest is state and len(values) <= _MAX_ENTRIES:
            return values  # The state has not changed since the last access: most calls only read.
        tables = self._tables_of(state)
        # Read as one tuple, because another thread may replace it.
        cached, values = self._cached
        if not cached or not all(map(is_, cached, tables)) or len(values) > _MAX_ENTRIES:
            values = {}
            self._cached = tables, values
        self._latest = state, values
        return values


def clear_caches() -> None:
    """Clear all caches, which otherwise keep the tables of the latest state alive."""
    for cache in _caches:
        cache.clear()
