"""Build a value of any annotation with content in every field, so that tests cover records added after them."""

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from enum import Enum
from itertools import count
from types import MappingProxyType, UnionType
from typing import Any, Literal, Union, get_args, get_origin, get_type_hints

from artifact_state.catalog import quota_records, report_records
from artifact_state.model import Map, iam_reports, iam_settings, identities
from artifact_state.ordered_map import OrderedMap
from artifact_state.record import Record
from tests.support.domain import NOW


class _AnyMap:
    """Stands for the persistent map, which takes no parameters at run time."""

    def __class_getitem__(cls, arguments: tuple[Any, Any]) -> Any:
        return dict[arguments]  # type: ignore[misc, valid-type]


_NAMES = {
    **vars(identities),
    **vars(iam_reports),
    **vars(iam_settings),
    **vars(quota_records),
    **vars(report_records),
    "Map": _AnyMap,
}


def field_types(record: type) -> dict[str, Any]:
    """Return the annotations of a record's fields, with persistent maps as `dict`."""
    return get_type_hints(record, localns=_NAMES)


def sample_of(hint: Any, numbers: "count[int]") -> Any:
    """Return a value of an annotation with every field filled; equal types get different values where possible."""
    origin, arguments = get_origin(hint), get_args(hint)
    if isinstance(hint, type) and issubclass(hint, Record):
        return hint(**{name: sample_of(type_hint, numbers) for name, type_hint in field_types(hint).items()})
    if isinstance(hint, type) and issubclass(hint, Enum):
        return list(hint)[next(numbers) % len(hint)]
    if origin in (Union, UnionType):
        return sample_of(next(member for member in arguments if member is not type(None)), numbers)
    return _CONTAINERS[origin](arguments, numbers) if origin else _SCALARS[hint](next(numbers))


_SCALARS: dict[Any, Callable[[int], Any]] = {
    str: lambda number: f"text \N{GREEK SMALL LETTER ALPHA} {number}",
    int: lambda number: number,
    bool: lambda number: number >= 0,
    float: lambda number: number / 4,
    datetime: lambda number: NOW + timedelta(microseconds=number),
    timedelta: lambda number: timedelta(seconds=number, microseconds=7),
}


def _sample_map(arguments: tuple[Any, ...], numbers: "count[int]") -> Any:
    return Map({sample_of(arguments[0], numbers): sample_of(arguments[1], numbers) for _ in range(2)})


def _sample_ordered_map(arguments: tuple[Any, ...], numbers: "count[int]") -> Any:
    ordered: OrderedMap[Any] = OrderedMap()
    for _ in range(2):
        ordered = ordered.set(next(numbers), sample_of(arguments[0], numbers))
    return ordered


def _sample_tuple(arguments: tuple[Any, ...], numbers: "count[int]") -> Any:
    hints = arguments[:1] * 2 if arguments[-1] is ... else arguments
    return tuple(sample_of(hint, numbers) for hint in hints)


_CONTAINERS: dict[Any, Callable[..., Any]] = {
    dict: _sample_map,
    OrderedMap: _sample_ordered_map,
    tuple: _sample_tuple,
    frozenset: lambda arguments, numbers: frozenset(sample_of(arguments[0], numbers) for _ in range(3)),
    Mapping: lambda arguments, numbers: MappingProxyType(
        {sample_of(arguments[0], numbers): sample_of(arguments[1], numbers)}
    ),
    Literal: lambda arguments, _: arguments[-1],
}
