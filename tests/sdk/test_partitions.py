"""The partitions of AWS: the region that a client calls from chooses its own."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest

from tests.sdk.emulator import ORGANIZATIONS_BAA, Account, Emulator, refused

REGIONS = {"aws": "us-east-1", "aws-us-gov": "us-gov-west-1", "aws-cn": "cn-northwest-1"}


@dataclass(frozen=True)
class Place:
    """A partition, and the management account of an organization there, which trusts AWS Artifact."""

    partition: str
    management: Account


@pytest.fixture(params=REGIONS)
def place(request: pytest.FixtureRequest, emulator: Emulator) -> Place:
    """Make an organization in each partition."""
    management = emulator.account("111122223333", REGIONS[request.param])
    management.organizations.create_organization(FeatureSet="ALL")
    management.enable_trusted_access()
    return Place(request.param, management)


def arns_in(value: Any) -> Iterator[str]:
    """Find every ARN in an answer, however deep."""
    if isinstance(value, dict):
        value = list(value.values())
    if isinstance(value, list):
        for one in value:
            yield from arns_in(one)
    elif isinstance(value, str) and value.startswith("arn:"):
        yield value


class TestPartitions:
    """What a caller's region decides."""

    def test_every_arn(self, place: Place) -> None:
        """Whatever is named, is named in the caller's partition."""
        management = place.management
        answers = [
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
        found = [list(arns_in(answer)) for answer in answers]
        assert {arn.split(":")[1] for one in found for arn in one} == {place.partition}
        # AWS publishes no agreements in China.
        assert [bool(one) for one in found] == [True] * 8 + [place.partition != "aws-cn"]

    def test_the_linked_role_trusts_the_same_principal(self, place: Place) -> None:
        """The service is called alike everywhere."""
        role = place.management.artifact_role()
        assert role
        assert role["Path"] == "/aws-service-role/artifact.amazonaws.com/"
        statement = role["AssumeRolePolicyDocument"]["Statement"][0]
        assert statement["Principal"] == {"Service": "artifact.amazonaws.com"}

    def test_catalogue_of_agreements(self, place: Place) -> None:
        """AWS GovCloud (US) has agreements of its own, and China none."""
        listed = place.management.artifact.list_agreements()["agreements"]
        ids = {one["id"] for one in listed}
        assert (ORGANIZATIONS_BAA in ids) == (place.partition == "aws")
        assert bool(ids) == (place.partition != "aws-cn")

    def test_accepted_for_its_members(self, place: Place, emulator: Emulator) -> None:
        """An organization's agreement reaches a member in whichever partition it is."""
        management = place.management
        if place.partition == "aws-cn":
            with refused("ResourceNotFoundException", 404):
                management.read_agreement(ORGANIZATIONS_BAA)
            return
        offered = management.artifact.list_agreements()["agreements"]
        accepted = management.accept(next(one["id"] for one in offered if "ORGANIZATION" in one["subjects"]))
        member = emulator.account("444455556666", REGIONS[place.partition])
        management.invite(member)  # CreateAccount is not available in AWS GovCloud (US).
        assert [one["id"] for one in member.agreements()] == [accepted["id"]]
        assert accepted["arn"].startswith(f"arn:{place.partition}:artifact::{management.id}:customer-agreement/")

    def test_partitions_know_nothing_of_each_other(self, place: Place, emulator: Emulator) -> None:
        """An account is never invited across partitions, and no role is assumed across them."""
        other = next(region for partition, region in REGIONS.items() if partition != place.partition)
        stranger = emulator.account("222233334444", other)
        asked = place.management.organizations.invite_account_to_organization(
            Target={"Id": stranger.id, "Type": "ACCOUNT"}
        )
        with refused("HandshakeConstraintViolationException", 400) as answer:
            stranger.organizations.accept_handshake(HandshakeId=asked["Handshake"]["Id"])
        assert answer["Reason"] == "ORGANIZATION_FROM_DIFFERENT_SELLER_OF_RECORD"
        role = f"arn:{place.partition}:iam::{place.management.id}:role/AWSServiceRoleForArtifact"
        with refused("AccessDenied", 403):
            stranger.sts.assume_role(RoleArn=role, RoleSessionName="story")

    def test_region_within_a_partition(self, emulator: Emulator) -> None:
        """Organizations, agreements and roles are the same in every region; so are reports, which are in one."""
        management = emulator.account("111122223333")
        management.organizations.create_organization(FeatureSet="ALL")
        there = emulator.account("111122223333", "eu-central-1")
        assert there.organizations.describe_organization()["Organization"]["MasterAccountId"] == management.id
        for account in (management, there):
            regions = {arn.split(":")[3] for arn in arns_in(account.artifact.list_reports())}
            assert regions == {"us-east-1"}
