"""Recorded replies of AWS: their members, orders and messages.

Source: https://github.com/localstack/localstack/tree/main/tests/aws/services/iam (the recordings of 2026)
"""

import json
from typing import Any

import pytest

from tests.support.wire_client import Client

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
ROLE_MEMBERS = {"Arn", "AssumeRolePolicyDocument", "CreateDate", "Path", "RoleId", "RoleName"}
POLICY_MEMBERS = {
    "Arn", "AttachmentCount", "CreateDate", "DefaultVersionId", "IsAttachable", "Path", "PermissionsBoundaryUsageCount",
    "PolicyId", "PolicyName", "UpdateDate",
}  # fmt: skip
VIOLATION = "1 validation error detected: Value at '{}' failed to satisfy constraint: Member must "
TAGS = [{"Key": "a", "Value": "lower"}, {"Key": "A", "Value": "upper"}]
NOT_AUTHORIZED = "User: arn:aws:iam::999988887777:root is not authorized to"
NO_POLICY = "arn:aws:iam::999988887777:policy/No"


@pytest.fixture
def account(stranger: Client) -> Client:
    """Return an account with a user, a group, a role and a policy."""
    stranger.do(SERVICE, "CreateUser", UserName="u")
    stranger.do(SERVICE, "CreateGroup", GroupName="g")
    stranger.do(SERVICE, "CreateRole", RoleName="r", AssumeRolePolicyDocument=TRUST)
    stranger.do(SERVICE, "CreatePolicy", PolicyName="p", PolicyDocument=DOCUMENT)
    return stranger


def policy_arn(account: Client, name: str = "p") -> str:
    """Return the ARN of a policy of the account."""
    return f"arn:aws:iam::{account.account}:policy/{name}"


class TestMembers:
    """Members of replies."""

    def test_roles_have_recorded_members(self, stranger: Client) -> None:
        """The operations on roles return different members; an empty description is omitted."""
        parameters = {"AssumeRolePolicyDocument": TRUST}
        created = stranger.do(
            SERVICE, "CreateRole", RoleName="r", Description="d", MaxSessionDuration=7200, Tags=TAGS[:1], **parameters
        )
        assert created["Role"].keys() == ROLE_MEMBERS | {"Tags"}
        changed = stranger.do(SERVICE, "UpdateRoleDescription", RoleName="r", Description="e")
        assert changed["Role"].keys() == ROLE_MEMBERS | {"Description"}
        role = stranger.do(SERVICE, "GetRole", RoleName="r")["Role"]
        assert role.keys() == ROLE_MEMBERS | {"Description", "MaxSessionDuration", "RoleLastUsed", "Tags"}
        (listed,) = stranger.do(SERVICE, "ListRoles")["Roles"]
        assert listed.keys() == ROLE_MEMBERS | {"Description", "MaxSessionDuration"}
        stranger.do(SERVICE, "CreateRole", RoleName="plain", **parameters)
        plain = stranger.do(SERVICE, "GetRole", RoleName="plain")["Role"]
        assert plain.keys() == ROLE_MEMBERS | {"MaxSessionDuration", "RoleLastUsed"}

    def test_policies_have_recorded_members(self, stranger: Client) -> None:
        """GetPolicy always returns tags; CreatePolicy and lists return no description."""
        created = stranger.do(SERVICE, "CreatePolicy", PolicyName="p", PolicyDocument=DOCUMENT, Description="d")
        assert created["Policy"].keys() == POLICY_MEMBERS
        reply = stranger.do(SERVICE, "GetPolicy", PolicyArn=policy_arn(stranger))["Policy"]
        assert reply.keys() == POLICY_MEMBERS | {"Description", "Tags"}
        assert reply["Tags"] == []
        aws_policy = stranger.do(SERVICE, "GetPolicy", PolicyArn="arn:aws:iam::aws:policy/ReadOnlyAccess")["Policy"]
        assert aws_policy["Tags"] == []
        (listed,) = stranger.do(SERVICE, "ListPolicies", Scope="Local")["Policies"]
        assert listed.keys() == POLICY_MEMBERS

    def test_summary_has_recorded_members(self, stranger: Client) -> None:
        """The summary has all of AWS's numbers, and no others."""
        summary = stranger.do(SERVICE, "GetAccountSummary")["SummaryMap"]
        assert len(summary) == 34
        assert {
            "Providers",
            "GlobalEndpointTokenVersion",
            "AccountPasswordPresent",
            "MFADevicesInUse",
        } <= summary.keys()


class TestOrders:
    """Orders, and the comparison of names."""

    def test_policy_tags_are_case_sensitive_and_sorted(self, stranger: Client) -> None:
        """The keys of policies' tags are case-sensitive, listed by code point, and returned as given at creation."""
        created = stranger.do(SERVICE, "CreatePolicy", PolicyName="p", PolicyDocument=DOCUMENT, Tags=TAGS)
        assert created["Policy"]["Tags"] == TAGS
        assert stranger.do(SERVICE, "ListPolicyTags", PolicyArn=policy_arn(stranger))["Tags"] == TAGS[::-1]
        stranger.do(SERVICE, "UntagPolicy", PolicyArn=policy_arn(stranger), TagKeys=["a"])
        assert stranger.do(SERVICE, "ListPolicyTags", PolicyArn=policy_arn(stranger))["Tags"] == TAGS[1:]

    def test_versions_are_listed_newest_first(self, account: Client) -> None:
        """Versions are listed newest first."""
        for _ in range(2):
            account.do(SERVICE, "CreatePolicyVersion", PolicyArn=policy_arn(account), PolicyDocument=DOCUMENT)
        versions = account.do(SERVICE, "ListPolicyVersions", PolicyArn=policy_arn(account))["Versions"]
        assert [version["VersionId"] for version in versions] == ["v3", "v2", "v1"]

    def test_missing_member_is_accepted_and_missing_user_named_first(self, account: Client) -> None:
        """A user that is not in a group is accepted; of an unknown user and group the user is named."""
        account.do(SERVICE, "RemoveUserFromGroup", GroupName="g", UserName="u")
        error = account.expect_error(SERVICE, "RemoveUserFromGroup", GroupName="none", UserName="nobody")
        assert error.message == "The user with name nobody cannot be found."
        error = account.expect_error(SERVICE, "RemoveUserFromGroup", GroupName="none", UserName="u")
        assert error.message == "The group with name none cannot be found."


class TestMessages:
    """Messages of errors."""

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
                "TagRole", {"RoleName": "r", "Tags": [{"Key": str(number), "Value": ""} for number in range(51)]},
                "ValidationError",
                VIOLATION.format("tags") + "have length less than or equal to 50",
            ),
            (
                "TagRole", {"RoleName": "r", "Tags": [{"Key": "k" * 129, "Value": ""}]},
                "ValidationError",
                VIOLATION.format("tags.1.member.key") + "have length less than or equal to 128",
            ),
            (
                "SetDefaultPolicyVersion", {"PolicyArn": NO_POLICY, "VersionId": "first"},
                "ValidationError",
                VIOLATION.format("versionId") + r"satisfy regular expression pattern: v[1-9][0-9]*(\.[A-Za-z0-9-]*)?",
            ),
        ],
    )  # fmt: skip
    def test_message_equals_recorded_message(
        self, account: Client, operation: str, members: dict[str, Any], code: str, message: str
    ) -> None:
        """The message equals the recorded one."""
        error = account.expect_error(SERVICE, operation, **members)
        assert (error.code, error.message) == (code, message)
