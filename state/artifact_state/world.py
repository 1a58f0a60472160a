"""A world: one state, one clock, one lock. Operations run in transactions.

Leaving a transaction's block assigns the new state; raising out of it assigns nothing. So a refused
operation changes nothing by construction: `world.state` is the same object as before.
"""

from collections import deque
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from copy import copy
from dataclasses import dataclass, field, fields, replace
from datetime import timedelta
from functools import cache
from operator import attrgetter
from threading import Lock
from types import TracebackType
from typing import TYPE_CHECKING, Any, Literal, Self

from artifact_state import catalog
from artifact_state.clock import Clock
from artifact_state.events import Event
from artifact_state.model import TABLES, Caller, CreationFailure, InquiryFailure, State

if TYPE_CHECKING:
    from artifact_state.catalog import Quotas

ArtifactPrincipal = Literal["both", "documented", "account-sync"]
Throttling = Literal["aws", "off"]


@cache
def default_quotas() -> "Quotas":
    """Give AWS's quotas, with as many accounts as AWS grants on request.

    AWS's ten accounts are a matter of asking, and a test that makes eleven is no mistake.
    """
    quotas = catalog.quotas()
    return replace(quotas, accounts_per_organization=quotas.accounts_per_organization_at_most)


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """What the owner of a world may choose where AWS is slow, strict or of two minds."""

    quotas: "Quotas | None" = None
    """The limits of the world; without, the default ones: `replace(default_quotas(), ...)` changes some."""
    artifact_principal: ArtifactPrincipal = "both"
    """Which service principal opens AWS Artifact: AWS's documents name two."""
    creation_delay: timedelta = timedelta(0)
    """How long an account takes to be created after CreateAccount's own answer."""
    creation_failure: CreationFailure | None = None
    """Why the accounts that are asked for are not created: most of AWS's reasons lie outside of a world."""
    activation_delay: timedelta = timedelta(0)
    """How long a created account waits for its sign-up to be completed."""
    closure_delay: timedelta = timedelta(0)
    """How long an account takes to be closed after CloseAccount's own answer."""
    finalizing_period: timedelta = timedelta(0)
    """How long a new organization takes no accounts; AWS: up to an hour."""
    email_verified: bool = True
    """Whether the owners of management accounts have verified their e-mail addresses; until then they invite nobody."""
    invitations_during_migration: bool = False
    """Whether accounts may be invited while all features are being enabled: AWS's documents say both."""
    govcloud_enabled: bool = True
    """Whether management accounts are paired with an account in AWS GovCloud (US)."""
    deletion_delay: timedelta = timedelta(0)
    """How long a service-linked role takes to be deleted."""
    login_delay: timedelta = timedelta(0)
    """How long a user's new password can be neither changed nor taken away; AWS: some seconds."""
    inactive_sts_regions: frozenset[str] = frozenset()
    """Where AWS STS gives nobody temporary credentials, as in regions for which an account has switched it off."""
    inquiry_delay: timedelta = timedelta(0)
    """How long a compliance inquiry is worked on after the request's own answer."""
    inquiry_failure: InquiryFailure | None = None
    """Why the compliance inquiries that are made now fail."""
    review_delay: timedelta = timedelta(0)
    """How long people then take for what no report answers."""
    deletion_fails: bool = False
    """Whether no service-linked role is deleted, as if its service used it for ever."""
    leave_wait_period: timedelta = timedelta(0)
    """How long a created account must wait before it may leave; AWS: four days."""
    standalone_prerequisites: bool = False
    """Whether a created account lacks what it needs to stand alone, as it does at AWS."""
    throttling: Throttling = "off"
    """Whether callers are held to AWS's request rates."""
    strict_client: str | None = None
    """The seed of what AWS permits and few tests meet; None where everything goes as smoothly as it can."""


@dataclass(slots=True, eq=False)
class World:
    """Many accounts and many organizations that know of each other and of nobody else."""

    name: str = "default"
    options: Options = field(default_factory=Options)
    clock: Clock = field(default_factory=Clock)
    state: State = field(default_factory=State)
    events: deque[Event] = field(default_factory=lambda: deque(maxlen=10_000))
    companion: Any = None
    """What whoever serves the world keeps beside it, and forgets with it."""
    _lock: Lock = field(default_factory=Lock)
    _origin: State = field(init=False)
    _first_clock: Clock = field(init=False)

    def __post_init__(self) -> None:
        self._origin, self._first_clock = self.state, copy(self.clock)

    def transaction(self, caller: Caller, action: str = "") -> "Transaction":
        """Open a transaction for a caller; use it as a context manager.

        `action` is what a policy would call it, such as `organizations:ListPolicies`: it can be delegated by that name.
        """
        return Transaction(self, caller, action)

    def reset(self) -> None:
        """Begin again with the state and the clock that the world had at first; its options stay."""
        with self._lock:
            self.state, self.clock = self._origin, copy(self._first_clock)
            self.events.clear()

    def restore(self, other: "World") -> None:
        """Be as another world is, but for the name and for what a reset leads back to."""
        with self._lock, other.still():
            self.options, self.clock, self.state = other.options, copy(other.clock), other.state
            self.events = other.events.copy()

    def become(self, other: "World") -> None:
        """Be as another world is, and begin there after a reset too."""
        self.restore(other)
        self._origin, self._first_clock = self.state, copy(self.clock)

    @contextmanager
    def still(self) -> Iterator[None]:
        """Let nothing happen in the world meanwhile."""
        with self._lock:
            yield


class Transaction:
    """One operation's view of a world: a draft of the state, the caller, and one instant as now."""

    __slots__ = ("_events", "_world", "action", "caller", "now", "options", "state")

    def __init__(self, world: World, caller: Caller, action: str = "") -> None:
        self._world = world
        self.action = action
        self._events: list[Event] = []
        self.caller = caller
        self.options = world.options

    def __enter__(self) -> Self:
        self._world._lock.acquire()  # noqa: SLF001 - released in __exit__
        self.now = self._world.clock.now()
        self.state = self._world.state
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            if kind is None:
                self._world.state = self.state
                self._world.events.extend(self._events)
        finally:
            self._world._lock.release()  # noqa: SLF001 - acquired in __enter__

    @property
    def quotas(self) -> "Quotas":
        """Tell the limits of the world."""
        return self.options.quotas or default_quotas()

    def put(self, record: object) -> None:
        """Keep a record, in place of the one of the same key."""
        shelf, key = TABLES[type(record)]
        self.set(**{shelf: getattr(self.state, shelf).insert(key(record), record)})

    def drop(self, record: object) -> None:
        """Keep a record no longer."""
        shelf, key = TABLES[type(record)]
        self.set(**{shelf: getattr(self.state, shelf).discard(key(record))})

    def set(self, **changes: Any) -> None:
        """Change fields of the draft."""
        self.state = _changed(self.state, changes)

    def serial(self) -> int:
        """Take the next serial: the order of all that is made, and the source of ids."""
        self.set(serial=self.state.serial + 1)
        return self.state.serial

    def record(self, event: Event) -> None:
        """Tell what happened, once the transaction is through."""
        self._events.append(event)


_FIELDS = tuple(one.name for one in fields(State))
_TAKE = attrgetter(*_FIELDS)
_SET = tuple(getattr(State, name).__set__ for name in _FIELDS)


def _changed(state: State, changes: Mapping[str, Any]) -> State:
    """Give a state with some fields changed.

    As dataclasses.replace does, in two fifths of its time: a state has many fields, and one operation changes it often.
    """
    made = object.__new__(State)
    for put, value in zip(_SET, _TAKE(state), strict=True):
        put(made, value)
    for name, value in changes.items():
        object.__setattr__(made, name, value)
    return made
