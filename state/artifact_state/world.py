"""A world: one state, one clock and one lock, changed only in transactions.

A transaction works on a draft. Leaving its block commits the draft; an exception discards it. A refused
operation therefore changes nothing by construction: `world.state` is the same object as before.
"""

import warnings
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from copy import copy
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cache
from threading import Lock
from types import TracebackType
from typing import TYPE_CHECKING, Any, Literal, NamedTuple, Self

from artifact_state import catalog
from artifact_state.catalog import TrustedService
from artifact_state.clock import EARLIEST, Clock, InstantInThePast
from artifact_state.errors import Recorded
from artifact_state.events import Event
from artifact_state.freeing import free
from artifact_state.model import TABLES, Caller, CreationFailure, InquiryFailure, State
from artifact_state.record import Record, replace

if TYPE_CHECKING:
    from artifact_state.catalog import Quotas

ArtifactPrincipal = Literal["both", "documented", "account-sync"]
Throttling = Literal["aws", "off"]


@cache
def default_quotas() -> "Quotas":
    """Return AWS's quotas, with the largest number of accounts that AWS grants on request.

    AWS raises its initial quota of ten accounts on request, so a test may create eleven.
    """
    quotas = catalog.quotas()
    return replace(quotas, accounts_per_organization=quotas.accounts_per_organization_at_most)


class Options(Record):
    """Settings of a world: quotas, delays, and choices where AWS's documents disagree."""

    quotas: "Quotas | None" = None
    """The limits of the world, `default_quotas()` if None; `replace(default_quotas(), ...)` changes some of them."""
    artifact_principal: ArtifactPrincipal = "both"
    """Which service principal counts as trusted access for AWS Artifact: AWS's documents name two."""
    creation_delay: timedelta = timedelta(0)
    """How long the creation of an account takes after the reply to CreateAccount."""
    creation_failure: CreationFailure | None = None
    """The reason for which every creation of an account fails; most of AWS's reasons cannot arise in a world."""
    activation_delay: timedelta = timedelta(0)
    """How long a created account stays in PENDING_ACTIVATION."""
    closure_delay: timedelta = timedelta(0)
    """How long the closure of an account takes after the reply to CloseAccount."""
    finalizing_period: timedelta = timedelta(0)
    """How long a new organization refuses accounts; on AWS, up to an hour."""
    email_verified: bool = True
    """Whether management accounts have verified their e-mail addresses, without which they cannot send invitations."""
    invitations_during_migration: bool = False
    """Whether accounts may be invited while all features are being enabled; AWS's documents contradict each other."""
    govcloud_enabled: bool = True
    """Whether management accounts are paired with an account in AWS GovCloud (US)."""
    deletion_delay: timedelta = timedelta(0)
    """How long the deletion of a service-linked role takes."""
    login_delay: timedelta = timedelta(0)
    """How long a user's new password can be neither changed nor deleted; on AWS, a few seconds."""
    inactive_sts_regions: frozenset[str] = frozenset()
    """Regions in which AWS STS is deactivated for all accounts."""
    inquiry_delay: timedelta = timedelta(0)
    """How long the processing of a compliance inquiry takes after the reply to CreateComplianceInquiry."""
    inquiry_failure: InquiryFailure | None = None
    """The reason for which new compliance inquiries fail."""
    review_delay: timedelta = timedelta(0)
    """How long the human review takes of queries that no report answers, after the processing."""
    deletion_fails: bool = False
    """Whether deletions of service-linked roles fail, as if every role were in use."""
    leave_wait_period: timedelta = timedelta(0)
    """How long a created account must wait before it may leave its organization; on AWS, four days."""
    standalone_prerequisites: bool = False
    """Whether a created account lacks the information that AWS requires of a standalone account."""
    throttling: Throttling = "off"
    """Whether AWS's request rates are enforced."""
    strict_client: str | None = None
    """The seed of strict mode (short pages, throttling, eventual consistency); None if strict mode is off."""
    services: tuple[TrustedService, ...] = ()
    """Services in addition to AWS's, or in place of the one with the same principal."""


class TransactionEffect(Record):
    """What fault injection and strict mode change about one transaction."""

    creation_failure: CreationFailure | None = None
    """The reason for which the creation of the account fails."""
    deletion_fails: bool = False
    """Whether the deletion of the service-linked role fails, as if the role were in use."""
    inquiry_failure: InquiryFailure | None = None
    """The reason for which the compliance inquiry fails."""
    minimum_delay: timedelta = timedelta(0)
    """The minimum duration of the work that the transaction starts."""


NO_EFFECT = TransactionEffect()


class NotStored(Exception):
    """A change could not be stored; it has not been made."""


class Changes(NamedTuple):
    """What a transaction is about to commit."""

    before: State
    after: State
    touched: Sequence[tuple[str, str]]
    """The table and the key of each value that may have changed in a table by key."""
    events: Sequence[Event]
    call_record: object


class Storage:
    """What keeps a world beyond the process; contents that do not change any more have only `keep` and `fork`.

    Each method is called before the change that it stores takes effect, and raises NotStored to prevent it.
    """

    def commit(self, changes: Changes) -> None:
        """Store the changes of a transaction."""
        raise NotImplementedError

    def set_options(self, options: Options) -> None:
        """Store the options."""
        raise NotImplementedError

    def set_clock(self, clock: Clock) -> None:
        """Store the clock."""
        raise NotImplementedError

    def reset(self) -> None:
        """Store that the world has its initial state and clock, and no events."""
        raise NotImplementedError

    def take_over(self, other: "World", *, as_origin: bool) -> None:
        """Store that the world has the contents of another one, whose storage is not None."""
        raise NotImplementedError

    def keep(self, other: "World") -> "Storage":
        """Store the contents of another world, which does not change any more."""
        raise NotImplementedError

    def fork(self) -> "Storage":
        """Return a storage of the present contents, which does not change any more."""
        raise NotImplementedError


@dataclass(slots=True, eq=False)
class World:
    """One isolated AWS: its accounts and organizations, its clock, its settings and its recent events."""

    name: str = "default"
    options: Options = field(default_factory=Options)
    clock: Clock = field(default_factory=Clock)
    state: State = field(default_factory=State)
    events: deque[Event] = field(default_factory=lambda: deque(maxlen=10_000))
    runtime: object = None
    """A slot for what the server keeps about this world, such as its call log. The domain does not use it."""
    storage: "Storage | None" = None
    """What keeps this world beyond the process; None if nothing does."""
    _lock: Lock = field(default_factory=Lock)
    _origin: State = field(init=False)
    _first_clock: Clock = field(init=False)
    _changed_at: datetime = field(init=False)
    """The instant of the latest change; of contents that the world began with, at most that of its beginning."""
    _began_at: datetime = field(init=False)

    def __post_init__(self) -> None:
        self._origin, self._first_clock = self.state, copy(self.clock)
        self._changed_at = self._began_at = self.clock.now() if self.state.serial else EARLIEST

    def transaction(self, caller: Caller, action: str = "", effect: TransactionEffect = NO_EFFECT) -> "Transaction":
        """Return a transaction of a caller, to be used as a context manager.

        `action` is the IAM action, such as `iam:GetPolicy`, which some refusals name.
        """
        return Transaction(self, caller, action, effect)

    def change_options(self, change: Callable[[Options], Options]) -> None:
        """Replace the options by what a function returns for them."""
        with self._lock:
            options = change(self.options)
            if self.storage is not None:
                self.storage.set_options(options)
            self.options = options

    @property
    def changed_at(self) -> datetime:
        """Return the instant of the latest change, before which the clock must not go back."""
        return self._changed_at

    def change_clock(self, change: Callable[[Clock], None]) -> None:
        """Change the clock by a function; an exception leaves it as it was.

        Raises InstantInThePast if it would show an instant before the latest change of the world.
        """
        with self._lock:
            clock = copy(self.clock)
            change(clock)
            if (now := clock.now()) < self._changed_at:
                raise InstantInThePast(now, self._changed_at)
            if self.storage is not None:
                self.storage.set_clock(clock)
            self.clock = clock

    def set_origin(self, state: State, clock: Clock) -> None:
        """Make a state and a clock those to which `reset` returns."""
        self._origin, self._first_clock = state, clock
        self._began_at = clock.now() if state.serial else EARLIEST

    def reset(self) -> None:
        """Restore the initial state and clock and drop all events; keep the options."""
        with self._lock:
            if self.storage is not None:
                self.storage.reset()
            former = [self.state]
            self.state, self.clock = self._origin, copy(self._first_clock)
            self._changed_at = self._began_at
            self.events.clear()
        free(former, self.state)

    def restore(self, other: "World") -> None:
        """Take over the options, clock, state and events of another world; keep the name and the initial state."""
        self._take_over(other, as_origin=False)

    def replace_with(self, other: "World") -> None:
        """Take over another world as `restore` does, and make its state the one that `reset` returns to."""
        self._take_over(other, as_origin=True)

    def _take_over(self, other: "World", *, as_origin: bool) -> None:
        if self.storage is not None and other.storage is None:
            # Before the lock is taken, because writing a large world takes long.
            other.storage = self.storage.keep(other)
        with self._lock, other.locked():
            if self.storage is not None:
                self.storage.take_over(other, as_origin=as_origin)
            former = [self.state]
            self.options, self.clock, self.state = other.options, copy(other.clock), other.state
            self.events = other.events.copy()
            self._changed_at = other._changed_at  # noqa: SLF001 - the rest of the class.
            if as_origin:
                self._began_at = self._changed_at
                former.append(self._origin)
                self._origin, self._first_clock = self.state, copy(self.clock)
        free(former, self.state)

    def fork(self, name: str | None = None) -> "World":
        """Return a copy whose contents are stored if those of this world are."""
        with self._lock:
            return self._copy(name, None if self.storage is None else self.storage.fork())

    def copy(self, name: str | None = None) -> "World":
        """Return a copy, which shares its records with this world until one of them changes.

        Work that takes long reads a copy, so that it does not block the transactions of the world.
        """
        with self._lock:
            return self._copy(name, None)

    def _copy(self, name: str | None, storage: "Storage | None") -> "World":
        duplicate = World(
            name=name or self.name,
            options=self.options,
            clock=copy(self.clock),
            state=self.state,
            events=self.events.copy(),
            storage=storage,
        )
        duplicate._changed_at = duplicate._began_at = self._changed_at
        return duplicate

    @property
    def is_locked(self) -> bool:
        """Whether a transaction is in progress."""
        return self._lock.locked()

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Block all transactions for the duration of the context."""
        with self._lock:
            yield

    # The names of version 0.1.
    def become(self, other: "World") -> None:
        """Call replace_with(), whose old name this is."""
        warnings.warn("become() is now replace_with()", DeprecationWarning, stacklevel=2)
        self.replace_with(other)

    def still(self) -> AbstractContextManager[None]:
        """Call locked(), whose old name this is."""
        warnings.warn("still() is now locked()", DeprecationWarning, stacklevel=2)
        return self.locked()


class Transaction:
    """The view that one operation has of a world: a draft of the state, the caller, and one instant as `now`."""

    __slots__ = (
        "_events",
        "_touched",
        "_world",
        "action",
        "call_record",
        "caller",
        "effect",
        "is_delegated",
        "now",
        "options",
        "state",
    )

    def __init__(self, world: World, caller: Caller, action: str = "", effect: TransactionEffect = NO_EFFECT) -> None:
        self._world = world
        self.action = action
        self.effect = effect
        self.is_delegated = False
        """Whether the resource policy of the caller's organization allows the call, which its evaluation finds out."""
        self._events: list[Event] = []
        self._touched: list[tuple[str, str]] | None = None if world.storage is None else []
        self.call_record: object = None
        """What the server logs about the call, to be stored together with the changes."""
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
            if kind is None or issubclass(kind, Recorded):
                if self._world.storage is not None:
                    self._world.storage.commit(
                        Changes(self._world.state, self.state, self._touched or (), self._events, self.call_record)
                    )
                if self.state is not self._world.state:
                    self._world.state = self.state
                    self._world._changed_at = self.now  # noqa: SLF001 - the other half of the class.
                self._world.events.extend(self._events)
        finally:
            self._world._lock.release()  # noqa: SLF001 - acquired in __enter__

    @property
    def quotas(self) -> "Quotas":
        """Return the quotas of the world."""
        return self.options.quotas or default_quotas()

    @property
    def added_services(self) -> tuple[TrustedService, ...]:
        """Return the services that the world has besides AWS's."""
        return self.options.services

    @property
    def creation_failure(self) -> CreationFailure | None:
        """Return the reason for which the creation of an account fails, or None."""
        return self.effect.creation_failure or self.options.creation_failure

    @property
    def deletion_fails(self) -> bool:
        """Return whether the deletion of a service-linked role fails."""
        return self.effect.deletion_fails or self.options.deletion_fails

    @property
    def inquiry_failure(self) -> InquiryFailure | None:
        """Return the reason for which a compliance inquiry fails, or None."""
        return self.effect.inquiry_failure or self.options.inquiry_failure

    def delay(self, configured: timedelta) -> timedelta:
        """Return how long work takes that the options delay by `configured`."""
        return max(configured, self.effect.minimum_delay)

    def as_of(self, state: State) -> "Transaction":
        """Return a view of this transaction that reads another state; its changes are never committed."""
        view = Transaction(self._world, self.caller, self.action, self.effect)
        view.now, view.state, view.is_delegated = self.now, state, self.is_delegated
        return view

    def put(self, record: object) -> None:
        """Insert a record into its table, or replace the one that has the same key."""
        table, key = TABLES[type(record)]
        self.insert(table, key(record), record)

    def drop(self, record: object) -> None:
        """Delete a record from its table, if it is there."""
        table, key = TABLES[type(record)]
        self.remove(table, key(record))

    def insert(self, table: str, key: str, value: object) -> None:
        """Insert a value into a table, or replace the one that has the same key."""
        if self._touched is not None:
            self._touched.append((table, key))
        self.set(**{table: getattr(self.state, table).insert(key, value)})

    def remove(self, table: str, key: str) -> None:
        """Remove the value of a key from a table, if it is there."""
        if self._touched is not None:
            self._touched.append((table, key))
        self.set(**{table: getattr(self.state, table).discard(key)})

    def set(self, **changes: Any) -> None:
        """Replace fields of the draft that are not tables by key: those change by `insert` and `remove`."""
        self.state = replace(self.state, **changes)

    def serial(self) -> int:
        """Return the next serial, which orders records by creation and from which their ids are drawn."""
        self.set(serial=self.state.serial + 1)
        return self.state.serial

    def record(self, event: Event) -> None:
        """Add an event to the world's log when the transaction commits."""
        self._events.append(event)


def dissolve(worlds: list[World]) -> None:
    """Free worlds that nothing else needs; the list, which is empty afterwards, has the last references to them."""
    states = [state for world in worlds for state in (world.state, world._origin)]  # noqa: SLF001 - the rest of the class.
    worlds.clear()
    free(states, State())
