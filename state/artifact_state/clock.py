"""The time of a world: real until a test turns it. All instants are aware and in UTC."""

from datetime import UTC, datetime, timedelta


class Clock:
    """Tells the time; may be frozen at an instant, or moved ahead of the real one."""

    def __init__(self, *, frozen_at: datetime | None = None) -> None:
        self._frozen_at = frozen_at
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
        """Stand still at an instant."""
        self._frozen_at = instant.astimezone(UTC)

    def advance(self, span: timedelta) -> None:
        """Move forward, whether the clock runs or stands still."""
        if self._frozen_at is not None:
            self._frozen_at += span
        else:
            self._ahead += span

    def resume(self) -> None:
        """Run again, with the real time."""
        self._frozen_at = None
        self._ahead = timedelta(0)
