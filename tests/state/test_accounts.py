"""Accounts: every 12-digit id is one, before anything is stored about it."""

import pytest

from artifact_state.errors import AccountNotFound, NotInOrganization, WrongAccount
from artifact_state.iam.roles import role_of
from artifact_state.model import CreationFailure, FeatureSet, JoinedMethod
from artifact_state.organizations import account_creation, accounts, organization
from artifact_state.world import World
from tests.support.domain import (
    MANAGEMENT,
    NOW,
    STANDALONE,
    act,
    create_member,
    expect_refusal,
    list_all,
    transaction,
    world_with_organization,
)


@pytest.fixture
def world() -> World:
    """Give a world with an organization."""
    return world_with_organization()


class TestAccountOf:
    """account_of."""

    def test_that_nobody_has_heard_of(self, world: World) -> None:
        """Any id is an account with a name and an address of its own."""
        before = world.state
        account = accounts.account_of(world.state, STANDALONE)
        assert (account.id, account.email) == (STANDALONE, f"account-{STANDALONE}@example.com")
        assert STANDALONE in account.name
        assert world.state is before

    def test_that_was_created(self, world: World) -> None:
        """A created account has what was asked for."""
        account_id = create_member(world, "dev")
        account = accounts.account_of(world.state, account_id)
        assert (account.name, account.email) == ("dev", "dev@example.com")


class TestAccountWithEmail:
    """account_with_email."""

    def test_is_found_without_regard_to_case(self, world: World) -> None:
        """An address is the same in capitals."""
        account_id = create_member(world, "dev")
        assert accounts.account_id_by_email(world.state, "DEV@Example.com") == account_id

    def test_of_an_account_without_a_record(self, world: World) -> None:
        """The address that is made of an id leads back to it."""
        assert accounts.account_id_by_email(world.state, f"account-{STANDALONE}@example.com") == STANDALONE

    def test_that_a_created_account_does_not_have(self, world: World) -> None:
        """A created account has its own address, not the one that its id would give."""
        account_id = create_member(world)
        assert accounts.account_id_by_email(world.state, f"account-{account_id}@example.com") is None

    @pytest.mark.parametrize("email", ["nobody@example.com", "account-123@example.com", "account-x@example.com", ""])
    def test_that_nobody_has(self, world: World, email: str) -> None:
        """An address of nobody leads to nobody."""
        assert accounts.account_id_by_email(world.state, email) is None

    def test_that_an_account_without_a_record_has_is_taken(self, world: World) -> None:
        """The default address of any account cannot be given to another."""
        asked = act(world, account_creation.create_account, name="A", email=f"account-{STANDALONE}@example.com")
        assert asked.failure is CreationFailure.EMAIL_ALREADY_EXISTS


class TestMemberAccount:
    """member_account."""

    def test_of_the_organization(self, world: World) -> None:
        """Every member is told, the management account among them."""
        member = create_member(world)
        for account_id in (MANAGEMENT, member):
            account, membership = act(world, accounts.describe_account, account_id)
            assert account.id == membership.account_id == account_id

    def test_of_another_organization(self, world: World) -> None:
        """A member of another organization does not exist here, nor does a standalone account."""
        act(world, organization.create_organization, FeatureSet.ALL, account=STANDALONE)
        for account_id in (STANDALONE, "000000000000"):
            with expect_refusal(world, AccountNotFound):
                act(world, accounts.describe_account, account_id)

    def test_by_a_member_or_a_stranger(self, world: World) -> None:
        """A caller who may not ask learns nothing, not even that an account does not exist."""
        member = create_member(world)
        with expect_refusal(world, WrongAccount):
            act(world, accounts.describe_account, "000000000000", account=member)
        with expect_refusal(world, NotInOrganization):
            act(world, accounts.describe_account, member, account=STANDALONE)


class TestMemberAccounts:
    """member_accounts."""

    def test_come_in_the_order_in_which_they_joined(self, world: World) -> None:
        """The management account is first; who comes back comes last."""
        first, second = create_member(world, "first"), create_member(world, "second")
        assert self.ids(world) == [MANAGEMENT, first, second]
        act(world, accounts.remove_account, first)
        with transaction(world) as tx:
            home = tx.state.organizations[tx.state.memberships[MANAGEMENT].organization_id]
            accounts.add_member(tx, home, first, JoinedMethod.INVITED, at=tx.now)
        assert self.ids(world) == [MANAGEMENT, second, first]

    def test_go_on_after_a_place(self, world: World) -> None:
        """A listing may begin after any place, and a removed account is no obstacle."""
        first, second = create_member(world, "first"), create_member(world, "second")
        with transaction(world) as tx:
            places = [place for place, _ in accounts.list_accounts(tx)]
        act(world, accounts.remove_account, first)
        rest = list_all(world, accounts.list_accounts, places[1])
        assert [account.id for account, _ in rest] == [second]

    def test_by_a_member_or_a_stranger(self, world: World) -> None:
        """Only those who manage may list."""
        member = create_member(world)
        with expect_refusal(world, WrongAccount):
            act(world, accounts.list_accounts, account=member)
        with expect_refusal(world, NotInOrganization):
            act(world, accounts.list_accounts, account=STANDALONE)

    @staticmethod
    def ids(world: World) -> list[str]:
        """List the ids of the organization's accounts."""
        return [account.id for account, _ in list_all(world, accounts.list_accounts)]


class TestJoin:
    """join and depart."""

    def test_gives_the_role_of_organizations(self, world: World) -> None:
        """A created and an invited account both have it; only the created one has the access role."""
        member = create_member(world)
        role = role_of(world.state, member, "AWSServiceRoleForOrganizations", NOW)
        assert role.path == "/aws-service-role/organizations.amazonaws.com/"
        access = role_of(world.state, member, "OrganizationAccountAccessRole", NOW)
        assert access.managed_policies == ("AdministratorAccess",)
        assert f"arn:aws:iam::{MANAGEMENT}:root" in access.trust_policy

    def test_leaves_roles_behind(self, world: World) -> None:
        """An account that goes keeps its roles, the access role included."""
        member = create_member(world)
        before = world.state.roles[member]
        act(world, accounts.leave_organization, account=member)
        assert world.state.roles[member] == before

    def test_makes_no_second_role(self, world: World) -> None:
        """An account that comes back has the same roles, of the same ids."""
        member = create_member(world)
        before = world.state.roles[member]
        act(world, accounts.remove_account, member)
        with transaction(world) as tx:
            home = tx.state.organizations[tx.state.memberships[MANAGEMENT].organization_id]
            accounts.add_member(tx, home, member, JoinedMethod.INVITED, at=tx.now)
        assert world.state.roles[member] == before
