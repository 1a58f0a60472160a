"""The gate: the stages of a call of a service that is not emulated here, from its recognition to the backend's answer.

The stages that authenticate, throttle and fail a call are those of the pipeline. The answer of the backend is returned
as it is; what it says of an error is only read for the call log.
"""

import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache

from artifact_emulator import pipeline
from artifact_emulator.active_call import ActiveCall
from artifact_emulator.aws.errors.aws_error import AwsError, NotEmulated
from artifact_emulator.aws.service_model import Operation, Protocol, Service
from artifact_emulator.aws.service_profile import PROFILES
from artifact_emulator.faults.effect import NO_EFFECT
from artifact_emulator.gateway.forward import BackendFailed, Forwarder
from artifact_emulator.gateway.operations import ForeignCall, identify
from artifact_emulator.gateway.refusals import refuse
from artifact_emulator.http import Reply, Request
from artifact_emulator.routing import Route, signing_name
from artifact_emulator.services import bindings
from artifact_emulator.world_runtime import runtime_of
from artifact_state.policy_evaluation.exemptions import needs_no_evaluation
from artifact_state.record import replace
from artifact_state.world import World

_OWN_NAMES = frozenset(bindings(name).signing_name for name in PROFILES)
_PROTOCOLS: Mapping[str, Protocol] = {"rest-json": "rest-json", "query": "query", "ec2": "query", "rest-xml": "query"}
"""The protocol of ours with whose codes a service refuses; those that are not listed use the codes of JSON."""
_XML_CODE = re.compile(rb"<Code>([^<]{1,200})</Code>")
_JSON_CODE = re.compile(rb'"__type"\s*:\s*"([^"]{1,200})"')
_CODE_HEADERS = ("x-amzn-errortype", "x-amz-error-code")


@dataclass(slots=True)
class ForeignActiveCall(ActiveCall):
    """A call of a service that is not emulated here, on its way through the gate."""

    gateway: "Gateway" = field(kw_only=True)
    foreign: ForeignCall | None = None
    answer: Reply | None = None
    """The answer of the backend."""


class Gateway:
    """Decides calls of services that are not emulated here, and passes them to a backend."""

    def __init__(self, forwarder: Forwarder) -> None:
        self.forwarder = forwarder
        self.calls: Counter[str] = Counter()
        """How many calls were passed on, and how many got no answer."""

    def takes(self, request: Request, *, is_path_ours: bool) -> bool:
        """Return whether a request is for a service that is not emulated here.

        A signature decides it, even if the path is one of ours: that of a bucket may begin like one.
        """
        scope = signing_name(request)
        if scope:
            return scope not in _OWN_NAMES
        if is_path_ours or "authorization" in request.headers:
            return False
        foreign = identify(request)
        return foreign is not None and foreign.service not in PROFILES

    def call(self, request: Request, world: World) -> "ForeignActiveCall":
        """Return the call that a request makes in a world."""
        return ForeignActiveCall(request, world, gateway=self)

    def answer(self, call: ActiveCall) -> Reply:
        """Return the answer to a call of `call`; never raise."""
        assert isinstance(call, ForeignActiveCall)
        pipeline.run(call, STAGES)
        if call.answer is not None:
            reply = call.answer
        elif call.foreign is None or call.failure is None:
            reply = pipeline.refuse(call.request, call.failure or _NO_ANSWER, call.request_id)
        else:
            reply = refuse(call.foreign, call.failure, call.request_id)
        if isinstance(call.failure, NotEmulated):
            runtime_of(call.world).count_not_emulated(call.failure.name)
        effect = call.effect
        return reply if effect is NO_EFFECT else replace(reply, delay=effect.delay, cut=effect.cut)


def recognize(call: ForeignActiveCall) -> None:
    """Find the service and the operation that the request names."""
    foreign = identify(call.request)
    if foreign is None:
        raise NotEmulated(f"{signing_name(call.request)}:{call.request.method} {call.request.path}")
    call.foreign, call.members = foreign, dict(foreign.members or {})
    call.service, call.operation = _service_of(foreign), Operation(name=foreign.operation)
    call.route = Route(call.service.protocol, call.service, f"{foreign.service}:{foreign.operation}", call.operation)


def authorize(call: ForeignActiveCall) -> None:
    """Refuse a call that the policies of its world deny."""
    with call.world.transaction(call.caller, f"{call.service.signing_name}:{call.operation.name}", call.effect) as tx:
        call.tx, call.at = tx, tx.now
        if call.iam == "enforce" and not needs_no_evaluation(tx.state, tx.caller, tx.now):
            raise AwsError("AccessDenied", "artifact-emulator does not decide calls of other services yet.", 403)


def forward(call: ForeignActiveCall) -> None:
    """Pass the request on, and note an error in the answer."""
    gateway = call.gateway
    try:
        call.answer = gateway.forwarder.send(call.request, call.caller.account_id)
    except BackendFailed as failure:
        gateway.calls["failed"] += 1
        raise _backend_error(call, failure) from None
    gateway.calls["forwarded"] += 1
    if call.answer.status >= 400:
        code = _error_code(call.answer)
        call.failure = AwsError(code, "The backend answered so.", call.answer.status)


STAGES = (
    recognize,
    pipeline.authenticate,
    pipeline.check_session,
    pipeline.apply_strictness,
    pipeline.inject_faults,
    authorize,
    forward,
)
_NO_ANSWER = AwsError("ServiceUnavailable", "The gate has no answer.", 503)


def _backend_error(call: ForeignActiveCall, failure: BackendFailed) -> AwsError:
    text = f"artifact-emulator passes {call.service.name} to {call.gateway.forwarder.url}, which failed: {failure}."
    return AwsError("BadGateway", text, 502) if failure.was_sent else AwsError("ServiceUnavailable", text, 503)


def _error_code(answer: Reply) -> str:
    """Return the code of an error, as far as the beginning of an answer names it."""
    headers = {name.lower(): value for name, value in answer.headers}
    named = next((headers[name] for name in _CODE_HEADERS if name in headers), "")
    found = _XML_CODE.search(answer.body) or _JSON_CODE.search(answer.body)
    code = named or (found.group(1).decode("latin-1") if found else str(answer.status))
    return code.partition(":")[0].rpartition("#")[2]


def _service_of(foreign: ForeignCall) -> Service:
    return _service(foreign.service, foreign.signing_name, _PROTOCOLS.get(foreign.protocol, "json"))


@lru_cache(maxsize=512)
def _service(name: str, signed: str, protocol: Protocol) -> Service:
    return Service(name=name, own_signing_name=signed, protocol=protocol, version="", operations={}, errors={})
