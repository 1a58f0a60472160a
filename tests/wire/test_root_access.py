"""Centralized root access on the wire: features in IAM, root sessions in STS, and their records in CloudTrail."""

import json
from datetime import timedelta
from typing import Any

import pytest
from botocore.credentials import Credentials

from tests.support.iam_users import create_user, policy_document
from tests.support.policy_calls import enable_scps
from tests.support.wire_client import Client
from tests.wire.conftest import NOW

IAM_PRINCIPAL = "iam.amazonaws.com"
TASKS = "arn:aws:iam::aws:policy/root-task/"
ENABLE = ("EnableOrganizationsRootCredentialsManagement", "EnableOrganizationsRootSessions")
DISABLE = ("DisableOrganizationsRootCredentialsManagement", "DisableOrganizationsRootSessions")
NAMES = ["RootCredentialsManagement", "RootSessions"]


@pytest.fixture
def trusting(management: Client) -> Client:
    """Return the management account of an organization that trusts IAM."""
    management.do("organizations", "EnableAWSServiceAccess", ServicePrincipal=IAM_PRINCIPAL)
    return management


def root_session(management: Client, account: str, task: str, **more: int) -> Client:
    """Return a client that signs with a member's root session."""
    reply = management.do("sts", "AssumeRoot", TargetPrincipal=account, TaskPolicyArn={"arn": TASKS + task}, **more)
    keys = reply["Credentials"]
    credentials = Credentials(keys["AccessKeyId"], keys["SecretAccessKey"], keys["SessionToken"])
    return Client(management.app, credentials=credentials)


class TestRootFeatures:
    """The operations of IAM on the features of centralized root access."""

    def test_each_change_returns_enabled_features(self, trusting: Client) -> None:
        """Each change returns the organization and its enabled features, as the list does."""
        organization = trusting.do("organizations", "DescribeOrganization")["Organization"]["Id"]
        steps = {ENABLE[1]: NAMES[1:], ENABLE[0]: NAMES, DISABLE[1]: NAMES[:1], DISABLE[0]: []}
        for operation, features in steps.items():
            expected = {"OrganizationId": organization, "EnabledFeatures": features}
            assert trusting.do("iam", operation) == expected
            assert trusting.do("iam", "ListOrganizationsFeatures") == expected

    @pytest.mark.parametrize("operation", [*ENABLE, *DISABLE, "ListOrganizationsFeatures"])
    def test_each_obstacle_has_own_error(
        self, management: Client, member: Client, stranger: Client, operation: str
    ) -> None:
        """A missing organization, missing authority and missing trusted access have errors of their own."""
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

    def test_consolidated_billing_is_refused(self, stranger: Client) -> None:
        """An organization with consolidated billing is refused."""
        stranger.do("organizations", "CreateOrganization", FeatureSet="CONSOLIDATED_BILLING")
        error = stranger.expect_error("iam", "ListOrganizationsFeatures")
        assert error.code == "OrganizationNotInAllFeaturesModeException"

    def test_delegated_administrator_cannot_enable_feature(self, trusting: Client, member: Client) -> None:
        """A delegated administrator cannot enable a feature."""
        administrator = {"AccountId": member.account, "ServicePrincipal": IAM_PRINCIPAL}
        trusting.do("organizations", "RegisterDelegatedAdministrator", **administrator)
        assert member.expect_error("iam", ENABLE[0]).code == "CallerIsNotManagementAccountException"


class TestAssumeRoot:
    """AssumeRoot."""

    @pytest.fixture(autouse=True)
    def enable_sessions(self, trusting: Client) -> None:
        """Enable root sessions."""
        trusting.do("iam", "EnableOrganizationsRootSessions")

    def test_session_is_the_members_root_user(self, management: Client, member: Client) -> None:
        """The credentials are the member's root user's, for 15 minutes by default."""
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

    def test_session_can_only_perform_its_task(self, management: Client, member: Client) -> None:
        """A session for the deletion of root credentials deletes the root user's keys, and nothing else."""
        key = member.do("iam", "CreateAccessKey")["AccessKey"]["AccessKeyId"]
        member.do("iam", "CreateUser", UserName="Alice")
        users_key = member.do("iam", "CreateAccessKey", UserName="Alice")["AccessKey"]["AccessKeyId"]
        session = root_session(management, member.account, "IAMDeleteRootUserCredentials")
        assert [key["AccessKeyId"] for key in session.do("iam", "ListAccessKeys")["AccessKeyMetadata"]] == [key]
        error = session.expect_error("iam", "DeleteAccessKey", UserName="Alice", AccessKeyId=users_key)
        assert (error.status, error.code) == (403, "AccessDenied")
        assert "with an explicit deny in a session policy" in error.message
        session.do("iam", "DeleteAccessKey", AccessKeyId=key)
        assert session.do("iam", "ListAccessKeys")["AccessKeyMetadata"] == []
        for operation, parameters in {"CreateUser": {"UserName": "Bob"}, "GetAccountSummary": {}}.items():
            assert session.expect_error("iam", operation, **parameters).code == "AccessDenied"

    def test_session_deletes_and_allows_root_password(self, management: Client, member: Client) -> None:
        """Root sessions read and delete the root user's password, and allow a new one."""

        def is_password_present() -> int:
            summary = member.do("iam", "GetAccountSummary")["SummaryMap"]
            return int(summary["AccountPasswordPresent"])

        deleting = root_session(management, member.account, "IAMDeleteRootUserCredentials")
        creating = root_session(management, member.account, "IAMCreateRootUserPassword")
        login = deleting.do("iam", "GetLoginProfile")["LoginProfile"]
        assert (login["UserName"], is_password_present()) == ("root", 1)
        assert creating.expect_error("iam", "CreateLoginProfile").code == "EntityAlreadyExists"
        deleting.do("iam", "DeleteLoginProfile")
        assert is_password_present() == 0
        before = management.app.world.state
        for operation in ("GetLoginProfile", "DeleteLoginProfile"):
            assert deleting.expect_error("iam", operation).code == "NoSuchEntity"
        assert member.expect_error("iam", "GetLoginProfile").code == "ValidationError"
        assert management.app.world.state is before
        assert creating.do("iam", "CreateLoginProfile")["LoginProfile"]["CreateDate"] == NOW.replace(microsecond=0)
        assert is_password_present() == 1

    def test_service_control_policy_limits_root_sessions(self, management: Client, member: Client) -> None:
        """A service control policy can deny root users and root sessions separately."""
        enable_scps(management)
        content = {"Effect": "Deny", "Action": "iam:GetAccountSummary", "Resource": "*"}
        for_root_users = content | {"Condition": {"Null": {"aws:AssumedRoot": "true"}}}
        session = root_session(management, member.account, "IAMAuditRootUserCredentials")
        for statement in (for_root_users, content):
            document = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
            parameters = {"Name": f"p{len(document)}", "Description": "", "Type": "SERVICE_CONTROL_POLICY"}
            created = management.do("organizations", "CreatePolicy", Content=document, **parameters)
            policy = created["Policy"]["PolicySummary"]["Id"]
            management.do("organizations", "AttachPolicy", PolicyId=policy, TargetId=member.account)
            member.expect_error("iam", "GetAccountSummary")
            if statement is for_root_users:
                session.do("iam", "GetAccountSummary")
        error = session.expect_error("iam", "GetAccountSummary")
        assert "with an explicit deny in a service control policy" in error.message

    def test_standalone_account_is_denied(self, management: Client, stranger: Client) -> None:
        """An account outside the organization is AccessDenied with AWS's message."""
        task = {"arn": TASKS + "IAMAuditRootUserCredentials"}
        error = management.expect_error("sts", "AssumeRoot", TargetPrincipal=stranger.account, TaskPolicyArn=task)
        assert (error.status, error.code) == (403, "AccessDenied")
        assert error.message == (
            f"User: arn:aws:iam::{management.account}:root is not authorized to perform: sts:AssumeRoot "
            f"on resource: arn:aws:iam::{stranger.account}:root"
        )

    def test_task_policy_condition_allows_single_tasks(self, management: Client, member: Client) -> None:
        """A policy can allow a user single tasks by `sts:TaskPolicyArn`."""
        task = {"StringEquals": {"sts:TaskPolicyArn": TASKS + "IAMAuditRootUserCredentials"}}
        arn = f"arn:aws:iam::{member.account}:root"
        statement = {"Effect": "Allow", "Action": "sts:AssumeRoot", "Resource": arn, "Condition": task}
        user = create_user(management, policy_document(statement))
        for target in (member.account, arn):
            root_session(user, target, "IAMAuditRootUserCredentials").do("iam", "GetAccountSummary")
        parameters = {"TargetPrincipal": member.account, "TaskPolicyArn": {"arn": TASKS + "S3UnlockBucketPolicy"}}
        denied = user.expect_error("sts", "AssumeRoot", **parameters).message
        assert denied.endswith(f"is not authorized to perform: sts:AssumeRoot on resource: {arn}")

    def test_invalid_task_or_duration_is_refused(self, management: Client, member: Client) -> None:
        """A policy that is not a task's and a duration over 15 minutes are ValidationErrors."""
        task = {"arn": TASKS + "IAMAuditRootUserCredentials"}
        invalid: tuple[dict[str, Any], ...] = (
            {"TaskPolicyArn": {"arn": "arn:aws:iam::aws:policy/AdministratorAccess"}},
            {"TaskPolicyArn": {}},
            {"TaskPolicyArn": task, "DurationSeconds": 901},
        )
        for parameters in invalid:
            error = management.expect_error("sts", "AssumeRoot", TargetPrincipal=member.account, **parameters)
            assert (error.status, error.code) == (400, "ValidationError")

    def test_both_accounts_have_records(self, management: Client, member: Client) -> None:
        """Both accounts have a record of AssumeRoot, and the records of the session's calls are marked."""
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
