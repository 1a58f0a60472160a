"""The blackboard: what is happening, the picture of the state, and the lessons."""

from flask import Blueprint, Response, jsonify, render_template, request, url_for

from artifact_emulator import lessons
from artifact_emulator.console.calls import world
from artifact_emulator.console.picture import scene_of, svg_of
from artifact_emulator.explaining import explained
from artifact_emulator.instruments import instruments_of
from artifact_emulator.lessons.progress import Progress, progress
from artifact_emulator.trail import Called
from artifact_state.model import CallerKind

_SHOWN = 100
"""How many calls the panel begins with: the latest."""
_WIDEST = 12
pages = Blueprint("learning", __name__)


@pages.get("/live")
def live() -> str:
    """Show what is happening, and the picture of the state."""
    calls = instruments_of(world()).trail.calls()[-_SHOWN:]
    return render_template("live.html", calls_seen=[_told(one) for one in reversed(calls)], picture=_picture())


@pages.get("/live/calls")
def calls_after() -> Response:
    """Tell the calls after a place, the oldest first."""
    found = instruments_of(world()).trail.calls(request.args.get("after", -1, int))
    return jsonify([_told(one) for one in found[-_SHOWN:]])


@pages.get("/live/picture.svg")
def picture() -> Response:
    """Draw the state."""
    return Response(_picture(), mimetype="image/svg+xml")


@pages.get("/decisions/<request_id>")
def decision(request_id: str) -> tuple[str, int]:
    """Explain why a call was refused or let through: what was consulted, what decided, what to change."""
    found = instruments_of(world()).decisions.of(request_id)
    if found is None:
        why = "No policy was asked about this call: the rules of the service itself decided, or it is forgotten."
        return render_template("not_done.html", title="No policy decided", why=why), 200
    return render_template("decision.html", explained=explained(found)), 200


@pages.get("/lessons")
def list_lessons() -> str:
    """List the lessons, and how far each is."""
    return render_template("lessons.html", found=[_progress(one) for one in lessons.lessons()])


@pages.get("/lessons/<name>")
def lesson(name: str) -> tuple[str, int]:
    """Show a lesson, and how far it is."""
    try:
        found = _progress(lessons.lesson(name))
    except lessons.NoSuchLesson as error:
        return render_template("not_done.html", title="Not Found", why=str(error)), 404
    return render_template("lesson.html", found=found), 200


def _progress(one: lessons.Lesson) -> Progress:
    return progress(one, instruments_of(world()).trail.calls())


def _picture() -> str:
    columns = request.args.get("columns", 5, int)
    return svg_of(scene_of(world()), max(1, min(columns, _WIDEST)))


def _told(one: Called) -> dict[str, object]:
    """Tell a call as the panel shows it."""
    caller = one.caller
    who = caller.arn.rpartition(":")[2] if caller.kind is not CallerKind.SERVICE else caller.arn
    return {
        "number": one.number,
        "at": one.at.strftime("%H:%M:%S"),
        "account": caller.account_id,
        "who": who,
        "service": one.service.name,
        "operation": one.operation,
        "error": one.failure.code if one.failure else "",
        "message": one.failure.message if one.failure else "",
        "decision": url_for(".decision", request_id=one.request_id) if one.failure else "",
    }
