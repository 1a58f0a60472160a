"""Managed policies, permissions boundaries and inline policies of users, groups and roles."""

from typing import Any

import pytest

from artifact_state.errors import (
    Entity,
    EntityNotFound,
    InvalidPolicyArn,
    MalformedPolicyDocument,
    QuotaExceeded,
    RoleNotFound,
    RoleProtected,
    ServicePolicyNotAttachable,
)
from artifact_state.iam import attached_policies, groups, inline_policies, managed_policies, users
from artifact_state.iam.initial_roles import trust_policy_for
from artifact_state.iam.managed_policies import NewPolicy
from artifact_state.iam.policy_usage import Identity, boundary_of
from artifact_state.iam.role_changes import NewRole, create_role
from artifact_state.world import World
from tests.support.domain import MANAGEMENT, STANDALONE, act, expect_refusal, world_with_organization
from tests.support.identities import ADMINISTRATOR_ACCESS, ALLOW_ALL, by_name, find_identity

KINDS = {Entity.USER: "Alice", Entity.GROUP: "Admins", Entity.ROLE: "Dev"}
LINKED = "AWSServiceRoleForOrganizations"
ARTIFACT_POLICY = "arn:aws:iam::aws:policy/aws-service-role/AWSArtifactServiceRolePolicy"
every_kind = pytest.mark.parametrize(("kind", "name"), KINDS.items())
with_boundary = pytest.mark.parametrize(("kind", "name"), [(Entity.USER, "Alice"), (Entity.ROLE, "Dev")])
INLINE_ENTITIES = {Entity.USER: Entity.USER_POLICY, Entity.GROUP: Entity.GROUP_POLICY, Entity.ROLE: Entity.ROLE_POLICY}
INLINE_SIZE_LIMITS = {Entity.USER: 2_048, Entity.GROUP: 5_120, Entity.ROLE: 10_240}


@pytest.fixture
def world() -> World:
    """Return a world in which the management account has a user, a group and a role."""
    world = world_with_organization()
    act(world, users.create_user, "Alice")
    act(world, groups.create_group, "Admins")
    act(world, create_role, NewRole(name="Dev", trust_policy=trust_policy_for(aws=f"arn:aws:iam::{MANAGEMENT}:root")))
    return world


def identity(world: World, kind: Entity, name: str) -> Identity:
    """Return a user, group or role."""
    return act(world, find_identity, kind, name)


class TestAttachPolicy:
    """attach_policy and detach_policy."""

    @every_kind
    def test_policies_keep_the_order_of_attachment(self, world: World, kind: Entity, name: str) -> None:
        """Policies keep the order of attachment; attaching one again changes nothing."""
        customer_policy = act(world, managed_policies.create_policy, NewPolicy(name="Mine", document=ALLOW_ALL))
        arn = f"arn:aws:iam::{MANAGEMENT}:policy/{customer_policy.name}"
        for attached in (ADMINISTRATOR_ACCESS, arn, ADMINISTRATOR_ACCESS):
            act(world, by_name(attached_policies.attach_policy), kind, name, attached)
        assert identity(world, kind, name).managed_policies == ("AdministratorAccess", ":Mine")
        act(world, by_name(attached_policies.detach_policy), kind, name, ADMINISTRATOR_ACCESS)
        assert identity(world, kind, name).managed_policies == (":Mine",)

    @pytest.mark.parametrize(
        ("arn", "foreign"),
        [
            ("longpolicynamebutnoarn", False),
            ("arn:aws:iam::aws:user/AdministratorAccess", False),
            ("arn:aws:iam:us-east-1:aws:policy/AdministratorAccess", False),
            (f"{ADMINISTRATOR_ACCESS} ", False),
            ("arn:aws:sts::aws:policy/AdministratorAccess", False),
            ("arn:aws-cn:iam::aws:policy/AdministratorAccess", True),
        ],
    )
    def test_invalid_policy_arn_is_refused(self, world: World, arn: str, *, foreign: bool) -> None:
        """A text that is not the ARN of a policy in the caller's partition is refused."""
        rules = [by_name(attached_policies.attach_policy), by_name(attached_policies.detach_policy)]
        for rule in (*rules, by_name(attached_policies.put_boundary)):
            before = world.state
            with pytest.raises(InvalidPolicyArn) as caught:
                act(world, rule, Entity.USER, "Alice", arn)
            assert (caught.value.foreign, world.state is before) == (foreign, True)

    @every_kind
    def test_policy_beyond_quota_is_refused(self, world: World, kind: Entity, name: str) -> None:
        """At most ten policies can be attached to a user or group, and twenty to a role."""
        quota = 20 if kind is Entity.ROLE else 10
        arns = []
        for number in range(quota + 1):
            act(world, managed_policies.create_policy, NewPolicy(name=f"P{number}", document=ALLOW_ALL))
            arns.append(f"arn:aws:iam::{MANAGEMENT}:policy/P{number}")
        for arn in arns[:quota]:
            act(world, by_name(attached_policies.attach_policy), kind, name, arn)
        with expect_refusal(world, QuotaExceeded):
            act(world, by_name(attached_policies.attach_policy), kind, name, arns[quota])

    @every_kind
    def test_service_policy_cannot_be_attached(self, world: World, kind: Entity, name: str) -> None:
        """The policy of a service-linked role cannot be attached to other identities."""
        with expect_refusal(world, ServicePolicyNotAttachable):
            act(world, by_name(attached_policies.attach_policy), kind, name, ARTIFACT_POLICY)

    @every_kind
    @pytest.mark.parametrize("account", ["aws", STANDALONE])
    def test_unknown_policy_cannot_be_attached(self, world: World, kind: Entity, name: str, account: str) -> None:
        """An unknown policy of AWS or of another account cannot be attached."""
        arn = f"arn:aws:iam::{account}:policy/Nothing"
        before = world.state
        with pytest.raises(EntityNotFound) as caught:
            act(world, by_name(attached_policies.attach_policy), kind, name, arn)
        assert (caught.value.kind, caught.value.name) == (Entity.ATTACHABLE_POLICY, arn)
        assert world.state is before

    @every_kind
    def test_unattached_policy_cannot_be_detached(self, world: World, kind: Entity, name: str) -> None:
        """A policy that is not attached cannot be detached."""
        with expect_refusal(world, EntityNotFound):
            act(world, by_name(attached_policies.detach_policy), kind, name, ADMINISTRATOR_ACCESS)

    @every_kind
    def test_identity_of_another_account_is_not_found(self, world: World, kind: Entity, name: str) -> None:
        """The identities of other accounts are not found."""
        with expect_refusal(world, RoleNotFound if kind is Entity.ROLE else EntityNotFound):
            act(world, by_name(attached_policies.attach_policy), kind, name, ADMINISTRATOR_ACCESS, account=STANDALONE)


class TestBoundary:
    """put_boundary and delete_boundary."""

    @with_boundary
    def test_boundary_is_replaced_and_deleted(self, world: World, kind: Entity, name: str) -> None:
        """An identity has one boundary at a time; deleting a missing boundary is accepted."""
        for arn in (ADMINISTRATOR_ACCESS, "arn:aws:iam::aws:policy/PowerUserAccess"):
            act(world, by_name(attached_policies.put_boundary), kind, name, arn)
        assert boundary_of(identity(world, kind, name)) == "PowerUserAccess"
        for _ in range(2):
            act(world, by_name(attached_policies.delete_boundary), kind, name)
        assert boundary_of(identity(world, kind, name)) is None

    @with_boundary
    def test_unknown_policy_cannot_be_boundary(self, world: World, kind: Entity, name: str) -> None:
        """A policy that does not exist cannot be a boundary."""
        before = world.state
        with pytest.raises(EntityNotFound) as caught:
            act(world, by_name(attached_policies.put_boundary), kind, name, "arn:aws:iam::aws:policy/Nothing")
        assert caught.value.kind is Entity.BOUNDARY
        assert world.state is before

    @with_boundary
    def test_service_policy_cannot_be_boundary(self, world: World, kind: Entity, name: str) -> None:
        """The policy of a service-linked role cannot be a boundary."""
        with expect_refusal(world, ServicePolicyNotAttachable):
            act(world, by_name(attached_policies.put_boundary), kind, name, ARTIFACT_POLICY)
        with expect_refusal(world, EntityNotFound):
            act(
                world,
                create_role,
                NewRole(name="Ops", trust_policy=trust_policy_for(aws="*"), boundary=ARTIFACT_POLICY),
            )


class TestInlinePolicies:
    """put_inline_policy, inline_policy and delete_inline_policy."""

    @every_kind
    def test_inline_policy_is_replaced_read_and_deleted(self, world: World, kind: Entity, name: str) -> None:
        """A policy replaces the one with the same name, is returned as it was put, and can be deleted once."""
        for document in (ALLOW_ALL, ALLOW_ALL.replace("Allow", "Deny")):
            act(world, by_name(inline_policies.put_inline_policy), kind, name, "p", document)
        assert inline_policies.inline_policy(identity(world, kind, name), "p") == document
        act(world, by_name(inline_policies.delete_inline_policy), kind, name, "p")
        with pytest.raises(EntityNotFound) as caught:
            inline_policies.inline_policy(identity(world, kind, name), "p")
        assert caught.value.kind is INLINE_ENTITIES[kind]
        with expect_refusal(world, EntityNotFound):
            act(world, by_name(inline_policies.delete_inline_policy), kind, name, "p")

    @every_kind
    def test_inline_policies_differ_in_more_than_case(self, world: World, kind: Entity, name: str) -> None:
        """Names that differ in case name one policy, which keeps the name that it was created with."""
        denying = ALLOW_ALL.replace("Allow", "Deny")
        act(world, by_name(inline_policies.put_inline_policy), kind, name, "MixedName", ALLOW_ALL)
        act(world, by_name(inline_policies.put_inline_policy), kind, name, "MIXEDNAME", denying)
        assert dict(identity(world, kind, name).inline_policies) == {"MixedName": denying}
        assert inline_policies.inline_policy(identity(world, kind, name), "mixedname") == denying
        act(world, by_name(inline_policies.delete_inline_policy), kind, name, "mixedNAME")
        assert not identity(world, kind, name).inline_policies

    @every_kind
    def test_inline_policies_share_size_limit(self, world: World, kind: Entity, name: str) -> None:
        """The inline policies of an identity have one size limit together."""
        size = len(ALLOW_ALL.replace(" ", ""))
        filler = ALLOW_ALL.replace('"Action": "*"', f'"Action": "s3:{"a" * (INLINE_SIZE_LIMITS[kind] - 2 * size - 2)}"')
        act(world, by_name(inline_policies.put_inline_policy), kind, name, "a", ALLOW_ALL)
        act(world, by_name(inline_policies.put_inline_policy), kind, name, "b", filler)
        with expect_refusal(world, QuotaExceeded):
            act(world, by_name(inline_policies.put_inline_policy), kind, name, "b", filler.replace("s3:", "s3:a"))

    @every_kind
    def test_malformed_inline_policy_is_refused(self, world: World, kind: Entity, name: str) -> None:
        """A document that is not a policy is refused."""
        with expect_refusal(world, MalformedPolicyDocument):
            act(world, by_name(inline_policies.put_inline_policy), kind, name, "p", "{}")


class TestServiceLinkedRole:
    """Service-linked roles."""

    @pytest.mark.parametrize(
        ("change", "arguments"),
        [
            (by_name(attached_policies.attach_policy), (ADMINISTRATOR_ACCESS,)),
            (by_name(attached_policies.detach_policy), (ADMINISTRATOR_ACCESS,)),
            (by_name(attached_policies.put_boundary), (ADMINISTRATOR_ACCESS,)),
            (by_name(attached_policies.delete_boundary), ()),
            (by_name(inline_policies.put_inline_policy), ("p", ALLOW_ALL)),
            (by_name(inline_policies.delete_inline_policy), ("p",)),
        ],
    )
    def test_policies_of_linked_role_cannot_change(self, world: World, change: Any, arguments: tuple[str, ...]) -> None:
        """No rule changes the policies or the boundary of a service-linked role."""
        with expect_refusal(world, RoleProtected):
            act(world, change, Entity.ROLE, LINKED, *arguments)
