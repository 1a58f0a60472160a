"""The call log of a world: its latest calls with their callers and outcomes.

A record holds facts only. An exception would keep its frames alive, and with them the request and an old state.
"""

from bisect import bisect_right
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from itertools import count
from threading import Lock
from typing import Any, NamedTuple

from msgspec import Struct

from artifact_emulator.aws.service_model import Service
from artifact_state.model import Caller, CallerKind
from artifact_state.record import Record

MAX_CALLS = 10_000
MAX_BYTES = 64 * 1024 * 1024
"""The most bytes of input that the records of a world keep alive: the oldest records are dropped first."""
MAX_INPUT = 100 * 1024
"""The most bytes of an input that is recorded; CloudTrail omits larger requestParameters.

Source: https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-event-reference-record-contents.html
"""
MAX_USER_AGENT = 1024
"""The characters of a user agent that are recorded. Source: the same page."""
_READ_ONLY_PREFIXES = ("Get", "List", "Describe", "Lookup", "Simulate", "Generate")


@cache
def is_read_only(operation: str) -> bool:
    """Return whether an operation changes nothing, by its name."""
    return operation.startswith(_READ_ONLY_PREFIXES)


class CallFailure(Record, kw_only=False):
    """The error with which a call was answered."""

    code: str
    message: str
    recorded_message: str
    """The message in CloudTrail's record, which may say more than the reply."""
    fault_id: str = ""
    """The fault rule that injected the error, "" if none did."""


class CallRecord(Struct, kw_only=True):
    """A call of an identified caller."""

    at: datetime
    service: Service
    operation: str
    caller: Caller
    members: Mapping[str, Any] | None
    """The input under AWS's names; None if it could not be parsed, or is larger than MAX_INPUT."""
    value: Any
    """The output under AWS's names; None for read-only operations, whose output CloudTrail does not record."""
    failure: CallFailure | None
    request_id: str
    user_agent: str
    size: int = 0
    """The bytes of the request, which its members keep alive."""
    number: int = -1
    """The position of the call in the event feed, which the call log assigns."""


class RoleUse(NamedTuple):
    """The time and the region of a call by a session of a role."""

    at: datetime
    region: str


class LoggedCall(NamedTuple):
    """A call, and the log to which it is added together with what it changes."""

    log: "CallLog"
    record: CallRecord


@dataclass(slots=True)
class CallLog:
    """The latest calls of a world, oldest first, and the numbers of the event feed."""

    _calls: deque[CallRecord] = field(default_factory=deque)
    _bytes: int = 0
    _role_uses: dict[str, RoleUse] = field(default_factory=dict)
    """The latest use of each role, by its unique id, however many calls there have been since."""
    _sign_ins: dict[str, datetime] = field(default_factory=dict)
    """The latest time at which each user signed in to the console, by its unique id."""
    _numbers: Iterator[int] = field(default_factory=count)
    _latest_number: int = -1
    _subscribers: tuple[Callable[[], None], ...] = ()
    _lock: Lock = field(default_factory=Lock)

    def add(self, call: CallRecord, write: Callable[[CallRecord], None] | None = None) -> None:
        """Add a call and notify the subscribers; `write` stores it first, or raises NotStored to prevent it."""
        with self._lock:
            call.number = next(self._numbers)
            if write is not None:
                write(call)
            self._append(call)
        for notify in self._subscribers:
            notify()

    def restore(
        self, calls: Iterable[CallRecord], role_uses: Mapping[str, RoleUse], sign_ins: Mapping[str, datetime]
    ) -> None:
        """Add what was stored, before anything else is added; numbering continues."""
        self._role_uses.update(role_uses)
        self._sign_ins.update(sign_ins)
        for call in calls:
            self._append(call)
        self._numbers = count(self._latest_number + 1)

    def _append(self, call: CallRecord) -> None:
        self._latest_number = call.number
        self._calls.append(call)
        self._bytes += call.size
        if call.caller.kind is CallerKind.ROLE:
            role_id = call.caller.user_id.partition(":")[0]
            self._role_uses[role_id] = RoleUse(call.at, call.caller.region)
        while len(self._calls) > MAX_CALLS or self._bytes > MAX_BYTES:
            self._bytes -= self._calls.popleft().size

    def latest_role_use(self, role_id: str) -> RoleUse | None:
        """Return the latest use of a role, by its unique id, or None if it was not used."""
        return self._role_uses.get(role_id)

    def add_sign_in(self, user_id: str, at: datetime) -> None:
        """Record that a user signed in to the console; the unique id of a root user is that of its account."""
        self._sign_ins[user_id] = at

    def latest_sign_ins(self) -> Mapping[str, datetime]:
        """Return the latest time at which each user signed in to the console, by unique id."""
        return self._sign_ins

    def calls(self, after: int = -1) -> list[CallRecord]:
        """Return the calls after a number, oldest first."""
        calls = list(self._calls)
        if not calls or calls[0].number > after:
            return calls
        return calls[bisect_right(calls, after, key=lambda call: call.number) :]

    def next_number(self) -> int:
        """Return the next number of the event feed, for an event that is not a call."""
        with self._lock:
            self._latest_number = next(self._numbers)
            return self._latest_number

    def latest_number(self) -> int:
        """Return the number that was assigned last, or -1."""
        with self._lock:
            return self._latest_number

    @contextmanager
    def subscribed(self, notify: Callable[[], None]) -> Iterator[None]:
        """Call a function after each call, in the call's thread, while the block lasts."""
        self._subscribers = (*self._subscribers, notify)
        try:
            yield
        finally:
            self._subscribers = tuple(subscriber for subscriber in self._subscribers if subscriber is not notify)

    def clear(self) -> None:
        """Drop all calls; numbering continues."""
        with self._lock:
            self._calls.clear()
            self._bytes = 0
