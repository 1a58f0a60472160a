"""AWS's request rates: limit how often an account and an organization may call each operation.

A rate is a token bucket, of which only the instant is kept at which it will be full again: the number of missing
tokens follows from it, and a full bucket need not be kept.
Source: https://docs.aws.amazon.com/organizations/latest/userguide/orgs_reference_limits.html
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from threading import Lock

from artifact_state import catalog
from artifact_state.catalog import Quotas, RequestRate
from artifact_state.model import State

# The same page lists CreateGovCloudAccount and CreateAccount under one rate.
_SHARED_BUCKETS = {"CreateGovCloudAccount": "CreateAccount"}
_PURGE_FROM = 4096
_SECOND = 1_000_000_000
"""Instants are kept in nanoseconds, because fractions of a second are not exact as floating-point numbers."""
_TOLERANCE = 1_000
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)

Key = tuple[str, str, str]
"""Service, bucket, and the account or organization that it belongs to."""


@dataclass(slots=True)
class Throttle:
    """The token buckets of a world."""

    _full_at: dict[Key, int] = field(default_factory=dict)
    _purge_from: int = _PURGE_FROM
    _lock: Lock = field(default_factory=Lock)

    def take(self, rates: Mapping[Key, RequestRate], now: datetime) -> float:
        """Take one token from each bucket and return 0, or take none and return the seconds until all have one."""
        instant = (now - _EPOCH) // timedelta(microseconds=1) * 1_000
        with self._lock:
            longest = max((self._wait(key, rate, instant) for key, rate in rates.items()), default=0)
            if longest > _TOLERANCE:
                return longest / _SECOND
            for key, rate in rates.items():
                self._full_at[key] = max(self._full_at.get(key, 0), instant) + _duration(1, rate)
            if len(self._full_at) > self._purge_from:
                self._purge(instant)
        return 0.0

    def _wait(self, key: Key, rate: RequestRate, instant: int) -> int:
        # No bucket lacks more than all of its tokens, even after the clock was set back.
        full_at = min(self._full_at.get(key, 0), instant + _duration(rate.burst, rate))
        if key in self._full_at:
            self._full_at[key] = full_at
        return max(full_at - instant, 0) - _duration(rate.burst - 1, rate)

    def _purge(self, instant: int) -> None:
        self._full_at = {key: full_at for key, full_at in self._full_at.items() if full_at > instant}
        # Twice the remaining number, so that the amortized cost of a call stays bounded.
        self._purge_from = max(_PURGE_FROM, 2 * len(self._full_at))


def _duration(tokens: int, rate: RequestRate) -> int:
    """Return the nanoseconds in which a number of tokens flows in."""
    return round(tokens * _SECOND / rate.per_second)


def rates_of(service: str, operation: str, account_id: str, state: State, quotas: Quotas) -> dict[Key, RequestRate]:
    """Return the rates that limit a call, by the bucket that it takes a token from."""
    return dict(_rates(service, operation, account_id, state, quotas))


def _rates(
    service: str, operation: str, account_id: str, state: State, quotas: Quotas
) -> Iterator[tuple[Key, RequestRate]]:
    for shared in catalog.shared_rates():
        if shared.holds_for(service, operation):
            yield (service, "", account_id), shared.rate
    rates = quotas.request_rates.get(operation) if service == "organizations" else None
    if rates is None:
        return
    bucket = _SHARED_BUCKETS.get(operation, operation)
    yield (service, bucket, account_id), rates.account
    membership = state.memberships.get(account_id)
    if rates.organization is not None and membership is not None:
        yield (service, bucket, membership.organization_id), rates.organization
