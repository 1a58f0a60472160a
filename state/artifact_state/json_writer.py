"""The JSON text of a state in small pieces, so that a large one is written while other threads run.

Each record has a line; one that can have very many parts has a line for each of them.
"""

import json
from collections.abc import Iterable, Iterator
from types import MappingProxyType
from typing import Any

from artifact_state.model import Map, Organization, Policy, State, Transfers, TypePolicies, Unit
from artifact_state.ordered_map import OrderedMap
from artifact_state.record import REQUIRED, fields
from artifact_state.record_format import to_plain
from artifact_state.steps import in_order

GROWING = (State, Organization, Policy, Transfers, TypePolicies, Unit)
"""The types of records that can have very many parts."""
_encode = json.JSONEncoder().encode


def json_pieces(value: Any, line: str = "\n") -> Iterator[str]:
    """Yield the JSON text of what `to_plain` returns; `line` is a line break with the indentation of the value."""
    inner = line + " "
    if isinstance(value, Map | MappingProxyType):
        members = ((key, json_pieces(value[key], inner)) for key in in_order(value))
        yield from _object(members, line)
    elif isinstance(value, GROWING):
        yield from _object(((name, json_pieces(member, inner)) for name, member in _set_members(value)), line)
    elif isinstance(value, OrderedMap):
        yield from _array(([_encode([key, to_plain(item)])] for key, item in value.after(-1)), line)
    elif isinstance(value, tuple):
        yield from _array((json_pieces(item, inner) for item in value), line)
    else:
        yield _encode(to_plain(value))


def _object(members: Iterable[tuple[str, Iterator[str]]], line: str) -> Iterator[str]:
    before = "{"
    for key, pieces in members:
        yield f"{before}{line} {_encode(key)}: "
        yield from pieces
        before = ","
    yield "{}" if before == "{" else line + "}"


def _array(items: Iterable[Iterable[str]], line: str) -> Iterator[str]:
    before = "["
    for pieces in items:
        yield f"{before}{line} "
        yield from pieces
        before = ","
    yield "[]" if before == "[" else line + "]"


def _set_members(record: Any) -> Iterator[tuple[str, Any]]:
    for name, default in fields(type(record)).items():
        value = getattr(record, name)
        # The persistent map has no `!=`.
        if default is REQUIRED or not value == default:  # noqa: SIM201
            yield name, value
