"""The identity-based policies of a caller."""

import pytest

from artifact_state import principals
from artifact_state.errors import Entity
from artifact_state.iam import attached_policies, groups, inline_policies, managed_policies, users
from artifact_state.iam.identity_policies import NONE, IdentityPolicies, policies_of
from artifact_state.iam.initial_roles import trust_policy_for
from artifact_state.iam.managed_policies import NewPolicy
from artifact_state.iam.role_changes import NewRole, create_role, delete_role
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
    """Return a world with a user in two groups and a role, all with policies."""
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
    """Return the user as a caller."""
    return user_principal(users.user_of(world.state, MANAGEMENT, "Alice"), partition="aws", region="us-east-1")


def developer(world: World) -> Caller:
    """Return a session of the role as a caller."""
    session = act(world, sessions.assume_role, f"arn:aws:iam::{MANAGEMENT}:role/Dev", "session")
    return principals.role_session_caller(session, partition="aws", region="us-east-1")


def policies(world: World, caller: Caller) -> IdentityPolicies:
    """Return the identity-based policies of a caller."""
    return policies_of(world.state, caller, NOW)


class TestUser:
    """A user."""

    def test_user_has_policies_of_its_groups(self, world: World) -> None:
        """The user's own policies come first, inline before attached, then those of each group."""
        attached = policies(world, alice(world)).identity
        administrator = attached[3]
        assert [policy.arn_or_name for policy in attached] == ["z", OWN, "of First", ADMINISTRATOR_ACCESS, "of Second"]
        assert attached[1] == NamedPolicy(OWN, ALLOW_ALL)
        assert '"Action":"*"' in administrator.document

    def test_default_version_applies_at_once(self, world: World) -> None:
        """A new default version replaces the old one at once."""
        act(world, managed_policies.create_version, OWN, DENIAL, as_default=True)
        assert policies(world, alice(world)).identity[1].document == DENIAL

    def test_boundary_is_separate_from_identity_policies(self, world: World) -> None:
        """The permissions boundary is returned beside the identity policies, not among them."""
        assert policies(world, alice(world)).boundary is None
        before = policies(world, alice(world)).identity
        act(world, by_name(attached_policies.put_boundary), Entity.USER, "Alice", OWN)
        assert policies(world, alice(world)) == IdentityPolicies(before, NamedPolicy(OWN, ALLOW_ALL))

    def test_deleted_user_has_no_policies(self, world: World) -> None:
        """A user that no longer exists under its name has no policies."""
        caller = alice(world)
        act(world, users.update_user, "Alice", new_name="Bob")
        assert policies(world, caller) == NONE


class TestRole:
    """A session of a role."""

    def test_session_has_policies_of_its_role(self, world: World) -> None:
        """A session has the policies and the boundary of its role."""
        act(world, by_name(attached_policies.put_boundary), Entity.ROLE, "Dev", ADMINISTRATOR_ACCESS)
        attached = policies(world, developer(world))
        assert attached.identity == (NamedPolicy(OWN, ALLOW_ALL),)
        assert attached.boundary is not None
        assert attached.boundary.arn_or_name == ADMINISTRATOR_ACCESS

    def test_recreated_role_grants_nothing_to_old_sessions(self, world: World) -> None:
        """A session of a deleted role has no policies of a new role with the same name."""
        caller = developer(world)
        act(world, by_name(attached_policies.detach_policy), Entity.ROLE, "Dev", OWN)
        act(world, delete_role, "Dev")
        assert policies(world, caller) == NONE
        act(world, create_role, NewRole(name="Dev", trust_policy=TRUST))
        act(world, by_name(attached_policies.attach_policy), Entity.ROLE, "Dev", OWN)
        assert policies(world, caller) == NONE


class TestOthers:
    """Callers without identity policies."""

    def test_root_users_and_services_have_no_identity_policies(self, world: World) -> None:
        """Root users and services have no identity policies."""
        assert policies(world, principals.root_user(MANAGEMENT)) == NONE
        assert policies(world, principals.service_principal("artifact.amazonaws.com")) == NONE
