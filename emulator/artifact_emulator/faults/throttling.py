"""AWS's request rates: how often an account, and an organization, may call what, and the refusal of what is more.

A rate is a token bucket. Of a bucket only the instant is kept at which it will be full again: what is
missing in it follows from that instant, and a bucket that is full is the same as none.
Source: https://docs.aws.amazon.com/organizations/latest/userguide/orgs_reference_limits.html
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from math import ceil
from threading import Lock

from artifact_emulator.aws.errors.aws_error import AwsError
from artifact_emulator.aws.service_model import Service
from artifact_state import catalog
from artifact_state.catalog import Quotas, RequestRate
from artifact_state.model import State

BUSY = {
    "organizations": (
        "TooManyRequestsException",
        "You have sent too many requests in too short a period of time. Try again later.",
        400,
    ),
    "artifact": ("ThrottlingException", "Rate exceeded", 429),
    "cloudtrail": ("ThrottlingException", "Rate exceeded", 400),
    "iam": ("Throttling", "Rate exceeded", 400),
    "sts": ("Throttling", "Rate exceeded", 400),
}
"""By service, how it says that it was asked too often: code, message, HTTP status.

Sources: https://github.com/awslabs/aws-deployment-framework/issues/781 (AWS Organizations),
https://repost.aws/knowledge-center/iam-sts-throttling-error (IAM, STS).
Unverified: the words of AWS Artifact and AWS CloudTrail; that AWS Organizations leaves Type out."""
# CreateGovCloudAccount takes from the bucket of CreateAccount: the same page, by its table of account operations.
_SHARED = {"CreateGovCloudAccount": "CreateAccount"}
_FORGET_FROM = 4096
_SECOND = 1_000_000_000
"""In nanoseconds, in which instants are kept: binary fractions of a second add up to something else."""
_TOLERANCE = 1_000
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)

Key = tuple[str, str, str]
"""Service, bucket, and whose it is."""


@dataclass(slots=True)
class Throttle:
    """The buckets of a world."""

    _full_at: dict[Key, int] = field(default_factory=dict)
    _forget_from: int = _FORGET_FROM
    _lock: Lock = field(default_factory=Lock)

    def take(self, rates: Mapping[Key, RequestRate], now: datetime) -> float:
        """Take a token out of each bucket, or none out of any; give the seconds until all have one, 0 if they had."""
        instant = (now - _EPOCH) // timedelta(microseconds=1) * 1_000
        with self._lock:
            longest = max((self._wait(key, rate, instant) for key, rate in rates.items()), default=0)
            if longest > _TOLERANCE:
                return longest / _SECOND
            for key, rate in rates.items():
                self._full_at[key] = max(self._full_at.get(key, 0), instant) + _time(1, rate)
            if len(self._full_at) > self._forget_from:
                self._forget(instant)
        return 0.0

    def _wait(self, key: Key, rate: RequestRate, instant: int) -> int:
        # Nothing lacks more than all, even when the clock was turned back.
        full_at = min(self._full_at.get(key, 0), instant + _time(rate.burst, rate))
        if key in self._full_at:
            self._full_at[key] = full_at
        return max(full_at - instant, 0) - _time(rate.burst - 1, rate)

    def _forget(self, instant: int) -> None:
        self._full_at = {key: full_at for key, full_at in self._full_at.items() if full_at > instant}
        # Twice as many as are left, so that each call pays for a bounded part of the next time.
        self._forget_from = max(_FORGET_FROM, 2 * len(self._full_at))


def _time(tokens: int, rate: RequestRate) -> int:
    """Tell how long so many tokens flow in."""
    return round(tokens * _SECOND / rate.per_second)


def rates_of(service: str, operation: str, account_id: str, state: State, quotas: Quotas) -> dict[Key, RequestRate]:
    """Give the rates that a call is held to, by the bucket that it takes from."""
    return dict(_rates(service, operation, account_id, state, quotas))


def throttled(service: Service, wait: float = 0.0) -> AwsError:
    """Give a service's answer to who asks too often, with the whole seconds to wait where the service tells them."""
    code, message, status = BUSY[service.name]
    tells = any("retryAfterSeconds" in one.members for one in service.errors.values() if one.code == code)
    return AwsError(code, message, status, members={"retryAfterSeconds": max(1, ceil(wait))} if tells else None)


def _rates(
    service: str, operation: str, account_id: str, state: State, quotas: Quotas
) -> Iterator[tuple[Key, RequestRate]]:
    for shared in catalog.shared_rates():
        if shared.holds_for(service, operation):
            yield (service, "", account_id), shared.rate
    rates = quotas.request_rates.get(operation) if service == "organizations" else None
    if rates is None:
        return
    bucket = _SHARED.get(operation, operation)
    yield (service, bucket, account_id), rates.account
    membership = state.memberships.get(account_id)
    if rates.organization is not None and membership is not None:
        yield (service, bucket, membership.organization_id), rates.organization
