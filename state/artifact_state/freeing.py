"""Freeing of large states record by record: no other thread runs while a table is freed as a whole."""

from collections.abc import Iterable, Iterator
from itertools import islice
from operator import attrgetter
from typing import Any

from artifact_state import ordered_map
from artifact_state.model import Map, State
from artifact_state.ordered_map import OrderedMap
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
    if not large:
        states.clear()
        return
    ordered = [*{id(member): member for state in states for member in _ordered(state)}.values()]
    states.clear()
    clear_caches()
    ordered_map.free(ordered)
    kept_tables = tuple(_large(kept))
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


def _ordered(state: State) -> Iterator[OrderedMap[Any]]:
    """Yield the ordered maps of organizations and units, which can be as large as tables."""
    for record in (*state.organizations.values(), *state.units.values()):
        yield from (member for name in fields(type(record)) if isinstance(member := getattr(record, name), OrderedMap))


def _is_shared(table: Any, other: Any) -> bool:
    """Return whether most records of a table are those of another one."""
    if table is other:
        return True
    sample = tuple(islice(table, _SAMPLE))
    return sum(other.get(key) is table[key] for key in sample) > _SAMPLE // 2
