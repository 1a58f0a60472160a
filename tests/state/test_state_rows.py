"""Tests of the rows in which a state is stored."""

from collections.abc import Iterator
from itertools import count
from typing import Any

import pytest

from artifact_state.model import Map, State
from artifact_state.name_index import key_of
from artifact_state.ordered_map import OrderedMap
from artifact_state.organizations import trusted_access
from artifact_state.record import replace
from artifact_state.state_rows import InvalidRows, all_rows, changed_rows, with_rows
from tests.support.domain import act, create_member, world_with_organization
from tests.support.sample_records import sample_of

BY_NAME = ("roles", "users", "groups", "customer_policies", "mfa_devices", "instance_profiles")


def sample_state(numbers: "count[int]") -> State:
    """Return a state with content in every field of every record."""
    state: State = sample_of(State, numbers)
    tables: dict[str, Any] = {
        name: Map({key: tuple(sorted(value, key=lambda one: key_of(one.name))) for key, value in table.items()})
        for name in BY_NAME
        for table in (getattr(state, name),)
    }
    return replace(state, **tables)


def keys_of(*states: State) -> Iterator[tuple[str, str]]:
    """Iterate over the table and key of every value of the states."""
    for state in states:
        for name in State.__struct_fields__:
            table = getattr(state, name)
            if isinstance(table, Map):
                yield from ((name, key) for key in table)


class TestRows:
    """The rows of whole states, and of changes."""

    def test_rows_of_a_state_give_the_state(self) -> None:
        """A state with content in every field is read from its rows."""
        state = sample_state(count())
        assert with_rows(State(), sorted(all_rows(state))) == state

    def test_changed_rows_turn_one_state_into_the_other(self) -> None:
        """The rows that differ between two states turn the first into the second, whatever has changed."""
        numbers = count()
        before, after = sample_state(numbers), sample_state(numbers)
        rows = changed_rows(before, after, keys_of(before, after))
        assert with_rows(before, sorted(rows, key=lambda row: row[0])) == after

    def test_removed_values_give_rows_without_text(self) -> None:
        """The rows of a state that has become empty remove everything."""
        state = sample_state(count())
        rows = changed_rows(state, State(), keys_of(state))
        assert {text for _, text in rows} == {None, '""', "0"}
        assert with_rows(state, sorted(rows, key=lambda row: row[0])) == State()
        kept = [row for row in rows if row[1] is not None]
        assert with_rows(State(), sorted(kept)) == State()

    def test_change_of_one_entry_is_few_rows_in_a_large_organization(self) -> None:
        """A new member of an organization is stored without the other members."""
        rows = []
        for members in (3, 40):
            world = world_with_organization()
            for number in range(members):
                create_member(world, f"member{number}")
            before = world.state
            create_member(world, "last")
            rows.append(len(changed_rows(before, world.state, keys_of(before, world.state))))
        assert rows[0] == rows[1]

    def test_unchanged_state_has_no_changed_rows(self) -> None:
        """A transaction that changes nothing stores nothing."""
        world = world_with_organization()
        before = world.state
        act(world, trusted_access.list_trusted_services)
        assert changed_rows(before, world.state, ()) == []

    @pytest.mark.parametrize(
        ("row", "reason"),
        [
            (("no path", "1"), "not a path"),
            (('["unknown","x"]', "{}"), "not part of a state"),
            (('["accounts","x"]', '{"id":1}'), "accounts of x is damaged"),
            (('["accounts","x"]', "{"), "accounts of x is damaged"),
            (('["organizations","o-1","members",1]', '"x"'), "organizations of o-1 is damaged"),
        ],
    )
    def test_damaged_row_is_refused(self, row: tuple[str, str], reason: str) -> None:
        """A row that no state has is refused with its place."""
        with pytest.raises(InvalidRows, match=reason):
            with_rows(State(), [row])


class TestOrderedMap:
    """What the rows need of ordered maps."""

    def test_changes_are_those_between_two_maps(self) -> None:
        """The changes between two maps are the keys at which they differ, with both values."""
        before: OrderedMap[str] = OrderedMap()
        for key in (0, 5, 40, 3_000):
            before = before.set(key, f"value {key}")
        after = before.set(5, "other").set(70_000, "new").delete(40)
        assert sorted(before.changes(after, None), key=lambda change: change[0]) == [
            (5, "value 5", "other"),
            (40, "value 40", None),
            (70_000, None, "new"),
        ]

    @pytest.mark.parametrize("keys", [(), (0,), (31, 32), (5, 1_000_000), tuple(range(0, 5_000, 7))])
    def test_map_of_items_equals_one_set_item_by_item(self, keys: tuple[int, ...]) -> None:
        """A map of many items is the one that setting each of them gives."""
        expected: OrderedMap[int] = OrderedMap()
        for key in keys:
            expected = expected.set(key, key)
        built = OrderedMap.of_items(dict(zip(keys, keys, strict=True)))
        assert built == expected
        assert len(built) == len(keys)
        assert list(built.set(2_000_000, 1).after(-1)) == [*expected.after(-1), (2_000_000, 1)]
