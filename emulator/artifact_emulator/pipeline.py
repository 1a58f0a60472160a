"""A call under way: what is learnt of it, how it is carried out, and the record that it leaves.

Whoever comes by the wire is identified before; the console knows its callers already.
"""

from dataclasses import dataclass
from datetime import datetime
from functools import cache
from sys import intern
from typing import TYPE_CHECKING, Any, Protocol

from pydantic_core import ValidationError

from artifact_emulator.activity.call_log import CallRecord, only_reads
from artifact_emulator.aws.errors import error_of
from artifact_emulator.aws.errors.aws_error import AwsError, not_emulated
from artifact_emulator.aws.service_model import Operation, Service
from artifact_emulator.aws.validation import input_error
from artifact_emulator.faults.rules import NO_EFFECT, Effect
from artifact_emulator.http import Request
from artifact_emulator.routing import Route
from artifact_emulator.services import Handler, handler_of, request_shape
from artifact_emulator.services.context import RequestContext
from artifact_emulator.world_runtime import runtime_of
from artifact_state.errors import Refused
from artifact_state.model import Caller
from artifact_state.policy_evaluation.unbounded import needs_no_evaluation
from artifact_state.world import Transaction, World
from artifact_state.world_registry import WorldRegistry

if TYPE_CHECKING:
    from collections.abc import Callable

    from artifact_emulator.aws.authorization.authorize import Iam
    from artifact_emulator.aws.authorization.request import Asked


@dataclass(slots=True)
class ActiveCall:
    """A call, and what was learnt of it so far."""

    request: Request
    """By which the emulator was asked: it tells how its documents are reached."""
    world: World
    caller: Caller | None = None
    members: dict[str, Any] | None = None
    request_id: str = ""
    iam: "Iam" = "enforce"
    at: datetime | None = None
    value: Any = None
    failure: AwsError | None = None
    effect: Effect = NO_EFFECT
    by_wire: bool = True
    """Whether a client asks, who may be held to what AWS's clients are held to: the console pages and tries nothing."""


class CallExecutor(Protocol):
    """Where calls are carried out that come by no wire: what the console knows of the core."""

    worlds: WorldRegistry

    def perform(self, under_way: ActiveCall, caller: Caller, service_name: str, operation_name: str) -> Any:
        """Carry out a call whose caller and members are known already.

        Raises Failure.
        """


def require_handler(service: Service, operation: Operation) -> Handler:
    """Give what carries out an operation.

    Raises Failure when nothing does.
    """
    handler = handler_of(service.name, operation.name)
    if handler is None:
        raise not_emulated(f"{service.name}:{operation.name}")
    return handler


def apply(under_way: ActiveCall, caller: Caller, service: Service, operation: Operation) -> None:
    """Hold a caller to AWS's rates where that is wished, and let befall a call what befalls calls in its world.

    Raises Failure.
    """
    world = under_way.world
    options, faults = world.options, runtime_of(world).faults
    if (options.throttling != "off" or options.strict_client is not None) and under_way.by_wire:
        # Imported here: few worlds are as strict as AWS.
        from artifact_emulator.faults.strictness import apply_strictness

        under_way.effect = apply_strictness(world, caller, service, operation)
    if faults:
        now = world.clock.now()
        under_way.effect = faults.apply(service, operation.name, caller.account_id, now, under_way.effect)
    if under_way.effect.failure is not None:
        raise under_way.effect.failure


def carry_out(
    under_way: ActiveCall, caller: Caller, service: Service, operation: Operation, handler: Handler
) -> object:
    """Check what is asked for against its shape, and let it happen in a transaction.

    Raises Failure.
    """
    request, world = under_way.request, under_way.world
    shape = request_shape(service.name, operation.name)
    try:
        asked = shape.model_validate(under_way.members)
    except ValidationError as error:
        raise input_error(service, error, shape, under_way.members) from None
    try:
        with world.transaction(caller, f"{service.name}:{operation.name}") as tx:
            under_way.at = tx.now
            if under_way.effect is not NO_EFFECT:
                tx.options = under_way.effect.on(tx.options)
            if under_way.iam != "off" and _is_asked(tx, operation):
                _authorize(under_way, tx, service, operation)
            headers = request.headers
            call = RequestContext(
                tx,
                world,
                headers.get("host", "localhost"),
                request.base,
                user_agent=headers.get("user-agent", ""),
                page_size=under_way.effect.page_size,
            )
            effect = under_way.effect
            return handler(call, asked) if effect is NO_EFFECT else effect.carry_out(handler, call, asked)
    except Refused as refusal:
        raise error_of(service, refusal, caller) from None


def _is_asked(tx: Transaction, operation: Operation) -> bool:
    """Tell whether policies have a word in a call: those of a role's account have, whoever is to assume it."""
    return operation.name == "AssumeRole" or not needs_no_evaluation(tx.state, tx.caller, tx.now)


def _authorize(under_way: ActiveCall, tx: Transaction, service: Service, operation: Operation) -> None:
    """Ask the policies of whoever is bound by some.

    Raises Failure.
    """
    asked_of, enforce = _enforcement()
    members, enforced = under_way.members or {}, under_way.iam == "enforce"
    sent_by = {"aws:useragent": (under_way.request.headers.get("user-agent", ""),)}
    asked = asked_of(tx.state, tx.caller, tx.now, service.name, operation.name, members, sent_by, enforced)
    runtime_of(under_way.world).decisions.keep(under_way.request_id, asked)
    enforce(service, asked)


@cache
def _enforcement() -> "tuple[type[Asked], Callable[[Service, Asked], None]]":
    """Give what permissions take: the root users of most tests are bound by nothing, and need not wait for it."""
    from artifact_emulator.aws.authorization.authorize import enforce
    from artifact_emulator.aws.authorization.request import Asked

    return Asked, enforce


def note(under_way: ActiveCall, asked: Route, request_id: str) -> None:
    """Add a call to its world's trail, if it is known who called."""
    service, caller = asked.service, under_way.caller
    if service is None or caller is None:
        return
    runtime_of(under_way.world).trail.add(
        CallRecord(
            at=under_way.at or under_way.world.clock.now(),
            service=service,
            operation=asked.name,
            caller=caller,
            members=under_way.members,
            value=None if only_reads(asked.name) else under_way.value,
            failure=under_way.failure,
            request_id=request_id,
            user_agent=intern(under_way.request.headers.get("user-agent", "")),
        )
    )
