"""STS on the wire: who am I, and temporary credentials."""

from datetime import timedelta

import pytest
from botocore.credentials import Credentials

from tests.wire.botocore_wire import Client
from tests.wire.conftest import NOW

SERVICE = "sts"
ACCESS_ROLE = "OrganizationAccountAccessRole"


def access_role(member: Client) -> str:
    """Name the role with which a management account reaches a member."""
    return f"arn:aws:iam::{member.account}:role/{ACCESS_ROLE}"


class TestGetCallerIdentity:
    """GetCallerIdentity."""

    def test_of_a_root_user(self, stranger: Client) -> None:
        """The access key id is the account."""
        assert stranger.does(SERVICE, "GetCallerIdentity") == {
            "UserId": stranger.account,
            "Account": stranger.account,
            "Arn": f"arn:aws:iam::{stranger.account}:root",
        }

    @pytest.mark.parametrize(
        ("region", "partition"), [("us-gov-west-1", "aws-us-gov"), ("cn-northwest-1", "aws-cn"), ("eu-west-1", "aws")]
    )
    def test_of_another_partition(self, stranger: Client, region: str, partition: str) -> None:
        """The region signed for says the partition."""
        client = Client(stranger.core, stranger.account, region=region)
        assert client.does(SERVICE, "GetCallerIdentity")["Arn"] == f"arn:{partition}:iam::{stranger.account}:root"


class TestAssumeRole:
    """AssumeRole."""

    def test_gives_credentials_that_carry_the_account(self, management: Client, member: Client) -> None:
        """The management account becomes the access role of the account that it created."""
        got = management.does(SERVICE, "AssumeRole", RoleArn=access_role(member), RoleSessionName="me")
        arn = f"arn:aws:sts::{member.account}:assumed-role/{ACCESS_ROLE}/me"
        assert got["AssumedRoleUser"]["Arn"] == arn
        assert got["AssumedRoleUser"]["AssumedRoleId"].endswith(":me")
        assert got["Credentials"]["Expiration"] == NOW.replace(microsecond=0) + timedelta(hours=1)
        keys = got["Credentials"]
        session = Client(
            management.core,
            credentials=Credentials(keys["AccessKeyId"], keys["SecretAccessKey"], keys["SessionToken"]),
        )
        assert session.does(SERVICE, "GetCallerIdentity") == {
            "UserId": got["AssumedRoleUser"]["AssumedRoleId"],
            "Account": member.account,
            "Arn": arn,
        }

    @pytest.mark.parametrize(
        "role",
        [
            "arn:aws:iam::{management}:role/aws-service-role/artifact.amazonaws.com/AWSServiceRoleForArtifact",
            "arn:aws:iam::{management}:role/AWSServiceRoleForArtifact",
            "arn:aws:iam::{management}:role/NoSuchRole",
            "arn:aws:iam::999988887777:role/OrganizationAccountAccessRole",
            "arn:aws-cn:iam::{management}:role/NoSuchRole",
            "no arn at all, but long enough",
        ],
    )
    def test_of_a_role_that_does_not_trust_the_caller(self, management: Client, role: str) -> None:
        """A role that trusts another, and one that does not exist, are denied alike: 403, in AWS's words."""
        management.does("organizations", "EnableAWSServiceAccess", ServicePrincipal="artifact.amazonaws.com")
        arn = role.format(management=management.account)
        got = management.is_refused(SERVICE, "AssumeRole", RoleArn=arn, RoleSessionName="me")
        assert (got.status, got.code) == (403, "AccessDenied")
        assert got.message.startswith(
            f"User: arn:aws:iam::{management.account}:root is not authorized to perform: sts:AssumeRole "
            f"on resource: {arn}"
        )

    @pytest.mark.parametrize(("seconds", "admitted"), [(900, True), (3600, True), (3601, False)])
    def test_for_as_long_as_the_role_allows(
        self, management: Client, member: Client, seconds: int, *, admitted: bool
    ) -> None:
        """A session longer than the role's maximum is a ValidationError."""
        asked = {"RoleArn": access_role(member), "RoleSessionName": "me", "DurationSeconds": seconds}
        if admitted:
            expiration = management.does(SERVICE, "AssumeRole", **asked)["Credentials"]["Expiration"]
            assert expiration == NOW.replace(microsecond=0) + timedelta(seconds=seconds)
        else:
            got = management.is_refused(SERVICE, "AssumeRole", **asked)
            assert (got.status, got.code) == (400, "ValidationError")

    @pytest.mark.parametrize("seconds", [899, 43201, 0, -1, 10**12])
    def test_for_a_time_that_is_none(self, management: Client, member: Client, seconds: int) -> None:
        """A session lasts from 15 minutes to 12 hours."""
        asked = {"RoleArn": access_role(member), "RoleSessionName": "me", "DurationSeconds": seconds}
        got = management.is_refused(SERVICE, "AssumeRole", **asked)
        assert (got.status, got.code) == (400, "ValidationError")

    def test_under_a_name_that_is_none(self, management: Client, member: Client) -> None:
        """The refusal is word for word AWS's."""
        asked = {"RoleArn": access_role(member), "RoleSessionName": "Session1:2"}
        assert management.is_refused(SERVICE, "AssumeRole", **asked).message == (
            "1 validation error detected: Value 'Session1:2' at 'roleSessionName' failed to satisfy constraint: "
            r"Member must satisfy regular expression pattern: [\w+=,.@-]*"
        )
