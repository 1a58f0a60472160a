"""The permissions of a caller whose account joins and leaves an organization as time passes."""

from datetime import datetime, timedelta

import pytest

from artifact_state.authority import ALWAYS, membership_period, organization_of
from artifact_state.model import State
from artifact_state.policy_evaluation.collect import applicable_policies
from artifact_state.policy_evaluation.global_condition_keys import caller_keys
from artifact_state.principals import root_user
from artifact_state.record import replace
from tests.support.domain import MANAGEMENT, NOW, STANDALONE, create_member, transaction, world_with_organization
from tests.support.organization_policies import world_with_policies

DAY = timedelta(days=1)


@pytest.fixture
def temporary_member() -> tuple[State, str]:
    """Return a state in which an account is a member tomorrow only, and the account id."""
    world = world_with_policies()
    account_id = create_member(world)
    with transaction(world) as tx:
        membership = tx.state.memberships[account_id]
        tx.put(replace(membership, joined_at=NOW + DAY, ends_at=NOW + 2 * DAY))
    return world.state, account_id


class TestMembershipPeriod:
    """membership_period, and what is cached for it."""

    @pytest.mark.parametrize("days", [(0, 1, 2), (2, 1, 0), (1, 0, 1, 2, 1)])
    def test_permissions_follow_membership_over_time(
        self, temporary_member: tuple[State, str], days: tuple[int, ...]
    ) -> None:
        """In one state, policies apply and keys are present only while the account is a member."""
        state, account_id = temporary_member
        caller = root_user(account_id)
        for day in days:
            now = NOW + day * DAY
            is_member = day == 1
            assert bool(applicable_policies(state, caller, now).service_control) is is_member
            assert ("aws:principalorgid" in caller_keys(state, caller, now)) is is_member

    @pytest.mark.parametrize("hours", range(-24, 96, 6))
    def test_nothing_changes_within_a_period(self, temporary_member: tuple[State, str], hours: int) -> None:
        """A period contains the instant, the organization stays the same in it, and changes at its end."""
        state, account_id = temporary_member
        now = NOW + timedelta(hours=hours)
        start, end = membership_period(state, account_id, now)
        assert start <= now < end

        def at(instant: datetime) -> object:
            return organization_of(state, account_id, instant)

        assert start == ALWAYS[0] or (at(start) is at(now) is not at(start - timedelta.resolution))
        assert end == ALWAYS[1] or (at(end - timedelta.resolution) is at(now) is not at(end))

    def test_unlimited_period(self) -> None:
        """A standalone account and a permanent member have periods without an end."""
        world = world_with_organization()
        assert membership_period(world.state, STANDALONE, NOW) == ALWAYS
        assert membership_period(world.state, MANAGEMENT, NOW)[1] == ALWAYS[1]
