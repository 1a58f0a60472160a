"""Accounts: their records and e-mail addresses, their membership of an organization, and their states."""

from datetime import timedelta

import pytest

from artifact_state.errors import AccountNotFound, NotInOrganization, WrongAccount
from artifact_state.events import AccountSuspensionChanged
from artifact_state.iam.initial_roles import roles_in
from artifact_state.iam.roles import role_of
from artifact_state.model import AccountState, CreationFailure, FeatureSet, JoinedMethod
from artifact_state.organizations import account_creation, accounts, organization
from artifact_state.world import World
from tests.support.accounts import INSTANT, RETENTION, account_ids, account_state, close_account
from tests.support.domain import (
    MANAGEMENT,
    NOW,
    STANDALONE,
    act,
    create_member,
    current_organization,
    expect_refusal,
    list_all,
    transaction,
    world_with_organization,
)


class TestAccountOf:
    """account_of."""

    def test_account_without_record_has_default_name_and_email(self, world: World) -> None:
        """Any 12-digit id is an account with a name and an e-mail address derived from it."""
        before = world.state
        account = accounts.account_of(world.state, STANDALONE)
        assert (account.id, account.email) == (STANDALONE, f"account-{STANDALONE}@example.com")
        assert STANDALONE in account.name
        assert world.state is before

    def test_created_account_has_requested_name_and_email(self, world: World) -> None:
        """A created account has the name and the e-mail address of the request."""
        account_id = create_member(world, "dev")
        account = accounts.account_of(world.state, account_id)
        assert (account.name, account.email) == ("dev", "dev@example.com")


class TestAccountIdByEmail:
    """account_id_by_email."""

    def test_email_is_case_insensitive(self, world: World) -> None:
        """An e-mail address leads to its account in any case."""
        account_id = create_member(world, "dev")
        assert accounts.account_id_by_email(world.state, "DEV@Example.com") == account_id

    def test_default_email_leads_to_its_account(self, world: World) -> None:
        """The default e-mail address of an account without a record leads to it."""
        assert accounts.account_id_by_email(world.state, f"account-{STANDALONE}@example.com") == STANDALONE

    def test_created_account_does_not_have_default_email(self, world: World) -> None:
        """A created account has its own address, not the default one."""
        account_id = create_member(world)
        assert accounts.account_id_by_email(world.state, f"account-{account_id}@example.com") is None

    def test_former_email_is_free(self, world: World) -> None:
        """After a change of its address an account is found by the new one, and another account can get the former."""
        account_id = create_member(world, "dev")
        act(world, accounts.set_account_details, account_id, email="New@example.com")
        assert accounts.account_id_by_email(world.state, "new@example.com") == account_id
        assert accounts.account_id_by_email(world.state, "dev@example.com") is None
        act(world, accounts.set_account_details, account_id, email="NEW@example.com")
        assert accounts.account_id_by_email(world.state, "new@example.com") == account_id

    @pytest.mark.parametrize("email", ["nobody@example.com", "account-123@example.com", "account-x@example.com", ""])
    def test_unused_email_has_no_account(self, world: World, email: str) -> None:
        """An address that no account has leads to None."""
        assert accounts.account_id_by_email(world.state, email) is None

    def test_default_email_of_any_account_is_in_use(self, world: World) -> None:
        """The default address of any account fails the creation of another account with it."""
        creation = act(world, account_creation.create_account, name="A", email=f"account-{STANDALONE}@example.com")
        assert creation.failure is CreationFailure.EMAIL_ALREADY_EXISTS


class TestDescribeAccount:
    """describe_account."""

    def test_every_account_of_organization_is_described(self, world: World) -> None:
        """Every account of the organization is described, the management account included."""
        member = create_member(world)
        for account_id in (MANAGEMENT, member):
            account, membership = act(world, accounts.describe_account, account_id)
            assert account.id == membership.account_id == account_id

    def test_account_outside_organization_is_not_found(self, world: World) -> None:
        """A member of another organization and a standalone account are not found."""
        act(world, organization.create_organization, FeatureSet.ALL, account=STANDALONE)
        for account_id in (STANDALONE, "000000000000"):
            with expect_refusal(world, AccountNotFound):
                act(world, accounts.describe_account, account_id)

    def test_refusal_does_not_reveal_whether_account_exists(self, world: World) -> None:
        """A caller without authority is refused before the account is looked up."""
        member = create_member(world)
        with expect_refusal(world, WrongAccount):
            act(world, accounts.describe_account, "000000000000", account=member)
        with expect_refusal(world, NotInOrganization):
            act(world, accounts.describe_account, member, account=STANDALONE)


class TestListAccounts:
    """list_accounts."""

    def test_accounts_are_listed_in_order_of_joining(self, world: World) -> None:
        """The management account is first; an account that rejoins is last."""
        first, second = create_member(world, "first"), create_member(world, "second")
        assert account_ids(world) == [MANAGEMENT, first, second]
        act(world, accounts.remove_account, first)
        with transaction(world) as tx:
            home = current_organization(world)
            accounts.add_member(tx, home, first, JoinedMethod.INVITED, at=tx.now)
        assert account_ids(world) == [MANAGEMENT, second, first]

    def test_listing_continues_after_removed_account(self, world: World) -> None:
        """A listing continues after any place, even that of an account removed since."""
        first, second = create_member(world, "first"), create_member(world, "second")
        with transaction(world) as tx:
            places = [place for place, _ in accounts.list_accounts(tx)]
        act(world, accounts.remove_account, first)
        rest = list_all(world, accounts.list_accounts, places[1])
        assert [account.id for account, _ in rest] == [second]

    def test_only_management_account_lists_accounts(self, world: World) -> None:
        """A member and a standalone account are refused."""
        member = create_member(world)
        with expect_refusal(world, WrongAccount):
            act(world, accounts.list_accounts, account=member)
        with expect_refusal(world, NotInOrganization):
            act(world, accounts.list_accounts, account=STANDALONE)


class TestAddMember:
    """add_member and end_membership."""

    def test_created_member_gets_linked_role_and_access_role(self, world: World) -> None:
        """A created account gets the service-linked role of Organizations and the role for the management account."""
        member = create_member(world)
        role = role_of(world.state, member, "AWSServiceRoleForOrganizations", NOW)
        assert role.path == "/aws-service-role/organizations.amazonaws.com/"
        access = role_of(world.state, member, "OrganizationAccountAccessRole", NOW)
        assert access.managed_policies == ("AdministratorAccess",)
        assert f"arn:aws:iam::{MANAGEMENT}:root" in access.trust_policy

    def test_departing_account_keeps_its_roles(self, world: World) -> None:
        """An account that leaves keeps its roles, the access role included."""
        member = create_member(world)
        before = roles_in(world.state, member)
        act(world, accounts.leave_organization, account=member)
        assert roles_in(world.state, member) == before

    def test_rejoining_account_keeps_its_roles(self, world: World) -> None:
        """An account that joins again has the same roles with the same ids."""
        member = create_member(world)
        before = roles_in(world.state, member)
        act(world, accounts.remove_account, member)
        with transaction(world) as tx:
            home = current_organization(world)
            accounts.add_member(tx, home, member, JoinedMethod.INVITED, at=tx.now)
        assert roles_in(world.state, member) == before


class TestAccountState:
    """account_state."""

    def test_created_account_can_await_activation(self) -> None:
        """A created account is pending until its sign-up is completed, if the world has an activation delay."""
        world = world_with_organization(creation_delay=timedelta(seconds=1), activation_delay=timedelta(minutes=1))
        account = create_member(world)
        world.clock.advance(timedelta(minutes=1))
        assert account_state(world, account) is AccountState.PENDING_ACTIVATION
        world.clock.advance(timedelta(seconds=1))
        assert account_state(world, account) is AccountState.ACTIVE

    def test_any_account_can_be_suspended_and_reinstated(self, world: World) -> None:
        """AWS may suspend any account and end the suspension; both are recorded."""
        for account in (create_member(world), MANAGEMENT, STANDALONE):
            act(world, accounts.suspend_account, account)
            assert account_state(world, account) is AccountState.SUSPENDED
            act(world, accounts.suspend_account, account, suspended=False)
            assert account_state(world, account) is AccountState.ACTIVE
            changes = [event for event in world.events if isinstance(event, AccountSuspensionChanged)][-2:]
            assert [(event.account_id, event.suspended) for event in changes] == [(account, True), (account, False)]

    def test_suspended_account_closes_like_any_other(self) -> None:
        """An account is pending closure until the closure completes, even if it was suspended."""
        world = world_with_organization(closure_delay=timedelta(minutes=5))
        account = create_member(world)
        act(world, accounts.suspend_account, account)
        close_account(world, account)
        world.clock.advance(timedelta(minutes=5) - INSTANT)
        assert account_state(world, account) is AccountState.PENDING_CLOSURE
        world.clock.advance(INSTANT)
        assert account_state(world, account) is AccountState.CLOSED

    def test_account_stays_closed_after_retention(self, world: World) -> None:
        """An account whose 90 days have passed is still closed."""
        account = create_member(world)
        close_account(world, account)
        world.clock.advance(RETENTION * 10)
        assert account_state(world, account) is AccountState.CLOSED
