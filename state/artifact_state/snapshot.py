"""Snapshots: a complete world as a versioned, validated document. Only its event log is left out."""

import json
from collections.abc import Iterator, Mapping
from datetime import timedelta
from itertools import chain
from typing import Any, BinaryIO, get_args, get_origin

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from artifact_state.catalog.quota_records import Quotas
from artifact_state.clock import Clock, InstantOutOfRange
from artifact_state.json_reader import InvalidJson, Items, Members, items_of, read_json, whole
from artifact_state.json_writer import json_pieces
from artifact_state.model import Map, State
from artifact_state.ordered_map import OrderedMap
from artifact_state.record import replace
from artifact_state.record_format import MapOf, annotations_of, reader_of, to_plain
from artifact_state.state_faults import faults_of
from artifact_state.steps import STEP, batches
from artifact_state.world import Options, World, default_quotas

FORMAT = 1
FORMAT_MEMBER = "artifact_emulator_snapshot"
_NO_SNAPSHOT = f"The document is not a snapshot of artifact-emulator: it has no {FORMAT_MEMBER!r}."
_LONGEST_TEXT = 300


class InvalidSnapshot(ValueError):
    """The document is not a snapshot, or not one that this version can read; the text is one line."""

    def __init__(self, text: str) -> None:
        # It may name a value of the snapshot, whatever that is.
        line = " ".join(text.split())
        super().__init__(line if len(line) <= _LONGEST_TEXT else f"{line[:_LONGEST_TEXT]}...")


class _Clock(BaseModel):
    model_config = ConfigDict(extra="forbid")

    frozen_at: AwareDatetime | None = None
    ahead_seconds: float = Field(0, ge=0)


def dump_world(world: World, version: str) -> dict[str, Any]:
    """Return a world as plain data; `version` is the version of the emulator, recorded in the document."""
    saved = world.copy()
    return {**_head(saved, version), "state": to_plain(saved.state)}


def write_world(world: World, version: str) -> Iterator[str]:
    """Return the JSON text of what `dump_world` returns, in small pieces."""
    saved = world.copy()
    head = json.dumps(_head(saved, version), indent=1).removesuffix("\n}")
    return chain((f'{head},\n "state": ',), json_pieces(saved.state, "\n "), ("\n}",))


def load_world(document: object, name: str = "default") -> World:
    """Create the world that a document describes.

    Raises InvalidSnapshot.
    """
    if not isinstance(document, Mapping | Members):
        raise InvalidSnapshot(_NO_SNAPSHOT)
    members: dict[str, Any] = {}
    for member, value in items_of(document):
        # The format comes first in all files that were written by an emulator.
        is_state = member == "state" and members.get(FORMAT_MEMBER) == FORMAT and isinstance(value, Mapping | Members)
        members[member] = _read_state(value) if is_state else whole(value)
    _check_members(members)
    state = members["state"] if isinstance(members["state"], State) else _read_state(members["state"])
    if fault := next(faults_of(state), None):
        raise InvalidSnapshot(f"The snapshot is damaged: state.{fault}.")
    return World(
        name=name,
        options=load_options(members.get("options", {})),
        clock=load_clock(members.get("clock", {})),
        state=state,
    )


def read_world(file: BinaryIO, name: str = "default") -> World:
    """Create the world that a file describes; the file is read step by step.

    Raises InvalidSnapshot.
    """
    try:
        return load_world(read_json(file), name)
    except InvalidJson as error:
        raise InvalidSnapshot(f"The file is not valid JSON: {error}.") from None


def _head(world: World, version: str) -> dict[str, Any]:
    """Return the members of a document that come before the state."""
    head = {FORMAT_MEMBER: FORMAT, "version": version, "clock": dump_clock(world.clock)}
    changed = dump_options(world.options)
    return {**head, "options": changed} if changed else head


def _check_members(members: Mapping[str, Any]) -> None:
    if FORMAT_MEMBER not in members:
        raise InvalidSnapshot(_NO_SNAPSHOT)
    if members[FORMAT_MEMBER] != FORMAT:
        version = members.get("version", "another version")
        raise InvalidSnapshot(
            f"The snapshot has the format {members[FORMAT_MEMBER]!r}, written by artifact-emulator {version}; "
            f"this version reads format {FORMAT}. Use the version that wrote it, or save the world again."
        )
    if unknown := set(members) - {FORMAT_MEMBER, "version", "clock", "options", "state"}:
        raise InvalidSnapshot(f"The snapshot is damaged: unknown member {min(map(str, unknown))}.")
    if not isinstance(members.get("state"), Mapping | State):
        raise InvalidSnapshot("The snapshot is damaged: it has no state.")


def _read_state(members: Any) -> State:
    hints = annotations_of(State)
    tables = {}
    for name, contents in items_of(members):
        if name not in hints:
            raise InvalidSnapshot(f"The snapshot is damaged: state.{name}: there is no such table.")
        hint, place = hints[name], f"state.{name}"
        is_map = isinstance(contents, Mapping | Members) and get_origin(hint) is MapOf
        tables[name] = _read_map(hint, contents, place) if is_map else _read(reader_of(hint), whole(contents), place)
    return State(**tables)


def _read_map(hint: Any, contents: Any, place: str) -> Any:
    reader, record = reader_of(hint), get_args(hint)[1]
    table: Map[str, Any] = Map()
    small: dict[str, Any] = {}
    for name, value in items_of(contents):
        if isinstance(value, Members) and isinstance(record, type):
            table = table.insert(name, _read_large(record, value, f"{place}.{name}"))
            continue
        small[name] = whole(value)
        if len(small) == STEP:
            table, small = table.update(_read(reader, small, place)), {}
    return table.update(_read(reader, small, place))


def _read_large(record: type, members: Members, place: str) -> Any:
    """Read a record whose ordered maps may be too large to be read at once."""
    hints, small, large = annotations_of(record), {}, {}
    for name, value in members:
        if isinstance(value, Items) and get_origin(hints.get(name)) is OrderedMap:
            large[name] = _read_ordered(reader_of(hints[name]), value, f"{place}.{name}")
        else:
            small[name] = whole(value)
    return replace(_read(reader_of(record), small, place), **large)


def _read_ordered(reader: TypeAdapter[Any], items: Items, place: str) -> OrderedMap[Any]:
    ordered: OrderedMap[Any] = OrderedMap()
    for batch in batches(map(whole, items)):
        for key, value in _read(reader, batch, place).after(-1):
            ordered = ordered.set(key, value)
    return ordered


def dump_options(options: Options) -> dict[str, Any]:
    """Return the options that differ from the defaults, and of the quotas only those that differ."""
    changed: dict[str, Any] = to_plain(replace(options, quotas=None))
    if options.quotas is None:
        return changed
    quotas, defaults = to_plain(options.quotas), to_plain(default_quotas())
    return changed | {"quotas": {name: limit for name, limit in quotas.items() if limit != defaults[name]}}


def load_options(document: Any) -> Options:
    """Return the options that plain data describe.

    Raises InvalidSnapshot.
    """
    if not isinstance(document, Mapping):
        raise InvalidSnapshot("The snapshot is damaged: options is not an object.")
    options: Options = _read(reader_of(Options), {**document, "quotas": None}, "options")
    changed = _read(TypeAdapter(dict[str, Any]), document.get("quotas") or {}, "options.quotas")
    if not changed:
        return options
    quotas = _read(reader_of(Quotas), to_plain(default_quotas()) | changed, "options.quotas")
    return replace(options, quotas=quotas)


def dump_clock(clock: Clock) -> dict[str, Any]:
    """Return a clock as plain data."""
    if clock.is_frozen:
        return {"frozen_at": to_plain(clock.frozen_at)}
    return {"ahead_seconds": clock.ahead.total_seconds()}


def load_clock(document: object) -> Clock:
    """Return the clock that plain data describe.

    Raises InvalidSnapshot.
    """
    time: _Clock = _read(TypeAdapter(_Clock), document, "clock")
    try:
        clock = Clock(frozen_at=time.frozen_at)
        if time.ahead_seconds and not time.frozen_at:
            clock.advance(timedelta(seconds=time.ahead_seconds))
    except (InstantOutOfRange, OverflowError) as error:
        raise InvalidSnapshot(f"The snapshot is damaged: clock: {error}") from None
    return clock


def _read(reader: TypeAdapter[Any], document: object, place: str) -> Any:
    try:
        return reader.validate_python(document)
    except ValidationError as error:
        first = error.errors()[0]
        path = ".".join([place, *map(str, first["loc"])])
        problem = "Unknown value" if first["type"] in ("enum", "literal_error") else first["msg"]
        raise InvalidSnapshot(f"The snapshot is damaged: {path}: {problem}.") from None
