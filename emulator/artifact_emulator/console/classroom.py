"""The teacher's page: the progress of each world in its lesson, its latest call, and its reset."""

from collections.abc import Iterator
from itertools import islice
from typing import Any
from urllib.parse import quote

from flask import Blueprint, render_template, url_for
from werkzeug.wrappers import Response

from artifact_emulator.activity.call_log import CallRecord
from artifact_emulator.console import PREFIX
from artifact_emulator.console.worlds.forms import (
    command,
    done,
    form_of,
    managed_world,
    managed_worlds,
    reset_confirmation,
)
from artifact_emulator.lessons import lessons
from artifact_emulator.lessons.progress import Progress, progress
from artifact_emulator.routing import WORLDS
from artifact_emulator.world_management import reset_world
from artifact_emulator.world_runtime import runtime_of
from artifact_state.record import Record
from artifact_state.world import World
from artifact_state.world_registry import DEFAULT

_MAX_WORLDS = 500
pages = Blueprint("classroom", __name__)


class Row(Record):
    """What the page shows of a world."""

    name: str
    console: str
    lesson: Progress | None
    """The lesson that was started or, if none was, the one with the latest step, if any."""
    complete: int
    """The number of complete lessons."""
    last_call: CallRecord | None
    calls: int
    refused: int


@pages.get("/classroom")
def classroom() -> str:
    """Show the progress of all worlds but the default one, which is the teacher's."""
    worlds = list(islice(_students_worlds(), _MAX_WORLDS + 1))
    return render_template(
        "classroom.html",
        rows=[_row(world) for world in worlds[:_MAX_WORLDS]],
        lesson_count=sum(1 for _ in lessons()),
        max_worlds=_MAX_WORLDS,
        is_cut=len(worlds) > _MAX_WORLDS,
    )


@pages.get("/classroom/<name>/reset")
@form_of(classroom)
def confirm_reset(name: str) -> Any:
    """Ask before the world of a student is reset."""
    return reset_confirmation(managed_world(name).name, url_for(".classroom"))


@pages.post("/classroom/<name>/reset")
@form_of(classroom)
def reset(name: str) -> Response:
    """Reset the world of a student."""
    reset_world(managed_world(name))
    return done(f"World {name} reset.", command("reset", "--world", name, of_world=False), ".classroom")


def _students_worlds() -> Iterator[World]:
    return (world for world in managed_worlds() if world.name != DEFAULT)


def _row(world: World) -> Row:
    runtime = runtime_of(world)
    calls = runtime.call_log.calls()
    each = [progress(lesson, calls) for lesson in lessons()]
    begun = [current for current in each if current.calls]
    started = (current for current in each if current.lesson.name == runtime.lesson)
    return Row(
        name=world.name,
        console=f"{WORLDS}{quote(world.name)}{PREFIX}/",
        lesson=next(started, None) or max(begun, key=_recency, default=None),
        complete=sum(current.next_step is None for current in begun),
        last_call=calls[-1] if calls else None,
        calls=len(calls),
        refused=sum(call.failure is not None for call in calls),
    )


def _recency(current: Progress) -> tuple[int, int]:
    """Order lessons by their latest step; a call that is a step of several lessons counts for the most advanced one."""
    return max(call.number for call in current.calls.values()), current.completed
