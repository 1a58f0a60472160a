"""The application: the front door of every request, AWS's and the emulator's own.

It finds the world that the path names. AWS calls go to the pipeline; the emulator's own paths go to the health checks,
the control API, the console and the documents, each of which is imported on first use. The application knows no server.
"""

import re
from collections.abc import Collection
from functools import cached_property
from typing import TYPE_CHECKING, Any

from artifact_emulator import console, control, wsgi
from artifact_emulator.active_call import ActiveCall, new_request_id
from artifact_emulator.aws.authentication import Credentials
from artifact_emulator.aws.errors.aws_error import AwsError
from artifact_emulator.aws.signing.sigv4 import ALGORITHM
from artifact_emulator.documents import links
from artifact_emulator.http import READING_METHODS, Reply, Request
from artifact_emulator.limits import DEFAULT_LIMITS, Limits
from artifact_emulator.logs import log
from artifact_emulator.pipeline import answer, perform, refuse
from artifact_emulator.routing import WORLDS, split_world, within_world
from artifact_emulator.world_runtime import runtime_of
from artifact_state.record import replace
from artifact_state.world import NotStored, World
from artifact_state.world_registry import InvalidName, RegistryFull, RegistryStorage, WorldRegistry

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication

    from artifact_emulator.access_tokens import AccessTokens
    from artifact_emulator.activity.request_log import Stopwatch
    from artifact_emulator.aws.authorization.authorize import IamMode
    from artifact_emulator.control.event_stream import EventStreams
    from artifact_emulator.gateway.gateway import Gateway

DECISION_HEADER = "x-artifact-emulator-decision"
"""The reply header with the address of the decision's explanation."""
_OWN_PATHS = (control.PREFIX, links.PATH, console.PREFIX, control.LOCALSTACK)
_CODES = {400: "InvalidRequestException", 413: "RequestEntityTooLargeException", 503: "ServiceUnavailable"}
"""The codes of errors of requests that are refused before the pipeline; AWS names the last one for all services."""
_MAX_FAST_BODY = 64 * 1024
_SLOW_OPERATIONS = frozenset(("LookupEvents", "DescribeEffectivePolicy", "ListAccountsWithInvalidEffectivePolicy"))
_SLOW_ACTION = re.compile(b"Action=(Simulate|Generate|GetAccountAuthorizationDetails)")
"""Operations that evaluate or list much at once."""
_IMPORTS = {"PUT": re.compile(b"/_emulator/(snapshots|worlds)/[^/]+$"), "POST": re.compile(b"/console/worlds?(/|$)")}
"""The paths that take a snapshot or a scenario, by method."""
_WORLD_PATH = re.compile("/_emulator/((snapshots|worlds)/[^/]+|scenario)$")
_PROBES = {control.HEALTH: control.health, control.LOCALSTACK_HEALTH: control.localstack_health}


class App:
    """Answers the requests of all worlds; the world that it is given is the default one."""

    def __init__(  # noqa: PLR0913 - the options of `serve`.
        self,
        world: World | None = None,
        *,
        credentials: Credentials = "loose",
        allowed_hosts: Collection[str] = (),
        iam: "IamMode" = "enforce",
        explain: bool = False,
        limits: Limits = DEFAULT_LIMITS,
        log_requests: bool = False,
        storage: RegistryStorage | None = None,
        access: "AccessTokens | None" = None,
        behind: "Gateway | None" = None,
    ) -> None:
        self.worlds = WorldRegistry(world, max_worlds=limits.worlds, max_snapshots=limits.snapshots, storage=storage)
        self._is_synchronous = storage is not None and storage.syncs
        self.world = self.worlds.default
        self.credentials: Credentials = credentials
        self.iam: IamMode = iam
        self.explain = explain
        self.limits = limits
        self.access = access
        self.behind = behind
        self.passes_others = behind is not None
        """Whether calls of services that are not emulated here are passed on."""
        self._allowed_hosts = allowed_hosts
        self._log_requests = log_requests

    def handle(self, request: Request) -> Reply:
        """Return the reply to a request; never raise."""
        headers = request.headers
        if "origin" in headers or "sec-fetch-site" in headers or "accept-language" in headers:
            return self._answer_browser(request)
        return self._answer(request)

    def _answer_browser(self, request: Request) -> Reply:
        """Return the reply to a request with a header that browsers send and SDKs do not."""
        passes = self.passes(request)
        if _own_path(request) and not passes:
            reply = self._answer(request)
        else:
            # Imported here: few calls come from browsers.
            from artifact_emulator import browser_access

            reply = browser_access.answer(request, self._allowed_hosts, self._answer)
        return reply if passes else self._readable(request, reply)

    def _readable(self, request: Request, reply: Reply) -> Reply:
        """Return a reply, as a page if it is an error that a person reads in a browser."""
        if reply.status < 400 or "text/html" not in request.headers.get("accept", ""):
            return reply
        from artifact_emulator.error_page import page_of

        world = self.worlds.existing(split_world(request)[0]) if request.path.startswith(WORLDS) else None
        return page_of(request, reply, f"{WORLDS}{world.name}" if world else "")

    def _answer(self, request: Request) -> Reply:
        stopwatch = _stopwatch() if self._log_requests else None
        world = self.world
        if request.path.startswith(WORLDS):
            name, request = split_world(request)
            try:
                world = self.worlds.get(name) if self._may_create_world(request) else self.worlds.view(name)
            except InvalidName as error:
                return control.problem(400, "Not the name of a world", str(error))
            except RegistryFull as error:
                return control.problem(409, "Too many worlds", str(error))
            except NotStored as error:
                return self._refuse(request, 503, "Not stored", str(error))
        behind = self.behind if self.passes(request) else None
        if behind is None and request.path.startswith(_OWN_PATHS):
            reply = self._answer_own(request, world)
            if stopwatch is not None:
                stopwatch.log_request(request, reply)
            return reply
        call = ActiveCall(request, world) if behind is None else behind.call(request, world)
        call.credentials, call.iam = self.credentials, self.iam
        if self.access is not None:
            call.placeholder_secrets = self.access.secrets(world.name)
        if behind is not None:
            reply = behind.answer(call, lambda reply: stopwatch.log_call(call, reply) if stopwatch else None)
        else:
            reply = answer(call)
            if stopwatch is not None:
                stopwatch.log_call(call, reply)
        return _with_decision(call, reply) if self.explain else reply

    def perform(self, call: ActiveCall) -> Any:
        """Carry out a direct call, such as one of the console, and return its output.

        Raises AwsError.
        """
        call.iam = self.iam
        return perform(call)

    def handle_in_parts(self, request: Request) -> Reply:
        """Return the reply to a request as `handle` does, as a stream if it is large; it needs an event loop."""
        return self.handle(replace(request, takes_stream=True))

    def is_slow(self, request: Request) -> bool:
        """Return whether a server should answer a request in a thread of its own; most AWS calls are fast."""
        if self.passes(request):
            return request.file is not None or len(request.body) > _MAX_FAST_BODY
        own = _own_path(request)
        if own:
            return own not in _PROBES
        if self._is_synchronous or len(request.body) > _MAX_FAST_BODY:
            return True
        target = request.headers.get("x-amz-target")
        if target is not None:
            return target.rpartition(".")[2] in _SLOW_OPERATIONS
        return _SLOW_ACTION.search(request.body) is not None

    def is_locked(self, request: Request) -> bool:
        """Return whether the world of a request is executing a call, for which another call would have to wait."""
        name = split_world(request)[0] if request.path.startswith(WORLDS) else ""
        world = self.worlds.existing(name) if name else self.world
        return world is not None and world.is_locked

    def passes(self, request: Request) -> bool:
        """Return whether a request is for a service that is not emulated, and goes to the backend if it may."""
        if self.behind is None:
            return False
        own = _own_path(request)
        # The name of a bucket may begin as the path of the console does.
        return not own.startswith("/_") and self.behind.takes(within_world(request), is_path_ours=own != "")

    def moves_worlds(self, request: Request) -> bool:
        """Return whether a request reads or writes a world as a whole."""
        return _WORLD_PATH.search(request.path) is not None and request.method in ("GET", "PUT", "DELETE")

    def body_limit(self, head: Request) -> int:
        """Return the most bytes that the body of a request may have, of which the head is known."""
        if self.behind is not None and self.passes(head):
            return self.limits.passed_bytes
        method, path = head.method, head.path.encode()
        is_import = method in _IMPORTS and _IMPORTS[method].search(path) is not None
        return self.limits.import_bytes if is_import else self.limits.body_bytes

    def refuse_repeated(self, request: Request, name: str) -> Reply:
        """Return the reply to a request with a header field that is given more than once."""
        return self._refuse(request, 400, "Bad request", f"The header {name} is given more than once.")

    def refuse_unavailable(self, request: Request) -> Reply:
        """Return the reply to a request that the emulator cannot answer before it ends."""
        return self._refuse(request, 503, "Service unavailable", "artifact-emulator is shutting down.")

    def refuse_size(self, request: Request, limit: int) -> Reply:
        """Return the reply to a request whose body exceeds the limit."""
        message = f"The request body is larger than the {limit} bytes that artifact-emulator takes."
        return self._readable(request, self._refuse(request, 413, "Content too large", message))

    def _refuse(self, request: Request, status: int, title: str, message: str) -> Reply:
        if _own_path(request) and not self.passes(request):
            return control.problem(status, title, message)
        return refuse(within_world(request), AwsError(_CODES[status], message, status), new_request_id())

    def warm_up(self) -> None:
        """Import what the first call needs, so that the server is as fast as it will be when it reports to be ready."""
        scope = "000000000000/20000101/us-east-1/organizations/aws4_request"
        headers = {
            "content-type": "application/x-amz-json-1.1",
            "x-amz-target": "AWSOrganizationsV20161128.DescribeOrganization",
            "authorization": f"{ALGORITHM} Credential={scope}, SignedHeaders=host, Signature=0",
        }
        # In a world of its own, because no client makes this call.
        answer(ActiveCall(Request("POST", "/", "", headers, b"{}"), World()))

    def _may_create_world(self, request: Request) -> bool:
        """Return whether a request may create its world: an AWS call that is signed or writes.

        The control API creates worlds itself, once it has checked the origin of the request; with access tokens, no
        world is created on first use.
        """
        if request.path.startswith(_OWN_PATHS) or self.access is not None:
            return False
        return request.method not in READING_METHODS or "authorization" in request.headers

    def _answer_own(self, request: Request, world: World) -> Reply:
        """Return the reply to a request for one of the emulator's own paths; never raise."""
        try:
            if (probe := _PROBES.get(request.path)) is not None:
                return probe(request)
            if request.path.startswith(links.PATH):
                return _document(request, world)
            if self.access is not None and (refusal := self.access.refusal_of(request, world.name)) is not None:
                return refusal
            return self._answer_allowed(request, world)
        except NotStored as error:
            return control.problem(503, "Not stored", str(error))
        except Exception:
            log.exception("%s %s", request.method, request.path)
            return control.problem(500, "Internal error", "The emulator's log tells more.")

    def _answer_allowed(self, request: Request, world: World) -> Reply:
        """Return the reply to a request for the control API or the console, whose access has been checked."""
        if request.path == control.EVENTS and "text/event-stream" in request.headers.get("accept", ""):
            return self._event_streams.follow(request, world, self.worlds, self._allowed_hosts)
        app = self._console if request.path.startswith(console.PREFIX) else self._control
        return wsgi.respond(app, request)

    # The imports below are lazy because no AWS call needs Flask, an event stream or a PDF writer.

    @cached_property
    def _event_streams(self) -> "EventStreams":
        from artifact_emulator.control.event_stream import EventStreams

        return EventStreams(self.limits.streams)

    @cached_property
    def _control(self) -> "WSGIApplication":
        from artifact_emulator.control.app import create_app

        return create_app(self.worlds, self._allowed_hosts, self.behind, passes_others=self.passes_others)

    @cached_property
    def _console(self) -> "WSGIApplication":
        from artifact_emulator.console.app import create_app

        return create_app(self, self._allowed_hosts)


def _stopwatch() -> "Stopwatch":
    from artifact_emulator.activity.request_log import Stopwatch

    return Stopwatch()


def _document(request: Request, world: World) -> Reply:
    from artifact_emulator.documents import downloads

    return downloads.serve(request, world)


def _with_decision(call: ActiveCall, reply: Reply) -> Reply:
    """Add the address of the decision's explanation to a reply, if policies were evaluated."""
    if runtime_of(call.world).decisions.find(call.request_id) is None:
        return reply
    header = (DECISION_HEADER, f"{call.base}{control.PREFIX}/decisions/{call.request_id}")
    return replace(reply, headers=(*reply.headers, header))


def _own_path(request: Request) -> str:
    """Return the path of a request for the emulator itself, in any world; "" for an AWS call."""
    path = within_world(request).path
    return path if path.startswith(_OWN_PATHS) else ""
