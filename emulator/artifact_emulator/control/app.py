"""The control API's application: what a test author does to a world from outside.

It refuses what a browser sends from another site: changing a world needs no credential.
"""

from flask import Flask, Response, request
from werkzeug.exceptions import HTTPException

from artifact_emulator.control import PREFIX, problem
from artifact_emulator.gateway import WORLDS
from artifact_emulator.message import Reply
from artifact_state.world import World
from artifact_state.worlds import DEFAULT, Worlds


def create_app(worlds: Worlds) -> Flask:
    """Make the application over the worlds of an emulator."""
    app = Flask(__name__, static_folder=None)

    @app.before_request
    def refuse_other_sites() -> Response | None:
        if request.headers.get("Sec-Fetch-Site", "none") in ("none", "same-origin"):
            return None
        return _response(problem(403, "Forbidden", "The control API takes no call from another site."))

    @app.errorhandler(HTTPException)
    def refuse(error: HTTPException) -> Response:
        return _response(problem(error.code or 500, error.name, error.description or error.name))

    @app.post(f"{PREFIX}/reset")
    def reset() -> Response:
        _asked_world(worlds).reset()
        response = Response(status=204)
        del response.headers["Content-Type"]
        return response

    return app


def _asked_world(worlds: Worlds) -> World:
    """Give the world below whose path the API was called."""
    return worlds.get(request.script_root.removeprefix(WORLDS) or DEFAULT)


def _response(reply: Reply) -> Response:
    return Response(reply.body, reply.status, dict(reply.headers))
