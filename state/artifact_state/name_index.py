"""Records in the order of their names, which IAM keeps apart without regard to case.

A tuple holds what an account has of a kind: a few thousand at most, by AWS's quotas. A map for each
account would take as much memory as its records.
Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from typing import Protocol, TypeVar


class Named(Protocol):
    """A record with a name."""

    @property
    def name(self) -> str:
        """Its name, as it was given."""


T = TypeVar("T", bound=Named)


def key_of(name: str) -> str:
    """Give what tells names apart."""
    return name.lower()


def find(held: tuple[T, ...], name: str) -> T | None:
    """Find a record by its name."""
    key = key_of(name)
    place = bisect_left(held, key, key=_key_of_record)
    return held[place] if place < len(held) and _key_of_record(held[place]) == key else None


def with_record(held: tuple[T, ...], record: T) -> tuple[T, ...]:
    """Give the records with one that takes the place of its namesake, if there is one."""
    place = _place_of(held, record.name)
    return (*held[:place], record, *held[place + _is_at(held, place, record.name) :])


def without(held: tuple[T, ...], name: str) -> tuple[T, ...]:
    """Give the records without the one of this name."""
    place = _place_of(held, name)
    return (*held[:place], *held[place + _is_at(held, place, name) :])


def after(held: tuple[T, ...], name: str) -> Iterator[T]:
    """Go through the records whose names come after this one; all come after none, which is ""."""
    place = bisect_right(held, key_of(name), key=_key_of_record) if name else 0
    return (held[at] for at in range(place, len(held)))


def _key_of_record(record: Named) -> str:
    return record.name.lower()


def _place_of(held: tuple[T, ...], name: str) -> int:
    return bisect_left(held, key_of(name), key=_key_of_record)


def _is_at(held: tuple[T, ...], place: int, name: str) -> bool:
    return place < len(held) and key_of(held[place].name) == key_of(name)
