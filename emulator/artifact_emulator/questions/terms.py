"""In which terms a call is told: members under AWS's names, condition keys with their values."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from artifact_state.model import Caller, State

Members = Mapping[str, Any]
"""What a call was asked with, under AWS's names."""
Keys = dict[str, tuple[str, ...]]
"""Condition keys, as AWS spells them, and their values."""
Resources = Iterator[tuple[str, str]]
"""What a call is about: each resource's type, as AWS's reference has it, and its ARN."""


class Seen(Protocol):
    """What of a transaction a question is about: whose call it is, of which state, at which instant."""

    @property
    def state(self) -> State:
        """The state of the world."""

    @property
    def caller(self) -> Caller:
        """Who calls."""

    @property
    def now(self) -> datetime:
        """When."""


@dataclass(frozen=True, slots=True)
class Moment:
    """The same, held fast: what is asked later is asked of what was."""

    state: State
    caller: Caller
    now: datetime


class KeysOnDemand(Mapping[str, tuple[str, ...]]):
    """The condition keys of a call, which are put together when a policy reads one: most read none."""

    __slots__ = ("_made", "_make")

    def __init__(self, make: Callable[[], Keys]) -> None:
        self._make = make
        self._made: Keys | None = None

    def __getitem__(self, key: str) -> tuple[str, ...]:
        """Give the values of a key."""
        return self._all()[key]

    def __iter__(self) -> Iterator[str]:
        """Name the keys."""
        return iter(self._all())

    def __len__(self) -> int:
        """Count the keys."""
        return len(self._all())

    def _all(self) -> Keys:
        if self._made is None:
            self._made = self._make()
        return self._made


def resource_tags(pairs: Iterable[tuple[str, str]]) -> Keys:
    """Give the keys of the tags on what a call is about."""
    return {f"aws:ResourceTag/{key}": (value,) for key, value in pairs}


def request_tags(members: Members) -> Keys:
    """Give the keys of the tags that a call sets or takes away."""
    tags = members.get("Tags") or members.get("tags") or ()
    if not tags and "TagKeys" not in members and "tagKeys" not in members:
        return {}
    pairs = tags.items() if isinstance(tags, Mapping) else ((one["Key"], one["Value"]) for one in tags)
    values: Keys = {f"aws:RequestTag/{key}": (value,) for key, value in pairs}
    names = [key.removeprefix("aws:RequestTag/") for key in values]
    names += members.get("TagKeys") or members.get("tagKeys") or ()
    return {**values, "aws:TagKeys": tuple(names)} if names else {}
