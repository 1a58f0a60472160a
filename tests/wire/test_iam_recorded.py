"""What AWS was recorded to answer: members that are there or not, orders, and words.

Source: https://github.com/localstack/localstack/tree/main/tests/aws/services/iam (the recordings of 2026)
"""

import json
from typing import Any

import pytest

from tests.wire.botocore_wire import Client

SERVICE = "iam"
DOCUMENT = json.dumps(
    {"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "s3:ListBucket", "Resource": "*"}}
)
TRUST = json.dumps(
    {
        "Version": "2012-10-17",
        "Statement": {"Effect": "Allow", "Principal": {"Service": "ec2.amazonaws.com"}, "Action": "sts:AssumeRole"},
    }
)
ROLE = {"Arn", "AssumeRolePolicyDocument", "CreateDate", "Path", "RoleId", "RoleName"}
POLICY = {
    "Arn", "AttachmentCount", "CreateDate", "DefaultVersionId", "IsAttachable", "Path", "PermissionsBoundaryUsageCount",
    "PolicyId", "PolicyName", "UpdateDate",
}  # fmt: skip
BROKEN = "1 validation error detected: Value at '{}' failed to satisfy constraint: Member must "
TAGS = [{"Key": "a", "Value": "lower"}, {"Key": "A", "Value": "upper"}]
NOT_AUTHORIZED = "User: arn:aws:iam::999988887777:root is not authorized to"
NO_POLICY = "arn:aws:iam::999988887777:policy/No"


@pytest.fixture
def account(stranger: Client) -> Client:
    """Give an account with one of each."""
    stranger.does(SERVICE, "CreateUser", UserName="u")
    stranger.does(SERVICE, "CreateGroup", GroupName="g")
    stranger.does(SERVICE, "CreateRole", RoleName="r", AssumeRolePolicyDocument=TRUST)
    stranger.does(SERVICE, "CreatePolicy", PolicyName="p", PolicyDocument=DOCUMENT)
    return stranger


def arn_of(account: Client, name: str = "p") -> str:
    """Name a policy of the account."""
    return f"arn:aws:iam::{account.account}:policy/{name}"


class TestMembers:
    """Which members an answer has."""

    def test_of_roles(self, stranger: Client) -> None:
        """What makes a role tells neither its description nor its longest session; no description is none."""
        asked = {"AssumeRolePolicyDocument": TRUST}
        made = stranger.does(
            SERVICE, "CreateRole", RoleName="r", Description="d", MaxSessionDuration=7200, Tags=TAGS[:1], **asked
        )
        assert made["Role"].keys() == ROLE | {"Tags"}
        changed = stranger.does(SERVICE, "UpdateRoleDescription", RoleName="r", Description="e")
        assert changed["Role"].keys() == ROLE | {"Description"}
        whole = stranger.does(SERVICE, "GetRole", RoleName="r")["Role"]
        assert whole.keys() == ROLE | {"Description", "MaxSessionDuration", "RoleLastUsed", "Tags"}
        (listed,) = stranger.does(SERVICE, "ListRoles")["Roles"]
        assert listed.keys() == ROLE | {"Description", "MaxSessionDuration"}
        stranger.does(SERVICE, "CreateRole", RoleName="plain", **asked)
        plain = stranger.does(SERVICE, "GetRole", RoleName="plain")["Role"]
        assert plain.keys() == ROLE | {"MaxSessionDuration", "RoleLastUsed"}

    def test_of_policies(self, stranger: Client) -> None:
        """GetPolicy has tags, be there none; what makes a policy tells no description; lists tell neither."""
        made = stranger.does(SERVICE, "CreatePolicy", PolicyName="p", PolicyDocument=DOCUMENT, Description="d")
        assert made["Policy"].keys() == POLICY
        got = stranger.does(SERVICE, "GetPolicy", PolicyArn=arn_of(stranger))["Policy"]
        assert got.keys() == POLICY | {"Description", "Tags"}
        assert got["Tags"] == []
        of_aws = stranger.does(SERVICE, "GetPolicy", PolicyArn="arn:aws:iam::aws:policy/ReadOnlyAccess")["Policy"]
        assert of_aws["Tags"] == []
        (listed,) = stranger.does(SERVICE, "ListPolicies", Scope="Local")["Policies"]
        assert listed.keys() == POLICY

    def test_of_the_summary(self, stranger: Client) -> None:
        """All that AWS counts, and nothing else."""
        summary = stranger.does(SERVICE, "GetAccountSummary")["SummaryMap"]
        assert len(summary) == 34
        assert {
            "Providers",
            "GlobalEndpointTokenVersion",
            "AccountPasswordPresent",
            "MFADevicesInUse",
        } <= summary.keys()


class TestOrders:
    """In which order things are told, and what is told apart."""

    def test_tags_of_policies(self, stranger: Client) -> None:
        """Their keys are told apart by case, listed by code point, and told as they were given when it is made."""
        made = stranger.does(SERVICE, "CreatePolicy", PolicyName="p", PolicyDocument=DOCUMENT, Tags=TAGS)
        assert made["Policy"]["Tags"] == TAGS
        assert stranger.does(SERVICE, "ListPolicyTags", PolicyArn=arn_of(stranger))["Tags"] == TAGS[::-1]
        stranger.does(SERVICE, "UntagPolicy", PolicyArn=arn_of(stranger), TagKeys=["a"])
        assert stranger.does(SERVICE, "ListPolicyTags", PolicyArn=arn_of(stranger))["Tags"] == TAGS[1:]

    def test_versions(self, account: Client) -> None:
        """The newest first."""
        for _ in range(2):
            account.does(SERVICE, "CreatePolicyVersion", PolicyArn=arn_of(account), PolicyDocument=DOCUMENT)
        versions = account.does(SERVICE, "ListPolicyVersions", PolicyArn=arn_of(account))["Versions"]
        assert [one["VersionId"] for one in versions] == ["v3", "v2", "v1"]

    def test_nobody_is_taken_out_of_a_group(self, account: Client) -> None:
        """Who is not in it is no error; of a user and a group that are not there, the user is named."""
        account.does(SERVICE, "RemoveUserFromGroup", GroupName="g", UserName="u")
        got = account.is_refused(SERVICE, "RemoveUserFromGroup", GroupName="none", UserName="nobody")
        assert got.message == "The user with name nobody cannot be found."
        got = account.is_refused(SERVICE, "RemoveUserFromGroup", GroupName="none", UserName="u")
        assert got.message == "The group with name none cannot be found."


class TestWords:
    """What a refusal says."""

    @pytest.mark.parametrize(
        ("operation", "members", "code", "message"),
        [
            (
                "CreatePolicy", {"PolicyName": "q", "PolicyDocument": DOCUMENT, "Tags": [TAGS[0], TAGS[0]]},
                "InvalidInput", "Duplicate tag keys found.",
            ),
            (
                "TagRole", {"RoleName": "r", "Tags": TAGS},
                "InvalidInput", "Duplicate tag keys found. Please note that Tag keys are case insensitive.",
            ),
            (
                "AttachRolePolicy", {"RoleName": "r", "PolicyArn": "longpolicynamebutnoarn"},
                "ValidationError", "ARN longpolicynamebutnoarn is not valid.",
            ),
            (
                "PutRolePermissionsBoundary",
                {"RoleName": "r", "PermissionsBoundary": "arn:aws:iam::999988887777:not_a_policy/invalid"},
                "InvalidInput", "ARN arn:aws:iam::999988887777:not_a_policy/invalid is not valid.",
            ),
            (
                "GetPolicyVersion", {"PolicyArn": NO_POLICY, "VersionId": "v1"},
                "NoSuchEntity", f"Policy {NO_POLICY} version v1 does not exist or is not attachable.",
            ),
            (
                "SetDefaultPolicyVersion", {"PolicyArn": NO_POLICY, "VersionId": "v1"},
                "NoSuchEntity", f"Policy {NO_POLICY} version v1 does not exist or is not attachable.",
            ),
            ("TagPolicy", {"PolicyArn": NO_POLICY, "Tags": TAGS}, "NoSuchEntity", f"Policy {NO_POLICY} was not found."),
            (
                "GetAccessKeyLastUsed", {"AccessKeyId": "AKIAIOSFODNN7EXAMPLE"},
                "AccessDenied",
                f"{NOT_AUTHORIZED} perform iam:GetAccessKeyLastUsed on resource: access key AKIAIOSFODNN7EXAMPLE",
            ),
            (
                "TagRole", {"RoleName": "r", "Tags": [{"Key": str(at), "Value": ""} for at in range(51)]},
                "ValidationError",
                BROKEN.format("tags") + "have length less than or equal to 50",
            ),
            (
                "TagRole", {"RoleName": "r", "Tags": [{"Key": "k" * 129, "Value": ""}]},
                "ValidationError",
                BROKEN.format("tags.1.member.key") + "have length less than or equal to 128",
            ),
            (
                "SetDefaultPolicyVersion", {"PolicyArn": NO_POLICY, "VersionId": "first"},
                "ValidationError",
                BROKEN.format("versionId") + r"satisfy regular expression pattern: v[1-9][0-9]*(\.[A-Za-z0-9-]*)?",
            ),
        ],
    )  # fmt: skip
    def test_message(self, account: Client, operation: str, members: dict[str, Any], code: str, message: str) -> None:
        """Word for word."""
        got = account.is_refused(SERVICE, operation, **members)
        assert (got.code, got.message) == (code, message)
