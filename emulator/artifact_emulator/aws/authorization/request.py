"""In which terms a call is told: members under AWS's names, condition keys with their values."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import datetime
from types import MappingProxyType
from typing import Any, NamedTuple, Protocol

from artifact_state.model import Caller, State
from artifact_state.policy_evaluation.call_keys import caller_keys
from artifact_state.policy_syntax import wildcards

Members = Mapping[str, Any]
"""What a call was asked with, under AWS's names."""
Keys = dict[str, tuple[str, ...]]
"""Condition keys, as AWS spells them, and their values."""
Resources = Iterator[tuple[str, str]]
"""What a call is about: each resource's type, as AWS's reference has it, and its ARN."""


class TransactionView(Protocol):
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


# Nothing of a call changes these.
_OF_THE_CALLER = ("aws:principal", "aws:requestedregion", "aws:userid", "aws:username")
NOTHING: wildcards.Keys = MappingProxyType({})


class Asked(NamedTuple):
    """A call, as far as policies ask of it, and what it is seen in: whatever is decided of it follows from these."""

    state: State
    caller: Caller
    now: datetime
    service: str
    operation: str
    members: Members
    more: wildcards.Keys = NOTHING
    """Condition keys that its members do not tell: by what it was sent, on whose behalf it is."""
    enforced: bool = True

    @classmethod
    def of(cls, tx: TransactionView, service: str, operation: str, members: Members) -> "Asked":
        """Hold fast what is asked: later it is asked of what was."""
        return cls(tx.state, tx.caller, tx.now, service, operation, members)


class KeysOnDemand(Mapping[str, tuple[str, ...]]):
    """The condition keys of a call, which are put together when a policy reads one: most read none.

    What tells of the caller alone is known without a look at what he calls.
    """

    __slots__ = ("_asked", "_caller", "_made", "_make", "_region", "_resource")

    def __init__(self, asked: Asked, resource: str, region: str, make: Callable[[Asked, str, str], Keys]) -> None:
        self._asked = asked
        self._resource = resource
        self._region = region
        self._make = make
        self._caller: wildcards.Keys | None = None
        self._made: Keys | None = None

    def get(self, key: str, default: Any = None) -> Any:
        """Give the values of a key."""
        if self._made is None and key.startswith(_OF_THE_CALLER):
            if self._caller is None:
                asked = self._asked
                self._caller = caller_keys(asked.state, asked.caller, asked.now, self._region)
            return self._caller.get(key, default)
        return self._all().get(key, default)

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
            self._made = self._make(self._asked, self._resource, self._region)
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
