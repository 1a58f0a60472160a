"""All that is told of a world in one order: each call when it came, each event of a service when it is noticed.

An event of a service may be due after its cause, and a clock may stand still or be turned back: so neither
instants nor causes give an order in which nothing new comes before what was told already. Numbers do.
"""

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from threading import Lock

from artifact_emulator.activity.call_log import KEPT, CallLog
from artifact_emulator.activity.cloudtrail_records import Record, call_records, service_records
from artifact_state.events import Event
from artifact_state.world import World


@dataclass(frozen=True, slots=True)
class Numbered:
    """A record, and its place in the order; a call that concerns two accounts has two of one number."""

    number: int
    record: Record


class EventFeed:
    """What happens in a world, in the order in which it is noticed."""

    def __init__(self, world: World, trail: CallLog) -> None:
        self._world = world
        self._trail = trail
        self._events = world.events
        self._seen: Event | None = None
        self._due: deque[Numbered] = deque(maxlen=KEPT)
        self._waiting: list[Record] = []
        self._lock = Lock()

    def notice(self) -> int:
        """Number what happened since this was asked last; give the latest number, -1 while there is none."""
        with self._lock:
            now = self._world.clock.now()
            new = [one for event in self._new_events() for one in service_records(self._world, event)]
            waiting, self._waiting = [*self._waiting, *new], []
            for record in sorted(waiting, key=lambda one: one.at):
                if record.at <= now:
                    self._due.append(Numbered(self._trail.number(), record))
                else:
                    self._waiting.append(record)
            return self._trail.latest()

    def since(self, number: int) -> tuple[list[Numbered], int]:
        """Give what was numbered after a place, in order, and the place after which to go on."""
        latest = self.notice()
        if latest <= number:
            return [], latest
        called = [Numbered(call.number, one) for call in self._trail.calls(number) for one in call_records([call])]
        found = sorted((*called, *self._due_after(number)), key=lambda one: one.number)
        # Up to there nothing is missing; behind it something may be on its way.
        return [one for one in found if one.number <= latest], latest

    def clear(self) -> None:
        """Forget all; the numbers go on."""
        with self._lock:
            self._due.clear()
            self._waiting.clear()

    def _due_after(self, number: int) -> list[Numbered]:
        found: list[Numbered] = []
        for one in reversed(tuple(self._due)):
            if one.number <= number:
                break
            found.append(one)
        return found

    def _new_events(self) -> Iterator[Event]:
        events = self._world.events
        happened = tuple(events)
        if events is not self._events:
            # Another past was put in the place of this one, and nothing of it is new.
            self._events, self._seen = events, happened[-1] if happened else None
        new: list[Event] = []
        for event in reversed(happened):
            if event is self._seen:
                break
            new.append(event)
        if happened:
            self._seen = happened[-1]
        return reversed(new)
