"""The storages of single worlds: of one that changes, and of contents that do not change any more."""

import sqlite3
from collections.abc import Sequence
from datetime import datetime
from functools import partial

from artifact_emulator.activity.call_log import CallLog, CallRecord, LoggedCall, is_read_only
from artifact_emulator.faults.rules import ActiveRule
from artifact_emulator.storage.journal import Journal
from artifact_emulator.storage.settings import (
    CLOCK,
    FAULT,
    FIRST_CLOCK,
    LESSON,
    OPTIONS,
    ROLE_USE,
    SIGN_IN,
    set_setting,
)
from artifact_emulator.storage.texts import call_text, clock_text, event_text, fault_text, options_text, value_text
from artifact_state.clock import Clock
from artifact_state.state_rows import all_rows, changed_rows
from artifact_state.steps import batches
from artifact_state.world import Changes, NotStored, Options, Storage, World


class Contents(Storage):
    """The stored contents of a world that does not change any more, such as a snapshot."""

    def __init__(self, journal: Journal, layer: int) -> None:
        self.journal = journal
        self.layer = layer
        journal.in_use.add(self)

    def keep(self, other: World) -> "Contents":
        """Store the contents of another world.

        Raises NotStored.
        """
        return keep(self.journal, other)

    def fork(self) -> "Contents":
        """Return itself."""
        return self


def keep(journal: Journal, contents: World) -> Contents:
    """Store the contents of a world, which does not change any more.

    Raises NotStored.
    """
    with journal.writing() as connection:
        kept = Contents(journal, insert_layer(connection, None, takes_events=False))
    # Nothing in the database refers to the layer yet: after an interruption, its rows are deleted at the next start.
    for rows in batches(all_rows(contents.state)):
        with journal.writing() as connection:
            connection.executemany("INSERT INTO records VALUES (?, ?, ?)", [(kept.layer, *row) for row in rows])
    if contents.events:
        with journal.writing() as connection:
            text = "\n".join(map(event_text, contents.events))
            connection.execute("INSERT INTO events VALUES (?, ?, ?)", (kept.layer, journal.next_number(), text))
    return kept


class StoredWorld(Storage):
    """The storage of one world. Except for `log` and `set_faults`, it is used under the world's lock."""

    def __init__(self, journal: Journal, world: int, layer: int, origin: int, *, first_clock: str) -> None:
        self._journal = journal
        self._world = world
        self._layer = layer
        self._origin = origin
        self._first_clock = first_clock
        self._is_changed = True
        """Whether the layer may have rows of its own; if not, the contents are those below it."""
        self._below: Contents
        self._fault_counters: dict[str, tuple[int, int]] | None = None
        """The counters of the stored fault rules; None if it is not known which are stored."""

    def commit(self, changes: Changes) -> None:
        """Append the changes of a transaction to the journal, and with them the record of its call.

        Raises NotStored.
        """
        rows = changed_rows(changes.before, changes.after, changes.touched)
        call: LoggedCall | None = changes.call_record  # type: ignore[assignment]  # The domain does not know its type.
        if not rows and not changes.events and call is None:
            return
        text = "\n".join([part for path, row in rows for part in (path, row or "")])
        events = "\n".join(map(event_text, changes.events))
        if call is None:
            self._append(text, events)
        else:
            call.log.add(call.record, partial(self._append, text, events))
        self._is_changed = True

    def _append(self, changes: str, events: str, call: CallRecord | None = None) -> None:
        self._journal.append(self._world, self._layer, changes, events, "" if call is None else call_text(call))

    def log(self, log: CallLog, call: CallRecord) -> None:
        """Log a call that changed nothing; that of an operation that changes something is durable at the end."""
        if is_read_only(call.operation):
            log.add(call, partial(self._journal.append_later, self._world))
            return
        try:
            log.add(call, partial(self._append, "", ""))
        except NotStored:
            # The call is answered all the same: it changed nothing.
            log.add(call, partial(self._journal.append_later, self._world))

    def set_options(self, options: Options) -> None:
        """Store the options.

        Raises NotStored.
        """
        self.set(OPTIONS, options_text(options))

    def set_clock(self, clock: Clock) -> None:
        """Store the clock.

        Raises NotStored.
        """
        self.set(CLOCK, clock_text(clock))

    def set_faults(self, rules: Sequence[ActiveRule]) -> None:
        """Store the fault rules whose counters have changed, and those that are new or gone.

        Raises NotStored.
        """
        counters = {active.id: (active.eligible, active.matched) for active in rules}
        if counters == self._fault_counters:
            return
        stored = self._fault_counters
        with self._journal.writing() as connection:
            if stored is None:
                stored = {}
                _delete_settings(connection, self._world, FAULT)
            for active in rules:
                if stored.get(active.id) != counters[active.id]:
                    set_setting(connection, self._world, FAULT + active.id, fault_text(active))
            for gone in stored.keys() - counters.keys():
                connection.execute("DELETE FROM settings WHERE world = ? AND name = ?", (self._world, FAULT + gone))
        self._fault_counters = counters

    def add_sign_in(self, user_id: str, at: datetime) -> None:
        """Store when a user signed in.

        Raises NotStored.
        """
        self.set(SIGN_IN + user_id, value_text(at))

    def set_lesson(self, name: str) -> None:
        """Store the lesson that was started.

        Raises NotStored.
        """
        self.set(LESSON, name)

    def set(self, name: str, text: str) -> None:
        """Store a setting.

        Raises NotStored.
        """
        with self._journal.writing() as connection:
            set_setting(connection, self._world, name, text)

    def reset(self) -> None:
        """Store that the world has its initial contents, and neither events, calls nor faults.

        Raises NotStored.
        """
        with self._journal.writing() as connection:
            layer = self._begin_layer(connection, self._origin, takes_events=False)
            set_setting(connection, self._world, CLOCK, self._first_clock)
            self._forget_activity(connection)
        self._follow(layer)

    def take_over(self, other: World, *, as_origin: bool) -> None:
        """Store that the world has the contents of another one, and for a new origin neither calls nor faults.

        Raises NotStored.
        """
        contents = other.storage
        if not isinstance(contents, Contents):
            raise TypeError("The contents to take over are not stored.")
        clock = clock_text(other.clock)
        with self._journal.writing() as connection:
            layer = self._begin_layer(connection, contents.layer, takes_events=True)
            set_setting(connection, self._world, OPTIONS, options_text(other.options))
            set_setting(connection, self._world, CLOCK, clock)
            if as_origin:
                set_setting(connection, self._world, FIRST_CLOCK, clock)
                connection.execute("UPDATE worlds SET origin = ? WHERE id = ?", (contents.layer, self._world))
                self._forget_activity(connection)
        self._follow(layer)
        if as_origin:
            self._origin, self._first_clock = contents.layer, clock

    def keep(self, other: World) -> Contents:
        """Store the contents of another world.

        Raises NotStored.
        """
        return keep(self._journal, other)

    def fork(self) -> Contents:
        """Return the present contents; later changes go to a new layer.

        Raises NotStored.
        """
        if not self._is_changed:
            return self._below
        below = Contents(self._journal, self._layer)
        with self._journal.writing() as connection:
            layer = self._begin_layer(connection, below.layer, takes_events=True)
        self._layer, self._below, self._is_changed = layer, below, False
        return below

    def _begin_layer(self, connection: sqlite3.Connection, parent: int, *, takes_events: bool) -> int:
        layer = insert_layer(connection, parent, takes_events=takes_events)
        connection.execute("UPDATE worlds SET layer = ? WHERE id = ?", (layer, self._world))
        return layer

    def _forget_activity(self, connection: sqlite3.Connection) -> None:
        last = self._journal.forget_calls(self._world)
        connection.execute("UPDATE worlds SET calls_after = ? WHERE id = ?", (last, self._world))
        connection.execute("DELETE FROM calls WHERE world = ?", (self._world,))
        for prefix in (FAULT, ROLE_USE, SIGN_IN, LESSON):
            _delete_settings(connection, self._world, prefix)
        self._fault_counters = {}

    def _follow(self, layer: int) -> None:
        self._layer, self._is_changed = layer, True
        self._journal.collect_garbage()


def _delete_settings(connection: sqlite3.Connection, world: int, prefix: str) -> None:
    connection.execute("DELETE FROM settings WHERE world = ? AND name GLOB ?", (world, f"{prefix}*"))


def insert_layer(connection: sqlite3.Connection, parent: int | None, *, takes_events: bool) -> int:
    """Store an empty layer on top of another one, and return its id."""
    row = connection.execute("INSERT INTO layers (parent, takes_events) VALUES (?, ?)", (parent, takes_events))
    return int(row.lastrowid or 0)
