"""A world as one readable file, and back: versioned, checked, and complete but for the log of events.

How each record is written follows from its annotations, so a new one needs nothing here. What a file leaves out has
its default value; maps are written in the order of their keys, so that equal worlds give equal files.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import MISSING, Field, fields, is_dataclass, replace
from datetime import UTC, datetime, timedelta
from enum import Enum
from functools import cache, partial
from types import MappingProxyType, UnionType
from typing import (
    Annotated,
    Any,
    Generic,
    Literal,
    TypeVar,
    Union,
    get_args,
    get_origin,
    get_type_hints,
)

from pydantic import (
    AfterValidator,
    AwareDatetime,
    BaseModel,
    ConfigDict,
    NonNegativeInt,
    TypeAdapter,
    ValidationError,
    create_model,
)
from pydantic import (
    Field as Described,
)

from artifact_state.catalog import quota_records, report_records
from artifact_state.catalog.quota_records import Quotas
from artifact_state.clock import Clock, OutOfTime
from artifact_state.model import (TABLES, Map, State, identities)
from artifact_state.ordered_map import OrderedMap
from artifact_state.world import Options, World, default_quotas

FORMAT = 1
MARK = "artifact_emulator_snapshot"
K = TypeVar("K")
V = TypeVar("V")


class SnapshotUnreadable(ValueError):
    """A document is no snapshot, or one that this version cannot read."""


class _MapOf(Generic[K, V]):
    """Stands for the persistent map in annotations, since that takes no parameters at run time."""


# What the model names for its readers only: its modules do without importing it.
_NAMES = {
    **vars(report_records),
    **vars(quota_records),
    **vars(identities),
    "Map": _MapOf,
}


class _Clock(BaseModel):
    model_config = ConfigDict(extra="forbid")

    frozen_at: AwareDatetime | None = None
    ahead_seconds: float = Described(0, ge=0)


def document_of(world: World, version: str) -> dict[str, Any]:
    """Write a world down as plain data; `version` is that of the program which writes."""
    with world.locked():
        state, options, clock = world.state, world.options, world.clock
        ahead = clock.ahead.total_seconds()
        time = {"frozen_at": plain(clock.frozen_at)} if clock.is_frozen else {"ahead_seconds": ahead}
    document = {MARK: FORMAT, "version": version, "clock": time, "options": _options(options), "state": plain(state)}
    return document if document["options"] else {key: value for key, value in document.items() if key != "options"}


def world_of(document: object, name: str = "default") -> World:
    """Make the world that a document describes.

    Raises SnapshotUnreadable.
    """
    if not isinstance(document, Mapping) or MARK not in document:
        raise SnapshotUnreadable(f"This is no snapshot of artifact-emulator: it has no {MARK!r}.")
    if document[MARK] != FORMAT:
        written = document.get("version", "another version")
        raise SnapshotUnreadable(
            f"This snapshot has the format {document[MARK]!r}, written by artifact-emulator {written}; "
            f"this version reads format {FORMAT}: take the version that wrote it, or export it anew."
        )
    if unknown := set(document) - {MARK, "version", "clock", "options", "state"}:
        raise SnapshotUnreadable(f"This snapshot is damaged: {min(map(str, unknown))} is no part of one.")
    if not isinstance(document.get("state"), Mapping):
        raise SnapshotUnreadable("This snapshot is damaged: it has no state.")
    state = _read(_reader(State), document["state"], "state")
    _check(state)
    return World(
        name=name,
        options=_options_of(document.get("options", {})),
        clock=_clock_of(_read(TypeAdapter(_Clock), document.get("clock", {}), "clock")),
        state=state,
    )


def plain(value: Any) -> Any:
    """Give a value of the domain as JSON has it."""
    return _WRITERS.get(type(value), _plain_record)(value)


def _plain_record(value: Any) -> Any:
    if isinstance(value, Enum):
        return value.value
    if not is_dataclass(value):
        raise TypeError(f"{type(value).__name__} has no form in a file")
    record: Any = type(value)
    written = {}
    for field in _fields(record):
        one = getattr(value, field.name)
        # The persistent map has no `!=`.
        if field.default is MISSING or not one == field.default:  # noqa: SIM201
            written[field.name] = plain(one)
    return written


@cache
def _fields(record: Any) -> tuple[Field[Any], ...]:
    return fields(record)


def _plain_list(values: Any) -> list[Any]:
    return [plain(one) for one in values]


def _plain_map(values: Any) -> dict[str, Any]:
    return {key: plain(values[key]) for key in sorted(values)}


def _itself(value: Any) -> Any:
    return value


_WRITERS: dict[type, Callable[[Any], Any]] = {
    **dict.fromkeys((str, int, float, bool, type(None)), _itself),
    **dict.fromkeys((dict, MappingProxyType, Map), _plain_map),
    datetime: lambda value: value.astimezone(UTC).isoformat(),
    timedelta: timedelta.total_seconds,
    tuple: _plain_list,
    frozenset: lambda values: sorted(map(plain, values)),
    OrderedMap: lambda values: [[key, plain(one)] for key, one in values.after(-1)],
}


def _options(options: Options) -> dict[str, Any]:
    """Write what was chosen, and of the limits those that are not the default ones."""
    chosen: dict[str, Any] = plain(replace(options, quotas=None))
    if options.quotas is None:
        return chosen
    kept, usual = plain(options.quotas), plain(default_quotas())
    return chosen | {"quotas": {name: limit for name, limit in kept.items() if limit != usual[name]}}


def _options_of(written: Any) -> Options:
    if not isinstance(written, Mapping):
        raise SnapshotUnreadable("This snapshot is damaged: options is no object.")
    options: Options = _read(_reader(Options), {**written, "quotas": None}, "options")
    changed = _read(TypeAdapter(dict[str, Any]), written.get("quotas") or {}, "options.quotas")
    if not changed:
        return options
    quotas = _read(_reader(Quotas), plain(default_quotas()) | changed, "options.quotas")
    return replace(options, quotas=quotas)


def _clock_of(told: _Clock) -> Clock:
    try:
        clock = Clock(frozen_at=told.frozen_at)
        if told.ahead_seconds and not told.frozen_at:
            clock.advance(timedelta(seconds=told.ahead_seconds))
    except (OutOfTime, OverflowError) as error:
        raise SnapshotUnreadable(f"This snapshot is damaged: clock: {error}") from None
    return clock


def _read(reader: TypeAdapter[Any], written: object, where: str) -> Any:
    try:
        return reader.validate_python(written)
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join([where, *map(str, first["loc"])])
        raise SnapshotUnreadable(f"This snapshot is damaged: {place}: {first['msg']}.") from None


@cache
def _reader(record: Any) -> TypeAdapter[Any]:
    return TypeAdapter(_shape(record))


def _shape(hint: Any) -> Any:
    """Tell pydantic how a value of an annotation is written: records as objects, ordered maps as pairs."""
    origin, inner = get_origin(hint), get_args(hint)
    if origin in _CONTAINERS:
        return _CONTAINERS[origin](*inner)
    if origin is Literal:
        return hint
    if hint in _LEAVES:
        return _LEAVES[hint]
    record: Any = hint
    if is_dataclass(record):
        return _record(hint)
    if isinstance(hint, type) and issubclass(hint, Enum):
        return hint
    raise TypeError(f"{hint} has no form in a file")


@cache
def _record(record: Any) -> Any:
    hints = get_type_hints(record, localns=_NAMES)
    members: dict[str, Any] = {
        field.name: (_shape(hints[field.name]), ... if field.default is MISSING else None) for field in fields(record)
    }
    written = create_model(record.__name__, __config__=ConfigDict(extra="forbid"), **members)
    return Annotated[written, AfterValidator(partial(_made, record))]


def _made(record: Any, given: BaseModel) -> Any:
    return record(**{name: getattr(given, name) for name in given.model_fields_set})


_LEAVES = {
    str: Annotated[str, Described(strict=True)],
    bool: Annotated[bool, Described(strict=True)],
    int: Annotated[int, Described(strict=True)],
    float: float,
    datetime: Annotated[AwareDatetime, AfterValidator(lambda instant: instant.astimezone(UTC))],
    timedelta: timedelta,
    type(None): None,
}


def _ordered(pairs: list[tuple[int, Any]]) -> OrderedMap[Any]:
    made: OrderedMap[Any] = OrderedMap()
    for key, value in pairs:
        made = made.set(key, value)
    return made


def _map_of(key: Any, value: Any) -> Any:
    return Annotated[dict[_shape(key), _shape(value)], AfterValidator(Map)]  # type: ignore[misc]


def _mapping_of(key: Any, value: Any) -> Any:
    return Annotated[dict[_shape(key), _shape(value)], AfterValidator(MappingProxyType)]  # type: ignore[misc]


def _ordered_of(value: Any) -> Any:
    return Annotated[list[tuple[NonNegativeInt, _shape(value)]], AfterValidator(_ordered)]  # type: ignore[misc]


def _tuple_of(*inner: Any) -> Any:
    return tuple[tuple(one if one is ... else _shape(one) for one in inner)]  # type: ignore[misc]


def _set_of(value: Any) -> Any:
    return frozenset[_shape(value)]  # type: ignore[misc]


def _union_of(*inner: Any) -> Any:
    return Union[tuple(map(_shape, inner))]  # noqa: UP007 - of types that are known at run time only


_CONTAINERS: dict[Any, Callable[..., Any]] = {
    _MapOf: _map_of,
    Mapping: _mapping_of,
    OrderedMap: _ordered_of,
    tuple: _tuple_of,
    frozenset: _set_of,
    Union: _union_of,
    UnionType: _union_of,
}


# What names what: a shelf, a member of its records, and the shelf where what it names is.
_REFERENCES = (
    ("memberships", "organization_id", "organizations"),
    ("memberships", "parent_id", "units"),
    ("units", "organization_id", "organizations"),
    ("units", "parent_id", "units"),
    ("organizations", "root_id", "units"),
    ("organizations", "management_account_id", "memberships"),
    ("organizations", "members", "memberships"),
    ("organizations", "units", "units"),
    ("organizations", "resource_policy_id", "resource_policies"),
    ("policies", "organization_id", "organizations"),
)
_INDEXES = (
    ("accepted_by", "acceptances"),
    ("process_handshakes", "handshakes"),
    ("awaited_handshakes", "handshakes"),
    ("inquiry_order", "inquiries"),
)


def _check(state: State) -> None:
    """Refuse a state whose records are not where they are looked for, or name others that are not there.

    Raises SnapshotUnreadable.
    """
    for shelf, key in TABLES.values():
        for name, record in getattr(state, shelf).items():
            if key(record) != name:
                raise SnapshotUnreadable(f"This snapshot is damaged: state.{shelf}.{name} is of {key(record)}.")
    for place, named, target in _named(state):
        if named not in getattr(state, target):
            raise SnapshotUnreadable(
                f"This snapshot is damaged: state.{place} names {named}, which is not in state.{target}."
            )


def _named(state: State) -> Iterator[tuple[str, str, str]]:
    for shelf, member, target in _REFERENCES:
        for name, record in getattr(state, shelf).items():
            named = getattr(record, member)
            every = named if isinstance(named, OrderedMap) else () if named is None else (named,)
            yield from ((f"{shelf}.{name}.{member}", one, target) for one in every)
    for shelf, target in _INDEXES:
        for name, listed in getattr(state, shelf).items():
            yield from ((f"{shelf}.{name}", one, target) for one in listed)
