"""What an account may change about its roles, and what a linked role refuses."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from artifact_state.errors import (EntityInUse, EntityNameTaken, EntityNotFound, MalformedPolicyDocument, QuotaExceeded, RoleNotFound, RoleProtected)
from artifact_state.events import RoleChanged, RoleDeletionRequested
from artifact_state.iam import linked_roles, role_changes
from artifact_state.iam.roles import put_role, role_of, trust_policy_for
from artifact_state.model import Role
from artifact_state.organizations import accounts, trusted_access
from artifact_state.world import World
from tests.state.test_roles import ROLE as UNLINKED
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

ARTIFACT = "artifact.amazonaws.com"
ROLE = "AWSServiceRoleForArtifact"
Change = Callable[..., Any]
# Every change that an account may make to a role, and its arguments.
MODIFICATIONS: dict[str, tuple[Change, tuple[Any, ...], dict[str, Any]]] = {
    "description": (role_changes.update_role, (), {"description": "Mine"}),
    "tags": (role_changes.tag_role, ([("k", "v")],), {}),
    "no tags": (role_changes.untag_role, (["k"],), {}),
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
    """Give a world with an organization that trusts Artifact, and a stranger with a role of his own."""
    world = world_with_organization()
    act(world, trusted_access.enable_service_access, ARTIFACT)
    with transaction(world) as tx:
        put_role(tx, UNLINKED)
    return world


def linked(world: World, account: str = MANAGEMENT) -> Role:
    """Give Artifact's role."""
    return role_of(world.state, account, ROLE, NOW)


class TestLinkedRole:
    """A role that is linked to a service."""

    @every_change
    def test_refuses_every_change_while_it_is_used(
        self, world: World, change: Change, arguments: tuple[Any, ...], named: dict[str, Any]
    ) -> None:
        """You can delete or modify this role only if you disable trusted access."""
        with expect_refusal(world, RoleProtected):
            act(world, change, ROLE, *arguments, **named)

    @pytest.mark.parametrize(("change", "arguments", "named"), ALWAYS_PROTECTED.values(), ids=ALWAYS_PROTECTED)
    def test_refuses_what_iam_refuses_even_when_it_is_not(
        self, world: World, change: Change, arguments: tuple[Any, ...], named: dict[str, Any]
    ) -> None:
        """Policies, trust, session length and deletion by IAM are never an account's to change."""
        act(world, trusted_access.disable_service_access, ARTIFACT)
        with expect_refusal(world, RoleProtected):
            act(world, change, ROLE, *arguments, **named)

    @every_modification
    def test_may_be_modified_once_trusted_access_is_off(
        self, world: World, change: Change, arguments: tuple[Any, ...], named: dict[str, Any]
    ) -> None:
        """Description and tags may change then, and it is told."""
        act(world, trusted_access.disable_service_access, ARTIFACT)
        act(world, change, ROLE, *arguments, **named)
        assert any(isinstance(event, RoleChanged) for event in world.events)

    @every_modification
    def test_may_be_modified_once_the_account_is_removed(
        self, world: World, change: Change, arguments: tuple[Any, ...], named: dict[str, Any]
    ) -> None:
        """... or if you remove the member account from the organization."""
        member = create_member(world)
        act(world, linked_roles.create_linked_role, ARTIFACT, account=member)
        with expect_refusal(world, RoleProtected):
            act(world, change, ROLE, *arguments, account=member, **named)
        act(world, accounts.remove_account, member)
        act(world, change, ROLE, *arguments, account=member, **named)

    def test_keeps_its_id_when_it_is_modified(self, world: World) -> None:
        """A modified role is the same role; its trust stays."""
        before = linked(world)
        act(world, trusted_access.disable_service_access, ARTIFACT)
        act(world, role_changes.update_role, ROLE, description="Mine")
        act(world, role_changes.tag_role, ROLE, [("k", "v")])
        after = linked(world)
        assert (after.id, after.trust_policy, after.managed_policies) == (
            before.id,
            before.trust_policy,
            before.managed_policies,
        )
        assert (after.description, dict(after.tags)) == ("Mine", {"k": "v"})


class TestUnlinkedRole:
    """A role that belongs to no service."""

    def test_changes_its_description_and_session(self, world: World) -> None:
        """What is not given stays as it was."""
        act(world, role_changes.update_role, "Dev", description="Mine", account=STANDALONE)
        act(world, role_changes.update_role, "Dev", max_session=timedelta(hours=12), account=STANDALONE)
        role = role_of(world.state, STANDALONE, "Dev", NOW)
        assert (role.description, role.max_session) == ("Mine", timedelta(hours=12))
        act(world, role_changes.update_role, "Dev", description="", account=STANDALONE)
        assert role_of(world.state, STANDALONE, "Dev", NOW).description == ""

    def test_takes_tags(self, world: World) -> None:
        """Setting a tag again changes its value; taking off what is not there is no error."""
        for value in ("1", "2"):
            act(world, role_changes.tag_role, "Dev", [("a", value), ("b", "x")], account=STANDALONE)
        act(world, role_changes.untag_role, "Dev", ["b", "c"], account=STANDALONE)
        assert dict(role_of(world.state, STANDALONE, "Dev", NOW).tags) == {"a": "2"}

    def test_takes_fifty_tags(self, world: World) -> None:
        """Fifty fit; the fifty-first does not, and none of a call that goes beyond is set."""
        act(world, role_changes.tag_role, "Dev", [(str(number), "") for number in range(49)], account=STANDALONE)
        with expect_refusal(world, QuotaExceeded):
            act(world, role_changes.tag_role, "Dev", [("x", ""), ("y", "")], account=STANDALONE)
        act(world, role_changes.tag_role, "Dev", [("x", ""), ("1", "changed")], account=STANDALONE)
        assert len(role_of(world.state, STANDALONE, "Dev", NOW).tags) == 50

    def test_is_deleted(self, world: World) -> None:
        """It is gone at once, and it is told."""
        act(world, role_changes.delete_role, "Dev", account=STANDALONE)
        with expect_refusal(world, RoleNotFound):
            act(world, role_changes.delete_role, "Dev", account=STANDALONE)
        assert isinstance(world.events[-1], RoleDeletionRequested)

    def test_is_not_deleted_with_policies(self, world: World) -> None:
        """The access role has a policy, and stays."""
        member = create_member(world)
        with expect_refusal(world, EntityInUse):
            act(world, role_changes.delete_role, "OrganizationAccountAccessRole", account=member)

    def test_has_policies_that_may_change(self, world: World) -> None:
        """Its policies are its account's to change."""
        assert act(world, role_changes.unlinked_role, "Dev", account=STANDALONE) == UNLINKED


NEW = role_changes.NewRole(name="Ops", trust_policy=UNLINKED.trust_policy)


class TestCreateRole:
    """create_role."""

    def test_makes_a_role(self, world: World) -> None:
        """It has an id of its own kind, and what was asked."""
        wanted = replace(NEW, path="/p/", description="Ours", max_session=timedelta(hours=2), tags=[("k", "v")])
        role = act(world, role_changes.create_role, wanted)
        assert role.id.startswith("AROA")
        assert (role.path, role.description, role.max_session) == ("/p/", "Ours", timedelta(hours=2))
        assert role_of(world.state, MANAGEMENT, "ops", NOW) == role

    def test_that_exists(self, world: World) -> None:
        """A name is taken, whatever its case, until the role is gone."""
        act(world, role_changes.create_role, NEW)
        with expect_refusal(world, EntityNameTaken):
            act(world, role_changes.create_role, replace(NEW, name="OPS"))
        act(world, role_changes.delete_role, "Ops")
        act(world, role_changes.create_role, NEW)

    def test_bounded_by_nothing(self, world: World) -> None:
        """A boundary that does not exist makes no role."""
        with expect_refusal(world, EntityNotFound):
            act(world, role_changes.create_role, replace(NEW, boundary="arn:aws:iam::aws:policy/Nothing"))

    def test_beyond_the_quota(self, world: World) -> None:
        """An account has so many roles and no more; those of services do not count."""
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
            '{"Statement": {"Effect": "Allow", "Action": "sts:*", "Principal": "somebody"}}',
            '{"Statement": {"Effect": "Allow", "Action": "sts:*", "Principal": {"AWS": 1}}}',
            '{"Statement": {"Effect": "Allow", "Action": [1], "Principal": "*"}}',
            '{"Statement": {"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": "*", "Resource": "*"}}',
        ],
    )
    def test_that_trusts_nobody(self, world: World, trust: str) -> None:
        """A trust policy names who, and not what; it is about assuming."""
        with expect_refusal(world, MalformedPolicyDocument):
            act(world, role_changes.create_role, replace(NEW, trust_policy=trust))
        with expect_refusal(world, MalformedPolicyDocument):
            act(world, role_changes.update_trust_policy, "Dev", trust, account=STANDALONE)


class TestUpdateTrust:
    """update_trust."""

    def test_trusts_another(self, world: World) -> None:
        """The role trusts whom the new policy names."""
        trust = trust_policy_for(service="ec2.amazonaws.com")
        act(world, role_changes.update_trust_policy, "Dev", trust, account=STANDALONE)
        assert role_of(world.state, STANDALONE, "Dev", NOW).trust_policy == trust

    def test_is_not_too_large(self, world: World) -> None:
        """A trust policy has 2,048 characters at most."""
        trust = trust_policy_for(service="a" * 2_048)
        with expect_refusal(world, QuotaExceeded):
            act(world, role_changes.update_trust_policy, "Dev", trust, account=STANDALONE)

    def test_of_a_linked_role(self, world: World) -> None:
        """Whom a service's role trusts is never an account's to change."""
        with expect_refusal(world, RoleProtected):
            act(world, role_changes.update_trust_policy, ROLE, UNLINKED.trust_policy)


class TestMissingRole:
    """A role that is not there."""

    @every_change
    def test_is_not_changed(
        self, world: World, change: Change, arguments: tuple[Any, ...], named: dict[str, Any]
    ) -> None:
        """Another account's role is not there."""
        with expect_refusal(world, RoleNotFound):
            act(world, change, "Dev", *arguments, **named)
