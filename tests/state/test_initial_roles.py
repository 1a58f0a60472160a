"""The roles that a member account is created with."""

import json

import pytest

from artifact_state.events import RoleCreated
from artifact_state.iam import role_changes
from artifact_state.iam.initial_roles import accounts_with_roles, roles_in
from artifact_state.iam.roles import role_of
from artifact_state.model import Account
from artifact_state.organizations import accounts
from artifact_state.snapshot import dump_world, load_world
from artifact_state.world import World
from tests.support.domain import MANAGEMENT, NOW, act, create_member, transaction, world_with_organization

NAMES = ["AWSServiceRoleForOrganizations", "OrganizationAccountAccessRole"]


@pytest.fixture
def world() -> World:
    """Return a world with an organization."""
    return world_with_organization()


class TestInitialRoles:
    """roles_in."""

    def test_created_account_has_roles_without_an_entry(self, world: World) -> None:
        """The two roles follow from the account, so that large organizations do not store them."""
        member = create_member(world)
        assert member not in world.state.roles
        assert [role.name for role in roles_in(world.state, member)] == NAMES
        assert member in set(accounts_with_roles(world.state))
        created = [event.role_name for event in world.events if isinstance(event, RoleCreated)]
        assert created[-2:] == NAMES

    def test_roles_of_an_account_have_ids_of_their_own(self, world: World) -> None:
        """No two roles have the same unique id."""
        members = [create_member(world, f"member-{number}") for number in range(3)]
        ids = {role.id for member in (MANAGEMENT, *members) for role in roles_in(world.state, member)}
        assert len(ids) == 7

    def test_change_of_a_role_keeps_the_others(self, world: World) -> None:
        """As soon as one role changes, all roles of the account are stored."""
        member = create_member(world)
        linked, access = roles_in(world.state, member)
        act(world, role_changes.update_role, access.name, description="Mine", account=member)
        assert world.state.roles[member][0] == linked
        assert role_of(world.state, member, access.name, NOW).description == "Mine"
        assert role_of(world.state, member, access.name, NOW).id == access.id

    def test_renamed_account_keeps_its_roles(self, world: World) -> None:
        """The roles do not depend on the name of the account, and survive a snapshot."""
        member = create_member(world)
        before = roles_in(world.state, member)
        act(world, accounts.set_account_details, member, name="Other", email="other@example.com", account=member)
        assert roles_in(world.state, member) == before
        loaded = load_world(json.loads(json.dumps(dump_world(world, "1"))))
        assert roles_in(loaded.state, member) == before

    def test_account_that_was_not_created_as_member_has_none(self, world: World) -> None:
        """An account with details only, or an unknown one, has no roles."""
        account = Account(id="444455556666", name="Name", email="name@example.com")
        with transaction(world) as tx:
            tx.put(account)
        assert roles_in(world.state, account.id) == roles_in(world.state, "555566667777") == ()
