"""What a route of the control API was asked for: the world, and how a reply becomes Flask's."""

from flask import Response, request

from artifact_emulator.http import Reply
from artifact_emulator.routing import WORLDS
from artifact_state.world import World
from artifact_state.world_registry import DEFAULT, WorldRegistry


def asked_world(served: WorldRegistry) -> World:
    """Give the world below whose path the API was called."""
    return served.get(request.script_root.removeprefix(WORLDS) or DEFAULT)


def response(reply: Reply) -> Response:
    """Give a reply as Flask has it."""
    return Response(reply.body, reply.status, dict(reply.headers))


def nothing() -> Response:
    """Answer that it is done, and no more."""
    done = Response(status=204)
    del done.headers["Content-Type"]
    return done
