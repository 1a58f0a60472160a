"""The clock of a world."""

from datetime import UTC, datetime, timedelta, timezone

import pytest

from artifact_state.clock import EARLIEST, LATEST, Clock, InstantInThePast, InstantOutOfRange
from artifact_state.model import FeatureSet
from artifact_state.organizations.organization import create_organization
from artifact_state.principals import root_user
from artifact_state.world import World

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


class TestWorldClock:
    """The clock of a world, which does not go back before what happened."""

    def test_clock_can_be_set_back_to_the_latest_change(self) -> None:
        """An instant before the latest change is refused, and the clock stays; that of the change is accepted."""
        world = World(clock=Clock(frozen_at=NOON))
        with world.transaction(root_user("111122223333")) as tx:
            create_organization(tx, FeatureSet.ALL)
        world.change_clock(lambda clock: clock.advance(timedelta(days=1)))
        clock = world.clock
        with pytest.raises(InstantInThePast, match="worlds create --at"):
            world.change_clock(lambda clock: clock.freeze(NOON - timedelta(seconds=1)))
        assert world.clock is clock
        world.change_clock(lambda clock: clock.freeze(NOON))
        assert world.clock.now() == NOON

    def test_resumed_clock_does_not_go_back(self) -> None:
        """A world that has changed in the future cannot return to the real time; its reset can."""
        world = World(clock=Clock(frozen_at=datetime(2100, 1, 1, tzinfo=UTC)))
        with world.transaction(root_user("111122223333")) as tx:
            create_organization(tx, FeatureSet.ALL)
        with pytest.raises(InstantInThePast):
            world.change_clock(Clock.resume)
        world.reset()
        world.change_clock(Clock.resume)
        assert world.clock.now() < datetime(2100, 1, 1, tzinfo=UTC)

    def test_copies_know_the_latest_change(self) -> None:
        """A fork and a restored world refuse what their original refuses."""
        world = World(clock=Clock(frozen_at=NOON))
        with world.transaction(root_user("111122223333")) as tx:
            create_organization(tx, FeatureSet.ALL)
        restored = World()
        restored.restore(world)
        for copy in (world.fork("copy"), restored):
            with pytest.raises(InstantInThePast):
                copy.change_clock(lambda clock: clock.freeze(NOON - timedelta(days=1)))
            copy.change_clock(lambda clock: clock.freeze(NOON))
