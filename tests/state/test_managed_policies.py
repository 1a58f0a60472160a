"""Policies that AWS manages: found by their ARN, counted where they are attached."""

import json

import pytest

from artifact_state import managed_policies, trusted_access
from artifact_state.errors import ManagedPolicyNotFound
from artifact_state.roles import role_of
from artifact_state.world import World
from tests.state.acting import MANAGEMENT, NOW, STRANGER, a_world, act, new_account, refused

ARTIFACT = "arn:aws:iam::aws:policy/aws-service-role/AWSArtifactServiceRolePolicy"
ROLE = "AWSServiceRoleForArtifact"


@pytest.fixture
def world() -> World:
    """Give a world with an organization that trusts Artifact."""
    world = a_world()
    act(world, trusted_access.enable_service_access, "artifact.amazonaws.com")
    return world


class TestManagedPolicyAt:
    """managed_policy_at and version_of."""

    def test_of_artifact(self, world: World) -> None:
        """The role lets Artifact do four things, and nothing else."""
        policy = act(world, managed_policies.managed_policy_at, ARTIFACT)
        (statement,) = json.loads(managed_policies.version_of(policy, "v1").document)["Statement"]
        assert set(statement["Action"]) == {
            "organizations:ListAccounts",
            "organizations:DescribeOrganization",
            "organizations:DescribeAccount",
            "organizations:ListAWSServiceAccessForOrganization",
        }

    @pytest.mark.parametrize("path", ["AdministratorAccess", "AWSArtifactAgreementsFullAccess"])
    def test_without_a_path(self, world: World, path: str) -> None:
        """Most policies have no path."""
        assert act(world, managed_policies.managed_policy_at, f"arn:aws:iam::aws:policy/{path}").name == path

    @pytest.mark.parametrize(
        "arn",
        [
            "arn:aws:iam::aws:policy/Nothing",
            "arn:aws:iam::aws:policy/AWSArtifactServiceRolePolicy",
            "arn:aws-cn:iam::aws:policy/AdministratorAccess",
            "arn:aws:iam::111122223333:policy/AdministratorAccess",
            "AdministratorAccess",
            "aws-service-role/AWSArtifactServiceRolePolicy",
            "",
        ],
    )
    def test_that_is_not_there(self, world: World, arn: str) -> None:
        """Another name, path, partition or account is no policy of AWS."""
        with refused(world, ManagedPolicyNotFound):
            act(world, managed_policies.managed_policy_at, arn)

    def test_in_another_partition(self, world: World) -> None:
        """Each partition has AWS's policies under its own ARNs."""
        arn = ARTIFACT.replace("arn:aws:", "arn:aws-us-gov:")
        policy = act(world, managed_policies.managed_policy_at, arn, account=STRANGER, region="us-gov-west-1")
        assert policy.name == "AWSArtifactServiceRolePolicy"

    def test_of_a_version_that_is_not_there(self, world: World) -> None:
        """An unknown version is not made up."""
        policy = act(world, managed_policies.managed_policy_at, ARTIFACT)
        for version in ("v0", "v2", "1", ""):
            with refused(world, ManagedPolicyNotFound):
                managed_policies.version_of(policy, version)


class TestAttachments:
    """attached_to and attachments."""

    def test_of_the_linked_role(self, world: World) -> None:
        """The role carries the one policy."""
        role = role_of(world.state, MANAGEMENT, ROLE, NOW)
        assert [one.name for one in managed_policies.attached_to(role)] == ["AWSArtifactServiceRolePolicy"]

    def test_are_counted_in_the_callers_account(self, world: World) -> None:
        """Every account counts its own roles."""
        member = new_account(world)
        policy = act(world, managed_policies.managed_policy_at, ARTIFACT)
        administrator = act(world, managed_policies.managed_policy_at, "arn:aws:iam::aws:policy/AdministratorAccess")
        counted = {
            (one.name, account): act(world, managed_policies.attachments, one, account=account)
            for one in (policy, administrator)
            for account in (MANAGEMENT, member)
        }
        assert list(counted.values()) == [1, 0, 0, 1]
