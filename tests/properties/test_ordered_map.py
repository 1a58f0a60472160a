"""`OrderedMap` compared with a dictionary that is sorted when it is read."""

from random import Random

from hypothesis import example, given
from hypothesis import strategies as st

from artifact_state.ordered_map import OrderedMap

# Small keys collide, keys around powers of 32 add a level to the trie, large keys make it deep.
KEYS = st.integers(0, 70) | st.sampled_from([1023, 1024, 32767, 32768]) | st.integers(0, 2**40)
CHANGES = st.lists(st.tuples(KEYS, st.none() | st.text(max_size=3)), max_size=60)
"""Keys with a value to set, or None to delete the key."""


def apply(changes: list[tuple[int, str | None]]) -> tuple[OrderedMap[str], dict[int, str]]:
    """Apply the same changes to an ordered map and to a dictionary."""
    ordered: OrderedMap[str] = OrderedMap()
    plain: dict[int, str] = {}
    for key, value in changes:
        if value is None:
            ordered = ordered.delete(key)
            plain.pop(key, None)
        else:
            ordered = ordered.set(key, value)
            plain[key] = value
    return ordered, plain


class TestOrderedMap:
    """An immutable map from integers in the order of its keys."""

    @given(CHANGES)
    def test_map_has_its_items_in_the_order_of_keys(self, changes: list[tuple[int, str | None]]) -> None:
        """The map has the items that were set and not deleted, in the order of their keys, and their number."""
        ordered, plain = apply(changes)
        assert list(ordered.after(-1)) == sorted(plain.items())
        assert list(ordered) == [plain[key] for key in sorted(plain)]
        assert len(ordered) == len(plain)
        for key in {0, *(key for key, _ in changes)}:
            assert (key in ordered) == (key in plain)

    @given(CHANGES, KEYS)
    def test_iteration_continues_after_any_key(self, changes: list[tuple[int, str | None]], key: int) -> None:
        """Iteration continues after any key, whether the map has that key or not."""
        ordered, plain = apply(changes)
        assert list(ordered.after(key)) == [(other, plain[other]) for other in sorted(plain) if other > key]

    @given(CHANGES, KEYS, st.text(max_size=3))
    def test_setting_and_deleting_leave_the_map_unchanged(
        self, changes: list[tuple[int, str | None]], key: int, value: str
    ) -> None:
        """Setting and deleting return another map and leave this one unchanged."""
        ordered, plain = apply(changes)
        changed, without = ordered.set(key, value), ordered.delete(key)
        assert list(ordered.after(-1)) == sorted(plain.items())
        assert dict(changed.after(-1)) == plain | {key: value}
        assert dict(without.after(-1)) == {other: text for other, text in plain.items() if other != key}

    @given(CHANGES, KEYS)
    def test_deleting_a_missing_key_returns_the_same_map(self, changes: list[tuple[int, str | None]], key: int) -> None:
        """Deleting a missing key returns the same map."""
        ordered, plain = apply(changes)
        assert (ordered.delete(key) is ordered) == (key not in plain)

    @given(CHANGES, st.randoms(use_true_random=False))
    @example([(5000, "a"), (5000, None), (1, "b")], Random(0))
    def test_maps_with_equal_items_are_equal(self, changes: list[tuple[int, str | None]], random: Random) -> None:
        """Two maps are equal exactly if they have the same items, however these were set."""
        ordered, plain = apply(changes)
        items: list[tuple[int, str | None]] = list(plain.items())
        random.shuffle(items)
        shuffled, _ = apply(items)
        assert ordered == shuffled
        assert hash(ordered) == hash(shuffled)
        assert ordered != shuffled.set(3, "another text")
        assert ordered != shuffled.set(2**41, "")
