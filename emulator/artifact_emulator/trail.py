"""What was called in a world, by whom and with what outcome: kept as it came, written as records on demand."""

from collections import deque
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from itertools import count
from typing import Any

from artifact_emulator.failures import Failure
from artifact_emulator.operation import Service
from artifact_state.model import Caller

KEPT = 10_000
"""How many calls of a world are kept: the latest."""
_READS = ("Get", "List", "Describe", "Lookup", "Simulate", "Generate")


@cache
def only_reads(operation: str) -> bool:
    """Tell whether an operation changes nothing, by its name."""
    return operation.startswith(_READS)


@dataclass(slots=True)
class Called:
    """A call of a known caller."""

    number: int
    """Its place among all calls of the world."""
    at: datetime
    service: Service
    operation: str
    caller: Caller
    members: Mapping[str, Any] | None
    """What was asked, under AWS's names; None when it could not be read."""
    value: Any
    """What was answered; None for what only reads, of which CloudTrail keeps no answer."""
    failure: Failure | None
    request_id: str
    user_agent: str


@dataclass(slots=True)
class Trail:
    """The calls of a world, the oldest first; of very many the oldest are forgotten."""

    _calls: deque[Called] = field(default_factory=lambda: deque(maxlen=KEPT))
    _numbers: Iterator[int] = field(default_factory=count)

    def next_number(self) -> int:
        """Give the place of the next call."""
        return next(self._numbers)

    def add(self, call: Called) -> None:
        """Keep a call."""
        self._calls.append(call)

    def calls(self, after: int = -1) -> list[Called]:
        """Give the calls after a place, the oldest first."""
        found = list(self._calls)
        return found if not found or found[0].number > after else [one for one in found if one.number > after]

    def clear(self) -> None:
        """Forget all calls."""
        self._calls.clear()
