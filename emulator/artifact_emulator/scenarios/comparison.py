"""What is otherwise in one scenario than in another: each difference with its place.

What stands in a list is known by its id or its name, not by its number: one account more is one difference.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

_KEYS = (
    ("id",),
    ("account", "service"),
    ("account", "name"),
    ("management",),
    ("type", "name"),
    ("name",),
    ("account",),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """One thing that only one of two scenarios says, or that they say differently; None is not said."""

    place: str
    before: str | None
    after: str | None


def differences(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[Difference]:
    """List what one scenario says otherwise than another, in the order of the first one."""
    ours, theirs = dict(_said(before, "")), dict(_said(after, ""))
    return [
        Difference(place=place, before=ours.get(place), after=theirs.get(place))
        for place in {**ours, **theirs}
        if ours.get(place) != theirs.get(place)
    ]


def _said(content: Any, place: str) -> Iterator[tuple[str, str]]:
    """Go through what is said, each thing with the place that it has whatever stands around it."""
    if isinstance(content, Mapping) and content:
        for key, value in content.items():
            yield from _said(value, f"{place}.{key}".removeprefix("."))
    elif isinstance(content, list) and all(isinstance(one, Mapping) for one in content) and content:
        times: dict[str, int] = {}
        for one in content:
            name = _name_of(one)
            times[name] = times.get(name, 0) + 1
            again = f" ({times[name]})" if times[name] > 1 else ""
            yield f"{place}[{name}{again}]", "is there"
            yield from _said(one, f"{place}[{name}{again}]")
    else:
        yield place, json.dumps(content, ensure_ascii=False)


def _name_of(one: Mapping[str, Any]) -> str:
    for keys in _KEYS:
        if all(key in one for key in keys):
            named = [one[key]["id"] if isinstance(one[key], Mapping) else one[key] for key in keys]
            return " ".join(map(str, named))
    return json.dumps(one, ensure_ascii=False)
