"""AWS calls of the console's pages, made as the signed-in principal.

The calls of a page are kept, so that the page can show them as AWS CLI commands and boto3 expressions.
"""

from collections import OrderedDict
from dataclasses import dataclass, field
from secrets import token_urlsafe
from threading import Lock
from typing import Any
from urllib.parse import urlsplit

from flask import current_app, flash, g, render_template, request, session, url_for

from artifact_emulator.active_call import CallExecutor, direct_call
from artifact_emulator.aws.errors.aws_error import AwsError
from artifact_emulator.console import PREFIX
from artifact_emulator.console.session import SignedInUser, current_user, is_signed_in, sign_out
from artifact_emulator.http import Request
from artifact_emulator.routing import WORLDS
from artifact_state.closest_name import closest
from artifact_state.model import Caller
from artifact_state.record import Record
from artifact_state.world import World
from artifact_state.world_registry import DEFAULT

USER_AGENT = "artifact-emulator console"
_MAX_SESSIONS = 200
_OPEN_ENDPOINTS = ("static", "home.create_world", "join.join", "join.submit")
"""The endpoints that a world has which does not exist."""


class SignedOut(Exception):
    """No principal is signed in, or its credentials have expired."""


class ConsoleCall(Record, kw_only=False):
    """An AWS call that a page made."""

    service: str
    operation: str
    members: dict[str, Any]
    error: str
    """AWS error code of a refused call, otherwise ""."""
    request_id: str = ""


@dataclass(slots=True)
class PendingCalls:
    """Calls of form submissions, kept for each browser until the page that follows shows them."""

    _calls: OrderedDict[str, list[ConsoleCall]] = field(default_factory=OrderedDict)
    _lock: Lock = field(default_factory=Lock)

    def add(self, calls: list[ConsoleCall]) -> None:
        """Keep the calls of this request for the browser's next page."""
        key = session.setdefault("pending", token_urlsafe(12))
        with self._lock:
            self._calls[key] = [*self._calls.pop(key, []), *calls]
            while len(self._calls) > _MAX_SESSIONS:
                self._calls.popitem(last=False)

    def pop(self) -> list[ConsoleCall]:
        """Remove and return the browser's pending calls."""
        with self._lock:
            return self._calls.pop(session.get("pending", ""), [])


def executor() -> CallExecutor:
    """Return the executor that carries out the console's calls."""
    value: CallExecutor = current_app.extensions["executor"]
    return value


def pending_calls() -> PendingCalls:
    """Return the store of pending calls."""
    value: PendingCalls = current_app.extensions["pending_calls"]
    return value


def world() -> World:
    """Return the world that the request path names, which no page creates by itself."""
    return executor().worlds.view(world_name())


def world_name() -> str:
    """Return the name of the world that the request path names."""
    return request.script_root.removeprefix(WORLDS) or DEFAULT


def check_world() -> tuple[str, int] | None:
    """Answer every page of a world that does not exist with one that says so and offers to create it."""
    if request.endpoint in _OPEN_ENDPOINTS or executor().worlds.existing(world_name()) is not None:
        return None
    was_signed_in = is_signed_in()
    if was_signed_in:
        sign_out()
    return render_template("no_world.html", was_signed_in=was_signed_in, closest=closest), 404


def referring_page() -> str | None:
    """Return the page of this console whose form or link led here, or None."""
    referrer = urlsplit(request.referrer or "")
    page = f"{referrer.path}?{referrer.query}" if referrer.query else referrer.path
    return page if page.startswith(f"{request.script_root}{PREFIX}/") else None


def signed_in_user() -> SignedInUser | None:
    """Return the signed-in principal, or None."""
    if "user" not in g:
        g.user = current_user(world())
    user: SignedInUser | None = g.user
    return user


def caller() -> Caller:
    """Return the signed-in principal as the caller of an AWS call.

    Raises SignedOut.
    """
    user = signed_in_user()
    if user is None:
        raise SignedOut
    return user.caller


def call(service: str, operation: str, **members: Any) -> Any:
    """Call AWS as the signed-in principal; leave out members that are None and return the reply under AWS's names.

    Raises AwsError and SignedOut.
    """
    given = {name: value for name, value in members.items() if value is not None}
    http_request = Request(
        "POST", "/", "", {"host": request.host, "user-agent": USER_AGENT}, b"", request.script_root.rstrip("/")
    )
    error, active = "", direct_call(http_request, world(), caller(), service, operation, given)
    try:
        return executor().perform(active)
    except AwsError as failure:
        error = failure.code
        raise
    finally:
        page_calls().append(ConsoleCall(service, operation, given, error, active.request_id))


def list_all(service: str, operation: str, member: str, **members: Any) -> list[Any]:
    """Call a list operation until its last page; return the items of all pages.

    Raises AwsError and SignedOut.
    """
    token_name = {"artifact": "nextToken", "iam": "Marker"}.get(service, "NextToken")
    items: list[Any] = []
    token = None
    while True:
        page = call(service, operation, **members, **({token_name: token} if token else {}))
        items += page.get(member, [])
        token = page.get(token_name)
        if token is None:
            return items


def page_calls() -> list[ConsoleCall]:
    """Return the calls of this request so far."""
    calls: list[ConsoleCall] = g.setdefault("calls", [])
    return calls


def flash_refusal(failure: AwsError) -> None:
    """Show AWS's error on the next page, with a link to its explanation."""
    link = url_for("activity.decision", request_id=page_calls()[-1].request_id) if page_calls() else ""
    reason = failure.members.get("Reason")
    message = {"code": failure.code, "message": failure.message, "reason": reason, "explanation": link}
    flash(message, "error")  # type: ignore[arg-type]  # Flask stores any value that fits into the cookie.


def next_page(target: str, otherwise: str) -> str:
    """Return the page to open after a form, which has to be a page of this console; `otherwise` if it is not."""
    parts = urlsplit(target)
    if parts.scheme or parts.netloc or not parts.path.startswith(f"{PREFIX}/"):
        return otherwise
    return request.script_root + parts.path + (f"?{parts.query}" if parts.query else "")
