"""The world that a request of the control API addresses, and replies in Flask's form."""

from flask import Response, request

from artifact_emulator.control import problem
from artifact_emulator.http import READING_METHODS, Reply
from artifact_emulator.routing import WORLDS
from artifact_state.world import World
from artifact_state.world_registry import DEFAULT, WorldRegistry

WORLDS_KEY = "artifact_emulator.worlds"
"""The key of the WSGI environment that holds the worlds."""


def all_worlds() -> WorldRegistry:
    """Return the worlds of the emulator that received the request."""
    worlds: WorldRegistry = request.environ[WORLDS_KEY]
    return worlds


def current_world() -> World:
    """Return the world whose path the request is below; a request that only reads does not create it."""
    name = request.script_root.removeprefix(WORLDS) or DEFAULT
    return all_worlds().view(name) if request.method in READING_METHODS else all_worlds().get(name)


def flask_response(reply: Reply) -> Response:
    """Return a reply in Flask's form."""
    return Response(reply.body, reply.status, dict(reply.headers))


def problem_response(status: int, title: str, detail: str) -> Response:
    """Return an error of the control API in Flask's form."""
    return flask_response(problem(status, title, detail))


def no_content() -> Response:
    """Return the response to a request that succeeded and has no result."""
    response = Response(status=204)
    del response.headers["Content-Type"]
    return response
