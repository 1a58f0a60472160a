"""The departure of accounts: removed by the management account, or leaving by themselves."""

from datetime import timedelta

from artifact_state.errors import (
    AccountNotFound,
    Constraint,
    ConstraintViolated,
    ManagementAccountCannotLeave,
    NotInOrganization,
    WrongAccount,
)
from artifact_state.events import AccountDeparted, DepartureMethod
from artifact_state.model import FeatureSet, JoinedMethod
from artifact_state.organizations import accounts, hierarchy, organization
from artifact_state.principals import root_user
from artifact_state.world import World
from tests.support.accounts import INSTANT, close_account, request_account
from tests.support.domain import (
    MANAGEMENT,
    STANDALONE,
    act,
    create_member,
    current_organization,
    expect_refusal,
    root_id,
    world_with_organization,
)

GOVCLOUD = "us-gov-west-1"


class TestDeparture:
    """remove_account and leave_organization."""

    def test_departing_account_loses_its_tags(self, world: World) -> None:
        """An account that departs loses its tags."""
        account = create_member(world, tags=(("a", "1"),))
        act(world, accounts.remove_account, account)
        assert len(world.state.tags) == 0

    def test_event_tells_removal_from_leaving(self, world: World) -> None:
        """The event tells whether the account left or was removed."""
        removed, leaving = create_member(world, "removed"), create_member(world, "left")
        act(world, accounts.remove_account, removed)
        act(world, accounts.leave_organization, account=leaving)
        departures = [event for event in world.events if isinstance(event, AccountDeparted)]
        assert [(event.account_id, event.method) for event in departures] == [
            (removed, DepartureMethod.REMOVED),
            (leaving, DepartureMethod.LEFT),
        ]

    def test_account_departs_from_any_unit(self, world: World) -> None:
        """An account may depart from any unit, which is empty afterwards."""
        unit_id = act(world, hierarchy.create_unit, root_id(world), "One").id
        account = create_member(world)
        act(world, hierarchy.move_account, account, root_id(world), unit_id)
        act(world, accounts.remove_account, account)
        act(world, hierarchy.delete_unit, unit_id)

    def test_closed_account_cannot_depart(self) -> None:
        """An account that is closed or being closed can neither be removed nor leave."""
        world = world_with_organization(closure_delay=timedelta(minutes=5))
        account = create_member(world)
        close_account(world, account)
        for _ in range(2):
            with expect_refusal(world, ConstraintViolated, Constraint.ACCOUNT_CANNOT_LEAVE_ORGANIZATION):
                act(world, accounts.remove_account, account)
            with expect_refusal(world, ConstraintViolated, Constraint.ACCOUNT_CANNOT_LEAVE_ORGANIZATION):
                act(world, accounts.leave_organization, account=account)
            world.clock.advance(timedelta(minutes=5))

    def test_created_account_departs_only_after_wait_period(self) -> None:
        """A created account may depart once the wait period since its creation is over; an invited one at once."""
        world = world_with_organization(leave_wait_period=timedelta(days=4))
        account = create_member(world)
        with world.transaction(root_user(MANAGEMENT)) as tx:
            accounts.add_member(tx, current_organization(world), STANDALONE, JoinedMethod.INVITED, at=tx.now)
        act(world, accounts.remove_account, STANDALONE)
        world.clock.advance(timedelta(days=4) - INSTANT)
        with expect_refusal(world, ConstraintViolated, Constraint.WAIT_PERIOD_ACTIVE):
            act(world, accounts.remove_account, account)
        world.clock.advance(INSTANT)
        act(world, accounts.remove_account, account)

    def test_strict_world_forbids_departure_of_created_account(self) -> None:
        """A created account lacks the prerequisites of a standalone account, if the world enforces them."""
        world = world_with_organization(standalone_prerequisites=True)
        account = create_member(world)
        with expect_refusal(world, ConstraintViolated, Constraint.MEMBER_ACCOUNT_PAYMENT_INSTRUMENT_REQUIRED):
            act(world, accounts.leave_organization, account=account)

    def test_management_account_cannot_depart(self, world: World) -> None:
        """The management account can neither leave nor be removed."""
        with expect_refusal(world, ManagementAccountCannotLeave):
            act(world, accounts.leave_organization)
        with expect_refusal(world, ManagementAccountCannotLeave):
            act(world, accounts.remove_account, MANAGEMENT)

    def test_account_outside_organization_cannot_be_removed(self, world: World) -> None:
        """An account outside the organization is not found and stays where it is."""
        other = act(world, organization.create_organization, FeatureSet.ALL, account=STANDALONE)
        elsewhere = str(request_account(world, account=STANDALONE).account_id)
        for account in ("000000000000", STANDALONE, elsewhere):
            with expect_refusal(world, AccountNotFound):
                act(world, accounts.remove_account, account)
        assert world.state.memberships[elsewhere].organization_id == other.id

    def test_member_cannot_remove_account(self, world: World) -> None:
        """A member cannot remove an account; a standalone account has no organization to leave."""
        member = create_member(world)
        with expect_refusal(world, WrongAccount):
            act(world, accounts.remove_account, member, account=member)
        with expect_refusal(world, NotInOrganization):
            act(world, accounts.leave_organization, account=STANDALONE)
