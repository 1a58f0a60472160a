"""The policies that speak of a caller."""

import pytest

from artifact_state import principals
from artifact_state.errors import Entity
from artifact_state.iam import attached_policies, groups, inline_policies, managed_policies, users
from artifact_state.iam.identity_policies import NONE, IdentityPolicies, policies_of
from artifact_state.iam.managed_policies import NewPolicy
from artifact_state.iam.role_changes import NewRole, create_role, delete_role
from artifact_state.iam.roles import trust_policy_for
from artifact_state.iam.users import user_principal
from artifact_state.model import Caller
from artifact_state.policy_syntax.policy import NamedPolicy
from artifact_state.sts import sessions
from artifact_state.world import World
from tests.support.domain import MANAGEMENT, NOW, act, world_with_organization
from tests.support.identities import ADMINISTRATOR_ACCESS, ALLOW_ALL, by_name

DENIAL = ALLOW_ALL.replace("Allow", "Deny")
TRUST = trust_policy_for(aws=f"arn:aws:iam::{MANAGEMENT}:root")
OWN = f"arn:aws:iam::{MANAGEMENT}:policy/Mine"


@pytest.fixture
def world() -> World:
    """Give a world with a user in two groups and a role, all with policies."""
    world = world_with_organization()
    act(world, managed_policies.create_policy, NewPolicy(name="Mine", document=ALLOW_ALL))
    act(world, users.create_user, "Alice", path="/a/b/")
    act(world, by_name(inline_policies.put_inline_policy), Entity.USER, "Alice", "z", ALLOW_ALL)
    act(world, by_name(attached_policies.attach_policy), Entity.USER, "Alice", OWN)
    for group in ("Second", "First"):
        act(world, groups.create_group, group)
        act(world, groups.add_user, group, "Alice")
        act(world, by_name(inline_policies.put_inline_policy), Entity.GROUP, group, f"of {group}", DENIAL)
    act(world, by_name(attached_policies.attach_policy), Entity.GROUP, "First", ADMINISTRATOR_ACCESS)
    act(world, create_role, NewRole(name="Dev", trust_policy=TRUST))
    act(world, by_name(attached_policies.attach_policy), Entity.ROLE, "Dev", OWN)
    return world


def alice(world: World) -> Caller:
    """Give the user as a caller."""
    return user_principal(users.user_of(world.state, MANAGEMENT, "Alice"), partition="aws", region="us-east-1")


def developer(world: World) -> Caller:
    """Give a session of the role as a caller."""
    session = act(world, sessions.assume_role, f"arn:aws:iam::{MANAGEMENT}:role/Dev", "session")
    return principals.role_session_caller(session, partition="aws", region="us-east-1")


def asked(world: World, caller: Caller) -> IdentityPolicies:
    """Ask for the policies of a caller."""
    return policies_of(world.state, caller, NOW)


class TestUser:
    """A user."""

    def test_has_his_groups_policies(self, world: World) -> None:
        """His own come first, inline before attached, then those of each of his groups."""
        found = asked(world, alice(world)).identity
        administrator = found[3]
        assert [one.arn_or_name for one in found] == ["z", OWN, "of First", ADMINISTRATOR_ACCESS, "of Second"]
        assert found[1] == NamedPolicy(OWN, ALLOW_ALL)
        assert '"Action":"*"' in administrator.document

    def test_has_the_version_in_force(self, world: World) -> None:
        """Another default version decides at once."""
        act(world, managed_policies.create_version, OWN, DENIAL, as_default=True)
        assert asked(world, alice(world)).identity[1].document == DENIAL

    def test_is_bounded(self, world: World) -> None:
        """His boundary is told beside his policies, and is none of them."""
        assert asked(world, alice(world)).boundary is None
        before = asked(world, alice(world)).identity
        act(world, by_name(attached_policies.put_boundary), Entity.USER, "Alice", OWN)
        assert asked(world, alice(world)) == IdentityPolicies(before, NamedPolicy(OWN, ALLOW_ALL))

    def test_who_is_gone(self, world: World) -> None:
        """Nothing allows him anything."""
        caller = alice(world)
        act(world, users.update_user, "Alice", new_name="Bob")
        assert asked(world, caller) == NONE


class TestRole:
    """A session of a role."""

    def test_has_the_roles_policies(self, world: World) -> None:
        """Those of the role, with its boundary."""
        act(world, by_name(attached_policies.put_boundary), Entity.ROLE, "Dev", ADMINISTRATOR_ACCESS)
        found = asked(world, developer(world))
        assert found.identity == (NamedPolicy(OWN, ALLOW_ALL),)
        assert found.boundary is not None
        assert found.boundary.arn_or_name == ADMINISTRATOR_ACCESS

    def test_of_another_role_of_the_same_name(self, world: World) -> None:
        """A role that was deleted and made again is another."""
        caller = developer(world)
        act(world, by_name(attached_policies.detach_policy), Entity.ROLE, "Dev", OWN)
        act(world, delete_role, "Dev")
        assert asked(world, caller) == NONE
        act(world, create_role, NewRole(name="Dev", trust_policy=TRUST))
        act(world, by_name(attached_policies.attach_policy), Entity.ROLE, "Dev", OWN)
        assert asked(world, caller) == NONE


class TestOthers:
    """Who has no identity policies."""

    def test_root_and_services(self, world: World) -> None:
        """The root user and services are decided about otherwise."""
        assert asked(world, principals.root_user(MANAGEMENT)) == NONE
        assert asked(world, principals.service_principal("artifact.amazonaws.com")) == NONE
