"""Managed policies: those of AWS, found by their ARN, and those of an account, with their versions."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from artifact_state.errors import (
    DeletionObstacle,
    Entity,
    EntityInUse,
    EntityNameTaken,
    EntityNotFound,
    InvalidPolicyArn,
    InvalidTagKeys,
    MalformedPolicyDocument,
    NotOwned,
    QuotaExceeded,
    TagRule,
)
from artifact_state.iam import attached_policies, managed_policies, policy_usage, users
from artifact_state.iam.managed_policies import NewPolicy
from artifact_state.iam.policy_references import arn_of, reference_of
from artifact_state.model.identities import CustomerPolicy
from artifact_state.organizations import trusted_access
from artifact_state.world import World
from tests.support.domain import (
    MANAGEMENT,
    NOW,
    STANDALONE,
    act,
    create_member,
    expect_refusal,
    set_iam_quotas,
    world_with_organization,
)
from tests.support.identities import ALLOW_ALL, by_name

ARTIFACT = "arn:aws:iam::aws:policy/aws-service-role/AWSArtifactServiceRolePolicy"
OWN = f"arn:aws:iam::{MANAGEMENT}:policy/team/Mine"
DENIAL = '{"Version": "2012-10-17", "Statement": {"Effect": "Deny", "Action": "*", "Resource": "*"}}'


@pytest.fixture
def world() -> World:
    """Give a world with an organization that trusts Artifact, and a policy of the management account."""
    world = world_with_organization()
    act(world, trusted_access.enable_service_access, "artifact.amazonaws.com")
    act(
        world,
        managed_policies.create_policy,
        NewPolicy(name="Mine", document=ALLOW_ALL, path="/team/", description="Ours"),
    )
    return world


def own(world: World) -> CustomerPolicy:
    """Give the policy of the management account."""
    policy = act(world, managed_policies.managed_policy_by_arn, OWN)
    assert isinstance(policy, CustomerPolicy)
    return policy


class TestManagedPolicyAt:
    """managed_policy_at and version_of."""

    def test_of_artifact(self, world: World) -> None:
        """The role lets Artifact do four things, and nothing else."""
        _, version = act(world, managed_policies.policy_version, ARTIFACT, "v1")
        (statement,) = json.loads(version.document)["Statement"]
        assert set(statement["Action"]) == {
            "organizations:ListAccounts",
            "organizations:DescribeOrganization",
            "organizations:DescribeAccount",
            "organizations:ListAWSServiceAccessForOrganization",
        }

    @pytest.mark.parametrize("path", ["AdministratorAccess", "AWSArtifactAgreementsFullAccess"])
    def test_without_a_path(self, world: World, path: str) -> None:
        """Most policies have no path."""
        assert act(world, managed_policies.managed_policy_by_arn, f"arn:aws:iam::aws:policy/{path}").name == path

    @pytest.mark.parametrize(
        "arn",
        [
            "arn:aws:iam::aws:policy/Nothing",
            "arn:aws:iam::aws:policy/AWSArtifactServiceRolePolicy",
            "arn:aws:iam::111122223333:policy/AdministratorAccess",
            f"arn:aws:iam::{STANDALONE}:policy/team/Mine",
            f"arn:aws:iam::{MANAGEMENT}:policy/Mine",
            f"arn:aws:iam::{MANAGEMENT}:policy/team/mine",
        ],
    )
    def test_that_is_not_there(self, world: World, arn: str) -> None:
        """Another name, path or account is another policy."""
        with expect_refusal(world, EntityNotFound):
            act(world, managed_policies.managed_policy_by_arn, arn)

    @pytest.mark.parametrize(
        "arn",
        [
            "arn:aws-cn:iam::aws:policy/AdministratorAccess",
            "AdministratorAccess",
            "aws-service-role/AWSArtifactServiceRolePolicy",
            "",
        ],
    )
    def test_by_no_arn(self, world: World, arn: str) -> None:
        """A name is no ARN, and another partition's is not looked for."""
        with expect_refusal(world, InvalidPolicyArn):
            act(world, managed_policies.managed_policy_by_arn, arn)

    def test_in_another_partition(self, world: World) -> None:
        """Each partition has AWS's policies under its own ARNs."""
        arn = ARTIFACT.replace("arn:aws:", "arn:aws-us-gov:")
        policy = act(world, managed_policies.managed_policy_by_arn, arn, account=STANDALONE, region="us-gov-west-1")
        assert policy.name == "AWSArtifactServiceRolePolicy"

    @pytest.mark.parametrize("version", ["v0", "v2", "1", ""])
    def test_of_a_version_that_is_not_there(self, world: World, version: str) -> None:
        """An unknown version is not made up."""
        before = world.state
        with pytest.raises(EntityNotFound) as caught:
            act(world, managed_policies.policy_version, ARTIFACT, version)
        assert caught.value.kind is Entity.POLICY_VERSION
        assert world.state is before


class TestCreatePolicy:
    """create_policy."""

    def test_has_a_first_version(self, world: World) -> None:
        """Its first version is in force, and found by its ARN."""
        policy = own(world)
        assert (policy.default_version_id, policy.document, policy.description) == ("v1", ALLOW_ALL, "Ours")
        assert (arn_of("aws", policy), policy.policy_id[:4]) == (OWN, "ANPA")

    @pytest.mark.parametrize("name", ["Mine", "MINE"])
    def test_that_exists(self, world: World, name: str) -> None:
        """A name is taken whatever the path; one of AWS's is not."""
        with expect_refusal(world, EntityNameTaken):
            act(world, managed_policies.create_policy, NewPolicy(name=name, document=ALLOW_ALL))
        act(world, managed_policies.create_policy, NewPolicy(name="AdministratorAccess", document=ALLOW_ALL))

    @pytest.mark.parametrize("document", ["{}", "x", "", "[]", DENIAL.replace('"Deny"', '"Maybe"')])
    def test_of_what_is_no_policy(self, world: World, document: str) -> None:
        """What is no policy makes none."""
        with expect_refusal(world, MalformedPolicyDocument):
            act(world, managed_policies.create_policy, NewPolicy(name="Other", document=document))

    def test_of_the_largest_size(self, world: World) -> None:
        """6,144 characters fit, however much white space there is; one more does not."""
        room = 6_144 - len(ALLOW_ALL.replace(" ", ""))
        fits = ALLOW_ALL.replace('"Action": "*"', f'"Action": "s3:{"a" * (room - 2)}"') + " " * 1_000
        act(world, managed_policies.create_policy, NewPolicy(name="Large", document=fits))
        with expect_refusal(world, QuotaExceeded):
            act(world, managed_policies.create_policy, NewPolicy(name="Larger", document=fits.replace("s3:", "s3:a")))

    def test_beyond_the_quota(self, world: World) -> None:
        """An account has so many policies and no more."""
        set_iam_quotas(world, PoliciesPerAccount=1)
        with expect_refusal(world, QuotaExceeded):
            act(world, managed_policies.create_policy, NewPolicy(name="Second", document=ALLOW_ALL))


class TestVersions:
    """create_version, put_in_force and delete_version."""

    def test_one_is_in_force(self, world: World) -> None:
        """A new version decides when it is said so, or later."""
        act(world, managed_policies.create_version, OWN, DENIAL, as_default=False)
        assert own(world).document == ALLOW_ALL
        act(world, managed_policies.set_default_version, OWN, "v2")
        assert own(world).document == DENIAL
        act(world, managed_policies.create_version, OWN, ALLOW_ALL, as_default=True)
        assert [one.version_id for one in own(world).versions] == ["v3", "v2", "v1"]
        assert own(world).default_version_id == "v3"

    def test_are_five_at_most(self, world: World) -> None:
        """The sixth has to wait until another goes; its number is never used again."""
        for _ in range(4):
            act(world, managed_policies.create_version, OWN, DENIAL, as_default=False)
        with expect_refusal(world, QuotaExceeded):
            act(world, managed_policies.create_version, OWN, DENIAL, as_default=False)
        act(world, managed_policies.delete_version, OWN, "v5")
        _, version = act(world, managed_policies.create_version, OWN, DENIAL, as_default=False)
        assert version.version_id == "v6"

    def test_in_force_is_not_deleted(self, world: World) -> None:
        """The one that decides stays."""
        with expect_refusal(world, EntityInUse, DeletionObstacle.DEFAULT_VERSION):
            act(world, managed_policies.delete_version, OWN, "v1")

    @pytest.mark.parametrize("change", [managed_policies.set_default_version, managed_policies.delete_version])
    def test_that_are_not_there(self, world: World, change: Callable[..., Any]) -> None:
        """No version is made up."""
        with expect_refusal(world, EntityNotFound):
            act(world, change, OWN, "v7")


class TestDeletePolicy:
    """delete_policy."""

    def test_that_nobody_has(self, world: World) -> None:
        """It goes with its only version."""
        act(world, managed_policies.delete_policy, OWN)
        with expect_refusal(world, EntityNotFound):
            act(world, managed_policies.delete_policy, OWN)

    def test_with_versions(self, world: World) -> None:
        """Its other versions go first."""
        act(world, managed_policies.create_version, OWN, DENIAL, as_default=True)
        self.is_kept(world, DeletionObstacle.VERSIONS)
        act(world, managed_policies.delete_version, OWN, "v1")
        act(world, managed_policies.delete_policy, OWN)

    @pytest.mark.parametrize(
        ("make", "take"),
        [
            (by_name(attached_policies.attach_policy), by_name(attached_policies.detach_policy)),
            (
                by_name(attached_policies.put_boundary),
                lambda tx, kind, name, _: by_name(attached_policies.delete_boundary)(tx, kind, name),
            ),
        ],
    )
    def test_that_somebody_has(self, world: World, make: Callable[..., Any], take: Callable[..., Any]) -> None:
        """It is detached everywhere first, and bounds nobody."""
        act(world, users.create_user, "Alice")
        act(world, make, Entity.USER, "Alice", OWN)
        self.is_kept(world, DeletionObstacle.ATTACHMENTS)
        act(world, take, Entity.USER, "Alice", OWN)
        act(world, managed_policies.delete_policy, OWN)

    def is_kept(self, world: World, why: DeletionObstacle) -> None:
        """Expect that it is not deleted."""
        before = world.state
        with pytest.raises(EntityInUse) as caught:
            act(world, managed_policies.delete_policy, OWN)
        assert caught.value.reason is why
        assert world.state is before


CHANGES: dict[str, tuple[Callable[..., Any], tuple[Any, ...], dict[str, Any]]] = {
    "a version": (managed_policies.create_version, (DENIAL,), {"as_default": True}),
    "another default": (managed_policies.set_default_version, ("v1",), {}),
    "a version less": (managed_policies.delete_version, ("v1",), {}),
    "no policy": (managed_policies.delete_policy, (), {}),
    "tags": (managed_policies.tag_policy, ([("k", "v")],), {}),
    "no tags": (managed_policies.untag_policy, (["k"],), {}),
}


class TestPolicyOfAnother:
    """What is not the account's to change."""

    @pytest.mark.parametrize(("change", "arguments", "named"), CHANGES.values(), ids=CHANGES)
    def test_of_aws(
        self, world: World, change: Callable[..., Any], arguments: tuple[Any, ...], named: dict[str, Any]
    ) -> None:
        """A policy of AWS is AWS's, whether or not there is one of that name."""
        for arn in (ARTIFACT, "arn:aws:iam::aws:policy/Nothing"):
            with expect_refusal(world, NotOwned):
                act(world, change, arn, *arguments, **named)

    @pytest.mark.parametrize(("change", "arguments", "named"), CHANGES.values(), ids=CHANGES)
    def test_of_another_account(
        self, world: World, change: Callable[..., Any], arguments: tuple[Any, ...], named: dict[str, Any]
    ) -> None:
        """Another account's policy is not there."""
        with expect_refusal(world, EntityNotFound):
            act(world, change, OWN, *arguments, account=STANDALONE, **named)


class TestTags:
    """tag_policy and untag_policy."""

    def test_come_and_go(self, world: World) -> None:
        """Set, and taken off; keys are told apart by their case."""
        act(world, managed_policies.tag_policy, OWN, [("a", "1"), ("A", "2"), ("b", "3")])
        act(world, managed_policies.untag_policy, OWN, ["A"])
        assert dict(own(world).tags) == {"a": "1", "b": "3"}
        with expect_refusal(world, InvalidTagKeys, TagRule.EXACT_DUPLICATE):
            act(world, managed_policies.tag_policy, OWN, [("c", "1"), ("c", "2")])


class TestUsage:
    """usage_of."""

    def test_is_counted_in_each_account(self, world: World) -> None:
        """Every account counts its own users, groups and roles."""
        member = create_member(world)
        counts = {
            account: policy_usage.usage_of(world.state, account, NOW).attachments for account in (MANAGEMENT, member)
        }
        linked, administrator = "aws-service-role/AWSArtifactServiceRolePolicy", "AdministratorAccess"
        assert (counts[MANAGEMENT][linked], counts[member][linked]) == (1, 0)
        assert (counts[MANAGEMENT][administrator], counts[member][administrator]) == (0, 1)

    def test_tells_boundaries_from_attachments(self, world: World) -> None:
        """A policy that bounds somebody is not attached to him."""
        act(world, users.create_user, "Alice")
        act(world, by_name(attached_policies.put_boundary), Entity.USER, "Alice", OWN)
        usage, reference = policy_usage.usage_of(world.state, MANAGEMENT, NOW), reference_of(own(world))
        assert (usage.attachments[reference], usage.boundaries[reference]) == (0, 1)
