"""AWS's partitions: the region of a client determines its partition."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest

from tests.support.sdk_accounts import ORGANIZATIONS_BAA, Account, EmulatedAws, raises_client_error

REGIONS = {"aws": "us-east-1", "aws-us-gov": "us-gov-west-1", "aws-cn": "cn-northwest-1"}


@dataclass(frozen=True)
class PartitionSetup:
    """A partition and the management account of an organization in it, which trusts AWS Artifact."""

    partition: str
    management: Account


@pytest.fixture(params=REGIONS)
def setup(request: pytest.FixtureRequest, emulator: EmulatedAws) -> PartitionSetup:
    """Create an organization in each partition."""
    management = emulator.account("111122223333", REGIONS[request.param])
    management.organizations.create_organization(FeatureSet="ALL")
    management.enable_trusted_access()
    return PartitionSetup(request.param, management)


def arns_in(value: Any) -> Iterator[str]:
    """Yield every ARN in a reply, at any depth."""
    if isinstance(value, dict):
        value = list(value.values())
    if isinstance(value, list):
        for item in value:
            yield from arns_in(item)
    elif isinstance(value, str) and value.startswith("arn:"):
        yield value


class TestPartitions:
    """The effect of a caller's region."""

    def test_every_arn_names_callers_partition(self, setup: PartitionSetup) -> None:
        """Every ARN in a reply names the caller's partition."""
        management = setup.management
        replies = [
            management.organizations.describe_organization(),
            management.organizations.list_roots(),
            management.organizations.list_accounts(),
            management.organizations.list_policies(Filter="SERVICE_CONTROL_POLICY"),
            management.iam.list_roles(),
            management.iam.list_attached_role_policies(RoleName="AWSServiceRoleForArtifact"),
            management.sts.get_caller_identity(),
            management.artifact.list_reports(),
            management.artifact.list_agreements(),
        ]
        arns = [list(arns_in(reply)) for reply in replies]
        assert {arn.split(":")[1] for in_reply in arns for arn in in_reply} == {setup.partition}
        # AWS publishes no agreements in China.
        assert [bool(in_reply) for in_reply in arns] == [True] * 8 + [setup.partition != "aws-cn"]

    def test_linked_role_trusts_same_principal_everywhere(self, setup: PartitionSetup) -> None:
        """The service principal of the linked role is the same in every partition."""
        role = setup.management.artifact_role()
        assert role
        assert role["Path"] == "/aws-service-role/artifact.amazonaws.com/"
        statement = role["AssumeRolePolicyDocument"]["Statement"][0]
        assert statement["Principal"] == {"Service": "artifact.amazonaws.com"}

    def test_each_partition_has_its_own_agreements(self, setup: PartitionSetup) -> None:
        """AWS GovCloud (US) has agreements of its own, and China none."""
        listed = setup.management.artifact.list_agreements()["agreements"]
        ids = {agreement["id"] for agreement in listed}
        assert (ORGANIZATIONS_BAA in ids) == (setup.partition == "aws")
        assert bool(ids) == (setup.partition != "aws-cn")

    def test_accepted_agreement_covers_members_in_every_partition(
        self, setup: PartitionSetup, emulator: EmulatedAws
    ) -> None:
        """An organization's agreement covers its members in each partition that has agreements."""
        management = setup.management
        if setup.partition == "aws-cn":
            with raises_client_error("ResourceNotFoundException", 404):
                management.read_agreement(ORGANIZATIONS_BAA)
            return
        offered = management.artifact.list_agreements()["agreements"]
        accepted = management.accept(
            next(agreement["id"] for agreement in offered if "ORGANIZATION" in agreement["subjects"])
        )
        member = emulator.account("444455556666", REGIONS[setup.partition])
        management.invite(member)  # CreateAccount is not available in AWS GovCloud (US).
        assert [agreement["id"] for agreement in member.agreements()] == [accepted["id"]]
        assert accepted["arn"].startswith(f"arn:{setup.partition}:artifact::{management.id}:customer-agreement/")

    def test_accounts_of_different_partitions_are_separate(self, setup: PartitionSetup, emulator: EmulatedAws) -> None:
        """An invitation cannot be accepted, and a role cannot be assumed, across partitions."""
        other = next(region for partition, region in REGIONS.items() if partition != setup.partition)
        outsider = emulator.account("222233334444", other)
        invitation = setup.management.organizations.invite_account_to_organization(
            Target={"Id": outsider.id, "Type": "ACCOUNT"}
        )
        with raises_client_error("HandshakeConstraintViolationException", 400) as answer:
            outsider.organizations.accept_handshake(HandshakeId=invitation["Handshake"]["Id"])
        assert answer["Reason"] == "ORGANIZATION_FROM_DIFFERENT_SELLER_OF_RECORD"
        role = f"arn:{setup.partition}:iam::{setup.management.id}:role/AWSServiceRoleForArtifact"
        with raises_client_error("AccessDenied", 403):
            outsider.sts.assume_role(RoleArn=role, RoleSessionName="story")

    def test_regions_of_partition_share_organization(self, emulator: EmulatedAws) -> None:
        """The organization is the same in every region, and so are the reports, which are in one region."""
        management = emulator.account("111122223333")
        management.organizations.create_organization(FeatureSet="ALL")
        elsewhere = emulator.account("111122223333", "eu-central-1")
        assert elsewhere.organizations.describe_organization()["Organization"]["MasterAccountId"] == management.id
        for account in (management, elsewhere):
            regions = {arn.split(":")[3] for arn in arns_in(account.artifact.list_reports())}
            assert regions == {"us-east-1"}
