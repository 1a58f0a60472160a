"""The pipeline of AWS calls: the stages that every call passes, in order.

A call that comes over the wire passes WIRE_STAGES; a direct call of the console or of a command passes STAGES. A stage
is a function of the call: it adds what the following stages read, or raises the AwsError with which the call is
answered. The outcome is recorded once, whatever it is.
"""

from collections.abc import Callable, Sequence
from functools import cache
from sys import intern
from typing import TYPE_CHECKING, Any, TypeVar, cast

from artifact_emulator import routing
from artifact_emulator.active_call import UNIDENTIFIED, ActiveCall
from artifact_emulator.activity.call_log import (
    MAX_INPUT,
    MAX_USER_AGENT,
    CallFailure,
    CallRecord,
    LoggedCall,
    is_read_only,
)
from artifact_emulator.aws.authentication import ANONYMOUS, identify, require_session_allowed
from artifact_emulator.aws.errors import error_of
from artifact_emulator.aws.errors.aws_error import AwsError, DenialError, NotEmulated, internal_error
from artifact_emulator.aws.protocols import PROTOCOLS, reply_format
from artifact_emulator.aws.service_model import Service
from artifact_emulator.aws.signing.aws_chunked import decode_chunks
from artifact_emulator.faults.effect import NO_EFFECT
from artifact_emulator.http import Reply, Request
from artifact_emulator.logs import log
from artifact_emulator.routing import Route
from artifact_emulator.services import handler_of, request_shape
from artifact_emulator.world_runtime import runtime_of, storage_of, store_faults
from artifact_state.errors import NotParty, Recorded, Refused, WrongAccount
from artifact_state.policy_evaluation.exemptions import needs_no_evaluation
from artifact_state.record import replace
from artifact_state.world import NotStored, Transaction

if TYPE_CHECKING:
    from pydantic_core import ValidationError

    from artifact_emulator.aws.authorization.request import AuthorizationRequest

C = TypeVar("C", bound=ActiveCall)


def route(call: ActiveCall) -> None:
    """Find the service and the operation that the request names."""
    request = call.request
    if "content-encoding" in request.headers:
        request = call.decoded = decode_chunks(request)
    call.route = routing.route(request)
    call.service, call.operation = routing.require_operation(call.route, request)


def find_handler(call: ActiveCall) -> None:
    """Find the handler of the operation, or refuse an operation that is not emulated."""
    handler = handler_of(call.service.name, call.operation.name)
    if handler is None:
        raise NotEmulated(f"{call.service.name}:{call.operation.name}")
    call.handler = handler


def authenticate(call: ActiveCall) -> None:
    """Identify the caller by the signature of the request."""
    if not call.operation.signed:
        call.caller = ANONYMOUS
        return
    world = call.world
    call.caller, call.session = identify(
        call.request, world.state, world.clock, call.service, call.credentials, call.placeholder_secrets
    )


def check_session(call: ActiveCall) -> None:
    """Refuse session credentials for operations that AWS does not allow them to call."""
    if call.session is not None:
        require_session_allowed(call.session, call.service, call.operation.name)


def apply_strictness(call: ActiveCall) -> None:
    """Enforce AWS's request rates and apply strict mode, in worlds that enable them."""
    options = call.world.options
    if options.throttling == "off" and options.strict_client is None:
        return
    # Imported here: few worlds are as strict as AWS.
    from artifact_emulator.faults import strictness

    call.effect = strictness.effect_on(call.world, call.caller, call.service, call.operation)


def inject_faults(call: ActiveCall) -> None:
    """Apply the fault rules of the world, and fail the call if they inject an error."""
    faults = runtime_of(call.world).faults
    if faults:
        now = call.world.clock.now()
        call.effect = faults.apply(call.service, call.operation.name, call.caller.account_id, now, call.effect)
        store_faults(call.world)
    if call.effect.failure is not None:
        raise call.effect.failure


def parse(call: ActiveCall) -> None:
    """Parse the input of the operation from the request."""
    request = call.decoded or call.request
    call.members = PROTOCOLS[call.service.protocol].parse(call.service, call.operation, request)


def validate(call: ActiveCall) -> None:
    """Check the input against the shape of the operation."""
    shape = request_shape(call.service.name, call.operation.name)
    try:
        call.input = shape.model_validate(call.members)
    except ValueError as error:
        # Imported here: most calls are valid.
        from artifact_emulator.aws.validation import input_error

        raise input_error(call.service, cast("ValidationError", error), shape, call.members) from None


def execute(call: ActiveCall) -> None:
    """Authorize the call and run its handler, in one transaction."""
    action = f"{call.service.signing_name}:{call.operation.name}"
    try:
        with call.world.transaction(call.caller, action, call.effect) as tx:
            call.tx, call.at = tx, tx.now
            _authorize(call)
            try:
                _handle(call)
            except Recorded as refusal:
                call.failure = _refusal_error(call, refusal)
                _record_with_changes(call, tx)
                raise
            _record_with_changes(call, tx)
    except Refused as refusal:
        raise _refusal_error(call, refusal) from None


def render(call: ActiveCall) -> None:
    """Render the output as a reply."""
    replies = reply_format(call.service.protocol, call.request)
    call.reply = replies.render(call.service, call.operation, call.value, call.request_id)


STAGES = (find_handler, inject_faults, validate, execute)
WIRE_STAGES = (
    route,
    find_handler,
    authenticate,
    check_session,
    apply_strictness,
    inject_faults,
    parse,
    validate,
    execute,
    render,
)


def answer(call: ActiveCall) -> Reply:
    """Return the reply to a call that came over the wire; never raise."""
    run(call, WIRE_STAGES)
    record_call(call)
    if call.failure is None:
        reply = call.reply
    else:
        reply = refuse(call.request, call.failure, call.request_id, call.route)
        if isinstance(call.failure, NotEmulated):
            runtime_of(call.world).count_not_emulated(call.failure.name)
    effect = call.effect
    return reply if effect is NO_EFFECT else replace(reply, delay=effect.delay, cut=effect.cut)


def perform(call: ActiveCall) -> Any:
    """Return the output of a direct call.

    Raises AwsError.
    """
    run(call, STAGES)
    record_call(call)
    if call.failure is not None:
        raise call.failure
    return call.value


def refuse(request: Request, error: AwsError, request_id: str, route: Route | None = None) -> Reply:
    """Return the reply that tells a client of an error, in the protocol of its request."""
    protocol = route.protocol if route else routing.protocol_of(request)
    return reply_format(protocol, request).refuse(route.service if route else None, error, request_id)


def record_call(call: ActiveCall) -> None:
    """Add a call to the call log of its world, if its caller was identified."""
    if call.caller is UNIDENTIFIED or call.is_recorded:
        return
    call_log, storage = runtime_of(call.world).call_log, storage_of(call.world)
    if storage is None:
        call_log.add(_call_record(call))
    else:
        storage.log(call_log, _call_record(call))


def _record_with_changes(call: ActiveCall, tx: Transaction) -> None:
    """Have a call that changes something logged together with its changes, if these are stored."""
    if call.world.storage is None:
        return
    if tx.state is not call.world.state or not is_read_only(call.operation.name):
        tx.call_record = LoggedCall(runtime_of(call.world).call_log, _call_record(call))
        call.is_recorded = True


def _call_record(call: ActiveCall) -> CallRecord:
    name, request, failure = call.operation.name, call.request, call.failure
    size = len(request.body) + len(request.query)
    return CallRecord(
        at=call.at or call.world.clock.now(),
        service=call.service,
        operation=name,
        caller=call.caller,
        members=call.members if size <= MAX_INPUT else None,
        value=None if is_read_only(name) else call.value,
        failure=CallFailure(failure.code, failure.message, failure.recorded_message, failure.fault_id)
        if failure
        else None,
        request_id=call.request_id,
        user_agent=intern(call.user_agent[:MAX_USER_AGENT]),
        size=size if size <= MAX_INPUT else 0,
    )


def run(call: C, stages: Sequence[Callable[[C], None]]) -> None:
    """Run the stages up to the first that fails."""
    try:
        for stage in stages:
            stage(call)
    except AwsError as error:
        # The traceback refers to the call, which would live on until the next collection of cycles.
        error.__traceback__ = error.__context__ = None
        call.failure = error
        if error.code.startswith("AccessDenied") or isinstance(error, DenialError):
            runtime_of(call.world).decisions.record_denial(call.request_id)
    except NotStored as error:
        call.is_recorded, call.failure = False, AwsError("ServiceUnavailable", str(error), 503)
    except Exception:
        log.exception("request %s: %s", call.request_id, call.route.name if call.route else "")
        protocol = call.route.protocol if call.route else routing.protocol_of(call.request)
        call.failure = internal_error(protocol, call.request_id)


def _authorize(call: ActiveCall) -> None:
    """Evaluate the policies that apply to the call, unless none can decide it.

    The resource policy of an organization delegates actions to members even if permissions are off.
    Raises AwsError.
    """
    tx, may_be_delegated = call.tx, call.service.name == "organizations"
    if call.iam == "off" and not may_be_delegated:
        return
    # A role's trust policy applies to every caller that assumes it.
    if call.operation.name != "AssumeRole" and needs_no_evaluation(tx.state, tx.caller, tx.now):
        return
    request, (authorize, is_delegated) = _authorization_request(call), _authorization()[1:]
    if call.iam != "off":
        if request.request_id:
            runtime_of(call.world).decisions.record(request.request_id, request)
        authorize(call.service, request)
    if may_be_delegated:
        tx.is_delegated = is_delegated(request)


def _authorization_request(call: ActiveCall) -> "AuthorizationRequest":
    tx = call.tx
    return _authorization()[0](
        tx.state,
        tx.caller,
        tx.now,
        call.service.signing_name,
        call.operation.name,
        call.members or {},
        call.request_keys,
        enforced=call.iam == "enforce",
        added_services=tx.added_services,
        request_id=call.request_id if len(call.request.body) <= MAX_INPUT else "",
    )


@cache
def _authorization() -> (
    "tuple[type[AuthorizationRequest], Callable[[Service, AuthorizationRequest], None], "
    "Callable[[AuthorizationRequest], bool]]"
):
    """Import what the evaluation of policies needs: most callers are root users, whose calls need none."""
    from artifact_emulator.aws.authorization.authorize import authorize, is_delegated
    from artifact_emulator.aws.authorization.request import AuthorizationRequest

    return AuthorizationRequest, authorize, is_delegated


def _refusal_error(call: ActiveCall, refusal: Refused) -> AwsError:
    """Return the error for a refusal; that of the caller's account is explained as a denial."""
    if call.service.name != "organizations" or not isinstance(refusal, WrongAccount | NotParty):
        return error_of(call.service, refusal, call.caller)
    from artifact_emulator.aws.authorization.authorize import account_denial

    request = _authorization_request(call)._replace(is_refused=True, enforced=True)
    if call.iam != "off" and request.request_id:
        runtime_of(call.world).decisions.record(request.request_id, request)
    return account_denial(call.service, request)


def _handle(call: ActiveCall) -> None:
    """Run the handler, on an earlier state if that is the effect."""
    effect = call.effect
    if effect.stale_state is not None:
        call.tx = call.tx.as_of(effect.stale_state)
    before = call.tx.state
    call.value = call.handler(call, call.input)
    if effect.on_change is not None and call.tx.state is not before:
        effect.on_change(before, call.tx.state, call.tx.now)
