"""Keeping the database in order: filing the journal, deleting what nothing refers to, and compacting it.

Each function is a part of its caller's transaction. Those that do some of their work are short enough to wait for.
"""

import sqlite3
from collections.abc import Collection, Iterable, Iterator

from artifact_emulator.activity.call_log import MAX_CALLS
from artifact_emulator.storage.settings import ROLE_USE

_ROWS = 100
"""The rows of the journal that are filed at once."""
_DELETED = 2_000
"""The rows that are deleted at once."""
_FREE_PAGES = 10_000
"""The unused pages from which on the database is written anew at the start, if they are half of it."""
_ROLE_USES = """
    INSERT OR REPLACE INTO settings
    SELECT world, ? || substr(text ->> '$.caller.user_id', 1, instr(text ->> '$.caller.user_id', ':') - 1),
           json_array(json(text -> '$.at'), text ->> '$.caller.region')
    FROM calls WHERE world = ? AND number < ? AND text ->> '$.caller.kind' = 'role' ORDER BY number
"""


def last_number(connection: sqlite3.Connection) -> int:
    """Return the highest number that the journal has ever had, as far as anything refers to it."""
    sources = (("number", "journal"), ("number", "events"), ("calls_after", "worlds"))
    return max(
        int(connection.execute(f"SELECT coalesce(max({column}), 0) FROM {table}").fetchone()[0])  # noqa: S608 - names of tables.
        for column, table in sources
    )


def file_all(connection: sqlite3.Connection) -> None:
    """File the whole journal."""
    while file_some(connection):
        pass


def file_some(connection: sqlite3.Connection) -> int:
    """File the oldest rows of the journal, and return their number."""
    rows = connection.execute(
        "SELECT number, world, layer, changes, events, calls FROM journal ORDER BY number LIMIT ?", (_ROWS,)
    ).fetchall()
    if rows:
        _file(connection, rows)
        connection.execute("DELETE FROM journal WHERE number <= ?", (rows[-1][0],))
    return len(rows)


def _file(connection: sqlite3.Connection, rows: list[tuple[int, int, int, str, str, str]]) -> None:
    parents = dict(connection.execute("SELECT id, parent FROM layers"))
    calls_after = dict(connection.execute("SELECT id, calls_after FROM worlds"))
    records: dict[tuple[int, str], str] = {}
    for number, world, layer, changes, events, calls in rows:
        if layer in parents:
            parts = changes.split("\n")
            records |= {(layer, path): text for path, text in zip(parts[::2], parts[1::2], strict=False)}
            if events:
                connection.execute("INSERT INTO events VALUES (?, ?, ?)", (layer, number, events))
        if calls and number > calls_after.get(world, number):
            connection.executemany(
                "INSERT OR REPLACE INTO calls VALUES (?, json_extract(?, '$.number'), ?)",
                [(world, call, call) for call in calls.split("\n")],
            )
    connection.executemany(
        "INSERT OR REPLACE INTO records VALUES (?, ?, ?)",
        [(layer, path, text or None) for (layer, path), text in records.items()],
    )
    removed = [(layer, path) for (layer, path), text in records.items() if not text]
    connection.executemany("DELETE FROM records WHERE layer = ? AND path = ?", _needless(connection, parents, removed))
    for world in {row[1] for row in rows}:
        _prune_calls(connection, world)
    for layer in {row[2] for row in rows}:
        connection.execute(
            "DELETE FROM events WHERE layer = ?1 AND number <= "
            "(SELECT number FROM events WHERE layer = ?1 ORDER BY number DESC LIMIT 1 OFFSET ?2)",
            (layer, MAX_CALLS),
        )


def _needless(
    connection: sqlite3.Connection, parents: dict[int, int | None], removed: Iterable[tuple[int, str]]
) -> Iterator[tuple[int, str]]:
    """Iterate over the removed values that no lower layer has, which need no row."""
    for layer, path in removed:
        below = parents[layer]
        while below is not None:
            found = connection.execute(
                "SELECT text FROM records WHERE layer = ? AND path = ?", (below, path)
            ).fetchone()
            if found:
                break
            below = parents[below]
        else:
            yield layer, path


def _prune_calls(connection: sqlite3.Connection, world: int) -> None:
    """Delete the calls beyond the size of the call log, and keep the latest use of each role in them."""
    oldest = connection.execute(
        "SELECT number FROM calls WHERE world = ? ORDER BY number DESC LIMIT 1 OFFSET ?", (world, MAX_CALLS - 1)
    ).fetchone()
    if oldest:
        connection.execute(_ROLE_USES, (ROLE_USE, world, *oldest))
        connection.execute("DELETE FROM calls WHERE world = ? AND number < ?", (world, *oldest))


def delete_some(connection: sqlite3.Connection, in_use: Collection[int] = ()) -> bool:
    """Delete some rows of layers that nothing refers to; return whether there may be more.

    `in_use` has the layers that something in memory refers to.
    """
    parents = dict(connection.execute("SELECT id, parent FROM layers"))
    dead = parents.keys() - _live_layers(connection, parents, in_use)
    if not dead:
        return False
    layer = max(dead)
    deleted = connection.execute(
        "DELETE FROM records WHERE layer = ?1 AND path IN (SELECT path FROM records WHERE layer = ?1 LIMIT ?2)",
        (layer, _DELETED),
    ).rowcount
    if deleted < _DELETED:
        connection.execute("DELETE FROM events WHERE layer = ?", (layer,))
        connection.execute("DELETE FROM layers WHERE id = ?", (layer,))
    return True


def _live_layers(
    connection: sqlite3.Connection, parents: dict[int, int | None], in_use: Collection[int] = ()
) -> set[int]:
    """Return the layers that something refers to, and those below them."""
    live: set[int] = set()
    for layer in (*_referenced_layers(connection), *in_use):
        below: int | None = layer
        while below is not None and below not in live:
            live.add(below)
            below = parents.get(below)
    return live


def _referenced_layers(connection: sqlite3.Connection) -> set[int]:
    rows = connection.execute(
        "SELECT layer FROM worlds UNION SELECT origin FROM worlds UNION SELECT layer FROM snapshots"
    )
    return {row[0] for row in rows}


def compact(connection: sqlite3.Connection) -> None:
    """Delete all layers that nothing refers to, and merge those to which only one other layer refers."""
    while delete_some(connection):
        pass
    parents = dict(connection.execute("SELECT id, parent FROM layers"))
    referenced = _referenced_layers(connection)
    children: dict[int, list[int]] = {}
    for layer, parent in parents.items():
        if parent is not None:
            children.setdefault(parent, []).append(layer)
    for layer in sorted(parents):
        if layer not in referenced and len(children.get(layer, ())) == 1:
            _merge(connection, layer, children[layer][0])


def vacuum(connection: sqlite3.Connection) -> None:
    """Write the database anew if much of it is unused."""
    pages, free = (connection.execute(f"PRAGMA {name}").fetchone()[0] for name in ("page_count", "freelist_count"))
    if free > _FREE_PAGES and free > pages / 2:
        connection.execute("VACUUM")


def _merge(connection: sqlite3.Connection, lower: int, upper: int) -> None:
    """Move the rows of a layer to the only one above it."""
    base, takes_events = connection.execute("SELECT parent, takes_events FROM layers WHERE id = ?", (lower,)).fetchone()
    keeps_events = connection.execute("SELECT takes_events FROM layers WHERE id = ?", (upper,)).fetchone()[0]
    connection.execute("UPDATE OR IGNORE records SET layer = ? WHERE layer = ?", (upper, lower))
    connection.execute("DELETE FROM records WHERE layer = ?", (lower,))
    if base is None:
        connection.execute("DELETE FROM records WHERE layer = ? AND text IS NULL", (upper,))
    if keeps_events:
        connection.execute("UPDATE events SET layer = ? WHERE layer = ?", (upper, lower))
    connection.execute("DELETE FROM events WHERE layer = ?", (lower,))
    connection.execute(
        "UPDATE layers SET parent = ?, takes_events = ? WHERE id = ?", (base, keeps_events and takes_events, upper)
    )
    connection.execute("DELETE FROM layers WHERE id = ?", (lower,))
