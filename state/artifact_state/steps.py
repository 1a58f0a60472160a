"""Long work in steps, between which other threads get their turn.

A function in C, such as `sorted` or `set`, runs to its end before any other thread runs. With the keys of a large table
that takes longer than a client should wait.
"""

from collections.abc import Iterable, Iterator
from heapq import merge
from itertools import islice
from typing import TypeVar

T = TypeVar("T")
STEP = 1_000
"""The items that are handled at once."""


def batches(items: Iterable[T], size: int = STEP) -> Iterator[list[T]]:
    """Return the items in lists of a size."""
    iterator = iter(items)
    while batch := list(islice(iterator, size)):
        yield batch


def in_order(keys: Iterable[str]) -> Iterator[str]:
    """Return keys in their order, as `sorted` does."""
    return merge(*[sorted(batch) for batch in batches(keys)])


def collected(keys: Iterable[T]) -> set[T]:
    """Return the set of keys, as `set` does."""
    found: set[T] = set()
    for batch in batches(keys):
        found.update(batch)
    return found


def drained(items: list[T]) -> Iterator[T]:
    """Return the items of a list, which is empty at the end: each item is freed on its own."""
    items.reverse()
    while items:
        yield items.pop()
