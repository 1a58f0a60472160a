"""The control API's application: what a test author does to worlds from outside.

Every path is also below `/worlds/<name>`, for that world.
"""

import json
from collections.abc import Collection
from inspect import signature
from typing import TYPE_CHECKING

from flask import Response, jsonify, request
from flask_openapi3.models.info import Info
from flask_openapi3.openapi import OpenAPI
from pydantic import ValidationError
from werkzeug.exceptions import HTTPException, MethodNotAllowed, NotFound

from artifact_emulator.control import (
    PREFIX,
    assumptions,
    capabilities,
    clock,
    customer_agreements,
    decisions,
    delays,
    events,
    faults,
    lessons,
    openapi,
    origin,
    problem,
    quotas,
    reports,
    scenarios,
    snapshots,
    strictness,
    worlds,
)
from artifact_emulator.control.responses import response
from artifact_emulator.http import Reply
from artifact_emulator.version import __version__
from artifact_state.clock import OutOfTime
from artifact_state.snapshot import SnapshotUnreadable
from artifact_state.world_registry import NoSuchSnapshot, NoSuchWorld, NotAName, WorldRegistry

if TYPE_CHECKING:
    from pydantic_core import ErrorDetails

_PARTS = (
    worlds,
    snapshots,
    clock,
    quotas,
    delays,
    faults,
    strictness,
    events,
    reports,
    customer_agreements,
    lessons,
    decisions,
    assumptions,
    scenarios,
    capabilities,
)


def create_app(served: WorldRegistry, allowed_hosts: Collection[str] = ()) -> OpenAPI:
    """Make the application over the worlds of an emulator."""
    app = OpenAPI(
        __name__,
        info=Info(title="artifact-emulator's control API", version=__version__),
        static_folder=None,
        doc_ui=False,
        validation_error_status=400,
        validation_error_callback=_refuse_body,
    )

    @app.before_request
    def refuse_strangers() -> Response | None:
        headers = {name.lower(): value for name, value in request.headers.items()}
        refusal = origin.refusal_of(headers, allowed_hosts)
        return response(problem(403, "Forbidden", refusal)) if refusal else None

    @app.before_request
    def refuse_what_is_no_json() -> Response | None:
        view = app.view_functions.get(request.endpoint or "")
        refusal = _refusal_of_body() if view is not None and "body" in signature(view).parameters else None
        return response(refusal) if refusal else None

    @app.errorhandler(HTTPException)
    def refuse(error: HTTPException) -> Response:
        return _refused(error)

    @app.errorhandler(OutOfTime)
    def refuse_time(error: OutOfTime) -> Response:
        return response(problem(400, "Bad request", str(error)))

    @app.errorhandler(NotAName)
    def refuse_name(error: NotAName) -> Response:
        return response(problem(400, "Not a name", str(error)))

    @app.errorhandler(NoSuchWorld)
    @app.errorhandler(NoSuchSnapshot)
    def refuse_absent(error: LookupError) -> Response:
        return response(problem(404, "Not found", str(error.args[0])))

    @app.errorhandler(SnapshotUnreadable)
    def refuse_snapshot(error: SnapshotUnreadable) -> Response:
        return response(problem(400, "Not a snapshot that can be read", str(error)))

    @app.get(f"{PREFIX}/openapi.json", doc_ui=False)
    def describe() -> Response:
        return jsonify(openapi.complete(app.api_doc))

    for part in _PARTS:
        part.add(app, served)
    return app


def _refusal_of_body() -> Reply | None:
    """Give the answer to a body that is not JSON, or does not say that it is: a form's page can send no other."""
    body = request.get_data()
    if body and not request.is_json:
        told = request.mimetype or "none"
        return problem(415, "Unsupported media type", f"Send JSON as `Content-Type: application/json`, not as {told}.")
    try:
        json.loads(body or b"{}")
    except ValueError as error:
        return problem(400, "Bad request", f"The body is no JSON: {error}.")
    return None


def _refused(error: HTTPException) -> Response:
    detail = error.description or error.name
    if isinstance(error, NotFound):
        detail = f"There is nothing at {request.path}; {PREFIX}/openapi.json lists what there is."
    if not isinstance(error, MethodNotAllowed):
        return response(problem(error.code or 500, error.name, detail))
    allowed = ", ".join(sorted(error.valid_methods or ()))
    refused = response(problem(405, error.name, f"{request.path} takes {allowed}, not {request.method}."))
    refused.headers["Allow"] = allowed
    return refused


def _refuse_body(error: ValidationError) -> Response:
    return response(problem(400, "Bad request", "; ".join(map(_worded, error.errors()))))


def _worded(one: "ErrorDetails") -> str:
    why = "a JSON object is wanted" if one["type"] == "model_type" else one["msg"].removeprefix("Value error, ")
    return f"{'.'.join(map(str, one['loc'])) or 'body'}: {why}"
