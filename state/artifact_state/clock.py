"""The time of a world: real until a test turns it. All instants are aware and in UTC."""

from datetime import UTC, datetime, timedelta

EARLIEST = datetime(1970, 1, 1, tzinfo=UTC)
LATEST = datetime(9000, 1, 1, tzinfo=UTC)
"""Early enough that whatever is reckoned from an instant, such as an expiry, is one too: datetime ends with 9999."""


_SPAN = f"A clock shows instants from {EARLIEST:%Y-%m-%d} to {LATEST:%Y-%m-%d}."


class OutOfTime(ValueError):
    """A clock was to show what no clock here shows."""


class Clock:
    """Tells the time; may be frozen at an instant, or moved ahead of the real one."""

    def __init__(self, *, frozen_at: datetime | None = None) -> None:
        self._frozen_at = None if frozen_at is None else _possible(frozen_at)
        self._ahead = timedelta(0)

    def now(self) -> datetime:
        """Tell the present instant of this clock."""
        if self._frozen_at is not None:
            return self._frozen_at
        return datetime.now(UTC) + self._ahead

    @property
    def is_frozen(self) -> bool:
        """Tell whether the clock stands still."""
        return self._frozen_at is not None

    @property
    def frozen_at(self) -> datetime | None:
        """Tell at which instant the clock stands still, if it does."""
        return self._frozen_at

    @property
    def ahead(self) -> timedelta:
        """Tell how far the clock is ahead of the real time when it runs."""
        return self._ahead

    def freeze(self, instant: datetime) -> None:
        """Stand still at an instant.

        Raises OutOfTime.
        """
        self._frozen_at = _possible(instant)

    def advance(self, span: timedelta) -> None:
        """Move forward, whether the clock runs or stands still.

        Raises OutOfTime.
        """
        now = self.now()
        if span > LATEST - now:
            raise OutOfTime(_SPAN)
        _possible(now + span)
        if self._frozen_at is not None:
            self._frozen_at += span
        else:
            self._ahead += span

    def resume(self) -> None:
        """Run again, with the real time."""
        self._frozen_at = None
        self._ahead = timedelta(0)


def _possible(instant: datetime) -> datetime:
    if not EARLIEST <= instant <= LATEST:
        raise OutOfTime(_SPAN)
    return instant.astimezone(UTC)
