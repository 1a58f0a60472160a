"""Fault rules: which calls of a world are affected, how often, and by which kind of fault.

Errors are injected before the operation, so that an affected call changes nothing.
"""

import random
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from threading import Lock
from typing import assert_never

from artifact_emulator.aws.errors.aws_error import AwsError
from artifact_emulator.aws.service_model import Service
from artifact_emulator.aws.service_profile import PROFILES
from artifact_emulator.faults.effect import NO_EFFECT, Effect
from artifact_emulator.faults.errors import can_return, error_codes, injected_error
from artifact_emulator.faults.kinds import Action, DeletionFailure, Error, Latency, Reset, Truncate, kind_of
from artifact_state.closest_name import closest
from artifact_state.model import CreationFailure, InquiryFailure
from artifact_state.record import Record, replace


class ImpossibleFault(ValueError):
    """A fault rule that could never affect a call; the message says why."""


class TooManyFaults(Exception):
    """The world has as many fault rules as it may have."""


MAX_RULES = 1_000
"""The fault rules of a world: each is compared with each call."""


class FaultRule(Record):
    """The calls that are affected, how often, and by which fault."""

    service: str
    action: Action
    operation: str | None = None
    """The operation; any operation of the service if None."""
    account: str | None = None
    """The caller's account; any account if None."""
    probability: float = 1.0
    times: int | None = None
    """How many calls are affected at most; any number if None."""
    nth: int = 1
    """The first eligible call that is affected; the first is 1."""
    ttl: timedelta | None = None
    """How long the rule lasts by the world's clock."""


@dataclass(slots=True)
class ActiveRule:
    """A fault rule that is set, with its counters."""

    id: str
    rule: FaultRule
    since: datetime
    eligible: int = 0
    """The calls of its operation and account so far."""
    matched: int = 0
    """The calls that it has affected."""


@dataclass(slots=True)
class Faults:
    """The fault rules of a world, in the order in which they were set; equal seeds draw equal numbers."""

    seed: str = ""
    _rules: list[ActiveRule] = field(default_factory=list)
    _last_number: int = 0
    _lock: Lock = field(default_factory=Lock)
    _random: random.Random = field(init=False)

    def __post_init__(self) -> None:
        self._random = random.Random(self.seed)  # noqa: S311 - not a secret

    def __bool__(self) -> bool:
        return bool(self._rules)

    def add(self, rule: FaultRule, service: Service, now: datetime) -> ActiveRule:
        """Set a rule.

        Raises ImpossibleFault, TooManyFaults.
        """
        _check(rule, service)
        with self._lock:
            if len(self._rules) >= MAX_RULES:
                raise TooManyFaults(f"The world has {MAX_RULES} faults, its limit: delete some.")
            self._last_number += 1
            active = ActiveRule(f"fault-{self._last_number}", rule, now)
            self._rules.append(active)
        return active

    def restore(self, rules: Iterable[ActiveRule]) -> None:
        """Set rules that were stored, with their counters."""
        with self._lock:
            self._rules = sorted(rules, key=_number_of)
            self._last_number = max(map(_number_of, self._rules), default=0)

    def rules(self) -> list[ActiveRule]:
        """Return the rules that are set, also those that will not affect any further call."""
        return list(self._rules)

    def remove(self, fault_id: str) -> bool:
        """Remove a rule, and return whether it was set."""
        with self._lock:
            remaining = [active for active in self._rules if active.id != fault_id]
            was_set = len(remaining) < len(self._rules)
            self._rules = remaining
        return was_set

    def clear(self) -> None:
        """Remove all rules."""
        with self._lock:
            self._rules = []

    def apply(
        self, service: Service, operation: str, account_id: str, now: datetime, effect: Effect = NO_EFFECT
    ) -> Effect:
        """Return the effect on a call: `effect`, and of each further kind of fault that of the first matching rule."""
        with self._lock:
            for active in self._rules:
                if self._matches(active, service, operation, account_id, now):
                    effect = _with_action(effect, active, service, self._random)
        return effect

    def _matches(self, active: ActiveRule, service: Service, operation: str, account_id: str, now: datetime) -> bool:
        """Return whether a rule affects a call, and count the call."""
        rule = active.rule
        is_eligible = (
            rule.service == service.name
            and rule.operation in (None, operation)
            and rule.account in (None, account_id)
            and (rule.ttl is None or now < active.since + rule.ttl)
            and (not isinstance(rule.action, Error) or can_return(service, operation, rule.action.code))
        )
        if not is_eligible:
            return False
        active.eligible += 1
        is_used_up = rule.times is not None and active.matched >= rule.times
        if is_used_up or active.eligible < rule.nth or self._random.random() >= rule.probability:
            return False
        active.matched += 1
        return True


def _number_of(active: ActiveRule) -> int:
    return int(active.id.rpartition("-")[2])


def _with_action(effect: Effect, active: ActiveRule, service: Service, source: random.Random) -> Effect:  # noqa: PLR0911 - one for each kind.
    """Add the action of a rule to an effect, which has at most one of each kind: the first."""
    action = active.rule.action
    match action:
        case Error():
            return replace(effect, failure=effect.failure or _failure(service, action, active.id))
        case Latency():
            return replace(effect, delay=effect.delay or action.seconds(source))
        case Reset():
            return replace(effect, cut=effect.cut or "reset")
        case Truncate():
            return replace(effect, cut=effect.cut or "truncated")
        case CreationFailure():
            return replace(effect, creation_failure=effect.creation_failure or action)
        case DeletionFailure():
            return replace(effect, deletion_fails=True)
        case InquiryFailure():
            return replace(effect, inquiry_failure=effect.inquiry_failure or action)
        case _:
            assert_never(action)


def _failure(service: Service, error: Error, fault_id: str) -> AwsError:
    failure = injected_error(service, error)
    failure.fault_id = fault_id
    return failure


def _check(rule: FaultRule, service: Service) -> None:
    if rule.operation is not None and rule.operation not in service.operations:
        hint = closest(rule.operation, service.operations) or "."
        raise ImpossibleFault(f"{service.name} has no operation {rule.operation}{hint}")
    operations = [rule.operation] if rule.operation else list(service.operations)
    if isinstance(rule.action, Error):
        _check_error(rule.action, service, operations)
    kind = kind_of(rule.action)
    if kind.operations and not set(operations) & set(kind.operations):
        raise ImpossibleFault(f"{kind.name} applies only to {' and '.join(kind.operations)}.")


def _check_error(error: Error, service: Service, operations: list[str]) -> None:
    codes = set[str]().union(*(error_codes(service, operation) for operation in operations))
    if error.code not in codes and service.name in PROFILES:
        subject = operations[0] if len(operations) == 1 else f"any operation of {service.name}"
        hint = closest(error.code, codes) or f"; it can answer {', '.join(sorted(codes))}."
        raise ImpossibleFault(f"{subject} cannot answer {error.code}{hint}")
    shape = next((shape for shape in service.errors.values() if shape.code == error.code), None)
    if error.reason is not None and (shape is None or "Reason" not in shape.members):
        raise ImpossibleFault(f"{error.code} has no Reason.")
