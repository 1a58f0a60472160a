"""Managed policies on users, groups and roles, and inline ones in them."""

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
from artifact_state.iam.managed_policies import NewPolicy
from artifact_state.iam.policy_usage import Identity, boundary_of
from artifact_state.iam.role_changes import NewRole, create_role
from artifact_state.iam.roles import trust_policy_for
from artifact_state.world import World
from tests.support.domain import MANAGEMENT, STANDALONE, act, expect_refusal, world_with_organization
from tests.support.identities import ADMINISTRATOR_ACCESS, ALLOW_ALL, by_name, find_identity

KINDS = {Entity.USER: "Alice", Entity.GROUP: "Admins", Entity.ROLE: "Dev"}
LINKED = "AWSServiceRoleForOrganizations"
OF_ARTIFACT = "arn:aws:iam::aws:policy/aws-service-role/AWSArtifactServiceRolePolicy"
every_kind = pytest.mark.parametrize(("kind", "name"), KINDS.items())
bounded = pytest.mark.parametrize(("kind", "name"), [(Entity.USER, "Alice"), (Entity.ROLE, "Dev")])
INLINE = {Entity.USER: Entity.USER_POLICY, Entity.GROUP: Entity.GROUP_POLICY, Entity.ROLE: Entity.ROLE_POLICY}
LIMITS = {Entity.USER: 2_048, Entity.GROUP: 5_120, Entity.ROLE: 10_240}


@pytest.fixture
def world() -> World:
    """Give a world with a user, a group and a role."""
    world = world_with_organization()
    act(world, users.create_user, "Alice")
    act(world, groups.create_group, "Admins")
    act(world, create_role, NewRole(name="Dev", trust_policy=trust_policy_for(aws=f"arn:aws:iam::{MANAGEMENT}:root")))
    return world


def the(world: World, kind: Entity, name: str) -> Identity:
    """Give a user, a group or a role."""
    return act(world, find_identity, kind, name)


class TestAttachPolicy:
    """attach_policy and detach_policy."""

    @every_kind
    def test_in_the_order_of_attaching(self, world: World, kind: Entity, name: str) -> None:
        """Attaching twice is no error; detaching leaves the others."""
        own = act(world, managed_policies.create_policy, NewPolicy(name="Mine", document=ALLOW_ALL))
        arn = f"arn:aws:iam::{MANAGEMENT}:policy/{own.name}"
        for one in (ADMINISTRATOR_ACCESS, arn, ADMINISTRATOR_ACCESS):
            act(world, by_name(attached_policies.attach_policy), kind, name, one)
        assert the(world, kind, name).managed_policies == ("AdministratorAccess", ":Mine")
        act(world, by_name(attached_policies.detach_policy), kind, name, ADMINISTRATOR_ACCESS)
        assert the(world, kind, name).managed_policies == (":Mine",)

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
    def test_by_no_arn(self, world: World, arn: str, *, foreign: bool) -> None:
        """What is no ARN of a policy in this partition is not looked for."""
        rules = [by_name(attached_policies.attach_policy), by_name(attached_policies.detach_policy)]
        for rule in (*rules, by_name(attached_policies.put_boundary)):
            before = world.state
            with pytest.raises(InvalidPolicyArn) as caught:
                act(world, rule, Entity.USER, "Alice", arn)
            assert (caught.value.foreign, world.state is before) == (foreign, True)

    @every_kind
    def test_ten_at_most(self, world: World, kind: Entity, name: str) -> None:
        """The eleventh is over the quota."""
        arns = []
        for number in range(11):
            act(world, managed_policies.create_policy, NewPolicy(name=f"P{number}", document=ALLOW_ALL))
            arns.append(f"arn:aws:iam::{MANAGEMENT}:policy/P{number}")
        for arn in arns[:10]:
            act(world, by_name(attached_policies.attach_policy), kind, name, arn)
        with expect_refusal(world, QuotaExceeded):
            act(world, by_name(attached_policies.attach_policy), kind, name, arns[10])

    @every_kind
    def test_of_a_service(self, world: World, kind: Entity, name: str) -> None:
        """The policy of a service's own role can be attached to nothing else."""
        with expect_refusal(world, ServicePolicyNotAttachable):
            act(world, by_name(attached_policies.attach_policy), kind, name, OF_ARTIFACT)

    @every_kind
    @pytest.mark.parametrize("account", ["aws", STANDALONE])
    def test_that_is_not_there(self, world: World, kind: Entity, name: str, account: str) -> None:
        """Neither AWS's nor another account's is made up."""
        arn = f"arn:aws:iam::{account}:policy/Nothing"
        before = world.state
        with pytest.raises(EntityNotFound) as caught:
            act(world, by_name(attached_policies.attach_policy), kind, name, arn)
        assert (caught.value.kind, caught.value.name) == (Entity.ATTACHABLE_POLICY, arn)
        assert world.state is before

    @every_kind
    def test_that_is_not_attached(self, world: World, kind: Entity, name: str) -> None:
        """What is not attached is not detached."""
        with expect_refusal(world, EntityNotFound):
            act(world, by_name(attached_policies.detach_policy), kind, name, ADMINISTRATOR_ACCESS)

    @every_kind
    def test_to_nobody(self, world: World, kind: Entity, name: str) -> None:
        """Another account's user, group or role is not there."""
        with expect_refusal(world, RoleNotFound if kind is Entity.ROLE else EntityNotFound):
            act(world, by_name(attached_policies.attach_policy), kind, name, ADMINISTRATOR_ACCESS, account=STANDALONE)


class TestBoundary:
    """put_boundary and delete_boundary."""

    @bounded
    def test_is_put_and_deleted(self, world: World, kind: Entity, name: str) -> None:
        """One at a time; deleting what is not there is no error."""
        for arn in (ADMINISTRATOR_ACCESS, "arn:aws:iam::aws:policy/PowerUserAccess"):
            act(world, by_name(attached_policies.put_boundary), kind, name, arn)
        assert boundary_of(the(world, kind, name)) == "PowerUserAccess"
        for _ in range(2):
            act(world, by_name(attached_policies.delete_boundary), kind, name)
        assert boundary_of(the(world, kind, name)) is None

    @bounded
    def test_that_is_not_there(self, world: World, kind: Entity, name: str) -> None:
        """A policy that does not exist bounds nobody."""
        before = world.state
        with pytest.raises(EntityNotFound) as caught:
            act(world, by_name(attached_policies.put_boundary), kind, name, "arn:aws:iam::aws:policy/Nothing")
        assert caught.value.kind is Entity.BOUNDARY
        assert world.state is before

    @bounded
    def test_that_is_for_a_service(self, world: World, kind: Entity, name: str) -> None:
        """The policy of a service's own role bounds nobody either."""
        with expect_refusal(world, ServicePolicyNotAttachable):
            act(world, by_name(attached_policies.put_boundary), kind, name, OF_ARTIFACT)
        with expect_refusal(world, EntityNotFound):
            act(world, create_role, NewRole(name="Ops", trust_policy=trust_policy_for(aws="*"), boundary=OF_ARTIFACT))


class TestInlinePolicies:
    """put_inline_policy, inline_policy and delete_inline_policy."""

    @every_kind
    def test_come_and_go(self, world: World, kind: Entity, name: str) -> None:
        """A policy takes the place of its namesake, and is given back as it was put."""
        for document in (ALLOW_ALL, ALLOW_ALL.replace("Allow", "Deny")):
            act(world, by_name(inline_policies.put_inline_policy), kind, name, "p", document)
        assert (
            act(
                world,
                lambda tx, kind, name, *rest: inline_policies.inline_policy(find_identity(tx, kind, name), *rest),
                kind,
                name,
                "p",
            )
            == document
        )
        act(world, by_name(inline_policies.delete_inline_policy), kind, name, "p")
        for rule in (
            lambda tx, kind, name, *rest: inline_policies.inline_policy(find_identity(tx, kind, name), *rest),
            by_name(inline_policies.delete_inline_policy),
        ):
            before = world.state
            with pytest.raises(EntityNotFound) as caught:
                act(world, rule, kind, name, "p")
            assert caught.value.kind is INLINE[kind]
            assert world.state is before

    @every_kind
    def test_share_one_limit(self, world: World, kind: Entity, name: str) -> None:
        """All policies of one together are at the limit, and then over it."""
        own = len(ALLOW_ALL.replace(" ", ""))
        filler = ALLOW_ALL.replace('"Action": "*"', f'"Action": "s3:{"a" * (LIMITS[kind] - 2 * own - 2)}"')
        act(world, by_name(inline_policies.put_inline_policy), kind, name, "a", ALLOW_ALL)
        act(world, by_name(inline_policies.put_inline_policy), kind, name, "b", filler)
        with expect_refusal(world, QuotaExceeded):
            act(world, by_name(inline_policies.put_inline_policy), kind, name, "b", filler.replace("s3:", "s3:a"))

    @every_kind
    def test_are_policies(self, world: World, kind: Entity, name: str) -> None:
        """What is no policy is not put."""
        with expect_refusal(world, MalformedPolicyDocument):
            act(world, by_name(inline_policies.put_inline_policy), kind, name, "p", "{}")


class TestLinkedRole:
    """A role that is linked to a service."""

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
    def test_is_protected(self, world: World, change: Any, arguments: tuple[str, ...]) -> None:
        """Its policies are its service's, whatever is asked."""
        with expect_refusal(world, RoleProtected):
            act(world, change, Entity.ROLE, LINKED, *arguments)
