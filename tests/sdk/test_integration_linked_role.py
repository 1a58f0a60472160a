"""The service-linked role of AWS Artifact: its creation, its protection and its principal.

Each class is a section of the page "AWS Artifact and AWS Organizations", each method a sentence of it.
Source: https://docs.aws.amazon.com/organizations/latest/userguide/services-that-can-integrate-artifact.html
"""

import json
from typing import Any

import pytest

from tests.support.sdk_accounts import ARTIFACT, ARTIFACT_ROLE, Account, raises_client_error

SERVICE_POLICY = "arn:aws:iam::aws:policy/aws-service-role/AWSArtifactServiceRolePolicy"
TRUST_POLICY = {
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Allow", "Principal": {"Service": ARTIFACT}, "Action": "sts:AssumeRole"}],
}

ROLE_CHANGES: dict[str, dict[str, Any]] = {
    "attach_role_policy": {"PolicyArn": "arn:aws:iam::aws:policy/AdministratorAccess"},
    "delete_role": {},
    "delete_role_permissions_boundary": {},
    "delete_role_policy": {"PolicyName": "Inline"},
    "detach_role_policy": {"PolicyArn": SERVICE_POLICY},
    "put_role_permissions_boundary": {"PermissionsBoundary": "arn:aws:iam::aws:policy/AdministratorAccess"},
    "put_role_policy": {"PolicyName": "Inline", "PolicyDocument": json.dumps({"Version": "2012-10-17"})},
    "tag_role": {"Tags": [{"Key": "team", "Value": "compliance"}]},
    "untag_role": {"TagKeys": ["team"]},
    "update_assume_role_policy": {"PolicyDocument": json.dumps(TRUST_POLICY)},
    "update_role": {"Description": "Changed"},
    "update_role_description": {"Description": "Changed"},
}
"""The twelve changes of a role that IAM has."""

ALWAYS_REFUSED = sorted(set(ROLE_CHANGES) - {"tag_role", "untag_role", "update_role", "update_role_description"})


class TestServiceLinkedRole:
    """Service-linked roles created when you enable integration."""

    def test_role_is_created_when_trusted_access_is_enabled(self, management: Account) -> None:
        """The role is automatically created in the management account when you enable trusted access."""
        assert management.artifact_role() is None
        management.enable_trusted_access()
        role = management.artifact_role()
        assert role is not None
        assert role["Path"] == "/aws-service-role/artifact.amazonaws.com/"
        assert role["Arn"] == f"arn:aws:iam::{management.id}:role{role['Path']}{ARTIFACT_ROLE}"
        listed = management.iam.list_roles(PathPrefix="/aws-service-role/artifact.amazonaws.com/")["Roles"]
        assert [listed_role["RoleId"] for listed_role in listed] == [role["RoleId"]]

    @pytest.mark.usefixtures("trusted_access")
    def test_members_do_not_get_role(self, management: Account, member: Account, invited: Account) -> None:
        """The role is created "in your organization's management account": no member gets it, early or late."""
        late = management.create_account("Late")
        assert [account.artifact_role() for account in (member, invited, late)] == [None, None, None]

    @pytest.mark.usefixtures("trusted_access")
    def test_role_only_reads_organization(self, management: Account) -> None:
        """The role allows only "supported operations": to read the organization, nothing more."""
        attached = management.iam.list_attached_role_policies(RoleName=ARTIFACT_ROLE)["AttachedPolicies"]
        assert [policy["PolicyArn"] for policy in attached] == [SERVICE_POLICY]
        assert management.iam.list_role_policies(RoleName=ARTIFACT_ROLE)["PolicyNames"] == []
        version = management.iam.get_policy(PolicyArn=SERVICE_POLICY)["Policy"]["DefaultVersionId"]
        document = management.iam.get_policy_version(PolicyArn=SERVICE_POLICY, VersionId=version)["PolicyVersion"]
        (statement,) = document["Document"]["Statement"]
        assert (statement["Effect"], statement["Resource"]) == ("Allow", "*")
        assert sorted(statement["Action"]) == [
            "organizations:DescribeAccount",
            "organizations:DescribeOrganization",
            "organizations:ListAWSServiceAccessForOrganization",
            "organizations:ListAccounts",
        ]

    @pytest.mark.usefixtures("trusted_access")
    @pytest.mark.parametrize("change", sorted(ROLE_CHANGES))
    def test_role_cannot_be_modified_while_trusted(self, management: Account, change: str) -> None:
        """You can modify this role only if you disable trusted access: until then every change is refused."""
        before = management.artifact_role()
        with raises_client_error("UnmodifiableEntity", 400):
            getattr(management.iam, change)(RoleName=ARTIFACT_ROLE, **ROLE_CHANGES[change])
        assert management.artifact_role() == before

    def test_role_in_use_by_agreement_cannot_be_deleted(self, management: Account, accepted: str) -> None:
        """You can delete this role only if you disable trusted access: until then the deletion fails."""
        before = management.artifact_role()
        status = management.delete_artifact_role()
        assert status["Status"] == "FAILED"
        (usage,) = status["Reason"]["RoleUsageList"]
        assert usage["Resources"] == [f"arn:aws:artifact::{management.id}:customer-agreement/{accepted}"]
        assert management.artifact_role() == before

    @pytest.mark.usefixtures("trusted_access")
    def test_role_without_agreements_cannot_be_deleted_while_trusted(self, management: Account) -> None:
        """Without any agreement the deletion fails too, and names the organization that uses the role."""
        organization = management.organizations.describe_organization()["Organization"]
        status = management.delete_artifact_role()
        assert status["Status"] == "FAILED"
        assert [usage["Resources"] for usage in status["Reason"]["RoleUsageList"]] == [[organization["Arn"]]]
        assert management.artifact_role() is not None

    @pytest.mark.usefixtures("accepted")
    def test_role_can_be_modified_after_disabling(self, management: Account) -> None:
        """After disabling trusted access you can modify the role: its description and its tags."""
        management.disable_trusted_access()
        management.iam.update_role(RoleName=ARTIFACT_ROLE, Description="Ours")
        management.iam.tag_role(RoleName=ARTIFACT_ROLE, Tags=[{"Key": "team", "Value": "compliance"}])
        role = management.artifact_role()
        assert role is not None
        assert (role["Description"], role["Tags"]) == ("Ours", [{"Key": "team", "Value": "compliance"}])

    def test_role_can_be_deleted_after_disabling(self, management: Account, accepted: str) -> None:
        """After disabling trusted access you can delete the role; agreements remain, and enabling creates it again."""
        before = management.artifact_role()
        assert before is not None
        management.disable_trusted_access()
        assert management.delete_artifact_role()["Status"] == "SUCCEEDED"
        assert management.artifact_role() is None
        management.enable_trusted_access()
        after = management.artifact_role()
        assert after is not None
        assert after["RoleId"] != before["RoleId"]
        assert [agreement["id"] for agreement in management.agreements()] == [accepted]

    @pytest.mark.usefixtures("trusted_access")
    def test_member_cannot_modify_or_delete_role_while_trusted(self, member: Account) -> None:
        """A member account that has the role cannot delete or modify it either."""
        member.iam.create_service_linked_role(AWSServiceName=ARTIFACT)
        assert member.delete_artifact_role()["Status"] == "FAILED"
        with raises_client_error("UnmodifiableEntity", 400):
            member.iam.update_role(RoleName=ARTIFACT_ROLE, Description="Ours")

    @pytest.mark.usefixtures("trusted_access")
    def test_removed_member_can_modify_and_delete_role(self, management: Account, member: Account) -> None:
        """A member can modify and delete the role "if you remove the member account from the organization"."""
        member.iam.create_service_linked_role(AWSServiceName=ARTIFACT)
        management.remove(member)
        member.iam.update_role(RoleName=ARTIFACT_ROLE, Description="Ours")
        role = member.artifact_role()
        assert role is not None
        assert role["Description"] == "Ours"
        assert member.delete_artifact_role()["Status"] == "SUCCEEDED"
        assert member.artifact_role() is None

    @pytest.mark.usefixtures("accepted")
    @pytest.mark.parametrize("change", ALWAYS_REFUSED)
    def test_trust_and_permissions_of_role_never_change(self, management: Account, change: str) -> None:
        """Modifying the role can lead to the confused deputy: its trust policy and its permissions never change."""
        management.disable_trusted_access()
        before = management.artifact_role()
        with raises_client_error("UnmodifiableEntity", 400) as answer:
            getattr(management.iam, change)(RoleName=ARTIFACT_ROLE, **ROLE_CHANGES[change])
        assert f"'{ARTIFACT_ROLE}'" in answer["Error"]["Message"]
        assert management.artifact_role() == before


@pytest.mark.usefixtures("trusted_access")
class TestServicePrincipals:
    """Service principals used by the service-linked roles."""

    def test_role_trusts_artifact_principal_only(self, management: Account) -> None:
        """The service-linked role grants access to the service principal artifact.amazonaws.com, and to no other."""
        role = management.artifact_role()
        assert role is not None
        assert role["AssumeRolePolicyDocument"] == TRUST_POLICY

    def test_no_account_can_assume_role(self, management: Account, member: Account, standalone: Account) -> None:
        """The role can be assumed only by the service principals that it trusts: by no account, its own included."""
        role = management.artifact_role()
        assert role is not None
        for account in (management, member, standalone, management.assume_role(member)):
            with raises_client_error("AccessDenied", 403):
                account.sts.assume_role(RoleArn=role["Arn"], RoleSessionName="deputy")

    def test_refusal_does_not_reveal_whether_role_exists(self, management: Account, standalone: Account) -> None:
        """A caller that may not assume the role does not learn whether it exists."""
        messages = set()
        for name in (ARTIFACT_ROLE, "AWSServiceRoleForNothing"):
            arn = f"arn:aws:iam::{management.id}:role/aws-service-role/{ARTIFACT}/{name}"
            with raises_client_error("AccessDenied", 403) as answer:
                standalone.sts.assume_role(RoleArn=arn, RoleSessionName="deputy")
            messages.add(answer["Error"]["Message"].replace(name, "NAME"))
        assert len(messages) == 1
