"""What AWS permits and few tests meet, so that clients which work by luck alone do not work here.

Short pages, and empty ones with more behind them; a mutating operation that is throttled once and once
meets another change; accounts that are not created at once; reads that do not know the latest change
yet. Each is bounded, so a client that goes on, waits and tries again gets what it wants. All follows
from a seed and from what each account called before.

Sources: https://docs.aws.amazon.com/organizations/latest/APIReference/API_ListAccounts.html (pages),
https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot.html (changes that are not always visible at once),
https://docs.aws.amazon.com/organizations/latest/APIReference/API_CreateAccount.html (asynchronous).
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random
from threading import Lock

from artifact_emulator.activity.call_log import only_reads
from artifact_emulator.aws.errors.aws_error import AwsError
from artifact_emulator.aws.service_model import Service
from artifact_emulator.faults.kinds import Error
from artifact_emulator.faults.rules import Effect, can_give, failure
from artifact_emulator.faults.throttling import BUSY, throttled
from artifact_state.model import State

_SETTLING = timedelta(seconds=2)
"""Unverified: how long a change stays unseen at most; AWS names no figure."""
_LATE_READS = 2
"""How many reads of one kind by one account miss a change at most: a clock that stands still settles nothing."""
_ATTEMPTS = 3
"""Among so many calls of an operation are its two refusals: a client of botocore tries three to five times."""
_SLOWEST = 3.0
"""Seconds."""
_PAGE_AT_MOST = 3
# Unverified: that nothing else of the five services is read late. IAM says so of itself; of AWS Organizations its
# users say so: https://github.com/hashicorp/terraform-provider-aws/issues?q=organizations+eventual+consistency
_LATE = {"organizations", "iam"}
_READS = ("Get", "List", "Describe")
# Who polls has the id from the request's own answer: nobody was seen to be told that it is unknown.
_POLLED = {"DescribeCreateAccountStatus", "GetServiceLinkedRoleDeletionStatus"}


@dataclass(frozen=True, slots=True)
class _Change:
    """The latest change of the world."""

    number: int
    before: State
    after: State
    at: datetime


@dataclass(slots=True)
class StrictMode:
    """What befalls the calls of a world whose clients are to be strict."""

    seed: str
    _calls: Counter[tuple[str, str, str]] = field(default_factory=Counter)
    _late: Counter[tuple[str, str, str]] = field(default_factory=Counter)
    """The reads since the latest change."""
    _change: _Change | None = None
    _lock: Lock = field(default_factory=Lock)

    def apply(self, service: Service, operation: str, account: str, state: State, now: datetime) -> Effect:
        """Decide what befalls a call."""
        called = (account, service.name, operation)
        with self._lock:
            number = self._calls[called]
            self._calls[called] += 1
        if only_reads(operation):
            chance = self._chance("page", *called, number)
            return Effect(page_size=lambda asked: _shorter(asked, chance), past=self._past(called, state, now))
        chance = self._chance("slowness", *called, number)
        return Effect(
            failure=self._refusal(service, operation, account, number),
            slowness=timedelta(seconds=chance.uniform(1, _SLOWEST)),
            wrote=self._wrote,
        )

    def _refusal(self, service: Service, operation: str, account: str, number: int) -> AwsError | None:
        """Give the error of a mutating operation's call, if it is one of those that meet one."""
        errors = list(_errors(service, operation))
        if not account or number >= _ATTEMPTS:
            return None
        chance = self._chance("refusal", account, service.name, operation)
        places = chance.sample(range(_ATTEMPTS), len(errors))
        return next((error for place, error in zip(places, errors, strict=True) if place == number), None)

    def _past(self, called: tuple[str, str, str], state: State, now: datetime) -> State | None:
        """Give the state that a read finds in place of the present one, if it is late."""
        account, service, operation = called
        with self._lock:
            change = self._change
            # Another state than the change's own was restored, and a restored one has no past.
            if change is None or change.after is not state or not change.at <= now < change.at + _SETTLING:
                return None
            if service not in _LATE or not operation.startswith(_READS) or operation in _POLLED:
                return None
            # Unverified: who has just come into an organization is never told that there is none.
            if (account in change.before.memberships) != (account in change.after.memberships):
                return None
            looked = self._late[called]
            self._late[called] += 1
        chance = self._chance("late", *called, change.number)
        return change.before if looked < chance.randint(0, _LATE_READS) else None

    def _wrote(self, before: State, after: State, at: datetime) -> None:
        with self._lock:
            number = self._change.number + 1 if self._change else 0
            self._change = _Change(number, before, after, at)
            self._late.clear()

    def _chance(self, *about: object) -> Random:
        """Give chance that depends on what it is about and on nothing that others do meanwhile."""
        return Random(repr((self.seed, *about)))  # noqa: S311 - chance, not secrets


def _errors(service: Service, operation: str) -> Iterator[AwsError]:
    if can_give(service, operation, BUSY[service.name][0]):
        yield throttled(service)
    for shape in service.operations[operation].errors:
        code = service.errors[shape].code
        if code.startswith("ConcurrentModification"):
            yield failure(service, Error(code=code))


def _shorter(asked: int, chance: Random) -> int:
    """Give a few of what is asked for, or nothing."""
    return chance.randint(0, min(asked, _PAGE_AT_MOST))
