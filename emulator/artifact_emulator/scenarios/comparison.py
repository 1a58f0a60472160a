"""The comparison of two scenarios: each difference with its place.

Items of a list are identified by their id or name and not by their position, so an added account is one difference.
"""

import json
from collections.abc import Iterator, Mapping
from typing import Any

from artifact_state.record import Record

# The keys that identify an item of a list, tried in this order.
_IDENTIFYING_KEYS = (
    ("id",),
    ("account", "service"),
    ("account", "name"),
    ("management",),
    ("type", "name"),
    ("name",),
    ("account",),
)


class Difference(Record):
    """A value that differs between two scenarios; None where a scenario does not have it."""

    place: str
    before: str | None
    after: str | None


def differences(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[Difference]:
    """Return the differences between two scenarios, in the order of the first one."""
    old, new = dict(_values(before, "")), dict(_values(after, ""))
    return [
        Difference(place=place, before=old.get(place), after=new.get(place))
        for place in {**old, **new}
        if old.get(place) != new.get(place)
    ]


def _values(content: Any, place: str) -> Iterator[tuple[str, str]]:
    """Return every value with a place that does not depend on its neighbours in a list."""
    if isinstance(content, Mapping) and content:
        for key, value in content.items():
            yield from _values(value, f"{place}.{key}".removeprefix("."))
    elif isinstance(content, list) and all(isinstance(item, Mapping) for item in content) and content:
        counts: dict[str, int] = {}
        for item in content:
            name = _name_of(item)
            counts[name] = counts.get(name, 0) + 1
            suffix = f" ({counts[name]})" if counts[name] > 1 else ""
            yield f"{place}[{name}{suffix}]", "present"
            yield from _values(item, f"{place}[{name}{suffix}]")
    else:
        yield place, json.dumps(content, ensure_ascii=False)


def _name_of(item: Mapping[str, Any]) -> str:
    for keys in _IDENTIFYING_KEYS:
        if all(key in item for key in keys):
            values = [item[key]["id"] if isinstance(item[key], Mapping) else item[key] for key in keys]
            return " ".join(map(str, values))
    return json.dumps(item, ensure_ascii=False)
