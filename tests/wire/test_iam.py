"""IAM on the wire: the linked role's life, and how it refuses to be changed."""

import json
from typing import Any
from urllib.parse import unquote

import pytest

from tests.wire.botocore_wire import Answer, Client
from tests.wire.conftest import NOW
from tests.wire.test_artifact import ORGANIZATION_AGREEMENT, accept

SERVICE = "iam"
ARTIFACT = "artifact.amazonaws.com"
NO_TASK = "task/aws-service-role/artifact.amazonaws.com/AWSServiceRoleForArtifact/" + "0" * 36
ROLE = "AWSServiceRoleForArtifact"
POLICY = "arn:aws:iam::aws:policy/aws-service-role/AWSArtifactServiceRolePolicy"


@pytest.fixture
def trusting(management: Client) -> Client:
    """Give the management account of an organization that trusts Artifact."""
    management.does("organizations", "EnableAWSServiceAccess", ServicePrincipal=ARTIFACT)
    return management


def told(got: Answer) -> tuple[int, str]:
    """Give what a client looks at: the status and the code."""
    return got.status, got.code


class TestGetRole:
    """GetRole."""

    def test_answers_the_linked_role(self, trusting: Client) -> None:
        """Path, trust and the rest are what AWS documents of the role."""
        role = trusting.does(SERVICE, "GetRole", RoleName=ROLE)["Role"]
        assert role.pop("RoleId").startswith("AROA")
        assert role.pop("CreateDate") == NOW.replace(microsecond=0)
        assert json.loads(unquote(role.pop("AssumeRolePolicyDocument"))) == {
            "Version": "2012-10-17",
            "Statement": [{"Effect": "Allow", "Principal": {"Service": ARTIFACT}, "Action": "sts:AssumeRole"}],
        }
        assert role == {
            "Path": f"/aws-service-role/{ARTIFACT}/",
            "RoleName": ROLE,
            "Arn": f"arn:aws:iam::{trusting.account}:role/aws-service-role/{ARTIFACT}/{ROLE}",
            "Description": role["Description"],
            "MaxSessionDuration": 3600,
            "RoleLastUsed": {},
        }

    def test_finds_names_without_regard_to_case(self, trusting: Client) -> None:
        """IAM keeps names apart without regard to case."""
        assert trusting.does(SERVICE, "GetRole", RoleName=ROLE.upper())["Role"]["RoleName"] == ROLE

    def test_of_a_role_that_does_not_exist(self, management: Client) -> None:
        """404 NoSuchEntity, in AWS's words."""
        got = management.is_refused(SERVICE, "GetRole", RoleName=ROLE)
        assert told(got) == (404, "NoSuchEntity")
        assert got.message == f"The role with name {ROLE} cannot be found."

    @pytest.mark.parametrize("name", ["a b", "a/b", "é", "a" * 65])
    def test_of_what_is_no_name(self, management: Client, name: str) -> None:
        """A broken constraint is a ValidationError, worded as AWS's common validation words it."""
        got = management.is_refused(SERVICE, "GetRole", RoleName=name)
        assert told(got) == (400, "ValidationError")
        assert got.message.startswith(
            "1 validation error detected: Value at 'roleName' failed to satisfy constraint: Member must "
        )

    def test_without_a_name(self, management: Client) -> None:
        """A missing member is null, to AWS."""
        got = management.is_refused(SERVICE, "GetRole")
        assert got.message == (
            "1 validation error detected: Value null at 'roleName' failed to satisfy constraint: "
            "Member must not be null"
        )


class TestListRoles:
    """ListRoles."""

    def test_below_a_path(self, trusting: Client) -> None:
        """A path prefix keeps the roles below it, without tags and last use."""
        listed = trusting.does(SERVICE, "ListRoles", PathPrefix="/aws-service-role/")
        assert [one["RoleName"] for one in listed["Roles"]] == [ROLE, "AWSServiceRoleForOrganizations"]
        assert listed["IsTruncated"] is False
        assert "RoleLastUsed" not in listed["Roles"][0]
        narrow = trusting.does(SERVICE, "ListRoles", PathPrefix=f"/aws-service-role/{ARTIFACT}/")
        assert [one["RoleName"] for one in narrow["Roles"]] == [ROLE]

    def test_pages(self, trusting: Client) -> None:
        """A marker goes on where the page before ended."""
        first = trusting.does(SERVICE, "ListRoles", MaxItems=1)
        assert first["IsTruncated"] is True
        rest = trusting.does(SERVICE, "ListRoles", MaxItems=1, Marker=first["Marker"])
        assert [one["RoleName"] for one in (*first["Roles"], *rest["Roles"])] == [
            ROLE,
            "AWSServiceRoleForOrganizations",
        ]
        assert rest["IsTruncated"] is False

    @pytest.mark.parametrize("marker", ["x", "AAAA"])
    def test_with_a_marker_that_it_did_not_give(self, trusting: Client, marker: str) -> None:
        """Any other marker is a ValidationError."""
        assert told(trusting.is_refused(SERVICE, "ListRoles", Marker=marker)) == (400, "ValidationError")


class TestPolicies:
    """ListAttachedRolePolicies, ListRolePolicies, GetPolicy, GetPolicyVersion, ListPolicyVersions."""

    def test_of_the_linked_role(self, trusting: Client) -> None:
        """One managed policy, none inline."""
        attached = trusting.does(SERVICE, "ListAttachedRolePolicies", RoleName=ROLE)
        assert attached["AttachedPolicies"] == [{"PolicyName": "AWSArtifactServiceRolePolicy", "PolicyArn": POLICY}]
        assert trusting.does(SERVICE, "ListRolePolicies", RoleName=ROLE)["PolicyNames"] == []

    def test_are_described(self, trusting: Client) -> None:
        """The policy says how often it is attached in the caller's account."""
        policy = trusting.does(SERVICE, "GetPolicy", PolicyArn=POLICY)["Policy"]
        assert (policy["DefaultVersionId"], policy["AttachmentCount"], policy["IsAttachable"]) == ("v1", 1, True)
        versions = trusting.does(SERVICE, "ListPolicyVersions", PolicyArn=POLICY)["Versions"]
        assert [(one["VersionId"], one["IsDefaultVersion"]) for one in versions] == [("v1", True)]

    def test_have_a_document(self, trusting: Client) -> None:
        """Four actions on everything."""
        version = trusting.does(SERVICE, "GetPolicyVersion", PolicyArn=POLICY, VersionId="v1")["PolicyVersion"]
        (statement,) = json.loads(unquote(version["Document"]))["Statement"]
        assert sorted(statement["Action"]) == [
            "organizations:DescribeAccount",
            "organizations:DescribeOrganization",
            "organizations:ListAWSServiceAccessForOrganization",
            "organizations:ListAccounts",
        ]

    def test_that_do_not_exist(self, management: Client) -> None:
        """An unknown policy or version is 404 NoSuchEntity."""
        unknown = management.is_refused(SERVICE, "GetPolicy", PolicyArn="arn:aws:iam::aws:policy/Nothing")
        version = management.is_refused(SERVICE, "GetPolicyVersion", PolicyArn=POLICY, VersionId="v99")
        assert told(unknown) == told(version) == (404, "NoSuchEntity")


# The changes that IAM refuses of a linked role, and what each is asked with.
CHANGES: dict[str, dict[str, Any]] = {
    "AttachRolePolicy": {"PolicyArn": POLICY},
    "DetachRolePolicy": {"PolicyArn": POLICY},
    "PutRolePolicy": {"PolicyName": "p", "PolicyDocument": "{}"},
    "DeleteRolePolicy": {"PolicyName": "p"},
    "UpdateAssumeRolePolicy": {"PolicyDocument": "{}"},
    "PutRolePermissionsBoundary": {"PermissionsBoundary": POLICY},
    "DeleteRolePermissionsBoundary": {},
    "DeleteRole": {},
    "UpdateRole": {"MaxSessionDuration": 7200},
}
# The changes that are refused only while the service uses the role.
CHANGES_IN_USE: dict[str, dict[str, Any]] = {
    "UpdateRole": {"Description": "Mine"},
    "UpdateRoleDescription": {"Description": "Mine"},
    "TagRole": {"Tags": [{"Key": "k", "Value": "v"}]},
    "UntagRole": {"TagKeys": ["k"]},
}


class TestLinkedRole:
    """What a linked role refuses, and when."""

    @pytest.mark.parametrize("operation", CHANGES)
    @pytest.mark.parametrize("in_use", [True, False])
    def test_is_protected(self, trusting: Client, operation: str, *, in_use: bool) -> None:
        """Whether or not Artifact uses the role, IAM changes neither policies nor trust; the words are AWS's."""
        if not in_use:
            trusting.does("organizations", "DisableAWSServiceAccess", ServicePrincipal=ARTIFACT)
        got = trusting.is_refused(SERVICE, operation, RoleName=ROLE, **CHANGES[operation])
        assert told(got) == (400, "UnmodifiableEntity")
        assert got.message == (
            f"Cannot perform the operation on the protected role '{ROLE}' - this role is only modifiable by AWS"
        )

    @pytest.mark.parametrize("operation", CHANGES_IN_USE)
    def test_cannot_be_modified_while_trusted(self, trusting: Client, operation: str) -> None:
        """You can delete or modify this role only if you disable trusted access."""
        got = trusting.is_refused(SERVICE, operation, RoleName=ROLE, **CHANGES_IN_USE[operation])
        assert told(got) == (400, "UnmodifiableEntity")

    def test_can_be_modified_once_it_is_not_trusted(self, trusting: Client) -> None:
        """With trusted access off, description and tags may change."""
        trusting.does("organizations", "DisableAWSServiceAccess", ServicePrincipal=ARTIFACT)
        changed = trusting.does(SERVICE, "UpdateRoleDescription", RoleName=ROLE, Description="Mine")
        assert changed["Role"]["Description"] == "Mine"
        assert trusting.does(SERVICE, "UpdateRole", RoleName=ROLE, Description="Ours") == {}
        assert trusting.does(SERVICE, "TagRole", RoleName=ROLE, Tags=[{"Key": "k", "Value": "v"}]) == {}
        role = trusting.does(SERVICE, "GetRole", RoleName=ROLE)["Role"]
        assert (role["Description"], role["Tags"]) == ("Ours", [{"Key": "k", "Value": "v"}])
        assert trusting.does(SERVICE, "ListRoleTags", RoleName=ROLE)["Tags"] == [{"Key": "k", "Value": "v"}]
        assert trusting.does(SERVICE, "UntagRole", RoleName=ROLE, TagKeys=["k"]) == {}
        assert trusting.does(SERVICE, "ListRoleTags", RoleName=ROLE)["Tags"] == []

    def test_takes_no_more_than_fifty_tags(self, trusting: Client) -> None:
        """The fifty-first tag is over the limit."""
        trusting.does("organizations", "DisableAWSServiceAccess", ServicePrincipal=ARTIFACT)
        tags = [{"Key": f"k{number}", "Value": ""} for number in range(50)]
        trusting.does(SERVICE, "TagRole", RoleName=ROLE, Tags=tags)
        got = trusting.is_refused(SERVICE, "TagRole", RoleName=ROLE, Tags=[{"Key": "more", "Value": ""}])
        assert told(got) == (409, "LimitExceeded")


class TestCreateServiceLinkedRole:
    """CreateServiceLinkedRole."""

    def test_answers_the_role(self, stranger: Client) -> None:
        """Any account may make the role; the answer is as GetRole's, without what CreateRole's lacks as well."""
        made = stranger.does(SERVICE, "CreateServiceLinkedRole", AWSServiceName=ARTIFACT)["Role"]
        got = stranger.does(SERVICE, "GetRole", RoleName=ROLE)["Role"]
        more = {"Description": got["Description"], "MaxSessionDuration": 3600, "RoleLastUsed": {}}
        assert got == made | more

    def test_with_a_description(self, stranger: Client) -> None:
        """A description of one's own is kept."""
        stranger.does(SERVICE, "CreateServiceLinkedRole", AWSServiceName=ARTIFACT, Description="Mine")
        assert stranger.does(SERVICE, "GetRole", RoleName=ROLE)["Role"]["Description"] == "Mine"

    def test_that_exists(self, trusting: Client) -> None:
        """AWS's own words for a role that is there."""
        got = trusting.is_refused(SERVICE, "CreateServiceLinkedRole", AWSServiceName=ARTIFACT)
        assert told(got) == (400, "InvalidInput")
        assert got.message == (
            f"Service role name {ROLE} has been taken in this account, please try a different suffix."
        )

    def test_with_a_suffix(self, stranger: Client) -> None:
        """AWS's own words for a suffix that the service does not take."""
        got = stranger.is_refused(SERVICE, "CreateServiceLinkedRole", AWSServiceName=ARTIFACT, CustomSuffix="x")
        assert told(got) == (400, "InvalidInput")
        assert got.message == f"Custom suffix is not allowed for {ARTIFACT}"

    def test_of_a_service_without_a_role(self, stranger: Client) -> None:
        """A service that has no role is 404 NoSuchEntity."""
        got = stranger.is_refused(SERVICE, "CreateServiceLinkedRole", AWSServiceName="nothing.amazonaws.com")
        assert told(got) == (404, "NoSuchEntity")


class TestDeleteServiceLinkedRole:
    """DeleteServiceLinkedRole and the task's status."""

    def test_fails_while_trusted(self, trusting: Client) -> None:
        """The task ends FAILED and names the active agreement."""
        summary = accept(trusting, ORGANIZATION_AGREEMENT)
        task = trusting.does(SERVICE, "DeleteServiceLinkedRole", RoleName=ROLE)["DeletionTaskId"]
        assert task.startswith(f"task/aws-service-role/{ARTIFACT}/{ROLE}/")
        status = trusting.does(SERVICE, "GetServiceLinkedRoleDeletionStatus", DeletionTaskId=task)
        assert status["Status"] == "FAILED"
        assert status["Reason"]["RoleUsageList"] == [{"Region": "us-east-1", "Resources": [summary["arn"]]}]
        assert trusting.does(SERVICE, "GetRole", RoleName=ROLE)

    def test_succeeds_once_it_is_not_trusted(self, trusting: Client) -> None:
        """With trusted access off, the role goes."""
        trusting.does("organizations", "DisableAWSServiceAccess", ServicePrincipal=ARTIFACT)
        task = trusting.does(SERVICE, "DeleteServiceLinkedRole", RoleName=ROLE)["DeletionTaskId"]
        status = trusting.does(SERVICE, "GetServiceLinkedRoleDeletionStatus", DeletionTaskId=task)
        assert status == {"Status": "SUCCEEDED"}
        assert told(trusting.is_refused(SERVICE, "GetRole", RoleName=ROLE)) == (404, "NoSuchEntity")

    def test_of_a_role_that_does_not_exist(self, stranger: Client) -> None:
        """404 NoSuchEntity."""
        assert told(stranger.is_refused(SERVICE, "DeleteServiceLinkedRole", RoleName=ROLE)) == (404, "NoSuchEntity")

    def test_that_nobody_asked_for(self, stranger: Client) -> None:
        """An unknown task is 404 NoSuchEntity."""
        got = stranger.is_refused(SERVICE, "GetServiceLinkedRoleDeletionStatus", DeletionTaskId=NO_TASK)
        assert told(got) == (404, "NoSuchEntity")


class TestDeleteRole:
    """DeleteRole of a role that is not linked."""

    def test_with_policies(self, member: Client) -> None:
        """The access role still has its policy: 409 DeleteConflict."""
        got = member.is_refused(SERVICE, "DeleteRole", RoleName="OrganizationAccountAccessRole")
        assert told(got) == (409, "DeleteConflict")
