"""Activity in a world: its latest calls, the diagram of its state, explanations of decisions, and lessons."""

from itertools import count

from flask import Blueprint, Response, abort, jsonify, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from artifact_emulator import lessons
from artifact_emulator.activity.call_log import CallRecord, is_read_only
from artifact_emulator.aws.authorization.authorization_id import request_id_of
from artifact_emulator.console import PREFIX
from artifact_emulator.console.access import manages_all
from artifact_emulator.console.calls import executor, world
from artifact_emulator.console.confirmation import confirmation
from artifact_emulator.console.diagram import diagram_of, svg_of
from artifact_emulator.console.explanations import explanation_page
from artifact_emulator.lessons.progress import Progress, progress
from artifact_emulator.routing import WORLDS
from artifact_emulator.world_management import create_world, empty_world
from artifact_emulator.world_runtime import runtime_of, start_lesson
from artifact_state.model import CallerKind

_MAX_CALLS = 100
_MAX_COLUMNS = 12
pages = Blueprint("activity", __name__)


@pages.get("/activity")
def activity() -> str:
    """Show the latest calls and the diagram of the state."""
    call_log = runtime_of(world()).call_log
    latest, calls = call_log.latest_number(), call_log.calls()[-_MAX_CALLS:]
    rows = [_row(call) for call in reversed(calls) if call.number <= latest]
    return render_template("activity.html", rows=rows, latest=latest, diagram=_diagram())


@pages.get("/live")
def live() -> AnyResponse:
    """Redirect from the page's former address."""
    return redirect(url_for(".activity"), 301)


@pages.get("/activity/calls")
def calls_after() -> Response:
    """Return the calls after a number, oldest first, and the latest number.

    A latest number below the one in the request means that the world was reset.
    """
    call_log = runtime_of(world()).call_log
    latest, calls = call_log.latest_number(), call_log.calls(request.args.get("after", -1, int))
    return jsonify(latest=latest, calls=[_row(call) for call in calls[-_MAX_CALLS:]])


@pages.get("/activity/diagram.svg")
def diagram() -> Response:
    """Return the diagram of the state."""
    return Response(_diagram(), mimetype="image/svg+xml")


@pages.get("/authorization-details")
def authorization_details() -> str | AnyResponse:
    """Show the form for the authorization id or the message of a call."""
    text = request.args.get("id", "")
    if not text:
        return render_template("authorization_details.html")
    return redirect(url_for(".decision", request_id=request_id_of(text)))


@pages.get("/authorization-details/<authorization_id>")
def details_of_id(authorization_id: str) -> AnyResponse:
    """Redirect from the counterpart of the page that AWS's messages link to."""
    return redirect(url_for(".decision", request_id=request_id_of(authorization_id)))


@pages.get("/decisions/<request_id>")
def decision(request_id: str) -> str:
    """Explain why a call was allowed or refused."""
    runtime = runtime_of(world())
    evaluated = runtime.decisions.find(request_id)
    if evaluated is not None:
        return render_template("decision.html", explained=explanation_page(evaluated))
    record = next((call for call in reversed(runtime.call_log.calls()) if call.request_id == request_id), None)
    return render_template("no_decision.html", record=record, row=_row(record) if record else None)


@pages.get("/lessons")
def list_lessons() -> str:
    """List the lessons with their progress."""
    return render_template("lessons.html", lessons=[_progress(lesson) for lesson in lessons.lessons()])


@pages.get("/lessons/<name>")
def lesson(name: str) -> str:
    """Show a lesson and its progress."""
    return render_template("lesson.html", progress=_progress(_lesson(name)), prefix=PREFIX)


@pages.get("/lessons/<name>/start")
def confirm_start(name: str) -> str:
    """Ask before a lesson starts in this world, which is then emptied."""
    title = f"Start “{_lesson(name).title}”"
    return confirmation(
        title,
        f"The lesson starts in an empty world: {world().name} is emptied first.",
        "Start",
        url_for(".lesson", name=name),
    )


@pages.post("/lessons/<name>/start")
def start(name: str) -> AnyResponse:
    """Start a lesson in a new world, or in this one if the visitor may not create worlds."""
    started = _lesson(name).name
    if not manages_all():
        empty_world(world())
        start_lesson(world(), started)
        return redirect(url_for(".lesson", name=started), 303)
    worlds = executor().worlds
    free = next(name for number in count(1) if worlds.existing(name := f"{started}-{number}") is None)
    start_lesson(create_world(worlds, free), started)
    return redirect(f"{WORLDS}{free}{PREFIX}/lessons/{started}", 303)


def _lesson(name: str) -> lessons.Lesson:
    try:
        return lessons.lesson(name)
    except lessons.NoSuchLesson as error:
        abort(404, str(error))


def _progress(lesson: lessons.Lesson) -> Progress:
    return progress(lesson, runtime_of(world()).call_log.calls())


def _diagram() -> str:
    columns = request.args.get("columns", 5, int)
    return svg_of(diagram_of(world()), max(1, min(columns, _MAX_COLUMNS)))


def _row(call: CallRecord) -> dict[str, object]:
    """Return a row of the table of calls."""
    caller = call.caller
    return {
        "number": call.number,
        "at": call.at.strftime("%H:%M:%S"),
        "account": caller.account_id,
        "caller": caller.arn if caller.kind is CallerKind.SERVICE else caller.arn.rpartition(":")[2],
        "service": call.service.name,
        "operation": call.operation,
        "reads": is_read_only(call.operation),
        "error": call.failure.code if call.failure else "",
        "message": call.failure.message if call.failure else "",
        "explanation": url_for(".decision", request_id=call.request_id) if call.failure else "",
    }
