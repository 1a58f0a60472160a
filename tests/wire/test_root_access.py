"""Centralized root access on the wire: its features in IAM, root sessions in STS, and their records in CloudTrail."""

import json
from datetime import timedelta
from typing import Any

import pytest
from botocore.credentials import Credentials

from tests.support.iam_users import create_user, policy_document
from tests.support.wire_client import Client
from tests.wire.conftest import NOW

IAM_PRINCIPAL = "iam.amazonaws.com"
TASKS = "arn:aws:iam::aws:policy/root-task/"
ENABLE = ("EnableOrganizationsRootCredentialsManagement", "EnableOrganizationsRootSessions")
DISABLE = ("DisableOrganizationsRootCredentialsManagement", "DisableOrganizationsRootSessions")
NAMES = ["RootCredentialsManagement", "RootSessions"]


@pytest.fixture
def trusting(management: Client) -> Client:
    """Give a management account whose organization trusts IAM."""
    management.do("organizations", "EnableAWSServiceAccess", ServicePrincipal=IAM_PRINCIPAL)
    return management


def root_session(management: Client, account: str, task: str, **more: int) -> Client:
    """Give a client with a member's root session."""
    reply = management.do("sts", "AssumeRoot", TargetPrincipal=account, TaskPolicyArn={"arn": TASKS + task}, **more)
    keys = reply["Credentials"]
    credentials = Credentials(keys["AccessKeyId"], keys["SecretAccessKey"], keys["SessionToken"])
    return Client(management.app, credentials=credentials)


class TestFeatures:
    """The five operations of IAM."""

    def test_are_told_after_each_change(self, trusting: Client) -> None:
        """Each change answers the organization and what is on now, as the list does."""
        organization = trusting.do("organizations", "DescribeOrganization")["Organization"]["Id"]
        steps = {ENABLE[1]: NAMES[1:], ENABLE[0]: NAMES, DISABLE[1]: NAMES[:1], DISABLE[0]: []}
        for operation, features in steps.items():
            told = {"OrganizationId": organization, "EnabledFeatures": features}
            assert trusting.do("iam", operation) == told
            assert trusting.do("iam", "ListOrganizationsFeatures") == told

    @pytest.mark.parametrize("operation", [*ENABLE, *DISABLE, "ListOrganizationsFeatures"])
    def test_refusals(self, management: Client, member: Client, stranger: Client, operation: str) -> None:
        """No organization, no administrator, no trusted access: each has an error of its own."""
        codes = {
            stranger: "OrganizationNotFoundException",
            member: "AccountNotManagementOrDelegatedAdministratorException",
            management: "ServiceAccessNotEnabledException",
        }
        for client, code in codes.items():
            before = client.app.world.state
            error = client.expect_error("iam", operation)
            assert (error.status, error.code) == (400, code)
            assert client.app.world.state is before

    def test_of_billing_alone(self, stranger: Client) -> None:
        """An organization without all features."""
        stranger.do("organizations", "CreateOrganization", FeatureSet="CONSOLIDATED_BILLING")
        error = stranger.expect_error("iam", "ListOrganizationsFeatures")
        assert error.code == "OrganizationNotInAllFeaturesModeException"

    def test_delegated_administrator_enables_nothing(self, trusting: Client, member: Client) -> None:
        """That is the management account's."""
        to = {"AccountId": member.account, "ServicePrincipal": IAM_PRINCIPAL}
        trusting.do("organizations", "RegisterDelegatedAdministrator", **to)
        assert member.expect_error("iam", ENABLE[0]).code == "CallerIsNotManagementAccountException"


class TestAssumeRoot:
    """AssumeRoot."""

    @pytest.fixture(autouse=True)
    def sessions_enabled(self, trusting: Client) -> None:
        """Switch root sessions on."""
        trusting.do("iam", "EnableOrganizationsRootSessions")

    def test_is_the_root_user(self, management: Client, member: Client) -> None:
        """The credentials are the member's root user's, for a quarter of an hour."""
        task = {"arn": TASKS + "IAMAuditRootUserCredentials"}
        reply = management.do("sts", "AssumeRoot", TargetPrincipal=member.account, TaskPolicyArn=task)
        assert reply.keys() == {"Credentials", "SessionTokenSize", "SessionTokenUtilization"}
        assert reply["Credentials"]["Expiration"] == NOW.replace(microsecond=0) + timedelta(minutes=15)
        session = root_session(management, member.account, "IAMAuditRootUserCredentials", DurationSeconds=60)
        assert session.do("sts", "GetCallerIdentity") == {
            "UserId": member.account,
            "Account": member.account,
            "Arn": f"arn:aws:iam::{member.account}:root",
        }
        management.app.world.clock.advance(timedelta(seconds=61))
        assert session.expect_error("sts", "GetCallerIdentity").code == "ExpiredToken"

    def test_does_its_task(self, management: Client, member: Client) -> None:
        """The keys of the root user are found and deleted, and nothing else is done."""
        key = member.do("iam", "CreateAccessKey")["AccessKey"]["AccessKeyId"]
        member.do("iam", "CreateUser", UserName="Alice")
        users_key = member.do("iam", "CreateAccessKey", UserName="Alice")["AccessKey"]["AccessKeyId"]
        session = root_session(management, member.account, "IAMDeleteRootUserCredentials")
        assert [key["AccessKeyId"] for key in session.do("iam", "ListAccessKeys")["AccessKeyMetadata"]] == [key]
        refused = session.expect_error("iam", "DeleteAccessKey", UserName="Alice", AccessKeyId=users_key)
        assert (refused.status, refused.code) == (403, "AccessDenied")
        assert "with an explicit deny in a session policy" in refused.message
        session.do("iam", "DeleteAccessKey", AccessKeyId=key)
        assert session.do("iam", "ListAccessKeys")["AccessKeyMetadata"] == []
        for operation, parameters in {"CreateUser": {"UserName": "Bob"}, "GetAccountSummary": {}}.items():
            assert session.expect_error("iam", operation, **parameters).code == "AccessDenied"

    def test_root_password(self, management: Client, member: Client) -> None:
        """A root session finds the password of the root user, deletes it, and lets it be chosen again."""

        def present() -> int:
            summary = member.do("iam", "GetAccountSummary")["SummaryMap"]
            return int(summary["AccountPasswordPresent"])

        deleting = root_session(management, member.account, "IAMDeleteRootUserCredentials")
        creating = root_session(management, member.account, "IAMCreateRootUserPassword")
        begun = deleting.do("iam", "GetLoginProfile")["LoginProfile"]
        assert (begun["UserName"], present()) == ("root", 1)
        assert creating.expect_error("iam", "CreateLoginProfile").code == "EntityAlreadyExists"
        deleting.do("iam", "DeleteLoginProfile")
        assert present() == 0
        before = management.app.world.state
        for operation in ("GetLoginProfile", "DeleteLoginProfile"):
            assert deleting.expect_error("iam", operation).code == "NoSuchEntity"
        assert member.expect_error("iam", "GetLoginProfile").code == "ValidationError"
        assert management.app.world.state is before
        assert creating.do("iam", "CreateLoginProfile")["LoginProfile"]["CreateDate"] == NOW.replace(microsecond=0)
        assert present() == 1

    def test_is_bound_by_the_organization(self, management: Client, member: Client) -> None:
        """A policy may deny root users what it lets root sessions do, and may deny these too."""
        content = {"Effect": "Deny", "Action": "iam:GetAccountSummary", "Resource": "*"}
        spared = content | {"Condition": {"Null": {"aws:AssumedRoot": "true"}}}
        session = root_session(management, member.account, "IAMAuditRootUserCredentials")
        for statement in (spared, content):
            document = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
            parameters = {"Name": f"p{len(document)}", "Description": "", "Type": "SERVICE_CONTROL_POLICY"}
            made = management.do("organizations", "CreatePolicy", Content=document, **parameters)
            policy = made["Policy"]["PolicySummary"]["Id"]
            management.do("organizations", "AttachPolicy", PolicyId=policy, TargetId=member.account)
            member.expect_error("iam", "GetAccountSummary")
            if statement is spared:
                session.do("iam", "GetAccountSummary")
        error = session.expect_error("iam", "GetAccountSummary")
        assert "with an explicit deny in a service control policy" in error.message

    def test_of_a_stranger(self, management: Client, stranger: Client) -> None:
        """Denied in the words of any denial."""
        task = {"arn": TASKS + "IAMAuditRootUserCredentials"}
        error = management.expect_error("sts", "AssumeRoot", TargetPrincipal=stranger.account, TaskPolicyArn=task)
        assert (error.status, error.code) == (403, "AccessDenied")
        assert error.message == (
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
            root_session(user, target, "IAMAuditRootUserCredentials").do("iam", "GetAccountSummary")
        parameters = {"TargetPrincipal": member.account, "TaskPolicyArn": {"arn": TASKS + "S3UnlockBucketPolicy"}}
        assert "no identity-based policy allows" in user.expect_error("sts", "AssumeRoot", **parameters).message

    def test_wrong_input(self, management: Client, member: Client) -> None:
        """Another policy than a task's, and a quarter of an hour and a second."""
        task = {"arn": TASKS + "IAMAuditRootUserCredentials"}
        wrong: tuple[dict[str, Any], ...] = (
            {"TaskPolicyArn": {"arn": "arn:aws:iam::aws:policy/AdministratorAccess"}},
            {"TaskPolicyArn": {}},
            {"TaskPolicyArn": task, "DurationSeconds": 901},
        )
        for parameters in wrong:
            error = management.expect_error("sts", "AssumeRoot", TargetPrincipal=member.account, **parameters)
            assert (error.status, error.code) == (400, "ValidationError")

    def test_in_the_trails(self, management: Client, member: Client) -> None:
        """Both accounts are told of AssumeRoot, and calls of the session bear its mark."""
        session = root_session(management, member.account, "IAMAuditRootUserCredentials")
        session.do("iam", "GetAccountSummary")
        trails = [
            {
                event["EventName"]: json.loads(event["CloudTrailEvent"])
                for event in client.do("cloudtrail", "LookupEvents")["Events"]
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
