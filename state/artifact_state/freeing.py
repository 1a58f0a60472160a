"""Freeing of large states record by record: no other thread runs while a table is freed as a whole."""

from collections.abc import Iterable
from itertools import islice
from operator import attrgetter
from typing import Any

from artifact_state.model import Map, State
from artifact_state.record import fields
from artifact_state.state_cache import clear_caches

_MANY = 1_000
_SAMPLE = 20
_tables_of = attrgetter(*fields(State))


def free(states: list[State], kept: State) -> None:
    """Free states that nothing else needs; the list, which is empty afterwards, has the last references to them.

    What they share with a state that is kept is not freed.
    """
    large = {id(table): table for state in states for table in _large(state)}
    states.clear()
    if large:
        clear_caches()
    kept_tables = tuple(_large(kept)) if large else ()
    while large:
        table = large.popitem()[1]
        if any(_is_shared(table, other) for other in kept_tables):
            continue
        # The iterator drops each record that it has passed.
        table = iter(table)
        for _ in table:
            pass


def _large(state: State) -> Iterable[Any]:
    return (table for table in _tables_of(state) if isinstance(table, Map) and len(table) > _MANY)


def _is_shared(table: Any, other: Any) -> bool:
    """Return whether most records of a table are those of another one."""
    if table is other:
        return True
    sample = tuple(islice(table, _SAMPLE))
    return sum(other.get(key) is table[key] for key in sample) > _SAMPLE // 2
