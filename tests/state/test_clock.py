"""The clock of a world."""

from datetime import UTC, datetime, timedelta, timezone

import pytest

from artifact_state.clock import EARLIEST, LATEST, Clock, InstantOutOfRange

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)


class TestClock:
    """A clock: real, frozen, advanced."""

    def test_new_clock_shows_the_real_time(self) -> None:
        """A new clock shows the present instant in UTC."""
        before = datetime.now(UTC)
        now = Clock().now()
        assert before <= now <= datetime.now(UTC)
        assert now.tzinfo is UTC

    def test_frozen_clock_shows_one_instant(self) -> None:
        """A frozen clock always shows the same instant."""
        clock = Clock(frozen_at=NOON)
        assert clock.now() == clock.now() == NOON

    def test_frozen_instant_is_converted_to_utc(self) -> None:
        """An instant of another time zone is converted to UTC."""
        clock = Clock()
        clock.freeze(NOON.astimezone(timezone(HOUR)))
        assert clock.now() == NOON
        assert clock.now().tzinfo is UTC

    def test_frozen_clock_can_be_advanced(self) -> None:
        """A frozen clock advances by exactly the span."""
        clock = Clock(frozen_at=NOON)
        clock.advance(HOUR)
        assert clock.now() == NOON + HOUR

    def test_running_clock_can_be_advanced(self) -> None:
        """A running clock continues to run ahead of the real time."""
        clock = Clock()
        clock.advance(HOUR)
        assert HOUR <= clock.now() - datetime.now(UTC) + timedelta(seconds=1) <= HOUR + timedelta(seconds=1)
        first = clock.now()
        assert clock.now() >= first

    def test_resumed_clock_shows_the_real_time(self) -> None:
        """Resuming ends both the freeze and the advance."""
        clock = Clock(frozen_at=NOON)
        clock.advance(HOUR)
        clock.resume()
        clock.advance(HOUR)
        clock.resume()
        assert abs(clock.now() - datetime.now(UTC)) < timedelta(seconds=5)

    def test_instants_out_of_range_are_refused(self) -> None:
        """A clock can be neither frozen nor advanced beyond its range, and stays as it was."""
        for instant in (EARLIEST - HOUR, LATEST + HOUR):
            with pytest.raises(InstantOutOfRange, match="from 1970-01-01 to 9000-01-01"):
                Clock(frozen_at=instant)
        clock = Clock(frozen_at=NOON)
        for span in (timedelta.max, EARLIEST - NOON - HOUR):
            with pytest.raises(InstantOutOfRange):
                clock.advance(span)
        assert clock.now() == NOON
