"""Durations and instants as users write them: `2h30m`, `2026-01-01T00:00:00Z`."""

import re
from datetime import UTC, datetime, timedelta

_DURATION = re.compile(r"(?=\d)(?:(\d{1,8})d)?(?:(\d{1,8})h)?(?:(\d{1,8})m)?(?:(\d{1,10})s?)?", re.ASCII)


def duration_of(text: str) -> timedelta:
    """Return the duration that a text such as `15d`, `2h30m` or `90` describes.

    Raise ValueError with a sentence for users if it describes none.
    """
    match = _DURATION.fullmatch(text)
    if match is None:
        raise ValueError(f"{text!r} is not a duration, such as 15d, 2h30m, 90s or 90")
    days, hours, minutes, seconds = (int(number or 0) for number in match.groups())
    return timedelta(days=days, hours=hours, minutes=minutes, seconds=seconds)


def instant_of(text: str) -> datetime:
    """Return the instant that a text describes, in UTC if it names no time zone.

    Raise ValueError with a sentence for users if it describes none.
    """
    try:
        instant = datetime.fromisoformat(text)
    except ValueError:
        raise ValueError(f"{text!r} is not an instant, such as 2026-01-01T00:00:00Z") from None
    return instant if instant.tzinfo else instant.replace(tzinfo=UTC)
