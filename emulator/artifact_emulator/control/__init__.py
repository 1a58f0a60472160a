"""The control API below `/_emulator`: the emulator's own API, separate from AWS's.

Health checks are answered here without Flask, because a probe is often the first request; all other
routes belong to a Flask application that is imported on first use.
"""

import json

from artifact_emulator.aws.service_profile import PROFILES
from artifact_emulator.http import Reply, Request
from artifact_emulator.version import __version__
from artifact_state.record import replace

PREFIX = "/_emulator"
HEALTH = f"{PREFIX}/health"
EVENTS = f"{PREFIX}/events"
LOCALSTACK = "/_localstack"
LOCALSTACK_HEALTH = f"{LOCALSTACK}/health"
"""For tools that wait for LocalStack: https://docs.localstack.cloud/references/internal-endpoints/"""


def health(request: Request) -> Reply:
    """Return the emulator's status, version and services."""
    return _health(request, {"status": "ok", "version": __version__})


def localstack_health(request: Request) -> Reply:
    """Return the health of the emulator in LocalStack's form."""
    return _health(request, {"edition": "artifact-emulator", "version": __version__})


def _health(request: Request, members: dict[str, str]) -> Reply:
    if request.method not in ("GET", "HEAD"):
        return method_not_allowed(request, "GET, HEAD")
    body = json.dumps({**members, "services": dict.fromkeys(PROFILES, "running")})
    return Reply(200, (("Content-Type", "application/json"),), body.encode())


def method_not_allowed(request: Request, allowed: str) -> Reply:
    """Return the refusal of a method, with those that the path supports."""
    reply = problem(405, "Method not allowed", f"{request.path} supports {allowed}, not {request.method}.")
    return replace(reply, headers=(*reply.headers, ("Allow", allowed)))


def problem(status: int, title: str, detail: str) -> Reply:
    """Return an error of the control API as problem details: https://www.rfc-editor.org/rfc/rfc9457."""
    body = json.dumps({"type": "about:blank", "title": title, "status": status, "detail": detail})
    return Reply(status, (("Content-Type", "application/problem+json"),), body.encode())
