"""Lessons: exercises in a world, which check themselves by what was called there.

A lesson is a file beside this one. Its steps say who is to call what, and how it ends; whoever does it, by
whatever client, is one step further. Nobody has to say that a step is done.
"""

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Any

CAST = MappingProxyType({"management": "111122223333", "member": "222233334444", "stranger": "999988887777"})
"""The accounts that a lesson proposes for its parts; it goes on with those that the learner takes."""
_FOLDER = Path(__file__).parent


class NoSuchLesson(LookupError):
    """No lesson has this name."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One step: what to do, and by which call it is known to be done."""

    text: str
    command: str
    """The AWS CLI's; parts of the cast stand in it in braces, such as `{member}`."""
    by: str
    """The part that calls, such as `management`; or `service`, for a service of AWS itself."""
    service: str
    operation: str
    error: str = ""
    """The code with which it is refused; "" when it succeeds."""
    members: Mapping[str, Any] = field(default_factory=dict)
    """What is asked, under AWS's names; `$member` is the account of that part."""
    contains: Mapping[str, str] = field(default_factory=dict)
    """What is found somewhere in the text of a member, in any spelling of blanks."""
    learn: str = ""
    """What the step shows, told once it is done."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Lesson:
    """A lesson."""

    name: str
    title: str
    about: str
    source: str
    steps: tuple[Step, ...]


def lessons() -> Iterator[Lesson]:
    """Go through the lessons, in the order in which they build on each other."""
    return map(_read, sorted(_FOLDER.glob("*.toml")))


def lesson(name: str) -> Lesson:
    """Give a lesson.

    Raises NoSuchLesson.
    """
    found = next((one for one in lessons() if one.name == name), None)
    if found is None:
        raise NoSuchLesson(f"There is no lesson {name!r}; there are {', '.join(one.name for one in lessons())}.")
    return found


@cache
def _read(path: Path) -> Lesson:
    content = tomllib.loads(path.read_text("utf-8"))
    steps = tuple(Step(**{name: _plain(value) for name, value in step.items()}) for step in content.pop("steps"))
    return Lesson(name=path.stem.partition("-")[2], steps=steps, **{name: _plain(one) for name, one in content.items()})


def _plain(value: Any) -> Any:
    """Give a text in one line: the files break their lines where they are read well."""
    return " ".join(value.split()) if isinstance(value, str) else value
