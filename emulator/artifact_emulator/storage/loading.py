"""Loading worlds and snapshots from the database."""

import sqlite3
from collections import deque
from collections.abc import Callable
from typing import Any, NamedTuple

from artifact_emulator.activity.call_log import CallFailure, CallRecord, RoleUse
from artifact_emulator.known_services import service_named
from artifact_emulator.storage.settings import CLOCK, FAULT, FIRST_CLOCK, LESSON, OPTIONS, ROLE_USE, SIGN_IN
from artifact_emulator.storage.texts import read_clock, read_event, read_fault, read_options, read_value
from artifact_emulator.world_runtime import runtime_of
from artifact_state.events import Event
from artifact_state.model import Caller, State
from artifact_state.record_format import reader_of
from artifact_state.state_rows import InvalidRows, with_rows
from artifact_state.world import World

Attach = Callable[..., Any]


class Damaged(Exception):
    """The database has the right form, but contents that no emulator wrote."""


class Loaded(NamedTuple):
    """The worlds and snapshots of a database."""

    worlds: dict[str, World]
    snapshots: dict[str, dict[str, World]]


def load(connection: sqlite3.Connection, attach: Attach) -> Loaded:
    """Return the worlds and snapshots; `attach` returns the storage of each.

    Raises Damaged.
    """
    try:
        layers = _Layers(connection)
        worlds = {
            name: _world(connection, layers, row, name, attach)
            for name, *row in connection.execute("SELECT name, id, layer, origin FROM worlds").fetchall()
        }
        snapshots = _snapshots(connection, layers, attach)
    except (InvalidRows, ValueError, KeyError, TypeError, AttributeError, StopIteration) as error:
        raise Damaged(" ".join(str(error).split())[:300] or type(error).__name__) from None
    return Loaded(worlds, snapshots)


class _Layers:
    """The states and events of the layers; layers on top of the same one share its records."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        rows = connection.execute("SELECT id, parent, takes_events FROM layers")
        self._rows = {layer: (parent, takes_events) for layer, parent, takes_events in rows}
        self._states: dict[int, State] = {}

    def state(self, layer: int) -> State:
        """Return the state of a layer."""
        chain: list[int] = []
        below: int | None = layer
        while below is not None and below not in self._states:
            chain.append(below)
            below = self._rows[below][0]
        state = State() if below is None else self._states[below]
        for above in reversed(chain):
            rows = self._connection.execute("SELECT path, text FROM records WHERE layer = ? ORDER BY path", (above,))
            self._states[above] = state = with_rows(state, rows)
        return state

    def events(self, layer: int) -> deque[Event]:
        """Return the events of a layer and of those below it whose events it takes over."""
        chain = [layer]
        while self._rows[chain[-1]][1] and (below := self._rows[chain[-1]][0]) is not None:
            chain.append(below)
        events: deque[Event] = deque(maxlen=10_000)
        for part in reversed(chain):
            rows = self._connection.execute("SELECT text FROM events WHERE layer = ? ORDER BY number", (part,))
            events.extend(read_event(line) for (text,) in rows for line in text.split("\n"))
        return events


def _world(connection: sqlite3.Connection, layers: _Layers, row: list[int], name: str, attach: Attach) -> World:
    world_id, layer, origin = row
    settings = dict(connection.execute("SELECT name, text FROM settings WHERE world = ?", (world_id,)))
    world = World(
        name=name,
        options=read_options(settings[OPTIONS]),
        clock=read_clock(settings[CLOCK]),
        state=layers.state(layer),
        events=layers.events(layer),
        storage=attach(world_id, layer, origin, settings[FIRST_CLOCK]),
    )
    world.set_origin(layers.state(origin), read_clock(settings[FIRST_CLOCK]))
    _load_activity(connection, world, world_id, settings)
    return world


def _load_activity(connection: sqlite3.Connection, world: World, world_id: int, settings: dict[str, str]) -> None:
    runtime = runtime_of(world)
    runtime.faults.restore(read_fault(text) for name, text in settings.items() if name.startswith(FAULT))
    runtime.lesson = settings.get(LESSON, "")
    calls = connection.execute("SELECT text FROM calls WHERE world = ? ORDER BY number", (world_id,))
    uses = {
        name.removeprefix(ROLE_USE): read_value(text) for name, text in settings.items() if name.startswith(ROLE_USE)
    }
    runtime.call_log.restore(
        (_call(text) for (text,) in calls),
        {role_id: RoleUse(*use) for role_id, use in uses.items()},
        {name.removeprefix(SIGN_IN): read_value(text) for name, text in settings.items() if name.startswith(SIGN_IN)},
    )


def _call(text: str) -> CallRecord:
    """Return the call of a text."""
    call = read_value(text)
    return CallRecord(
        **call
        | {
            "service": service_named(call["service"]),
            "caller": reader_of(Caller).validate_python(call["caller"]),
            "failure": call["failure"] and CallFailure(*call["failure"]),
        }
    )


def _snapshots(connection: sqlite3.Connection, layers: _Layers, attach: Attach) -> dict[str, dict[str, World]]:
    snapshots: dict[str, dict[str, World]] = {}
    rows = connection.execute(
        "SELECT worlds.name, snapshots.name, snapshots.layer, options, clock "
        "FROM snapshots JOIN worlds ON worlds.id = world ORDER BY snapshots.id"
    ).fetchall()
    for world, name, layer, options, clock in rows:
        snapshots.setdefault(world, {})[name] = World(
            name=world,
            options=read_options(options),
            clock=read_clock(clock),
            state=layers.state(layer),
            events=layers.events(layer),
            storage=attach(None, layer),
        )
    return snapshots
