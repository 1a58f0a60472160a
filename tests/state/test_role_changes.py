"""Changes to roles by their account, and the changes that service-linked roles refuse."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from artifact_state.errors import (
    DeletionObstacle,
    EntityInUse,
    EntityNameTaken,
    EntityNotFound,
    MalformedPolicyDocument,
    PathReserved,
    QuotaExceeded,
    RoleNotFound,
    RoleProtected,
)
from artifact_state.events import RoleChanged, RoleDeletionRequested
from artifact_state.iam import linked_roles, role_changes
from artifact_state.iam.initial_roles import trust_policy_for
from artifact_state.iam.roles import put_role, role_of
from artifact_state.model import Role
from artifact_state.organizations import accounts, trusted_access
from artifact_state.record import replace
from artifact_state.world import World
from tests.support.domain import (
    MANAGEMENT,
    NOW,
    STANDALONE,
    act,
    create_member,
    expect_refusal,
    set_iam_quotas,
    transaction,
    world_with_organization,
)
from tests.support.identities import DEV_ROLE

ARTIFACT = "artifact.amazonaws.com"
ROLE = "AWSServiceRoleForArtifact"
Change = Callable[..., Any]
# Changes that an account can make to its roles, with their arguments.
MODIFICATIONS: dict[str, tuple[Change, tuple[Any, ...], dict[str, Any]]] = {
    "description": (role_changes.update_role, (), {"description": "Mine"}),
    "tag": (role_changes.tag_role, ([("k", "v")],), {}),
    "untag": (role_changes.untag_role, (["k"],), {}),
}
ALWAYS_PROTECTED: dict[str, tuple[Change, tuple[Any, ...], dict[str, Any]]] = {
    "session": (role_changes.update_role, (), {"max_session": timedelta(hours=2)}),
    "session and description": (
        role_changes.update_role, (), {"max_session": timedelta(hours=2), "description": "Mine"}
    ),
    "policies": (role_changes.unlinked_role, (), {}),
    "deletion": (role_changes.delete_role, (), {}),
}  # fmt: skip
every_modification = pytest.mark.parametrize(
    ("change", "arguments", "named"), MODIFICATIONS.values(), ids=MODIFICATIONS
)
every_change = pytest.mark.parametrize(
    ("change", "arguments", "named"),
    (MODIFICATIONS | ALWAYS_PROTECTED).values(),
    ids=MODIFICATIONS | ALWAYS_PROTECTED,
)


@pytest.fixture
def world() -> World:
    """Return a world with an organization that trusts Artifact, and a role in a standalone account."""
    world = world_with_organization()
    act(world, trusted_access.enable_service_access, ARTIFACT)
    with transaction(world) as tx:
        put_role(tx, DEV_ROLE)
    return world


def linked_role(world: World, account: str = MANAGEMENT) -> Role:
    """Return Artifact's role of the management account."""
    return role_of(world.state, account, ROLE, NOW)


class TestServiceLinkedRole:
    """Service-linked roles."""

    @every_change
    def test_linked_role_in_use_refuses_every_change(
        self, world: World, change: Change, arguments: tuple[Any, ...], named: dict[str, Any]
    ) -> None:
        """A service-linked role refuses every change while trusted access is enabled."""
        with expect_refusal(world, RoleProtected):
            act(world, change, ROLE, *arguments, **named)

    @pytest.mark.parametrize(("change", "arguments", "named"), ALWAYS_PROTECTED.values(), ids=ALWAYS_PROTECTED)
    def test_linked_role_never_changes_policies_or_session(
        self, world: World, change: Change, arguments: tuple[Any, ...], named: dict[str, Any]
    ) -> None:
        """A service-linked role refuses other changes than those of its description and tags even when unused."""
        act(world, trusted_access.disable_service_access, ARTIFACT)
        with expect_refusal(world, RoleProtected):
            act(world, change, ROLE, *arguments, **named)

    @every_modification
    def test_linked_role_can_be_modified_without_trusted_access(
        self, world: World, change: Change, arguments: tuple[Any, ...], named: dict[str, Any]
    ) -> None:
        """Without trusted access the description and tags can change, and the change is an event."""
        act(world, trusted_access.disable_service_access, ARTIFACT)
        act(world, change, ROLE, *arguments, **named)
        assert any(isinstance(event, RoleChanged) for event in world.events)

    @every_modification
    def test_linked_role_of_removed_account_can_be_modified(
        self, world: World, change: Change, arguments: tuple[Any, ...], named: dict[str, Any]
    ) -> None:
        """The role of an account that left the organization can be modified."""
        member = create_member(world)
        act(world, linked_roles.create_linked_role, ARTIFACT, account=member)
        with expect_refusal(world, RoleProtected):
            act(world, change, ROLE, *arguments, account=member, **named)
        act(world, accounts.remove_account, member)
        act(world, change, ROLE, *arguments, account=member, **named)

    def test_modified_linked_role_keeps_id_trust_and_policies(self, world: World) -> None:
        """A modified role keeps its id, its trust policy and its policies."""
        before = linked_role(world)
        act(world, trusted_access.disable_service_access, ARTIFACT)
        act(world, role_changes.update_role, ROLE, description="Mine")
        act(world, role_changes.tag_role, ROLE, [("k", "v")])
        after = linked_role(world)
        assert (after.id, after.trust_policy, after.managed_policies) == (
            before.id,
            before.trust_policy,
            before.managed_policies,
        )
        assert (after.description, dict(after.tags)) == ("Mine", {"k": "v"})


class TestUnlinkedRole:
    """Roles that are not linked to a service."""

    def test_update_keeps_other_attributes(self, world: World) -> None:
        """An update changes the description or the session length, and keeps the other."""
        act(world, role_changes.update_role, "Dev", description="Mine", account=STANDALONE)
        act(world, role_changes.update_role, "Dev", max_session=timedelta(hours=12), account=STANDALONE)
        role = role_of(world.state, STANDALONE, "Dev", NOW)
        assert (role.description, role.max_session) == ("Mine", timedelta(hours=12))
        act(world, role_changes.update_role, "Dev", description="", account=STANDALONE)
        assert role_of(world.state, STANDALONE, "Dev", NOW).description == ""

    def test_tags_are_set_changed_and_removed(self, world: World) -> None:
        """Setting a tag again changes its value; removing a missing tag is accepted."""
        for value in ("1", "2"):
            act(world, role_changes.tag_role, "Dev", [("a", value), ("b", "x")], account=STANDALONE)
        act(world, role_changes.untag_role, "Dev", ["b", "c"], account=STANDALONE)
        assert dict(role_of(world.state, STANDALONE, "Dev", NOW).tags) == {"a": "2"}

    def test_tags_beyond_fifty_are_refused_together(self, world: World) -> None:
        """A role has 50 tags at most, and a call beyond the limit sets none."""
        act(world, role_changes.tag_role, "Dev", [(str(number), "") for number in range(49)], account=STANDALONE)
        with expect_refusal(world, QuotaExceeded):
            act(world, role_changes.tag_role, "Dev", [("x", ""), ("y", "")], account=STANDALONE)
        act(world, role_changes.tag_role, "Dev", [("x", ""), ("1", "changed")], account=STANDALONE)
        assert len(role_of(world.state, STANDALONE, "Dev", NOW).tags) == 50

    def test_deleted_role_is_not_found(self, world: World) -> None:
        """A deleted role is gone at once, and the deletion is an event."""
        act(world, role_changes.delete_role, "Dev", account=STANDALONE)
        with expect_refusal(world, RoleNotFound):
            act(world, role_changes.delete_role, "Dev", account=STANDALONE)
        assert isinstance(world.events[-1], RoleDeletionRequested)

    def test_role_with_policies_is_not_deleted(self, world: World) -> None:
        """A role with policies cannot be deleted."""
        member = create_member(world)
        with expect_refusal(world, EntityInUse, DeletionObstacle.ATTACHED_POLICIES):
            act(world, role_changes.delete_role, "OrganizationAccountAccessRole", account=member)

    def test_unlinked_role_is_returned(self, world: World) -> None:
        """A role that is not linked to a service is returned."""
        assert act(world, role_changes.unlinked_role, "Dev", account=STANDALONE) == DEV_ROLE


NEW = role_changes.NewRole(name="Ops", trust_policy=DEV_ROLE.trust_policy)


class TestCreateRole:
    """create_role."""

    def test_new_role_has_requested_attributes(self, world: World) -> None:
        """A new role has an id of its kind and the requested attributes."""
        new = replace(NEW, path="/p/", description="Ours", max_session=timedelta(hours=2), tags=[("k", "v")])
        role = act(world, role_changes.create_role, new)
        assert role.id.startswith("AROA")
        assert (role.path, role.description, role.max_session) == ("/p/", "Ours", timedelta(hours=2))
        assert role_of(world.state, MANAGEMENT, "ops", NOW) == role

    def test_name_in_use_is_refused_until_role_is_deleted(self, world: World) -> None:
        """A role name is unique in its account, regardless of case, until the role is deleted."""
        act(world, role_changes.create_role, NEW)
        with expect_refusal(world, EntityNameTaken):
            act(world, role_changes.create_role, replace(NEW, name="OPS"))
        act(world, role_changes.delete_role, "Ops")
        act(world, role_changes.create_role, NEW)

    @pytest.mark.parametrize("path", ["/aws-service-role/", "/aws-service-role/artifact.amazonaws.com/"])
    def test_path_of_linked_roles_is_reserved(self, world: World, path: str) -> None:
        """A role below the path of service-linked roles is refused, so that none can take the place of one."""
        with expect_refusal(world, PathReserved):
            act(world, role_changes.create_role, replace(NEW, path=path))

    def test_unknown_boundary_is_refused(self, world: World) -> None:
        """A boundary that does not exist is refused."""
        with expect_refusal(world, EntityNotFound):
            act(world, role_changes.create_role, replace(NEW, boundary="arn:aws:iam::aws:policy/Nothing"))

    def test_role_beyond_quota_is_refused(self, world: World) -> None:
        """The number of roles in an account is limited; service-linked roles do not count."""
        set_iam_quotas(world, RolesPerAccount=1)
        act(world, role_changes.create_role, NEW)
        with expect_refusal(world, QuotaExceeded):
            act(world, role_changes.create_role, replace(NEW, name="Second"))

    @pytest.mark.parametrize(
        "trust",
        [
            "{}",
            "x",
            '{"Statement": {"Effect": "Allow", "Action": "sts:AssumeRole"}}',
            '{"Statement": {"Effect": "Allow", "Action": "iam:*", "Principal": "*"}}',
            '{"Statement": {"Effect": "Allow", "Action": "sts:*", "Principal": "invalid"}}',
            '{"Statement": {"Effect": "Allow", "Action": "sts:*", "Principal": {"AWS": 1}}}',
            '{"Statement": {"Effect": "Allow", "Action": [1], "Principal": "*"}}',
            '{"Statement": {"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": "*", "Resource": "*"}}',
        ],
    )
    def test_invalid_trust_policy_is_refused(self, world: World, trust: str) -> None:
        """A trust policy names principals and STS actions, and no resources."""
        with expect_refusal(world, MalformedPolicyDocument):
            act(world, role_changes.create_role, replace(NEW, trust_policy=trust))
        with expect_refusal(world, MalformedPolicyDocument):
            act(world, role_changes.update_trust_policy, "Dev", trust, account=STANDALONE)


class TestUpdateTrustPolicy:
    """update_trust_policy."""

    def test_trust_policy_is_replaced(self, world: World) -> None:
        """The new trust policy replaces the old one."""
        trust = trust_policy_for(service="ec2.amazonaws.com")
        act(world, role_changes.update_trust_policy, "Dev", trust, account=STANDALONE)
        assert role_of(world.state, STANDALONE, "Dev", NOW).trust_policy == trust

    def test_trust_policy_has_2048_characters_at_most(self, world: World) -> None:
        """A trust policy has at most 2,048 characters."""
        trust = trust_policy_for(service="a" * 2_048)
        with expect_refusal(world, QuotaExceeded):
            act(world, role_changes.update_trust_policy, "Dev", trust, account=STANDALONE)

    def test_trust_policy_of_linked_role_is_protected(self, world: World) -> None:
        """The trust policy of a service-linked role cannot be changed."""
        with expect_refusal(world, RoleProtected):
            act(world, role_changes.update_trust_policy, ROLE, DEV_ROLE.trust_policy)


class TestMissingRole:
    """Roles that do not exist."""

    @every_change
    def test_role_of_another_account_is_not_found(
        self, world: World, change: Change, arguments: tuple[Any, ...], named: dict[str, Any]
    ) -> None:
        """The roles of other accounts are not found."""
        with expect_refusal(world, RoleNotFound):
            act(world, change, "Dev", *arguments, **named)
