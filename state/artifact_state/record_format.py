"""The JSON form of the domain's records, derived from their annotations.

A new record or field needs no code here. Fields with their default value are left out, and maps are written in the
order of their keys, so that equal values have equal text.
"""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from enum import Enum
from functools import cache, partial
from types import MappingProxyType, UnionType
from typing import Annotated, Any, Generic, Literal, TypeVar, Union, get_args, get_origin, get_type_hints

from pydantic import (
    AfterValidator,
    AliasChoices,
    AwareDatetime,
    BaseModel,
    ConfigDict,
    Field,
    NonNegativeInt,
    TypeAdapter,
    create_model,
)

from artifact_state.catalog import quota_records, report_records
from artifact_state.model import Map, iam_reports, iam_settings, identities
from artifact_state.ordered_map import OrderedMap
from artifact_state.record import REQUIRED, Record, fields

K = TypeVar("K")
V = TypeVar("V")

_FORMER_NAMES = {("Inquiry", "fingerprint"): "asked"}
"""Names that fields had in files of the first version, which are still read."""


class MapOf(Generic[K, V]):
    """Stands for the persistent map in annotations, because it takes no parameters at run time."""


# Names that the model's modules import for type checkers only.
_NAMES = {
    **vars(report_records),
    **vars(quota_records),
    **vars(iam_reports),
    **vars(iam_settings),
    **vars(identities),
    "Map": MapOf,
}


def to_plain(value: Any) -> Any:
    """Return a value of the domain as plain data that JSON can represent.

    Raises TypeError if its type has no JSON form.
    """
    return _WRITERS.get(type(value), _plain_record)(value)


@cache
def reader_of(record: Any) -> TypeAdapter[Any]:
    """Return the pydantic adapter that validates plain data and creates the record from it.

    Raises TypeError if an annotation has no JSON form.
    """
    return TypeAdapter(_form_of(record))


def annotations_of(record: Any) -> dict[str, Any]:
    """Return the annotations of a record's fields by name."""
    return get_type_hints(record, localns=_NAMES)


def _plain_record(value: Any) -> Any:
    if isinstance(value, Enum):
        return value.value
    if not isinstance(value, Record):
        raise TypeError(f"{type(value).__name__} has no JSON form")
    members = {}
    for name, default in _fields(type(value)).items():
        member = getattr(value, name)
        # The persistent map has no `!=`.
        if not member == default:  # noqa: SIM201
            members[name] = to_plain(member)
    return members


_fields = cache(fields)


def _plain_list(values: Any) -> list[Any]:
    return [to_plain(value) for value in values]


def _plain_map(values: Any) -> dict[str, Any]:
    return {key: to_plain(values[key]) for key in sorted(values)}


def _identity(value: Any) -> Any:
    return value


_WRITERS: dict[type, Callable[[Any], Any]] = {
    **dict.fromkeys((str, int, float, bool, type(None)), _identity),
    **dict.fromkeys((dict, MappingProxyType, Map), _plain_map),
    datetime: lambda value: value.astimezone(UTC).isoformat(),
    timedelta: timedelta.total_seconds,
    tuple: _plain_list,
    frozenset: lambda values: sorted(map(to_plain, values)),
    OrderedMap: lambda values: [[key, to_plain(value)] for key, value in values.after(-1)],
}


def _form_of(hint: Any) -> Any:
    """Return the annotation by which pydantic reads a value: records as objects, ordered maps as lists of pairs."""
    origin, arguments = get_origin(hint), get_args(hint)
    if origin in _CONTAINERS:
        return _CONTAINERS[origin](*arguments)
    if origin is Literal:
        return hint
    if hint in _SCALARS:
        return _SCALARS[hint]
    if isinstance(hint, type) and issubclass(hint, Record):
        return _record_form(hint)
    if isinstance(hint, type) and issubclass(hint, Enum):
        return hint
    raise TypeError(f"{hint} has no JSON form")


@cache
def _record_form(record: type[Record]) -> Any:
    hints = annotations_of(record)
    members: dict[str, Any] = {}
    for name, default in fields(record).items():
        presence: Any = ... if default is REQUIRED else None
        if former := _FORMER_NAMES.get((record.__name__, name)):
            presence = Field(presence, validation_alias=AliasChoices(name, former))
        members[name] = (_form_of(hints[name]), presence)
    model = create_model(record.__name__, __config__=ConfigDict(extra="forbid"), **members)
    return Annotated[model, AfterValidator(partial(_create, record))]


def _create(record: Any, model: BaseModel) -> Any:
    return record(**{name: getattr(model, name) for name in model.model_fields_set})


_SCALARS = {
    str: Annotated[str, Field(strict=True)],
    bool: Annotated[bool, Field(strict=True)],
    int: Annotated[int, Field(strict=True)],
    float: float,
    datetime: Annotated[AwareDatetime, AfterValidator(lambda instant: instant.astimezone(UTC))],
    timedelta: timedelta,
    type(None): None,
}


def _ordered_map(pairs: list[tuple[int, Any]]) -> OrderedMap[Any]:
    ordered: OrderedMap[Any] = OrderedMap()
    for key, value in pairs:
        ordered = ordered.set(key, value)
    return ordered


def _map_form(key: Any, value: Any) -> Any:
    return Annotated[dict[_form_of(key), _form_of(value)], AfterValidator(Map)]  # type: ignore[misc]


def _mapping_form(key: Any, value: Any) -> Any:
    return Annotated[dict[_form_of(key), _form_of(value)], AfterValidator(MappingProxyType)]  # type: ignore[misc]


def _ordered_form(value: Any) -> Any:
    return Annotated[list[tuple[NonNegativeInt, _form_of(value)]], AfterValidator(_ordered_map)]  # type: ignore[misc]


def _tuple_form(*items: Any) -> Any:
    return tuple[tuple(item if item is ... else _form_of(item) for item in items)]  # type: ignore[misc]


def _set_form(value: Any) -> Any:
    return frozenset[_form_of(value)]  # type: ignore[misc]


def _union_form(*members: Any) -> Any:
    return Union[tuple(map(_form_of, members))]  # noqa: UP007 - the members are known at run time only


_CONTAINERS: dict[Any, Callable[..., Any]] = {
    MapOf: _map_form,
    Mapping: _mapping_form,
    OrderedMap: _ordered_form,
    tuple: _tuple_form,
    frozenset: _set_form,
    Union: _union_form,
    UnionType: _union_form,
}
