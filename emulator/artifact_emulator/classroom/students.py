"""The students of a class, and the names of their worlds."""

import re
from collections.abc import Iterable, Iterator
from unicodedata import normalize

from artifact_state.record import Record
from artifact_state.world_registry import DEFAULT

_MAX_LENGTH = 60


class Student(Record, kw_only=False):
    """A student."""

    name: str
    world: str


def numbered(count: int) -> list[Student]:
    """Return students without names: student-01, student-02 and so on."""
    width = max(2, len(str(count)))
    names = (f"student-{number:0{width}}" for number in range(1, count + 1))
    return [Student(name, name) for name in names]


def named(lines: Iterable[str]) -> list[Student]:
    """Return the students that lines name; empty lines and lines that begin with # are left out.

    The same lines name the same worlds, so that a list can grow at its end.
    """
    names = [name for line in lines if (name := line.strip()) and not name.startswith("#")]
    return [Student(name, world) for name, world in zip(names, _world_names(names), strict=True)]


def _world_names(names: list[str]) -> Iterator[str]:
    """Yield a valid and unique name of a world for each name: that of Ada Löw is ada-low."""
    taken = {DEFAULT}
    for number, name in enumerate(names, 1):
        plain = normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
        first = re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:_MAX_LENGTH] or f"student-{number:02}"
        world, suffix = first, 2
        while world in taken:
            world, suffix = f"{first}-{suffix}", suffix + 1
        taken.add(world)
        yield world
