"""Centralized root access on the wire: its features in IAM, root sessions in STS, and their records in CloudTrail."""

import json
from datetime import timedelta
from typing import Any

import pytest
from botocore.credentials import Credentials

from tests.support.iam_users import create_user, policy_document
from tests.wire.botocore_wire import Client
from tests.wire.conftest import NOW

IAM_PRINCIPAL = "iam.amazonaws.com"
TASKS = "arn:aws:iam::aws:policy/root-task/"
ENABLE = ("EnableOrganizationsRootCredentialsManagement", "EnableOrganizationsRootSessions")
DISABLE = ("DisableOrganizationsRootCredentialsManagement", "DisableOrganizationsRootSessions")
NAMES = ["RootCredentialsManagement", "RootSessions"]


@pytest.fixture
def trusting(management: Client) -> Client:
    """Give a management account whose organization trusts IAM."""
    management.does("organizations", "EnableAWSServiceAccess", ServicePrincipal=IAM_PRINCIPAL)
    return management


def root_session(management: Client, account: str, task: str, **more: int) -> Client:
    """Give a client with a member's root session."""
    got = management.does("sts", "AssumeRoot", TargetPrincipal=account, TaskPolicyArn={"arn": TASKS + task}, **more)
    keys = got["Credentials"]
    credentials = Credentials(keys["AccessKeyId"], keys["SecretAccessKey"], keys["SessionToken"])
    return Client(management.core, credentials=credentials)


class TestFeatures:
    """The five operations of IAM."""

    def test_are_told_after_each_change(self, trusting: Client) -> None:
        """Each change answers the organization and what is on now, as the list does."""
        organization = trusting.does("organizations", "DescribeOrganization")["Organization"]["Id"]
        steps = {ENABLE[1]: NAMES[1:], ENABLE[0]: NAMES, DISABLE[1]: NAMES[:1], DISABLE[0]: []}
        for operation, features in steps.items():
            told = {"OrganizationId": organization, "EnabledFeatures": features}
            assert trusting.does("iam", operation) == told
            assert trusting.does("iam", "ListOrganizationsFeatures") == told

    @pytest.mark.parametrize("operation", [*ENABLE, *DISABLE, "ListOrganizationsFeatures"])
    def test_refusals(self, management: Client, member: Client, stranger: Client, operation: str) -> None:
        """No organization, no administrator, no trusted access: each has an error of its own."""
        codes = {
            stranger: "OrganizationNotFoundException",
            member: "AccountNotManagementOrDelegatedAdministratorException",
            management: "ServiceAccessNotEnabledException",
        }
        for client, code in codes.items():
            before = client.core.world.state
            got = client.is_refused("iam", operation)
            assert (got.status, got.code) == (400, code)
            assert client.core.world.state is before

    def test_of_billing_alone(self, stranger: Client) -> None:
        """An organization without all features."""
        stranger.does("organizations", "CreateOrganization", FeatureSet="CONSOLIDATED_BILLING")
        got = stranger.is_refused("iam", "ListOrganizationsFeatures")
        assert got.code == "OrganizationNotInAllFeaturesModeException"

    def test_delegated_administrator_enables_nothing(self, trusting: Client, member: Client) -> None:
        """That is the management account's."""
        to = {"AccountId": member.account, "ServicePrincipal": IAM_PRINCIPAL}
        trusting.does("organizations", "RegisterDelegatedAdministrator", **to)
        assert member.is_refused("iam", ENABLE[0]).code == "CallerIsNotManagementAccountException"


class TestAssumeRoot:
    """AssumeRoot."""

    @pytest.fixture(autouse=True)
    def sessions_enabled(self, trusting: Client) -> None:
        """Switch root sessions on."""
        trusting.does("iam", "EnableOrganizationsRootSessions")

    def test_is_the_root_user(self, management: Client, member: Client) -> None:
        """The credentials are the member's root user's, for a quarter of an hour."""
        task = {"arn": TASKS + "IAMAuditRootUserCredentials"}
        got = management.does("sts", "AssumeRoot", TargetPrincipal=member.account, TaskPolicyArn=task)
        assert got.keys() == {"Credentials", "SessionTokenSize", "SessionTokenUtilization"}
        assert got["Credentials"]["Expiration"] == NOW.replace(microsecond=0) + timedelta(minutes=15)
        session = root_session(management, member.account, "IAMAuditRootUserCredentials", DurationSeconds=60)
        assert session.does("sts", "GetCallerIdentity") == {
            "UserId": member.account,
            "Account": member.account,
            "Arn": f"arn:aws:iam::{member.account}:root",
        }
        management.core.world.clock.advance(timedelta(seconds=61))
        assert session.is_refused("sts", "GetCallerIdentity").code == "ExpiredToken"

    def test_does_its_task(self, management: Client, member: Client) -> None:
        """The keys of the root user are found and deleted, and nothing else is done."""
        key = member.does("iam", "CreateAccessKey")["AccessKey"]["AccessKeyId"]
        member.does("iam", "CreateUser", UserName="Alice")
        users_key = member.does("iam", "CreateAccessKey", UserName="Alice")["AccessKey"]["AccessKeyId"]
        session = root_session(management, member.account, "IAMDeleteRootUserCredentials")
        assert [one["AccessKeyId"] for one in session.does("iam", "ListAccessKeys")["AccessKeyMetadata"]] == [key]
        refused = session.is_refused("iam", "DeleteAccessKey", UserName="Alice", AccessKeyId=users_key)
        assert (refused.status, refused.code) == (403, "AccessDenied")
        assert "with an explicit deny in a session policy" in refused.message
        session.does("iam", "DeleteAccessKey", AccessKeyId=key)
        assert session.does("iam", "ListAccessKeys")["AccessKeyMetadata"] == []
        for operation, asked in {"CreateUser": {"UserName": "Bob"}, "GetAccountSummary": {}}.items():
            assert session.is_refused("iam", operation, **asked).code == "AccessDenied"

    def test_root_password(self, management: Client, member: Client) -> None:
        """A root session finds the password of the root user, deletes it, and lets it be chosen again."""

        def present() -> int:
            summary = member.does("iam", "GetAccountSummary")["SummaryMap"]
            return int(summary["AccountPasswordPresent"])

        deleting = root_session(management, member.account, "IAMDeleteRootUserCredentials")
        creating = root_session(management, member.account, "IAMCreateRootUserPassword")
        begun = deleting.does("iam", "GetLoginProfile")["LoginProfile"]
        assert (begun["UserName"], present()) == ("root", 1)
        assert creating.is_refused("iam", "CreateLoginProfile").code == "EntityAlreadyExists"
        deleting.does("iam", "DeleteLoginProfile")
        assert present() == 0
        before = management.core.world.state
        for operation in ("GetLoginProfile", "DeleteLoginProfile"):
            assert deleting.is_refused("iam", operation).code == "NoSuchEntity"
        assert member.is_refused("iam", "GetLoginProfile").code == "ValidationError"
        assert management.core.world.state is before
        assert creating.does("iam", "CreateLoginProfile")["LoginProfile"]["CreateDate"] == NOW.replace(microsecond=0)
        assert present() == 1

    def test_is_bound_by_the_organization(self, management: Client, member: Client) -> None:
        """A policy may deny root users what it lets root sessions do, and may deny these too."""
        content = {"Effect": "Deny", "Action": "iam:GetAccountSummary", "Resource": "*"}
        spared = content | {"Condition": {"Null": {"aws:AssumedRoot": "true"}}}
        session = root_session(management, member.account, "IAMAuditRootUserCredentials")
        for statement in (spared, content):
            document = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
            asked = {"Name": f"p{len(document)}", "Description": "", "Type": "SERVICE_CONTROL_POLICY"}
            made = management.does("organizations", "CreatePolicy", Content=document, **asked)
            policy = made["Policy"]["PolicySummary"]["Id"]
            management.does("organizations", "AttachPolicy", PolicyId=policy, TargetId=member.account)
            member.is_refused("iam", "GetAccountSummary")
            if statement is spared:
                session.does("iam", "GetAccountSummary")
        got = session.is_refused("iam", "GetAccountSummary")
        assert "with an explicit deny in a service control policy" in got.message

    def test_of_a_stranger(self, management: Client, stranger: Client) -> None:
        """Denied in the words of any denial."""
        task = {"arn": TASKS + "IAMAuditRootUserCredentials"}
        got = management.is_refused("sts", "AssumeRoot", TargetPrincipal=stranger.account, TaskPolicyArn=task)
        assert (got.status, got.code) == (403, "AccessDenied")
        assert got.message == (
            f"User: arn:aws:iam::{management.account}:root is not authorized to perform: sts:AssumeRoot "
            f"on resource: arn:aws:iam::{stranger.account}:root"
        )

    def test_what_a_user_needs(self, management: Client, member: Client) -> None:
        """A user of the management account is allowed tasks one by one, by `sts:TaskPolicyArn`."""
        task = {"StringEquals": {"sts:TaskPolicyArn": TASKS + "IAMAuditRootUserCredentials"}}
        arn = f"arn:aws:iam::{member.account}:root"
        allowing = {"Effect": "Allow", "Action": "sts:AssumeRoot", "Resource": arn, "Condition": task}
        user = create_user(management, policy_document(allowing))
        for target in (member.account, arn):
            root_session(user, target, "IAMAuditRootUserCredentials").does("iam", "GetAccountSummary")
        asked = {"TargetPrincipal": member.account, "TaskPolicyArn": {"arn": TASKS + "S3UnlockBucketPolicy"}}
        assert "no identity-based policy allows" in user.is_refused("sts", "AssumeRoot", **asked).message

    def test_wrong_input(self, management: Client, member: Client) -> None:
        """Another policy than a task's, and a quarter of an hour and a second."""
        task = {"arn": TASKS + "IAMAuditRootUserCredentials"}
        wrong: tuple[dict[str, Any], ...] = (
            {"TaskPolicyArn": {"arn": "arn:aws:iam::aws:policy/AdministratorAccess"}},
            {"TaskPolicyArn": {}},
            {"TaskPolicyArn": task, "DurationSeconds": 901},
        )
        for asked in wrong:
            got = management.is_refused("sts", "AssumeRoot", TargetPrincipal=member.account, **asked)
            assert (got.status, got.code) == (400, "ValidationError")

    def test_in_the_trails(self, management: Client, member: Client) -> None:
        """Both accounts are told of AssumeRoot, and calls of the session bear its mark."""
        session = root_session(management, member.account, "IAMAuditRootUserCredentials")
        session.does("iam", "GetAccountSummary")
        trails = [
            {
                one["EventName"]: json.loads(one["CloudTrailEvent"])
                for one in client.does("cloudtrail", "LookupEvents")["Events"]
            }
            for client in (management, member)
        ]
        first, second = (trail["AssumeRoot"] for trail in trails)
        assert first["requestParameters"] == {
            "targetPrincipal": member.account,
            "taskPolicyArn": {"arn": TASKS + "IAMAuditRootUserCredentials"},
        }
        assert first["sharedEventID"] == second["sharedEventID"]
        identity = trails[1]["GetAccountSummary"]["userIdentity"]
        assert (identity["type"], identity["sessionContext"]["assumedRoot"]) == ("Root", "true")
