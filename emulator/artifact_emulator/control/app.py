"""The control API's application: what a test author does to worlds from outside.

Every path is also below `/worlds/<name>`, for that world.
"""

from collections.abc import Collection

from flask import Response, jsonify, request
from flask_openapi3.models.info import Info
from flask_openapi3.openapi import OpenAPI
from pydantic import ValidationError
from werkzeug.exceptions import HTTPException

from artifact_emulator.control import (
    PREFIX,
    assumptions,
    capabilities,
    clock,
    customer_agreements,
    decisions,
    events,
    faults,
    lessons,
    origin,
    problem,
    quotas,
    reports,
    scenarios,
    snapshots,
    strictness,
    worlds,
)
from artifact_emulator.control.asked import response
from artifact_emulator.version import __version__
from artifact_state.snapshot import SnapshotUnreadable
from artifact_state.worlds import NoSuchSnapshot, NoSuchWorld, NotAName, Worlds

_PARTS = (
    worlds,
    snapshots,
    clock,
    quotas,
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


def create_app(served: Worlds, allowed_hosts: Collection[str] = ()) -> OpenAPI:
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

    @app.errorhandler(HTTPException)
    def refuse(error: HTTPException) -> Response:
        return response(problem(error.code or 500, error.name, error.description or error.name))

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
        return jsonify(app.api_doc)

    for part in _PARTS:
        part.add(app, served)
    return app


def _refuse_body(error: ValidationError) -> Response:
    details = (f"{'.'.join(map(str, one['loc'])) or 'body'}: {one['msg']}" for one in error.errors())
    return response(problem(400, "Bad request", "; ".join(details)))
