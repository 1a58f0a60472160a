"""The check of the soak test that the history of a value is serial."""

import random

import pytest

from reliability.history import RESET, Operation, contradictions

A = Operation(0, 1, "a", is_write=True)
B = Operation(2, 3, "b", is_write=True)


def read(begin: float, end: float, value: str) -> Operation:
    """Return a read of a value."""
    return Operation(begin, end, value, is_write=False)


def reset(begin: float, end: float) -> Operation:
    """Return a reset."""
    return Operation(begin, end, RESET, is_write=True)


class TestContradictions:
    """`contradictions`."""

    @pytest.mark.parametrize(
        "reads",
        [
            [read(4, 5, "b")],
            [read(0.5, 0.7, "a"), read(1.5, 1.8, "a")],
            [read(1.5, 2.5, "a"), read(2.2, 2.4, "b")],
            [read(2.1, 2.9, "b"), read(2.1, 2.9, "a")],
            [reset(3.5, 4), read(4.5, 5, RESET)],
            [reset(3.5, 5), read(3.6, 4, "b"), read(4.5, 5, RESET)],
        ],
    )
    def test_serial_history_has_no_contradiction(self, reads: list[Operation]) -> None:
        """Operations that overlap can have happened in any order."""
        assert not list(contradictions([A, B, *reads]))

    @pytest.mark.parametrize(
        ("reads", "problem"),
        [
            ([read(4, 5, "a")], "a was read after b"),
            ([read(2.1, 2.2, "b"), read(2.3, 2.4, "a")], "a"),
            ([read(1.2, 1.4, "b")], "before it was written"),
            ([read(4, 5, "c")], "never written"),
            ([reset(3.5, 4), read(4.5, 5, "b")], "b was read after a reset"),
            ([read(1.5, 1.8, RESET)], "no value was found"),
            ([reset(1.1, 1.2), read(3.5, 4, RESET)], "no value was found"),
        ],
    )
    def test_other_history_has_a_contradiction(self, reads: list[Operation], problem: str) -> None:
        """A value that is read after a later one, before it was written, or not at all is found."""
        found = list(contradictions([A, B, *reads]))
        assert any(problem in text for text in found), found

    def test_history_of_a_serial_register_has_no_contradiction(self) -> None:
        """A thousand operations on a value, each at an instant between its begin and its end, are serial."""
        chance, value, operations = random.Random(1), RESET, []
        for number in range(1_000):
            kind = chance.choice(("read", "read", "write", "reset" if number % 50 == 0 else "read"))
            value = {"read": value, "write": f"v{number}", "reset": RESET}[kind]
            begin, end = number - chance.random() * 10, number + chance.random() * 10
            operations.append(Operation(begin, end, value, is_write=kind != "read"))
        assert not list(contradictions(operations))
