"""IAM on the wire: Artifact's service-linked role, its policy and its deletion."""

import json
from typing import Any
from urllib.parse import unquote

import pytest

from tests.support.artifact_calls import ORGANIZATION_AGREEMENT, accept
from tests.support.wire_client import Client
from tests.wire.conftest import NOW

SERVICE = "iam"
ARTIFACT = "artifact.amazonaws.com"
NO_TASK = "task/aws-service-role/artifact.amazonaws.com/AWSServiceRoleForArtifact/" + "0" * 36
ROLE = "AWSServiceRoleForArtifact"
POLICY = "arn:aws:iam::aws:policy/aws-service-role/AWSArtifactServiceRolePolicy"


@pytest.fixture
def trusting(management: Client) -> Client:
    """Return the management account of an organization that trusts Artifact."""
    management.do("organizations", "EnableAWSServiceAccess", ServicePrincipal=ARTIFACT)
    return management


class TestGetRole:
    """GetRole."""

    def test_linked_role_has_members_of_aws(self, trusting: Client) -> None:
        """The role has AWS's path, trust policy and other members."""
        role = trusting.do(SERVICE, "GetRole", RoleName=ROLE)["Role"]
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

    def test_role_is_found_in_any_case(self, trusting: Client) -> None:
        """IAM compares role names regardless of case."""
        assert trusting.do(SERVICE, "GetRole", RoleName=ROLE.upper())["Role"]["RoleName"] == ROLE

    def test_unknown_role_is_not_found(self, management: Client) -> None:
        """An unknown role is refused with AWS's message."""
        error = management.expect_error(SERVICE, "GetRole", RoleName=ROLE)
        assert (error.status, error.code) == (404, "NoSuchEntity")
        assert error.message == f"The role with name {ROLE} cannot be found."

    @pytest.mark.parametrize("name", ["a b", "a/b", "é", "a" * 65])
    def test_invalid_name_breaks_constraint(self, management: Client, name: str) -> None:
        """A broken constraint is a ValidationError in IAM's words."""
        error = management.expect_error(SERVICE, "GetRole", RoleName=name)
        assert (error.status, error.code) == (400, "ValidationError")
        assert "at 'roleName' failed to satisfy" in error.message or "for roleName is invalid" in error.message

    def test_missing_name_breaks_constraint(self, management: Client) -> None:
        """A missing member breaks the constraint that it has a value."""
        error = management.expect_error(SERVICE, "GetRole")
        assert error.message == (
            "1 validation error detected: Value at 'roleName' failed to satisfy constraint: Member must not be null"
        )


class TestListRoles:
    """ListRoles."""

    def test_roles_are_filtered_by_path_prefix(self, trusting: Client) -> None:
        """A path prefix selects roles, which are listed without their last use."""
        listed = trusting.do(SERVICE, "ListRoles", PathPrefix="/aws-service-role/")
        assert [role["RoleName"] for role in listed["Roles"]] == [ROLE, "AWSServiceRoleForOrganizations"]
        assert listed["IsTruncated"] is False
        assert "RoleLastUsed" not in listed["Roles"][0]
        narrow = trusting.do(SERVICE, "ListRoles", PathPrefix=f"/aws-service-role/{ARTIFACT}/")
        assert [role["RoleName"] for role in narrow["Roles"]] == [ROLE]

    def test_marker_leads_to_next_page(self, trusting: Client) -> None:
        """A marker leads to the roles after the previous page."""
        first = trusting.do(SERVICE, "ListRoles", MaxItems=1)
        assert first["IsTruncated"] is True
        rest = trusting.do(SERVICE, "ListRoles", MaxItems=1, Marker=first["Marker"])
        assert [role["RoleName"] for role in (*first["Roles"], *rest["Roles"])] == [
            ROLE,
            "AWSServiceRoleForOrganizations",
        ]
        assert rest["IsTruncated"] is False

    @pytest.mark.parametrize("marker", ["x", "AAAA"])
    def test_foreign_marker_is_refused(self, trusting: Client, marker: str) -> None:
        """A marker that IAM did not issue is a ValidationError."""
        error = trusting.expect_error(SERVICE, "ListRoles", Marker=marker)
        assert (error.status, error.code) == (400, "ValidationError")


class TestRolePolicies:
    """ListAttachedRolePolicies, ListRolePolicies, GetPolicy, GetPolicyVersion and ListPolicyVersions."""

    def test_linked_role_has_one_managed_policy(self, trusting: Client) -> None:
        """The role has one managed policy and no inline policies."""
        attached = trusting.do(SERVICE, "ListAttachedRolePolicies", RoleName=ROLE)
        assert attached["AttachedPolicies"] == [{"PolicyName": "AWSArtifactServiceRolePolicy", "PolicyArn": POLICY}]
        assert trusting.do(SERVICE, "ListRolePolicies", RoleName=ROLE)["PolicyNames"] == []

    def test_policy_has_attachment_count_of_account(self, trusting: Client) -> None:
        """A policy has the number of its attachments in the caller's account."""
        policy = trusting.do(SERVICE, "GetPolicy", PolicyArn=POLICY)["Policy"]
        assert (policy["DefaultVersionId"], policy["AttachmentCount"], policy["IsAttachable"]) == ("v1", 1, True)
        versions = trusting.do(SERVICE, "ListPolicyVersions", PolicyArn=POLICY)["Versions"]
        assert [(version["VersionId"], version["IsDefaultVersion"]) for version in versions] == [("v1", True)]

    def test_policy_document_allows_four_actions(self, trusting: Client) -> None:
        """The policy allows four actions."""
        version = trusting.do(SERVICE, "GetPolicyVersion", PolicyArn=POLICY, VersionId="v1")["PolicyVersion"]
        (statement,) = json.loads(unquote(version["Document"]))["Statement"]
        assert sorted(statement["Action"]) == [
            "organizations:DescribeAccount",
            "organizations:DescribeOrganization",
            "organizations:ListAWSServiceAccessForOrganization",
            "organizations:ListAccounts",
        ]

    def test_unknown_policy_or_version_is_not_found(self, management: Client) -> None:
        """An unknown policy or version is NoSuchEntity."""
        unknown = management.expect_error(SERVICE, "GetPolicy", PolicyArn="arn:aws:iam::aws:policy/Nothing")
        version = management.expect_error(SERVICE, "GetPolicyVersion", PolicyArn=POLICY, VersionId="v99")
        assert (unknown.status, unknown.code) == (version.status, version.code) == (404, "NoSuchEntity")


# The changes that a service-linked role always refuses, with their parameters.
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
# The changes that a service-linked role refuses while its service uses it.
CHANGES_IN_USE: dict[str, dict[str, Any]] = {
    "UpdateRole": {"Description": "Mine"},
    "UpdateRoleDescription": {"Description": "Mine"},
    "TagRole": {"Tags": [{"Key": "k", "Value": "v"}]},
    "UntagRole": {"TagKeys": ["k"]},
}


class TestProtection:
    """Changes that a service-linked role refuses."""

    @pytest.mark.parametrize("operation", CHANGES)
    @pytest.mark.parametrize("in_use", [True, False])
    def test_policies_and_trust_are_protected(self, trusting: Client, operation: str, *, in_use: bool) -> None:
        """IAM refuses changes to policies, trust and session length with AWS's message, in use or not."""
        if not in_use:
            trusting.do("organizations", "DisableAWSServiceAccess", ServicePrincipal=ARTIFACT)
        error = trusting.expect_error(SERVICE, operation, RoleName=ROLE, **CHANGES[operation])
        assert (error.status, error.code) == (400, "UnmodifiableEntity")
        assert error.message == (
            f"Cannot perform the operation on the protected role '{ROLE}' - this role is only modifiable by AWS"
        )

    @pytest.mark.parametrize("operation", CHANGES_IN_USE)
    def test_role_cannot_be_modified_with_trusted_access(self, trusting: Client, operation: str) -> None:
        """With trusted access the description and the tags cannot change either."""
        error = trusting.expect_error(SERVICE, operation, RoleName=ROLE, **CHANGES_IN_USE[operation])
        assert (error.status, error.code) == (400, "UnmodifiableEntity")

    def test_role_can_be_modified_without_trusted_access(self, trusting: Client) -> None:
        """Without trusted access the description and the tags can change."""
        trusting.do("organizations", "DisableAWSServiceAccess", ServicePrincipal=ARTIFACT)
        changed = trusting.do(SERVICE, "UpdateRoleDescription", RoleName=ROLE, Description="Mine")
        assert changed["Role"]["Description"] == "Mine"
        assert trusting.do(SERVICE, "UpdateRole", RoleName=ROLE, Description="Ours") == {}
        assert trusting.do(SERVICE, "TagRole", RoleName=ROLE, Tags=[{"Key": "k", "Value": "v"}]) == {}
        role = trusting.do(SERVICE, "GetRole", RoleName=ROLE)["Role"]
        assert (role["Description"], role["Tags"]) == ("Ours", [{"Key": "k", "Value": "v"}])
        assert trusting.do(SERVICE, "ListRoleTags", RoleName=ROLE)["Tags"] == [{"Key": "k", "Value": "v"}]
        assert trusting.do(SERVICE, "UntagRole", RoleName=ROLE, TagKeys=["k"]) == {}
        assert trusting.do(SERVICE, "ListRoleTags", RoleName=ROLE)["Tags"] == []

    def test_tag_beyond_fifty_is_refused(self, trusting: Client) -> None:
        """A role has 50 tags at most."""
        trusting.do("organizations", "DisableAWSServiceAccess", ServicePrincipal=ARTIFACT)
        tags = [{"Key": f"k{number}", "Value": ""} for number in range(50)]
        trusting.do(SERVICE, "TagRole", RoleName=ROLE, Tags=tags)
        error = trusting.expect_error(SERVICE, "TagRole", RoleName=ROLE, Tags=[{"Key": "more", "Value": ""}])
        assert (error.status, error.code) == (409, "LimitExceeded")


class TestCreateServiceLinkedRole:
    """CreateServiceLinkedRole."""

    def test_reply_lacks_members_that_only_get_role_has(self, stranger: Client) -> None:
        """The reply is GetRole's without description, session length and last use."""
        created = stranger.do(SERVICE, "CreateServiceLinkedRole", AWSServiceName=ARTIFACT)["Role"]
        reply = stranger.do(SERVICE, "GetRole", RoleName=ROLE)["Role"]
        trust_policies = [json.loads(unquote(role.pop("AssumeRolePolicyDocument"))) for role in (created, reply)]
        assert reply == created | {"MaxSessionDuration": 3600, "RoleLastUsed": {}}
        assert [policy["Statement"] for policy in trust_policies] == [
            [{"Action": ["sts:AssumeRole"], "Effect": "Allow", "Principal": {"Service": [ARTIFACT]}}],
            [{"Action": "sts:AssumeRole", "Effect": "Allow", "Principal": {"Service": ARTIFACT}}],
        ]

    def test_description_of_request_is_kept(self, stranger: Client) -> None:
        """The role has the description of the request."""
        stranger.do(SERVICE, "CreateServiceLinkedRole", AWSServiceName=ARTIFACT, Description="Mine")
        assert stranger.do(SERVICE, "GetRole", RoleName=ROLE)["Role"]["Description"] == "Mine"

    def test_existing_role_is_refused(self, trusting: Client) -> None:
        """An existing role is refused with AWS's message."""
        error = trusting.expect_error(SERVICE, "CreateServiceLinkedRole", AWSServiceName=ARTIFACT)
        assert (error.status, error.code) == (400, "InvalidInput")
        assert error.message == (
            f"Service role name {ROLE} has been taken in this account, please try a different suffix."
        )

    def test_suffix_is_refused(self, stranger: Client) -> None:
        """A suffix that the service does not allow is refused with AWS's message."""
        error = stranger.expect_error(SERVICE, "CreateServiceLinkedRole", AWSServiceName=ARTIFACT, CustomSuffix="x")
        assert (error.status, error.code) == (400, "InvalidInput")
        assert error.message == f"Custom suffix is not allowed for {ARTIFACT}"

    def test_suffix_is_part_of_name(self, stranger: Client) -> None:
        """A suffix that the service allows is the end of the role's name."""
        service = {"AWSServiceName": "autoscaling.amazonaws.com", "CustomSuffix": "x"}
        role = stranger.do(SERVICE, "CreateServiceLinkedRole", **service)["Role"]
        assert role["RoleName"] == "AWSServiceRoleForAutoScaling_x"
        (policy,) = stranger.do(SERVICE, "ListAttachedRolePolicies", RoleName=role["RoleName"])["AttachedPolicies"]
        assert policy["PolicyName"] == "AutoScalingServiceRolePolicy"

    def test_service_without_role_is_denied(self, stranger: Client) -> None:
        """A service without a service-linked role is refused with AWS's message."""
        error = stranger.expect_error(SERVICE, "CreateServiceLinkedRole", AWSServiceName="nothing.amazonaws.com")
        assert (error.status, error.code) == (403, "AccessDenied")
        assert error.message == "Cannot find Service Linked Role template for nothing.amazonaws.com"

    @pytest.mark.parametrize("principal", ["controltower.amazonaws.com", "profile.amazonaws.com"])
    def test_unconfirmed_role_is_not_emulated(self, stranger: Client, principal: str) -> None:
        """A role whose name or answer is not known is the emulator's limit, and not a refusal of AWS."""
        error = stranger.expect_error(SERVICE, "CreateServiceLinkedRole", AWSServiceName=principal)
        assert (error.status, error.code) == (501, "NotImplemented")
        assert f"does not emulate the service-linked role of {principal}" in error.message


class TestDeleteServiceLinkedRole:
    """DeleteServiceLinkedRole and GetServiceLinkedRoleDeletionStatus."""

    def test_task_fails_with_trusted_access(self, trusting: Client) -> None:
        """With trusted access the task fails and names the active agreement."""
        summary = accept(trusting, ORGANIZATION_AGREEMENT)
        task = trusting.do(SERVICE, "DeleteServiceLinkedRole", RoleName=ROLE)["DeletionTaskId"]
        assert task.startswith(f"task/aws-service-role/{ARTIFACT}/{ROLE}/")
        status = trusting.do(SERVICE, "GetServiceLinkedRoleDeletionStatus", DeletionTaskId=task)
        assert status["Status"] == "FAILED"
        assert status["Reason"]["RoleUsageList"] == [{"Region": "us-east-1", "Resources": [summary["arn"]]}]
        assert trusting.do(SERVICE, "GetRole", RoleName=ROLE)

    def test_task_succeeds_without_trusted_access(self, trusting: Client) -> None:
        """Without trusted access the role is deleted."""
        trusting.do("organizations", "DisableAWSServiceAccess", ServicePrincipal=ARTIFACT)
        task = trusting.do(SERVICE, "DeleteServiceLinkedRole", RoleName=ROLE)["DeletionTaskId"]
        status = trusting.do(SERVICE, "GetServiceLinkedRoleDeletionStatus", DeletionTaskId=task)
        assert status == {"Status": "SUCCEEDED"}
        error = trusting.expect_error(SERVICE, "GetRole", RoleName=ROLE)
        assert (error.status, error.code) == (404, "NoSuchEntity")

    def test_unknown_role_is_not_found(self, stranger: Client) -> None:
        """An unknown role is NoSuchEntity."""
        error = stranger.expect_error(SERVICE, "DeleteServiceLinkedRole", RoleName=ROLE)
        assert (error.status, error.code) == (404, "NoSuchEntity")

    def test_unknown_task_is_not_found(self, stranger: Client) -> None:
        """An unknown task is NoSuchEntity."""
        error = stranger.expect_error(SERVICE, "GetServiceLinkedRoleDeletionStatus", DeletionTaskId=NO_TASK)
        assert (error.status, error.code) == (404, "NoSuchEntity")


class TestDeleteRole:
    """DeleteRole."""

    def test_role_with_policies_is_not_deleted(self, member: Client) -> None:
        """A role with policies is a DeleteConflict."""
        error = member.expect_error(SERVICE, "DeleteRole", RoleName="OrganizationAccountAccessRole")
        assert (error.status, error.code) == (409, "DeleteConflict")
