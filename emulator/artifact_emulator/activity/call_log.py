"""What was called in a world, by whom and with what outcome: kept as it came, written as records on demand."""

from bisect import bisect_right
from collections import deque
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from itertools import count
from threading import Lock
from typing import Any

from artifact_emulator.aws.errors.aws_error import AwsError
from artifact_emulator.aws.service_model import Service
from artifact_state.model import Caller

KEPT = 10_000
"""How many calls of a world are kept: the latest."""
_READS = ("Get", "List", "Describe", "Lookup", "Simulate", "Generate")


@cache
def only_reads(operation: str) -> bool:
    """Tell whether an operation changes nothing, by its name."""
    return operation.startswith(_READS)


@dataclass(slots=True)
class CallRecord:
    """A call of a known caller."""

    at: datetime
    service: Service
    operation: str
    caller: Caller
    members: Mapping[str, Any] | None
    """What was asked, under AWS's names; None when it could not be read."""
    value: Any
    """What was answered; None for what only reads, of which CloudTrail keeps no answer."""
    failure: AwsError | None
    request_id: str
    user_agent: str
    number: int = -1
    """Its place among all that the trail numbers, which the trail gives it."""


@dataclass(slots=True)
class CallLog:
    """The calls of a world, the oldest first; of very many the oldest are forgotten."""

    _calls: deque[CallRecord] = field(default_factory=lambda: deque(maxlen=KEPT))
    _numbers: Iterator[int] = field(default_factory=count)
    _latest: int = -1
    _watchers: tuple[Callable[[], None], ...] = ()
    _lock: Lock = field(default_factory=Lock)

    def add(self, call: CallRecord) -> None:
        """Keep a call, and tell whoever watches that there is one."""
        with self._lock:
            call.number = self._latest = next(self._numbers)
            self._calls.append(call)
        for ring in self._watchers:
            ring()

    def calls(self, after: int = -1) -> list[CallRecord]:
        """Give the calls after a place, the oldest first."""
        found = list(self._calls)
        if not found or found[0].number > after:
            return found
        return found[bisect_right(found, after, key=lambda one: one.number) :]

    def number(self) -> int:
        """Take a place among the calls for what is none."""
        with self._lock:
            self._latest = next(self._numbers)
            return self._latest

    def latest(self) -> int:
        """Tell the place that was taken last, -1 if none was."""
        with self._lock:
            return self._latest

    @contextmanager
    def watched(self, ring: Callable[[], None]) -> Iterator[None]:
        """Call whoever watches after each call while the block lasts, in the thread of that call."""
        self._watchers = (*self._watchers, ring)
        try:
            yield
        finally:
            self._watchers = tuple(one for one in self._watchers if one is not ring)

    def clear(self) -> None:
        """Forget all calls."""
        self._calls.clear()
