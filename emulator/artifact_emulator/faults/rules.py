"""Failures on demand: what AWS, or the way to it, may do to any call and a test seldom sees.

A fault is a rule: which calls it befalls, how often, and what it does to them. It comes before the
operation, so the call that it befalls has changed nothing.
"""

import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from threading import Lock
from typing import Any, assert_never

from artifact_emulator.aws.errors.aws_error import AwsError
from artifact_emulator.aws.pagination import PageSize
from artifact_emulator.aws.service_model import Protocol, Service
from artifact_emulator.faults.kinds import Action, DeletionFailure, Error, Latency, Reset, Truncate, kind_of
from artifact_emulator.http import Cut
from artifact_emulator.services.context import RequestContext
from artifact_state.model import CreationFailure, InquiryFailure, State
from artifact_state.world import Options

# What every operation may answer although no model declares it.
# Sources: https://docs.aws.amazon.com/IAM/latest/APIReference/CommonErrors.html and the other services' same page.
COMMON: Mapping[Protocol, Mapping[str, int]] = {
    "json": {"ThrottlingException": 400, "RequestExpired": 400, "ServiceUnavailable": 503, "InternalFailure": 500},
    "rest-json": {"ServiceUnavailable": 503, "InternalFailure": 500},
    "query": {"Throttling": 400, "RequestExpired": 400, "ServiceUnavailable": 503, "InternalFailure": 500},
}
_REQUIRED = {
    "reason": "other",
    "resourceId": "fault",
    "resourceType": "fault",
    "serviceCode": "artifact",
    "quotaCode": "fault",
}
"""What AWS Artifact's errors must have besides a message, for clients that read them by their model."""
_MESSAGES = {
    "ConcurrentModificationException": "The target of the operation is currently being modified by a different "
    "request. Try again later.",
    "ThrottlingException": "Rate exceeded",
    "Throttling": "Rate exceeded",
    "ServiceException": "AWS Organizations can't complete your request because of an internal service error. Try again "
    "later.",
}


class NotPossible(ValueError):
    """A fault that no call could meet; the text says why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """A rule: the calls it befalls, how often, and one thing that it does to them."""

    service: str
    action: Action
    operation: str | None = None
    """Any operation of the service, unless one is named."""
    account: str | None = None
    """Any caller's account, unless one is named."""
    probability: float = 1.0
    times: int | None = None
    """How often at most; for ever, unless a number is named."""
    nth: int = 1
    """The first of the calls that it befalls."""
    ttl: timedelta | None = None
    """How long the rule lasts by the world's clock."""


@dataclass(frozen=True, slots=True)
class Effect:
    """What befalls one call."""

    failure: AwsError | None = None
    delay: float = 0.0
    """Seconds."""
    cut: Cut | None = None
    creation_failure: CreationFailure | None = None
    deletion_fails: bool = False
    inquiry_failure: InquiryFailure | None = None
    slowness: timedelta = timedelta(0)
    """How long what the call begins takes at least."""
    page_size: PageSize | None = None
    past: State | None = None
    """What is read in place of the present."""
    wrote: Callable[[State, State, datetime], None] | None = None
    """Who is told of the state before a change, of the one after it, and when it was."""

    def on(self, options: Options) -> Options:
        """Give the options under which a call is carried out."""
        if not (self.creation_failure or self.deletion_fails or self.inquiry_failure or self.slowness):
            return options
        return replace(
            options,
            creation_failure=self.creation_failure or options.creation_failure,
            deletion_fails=self.deletion_fails or options.deletion_fails,
            inquiry_failure=self.inquiry_failure or options.inquiry_failure,
            creation_delay=max(self.slowness, options.creation_delay),
            closure_delay=max(self.slowness, options.closure_delay),
            deletion_delay=max(self.slowness, options.deletion_delay),
        )

    def carry_out(self, handler: Callable[[RequestContext, Any], Any], call: RequestContext, shape: Any) -> Any:
        """Let a handler do its work, in another time and with other pages if that is the effect."""
        tx = call.tx
        present = tx.state
        if self.past is not None:
            tx.state = self.past
            try:
                return handler(call, shape)
            finally:
                # What only reads leaves the present as it is.
                tx.state = present
        value = handler(call, shape)
        if self.wrote is not None and tx.state is not present:
            self.wrote(present, tx.state, tx.now)
        return value


NO_EFFECT = Effect()


@dataclass(slots=True)
class Standing:
    """A fault that is in force, and what came of it so far."""

    id: str
    fault: Fault
    since: datetime
    met: int = 0
    """The calls that fitted."""
    done: int = 0
    """Those that it befell."""


@dataclass(slots=True)
class Faults:
    """The faults of a world, in the order in which they were set; the same seed makes the same choices."""

    seed: str = ""
    _standing: list[Standing] = field(default_factory=list)
    _number: int = 0
    _lock: Lock = field(default_factory=Lock)
    _random: random.Random = field(init=False)

    def __post_init__(self) -> None:
        self._random = random.Random(self.seed)  # noqa: S311 - chance, not secrets

    def __bool__(self) -> bool:
        return bool(self._standing)

    def add(self, fault: Fault, service: Service, now: datetime) -> Standing:
        """Set a fault.

        Raises NotPossible.
        """
        _check(fault, service)
        with self._lock:
            self._number += 1
            standing = Standing(f"fault-{self._number}", fault, now)
            self._standing.append(standing)
        return standing

    def standing(self) -> list[Standing]:
        """List the faults that are set, those that have spent themselves too."""
        return list(self._standing)

    def remove(self, fault_id: str) -> bool:
        """Take a fault away; tell whether it was there."""
        with self._lock:
            kept = [one for one in self._standing if one.id != fault_id]
            found = len(kept) < len(self._standing)
            self._standing = kept
        return found

    def clear(self) -> None:
        """Take all faults away."""
        with self._lock:
            self._standing = []

    def apply(
        self, service: Service, operation: str, account: str, now: datetime, effect: Effect = NO_EFFECT
    ) -> Effect:
        """Decide what befalls a call besides: of each kind, what the first fault that fits does."""
        with self._lock:
            for standing in self._standing:
                if self._strikes(standing, service, operation, account, now):
                    effect = _with_action(effect, standing.fault.action, service, self._random)
        return effect

    def _strikes(self, one: Standing, service: Service, operation: str, account: str, now: datetime) -> bool:
        fault = one.fault
        fits = (
            fault.service == service.name
            and fault.operation in (None, operation)
            and fault.account in (None, account)
            and (fault.ttl is None or now < one.since + fault.ttl)
            and (not isinstance(fault.action, Error) or can_give(service, operation, fault.action.code))
        )
        if not fits:
            return False
        one.met += 1
        spent = fault.times is not None and one.done >= fault.times
        if spent or one.met < fault.nth or self._random.random() >= fault.probability:
            return False
        one.done += 1
        return True


def _with_action(effect: Effect, action: Action, service: Service, chance: random.Random) -> Effect:
    """Add an action to an effect, which has at most one of each kind: the first."""
    match action:
        case Error():
            effect = replace(effect, failure=effect.failure or failure(service, action))
        case Latency():
            effect = replace(effect, delay=effect.delay or action.seconds(chance))
        case Reset():
            effect = replace(effect, cut=effect.cut or "reset")
        case Truncate():
            effect = replace(effect, cut=effect.cut or "truncated")
        case CreationFailure():
            effect = replace(effect, creation_failure=effect.creation_failure or action)
        case DeletionFailure():
            effect = replace(effect, deletion_fails=True)
        case InquiryFailure():
            effect = replace(effect, inquiry_failure=effect.inquiry_failure or action)
        case _:
            assert_never(action)
    return effect


def failure(service: Service, error: Error) -> AwsError:
    """Give an error as a service words it."""
    # Imported here: few faults are set, and the rates of requests are read with it.
    from artifact_emulator.faults.throttling import BUSY, throttled

    if error == Error(code=BUSY[service.name][0]):
        return throttled(service)
    declared = next((one for one in service.errors.values() if one.code == error.code), None)
    status = declared.status if declared else COMMON[service.protocol][error.code]
    message = error.message or _MESSAGES.get(error.code, "A fault that was asked for by way of the control API.")
    members = {name: _REQUIRED[name] for name in declared.members if name in _REQUIRED} if declared else {}
    return AwsError(error.code, message, status, members=members | ({"Reason": error.reason} if error.reason else {}))


def can_give(service: Service, operation: str, code: str) -> bool:
    """Tell whether an operation may answer an error."""
    declared = {service.errors[shape].code for shape in service.operations[operation].errors}
    return code in declared or code in COMMON[service.protocol]


def _check(fault: Fault, service: Service) -> None:
    if fault.operation is not None and fault.operation not in service.operations:
        raise NotPossible(f"{service.name} has no operation {fault.operation}.")
    operations = [fault.operation] if fault.operation else list(service.operations)
    if isinstance(fault.action, Error):
        _check_error(fault.action, service, operations)
    kind = kind_of(fault.action)
    if kind.operations and not set(operations) & set(kind.operations):
        raise NotPossible(f"{kind.name} applies only to {' and '.join(kind.operations)}.")


def _check_error(error: Error, service: Service, operations: list[str]) -> None:
    where = operations[0] if len(operations) == 1 else f"any operation of {service.name}"
    if not any(can_give(service, one, error.code) for one in operations):
        codes = {service.errors[shape].code for one in operations for shape in service.operations[one].errors}
        known = ", ".join(sorted(codes | COMMON[service.protocol].keys()))
        raise NotPossible(f"{where} cannot answer {error.code}; it can answer {known}.")
    shape = next((one for one in service.errors.values() if one.code == error.code), None)
    if error.reason is not None and (shape is None or "Reason" not in shape.members):
        raise NotPossible(f"{error.code} has no Reason.")
