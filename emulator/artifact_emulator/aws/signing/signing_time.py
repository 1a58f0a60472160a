"""The time of a signature: refuse signatures that are too old or too new, in AWS's words.

A presigned request is as old as any other may be, whatever its X-Amz-Expires says; only Amazon S3 heeds that.
Observed for AWS STS: https://github.com/aws/aws-sdk-go/issues/2167
Source for Amazon S3: https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-query-string-auth.html
Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-troubleshooting.html
"""

import re
from collections.abc import Iterable
from datetime import datetime, timedelta

from artifact_emulator.aws.service_model import Protocol
from artifact_emulator.aws.signing.sigv4 import TIME_FORMAT, Claim, IncompleteSignature

_BASIC_FORMAT = re.compile(r"\d{8}T\d{6}Z", re.ASCII)
# Observed: AWS STS and IAM say "15 min.", the JSON services "5 min.".
_TOLERANCES: dict[Protocol, timedelta] = {
    "query": timedelta(minutes=15),
    "json": timedelta(minutes=5),
    "rest-json": timedelta(minutes=5),
}

_LONGEST = timedelta(days=7)
"""The longest time for which a presigned request to Amazon S3 is valid."""


def time_problem(claim: Claim, nows: Iterable[datetime], protocol: Protocol) -> str | None:
    """Return why the time of a signature is wrong by each of several clocks, or None if it is right by one of them.

    Raises IncompleteSignature if the time cannot be parsed.
    """
    signed_at = _instant_of(claim)
    if claim.date != claim.instant[:8]:
        return (
            "Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from HTTP: "
            f"'{claim.date}' != '{claim.instant[:8]}', from '{claim.instant}'."
        )
    tolerance = _TOLERANCES[protocol]
    if claim.lifetime.isdecimal() and claim.service == "s3":
        tolerance = min(timedelta(seconds=int(claim.lifetime[:7])), _LONGEST)
    problems = [_problem(signed_at, now, tolerance) for now in nows]
    return None if None in problems else problems[0]


def _problem(signed_at: datetime, now: datetime, tolerance: timedelta) -> str | None:
    if now - signed_at > tolerance:
        limit = f"{_text(now)} - {_minutes(tolerance)} min."
        return f"Signature expired: {_text(signed_at)} is now earlier than {_text(now - tolerance)} ({limit})"
    if signed_at - now > tolerance:
        limit = f"{_text(now)} + {_minutes(tolerance)} min."
        return f"Signature not yet current: {_text(signed_at)} is still later than {_text(now + tolerance)} ({limit})"
    return None


def _instant_of(claim: Claim) -> datetime:
    if not claim.instant:
        raise IncompleteSignature(
            "Authorization header requires existence of either a 'X-Amz-Date' or a 'Date' header."
        )
    # Much faster than strptime, but it accepts other formats.
    instant = claim.instant if _BASIC_FORMAT.fullmatch(claim.instant) else ""
    try:
        return datetime.fromisoformat(instant)
    except ValueError:
        raise IncompleteSignature(
            f"Date must be in ISO-8601 'basic format'. Got '{claim.instant}'. See http://en.wikipedia.org/wiki/ISO_8601"
        ) from None


def _text(instant: datetime) -> str:
    return instant.strftime(TIME_FORMAT)


def _minutes(span: timedelta) -> str:
    return f"{span.total_seconds() / 60:g}"
