"""The journal: where each change is committed, as one row, and all other writing to the database.

The records of reads, which nothing depends on, wait in memory for others.
"""

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Lock
from typing import Any, TypeVar
from weakref import WeakSet

from artifact_emulator.activity.call_log import CallRecord
from artifact_emulator.logs import log
from artifact_emulator.storage import filing
from artifact_emulator.storage.texts import call_text
from artifact_state.world import NotStored

T = TypeVar("T")
MAX_ROWS = 2_000
"""The rows from which on the journal is filed."""
_MAX_WAITING = 256
"""The records of reads from which on they are written at once."""


class Journal:
    """The connection that writes, which one thread uses at a time."""

    def __init__(self, connection: sqlite3.Connection, last_number: int) -> None:
        self._connection = connection
        self._number = last_number
        self._waiting: dict[int, list[CallRecord]] = {}
        self._lock = Lock()
        self.size = 0
        """The number of rows that are not filed yet."""
        self.has_garbage = True
        """Whether there may be layers that nothing refers to."""
        self.in_use: WeakSet[Any] = WeakSet()
        """The stored contents to which something in memory refers."""
        self.wake: Callable[[], None] = lambda: None
        """Called when there is work for another thread."""

    @property
    def has_waiting(self) -> bool:
        """Whether records of reads wait for others."""
        return bool(self._waiting)

    @property
    def is_urgent(self) -> bool:
        """Whether there is work that should not wait."""
        most = max(map(len, list(self._waiting.values())), default=0)
        return self.has_garbage or self.size >= MAX_ROWS or most >= _MAX_WAITING

    def append(self, world: int, layer: int, changes: str, events: str, calls: str) -> None:
        """Append a row; from then on the change is durable.

        Raises NotStored.
        """
        with self._lock:
            row = (self._number + 1, world, layer, changes, events, calls)
            try:
                self._connection.execute("INSERT INTO journal VALUES (?, ?, ?, ?, ?, ?)", row)
            except sqlite3.Error as error:
                raise self._failed(error) from None
            self._number += 1
            self.size += 1
        if self.size >= MAX_ROWS:
            self.wake()

    def append_later(self, world: int, call: CallRecord) -> None:
        """Append the record of a call soon."""
        with self._lock:
            calls = self._waiting.setdefault(world, [])
            calls.append(call)
        if len(calls) in (1, _MAX_WAITING):
            self.wake()

    def flush(self) -> None:
        """Append the records of reads.

        Raises NotStored.
        """
        for world in list(self._waiting):
            with self._lock:
                calls = self._waiting.pop(world, [])
            try:
                self.append(world, 0, "", "", "\n".join(map(call_text, calls)))
            except NotStored:
                with self._lock:
                    self._waiting[world] = calls + self._waiting.get(world, [])
                raise

    def forget_calls(self, world: int) -> int:
        """Drop the waiting records of a world, and return the number of the last row; used while writing."""
        self._waiting.pop(world, None)
        return self._number

    def collect_garbage(self) -> None:
        """Delete soon what nothing refers to any more."""
        self.has_garbage = True
        self.wake()

    def next_number(self) -> int:
        """Return a number as a new row would have it; used while writing."""
        self._number += 1
        return self._number

    @contextmanager
    def writing(self) -> Iterator[sqlite3.Connection]:
        """Store what is executed in the block, all of it or nothing.

        Raises NotStored.
        """
        with self._lock:
            try:
                self._connection.execute("BEGIN IMMEDIATE")
                yield self._connection
                self._connection.execute("COMMIT")
            except sqlite3.Error as error:
                raise self._failed(error) from None
            except BaseException:
                self._roll_back()
                raise

    def run(self, work: Callable[[sqlite3.Connection], T]) -> T:
        """Return the result of work in a transaction.

        Raises NotStored.
        """
        with self.writing() as connection:
            return work(connection)

    def file_some(self) -> bool:
        """File the oldest rows, and return whether there are more.

        Raises NotStored.
        """

        def file(connection: sqlite3.Connection) -> bool:
            self.size -= filing.file_some(connection)
            return self.size > 0

        return self.run(file)

    def _failed(self, error: sqlite3.Error) -> NotStored:
        self._roll_back()
        log.error("the data directory cannot be written: %s", error)
        return NotStored(f"The data directory cannot be written ({error}): nothing was changed.")

    def _roll_back(self) -> None:
        if self._connection.in_transaction:
            self._connection.execute("ROLLBACK")
