"""Freeing the records of large states."""

import weakref

from artifact_state.freeing import free
from artifact_state.model import Map, State
from artifact_state.state_cache import StateCache


class Value:
    """A value of a table, to which a weak reference is possible."""


class TestFree:
    """`free`, when a world is deleted or reset."""

    def test_records_are_freed_although_values_are_cached_for_the_state(self) -> None:
        """A cache of values that were computed from a freed state does not keep its tables alive."""
        cache: StateCache[int] = StateCache("accounts")
        table = Map({str(number): Value() for number in range(1_001)})
        reference = weakref.ref(table["7"])
        states = [State(accounts=table)]  # type: ignore[arg-type]
        del table
        cache.of(states[0])["number"] = 1
        free(states, State())
        assert reference() is None
