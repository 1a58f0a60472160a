"""`Ordered` beside a dictionary that is sorted whenever it is read."""

from random import Random

from hypothesis import example, given
from hypothesis import strategies as st

from artifact_state.ordered_map import OrderedMap

# Small keys meet, keys beside powers of 32 make the trie grow by a level, large ones make it deep.
KEYS = st.integers(0, 70) | st.sampled_from([1023, 1024, 32767, 32768]) | st.integers(0, 2**40)
CHANGES = st.lists(st.tuples(KEYS, st.none() | st.text(max_size=3)), max_size=60)
"""Keys that are set to a text, or deleted."""


def both(changes: list[tuple[int, str | None]]) -> tuple[OrderedMap[str], dict[int, str]]:
    """Make the same changes to an ordered map and to a dictionary."""
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


class TestOrdered:
    """An immutable map from integers, in the order of its keys."""

    @given(CHANGES)
    def test_reads(self, changes: list[tuple[int, str | None]]) -> None:
        """It holds what was set and not deleted, in the order of the keys, and knows how much that is."""
        ordered, plain = both(changes)
        assert list(ordered.after(-1)) == sorted(plain.items())
        assert list(ordered) == [plain[key] for key in sorted(plain)]
        assert len(ordered) == len(plain)
        for key in {0, *(key for key, _ in changes)}:
            assert (key in ordered) == (key in plain)

    @given(CHANGES, KEYS)
    def test_goes_on_from_anywhere(self, changes: list[tuple[int, str | None]], place: int) -> None:
        """It goes on after any key, whether that key is there or not."""
        ordered, plain = both(changes)
        assert list(ordered.after(place)) == [(key, plain[key]) for key in sorted(plain) if key > place]

    @given(CHANGES, KEYS, st.text(max_size=3))
    def test_keeps_what_it_was(self, changes: list[tuple[int, str | None]], key: int, value: str) -> None:
        """Setting and deleting give another map and leave this one as it was."""
        ordered, plain = both(changes)
        changed, without = ordered.set(key, value), ordered.delete(key)
        assert list(ordered.after(-1)) == sorted(plain.items())
        assert dict(changed.after(-1)) == plain | {key: value}
        assert dict(without.after(-1)) == {one: text for one, text in plain.items() if one != key}

    @given(CHANGES, KEYS)
    def test_deleting_nothing(self, changes: list[tuple[int, str | None]], key: int) -> None:
        """Deleting a key that is not there gives the same map."""
        ordered, plain = both(changes)
        assert (ordered.delete(key) is ordered) == (key not in plain)

    @given(CHANGES, st.randoms(use_true_random=False))
    @example([(5000, "a"), (5000, None), (1, "b")], Random(0))
    def test_equal(self, changes: list[tuple[int, str | None]], random: Random) -> None:
        """It equals a map of the same content, however that came about, and no other."""
        ordered, plain = both(changes)
        items: list[tuple[int, str | None]] = list(plain.items())
        random.shuffle(items)
        again, _ = both(items)
        assert ordered == again
        assert hash(ordered) == hash(again)
        assert ordered != again.set(3, "another text")
        assert ordered != again.set(2**41, "")
