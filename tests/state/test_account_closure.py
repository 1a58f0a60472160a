"""The closure of accounts: requests, their quotas, and what remains of a closed account."""

from datetime import timedelta

from artifact_state.errors import (
    AccountAlreadyClosed,
    AccountBeingClosed,
    AccountNotFound,
    Constraint,
    ConstraintViolated,
    NotInOrganization,
    UnsupportedInPartition,
    WrongAccount,
)
from artifact_state.events import AccountClosureRequested, AccountDeparted, DepartureMethod
from artifact_state.model import AccountState, FeatureSet, JoinedMethod
from artifact_state.organizations import account_closure, accounts, hierarchy, organization
from artifact_state.principals import root_user
from artifact_state.world import World
from tests.support.accounts import INSTANT, RETENTION, account_ids, account_state, close_account, request_account
from tests.support.domain import (
    MANAGEMENT,
    NOW,
    STANDALONE,
    act,
    create_member,
    current_organization,
    expect_refusal,
    list_all,
    quotas_with,
    root_id,
    world_with_organization,
)

GOVCLOUD = "us-gov-west-1"


class TestCloseAccount:
    """close_account."""

    def test_closed_account_stays_listed_for_ninety_days(self, world: World) -> None:
        """A closed account remains a member for 90 days, at its place in the list."""
        first, second = create_member(world, "first"), create_member(world, "second")
        close_account(world, first)
        world.clock.advance(RETENTION - INSTANT)
        assert account_ids(world) == [MANAGEMENT, first, second]
        assert act(world, accounts.describe_account, first)[0].id == first

    def test_closed_account_disappears_after_ninety_days(self, world: World) -> None:
        """After 90 days it is in no listing and cannot be described, although nothing was written."""
        account = create_member(world, tags=(("a", "1"),))
        close_account(world, account)
        world.clock.advance(RETENTION)
        before = world.state
        assert account_ids(world) == [MANAGEMENT]
        assert [listed.id for listed, _ in list_all(world, hierarchy.list_accounts_for_parent, root_id(world))] == [
            MANAGEMENT
        ]
        with expect_refusal(world, AccountNotFound):
            act(world, accounts.describe_account, account)
        with expect_refusal(world, AccountNotFound):
            close_account(world, account)
        with expect_refusal(world, NotInOrganization):
            act(world, organization.describe_organization, account=account)
        assert world.state is before

    def test_next_change_removes_expired_members(self, world: World) -> None:
        """The next change that counts accounts removes the members whose 90 days have passed, and records their end."""
        first, second, third = (create_member(world, name, tags=(("a", "1"),)) for name in ("one", "two", "three"))
        close_account(world, first)
        world.clock.advance(timedelta(days=1))
        close_account(world, second)
        world.clock.advance(RETENTION - timedelta(days=1))
        create_member(world, "later")
        (departed,) = (event for event in world.events if isinstance(event, AccountDeparted))
        assert (departed.account_id, departed.method) == (first, DepartureMethod.CLEANED)
        assert departed.at == NOW + RETENTION
        assert first not in world.state.memberships
        assert set(world.state.tags) == {second, third}
        assert list(current_organization(world).closures) == [second]

    def test_closure_event_names_completion_time(self) -> None:
        """The event contains the instant at which the account will be closed."""
        world = world_with_organization(closure_delay=timedelta(minutes=5))
        account = create_member(world)
        close_account(world, account)
        requested = world.events[-1]
        assert isinstance(requested, AccountClosureRequested)
        assert (requested.account_id, requested.completes_at) == (account, NOW + timedelta(minutes=5))

    def test_invited_account_can_be_closed(self, world: World) -> None:
        """An invited account can be closed like a created one."""
        with world.transaction(root_user(MANAGEMENT)) as tx:
            accounts.add_member(tx, current_organization(world), STANDALONE, JoinedMethod.INVITED, at=tx.now)
        close_account(world, STANDALONE)
        assert account_state(world, STANDALONE) is AccountState.CLOSED

    def test_management_account_cannot_be_closed(self, world: World) -> None:
        """The management account cannot be closed."""
        with expect_refusal(world, ConstraintViolated, Constraint.CANNOT_CLOSE_MANAGEMENT_ACCOUNT):
            close_account(world, MANAGEMENT)

    def test_organization_without_all_features_cannot_close_accounts(self, world: World) -> None:
        """An organization with consolidated billing only cannot close accounts."""
        act(world, organization.create_organization, FeatureSet.CONSOLIDATED_BILLING, account=STANDALONE)
        account = request_account(world, account=STANDALONE).account_id
        with expect_refusal(world, ConstraintViolated, Constraint.ORGANIZATION_NOT_IN_ALL_FEATURES_MODE):
            act(world, account_closure.close_account, account, account=STANDALONE)

    def test_second_request_is_refused(self) -> None:
        """A second request conflicts while the account is being closed, and is refused once it is."""
        world = world_with_organization(closure_delay=timedelta(minutes=5))
        account = create_member(world)
        close_account(world, account)
        with expect_refusal(world, AccountBeingClosed):
            close_account(world, account)
        world.clock.advance(timedelta(minutes=5))
        with expect_refusal(world, AccountAlreadyClosed):
            close_account(world, account)

    def test_account_outside_organization_is_not_found(self, world: World) -> None:
        """A standalone account and a missing one are not found."""
        for account in ("000000000000", STANDALONE):
            with expect_refusal(world, AccountNotFound):
                close_account(world, account)

    def test_only_management_account_closes_accounts(self, world: World) -> None:
        """A member, which cannot close itself either, and a standalone account are refused."""
        member = create_member(world)
        with expect_refusal(world, WrongAccount):
            act(world, account_closure.close_account, member, account=member)
        with expect_refusal(world, NotInOrganization):
            act(world, account_closure.close_account, member, account=STANDALONE)

    def test_govcloud_does_not_close_accounts(self, world: World) -> None:
        """AWS GovCloud (US) does not support the operation."""
        with expect_refusal(world, UnsupportedInPartition):
            act(world, account_closure.close_account, MANAGEMENT, region=GOVCLOUD)

    def test_three_closures_can_be_in_progress(self) -> None:
        """Three closures can be in progress; a fourth is refused until one completes."""
        world = world_with_organization(closure_delay=timedelta(minutes=5))
        first, *others, last = (create_member(world, f"member-{number}") for number in range(4))
        close_account(world, first)
        world.clock.advance(timedelta(minutes=1))
        for account in others:
            close_account(world, account)
        with expect_refusal(world, ConstraintViolated, Constraint.CLOSE_ACCOUNT_REQUESTS_LIMIT_EXCEEDED):
            close_account(world, last)
        world.clock.advance(timedelta(minutes=4))
        close_account(world, last)

    def test_quota_counts_closures_of_thirty_days(self) -> None:
        """The quota counts the closures requested within thirty days."""
        world = world_with_organization(quotas=quotas_with(closures_in_small_organization=2))
        first, second, third, fourth = (create_member(world, f"member-{number}") for number in range(4))
        close_account(world, first)
        world.clock.advance(timedelta(days=10))
        close_account(world, second)
        world.clock.advance(timedelta(days=20) - INSTANT)
        with expect_refusal(world, ConstraintViolated, Constraint.CLOSE_ACCOUNT_QUOTA_EXCEEDED):
            close_account(world, third)
        world.clock.advance(INSTANT)
        close_account(world, third)
        with expect_refusal(world, ConstraintViolated, Constraint.CLOSE_ACCOUNT_QUOTA_EXCEEDED):
            close_account(world, fourth)
        world.clock.advance(timedelta(days=10))
        close_account(world, fourth)

    def test_large_organization_may_close_share_of_its_accounts(self) -> None:
        """From a certain size on the quota is a share of the accounts, closed ones included."""
        world = world_with_organization(quotas=quotas_with(closure_share_from=5, closures_in_small_organization=0))
        members = [create_member(world, f"member-{number}") for number in range(4)]
        close_account(world, members[0])
        with expect_refusal(world, ConstraintViolated, Constraint.CLOSE_ACCOUNT_QUOTA_EXCEEDED):
            close_account(world, members[1])
