"""The event feed of a world: its calls and service events in the order of their numbers.

A service event can be due later than its cause, and a clock can stand still or be set back, so that instants give no
order in which new entries always come last. Numbers do: a call gets its number when it is logged, a service event when
the feed first sees that it is due.
"""

import json
from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from threading import Lock

from artifact_emulator.activity.call_log import MAX_CALLS, CallLog, CallRecord
from artifact_emulator.activity.cloudtrail_records import CloudTrailRecord, call_records
from artifact_emulator.activity.service_events import service_event_records
from artifact_state.events import Event
from artifact_state.world import World


def all_records(world: World, calls: Iterable[CallRecord]) -> Iterator[CloudTrailRecord]:
    """Iterate over the records of calls, then over those of the service events of a world that are due."""
    yield from call_records(calls)
    now = world.clock.now()
    for event in tuple(world.events):
        yield from (record for record in service_event_records(world, event) if record.at <= now)


@dataclass(frozen=True)
class FeedEntry:
    """A record with its number; the two records of a call that concerns two accounts have the same number."""

    number: int
    record: CloudTrailRecord

    @cached_property
    def encoded(self) -> bytes:
        """The record as JSON, which all listeners share."""
        return json.dumps(self.record.content).encode()


_MAX_SHARED = 256
"""The calls whose entries are kept for other listeners."""


class EventFeed:
    """The calls and service events of a world in the order of their numbers."""

    def __init__(self, world: World, call_log: CallLog) -> None:
        self._world = world
        self._call_log = call_log
        self._events = world.events
        self._last_seen: Event | None = None
        self._due: deque[FeedEntry] = deque(maxlen=MAX_CALLS)
        self._pending: list[CloudTrailRecord] = []
        self._shared: dict[int, tuple[FeedEntry, ...]] = {}
        self._lock = Lock()

    def update(self) -> int:
        """Number the service events that are due since the last update, and return the latest number, or -1."""
        with self._lock:
            now = self._world.clock.now()
            new = [record for event in self._new_events() for record in service_event_records(self._world, event)]
            pending, self._pending = [*self._pending, *new], []
            for record in sorted(pending, key=lambda record: record.at):
                if record.at <= now:
                    self._due.append(FeedEntry(self._call_log.next_number(), record))
                else:
                    self._pending.append(record)
            return self._call_log.latest_number()

    def since(self, number: int, most: int = MAX_CALLS) -> tuple[list[FeedEntry], int]:
        """Return the entries after a number in order, of about `most` calls, and the number after which to continue."""
        latest = self.update()
        if latest <= number:
            return [], latest
        calls = self._call_log.calls(number)
        if len(calls) > most:
            calls = calls[:most]
            latest = calls[-1].number
        of_calls = [entry for call in calls for entry in self._entries_of(call)]
        entries = sorted((*of_calls, *self._due_after(number)), key=lambda entry: entry.number)
        # Up to the latest number no entry is missing; later ones may still be on their way.
        return [entry for entry in entries if entry.number <= latest], latest

    def clear(self) -> None:
        """Drop all service events; numbering continues."""
        with self._lock:
            self._due.clear()
            self._pending.clear()
            self._shared.clear()

    def _entries_of(self, call: CallRecord) -> tuple[FeedEntry, ...]:
        """Return the entries of a call, which several listeners read soon after each other."""
        entries = self._shared.get(call.number)
        if entries is None:
            entries = tuple(FeedEntry(call.number, record) for record in call_records([call]))
            with self._lock:
                self._shared[call.number] = entries
                if len(self._shared) > _MAX_SHARED:
                    del self._shared[next(iter(self._shared))]
        return entries

    def _due_after(self, number: int) -> list[FeedEntry]:
        entries: list[FeedEntry] = []
        for entry in reversed(tuple(self._due)):
            if entry.number <= number:
                break
            entries.append(entry)
        return entries

    def _new_events(self) -> Iterator[Event]:
        current = self._world.events
        events = tuple(current)
        if current is not self._events:
            # The world was replaced, and none of the events of the other world is new.
            self._events, self._last_seen = current, events[-1] if events else None
        new: list[Event] = []
        for event in reversed(events):
            if event is self._last_seen:
                break
            new.append(event)
        if events:
            self._last_seen = events[-1]
        return reversed(new)
