"""Records in the order of their names."""

from dataclasses import dataclass

import pytest

from artifact_state import name_index


@dataclass(frozen=True)
class Thing:
    """Something with a name."""

    name: str
    size: int = 0


THINGS = (Thing("a"), Thing("B"), Thing("c"))


class TestFind:
    """find."""

    @pytest.mark.parametrize("name", ["b", "B"])
    def test_without_regard_to_case(self, name: str) -> None:
        """A name is found however it is written."""
        assert name_index.find(THINGS, name) == Thing("B")

    @pytest.mark.parametrize("name", ["", "aa", "d", "B "])
    def test_nothing(self, name: str) -> None:
        """What is not there is not found, before, between and after what is."""
        assert name_index.find(THINGS, name) is None


class TestWithRecord:
    """with_record and without."""

    @pytest.mark.parametrize("name", ["0", "aa", "Bb", "z"])
    def test_keeps_the_order(self, name: str) -> None:
        """A record comes where its name belongs, and goes again."""
        grown = name_index.with_record(THINGS, Thing(name))
        assert [one.name.lower() for one in grown] == sorted([*"abc", name.lower()])
        assert name_index.without(grown, name.upper()) == THINGS

    def test_takes_the_place_of_its_namesake(self) -> None:
        """Two names that differ in case are one."""
        assert name_index.with_record(THINGS, Thing("b", 1)) == (Thing("a"), Thing("b", 1), Thing("c"))

    def test_without_what_is_not_there(self) -> None:
        """Nothing goes then."""
        assert name_index.without(THINGS, "x") == THINGS


class TestAfter:
    """after."""

    @pytest.mark.parametrize(
        ("name", "found"), [("", "aBc"), ("a", "Bc"), ("b", "c"), ("bb", "c"), ("C", ""), ("0", "aBc")]
    )
    def test_goes_on(self, name: str, found: str) -> None:
        """The names after one come, whether or not it is still there."""
        assert "".join(one.name for one in name_index.after(THINGS, name)) == found
