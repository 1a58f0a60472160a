"""The database of a data directory: its lock, its schema, its versions, and when it is refused.

SQLite's own locks are used, because they exist on every platform and end with the process, however it ends.
"""

import os
import re
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Literal

from artifact_emulator.version import __version__

Durability = Literal["process", "full"]
FILE = "worlds.sqlite3"
_LOCK_FILE = "lock.sqlite3"
APPLICATION_ID = 0x41727445
"""Marks the file as one of the emulator: https://www.sqlite.org/pragma.html#pragma_application_id"""
FORMAT = 2
_WAL_LIMIT = 64 * 1024 * 1024
"""The bytes of the write-ahead log that are kept for reuse."""
_SCHEMA = """
    CREATE TABLE about (name TEXT PRIMARY KEY, text TEXT NOT NULL) WITHOUT ROWID;
    CREATE TABLE layers (id INTEGER PRIMARY KEY AUTOINCREMENT, parent INTEGER, takes_events INTEGER NOT NULL);
    CREATE TABLE worlds (
        id INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT NOT NULL UNIQUE, layer INTEGER NOT NULL,
        origin INTEGER NOT NULL, calls_after INTEGER NOT NULL DEFAULT 0
    );
    CREATE TABLE snapshots (
        id INTEGER PRIMARY KEY, world INTEGER NOT NULL, name TEXT NOT NULL, layer INTEGER NOT NULL,
        options TEXT NOT NULL, clock TEXT NOT NULL, UNIQUE (world, name)
    );
    CREATE TABLE settings (
        world INTEGER NOT NULL, name TEXT NOT NULL, text TEXT NOT NULL, PRIMARY KEY (world, name)
    ) WITHOUT ROWID;
    CREATE TABLE records (
        layer INTEGER NOT NULL, path TEXT NOT NULL, text TEXT, PRIMARY KEY (layer, path)
    ) WITHOUT ROWID;
    CREATE TABLE events (
        layer INTEGER NOT NULL, number INTEGER NOT NULL, text TEXT NOT NULL, PRIMARY KEY (layer, number)
    ) WITHOUT ROWID;
    CREATE TABLE calls (
        world INTEGER NOT NULL, number INTEGER NOT NULL, text TEXT NOT NULL, PRIMARY KEY (world, number)
    ) WITHOUT ROWID;
    CREATE TABLE journal (
        number INTEGER PRIMARY KEY, world INTEGER NOT NULL, layer INTEGER NOT NULL,
        changes TEXT NOT NULL, events TEXT NOT NULL, calls TEXT NOT NULL
    );
"""
_MIGRATIONS = {
    # Format 1, of development versions, had the options and clocks in the table `worlds`.
    1: """
    CREATE TABLE settings (
        world INTEGER NOT NULL, name TEXT NOT NULL, text TEXT NOT NULL, PRIMARY KEY (world, name)
    ) WITHOUT ROWID;
    INSERT INTO settings SELECT id, 'options', options FROM worlds;
    INSERT INTO settings SELECT id, 'clock', clock FROM worlds;
    INSERT INTO settings SELECT id, 'first_clock', first_clock FROM worlds;
    ALTER TABLE worlds DROP COLUMN options;
    ALTER TABLE worlds DROP COLUMN clock;
    ALTER TABLE worlds DROP COLUMN first_clock;
    """,
}
"""What turns a database of each older format into one of the next."""
_NOT_DAMAGE = {
    sqlite3.SQLITE_AUTH,
    sqlite3.SQLITE_BUSY,
    sqlite3.SQLITE_CANTOPEN,
    sqlite3.SQLITE_FULL,
    sqlite3.SQLITE_IOERR,
    sqlite3.SQLITE_LOCKED,
    sqlite3.SQLITE_NOMEM,
    sqlite3.SQLITE_PERM,
    sqlite3.SQLITE_READONLY,
}
"""The kinds of errors that say nothing of the contents: https://www.sqlite.org/rescode.html"""
_HEADING = re.compile(r"\*+ in database \w+ \*+")
"""What SQLite writes before the faults of a database."""
_PRIMARY = 0xFF
"""The part of an error's code that has its kind."""


class UnusableDirectory(Exception):
    """The directory cannot be used; the text says why, and nothing in it has been changed."""


class Database:
    """The open database of a data directory, which no other process can open to write.

    It begins in a transaction, so that a database whose contents turn out to be damaged stays as it is.
    """

    def __init__(self, directory: Path, durability: Durability) -> None:
        self.path = directory / FILE
        _check_access(directory)
        self._lock = _lock(directory)
        try:
            self.connection = _open(self.path, durability)
        except BaseException:
            self._lock.close()
            raise

    def checkpoint(self) -> None:
        """Copy the write-ahead log into the database, beside the transactions of other threads."""
        with closing(sqlite3.connect(self.path, isolation_level=None)) as other:
            other.execute("PRAGMA wal_checkpoint(PASSIVE)").fetchall()

    def close(self) -> None:
        """Close the database and release the directory."""
        try:
            self.connection.close()
        finally:
            self._lock.close()


def open_to_read(directory: Path) -> sqlite3.Connection:
    """Return a connection that only reads, also while an emulator uses the directory.

    Raises UnusableDirectory.
    """
    path = directory / FILE
    try:
        path.stat()
    except PermissionError:
        raise UnusableDirectory(f"{directory} cannot be read by this user.") from None
    except OSError:
        raise UnusableDirectory(f"{directory} is not a data directory: it has no {FILE}.") from None
    if not os.access(path, os.R_OK):
        raise UnusableDirectory(f"{path} cannot be read by this user.")
    # Even to read, SQLite writes a log beside a database, unless it is told that nobody has the database open.
    mode = "mode=ro" if path.with_name(f"{FILE}-wal").exists() else "immutable=1"
    try:
        connection = sqlite3.connect(f"{path.absolute().as_uri()}?{mode}", uri=True, isolation_level=None)
    except sqlite3.Error as error:
        raise unusable(path, error) from None
    try:
        _check(connection, path)
    except BaseException:
        connection.close()
        raise
    return connection


def unusable(path: Path, error: Exception) -> UnusableDirectory:
    """Return the refusal of a database at which an error occurred: only some errors mean that it is damaged."""
    is_damaged = getattr(error, "sqlite_errorcode", 0) & _PRIMARY not in _NOT_DAMAGE
    return damaged(path, str(error)) if is_damaged else UnusableDirectory(f"{path} cannot be used: {error}.")


def damaged(path: Path, reason: str) -> UnusableDirectory:
    """Return the refusal of a database that is damaged."""
    reason = " ".join(_HEADING.sub("", reason).split())
    return UnusableDirectory(f"{path} is damaged ({reason}): restore a copy of it, or name another directory.")


def _check_access(directory: Path) -> None:
    """Raise UnusableDirectory if this user cannot write what is there of a directory and its files."""
    names = ("", FILE, f"{FILE}-wal", f"{FILE}-shm", _LOCK_FILE)
    for path in (directory / name for name in names):
        # A folder without the right to enter it has files that cannot be seen, but cannot be written either.
        if os.access(path, os.F_OK) and not os.access(path, os.W_OK):
            raise UnusableDirectory(
                f"{path} cannot be written by this user: change its owner or permissions, or name another directory."
            )


def _lock(directory: Path) -> sqlite3.Connection:
    """Return a connection whose lock on the directory lasts as long as it is open."""
    try:
        directory.mkdir(parents=True, exist_ok=True)
        lock = sqlite3.connect(directory / _LOCK_FILE, timeout=0, isolation_level=None, check_same_thread=False)
    except (FileExistsError, NotADirectoryError):
        raise UnusableDirectory(f"{directory} is not a directory: name another one.") from None
    except (OSError, sqlite3.Error) as error:
        reason = getattr(error, "strerror", None) or error
        raise UnusableDirectory(f"{directory} cannot be used: {reason}.") from None
    try:
        lock.execute("BEGIN EXCLUSIVE")
    except sqlite3.Error as error:
        lock.close()
        if "locked" in str(error):
            raise UnusableDirectory(f"{directory} is in use by another process.") from None
        raise UnusableDirectory(f"{directory} cannot be used: {error}.") from None
    return lock


def _open(path: Path, durability: Durability) -> sqlite3.Connection:
    exists = path.exists() and path.stat().st_size > 0
    try:
        connection = sqlite3.connect(path, isolation_level=None, check_same_thread=False, cached_statements=64)
    except sqlite3.Error as error:
        raise UnusableDirectory(f"{path} cannot be used: {error}.") from None
    try:
        version = _check(connection, path) if exists else FORMAT
        connection.execute("PRAGMA journal_mode = WAL").fetchall()
        connection.execute(f"PRAGMA synchronous = {'FULL' if durability == 'full' else 'NORMAL'}")
        connection.execute(f"PRAGMA journal_size_limit = {_WAL_LIMIT}").fetchall()
        # A thread of its own does it.
        connection.execute("PRAGMA wal_autocheckpoint = 0").fetchall()
        connection.execute("BEGIN IMMEDIATE")
        if exists:
            _migrate(connection, version)
        else:
            _create(connection)
    except sqlite3.Error as error:
        connection.close()
        raise UnusableDirectory(f"{path} cannot be used: {error}.") from None
    except BaseException:
        connection.close()
        raise
    return connection


def _check(connection: sqlite3.Connection, path: Path) -> int:
    """Return the format of a database that this version can read.

    Raises UnusableDirectory.
    """
    try:
        application = connection.execute("PRAGMA application_id").fetchone()[0]
        if application != APPLICATION_ID:
            raise UnusableDirectory(f"{path} was not written by artifact-emulator.")
        version = int(connection.execute("PRAGMA user_version").fetchone()[0])
        if version > FORMAT:
            writer = connection.execute("SELECT text FROM about WHERE name = 'version'").fetchone()[0]
            raise UnusableDirectory(
                f"{path} has format {version}, and artifact-emulator {__version__} reads formats up to {FORMAT}: "
                f"use the one that wrote it ({writer}), a newer one, or a copy from before the upgrade."
            )
        faults = [row[0] for row in connection.execute("PRAGMA quick_check(1)")]
    except sqlite3.DatabaseError as error:
        raise unusable(path, error) from None
    if faults != ["ok"]:
        raise damaged(path, str(faults[0]))
    return version


def _create(connection: sqlite3.Connection) -> None:
    _execute(connection, _SCHEMA)
    connection.execute("INSERT INTO about VALUES ('version', ?)", (__version__,))
    connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
    connection.execute(f"PRAGMA user_version = {FORMAT}")


def _migrate(connection: sqlite3.Connection, version: int) -> None:
    if version == FORMAT:
        return
    for older in range(version, FORMAT):
        _execute(connection, _MIGRATIONS[older])
    connection.execute("UPDATE about SET text = ? WHERE name = 'version'", (__version__,))
    connection.execute(f"PRAGMA user_version = {FORMAT}")


def _execute(connection: sqlite3.Connection, script: str) -> None:
    """Execute the statements of a script in the present transaction, which `executescript` would commit."""
    for statement in script.split(";"):
        connection.execute(statement)
