"""Strict mode: everything that AWS permits and that clients rarely meet in tests.

Pages are short, or empty with more to come; mutating operations are throttled once and meet one concurrent
modification; accounts take time to be created; reads may not see the latest change yet; the retired Status of accounts
is missing. All of it is bounded, so that a client that paginates, waits and retries succeeds, and follows from a seed
and from each account's previous calls.

Sources: https://docs.aws.amazon.com/organizations/latest/APIReference/API_ListAccounts.html (pages),
https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot.html (changes that are not always visible at once),
https://docs.aws.amazon.com/organizations/latest/APIReference/API_CreateAccount.html (asynchronous).
"""

from collections import Counter, OrderedDict
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random
from threading import Lock

from artifact_emulator.activity.call_log import is_read_only
from artifact_emulator.aws.errors.aws_error import AwsError
from artifact_emulator.aws.service_model import Service
from artifact_emulator.faults.effect import Effect
from artifact_emulator.faults.errors import can_return, injected_error, throttled, throttling_error_of
from artifact_emulator.faults.kinds import Error
from artifact_state.model import State
from artifact_state.record import Record

_STALENESS = timedelta(seconds=2)
"""The longest time for which a change stays unseen. Unverified: AWS states no figure."""
_MAX_STALE_READS = 2
"""How often one account's reads of one kind miss a change at most, also if the clock is frozen."""
_MAX_COUNTED_DENIALS = 1_000
_ATTEMPTS = 3
"""An operation's two errors are among its first calls, so that the three to five attempts of botocore are enough."""
_MAX_DELAY = 3.0
"""Seconds."""
_MAX_PAGE_SIZE = 3
# IAM documents eventual consistency, and users of AWS Organizations report it:
# https://github.com/hashicorp/terraform-provider-aws/issues?q=organizations+eventual+consistency
# Unverified: that the other services are consistent.
_EVENTUALLY_CONSISTENT = {"organizations", "iam"}
_READS = ("Get", "List", "Describe")
# A client polls with an id from its own request's reply. No report says that AWS did not know it.
_POLLED = {"DescribeCreateAccountStatus", "GetServiceLinkedRoleDeletionStatus"}


class _Change(Record, kw_only=False):
    """The latest change of the world."""

    number: int
    before: State
    after: State
    at: datetime


@dataclass(slots=True)
class StrictMode:
    """The strict mode of one world."""

    seed: str
    _calls: Counter[tuple[str, str, str]] = field(default_factory=Counter)
    _stale_reads: Counter[tuple[str, str, str]] = field(default_factory=Counter)
    """The reads since the latest change."""
    _details_reads: OrderedDict[str, int] = field(default_factory=OrderedDict)
    """The reads of the details of each denial before they were recorded."""
    _change: _Change | None = None
    _lock: Lock = field(default_factory=Lock)

    def effect_on(self, service: Service, operation: str, account_id: str, state: State, now: datetime) -> Effect:
        """Return the effect on a call."""
        key = (account_id, service.name, operation)
        with self._lock:
            number = self._calls[key]
            self._calls[key] += 1
        if is_read_only(operation):
            source = self._random("page", *key, number)
            return Effect(
                has_retired_members=False,
                page_size=lambda size: source.randint(0, min(size, _MAX_PAGE_SIZE)),
                stale_state=self._stale_state(key, state, now),
            )
        source = self._random("slowness", *key, number)
        return Effect(
            failure=self._failure(service, operation, account_id, number),
            minimum_delay=timedelta(seconds=source.uniform(1, _MAX_DELAY)),
            on_change=self._remember,
        )

    def has_recorded(self, authorization_id: str, denied_at: datetime, now: datetime) -> bool:
        """Return whether the details of a denial are available: AWS records them after it has refused the call.

        Observed: the third read succeeds.
        """
        with self._lock:
            reads = self._details_reads[authorization_id] = self._details_reads.get(authorization_id, 0) + 1
            if len(self._details_reads) > _MAX_COUNTED_DENIALS:
                self._details_reads.popitem(last=False)
        is_late = denied_at <= now < denied_at + _STALENESS
        return not is_late or reads > self._random("details", authorization_id).randint(1, _MAX_STALE_READS)

    def _failure(self, service: Service, operation: str, account_id: str, number: int) -> AwsError | None:
        """Return the error of a mutating operation's call, or None if this call has none."""
        errors = list(_errors(service, operation))
        if not account_id or number >= _ATTEMPTS:
            return None
        source = self._random("refusal", account_id, service.name, operation)
        places = source.sample(range(_ATTEMPTS), len(errors))
        return next((error for place, error in zip(places, errors, strict=True) if place == number), None)

    def _stale_state(self, key: tuple[str, str, str], state: State, now: datetime) -> State | None:
        """Return the state that a read sees in place of the current one, or None if it sees the current one."""
        account_id, service, operation = key
        with self._lock:
            change = self._change
            # A state that was restored since the change has no earlier state.
            if change is None or change.after is not state or not change.at <= now < change.at + _STALENESS:
                return None
            if service not in _EVENTUALLY_CONSISTENT or not operation.startswith(_READS) or operation in _POLLED:
                return None
            # Unverified: that an account that has just joined an organization always sees it.
            if (account_id in change.before.memberships) != (account_id in change.after.memberships):
                return None
            count = self._stale_reads[key]
            self._stale_reads[key] += 1
        source = self._random("late", *key, change.number)
        return change.before if count < source.randint(0, _MAX_STALE_READS) else None

    def _remember(self, before: State, after: State, at: datetime) -> None:
        """Remember a change, so that reads can miss it."""
        with self._lock:
            number = self._change.number + 1 if self._change else 0
            self._change = _Change(number, before, after, at)
            self._stale_reads.clear()

    def _random(self, *key: object) -> Random:
        """Return a source of random numbers that depends on the seed and the key alone."""
        return Random(repr((self.seed, *key)))  # noqa: S311 - not a secret


def _errors(service: Service, operation: str) -> Iterator[AwsError]:
    if can_return(service, operation, throttling_error_of(service).code):
        yield throttled(service)
    declared = service.operations.get(operation)
    for shape in declared.errors if declared else ():
        code = service.errors[shape].code
        if code.startswith("ConcurrentModification"):
            yield injected_error(service, Error(code=code))
