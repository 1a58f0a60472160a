"""The control API, `/_emulator`: of the emulator's own, no part of AWS.

Health is answered here at once, for probes ask it before anything else; the rest is a Flask
application, imported when it is first asked.
"""

import json

from artifact_emulator.http import Reply, Request
from artifact_emulator.version import __version__

PREFIX = "/_emulator"
HEALTH = f"{PREFIX}/health"
EVENTS = f"{PREFIX}/events"
LOCALSTACK = "/_localstack"
LOCALSTACK_HEALTH = f"{LOCALSTACK}/health"
"""Where tools ask that know another emulator: https://docs.localstack.cloud/references/internal-endpoints/"""
SERVICES = ("artifact", "cloudtrail", "iam", "organizations", "sts")


def health(request: Request) -> Reply:
    """Tell that the emulator serves, and which version it is."""
    return _health(request, {"status": "ok", "version": __version__})


def localstack_health(request: Request) -> Reply:
    """Tell the same as LocalStack tells it."""
    return _health(request, {"edition": "artifact-emulator", "version": __version__})


def _health(request: Request, told: dict[str, str]) -> Reply:
    if request.method not in ("GET", "HEAD"):
        return problem(405, "Method not allowed", f"{request.path} is read with GET.")
    body = json.dumps({**told, "services": dict.fromkeys(SERVICES, "running")})
    return Reply(200, (("Content-Type", "application/json"),), body.encode())


def problem(status: int, title: str, detail: str) -> Reply:
    """Word an error of the control API as RFC 9457 has it."""
    body = json.dumps({"type": "about:blank", "title": title, "status": status, "detail": detail})
    return Reply(status, (("Content-Type", "application/problem+json"),), body.encode())
