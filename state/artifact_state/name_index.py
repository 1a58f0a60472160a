"""Tuples of records sorted by name: how the state keeps the IAM resources of an account.

IAM compares names without regard to case. An account has a few thousand records of a kind at most, by AWS's quotas;
a map for each account would take as much memory as its records.
Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from typing import Protocol, TypeVar


class Named(Protocol):
    """A record with a name."""

    @property
    def name(self) -> str:
        """The name, in the case in which it was given."""


T = TypeVar("T", bound=Named)


def key_of(name: str) -> str:
    """Return the form of a name in which names are compared and sorted."""
    return name.lower()


def find(records: tuple[T, ...], name: str) -> T | None:
    """Return the record with a name, or None."""
    key = key_of(name)
    index = bisect_left(records, key, key=_key_of_record)
    return records[index] if index < len(records) and _key_of_record(records[index]) == key else None


def with_record(records: tuple[T, ...], record: T) -> tuple[T, ...]:
    """Return the records with another, which replaces the record with the same name."""
    index = _index_of(records, record.name)
    return (*records[:index], record, *records[index + _is_at(records, index, record.name) :])


def without(records: tuple[T, ...], name: str) -> tuple[T, ...]:
    """Return the records without the record with a name."""
    index = _index_of(records, name)
    return (*records[:index], *records[index + _is_at(records, index, name) :])


def after(records: tuple[T, ...], name: str) -> Iterator[T]:
    """Iterate over the records whose names sort after a name; all of them if it is ""."""
    start = bisect_right(records, key_of(name), key=_key_of_record) if name else 0
    return (records[index] for index in range(start, len(records)))


def _key_of_record(record: Named) -> str:
    return record.name.lower()


def _index_of(records: tuple[T, ...], name: str) -> int:
    return bisect_left(records, key_of(name), key=_key_of_record)


def _is_at(records: tuple[T, ...], index: int, name: str) -> bool:
    return index < len(records) and key_of(records[index].name) == key_of(name)
