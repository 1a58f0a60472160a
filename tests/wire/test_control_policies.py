"""Authorization by service control policies and resource control policies."""

import re
from typing import Any, ClassVar

import pytest

from tests.support.artifact_calls import ACCOUNT_AGREEMENT, read_agreement
from tests.support.authorization import ARTIFACT, DENY_LEAVING, attach_scp, request_id_of
from tests.support.control_api import control_refusal, control_result
from tests.support.iam_users import client_with_session, policy_document
from tests.support.policy_calls import enable_scps
from tests.support.wire_client import Client


@pytest.fixture
def management(management: Client) -> Client:
    """Return the client of the management account, whose service control policies are enabled."""
    return enable_scps(management)


class TestServiceControlPolicies:
    """Service control policies."""

    def test_service_control_policy_limits_root_user_of_member(self, management: Client, member: Client) -> None:
        """An SCP at the organization's root applies to a member's root user, not to the management account."""
        root = management.do("organizations", "ListRoots")["Roots"][0]["Id"]
        arn = attach_scp(management, DENY_LEAVING, root)
        error = member.expect_error("organizations", "LeaveOrganization")
        assert error.code == "AccessDeniedException"
        assert error.message == (
            f"User: arn:aws:iam::{member.account}:root is not authorized to perform: organizations:LeaveOrganization "
            f"on resource: * with an explicit deny in a service control policy: {arn}"
        )
        assert management.expect_error("organizations", "LeaveOrganization").code == (
            "MasterCannotLeaveOrganizationException"
        )

    def test_service_control_policy_must_allow_at_every_level(self, management: Client, member: Client) -> None:
        """Without FullAWSAccess at a level, only actions that its other policies allow remain."""
        reading = policy_document(
            {"Effect": "Allow", "Action": ["organizations:Describe*", "iam:List*"], "Resource": "*"}
        )
        attach_scp(management, reading, member.account)
        full = {"PolicyId": "p-FullAWSAccess", "TargetId": member.account}
        member.do("artifact", "ListReports")
        management.do("organizations", "DetachPolicy", **full)
        member.do("organizations", "DescribeOrganization")
        error = member.expect_error("artifact", "ListReports")
        assert error.message.endswith("because no service control policy allows the artifact:ListReports action")
        management.do("organizations", "AttachPolicy", **full)
        member.do("artifact", "ListReports")

    def test_service_control_policy_denies_agreements(self, management: Client, member: Client) -> None:
        """A member cannot accept an agreement even for itself if an SCP denies it."""
        denying = policy_document({"Effect": "Deny", "Action": "artifact:AcceptAgreement", "Resource": "*"})
        attach_scp(management, denying, member.account)
        chain = read_agreement(member, ACCOUNT_AGREEMENT)
        error = member.expect_error("artifact", "AcceptAgreement", **chain)
        assert "with an explicit deny in a service control policy" in error.message

    def test_service_control_policy_applies_to_sessions(self, management: Client, member: Client) -> None:
        """A session of a member's role is limited by the member's SCPs, whichever account assumed the role."""
        role = f"arn:aws:iam::{member.account}:role/OrganizationAccountAccessRole"
        session = client_with_session(
            management, management.do("sts", "AssumeRole", RoleArn=role, RoleSessionName="me")["Credentials"]
        )
        session.do("iam", "ListRoles")
        attach_scp(management, policy_document({"Effect": "Deny", "Action": "iam:*", "Resource": "*"}), member.account)
        session.expect_error("iam", "ListRoles")

    def test_service_control_policy_ends_with_membership(self, management: Client, member: Client) -> None:
        """An account that left the organization is no longer limited by its SCPs."""
        attach_scp(management, policy_document({"Effect": "Deny", "Action": "iam:*", "Resource": "*"}), member.account)
        member.expect_error("iam", "ListRoles")
        management.do("organizations", "RemoveAccountFromOrganization", AccountId=member.account)
        member.do("iam", "ListRoles")


def attach_rcp(management: Client, target: str, statement: dict[str, Any]) -> str:
    """Attach a resource control policy and return its ARN."""
    root = management.do("organizations", "ListRoots")["Roots"][0]["Id"]
    management.do("organizations", "EnablePolicyType", RootId=root, PolicyType="RESOURCE_CONTROL_POLICY")
    policy = management.do(
        "organizations",
        "CreatePolicy",
        Name="Perimeter",
        Description="",
        Type="RESOURCE_CONTROL_POLICY",
        Content=policy_document({"Effect": "Deny", "Principal": "*", "Resource": "*"} | statement),
    )["Policy"]["PolicySummary"]
    management.do("organizations", "AttachPolicy", PolicyId=policy["Id"], TargetId=target)
    arn: str = policy["Arn"]
    return arn


class TestResourceControlPolicies:
    """Resource control policies, which apply to the roles that callers assume."""

    OUTSIDE: ClassVar = {
        "Action": "sts:AssumeRole",
        "Condition": {
            "StringNotEqualsIfExists": {"aws:PrincipalOrgID": "o-0123456789"},
            "BoolIfExists": {"aws:PrincipalIsAWSService": "false"},
        },
    }

    def test_resource_control_policy_protects_roles_of_member(self, management: Client, member: Client) -> None:
        """An RCP also denies the root user of the management account, which no SCP limits."""
        role = f"arn:aws:iam::{member.account}:role/OrganizationAccountAccessRole"
        parameters = {"RoleArn": role, "RoleSessionName": "me"}
        management.do("sts", "AssumeRole", **parameters)
        arn = attach_rcp(management, member.account, self.OUTSIDE)
        error = management.expect_error("sts", "AssumeRole", **parameters)
        assert (error.status, error.code) == (403, "AccessDenied")
        assert error.message == (
            f"User: arn:aws:iam::{management.account}:root is not authorized to perform: sts:AssumeRole "
            f"on resource: {role} with an explicit deny in a resource control policy: {arn}"
        )
        decision = control_result(member.app, "GET", f"/_emulator/decisions/{request_id_of(error)}")["decisions"][0]
        assert decision["decided_by"]["level"] == 1

    def test_denial_names_policy_only_within_organization(
        self, management: Client, member: Client, stranger: Client
    ) -> None:
        """A caller of another organization, or of none, does not see the ARN of the policy."""
        trust = policy_document({"Effect": "Allow", "Principal": {"AWS": stranger.account}, "Action": "sts:AssumeRole"})
        role = member.do("iam", "CreateRole", RoleName="Open", AssumeRolePolicyDocument=trust)["Role"]["Arn"]
        attach_rcp(management, member.account, self.OUTSIDE)
        error = stranger.expect_error("sts", "AssumeRole", RoleArn=role, RoleSessionName="me")
        assert error.message.endswith(f"on resource: {role} with an explicit deny in a resource control policy")

    def test_resource_control_policy_can_allow_own_organization(self, management: Client, member: Client) -> None:
        """A condition on the organization exempts its own principals."""
        own = management.do("organizations", "DescribeOrganization")["Organization"]["Id"]
        inside = {"StringNotEqualsIfExists": {"aws:PrincipalOrgID": own}}
        attach_rcp(management, member.account, {"Action": "sts:AssumeRole", "Condition": inside})
        role = f"arn:aws:iam::{member.account}:role/OrganizationAccountAccessRole"
        management.do("sts", "AssumeRole", RoleArn=role, RoleSessionName="me")

    def test_resource_control_policy_spares_management_account(self, management: Client) -> None:
        """RCPs do not apply to roles of the management account."""
        root = management.do("organizations", "ListRoots")["Roots"][0]["Id"]
        trust = policy_document(
            {"Effect": "Allow", "Principal": {"AWS": management.account}, "Action": "sts:AssumeRole"}
        )
        role = management.do("iam", "CreateRole", RoleName="Own", AssumeRolePolicyDocument=trust)["Role"]["Arn"]
        attach_rcp(management, root, self.OUTSIDE)
        management.do("sts", "AssumeRole", RoleArn=role, RoleSessionName="me")

    def test_resource_control_policy_prevents_confused_deputy(
        self, management: Client, member: Client, stranger: Client
    ) -> None:
        """AWS's example policy lets services act only on behalf of accounts of the organization."""
        trust = policy_document({"Effect": "Allow", "Principal": {"Service": ARTIFACT}, "Action": "sts:AssumeRole"})
        role = member.do("iam", "CreateRole", RoleName="Deputy", AssumeRolePolicyDocument=trust)["Role"]["Arn"]
        attack = {"service": ARTIFACT, "role_arn": role, "source_account": stranger.account}
        control_result(member.app, "POST", "/_emulator/assume-as-service", attack)
        own = management.do("organizations", "DescribeOrganization")["Organization"]["Id"]
        condition = {
            "StringNotEqualsIfExists": {"aws:SourceOrgID": own},
            "Null": {"aws:SourceAccount": "false"},
            "Bool": {"aws:PrincipalIsAWSService": "true"},
        }
        attach_rcp(management, member.account, {"Action": "sts:AssumeRole", "Condition": condition})
        status, detail = control_refusal(member.app, "POST", "/_emulator/assume-as-service", attack)
        assert status == 403
        assert "with an explicit deny in a resource control policy" in detail
        path = re.search(r"GET (\S+)", detail)
        assert path
        assert control_result(member.app, "GET", path[1])["decisions"][0]["principal"] == ARTIFACT
        control_result(
            member.app, "POST", "/_emulator/assume-as-service", attack | {"source_account": management.account}
        )
