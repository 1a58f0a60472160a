"""Which calls the organization's policies let through, in a world with the imported organization."""

from typing import Any

import boto3
import pytest

from artifact_emulator import RemoteWorld

SHOP = "100000000005"


def is_allowed_by_organization(iam: Any, account: str, action: str, region: str = "eu-central-1") -> bool:
    """Return whether the policies of the organization allow an action, by a simulation: no call is made."""
    (result,) = iam.simulate_principal_policy(
        PolicySourceArn=f"arn:aws:iam::{account}:role/OrganizationAccountAccessRole",
        ActionNames=[action],
        ContextEntries=[
            {"ContextKeyName": "aws:RequestedRegion", "ContextKeyType": "string", "ContextKeyValues": [region]}
        ],
    )["EvaluationResults"]
    return bool(result["OrganizationsDecisionDetail"]["AllowedByOrganizations"])


@pytest.mark.artifact_scenario("organization.json")
@pytest.mark.parametrize(
    ("action", "is_allowed"),
    [("s3:CreateBucket", True), ("artifact:GetReport", True), ("organizations:LeaveOrganization", False)],
)
def test_organization_decides_action(artifact_world: RemoteWorld, action: str, *, is_allowed: bool) -> None:
    """The policies allow what the shop needs, and deny what no member may do."""
    iam = artifact_world.client("iam", account=SHOP)
    assert is_allowed_by_organization(iam, SHOP, action) == is_allowed


@pytest.mark.artifact_scenario("organization.json")
def test_member_cannot_leave(artifact_world: RemoteWorld) -> None:
    """A real call is denied, in AWS's words."""
    organizations = artifact_world.client("organizations", account=SHOP)
    with pytest.raises(organizations.exceptions.AccessDeniedException, match="service control policy"):
        organizations.leave_organization()


@pytest.mark.artifact_scenario("organization.json")
def test_member_reads_its_identity(artifact_world: RemoteWorld) -> None:
    """The code under test passes, with clients that it creates itself."""
    with artifact_world.as_account(SHOP):
        assert boto3.client("sts").get_caller_identity()["Account"] == SHOP
