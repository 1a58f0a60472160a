"""The blackboard: what is happening, the picture of the state, and the lessons."""

from flask import Blueprint, Response, jsonify, render_template, request, url_for

from artifact_emulator import lessons
from artifact_emulator.activity.call_log import CallRecord, only_reads
from artifact_emulator.aws.authorization.explain import explained
from artifact_emulator.console.calls import world
from artifact_emulator.console.picture import scene_of, svg_of
from artifact_emulator.lessons.progress import Progress, progress
from artifact_emulator.world_runtime import runtime_of
from artifact_state.model import CallerKind

_SHOWN = 100
"""How many calls the panel begins with: the latest."""
_WIDEST = 12
pages = Blueprint("learning", __name__)


@pages.get("/live")
def live() -> str:
    """Show what is happening, and the picture of the state."""
    trail = runtime_of(world()).trail
    latest, calls = trail.latest(), trail.calls()[-_SHOWN:]
    seen = [_told(one) for one in reversed(calls) if one.number <= latest]
    return render_template("live.html", calls_seen=seen, latest=latest, picture=_picture())


@pages.get("/live/calls")
def calls_after() -> Response:
    """Tell the calls after a place, the oldest first, and the latest place: a smaller one is of another past."""
    trail = runtime_of(world()).trail
    latest, found = trail.latest(), trail.calls(request.args.get("after", -1, int))
    return jsonify(latest=latest, calls=[_told(one) for one in found[-_SHOWN:]])


@pages.get("/live/picture.svg")
def picture() -> Response:
    """Draw the state."""
    return Response(_picture(), mimetype="image/svg+xml")


@pages.get("/decisions/<request_id>")
def decision(request_id: str) -> tuple[str, int]:
    """Explain why a call was refused or let through: what was consulted, what decided, what to change."""
    found = runtime_of(world()).decisions.of(request_id)
    if found is None:
        called = next(
            (one for one in reversed(runtime_of(world()).trail.calls()) if one.request_id == request_id), None
        )
        return render_template("rule.html", called=called, told=_told(called) if called else None), 200
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
    return progress(one, runtime_of(world()).trail.calls())


def _picture() -> str:
    columns = request.args.get("columns", 5, int)
    return svg_of(scene_of(world()), max(1, min(columns, _WIDEST)))


def _told(one: CallRecord) -> dict[str, object]:
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
        "reads": only_reads(one.operation),
        "error": one.failure.code if one.failure else "",
        "message": one.failure.message if one.failure else "",
        "decision": url_for(".decision", request_id=one.request_id) if one.failure else "",
    }
