"""What was called in a world, by whom and with what outcome: kept as it came, written as records on demand."""

from collections import deque
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from itertools import count
from typing import Any

from artifact_emulator.failures import Failure
from artifact_emulator.operation import Service
from artifact_state.model import Caller

KEPT = 10_000
"""How many calls of a world are kept: the latest."""


@dataclass(slots=True)
class Called:
    """A call of a known caller."""

    number: int
    """Its place among all calls of the world."""
    at: datetime
    service: Service
    operation: str
    caller: Caller
    access_key_id: str
    members: Mapping[str, Any] | None
    """What was asked, under AWS's names; None when it could not be read."""
    value: Any
    failure: Failure | None
    request_id: str
    event_id: str
    user_agent: str


@dataclass(slots=True)
class Trail:
    """The calls of a world, the oldest first; of very many the oldest are forgotten."""

    _calls: deque[Called] = field(default_factory=lambda: deque(maxlen=KEPT))
    _numbers: Iterator[int] = field(default_factory=count)

    def add(self, **known: Any) -> None:
        """Keep a call."""
        self._calls.append(Called(number=next(self._numbers), **known))

    def calls(self, after: int = -1) -> list[Called]:
        """Give the calls after a place, the oldest first."""
        found = list(self._calls)
        return found if not found or found[0].number > after else [one for one in found if one.number > after]

    def clear(self) -> None:
        """Forget all calls."""
        self._calls.clear()
