"""When a request was signed: whether that is near enough to now, in AWS's words if it is not.

Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-troubleshooting.html
"""

import re
from collections.abc import Iterable
from datetime import datetime, timedelta

from artifact_emulator.aws.service_model import Protocol
from artifact_emulator.aws.signing.sigv4 import INSTANT, Claim, Incomplete

_BASIC = re.compile(r"\d{8}T\d{6}Z", re.ASCII)
_LONGEST = timedelta(days=7)
# Seen in what AWS answers: STS and IAM say "15 min.", the JSON services "5 min.".
_NEAR: dict[Protocol, timedelta] = {
    "query": timedelta(minutes=15),
    "json": timedelta(minutes=5),
    "rest-json": timedelta(minutes=5),
}


def time_problem(claim: Claim, nows: Iterable[datetime], protocol: Protocol) -> str | None:
    """Say why the time of a signature is wrong by each of several clocks; None if it is right by one of them.

    Raises Incomplete for what is no time at all.
    """
    signed_at = _instant_of(claim)
    if claim.date != claim.instant[:8]:
        return (
            "Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from HTTP: "
            f"'{claim.date}' != '{claim.instant[:8]}', from '{claim.instant}'."
        )
    told = [_told(signed_at, now, _NEAR[protocol], _lifetime_of(claim)) for now in nows]
    return None if None in told else told[0]


def _told(signed_at: datetime, now: datetime, near: timedelta, lifetime: timedelta | None) -> str | None:
    good_for = near if lifetime is None else lifetime
    if now - signed_at > good_for:
        span = f"{_text(now)} - {_minutes(good_for)} min."
        return f"Signature expired: {_text(signed_at)} is now earlier than {_text(now - good_for)} ({span})"
    if signed_at - now > near:
        span = f"{_text(now)} + {_minutes(near)} min."
        return f"Signature not yet current: {_text(signed_at)} is still later than {_text(now + near)} ({span})"
    return None


def _instant_of(claim: Claim) -> datetime:
    if not claim.instant:
        raise Incomplete("Authorization header requires existence of either a 'X-Amz-Date' or a 'Date' header.")
    # Many times as fast as to read by a format; what is written otherwise is no time.
    written = claim.instant if _BASIC.fullmatch(claim.instant) else ""
    try:
        return datetime.fromisoformat(written)
    except ValueError:
        raise Incomplete(
            f"Date must be in ISO-8601 'basic format'. Got '{claim.instant}'. See http://en.wikipedia.org/wiki/ISO_8601"
        ) from None


def _lifetime_of(claim: Claim) -> timedelta | None:
    if claim.lifetime is None:
        return None
    seconds = int(claim.lifetime) if re.fullmatch(r"\d{1,9}", claim.lifetime, re.ASCII) else 0
    # Unverified: the words of what AWS's reference of presigned requests says.
    if not timedelta(0) < timedelta(seconds=seconds) <= _LONGEST:
        raise Incomplete("X-Amz-Expires must be between 1 and 604800 seconds.")
    return timedelta(seconds=seconds)


def _text(instant: datetime) -> str:
    return instant.strftime(INSTANT)


def _minutes(span: timedelta) -> str:
    return f"{span.total_seconds() / 60:g}"
