"""The control API, `/_emulator`: of the emulator's own, no part of AWS.

Health is answered here at once, for probes ask it before anything else; the rest is a Flask
application, imported when it is first asked.
"""

import json

from artifact_emulator.message import Reply, Request
from artifact_emulator.version import __version__

PREFIX = "/_emulator"
HEALTH = f"{PREFIX}/health"


def health(request: Request) -> Reply:
    """Tell that the emulator serves, and which version it is."""
    if request.method not in ("GET", "HEAD"):
        return problem(405, "Method not allowed", f"{HEALTH} is read with GET.")
    services = dict.fromkeys(("artifact", "cloudtrail", "iam", "organizations", "sts"), "running")
    body = json.dumps({"status": "ok", "version": __version__, "services": services})
    return Reply(200, (("Content-Type", "application/json"),), body.encode())


def problem(status: int, title: str, detail: str) -> Reply:
    """Word an error of the control API as RFC 9457 has it."""
    body = json.dumps({"type": "about:blank", "title": title, "status": status, "detail": detail})
    return Reply(status, (("Content-Type", "application/problem+json"),), body.encode())
