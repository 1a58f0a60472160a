"""One request, from bytes to bytes: resolve, identify, parse, invoke, render.

The core knows no server. Every reply is in the protocol of the request, whatever went wrong.
"""

import logging
from collections.abc import Callable, Collection, Mapping
from dataclasses import replace
from random import Random
from types import ModuleType
from typing import TYPE_CHECKING, Any

from artifact_emulator import control
from artifact_emulator.aws.authentication import ANYBODY, Credentials, identify, require_session_allowed
from artifact_emulator.aws.errors.aws_error import AwsError, NotEmulated, not_emulated, unforeseen, unknown_operation
from artifact_emulator.aws.protocols import json11, query, rest_json
from artifact_emulator.aws.service_model import Operation, Protocol, Service
from artifact_emulator.aws.signing.aws_chunked import unchunked
from artifact_emulator.aws.signing.sigv4 import ALGORITHM
from artifact_emulator.faults.rules import NO_EFFECT
from artifact_emulator.http import Reply, Request
from artifact_emulator.own_paths import PREFIXES, OwnPaths
from artifact_emulator.pipeline import ActiveCall, apply, carry_out, note, require_handler
from artifact_emulator.routing import WORLDS, Route, enter, is_form, route
from artifact_emulator.services import bindings
from artifact_emulator.world_runtime import runtime_of
from artifact_state.model import Caller
from artifact_state.world import World
from artifact_state.world_registry import NotAName, WorldRegistry

if TYPE_CHECKING:
    from artifact_emulator.aws.authorization.authorize import Iam

EXPLANATION = "x-artifact-emulator-decision"
"""The header that leads to the explanation of a decision."""
log = logging.getLogger("artifact_emulator")
_MOST_MISSED = 1_000
"""Names that are counted: a client may think of any."""
_PROTOCOLS: Mapping[Protocol, ModuleType] = {"json": json11, "rest-json": rest_json, "query": query}
_VARIANTS = {digit: "89ab"[int(digit, 16) % 4] for digit in "0123456789abcdef"}
_RANDOM = Random()  # noqa: S311 - a request id is no secret, and asking the system for each costs more than the id.


class App:
    """Answers requests from worlds: the one it was given is the default one."""

    def __init__(
        self,
        world: World | None = None,
        *,
        credentials: Credentials = "loose",
        allowed_hosts: Collection[str] = (),
        iam: "Iam" = "enforce",
        explain: bool = False,
    ) -> None:
        self.worlds = WorldRegistry(world)
        self.world = self.worlds.default
        self.credentials: Credentials = credentials
        self.iam: Iam = iam
        self.explain = explain
        self._own_paths = OwnPaths(self, allowed_hosts)

    def handle(self, request: Request) -> Reply:
        """Answer one request; never raises."""
        if not request.path.startswith(WORLDS):
            return self._answer(request, self.world)
        name, inside = enter(request)
        try:
            return self._answer(inside, self.worlds.get(name))
        except NotAName as error:
            return control.problem(400, "Not the name of a world", str(error))

    def _answer(self, request: Request, world: World) -> Reply:
        if request.path.startswith(PREFIXES):
            return self._own_paths.answer(request, world)
        request_id = _new_request_id()
        asked = Route(_protocol_of(request), None, "")
        meant = unchunked(request) if "content-encoding" in request.headers else request
        under_way = ActiveCall(meant, world, request_id=request_id, iam=self.iam)
        try:
            asked = route(meant)
            service, operation = _require_operation(asked)
            under_way.value = self._invoke(under_way, request, service, operation)
            reply: Reply = _PROTOCOLS[service.protocol].render(service, operation, under_way.value, request_id)
        except AwsError as failure:
            under_way.failure = failure
            reply = self._refuse(asked, failure, request_id)
            if isinstance(failure, NotEmulated):
                _miss(world, failure.name)
        except Exception:
            log.exception("request %s: %s", request_id, asked.name)
            under_way.failure = unforeseen(asked.protocol, request_id)
            reply = self._refuse(asked, under_way.failure, request_id)
        note(under_way, asked, request_id)
        if self.explain and runtime_of(world).decisions.of(request_id) is not None:
            where = (EXPLANATION, f"{request.base}{control.PREFIX}/decisions/{request_id}")
            reply = replace(reply, headers=(*reply.headers, where))
        effect = under_way.effect
        return reply if effect is NO_EFFECT else replace(reply, delay=effect.delay, cut=effect.cut)

    def perform(self, under_way: ActiveCall, caller: Caller, service_name: str, operation_name: str) -> Any:
        """Carry out a call whose caller and members are known already, and give its answer in Python's own types.

        Raises Failure.
        """
        under_way.caller, under_way.iam, under_way.by_wire = caller, self.iam, False
        service = bindings(service_name)
        operation = service.operations[operation_name]
        request_id = under_way.request_id = _new_request_id()
        try:
            handler = require_handler(service, operation)
            apply(under_way, caller, service, operation)
            under_way.value = carry_out(under_way, caller, service, operation, handler)
        except AwsError as failure:
            under_way.failure = failure
            raise
        except Exception:
            log.exception("request %s: %s", request_id, operation_name)
            under_way.failure = unforeseen(service.protocol, request_id)
            raise under_way.failure from None
        finally:
            note(under_way, Route(service.protocol, service, operation_name, operation), request_id)
        return under_way.value

    def is_slow(self, request: Request) -> bool:
        """Tell whether an answer takes so long that a server should not wait for it: no AWS call does."""
        return _own_path(request) not in ("", control.HEALTH, control.LOCALSTACK_HEALTH)

    def refuse_size(self, request: Request, limit: int) -> Reply:
        """Answer a request whose body is too large to be read."""
        message = f"The request body is larger than the {limit} bytes that artifact-emulator takes."
        if _own_path(request):
            return control.problem(413, "Content too large", message)
        asked = Route(_protocol_of(request), None, "")
        return self._refuse(asked, AwsError("RequestEntityTooLargeException", message, 413), _new_request_id())

    def warm_up(self) -> None:
        """Load what a first call needs, so that the ready line is true."""
        stamp = f"{ALGORITHM} Credential=000000000000/20000101/us-east-1/organizations/aws4_request"
        headers = {
            "content-type": "application/x-amz-json-1.1",
            "x-amz-target": "AWSOrganizationsV20161128.DescribeOrganization",
            "authorization": f"{stamp}, SignedHeaders=host, Signature=0",
        }
        self.handle(Request("POST", "/", "", headers, b"{}"))
        # Nobody called.
        runtime_of(self.world).clear()

    def _invoke(self, under_way: ActiveCall, sent: Request, service: Service, operation: Operation) -> object:
        handler = require_handler(service, operation)
        request = under_way.request
        caller = under_way.caller = self._caller(under_way, sent, service) if operation.signed else ANYBODY
        require_session_allowed(under_way.world, caller, service, operation.name)
        apply(under_way, caller, service, operation)
        under_way.members = _PROTOCOLS[service.protocol].parse(service, operation, request)
        return carry_out(under_way, caller, service, operation, handler)

    def _caller(self, under_way: ActiveCall, sent: Request, service: Service) -> Caller:
        return identify(sent, under_way.world, service.protocol, self.credentials)

    def _refuse(self, asked: Route, failure: AwsError, request_id: str) -> Reply:
        refuse: Callable[[Service | None, AwsError, str], Reply] = _PROTOCOLS[asked.protocol].refuse
        return refuse(asked.service, failure, request_id)


def _miss(world: World, name: str) -> None:
    """Count what a world was asked for in vain, and tell it to the log the first time."""
    missed = runtime_of(world).missed
    if name not in missed:
        if len(missed) == _MOST_MISSED:
            return
        log.warning("%s is not emulated: it answers 501", name)
    missed[name] += 1


def _own_path(request: Request) -> str:
    """Give the path, in whatever world, of a request that is for the emulator itself; "" of an AWS call."""
    path = enter(request)[1].path if request.path.startswith(WORLDS) else request.path
    return path if path.startswith(PREFIXES) else ""


def _new_request_id() -> str:
    # As str(UUID(int=..., version=4)) has it, in a third of its time.
    drawn = f"{_RANDOM.getrandbits(124):031x}"
    return f"{drawn[:8]}-{drawn[8:12]}-4{drawn[12:15]}-{_VARIANTS[drawn[15]]}{drawn[16:19]}-{drawn[19:]}"


def _require_operation(asked: Route) -> tuple[Service, Operation]:
    """Give the operation that is asked for.

    Raises Failure when AWS does not have it, or when the emulator has nothing for it.
    """
    if asked.service is None and asked.name:
        raise not_emulated(asked.name)
    if asked.service is None or (asked.operation is None and asked.name not in asked.service.unshaped):
        raise unknown_operation(asked.protocol, asked.name, asked.service.version if asked.service else "")
    if asked.operation is None:
        raise not_emulated(f"{asked.service.name}:{asked.name}")
    return asked.service, asked.operation


def _protocol_of(request: Request) -> Protocol:
    """Guess the protocol of a request that names no operation, so that its client can read the answer."""
    if "x-amz-target" in request.headers:
        return "json"
    return "query" if is_form(request) else "rest-json"
