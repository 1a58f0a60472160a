"""Checks of the arguments that tests pass to the kit: a mistake is an error of one sentence."""

from datetime import datetime, timedelta


def checked_account_id(value: object) -> str:
    """Return an account id.

    Raises ValueError: on the wire, any other access key that the world does not know stands for 123456789012.
    """
    if not (isinstance(value, str) and len(value) == 12 and value.isascii() and value.isdecimal()):
        raise ValueError(f"{value!r} is not an account id, which has 12 digits")
    return value


def checked_instant(value: object) -> datetime:
    """Return an instant.

    Raises TypeError for another type, and ValueError without a time zone.
    """
    if not isinstance(value, datetime):
        raise TypeError(f"expected a datetime, such as datetime(2026, 1, 1, tzinfo=UTC), not {value!r}")
    if value.tzinfo is None:
        raise ValueError(f"{value!r} has no time zone: write datetime(..., tzinfo=UTC)")
    return value


def checked_span(value: object) -> timedelta:
    """Return a span of time.

    Raises TypeError for another type.
    """
    if not isinstance(value, timedelta):
        raise TypeError(f"expected a timedelta, such as timedelta(days=15), not {value!r}")
    return value
