"""Snapshots: a complete world as a versioned, validated document. Only its event log is left out."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from artifact_state.catalog.quota_records import Quotas
from artifact_state.clock import Clock, InstantOutOfRange
from artifact_state.model import State
from artifact_state.record import replace
from artifact_state.record_format import reader_of, to_plain
from artifact_state.state_faults import faults_of
from artifact_state.world import Options, World, default_quotas

FORMAT = 1
FORMAT_MEMBER = "artifact_emulator_snapshot"


class InvalidSnapshot(ValueError):
    """The document is not a snapshot, or not one that this version can read."""


class _Clock(BaseModel):
    model_config = ConfigDict(extra="forbid")

    frozen_at: AwareDatetime | None = None
    ahead_seconds: float = Field(0, ge=0)


def dump_world(world: World, version: str) -> dict[str, Any]:
    """Return a world as plain data; `version` is the version of the emulator, recorded in the document."""
    saved = world.copy()
    state, options, clock = saved.state, saved.options, saved.clock
    time = (
        {"frozen_at": to_plain(clock.frozen_at)} if clock.is_frozen else {"ahead_seconds": clock.ahead.total_seconds()}
    )
    document = {FORMAT_MEMBER: FORMAT, "version": version, "clock": time}
    if changed := _dump_options(options):
        document["options"] = changed
    return {**document, "state": to_plain(state)}


def load_world(document: object, name: str = "default") -> World:
    """Create the world that a document describes.

    Raises InvalidSnapshot.
    """
    if not isinstance(document, Mapping) or FORMAT_MEMBER not in document:
        raise InvalidSnapshot(f"The document is not a snapshot of artifact-emulator: it has no {FORMAT_MEMBER!r}.")
    if document[FORMAT_MEMBER] != FORMAT:
        version = document.get("version", "another version")
        raise InvalidSnapshot(
            f"The snapshot has the format {document[FORMAT_MEMBER]!r}, written by artifact-emulator {version}; "
            f"this version reads format {FORMAT}. Use the version that wrote it, or save the world again."
        )
    if unknown := set(document) - {FORMAT_MEMBER, "version", "clock", "options", "state"}:
        raise InvalidSnapshot(f"The snapshot is damaged: unknown member {min(map(str, unknown))}.")
    if not isinstance(document.get("state"), Mapping):
        raise InvalidSnapshot("The snapshot is damaged: it has no state.")
    state = _read(reader_of(State), document["state"], "state")
    if fault := next(faults_of(state), None):
        raise InvalidSnapshot(f"The snapshot is damaged: state.{fault}.")
    return World(
        name=name,
        options=_load_options(document.get("options", {})),
        clock=_load_clock(_read(TypeAdapter(_Clock), document.get("clock", {}), "clock")),
        state=state,
    )


def _dump_options(options: Options) -> dict[str, Any]:
    """Return the options that differ from the defaults, and of the quotas only those that differ."""
    changed: dict[str, Any] = to_plain(replace(options, quotas=None))
    if options.quotas is None:
        return changed
    quotas, defaults = to_plain(options.quotas), to_plain(default_quotas())
    return changed | {"quotas": {name: limit for name, limit in quotas.items() if limit != defaults[name]}}


def _load_options(document: Any) -> Options:
    if not isinstance(document, Mapping):
        raise InvalidSnapshot("The snapshot is damaged: options is not an object.")
    options: Options = _read(reader_of(Options), {**document, "quotas": None}, "options")
    changed = _read(TypeAdapter(dict[str, Any]), document.get("quotas") or {}, "options.quotas")
    if not changed:
        return options
    quotas = _read(reader_of(Quotas), to_plain(default_quotas()) | changed, "options.quotas")
    return replace(options, quotas=quotas)


def _load_clock(document: _Clock) -> Clock:
    try:
        clock = Clock(frozen_at=document.frozen_at)
        if document.ahead_seconds and not document.frozen_at:
            clock.advance(timedelta(seconds=document.ahead_seconds))
    except (InstantOutOfRange, OverflowError) as error:
        raise InvalidSnapshot(f"The snapshot is damaged: clock: {error}") from None
    return clock


def _read(reader: TypeAdapter[Any], document: object, place: str) -> Any:
    try:
        return reader.validate_python(document)
    except ValidationError as error:
        first = error.errors()[0]
        path = ".".join([place, *map(str, first["loc"])])
        raise InvalidSnapshot(f"The snapshot is damaged: {path}: {first['msg']}.") from None
