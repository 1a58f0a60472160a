"""The store: what keeps the worlds of a registry in a data directory.

The state of a world is a layer: rows on top of those of a parent layer. A fork, a snapshot or a reset begins a layer on
top of one that does not change any more, as worlds in memory share their records.
"""

import sqlite3
from pathlib import Path
from threading import Condition, Thread
from typing import Any

from artifact_emulator.logs import log
from artifact_emulator.storage import filing, loading
from artifact_emulator.storage.database import Database, Durability, unusable
from artifact_emulator.storage.journal import MAX_ROWS, Journal
from artifact_emulator.storage.settings import CLOCK, FIRST_CLOCK, OPTIONS, set_setting
from artifact_emulator.storage.stored_world import Contents, StoredWorld, insert_layer, keep
from artifact_emulator.storage.texts import clock_text, options_text
from artifact_state.world import NotStored, World

_READS_SECONDS = 1.0
"""How long the record of a read may wait."""


class Store:
    """The worlds and snapshots in a data directory; it implements `world_registry.RegistryStorage`."""

    def __init__(self, directory: Path, durability: Durability = "process") -> None:
        self.syncs = durability == "full"
        """Whether each change waits for the disk."""
        self._database = Database(directory, durability)
        try:
            loaded = self._load(self._database.connection)
            self._database.connection.execute("COMMIT")
        except (sqlite3.Error, loading.Damaged) as error:
            self._database.close()
            raise unusable(self._database.path, error) from None
        except BaseException:
            self._database.close()
            raise
        self.worlds: dict[str, World] = loaded.worlds
        self.snapshots: dict[str, dict[str, World]] = loaded.snapshots
        self._is_closed = False
        self._work = Condition()
        self._journal.wake = self._wake
        self._thread = Thread(target=self._maintain, name="data directory", daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Write what is not written yet, file the journal and release the directory."""
        with self._work:
            self._is_closed = True
            self._work.notify()
        self._thread.join()
        try:
            self._journal.flush()
            self._journal.run(filing.file_all)
            filing.vacuum(self._database.connection)
            self._database.connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
        except (sqlite3.Error, NotStored) as error:
            # The journal has all changes; the next start files it.
            log.warning("the data directory was not put in order: %s", error)
        finally:
            self._database.close()

    def keep(self, contents: World) -> Contents:
        """Store the contents of a world, which does not change any more.

        Raises NotStored.
        """
        return keep(self._journal, contents)

    def add(self, world: World) -> StoredWorld:
        """Store a world, in place of one of the same name.

        Raises NotStored.
        """
        contents = world.storage if isinstance(world.storage, Contents) else self.keep(world)
        clock = clock_text(world.clock)
        with self._journal.writing() as connection:
            replaced = _id_of(connection, world.name)
            if replaced is not None:
                _delete_world(connection, replaced)
            layer = insert_layer(connection, contents.layer, takes_events=True)
            row = connection.execute(
                "INSERT INTO worlds (name, layer, origin) VALUES (?, ?, ?)", (world.name, layer, contents.layer)
            )
            world_id = int(row.lastrowid or 0)
            # The snapshots of a world stay when it is replaced.
            connection.execute("UPDATE snapshots SET world = ? WHERE world = ?", (world_id, replaced))
            for name, text in ((OPTIONS, options_text(world.options)), (CLOCK, clock), (FIRST_CLOCK, clock)):
                set_setting(connection, world_id, name, text)
        self._journal.collect_garbage()
        return StoredWorld(self._journal, world_id, layer, contents.layer, first_clock=clock)

    def delete(self, name: str) -> None:
        """Delete a world and its snapshots.

        Raises NotStored.
        """
        with self._journal.writing() as connection:
            world = _id_of(connection, name)
            if world is not None:
                connection.execute("DELETE FROM snapshots WHERE world = ?", (world,))
                _delete_world(connection, world)
        self._journal.collect_garbage()

    def add_snapshot(self, name: str, snapshot: str, contents: World) -> None:
        """Store a snapshot of a world, in place of one of the same name.

        Raises NotStored.
        """
        kept = contents.storage
        if not isinstance(kept, Contents):
            raise TypeError("The contents of a snapshot are not stored.")
        with self._journal.writing() as connection:
            connection.execute(
                "INSERT OR REPLACE INTO snapshots (world, name, layer, options, clock) "
                "SELECT id, ?, ?, ?, ? FROM worlds WHERE name = ?",
                (snapshot, kept.layer, options_text(contents.options), clock_text(contents.clock), name),
            )
        self._journal.collect_garbage()

    def delete_snapshot(self, name: str, snapshot: str) -> None:
        """Delete a snapshot.

        Raises NotStored.
        """
        with self._journal.writing() as connection:
            connection.execute(
                "DELETE FROM snapshots WHERE name = ? AND world = (SELECT id FROM worlds WHERE name = ?)",
                (snapshot, name),
            )
        self._journal.collect_garbage()

    def _load(self, connection: sqlite3.Connection) -> loading.Loaded:
        filing.file_all(connection)
        filing.compact(connection)
        self._journal = Journal(connection, filing.last_number(connection))
        return loading.load(connection, self._attach)

    def _attach(self, world_id: int | None, layer: int, origin: int = 0, first_clock: str = "") -> Any:
        """Return the storage of a loaded world or, without an id, of a snapshot."""
        if world_id is None:
            return Contents(self._journal, layer)
        return StoredWorld(self._journal, world_id, layer, origin, first_clock=first_clock)

    def _wake(self) -> None:
        with self._work:
            self._work.notify()

    def _maintain(self) -> None:
        """File the journal, write the records of reads and delete garbage, until the store is closed."""
        while True:
            with self._work:
                if self._is_closed:
                    return
                if not self._journal.is_urgent and self._work.wait(
                    _READS_SECONDS if self._journal.has_waiting else None
                ):
                    # Woken, if only because a read was made, whose record can wait for others.
                    continue
            try:
                self._put_in_order()
            except (sqlite3.Error, NotStored) as error:
                log.warning("the data directory is not put in order: %s", error)
                with self._work:
                    self._work.wait(_READS_SECONDS)

    def _put_in_order(self) -> None:
        journal = self._journal
        journal.flush()
        if journal.size >= MAX_ROWS or journal.has_garbage:
            while journal.file_some():
                pass
        if journal.has_garbage:
            journal.has_garbage = False
            while journal.run(self._delete_some):
                pass
        self._database.checkpoint()

    def _delete_some(self, connection: sqlite3.Connection) -> bool:
        return filing.delete_some(connection, in_use={contents.layer for contents in self._journal.in_use})


def _delete_world(connection: sqlite3.Connection, world: int) -> None:
    for table in ("settings", "calls"):
        connection.execute(f"DELETE FROM {table} WHERE world = ?", (world,))  # noqa: S608 - names of tables.
    connection.execute("DELETE FROM worlds WHERE id = ?", (world,))


def _id_of(connection: sqlite3.Connection, name: str) -> int | None:
    found = connection.execute("SELECT id FROM worlds WHERE name = ?", (name,)).fetchone()
    return found[0] if found else None
