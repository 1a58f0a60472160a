"""Reading a data directory without an emulator, also while one uses it."""

import json
import sqlite3
from collections import Counter
from collections.abc import Iterator
from contextlib import closing, contextmanager
from itertools import chain
from pathlib import Path
from typing import Any

from artifact_emulator.storage.database import FILE, open_to_read, unusable


def summary(directory: Path) -> dict[str, Any]:
    """Return what a data directory holds: its format, its size, and its worlds with the number of rows in each table.

    Raises UnusableDirectory.
    """
    with _reading(directory) as connection:
        return {
            "directory": str(directory),
            "format": connection.execute("PRAGMA user_version").fetchone()[0],
            "version": connection.execute("SELECT text FROM about WHERE name = 'version'").fetchone()[0],
            "bytes": (directory / FILE).stat().st_size,
            "worlds": [
                _world(connection, *row)
                for row in connection.execute("SELECT id, name, layer FROM worlds ORDER BY name")
            ],
        }


def rows_of_world(directory: Path, name: str) -> Iterator[tuple[str, str]]:
    """Iterate over the rows of a world's state in the order of their paths: each a path and a text.

    Raises UnusableDirectory, KeyError if there is no such world.
    """
    with _reading(directory) as connection:
        found = connection.execute("SELECT layer FROM worlds WHERE name = ?", (name,)).fetchone()
        if found is None:
            raise KeyError(name)
        yield from sorted(_rows(connection, found[0]).items())


@contextmanager
def _reading(directory: Path) -> Iterator[sqlite3.Connection]:
    """Yield a connection in a transaction.

    Raises UnusableDirectory, also for contents that no emulator wrote.
    """
    with closing(open_to_read(directory)) as connection:
        connection.execute("BEGIN")
        try:
            yield connection
        except (sqlite3.Error, ValueError, TypeError) as error:
            raise unusable(directory / FILE, error) from None


def _world(connection: sqlite3.Connection, world_id: int, name: str, layer: int) -> dict[str, Any]:
    tables = Counter(json.loads(path)[0] for path in _rows(connection, layer))
    snapshots = connection.execute("SELECT name FROM snapshots WHERE world = ? ORDER BY id", (world_id,))
    filed = connection.execute("SELECT count(*) FROM calls WHERE world = ?", (world_id,)).fetchone()[0]
    unfiled = connection.execute(
        "SELECT calls FROM journal JOIN worlds ON world = worlds.id WHERE world = ? AND number > calls_after",
        (world_id,),
    )
    return {
        "name": name,
        "tables": dict(sorted(tables.items())),
        "calls": filed + sum(len(calls.splitlines()) for (calls,) in unfiled),
        "snapshots": [row[0] for row in snapshots],
    }


def _rows(connection: sqlite3.Connection, layer: int) -> dict[str, str]:
    """Return the rows of a layer on top of those below it, with the changes that are not filed yet."""
    below: list[int] = []
    current: int | None = layer
    while current is not None:
        below.append(current)
        current = connection.execute("SELECT parent FROM layers WHERE id = ?", (current,)).fetchone()[0]
    rows: dict[str, str] = {}
    for part in reversed(below):
        filed = connection.execute("SELECT path, text FROM records WHERE layer = ?", (part,))
        journal = connection.execute("SELECT changes FROM journal WHERE layer = ? ORDER BY number", (part,))
        unfiled = chain.from_iterable(_pairs(changes) for (changes,) in journal)
        for path, text in chain(filed, unfiled):
            if text:
                rows[path] = text
            else:
                rows.pop(path, None)
    return rows


def _pairs(changes: str) -> Iterator[tuple[str, str]]:
    parts = changes.split("\n")
    return zip(parts[::2], parts[1::2], strict=False)
