"""Lessons: exercises whose steps are completed by the calls that a world receives.

Each lesson is a TOML file in this folder. A step names the account that calls, the operation and the outcome, and is
complete as soon as such a call is made, from any client, after the steps on which it depends.
"""

import tomllib
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Any

from artifact_state.record import Record, field

DEFAULT_ACCOUNTS = MappingProxyType(
    {"management": "111122223333", "member": "222233334444", "standalone": "999988887777"}
)
"""Account ids that a lesson suggests. A learner who calls with another account continues with that one."""
UNKNOWN_IDS = MappingProxyType(
    {"handshake": "h-...", "customer_agreement": "customer-agreement-...", "task": "task/..."}
)
"""What stands for ids in the output of steps that are still to do."""
SERVICE = "service"
"""Stands in `Step.account` for an AWS service that acts by itself."""
_FOLDER = Path(__file__).parent


class NoSuchLesson(LookupError):
    """The lesson does not exist."""


class Step(Record):
    """A step of a lesson, and the call that completes it."""

    id: str
    text: str
    command: str
    """Commands for bash; `{management}` and the like stand for ids, here and in the other texts."""
    clicks: str = ""
    """How to make the call in the console; "" if that takes a command line."""
    page: str = ""
    """The page of the console for `clicks`, below its prefix."""
    account: str
    """Key of the account that calls, such as `management`, or SERVICE."""
    service: str
    operation: str
    error: str = ""
    """AWS error code of the expected refusal, "" for a successful call."""
    members: Mapping[str, Any] = field(default_factory=dict)
    """Members that the call must have, under AWS's names; `$member` and the like stand for account ids."""
    contains: Mapping[str, str] = field(default_factory=dict)
    """Text that members of the call must contain; white space and case do not count."""
    output: Mapping[str, str] = field(default_factory=dict)
    """Ids in the output that later steps need: the paths to them by their keys in commands, such as `handshake`."""
    after: tuple[str, ...] = ()
    """The ids of the steps that have to be complete before; other steps count in any order."""
    learn: str = ""
    """What the step shows; displayed once it is complete."""


class Lesson(Record):
    """A lesson."""

    name: str
    title: str
    about: str
    source: str
    steps: tuple[Step, ...]

    @property
    def command_steps(self) -> list[int]:
        """The numbers of the steps that take a command line."""
        return [number for number, step in enumerate(self.steps, 1) if not step.clicks]

    @property
    def needs_models(self) -> bool:
        """Whether commands call operations of AWS Artifact that the AWS CLI lacks: all but the list of agreements."""
        return any(step.service == "artifact" and step.operation != "ListCustomerAgreements" for step in self.steps)

    @property
    def needs_curl(self) -> bool:
        """Whether commands call the control API."""
        return any(step.account == SERVICE for step in self.steps)


def lessons() -> Iterator[Lesson]:
    """Iterate over the lessons in teaching order."""
    return map(_read, sorted(_FOLDER.glob("*.toml")))


def lesson(name: str) -> Lesson:
    """Return a lesson by its name.

    Raises NoSuchLesson.
    """
    by_name = {listed.name: listed for listed in lessons()}
    if name not in by_name:
        raise NoSuchLesson(f"There is no lesson {name!r}. Lessons: {', '.join(by_name)}.")
    return by_name[name]


@cache
def _read(path: Path) -> Lesson:
    content = tomllib.loads(path.read_text("utf-8"))
    steps = tuple(Step(**{name: _value(name, value) for name, value in step.items()}) for step in content.pop("steps"))
    header = {name: _value(name, value) for name, value in content.items()}
    return Lesson(name=path.stem.partition("-")[2], steps=steps, **header)


def _value(name: str, value: Any) -> Any:
    """Return a value of a file as it is kept: a text, which the files wrap, on one line, and a list as a tuple."""
    if isinstance(value, str):
        return value.strip() if name == "command" else " ".join(value.split())
    return tuple(value) if isinstance(value, list) else value
