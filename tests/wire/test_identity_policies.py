"""Authorization by identity-based policies and trust policies."""

from typing import Any

import pytest

from tests.support.authorization import ADMIN, ALLOW_ALL, ARTIFACT, attach_scp, request_id_of
from tests.support.control_api import control_result
from tests.support.iam_users import client_with_mfa, client_with_session, create_user, policy_allowing, policy_document
from tests.support.policy_calls import enable_scps
from tests.support.wire_client import Client

TRUST_SELF = policy_document({"Effect": "Allow", "Principal": {"Service": ARTIFACT}, "Action": "sts:AssumeRole"})


class TestIdentityPolicies:
    """Identity-based policies."""

    def test_user_without_policies_is_denied(self, management: Client) -> None:
        """A user without policies is denied with AWS's message and the protocol's code, and nothing changes."""
        alice = create_user(management)
        before = management.app.world.state
        arn = f"arn:aws:iam::{management.account}:user/Alice"
        error = alice.expect_error("organizations", "EnableAWSServiceAccess", ServicePrincipal=ARTIFACT)
        assert (error.status, error.code) == (400, "AccessDeniedException")
        assert error.message == (
            f"User: {arn} is not authorized to perform: organizations:EnableAWSServiceAccess on resource: * "
            "because no identity-based policy allows the organizations:EnableAWSServiceAccess action"
        )
        error = alice.expect_error("artifact", "GetNdaForAgreement", agreementId="agreement-y03aUwMAEorHtqjv")
        assert (error.status, error.code) == (403, "AccessDeniedException")
        assert "on resource: arn:aws:artifact:::agreement/agreement-y03aUwMAEorHtqjv because" in error.message
        error = alice.expect_error("iam", "GetRole", RoleName="Any")
        assert (error.status, error.code) == (403, "AccessDenied")
        assert "on resource: role Any because" in error.message
        assert management.app.world.state is before
        assert alice.do("sts", "GetCallerIdentity")["Arn"] == arn

    @pytest.mark.parametrize(
        ("operation", "parameters", "resource"),
        [
            ("ListUsers", {}, "arn:aws:iam::{0}:user/"),
            ("ListRoles", {}, "arn:aws:iam::{0}:role/"),
            ("ListGroups", {}, "arn:aws:iam::{0}:group/"),
            ("ListPolicies", {}, "policy path /"),
            ("GetAccountSummary", {}, "*"),
            ("GetUser", {"UserName": "Bob"}, "user Bob"),
            ("CreateAccessKey", {"UserName": "Deep"}, "user Deep"),
            ("AttachRolePolicy", {"RoleName": "R", "PolicyArn": ADMIN}, "role R"),
            ("AddUserToGroup", {"GroupName": "G", "UserName": "Bob"}, "group G"),
            ("GetPolicy", {"PolicyArn": ADMIN}, f"policy {ADMIN}"),
            ("CreatePolicy", {"PolicyName": "P", "Path": "/x/", "PolicyDocument": policy_document()}, "policy P"),
            ("CreateUser", {"UserName": "New", "Path": "/x/"}, "arn:aws:iam::{0}:user/x/New"),
            ("TagRole", {"RoleName": "R", "Tags": [{"Key": "a", "Value": "b"}]}, "arn:aws:iam::{0}:role/R"),
            (
                "CreateServiceLinkedRole",
                {"AWSServiceName": ARTIFACT},
                f"arn:aws:iam::{{0}}:role/aws-service-role/{ARTIFACT}/AWSServiceRoleForArtifact",
            ),
        ],
    )
    def test_denial_names_resource_as_iam_does(
        self, stranger: Client, operation: str, parameters: dict[str, Any], resource: str
    ) -> None:
        """The message names an identity by name, a policy by ARN, and a created or tagged resource by its ARN alone."""
        stranger.do("iam", "CreateUser", UserName="Deep", Path="/a/b/")
        error = create_user(stranger).expect_error("iam", operation, **parameters)
        assert f" on resource: {resource.format(stranger.account)} because no identity-based policy" in error.message

    def test_aws_managed_policy_has_its_own_arn(self, management: Client, member: Client) -> None:
        """An AWS managed policy has an ARN without an account, and its type is a condition key."""
        enable_scps(management)
        full = "arn:aws:organizations::aws:policy/service_control_policy/p-FullAWSAccess"
        parameters = {"PolicyId": "p-FullAWSAccess", "TargetId": member.account}
        account = management.do("organizations", "DescribeAccount", AccountId=member.account)["Account"]["Arn"]
        only = {"StringEquals": {"organizations:PolicyType": "SERVICE_CONTROL_POLICY"}}
        allowing = {"Effect": "Allow", "Action": "organizations:DetachPolicy", "Condition": only}
        bob = create_user(management, policy_document(allowing | {"Resource": account}), name="Bob")
        assert f"on resource: {full} because" in bob.expect_error("organizations", "DetachPolicy", **parameters).message
        alice = create_user(management, policy_document(allowing | {"Resource": [full, account]}))
        reading = {"Effect": "Allow", "Action": "*", "Resource": "*"}
        attach_scp(management, policy_document(reading), member.account)
        alice.do("organizations", "DetachPolicy", **parameters)

    def test_tag_condition_applies_to_each_resource(self, management: Client, member: Client) -> None:
        """A condition on resource tags must be met by every resource of a call."""
        root = management.do("organizations", "ListRoots")["Roots"][0]["Id"]
        created = management.do("organizations", "CreateOrganizationalUnit", ParentId=root, Name="U")
        unit = created["OrganizationalUnit"]["Id"]
        tagged = {"StringEquals": {"aws:ResourceTag/team": "a"}}
        moving = {"Effect": "Allow", "Action": "organizations:MoveAccount", "Resource": "*", "Condition": tagged}
        alice = create_user(management, policy_document(moving))
        parameters = {"AccountId": member.account, "SourceParentId": root, "DestinationParentId": unit}
        for resource_id in (member.account, root):
            management.do("organizations", "TagResource", ResourceId=resource_id, Tags=[{"Key": "team", "Value": "a"}])
        assert f"/{unit} because" in alice.expect_error("organizations", "MoveAccount", **parameters).message
        management.do("organizations", "TagResource", ResourceId=unit, Tags=[{"Key": "team", "Value": "a"}])
        alice.do("organizations", "MoveAccount", **parameters)

    @pytest.mark.parametrize(
        ("service", "operation", "parameters", "tagging"),
        [
            ("iam", "CreateUser", {"UserName": "New"}, "iam:TagUser"),
            ("iam", "CreateRole", {"RoleName": "New", "AssumeRolePolicyDocument": TRUST_SELF}, "iam:TagRole"),
            ("iam", "CreatePolicy", {"PolicyName": "New", "PolicyDocument": ALLOW_ALL}, "iam:TagPolicy"),
        ],
    )
    def test_creating_with_tags_needs_tagging_permission(
        self, management: Client, service: str, operation: str, parameters: dict[str, Any], tagging: str
    ) -> None:
        """The permission to create a resource does not include tagging it."""
        may_create = {"Effect": "Allow", "Action": f"{service}:{operation}", "Resource": "*"}
        alice = create_user(management, policy_document(may_create))
        tags = [{"Key": "a", "Value": "b"}]
        error = alice.expect_error(service, operation, **parameters, Tags=tags)
        assert f"not authorized to perform: {tagging} on resource: " in error.message
        bob = create_user(management, policy_document(may_create, may_create | {"Action": tagging}), name="Bob")
        bob.do(service, operation, **parameters, Tags=tags)

    def test_session_token_needs_no_permission(self, stranger: Client) -> None:
        """GetSessionToken and GetCallerIdentity are allowed even if a policy denies everything."""
        alice = create_user(stranger, policy_document({"Effect": "Deny", "Action": "*", "Resource": "*"}))
        assert alice.do("sts", "GetSessionToken")["Credentials"]["SessionToken"]
        assert alice.do("sts", "GetCallerIdentity")["Account"] == stranger.account

    def test_federation_token_resource_is_the_federated_user(self, stranger: Client) -> None:
        """A policy can limit the names for which a user requests federation tokens."""
        own = f"arn:aws:sts::{stranger.account}:federated-user/Bob"
        alice = create_user(
            stranger, policy_document({"Effect": "Allow", "Action": "sts:GetFederationToken", "Resource": own})
        )
        alice.do("sts", "GetFederationToken", Name="Bob")
        error = alice.expect_error("sts", "GetFederationToken", Name="Eve")
        assert f"on resource: arn:aws:sts::{stranger.account}:federated-user/Eve because" in error.message

    def test_documented_permissions_are_enough(self, management: Client) -> None:
        """The permissions of AWS's guide are enough, and can be limited to one service."""
        only = {"StringEquals": {"organizations:ServicePrincipal": [ARTIFACT]}}
        enabling = {"Effect": "Allow", "Action": "organizations:EnableAWSServiceAccess", "Resource": "*"}
        alice = create_user(management, policy_document(enabling | {"Condition": only}))
        alice.do("organizations", "EnableAWSServiceAccess", ServicePrincipal=ARTIFACT)
        error = alice.expect_error("organizations", "EnableAWSServiceAccess", ServicePrincipal="ram.amazonaws.com")
        assert error.code == "AccessDeniedException"

    def test_administrator_of_member_cannot_act_for_organization(self, member: Client) -> None:
        """An administrator of a member account cannot enable trusted access."""
        admin = create_user(member, ADMIN)
        error = admin.expect_error("organizations", "EnableAWSServiceAccess", ServicePrincipal=ARTIFACT)
        assert error.message == "You don't have permissions to access this resource."

    def test_explicit_denial_names_managed_policy(self, stranger: Client) -> None:
        """The message of an explicit denial names the kind of policy, and the ARN of a managed one."""
        denying = "arn:aws:iam::aws:policy/AWSDenyAll"
        alice = create_user(stranger, ADMIN, denying)
        error = alice.expect_error("iam", "ListUsers")
        assert f"with an explicit deny in an identity-based policy: {denying}. Go to" in error.message

    def test_permissions_boundary_limits_administrator(self, stranger: Client) -> None:
        """An action outside the permissions boundary is denied."""
        alice = create_user(stranger, ADMIN)
        boundary = "arn:aws:iam::aws:policy/AWSOrganizationsReadOnlyAccess"
        stranger.do("iam", "PutUserPermissionsBoundary", UserName="Alice", PermissionsBoundary=boundary)
        error = alice.expect_error("iam", "ListUsers")
        assert "because no permissions boundary allows the iam:ListUsers action. Go to" in error.message

    def test_policy_change_applies_to_next_call(self, stranger: Client) -> None:
        """A detached policy no longer applies to the next call."""
        alice = create_user(stranger, ADMIN)
        alice.do("iam", "ListUsers")
        stranger.do("iam", "DetachUserPolicy", UserName="Alice", PolicyArn=ADMIN)
        alice.expect_error("iam", "ListUsers")

    def test_assuming_role_of_same_account(self, stranger: Client) -> None:
        """A trust policy that names the user is enough; one that names the account needs a policy of the user too."""
        alice = create_user(stranger)
        for principal, allowed in ((f"arn:aws:iam::{stranger.account}:user/Alice", True), (stranger.account, False)):
            trust = policy_document({"Effect": "Allow", "Principal": {"AWS": principal}, "Action": "sts:AssumeRole"})
            name = "Open" if allowed else "Closed"
            role = stranger.do("iam", "CreateRole", RoleName=name, AssumeRolePolicyDocument=trust)["Role"]["Arn"]
            if allowed:
                alice.do("sts", "AssumeRole", RoleArn=role, RoleSessionName="me")
            else:
                error = alice.expect_error("sts", "AssumeRole", RoleArn=role, RoleSessionName="me")
                assert error.message.endswith("because no identity-based policy allows the sts:AssumeRole action")

    def test_assuming_role_of_other_account_needs_both_sides(self, management: Client, member: Client) -> None:
        """Assuming a role of another account needs its trust policy and a policy of the user."""
        role = f"arn:aws:iam::{member.account}:role/OrganizationAccountAccessRole"
        parameters = {"RoleArn": role, "RoleSessionName": "me"}
        allowing = policy_document({"Effect": "Allow", "Action": "sts:AssumeRole", "Resource": role})
        create_user(management, name="Bob").expect_error("sts", "AssumeRole", **parameters)
        create_user(management, allowing).do("sts", "AssumeRole", **parameters)
        create_user(member, ADMIN, name="Eve").expect_error("sts", "AssumeRole", **parameters)


class TestTrust:
    """Role trust policies."""

    def test_denying_trust_policy_is_explained(self, stranger: Client) -> None:
        """The explanation names a denying trust policy, even if other policies allow."""
        everyone = {"Effect": "Allow", "Principal": {"AWS": stranger.account}, "Action": "sts:AssumeRole"}
        alice = create_user(stranger, ADMIN)
        arn = f"arn:aws:iam::{stranger.account}:user/Alice"
        denial = {"Sid": "NotHer", "Effect": "Deny", "Principal": {"AWS": arn}, "Action": "sts:AssumeRole"}
        trust = policy_document(everyone, denial)
        role = stranger.do("iam", "CreateRole", RoleName="R", AssumeRolePolicyDocument=trust)["Role"]["Arn"]
        error = alice.expect_error("sts", "AssumeRole", RoleArn=role, RoleSessionName="me")
        decision = control_result(stranger.app, "GET", f"/_emulator/decisions/{request_id_of(error)}")["decisions"][0]
        assert (decision["allowed"], decision["decided_by"]["kind"]) == (False, "role trust policy")
        assert decision["decided_by"]["statement"] == "NotHer"

    @pytest.mark.parametrize(
        ("operation", "parameters"),
        [
            ("GetUser", {"UserName": "ALICE"}),
            ("ListAccessKeys", {"UserName": "ALICE"}),
            ("SimulatePrincipalPolicy", {"PolicySourceArn": "arn:aws:iam::999988887777:user/x/alice",
                                         "ActionNames": ["iam:GetUser"]}),
        ],
    )  # fmt: skip
    def test_permission_is_for_the_stored_arn(
        self, stranger: Client, operation: str, parameters: dict[str, Any]
    ) -> None:
        """Permission is asked for the ARN of an identity as it is stored, whatever the case or path in the call."""
        own = "arn:aws:iam::999988887777:user/Alice"
        alice = create_user(stranger, policy_document({"Effect": "Allow", "Action": "iam:*", "Resource": own}))
        alice.do("iam", operation, **parameters)

    def test_credentials_of_all_users_need_more_than_ones_own(self, stranger: Client) -> None:
        """A user that may list its own service-specific credentials may not list those of all users."""
        own = "arn:aws:iam::999988887777:user/Alice"
        alice = create_user(stranger, policy_document({"Effect": "Allow", "Action": "iam:*", "Resource": own}))
        alice.do("iam", "ListServiceSpecificCredentials")
        denied = alice.expect_error("iam", "ListServiceSpecificCredentials", AllUsers=True)
        assert denied.code == "AccessDenied"

    def test_trust_policy_can_require_multi_factor(self, stranger: Client) -> None:
        """A role that requires MFA is assumed by a session with MFA; the role's own session has none."""
        condition = {"Bool": {"aws:MultiFactorAuthPresent": "true"}}
        trust = {"Effect": "Allow", "Principal": {"AWS": stranger.account}, "Action": "sts:AssumeRole"}
        role = stranger.do(
            "iam",
            "CreateRole",
            RoleName="R",
            AssumeRolePolicyDocument=policy_document(trust | {"Condition": condition}),
        )["Role"]["Arn"]
        allowing = policy_document(
            {"Effect": "Allow", "Action": "iam:ListUsers", "Resource": "*", "Condition": condition}
        )
        stranger.do("iam", "PutRolePolicy", RoleName="R", PolicyName="p", PolicyDocument=allowing)
        alice = create_user(stranger, ADMIN)
        alice.expect_error("sts", "AssumeRole", RoleArn=role, RoleSessionName="me")
        session = client_with_mfa(stranger).do("sts", "AssumeRole", RoleArn=role, RoleSessionName="me")
        client_with_session(stranger, session["Credentials"]).expect_error("iam", "ListUsers")

    def test_managed_session_policy_is_read_at_each_call(self, stranger: Client) -> None:
        """A change of a managed session policy, or its deletion, takes effect in sessions that exist already."""
        policy = stranger.do("iam", "CreatePolicy", PolicyName="P", PolicyDocument=policy_allowing("iam:ListUsers"))
        arn = policy["Policy"]["Arn"]
        trust = {"Effect": "Allow", "Principal": {"AWS": stranger.account}, "Action": "sts:AssumeRole"}
        role = stranger.do("iam", "CreateRole", RoleName="R", AssumeRolePolicyDocument=policy_document(trust))["Role"]
        stranger.do("iam", "AttachRolePolicy", RoleName="R", PolicyArn=ADMIN)
        assumed = stranger.do("sts", "AssumeRole", RoleArn=role["Arn"], RoleSessionName="me", PolicyArns=[{"arn": arn}])
        session = client_with_session(stranger, assumed["Credentials"])
        session.do("iam", "ListUsers")
        newer = {"PolicyArn": arn, "PolicyDocument": policy_allowing("iam:ListRoles"), "SetAsDefault": True}
        stranger.do("iam", "CreatePolicyVersion", **newer)
        session.do("iam", "ListRoles")
        assert "no session policy allows" in session.expect_error("iam", "ListUsers").message
        stranger.do("iam", "DeletePolicyVersion", PolicyArn=arn, VersionId="v1")
        stranger.do("iam", "DeletePolicy", PolicyArn=arn)
        session.expect_error("iam", "ListRoles")
