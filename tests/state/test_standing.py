"""What is remembered of a caller's permissions, as time takes his account into an organization and out of it."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from artifact_state.authority import ALWAYS, membership_period, organization_of
from artifact_state.model import State
from artifact_state.policy_evaluation.collect import applicable_policies
from artifact_state.policy_evaluation.global_condition_keys import caller_keys
from artifact_state.principals import root_user
from tests.support.domain import MANAGEMENT, NOW, STANDALONE, create_member, transaction, world_with_organization

DAY = timedelta(days=1)


@pytest.fixture
def standing() -> tuple[State, str]:
    """Give a state in which an account is a member from tomorrow on, for a day."""
    world = world_with_organization()
    account_id = create_member(world)
    with transaction(world) as tx:
        membership = tx.state.memberships[account_id]
        tx.put(replace(membership, joined_at=NOW + DAY, ends_at=NOW + 2 * DAY))
    return world.state, account_id


class TestStanding:
    """span_of_standing, and what is remembered for as long."""

    @pytest.mark.parametrize("days", [(0, 1, 2), (2, 1, 0), (1, 0, 1, 2, 1)])
    def test_permissions_follow_the_time(self, standing: tuple[State, str], days: tuple[int, ...]) -> None:
        """Of one state, in whatever order it is asked: policies bind, and keys tell, while he is a member."""
        state, account_id = standing
        caller = root_user(account_id)
        for day in days:
            now = NOW + day * DAY
            is_member = day == 1
            assert bool(applicable_policies(state, caller, now).service_control) is is_member
            assert ("aws:principalorgid" in caller_keys(state, caller, now)) is is_member

    @pytest.mark.parametrize("hours", range(-24, 96, 6))
    def test_span(self, standing: tuple[State, str], hours: int) -> None:
        """A span has the instant that it is asked of, and in it nothing changes; at its end something does."""
        state, account_id = standing
        now = NOW + timedelta(hours=hours)
        begun, ended = membership_period(state, account_id, now)
        assert begun <= now < ended

        def at(instant: datetime) -> object:
            return organization_of(state, account_id, instant)

        assert begun == ALWAYS[0] or (at(begun) is at(now) is not at(begun - timedelta.resolution))
        assert ended == ALWAYS[1] or (at(ended - timedelta.resolution) is at(now) is not at(ended))

    def test_without_end(self) -> None:
        """Whoever is in no organization, or in one for good, stays so until the state is another."""
        world = world_with_organization()
        assert membership_period(world.state, STANDALONE, NOW) == ALWAYS
        assert membership_period(world.state, MANAGEMENT, NOW)[1] == ALWAYS[1]
