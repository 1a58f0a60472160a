"""The clock of a world: the real time, or a time that a test sets. All instants are aware and in UTC."""

from datetime import UTC, datetime, timedelta

EARLIEST = datetime(1970, 1, 1, tzinfo=UTC)
LATEST = datetime(9000, 1, 1, tzinfo=UTC)
"""A margin below the year 9999, where datetime ends, for instants computed from this one, such as an expiry."""

_RANGE = f"A clock supports instants from {EARLIEST:%Y-%m-%d} to {LATEST:%Y-%m-%d}."


class InstantOutOfRange(ValueError):
    """The instant lies outside the range that a clock supports."""


class InstantInThePast(InstantOutOfRange):
    """The instant lies before the latest change of the world, whose contents would not exist yet."""

    def __init__(self, instant: datetime, latest: datetime) -> None:
        self.latest = latest
        super().__init__(
            f"The clock cannot show {instant.isoformat()}: the world has changed at {latest.isoformat()}. "
            "To begin a world at an earlier time, use `clock` in a scenario, `worlds create --at`, `emulate(at=...)` "
            "or @artifact_clock."
        )


class Clock:
    """A clock that shows the real time, a time ahead of it, or a frozen instant."""

    def __init__(self, *, frozen_at: datetime | None = None) -> None:
        self._frozen_at = None if frozen_at is None else _checked(frozen_at)
        self._ahead = timedelta(0)

    def now(self) -> datetime:
        """Return the instant that the clock shows."""
        if self._frozen_at is not None:
            return self._frozen_at
        return datetime.now(UTC) + self._ahead

    @property
    def is_frozen(self) -> bool:
        """Return whether the clock is frozen."""
        return self._frozen_at is not None

    @property
    def frozen_at(self) -> datetime | None:
        """Return the instant at which the clock is frozen, or None if it runs."""
        return self._frozen_at

    @property
    def ahead(self) -> timedelta:
        """Return how far the running clock is ahead of the real time."""
        return self._ahead

    def freeze(self, instant: datetime) -> None:
        """Freeze the clock at an instant.

        Raises InstantOutOfRange.
        """
        self._frozen_at = _checked(instant)

    def advance(self, span: timedelta) -> None:
        """Move the clock forward, whether it runs or is frozen.

        Raises InstantOutOfRange.
        """
        now = self.now()
        if span > LATEST - now:
            raise InstantOutOfRange(_RANGE)
        _checked(now + span)
        if self._frozen_at is not None:
            self._frozen_at += span
        else:
            self._ahead += span

    def resume(self) -> None:
        """Show the real time again."""
        self._frozen_at = None
        self._ahead = timedelta(0)


def _checked(instant: datetime) -> datetime:
    if not EARLIEST <= instant <= LATEST:
        raise InstantOutOfRange(_RANGE)
    return instant.astimezone(UTC)
