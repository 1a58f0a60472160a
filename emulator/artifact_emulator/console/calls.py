"""What a page asks of AWS: calls of whoever is signed in, remembered so that the page can show them."""

from collections import OrderedDict
from dataclasses import dataclass, field
from secrets import token_urlsafe
from threading import Lock
from typing import Any

from flask import current_app, flash, g, request, session, url_for

from artifact_emulator.aws.errors.aws_error import AwsError
from artifact_emulator.console.session import SignedInUser, who
from artifact_emulator.http import Request
from artifact_emulator.pipeline import ActiveCall, CallExecutor
from artifact_emulator.routing import WORLDS
from artifact_state.model import Caller
from artifact_state.world import World
from artifact_state.world_registry import DEFAULT

USER_AGENT = "artifact-emulator console"
_REMEMBERED = 200


class SignedOut(Exception):
    """Nobody is signed in, or his credentials are good no longer."""


@dataclass(frozen=True, slots=True)
class ConsoleCall:
    """A call that a page made."""

    service: str
    operation: str
    members: dict[str, Any]
    error: str
    """The code with which it was refused, "" if it was not."""
    request_id: str = ""


@dataclass(slots=True)
class Memory:
    """The calls of the last action of each browser, until its next page shows them."""

    _held: OrderedDict[str, list[ConsoleCall]] = field(default_factory=OrderedDict)
    _lock: Lock = field(default_factory=Lock)

    def keep(self, calls: list[ConsoleCall]) -> None:
        """Keep the calls of an action for the page that the browser is sent to."""
        key = session.setdefault("memory", token_urlsafe(12))
        with self._lock:
            self._held[key] = [*self._held.pop(key, []), *calls]
            while len(self._held) > _REMEMBERED:
                self._held.popitem(last=False)

    def take(self) -> list[ConsoleCall]:
        """Give what is kept, once."""
        with self._lock:
            return self._held.pop(session.get("memory", ""), [])


def desk() -> CallExecutor:
    """Give where calls are carried out."""
    found: CallExecutor = current_app.extensions["desk"]
    return found


def world() -> World:
    """Give the world below whose path the console was asked for."""
    return desk().worlds.get(request.script_root.removeprefix(WORLDS) or DEFAULT)


def signed() -> SignedInUser | None:
    """Tell who is signed in."""
    if "signed" not in g:
        g.signed = who(world())
    found: SignedInUser | None = g.signed
    return found


def caller() -> Caller:
    """Give who is signed in.

    Raises SignedOut.
    """
    found = signed()
    if found is None:
        raise SignedOut
    return found.caller


def call(service: str, operation: str, **members: Any) -> Any:
    """Call AWS as who is signed in; members and answer are under AWS's names.

    Raises Failure, as AWS refuses, and SignedOut.
    """
    asked = {name: value for name, value in members.items() if value is not None}
    via = Request(
        "POST", "/", "", {"host": request.host, "user-agent": USER_AGENT}, b"", request.script_root.rstrip("/")
    )
    error, under_way = "", ActiveCall(via, world(), members=asked)
    try:
        return desk().perform(under_way, caller(), service, operation)
    except AwsError as failure:
        error = failure.code
        raise
    finally:
        made().append(ConsoleCall(service, operation, asked, error, under_way.request_id))


def everything(service: str, operation: str, member: str, **asked: Any) -> list[Any]:
    """Call a listing to its end; give what all its pages have.

    Raises Failure and SignedOut.
    """
    spelling = "nextToken" if service == "artifact" else "NextToken"
    found: list[Any] = []
    token = None
    while True:
        page = call(service, operation, **asked, **({spelling: token} if token else {}))
        found += page.get(member, [])
        token = page.get(spelling)
        if token is None:
            return found


def tell_refusal(failure: AwsError) -> None:
    """Tell on the next page that a call was refused: AWS's words, and where they are explained."""
    why = url_for("learning.decision", request_id=made()[-1].request_id) if made() else ""
    told = {"code": failure.code, "message": failure.message, "why": why}
    flash(told, "error")  # type: ignore[arg-type]  # It takes whatever a cookie keeps.


def made() -> list[ConsoleCall]:
    """Give the calls that were made for this page so far."""
    calls: list[ConsoleCall] = g.setdefault("calls", [])
    return calls


def memory() -> Memory:
    """Give what is remembered from one page to the next."""
    found: Memory = current_app.extensions["memory"]
    return found
