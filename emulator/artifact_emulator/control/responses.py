"""The world that a request of the control API addresses, and replies in Flask's form."""

import json
from collections.abc import Iterable, Iterator
from typing import Any

from flask import Response, request

from artifact_emulator.control import problem
from artifact_emulator.http import READING_METHODS, Reply
from artifact_emulator.routing import WORLDS
from artifact_state.steps import batches
from artifact_state.world import World
from artifact_state.world_registry import DEFAULT, WorldRegistry

_STEPS = 4
"""The levels of arrays and objects that are encoded one by one; records are below."""
_ENCODE = json.JSONEncoder().encode
WORLDS_KEY = "artifact_emulator.worlds"
"""The key of the WSGI environment that holds the worlds."""
GATEWAY_KEY = "artifact_emulator.gateway"
"""The key that holds the gate, or None."""
PASSES_KEY = "artifact_emulator.passes_others"
"""The key that says whether calls of services that are not emulated here are passed on."""


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


def json_response(value: object) -> Response:
    """Return a response with a large value as JSON, with a line for each record."""
    return text_response(_pieces(value, "\n"), "application/json")


def text_response(pieces: Iterable[str], media_type: str) -> Response:
    """Return a response with text that is computed while it is sent."""
    chunks = ("".join(batch).encode() for batch in batches(pieces))
    return Response(chunks, mimetype=media_type)


def _pieces(value: Any, line: str) -> Iterator[str]:
    """Yield the text of a value in pieces; `line` is a line break with the indentation of the value.

    An iterator stands for an array. The encoder in C runs to the end before another thread gets its turn.
    """
    if not isinstance(value, Iterator) and (not value or len(line) > _STEPS or not isinstance(value, dict | list)):
        yield _ENCODE(value)
        return
    inner, is_object = line + " ", isinstance(value, dict)
    entries = value.items() if isinstance(value, dict) else ((None, item) for item in value)
    before, end = "{}" if is_object else "[]"
    for name, item in entries:
        yield f"{before}{inner}{_ENCODE(name)}: " if is_object else before + inner
        yield from _pieces(item, inner)
        before = ","
    yield line + end if before == "," else before + end


def no_content() -> Response:
    """Return the response to a request that succeeded and has no result."""
    response = Response(status=204)
    del response.headers["Content-Type"]
    return response
