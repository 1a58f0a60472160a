"""How far a learner is in a lesson: asked of the trail of his world, never stored."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from artifact_emulator.activity.call_log import CallRecord
from artifact_emulator.lessons import CAST, Lesson, Step
from artifact_state.model import CallerKind

_SERVICE = "service"


@dataclass(frozen=True, slots=True)
class Done:
    """A step that is done: by whom, and when."""

    account_id: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a learner is."""

    lesson: Lesson
    done: tuple[Done, ...]
    cast: Mapping[str, str]
    """The account of every part: the one that the learner took, or else the one that the lesson proposes."""

    @property
    def next_step(self) -> Step | None:
        """Give the step to do now; None at the end."""
        return self.lesson.steps[len(self.done)] if len(self.done) < len(self.lesson.steps) else None

    def filled(self, text: str) -> str:
        """Write the accounts of this learner into a text or a command."""
        for part, account_id in self.cast.items():
            text = text.replace(f"{{{part}}}", account_id)
        return text


def progress(lesson: Lesson, calls: Iterable[CallRecord]) -> Progress:
    """Tell how far a lesson is by what was called, the oldest first: each step comes after the one before."""
    done: list[Done] = []
    cast: dict[str, str] = {}
    for call in calls:
        if len(done) == len(lesson.steps):
            break
        taken = _taken(lesson.steps[len(done)], call, cast)
        if taken is not None:
            cast = taken
            done.append(Done(call.caller.account_id, call.at))
    return Progress(lesson, tuple(done), {**CAST, **cast})


def _taken(step: Step, call: CallRecord, cast: Mapping[str, str]) -> dict[str, str] | None:
    """Give the cast after a call that is a step; None for one that is not."""
    code = call.failure.code if call.failure else ""
    if (call.service.name, call.operation, code) != (step.service, step.operation, step.error):
        return None
    members = call.members or {}
    if not all(_has(members.get(name), text) for name, text in step.contains.items()):
        return None
    if step.by == _SERVICE or call.caller.kind is CallerKind.SERVICE:
        known = dict(cast) if step.by == _SERVICE and call.caller.kind is CallerKind.SERVICE else None
    else:
        known = _cast_as(step.by, call.caller.account_id, cast)
    return _unified(step.members, members, known)


def _unified(wanted: Any, given: Any, cast: dict[str, str] | None) -> dict[str, str] | None:
    """Fit what is wanted into what was given; a part that has no account yet gets the one that stands there."""
    if cast is None:
        return None
    if isinstance(wanted, Mapping):
        if not isinstance(given, Mapping):
            return None
        for name, one in wanted.items():
            cast = _unified(one, given.get(name), cast)
        return cast
    if isinstance(wanted, str) and wanted.startswith("$"):
        return _cast_as(wanted[1:], given, cast) if isinstance(given, str) else None
    return cast if wanted == given else None


def _cast_as(part: str, account_id: str, cast: Mapping[str, str]) -> dict[str, str] | None:
    """Give an account a part; None if the part is another's, or the account has another part."""
    if part in cast:
        return dict(cast) if cast[part] == account_id else None
    return None if account_id in cast.values() else {**cast, part: account_id}


def _has(value: Any, text: str) -> bool:
    shown = value if isinstance(value, str) else json.dumps(value)
    return "".join(text.split()).lower() in "".join(shown.split()).lower()
