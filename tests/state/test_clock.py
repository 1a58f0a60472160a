"""The time of a world."""

from datetime import UTC, datetime, timedelta, timezone

from artifact_state.clock import Clock

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)


class TestClock:
    """A clock: real, frozen, advanced."""

    def test_is_real_until_it_is_turned(self) -> None:
        """A new clock tells the present, in UTC."""
        before = datetime.now(UTC)
        told = Clock().now()
        assert before <= told <= datetime.now(UTC)
        assert told.tzinfo is UTC

    def test_stands_still_when_frozen(self) -> None:
        """A frozen clock tells one instant, for as long as it is frozen."""
        clock = Clock(frozen_at=NOON)
        assert clock.now() == clock.now() == NOON

    def test_is_frozen_in_utc(self) -> None:
        """An instant of another time zone is the same instant in UTC."""
        clock = Clock()
        clock.freeze(NOON.astimezone(timezone(HOUR)))
        assert clock.now() == NOON
        assert clock.now().tzinfo is UTC

    def test_advances_while_it_stands_still(self) -> None:
        """A frozen clock moves by exactly the span."""
        clock = Clock(frozen_at=NOON)
        clock.advance(HOUR)
        assert clock.now() == NOON + HOUR

    def test_advances_while_it_runs(self) -> None:
        """A running clock goes on running, ahead of the real time."""
        clock = Clock()
        clock.advance(HOUR)
        assert HOUR <= clock.now() - datetime.now(UTC) + timedelta(seconds=1) <= HOUR + timedelta(seconds=1)
        first = clock.now()
        assert clock.now() >= first

    def test_resumes_the_real_time(self) -> None:
        """Resuming forgets both the freezing and the advance."""
        clock = Clock(frozen_at=NOON)
        clock.advance(HOUR)
        clock.resume()
        clock.advance(HOUR)
        clock.resume()
        assert abs(clock.now() - datetime.now(UTC)) < timedelta(seconds=5)
