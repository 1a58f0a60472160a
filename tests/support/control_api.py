"""Requests to the control API of an application."""

import json
from typing import Any

from artifact_emulator.app import App
from artifact_emulator.http import Reply, Request


def control_reply(app: App, method: str, path: str, body: Any = None, /, **headers: str) -> Reply:
    """Return the reply to a request whose body is JSON or bytes; underscores in header names stand for hyphens."""
    content = b"" if body is None else body if isinstance(body, bytes) else json.dumps(body).encode()
    path, _, query = path.partition("?")
    all_headers = {"host": "localhost:4700", "content-type": "application/json"} | {
        name.replace("_", "-"): value for name, value in headers.items()
    }
    return app.handle(Request(method, path, query, all_headers, content))


def control_result(app: App, method: str, path: str, body: Any = None) -> Any:
    """Send a request that succeeds and return the JSON of its reply."""
    reply = control_reply(app, method, path, body)
    assert reply.status == 200, reply.body
    return json.loads(reply.body)


def control_done(app: App, method: str, path: str, body: Any = None) -> None:
    """Send a request that succeeds without a result."""
    reply = control_reply(app, method, path, body)
    assert (reply.status, reply.body) == (204, b"")


def control_refusal(app: App, method: str, path: str, body: Any = None, /, **headers: str) -> tuple[int, str]:
    """Send a request that is refused and changes nothing, and return the status and the detail."""
    state, worlds = app.world.state, [world.name for world in app.worlds]
    reply = control_reply(app, method, path, body, **headers)
    assert dict(reply.headers)["Content-Type"] == "application/problem+json"
    problem = json.loads(reply.body)
    assert problem.keys() == {"type", "title", "status", "detail"}
    assert problem["status"] == reply.status >= 400
    assert app.world.state is state
    assert [world.name for world in app.worlds] == worlds
    return reply.status, problem["detail"]
