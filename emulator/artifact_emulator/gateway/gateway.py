"""The gate: the stages of a call of a service that is not emulated here, from its recognition to the backend's answer.

The stages that authenticate, throttle and fail a call are those of the pipeline. The answer of the backend is returned
as it is; what it says of an error is only read for the call log.
"""

import re
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from typing import cast

from artifact_emulator import pipeline
from artifact_emulator.active_call import ActiveCall
from artifact_emulator.aws.authorization.foreign_parts import UnknownMode
from artifact_emulator.aws.errors.aws_error import AwsError, NotEmulated
from artifact_emulator.aws.service_model import Operation
from artifact_emulator.aws.service_profile import PROFILES
from artifact_emulator.faults.effect import NO_EFFECT
from artifact_emulator.gateway.authorization import Options, decide
from artifact_emulator.gateway.backend_connection import BackendFailed
from artifact_emulator.gateway.bucket_owners import BucketOwners
from artifact_emulator.gateway.foreign_services import foreign_service
from artifact_emulator.gateway.forward import Forwarder
from artifact_emulator.gateway.operations import ForeignCall, identify, is_signed_for
from artifact_emulator.gateway.refusals import refuse
from artifact_emulator.http import Reply, Request
from artifact_emulator.logs import log
from artifact_emulator.routing import Route, signing_name
from artifact_emulator.services import bindings
from artifact_emulator.world_runtime import runtime_of
from artifact_state.record import replace
from artifact_state.world import World

_OWN_NAMES = frozenset(bindings(name).signing_name for name in PROFILES)
_CODE = re.compile(rb'"(?:__type|code|Code)"\s*:\s*"([^"]{1,200})"')
_MESSAGE = re.compile(rb'"[Mm]essage"\s*:\s*"((?:[^"\\]|\\.){1,1000})')
_XML_CODE = re.compile(rb"<Code>([^<]{1,200})")
_XML_MESSAGE = re.compile(rb"<Message>([^<]{1,1000})")


@dataclass(slots=True)
class ForeignActiveCall(ActiveCall):
    """A call of a service that is not emulated here, on its way through the gate."""

    foreign: ForeignCall | None = None
    unknown: UnknownMode = "deny"
    owners: BucketOwners = field(default_factory=BucketOwners)
    """The owners of the buckets of the backend, which this call may change."""


class Gateway:
    """Decides calls of services that are not emulated here, and passes them to a backend."""

    def __init__(self, forwarder: Forwarder, unknown: UnknownMode = "deny") -> None:
        self.forwarder = forwarder
        self.unknown: UnknownMode = unknown
        self.calls: Counter[str] = Counter()
        """How many calls were passed on, and how many got no answer."""
        self._owners = BucketOwners()

    @property
    def status(self) -> dict[str, object]:
        """Return the address of the backend, and how many calls it answered or not."""
        return {"url": self.forwarder.url, "answered": self.calls["answered"], "failed": self.calls["failed"]}

    def takes(self, request: Request, *, is_path_ours: bool) -> bool:
        """Return whether a request is for a service that is not emulated here.

        A signature decides it, even if the path is one of ours: that of a bucket may begin like one.
        """
        scope = signing_name(request)
        if scope:
            return scope not in _OWN_NAMES
        if is_path_ours:
            return False
        foreign = identify(request)
        return foreign is not None and foreign.service not in PROFILES

    def call(self, request: Request, world: World) -> ActiveCall:
        """Return the call that a request makes in a world."""
        return ForeignActiveCall(request, world, unknown=self.unknown, owners=self._owners)

    def answer(self, call: ActiveCall, log: Callable[[Reply], None]) -> Reply:
        """Return the reply to a call of `call`, which is pending if the call is passed on; never raise.

        The call is logged when its reply is known.
        """
        call = cast("ForeignActiveCall", call)
        refusal, effect = refusal_of(call), call.effect
        if refusal is None:
            return Reply(0, (), pending=partial(self._pass_on, call, log), delay=effect.delay, cut=effect.cut)
        log(refusal)
        return refusal

    async def _pass_on(self, call: ForeignActiveCall, log: Callable[[Reply], None]) -> Reply:
        """Return the answer of the backend, or an error if it gives none."""
        try:
            reply = await self.forwarder.send(call.request, call.caller.account_id)
            self.calls["answered"] += 1
            _note_answer(call, reply)
        except BackendFailed as failure:
            self.calls["failed"] += 1
            call.failure = self._failure(call, failure)
            reply = _refusal(call, call.failure)
        finally:
            if call.request.file is not None:
                call.request.file.close()
            pipeline.record_call(call)
        log(reply)
        return reply

    def _failure(self, call: ForeignActiveCall, failure: BackendFailed) -> AwsError:
        text = f"artifact-emulator passes {call.service.name} to {self.forwarder.url}, which failed: {failure}."
        return AwsError("BadGateway", text, 502) if failure.was_sent else AwsError("ServiceUnavailable", text, 503)


def refusal_of(call: ForeignActiveCall) -> Reply | None:
    """Return the refusal of a call, which is logged, or None if it may be passed on."""
    pipeline.run(call, STAGES)
    if call.failure is None:
        return None
    pipeline.record_call(call)
    reply, effect = _refusal(call, call.failure), call.effect
    if call.request.method == "HEAD":
        reply = replace(reply, body=b"")
    return reply if effect is NO_EFFECT else replace(reply, delay=effect.delay, cut=effect.cut)


def record_answer(call: ForeignActiveCall, reply: Reply) -> None:
    """Log a call that was passed on, with the error that its answer states."""
    _note_answer(call, reply)
    pipeline.record_call(call)


def _note_answer(call: ForeignActiveCall, reply: Reply) -> None:
    """Note what the answer of a backend tells: an error, or the owner of a new bucket."""
    if reply.status >= 400:
        call.failure = _stated_error(reply)
    if call.foreign is not None:
        call.owners.note(call.foreign, call.caller.account_id, reply.status)


def recognize(call: ForeignActiveCall) -> None:
    """Find the service and the operation that the request names."""
    foreign = identify(call.request)
    if foreign is None:
        raise NotEmulated(f"{signing_name(call.request)}:{call.request.method} {call.request.path}")
    call.foreign, call.members = foreign, dict(foreign.members or {})
    call.service = foreign_service(foreign.service, foreign.signing_name, foreign.protocol)
    call.operation = call.service.operations.get(foreign.operation) or Operation(name=foreign.operation)
    call.route = Route(call.service.protocol, call.service, f"{foreign.service}:{foreign.operation}", call.operation)
    if not is_signed_for(foreign):
        # The backend could carry out another operation than the one that is decided.
        text = f"The request names {foreign.service}:{foreign.operation}, and is signed for {foreign.signing_name}."
        raise AwsError("UnknownOperationException", text)


def authorize(call: ForeignActiveCall) -> None:
    """Refuse a call that the policies of its world deny."""
    foreign = cast("ForeignCall", call.foreign)
    with call.world.transaction(call.caller, f"{call.service.signing_name}:{call.operation.name}", call.effect) as tx:
        call.tx, call.at = tx, tx.now
        owner = call.owners.of(foreign)
        decision = decide(foreign, tx, Options(call.iam, call.unknown, call.request_id, call.request_keys, owner))
    runtime = runtime_of(call.world)
    if decision.request is not None:
        runtime.decisions.record(call.request_id, decision.request)
    for part in decision.open_parts:
        if runtime.count_undecided(f"{foreign.name}: {part}") and call.unknown == "audit":
            log.warning("%s of %s is passed on although its policies depend on %s", foreign.name, call.caller.arn, part)
    if decision.denial is not None:
        raise decision.denial


STAGES = (
    recognize,
    pipeline.authenticate,
    pipeline.check_session,
    pipeline.apply_strictness,
    pipeline.inject_faults,
    authorize,
)


def _refusal(call: ForeignActiveCall, error: AwsError) -> Reply:
    if isinstance(error, NotEmulated):
        runtime_of(call.world).count_not_emulated(error.name)
    if call.foreign is None:
        return pipeline.refuse(call.request, error, call.request_id)
    return refuse(call.foreign, error, call.request_id)


def _stated_error(reply: Reply) -> AwsError:
    """Return the error that the answer of a backend states, as far as its beginning tells."""
    headers = {name.lower(): value for name, value in reply.headers}
    code = headers.get("x-amzn-errortype", "")
    if not code and (found := _CODE.search(reply.body) or _XML_CODE.search(reply.body)):
        code = found.group(1).decode("latin-1")
    message = found.group(1) if (found := _MESSAGE.search(reply.body) or _XML_MESSAGE.search(reply.body)) else b""
    # Shapes of JSON services are named with a namespace, those of REST services with a URI.
    name = code.partition(":")[0].rpartition("#")[2]
    return AwsError(name or str(reply.status), message.decode("utf-8", "replace"), reply.status)
