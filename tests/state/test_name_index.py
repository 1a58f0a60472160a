"""Tuples of records sorted by name."""

from dataclasses import dataclass

import pytest

from artifact_state import name_index


@dataclass(frozen=True)
class Item:
    """A record with a name."""

    name: str
    size: int = 0


ITEMS = (Item("a"), Item("B"), Item("c"))


class TestFind:
    """find."""

    @pytest.mark.parametrize("name", ["b", "B"])
    def test_name_is_found_in_any_case(self, name: str) -> None:
        """A name is found regardless of case."""
        assert name_index.find(ITEMS, name) == Item("B")

    @pytest.mark.parametrize("name", ["", "aa", "d", "B "])
    def test_missing_name_is_not_found(self, name: str) -> None:
        """A missing name is not found, wherever it would sort."""
        assert name_index.find(ITEMS, name) is None


class TestWithRecord:
    """with_record and without."""

    @pytest.mark.parametrize("name", ["0", "aa", "Bb", "z"])
    def test_records_stay_sorted(self, name: str) -> None:
        """An added record is in its sorted position, and can be removed again."""
        records = name_index.with_record(ITEMS, Item(name))
        assert [item.name.lower() for item in records] == sorted([*"abc", name.lower()])
        assert name_index.without(records, name.upper()) == ITEMS

    def test_record_replaces_record_with_same_name(self) -> None:
        """A record replaces the record whose name differs only in case."""
        assert name_index.with_record(ITEMS, Item("b", 1)) == (Item("a"), Item("b", 1), Item("c"))

    def test_removing_missing_name_changes_nothing(self) -> None:
        """Removing a missing name changes nothing."""
        assert name_index.without(ITEMS, "x") == ITEMS


class TestAfter:
    """after."""

    @pytest.mark.parametrize(
        ("name", "names"), [("", "aBc"), ("a", "Bc"), ("b", "c"), ("bb", "c"), ("C", ""), ("0", "aBc")]
    )
    def test_records_after_a_name_follow(self, name: str, names: str) -> None:
        """The records that sort after a name follow, even if the name itself is missing."""
        assert "".join(item.name for item in name_index.after(ITEMS, name)) == names
