"""The Flask application of the control API, through which test authors manage worlds.

Every path also exists below `/worlds/<name>`, for that world.
"""

from collections.abc import Collection, Iterable
from functools import cache, partial
from inspect import signature
from typing import TYPE_CHECKING

from flask import Response, jsonify, request
from flask_openapi3.models.info import Info
from flask_openapi3.openapi import OpenAPI
from pydantic import ValidationError
from werkzeug.exceptions import HTTPException, MethodNotAllowed, NotFound

from artifact_emulator import json_body
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
    quotas,
    reports,
    scenarios,
    snapshots,
    strictness,
    token_issuers,
    worlds,
)
from artifact_emulator.control.responses import GATEWAY_KEY, PASSES_KEY, WORLDS_KEY, problem_response
from artifact_emulator.faults.rules import TooManyFaults
from artifact_emulator.logs import escape_control_characters
from artifact_emulator.validation_texts import error_text
from artifact_emulator.version import __version__
from artifact_state.clock import InstantOutOfRange
from artifact_state.snapshot import InvalidSnapshot
from artifact_state.world import NotStored
from artifact_state.world_registry import InvalidName, RegistryFull, SnapshotNotFound, WorldNotFound, WorldRegistry

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

    from artifact_emulator.gateway.gateway import Gateway

_HOSTS_KEY = "artifact_emulator.allowed_hosts"
_ROUTE_MODULES = (
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
    token_issuers,
    lessons,
    decisions,
    assumptions,
    scenarios,
    capabilities,
)

_REFUSALS = (
    (InstantOutOfRange, 400, "Bad request"),
    (InvalidName, 400, "Invalid name"),
    (InvalidSnapshot, 400, "Invalid snapshot"),
    (WorldNotFound, 404, "Not found"),
    (SnapshotNotFound, 404, "Not found"),
    (RegistryFull, 409, "Limit exceeded"),
    (TooManyFaults, 409, "Limit exceeded"),
    (NotStored, 503, "Not stored"),
)
"""The errors that any request can raise, with status and title."""


def create_app(
    worlds: WorldRegistry,
    allowed_hosts: Collection[str] = (),
    behind: "Gateway | None" = None,
    *,
    passes_others: bool = False,
) -> "WSGIApplication":
    """Create the application for the worlds of an emulator."""
    # Creating the Flask application takes long, so all emulators of a process share one.
    app = _flask_app()

    def respond(environ: "WSGIEnvironment", start_response: "StartResponse") -> "Iterable[bytes]":
        environ |= {WORLDS_KEY: worlds, _HOSTS_KEY: allowed_hosts, GATEWAY_KEY: behind, PASSES_KEY: passes_others}
        return app.wsgi_app(environ, start_response)

    return respond


@cache
def _flask_app() -> OpenAPI:
    app = OpenAPI(
        __name__,
        info=Info(title="artifact-emulator's control API", version=__version__),
        static_folder=None,
        doc_ui=False,
        validation_error_status=400,
        validation_error_callback=_validation_error_response,
    )

    app.logger.addFilter(escape_control_characters)

    @app.before_request
    def refuse_foreign_origin() -> Response | None:
        headers = {name.lower(): value for name, value in request.headers.items()}
        refusal = origin.refusal_of(headers, request.environ[_HOSTS_KEY])
        return problem_response(403, "Forbidden", refusal) if refusal else None

    @app.before_request
    def refuse_invalid_json() -> Response | None:
        view = app.view_functions.get(request.endpoint or "")
        takes_body = view is not None and "body" in signature(view).parameters
        return _body_refusal() if takes_body else None

    @app.errorhandler(HTTPException)
    def refuse(error: HTTPException) -> Response:
        return _http_error_response(error)

    for kind, status, title in _REFUSALS:
        app.register_error_handler(kind, partial(_refusal_response, status, title))

    @app.get(f"{PREFIX}/openapi.json", doc_ui=False)
    def describe() -> Response:
        return jsonify(openapi.complete(app.api_doc))

    for module in _ROUTE_MODULES:
        module.add_routes(app)
    return app


def _refusal_response(status: int, title: str, error: Exception) -> Response:
    return problem_response(status, title, str(error))


def _body_refusal() -> Response | None:
    """Return the error for a body that is not JSON or not declared as JSON, or None.

    Requiring the media type keeps out forms of other sites, which cannot set it.
    """
    body = request.get_data()
    if body and not request.is_json:
        media_type = request.mimetype or "no media type"
        return problem_response(
            415, "Unsupported media type", f"Send `Content-Type: application/json`, not {media_type}."
        )
    try:
        json_body.read(body or b"{}")
    except ValueError as error:
        return problem_response(400, "Bad request", f"The body is not valid JSON: {error}.")
    return None


def _http_error_response(error: HTTPException) -> Response:
    detail = error.description or error.name
    if isinstance(error, NotFound):
        detail = f"There is nothing at {request.path}; {PREFIX}/openapi.json lists all paths."
    title = error.name.capitalize()
    if not isinstance(error, MethodNotAllowed):
        return problem_response(error.code or 500, title, detail)
    allowed = ", ".join(sorted(error.valid_methods or ()))
    response = problem_response(405, title, f"{request.path} supports {allowed}, not {request.method}.")
    response.headers["Allow"] = allowed
    return response


def _validation_error_response(error: ValidationError) -> Response:
    return problem_response(400, "Bad request", error_text(error))
