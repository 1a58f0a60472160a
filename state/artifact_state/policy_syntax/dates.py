"""Dates in policies: ISO 8601, or the seconds since 1970, compared to the millisecond.

Sources: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html
https://github.com/radkawar/stackd/blob/9dc356f5e5cc49d2d334178a09c1398dd1c62617/testdata/aws/iam/condition_values.json
"""

import re
from datetime import UTC, datetime, timedelta
from functools import lru_cache

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MAX_SECONDS = 2**63
_SECONDS = re.compile(r"-?\d{1,19}", re.ASCII)
_ISO_8601 = re.compile(
    r"(?P<year>[+-]?\d{1,9})(-(?P<month>0[1-9]|1[0-2])(-(?P<day>0[1-9]|[12]\d|3[01]))?)?"
    r"(T((?P<hour>\d{1,2}):(?P<minute>\d{2})(:(?P<second>\d{2})(\.(?P<fraction>\d{1,9}))?)?)?"
    r"(Z|(?P<sign>[+-])(?P<hours>\d{2})(:?(?P<minutes>\d{2}))?)?)?",
    re.IGNORECASE | re.ASCII,
)
# The calendar repeats itself after 400 years, so that any year has an equivalent one that `datetime` can represent.
_CYCLE_YEARS, _CYCLE = 400, timedelta(days=146_097) // timedelta(milliseconds=1)
_CYCLES_UNTIL_2000 = 5


@lru_cache(maxsize=1024)
def milliseconds(text: str) -> int | None:
    """Return the milliseconds since 1970 of a date; None for a text that is not a date.

    Unverified: four digits are seconds, not a year; further digits of a second are ignored.
    """
    if _SECONDS.fullmatch(text):
        return int(text) * 1000 if -_MAX_SECONDS <= int(text) < _MAX_SECONDS else None
    match = _ISO_8601.fullmatch(text)
    if match is None:
        return None
    cycles, year = divmod(int(match["year"]), _CYCLE_YEARS)
    try:
        instant = datetime(
            _CYCLES_UNTIL_2000 * _CYCLE_YEARS + year,
            int(match["month"] or 1),
            int(match["day"] or 1),
            int(match["hour"] or 0),
            int(match["minute"] or 0),
            int(match["second"] or 0),
            int((match["fraction"] or "")[:3].ljust(3, "0")) * 1000,
            UTC,
        )
    except ValueError:
        return None
    offset = timedelta(hours=int(match["hours"] or 0), minutes=int(match["minutes"] or 0))
    instant += offset if match["sign"] == "-" else -offset
    return (instant - _EPOCH) // timedelta(milliseconds=1) + (cycles - _CYCLES_UNTIL_2000) * _CYCLE
