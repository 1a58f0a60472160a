"""Managed policies: those of AWS, and customer managed policies with their versions."""

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

ARTIFACT_POLICY_ARN = "arn:aws:iam::aws:policy/aws-service-role/AWSArtifactServiceRolePolicy"
POLICY_ARN = f"arn:aws:iam::{MANAGEMENT}:policy/team/Mine"
DENY_ALL = '{"Version": "2012-10-17", "Statement": {"Effect": "Deny", "Action": "*", "Resource": "*"}}'


@pytest.fixture
def world() -> World:
    """Return a world with an organization that trusts Artifact, and a policy of the management account."""
    world = world_with_organization()
    act(world, trusted_access.enable_service_access, "artifact.amazonaws.com")
    act(
        world,
        managed_policies.create_policy,
        NewPolicy(name="Mine", document=ALLOW_ALL, path="/team/", description="Ours"),
    )
    return world


def customer_policy(world: World) -> CustomerPolicy:
    """Return the policy of the management account."""
    policy = act(world, managed_policies.managed_policy_by_arn, POLICY_ARN)
    assert isinstance(policy, CustomerPolicy)
    return policy


class TestManagedPolicyByArn:
    """managed_policy_by_arn and policy_version."""

    def test_policy_of_artifact_role_allows_four_actions(self, world: World) -> None:
        """The policy of Artifact's service-linked role allows four actions."""
        _, version = act(world, managed_policies.policy_version, ARTIFACT_POLICY_ARN, "v1")
        (statement,) = json.loads(version.document)["Statement"]
        assert set(statement["Action"]) == {
            "organizations:ListAccounts",
            "organizations:DescribeOrganization",
            "organizations:DescribeAccount",
            "organizations:ListAWSServiceAccessForOrganization",
        }

    @pytest.mark.parametrize("path", ["AdministratorAccess", "AWSArtifactAgreementsFullAccess"])
    def test_policy_without_path_is_found(self, world: World, path: str) -> None:
        """The ARNs of most of AWS's policies contain no path."""
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
    def test_other_name_path_or_account_is_not_found(self, world: World, arn: str) -> None:
        """A policy is not found by another name, path or account."""
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
    def test_invalid_policy_arn_is_refused(self, world: World, arn: str) -> None:
        """A text that is not a policy ARN of the caller's partition is refused."""
        with expect_refusal(world, InvalidPolicyArn):
            act(world, managed_policies.managed_policy_by_arn, arn)

    def test_aws_policy_is_found_in_every_partition(self, world: World) -> None:
        """Each partition has AWS's policies under its own ARNs."""
        arn = ARTIFACT_POLICY_ARN.replace("arn:aws:", "arn:aws-us-gov:")
        policy = act(world, managed_policies.managed_policy_by_arn, arn, account=STANDALONE, region="us-gov-west-1")
        assert policy.name == "AWSArtifactServiceRolePolicy"

    @pytest.mark.parametrize("version", ["v0", "v2", "1", ""])
    def test_unknown_version_is_not_found(self, world: World, version: str) -> None:
        """An unknown version is not found."""
        before = world.state
        with pytest.raises(EntityNotFound) as caught:
            act(world, managed_policies.policy_version, ARTIFACT_POLICY_ARN, version)
        assert caught.value.kind is Entity.POLICY_VERSION
        assert world.state is before


class TestCreatePolicy:
    """create_policy."""

    def test_new_policy_has_a_default_version(self, world: World) -> None:
        """A new policy has a default version and is found by its ARN."""
        policy = customer_policy(world)
        assert (policy.default_version_id, policy.document, policy.description) == ("v1", ALLOW_ALL, "Ours")
        assert (arn_of("aws", policy), policy.policy_id[:4]) == (POLICY_ARN, "ANPA")

    @pytest.mark.parametrize("name", ["Mine", "MINE"])
    def test_name_in_use_is_refused_in_any_case(self, world: World, name: str) -> None:
        """A policy name is unique in its account, regardless of case and path, but may equal one of AWS's."""
        with expect_refusal(world, EntityNameTaken):
            act(world, managed_policies.create_policy, NewPolicy(name=name, document=ALLOW_ALL))
        act(world, managed_policies.create_policy, NewPolicy(name="AdministratorAccess", document=ALLOW_ALL))

    @pytest.mark.parametrize("document", ["{}", "x", "", "[]", DENY_ALL.replace('"Deny"', '"Maybe"')])
    def test_malformed_document_is_refused(self, world: World, document: str) -> None:
        """A document that is not a policy is refused."""
        with expect_refusal(world, MalformedPolicyDocument):
            act(world, managed_policies.create_policy, NewPolicy(name="Other", document=document))

    def test_policy_has_6144_characters_at_most(self, world: World) -> None:
        """A policy has at most 6,144 characters, not counting white space."""
        remaining = 6_144 - len(ALLOW_ALL.replace(" ", ""))
        fits = ALLOW_ALL.replace('"Action": "*"', f'"Action": "s3:{"a" * (remaining - 2)}"') + " " * 1_000
        act(world, managed_policies.create_policy, NewPolicy(name="Large", document=fits))
        with expect_refusal(world, QuotaExceeded):
            act(world, managed_policies.create_policy, NewPolicy(name="Larger", document=fits.replace("s3:", "s3:a")))

    def test_policy_beyond_quota_is_refused(self, world: World) -> None:
        """The number of policies in an account is limited."""
        set_iam_quotas(world, PoliciesPerAccount=1)
        with expect_refusal(world, QuotaExceeded):
            act(world, managed_policies.create_policy, NewPolicy(name="Second", document=ALLOW_ALL))


class TestVersions:
    """create_version, set_default_version and delete_version."""

    def test_default_version_is_in_force(self, world: World) -> None:
        """The default version is in force; a new version becomes it at once or later."""
        act(world, managed_policies.create_version, POLICY_ARN, DENY_ALL, as_default=False)
        assert customer_policy(world).document == ALLOW_ALL
        act(world, managed_policies.set_default_version, POLICY_ARN, "v2")
        assert customer_policy(world).document == DENY_ALL
        act(world, managed_policies.create_version, POLICY_ARN, ALLOW_ALL, as_default=True)
        assert [version.version_id for version in customer_policy(world).versions] == ["v3", "v2", "v1"]
        assert customer_policy(world).default_version_id == "v3"

    def test_sixth_version_is_refused_and_numbers_are_not_reused(self, world: World) -> None:
        """A policy has five versions at most, and numbers are not reused."""
        for _ in range(4):
            act(world, managed_policies.create_version, POLICY_ARN, DENY_ALL, as_default=False)
        with expect_refusal(world, QuotaExceeded):
            act(world, managed_policies.create_version, POLICY_ARN, DENY_ALL, as_default=False)
        act(world, managed_policies.delete_version, POLICY_ARN, "v5")
        _, version = act(world, managed_policies.create_version, POLICY_ARN, DENY_ALL, as_default=False)
        assert version.version_id == "v6"

    def test_default_version_is_not_deleted(self, world: World) -> None:
        """The default version cannot be deleted."""
        with expect_refusal(world, EntityInUse, DeletionObstacle.DEFAULT_VERSION):
            act(world, managed_policies.delete_version, POLICY_ARN, "v1")

    @pytest.mark.parametrize("change", [managed_policies.set_default_version, managed_policies.delete_version])
    def test_unknown_version_is_not_changed(self, world: World, change: Callable[..., Any]) -> None:
        """An unknown version can be neither the default nor deleted."""
        with expect_refusal(world, EntityNotFound):
            act(world, change, POLICY_ARN, "v7")


class TestDeletePolicy:
    """delete_policy."""

    def test_unused_policy_is_deleted(self, world: World) -> None:
        """An unused policy is deleted with its only version."""
        act(world, managed_policies.delete_policy, POLICY_ARN)
        with expect_refusal(world, EntityNotFound):
            act(world, managed_policies.delete_policy, POLICY_ARN)

    def test_policy_with_several_versions_is_not_deleted(self, world: World) -> None:
        """The other versions of a policy must be deleted first."""
        act(world, managed_policies.create_version, POLICY_ARN, DENY_ALL, as_default=True)
        self.expect_in_use(world, DeletionObstacle.VERSIONS)
        act(world, managed_policies.delete_version, POLICY_ARN, "v1")
        act(world, managed_policies.delete_policy, POLICY_ARN)

    @pytest.mark.parametrize(
        ("add", "remove"),
        [
            (by_name(attached_policies.attach_policy), by_name(attached_policies.detach_policy)),
            (
                by_name(attached_policies.put_boundary),
                lambda tx, kind, name, _: by_name(attached_policies.delete_boundary)(tx, kind, name),
            ),
        ],
    )
    def test_policy_in_use_is_not_deleted(
        self, world: World, add: Callable[..., Any], remove: Callable[..., Any]
    ) -> None:
        """A policy that is attached or a boundary cannot be deleted."""
        act(world, users.create_user, "Alice")
        act(world, add, Entity.USER, "Alice", POLICY_ARN)
        self.expect_in_use(world, DeletionObstacle.ATTACHMENTS)
        act(world, remove, Entity.USER, "Alice", POLICY_ARN)
        act(world, managed_policies.delete_policy, POLICY_ARN)

    def expect_in_use(self, world: World, obstacle: DeletionObstacle) -> None:
        """Assert that the deletion is refused for a reason and changes nothing."""
        before = world.state
        with pytest.raises(EntityInUse) as caught:
            act(world, managed_policies.delete_policy, POLICY_ARN)
        assert caught.value.reason is obstacle
        assert world.state is before


CHANGES: dict[str, tuple[Callable[..., Any], tuple[Any, ...], dict[str, Any]]] = {
    "create version": (managed_policies.create_version, (DENY_ALL,), {"as_default": True}),
    "set default version": (managed_policies.set_default_version, ("v1",), {}),
    "delete version": (managed_policies.delete_version, ("v1",), {}),
    "delete policy": (managed_policies.delete_policy, (), {}),
    "tag": (managed_policies.tag_policy, ([("k", "v")],), {}),
    "untag": (managed_policies.untag_policy, (["k"],), {}),
}


class TestPolicyOfOthers:
    """Policies that the account cannot change."""

    @pytest.mark.parametrize(("change", "arguments", "named"), CHANGES.values(), ids=CHANGES)
    def test_policy_of_aws_is_not_changed(
        self, world: World, change: Callable[..., Any], arguments: tuple[Any, ...], named: dict[str, Any]
    ) -> None:
        """A policy of AWS cannot be changed, whether or not it exists."""
        for arn in (ARTIFACT_POLICY_ARN, "arn:aws:iam::aws:policy/Nothing"):
            with expect_refusal(world, NotOwned):
                act(world, change, arn, *arguments, **named)

    @pytest.mark.parametrize(("change", "arguments", "named"), CHANGES.values(), ids=CHANGES)
    def test_policy_of_another_account_is_not_found(
        self, world: World, change: Callable[..., Any], arguments: tuple[Any, ...], named: dict[str, Any]
    ) -> None:
        """A policy of another account is not found."""
        with expect_refusal(world, EntityNotFound):
            act(world, change, POLICY_ARN, *arguments, account=STANDALONE, **named)


class TestTags:
    """tag_policy and untag_policy."""

    def test_tag_keys_are_case_sensitive(self, world: World) -> None:
        """Tags are added and removed by their exact keys."""
        act(world, managed_policies.tag_policy, POLICY_ARN, [("a", "1"), ("A", "2"), ("b", "3")])
        act(world, managed_policies.untag_policy, POLICY_ARN, ["A"])
        assert dict(customer_policy(world).tags) == {"a": "1", "b": "3"}
        with expect_refusal(world, InvalidTagKeys, TagRule.EXACT_DUPLICATE):
            act(world, managed_policies.tag_policy, POLICY_ARN, [("c", "1"), ("c", "2")])


class TestUsage:
    """usage_of."""

    def test_usage_is_counted_per_account(self, world: World) -> None:
        """Each account counts the policies of its own identities."""
        member = create_member(world)
        counts = {
            account: policy_usage.usage_of(world.state, account, NOW).attachments for account in (MANAGEMENT, member)
        }
        linked, administrator = "aws-service-role/AWSArtifactServiceRolePolicy", "AdministratorAccess"
        assert (counts[MANAGEMENT][linked], counts[member][linked]) == (1, 0)
        assert (counts[MANAGEMENT][administrator], counts[member][administrator]) == (0, 1)

    def test_boundary_is_not_counted_as_attachment(self, world: World) -> None:
        """A permissions boundary is not counted as an attachment."""
        act(world, users.create_user, "Alice")
        act(world, by_name(attached_policies.put_boundary), Entity.USER, "Alice", POLICY_ARN)
        usage, reference = policy_usage.usage_of(world.state, MANAGEMENT, NOW), reference_of(customer_policy(world))
        assert (usage.attachments[reference], usage.boundaries[reference]) == (0, 1)
