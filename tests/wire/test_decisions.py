"""Decisions over the wire: who is refused, in which words, why, and what would let him through."""

import json
import re
from typing import Any, ClassVar

import pytest

from artifact_emulator.app import App
from artifact_state.world import World
from tests.support.iam_users import create_user, policy_document
from tests.wire.botocore_wire import Answer, Client
from tests.wire.test_artifact import ACCOUNT_AGREEMENT, read_agreement
from tests.wire.test_control import call, refused, told
from tests.wire.test_sts import signing

ARTIFACT = "artifact.amazonaws.com"
ADMIN = "arn:aws:iam::aws:policy/AdministratorAccess"


ALLOW_ALL = policy_document({"Effect": "Allow", "Action": "*", "Resource": "*"})
TRUST_SELF = policy_document({"Effect": "Allow", "Principal": {"Service": ARTIFACT}, "Action": "sts:AssumeRole"})


def attach_scp(management: Client, content: str, *targets: str) -> str:
    """Attach a service control policy; give its ARN."""
    made = management.does(
        "organizations",
        "CreatePolicy",
        Name="Bound",
        Description="",
        Type="SERVICE_CONTROL_POLICY",
        Content=content,
    )["Policy"]["PolicySummary"]
    for target in targets:
        management.does("organizations", "AttachPolicy", PolicyId=made["Id"], TargetId=target)
    arn: str = made["Arn"]
    return arn


def request_id_of(got: Answer) -> str:
    """Give the id of a request."""
    return next(value for name, value in got.reply.headers if name.lower() == "x-amzn-requestid")


class TestIdentityPolicies:
    """Permissions required to enable trusted access."""

    def test_nobody_may_anything(self, management: Client) -> None:
        """A user without a policy is refused in AWS's words, by each protocol's code, and nothing changes."""
        alice = create_user(management)
        before = management.core.world.state
        arn = f"arn:aws:iam::{management.account}:user/Alice"
        got = alice.is_refused("organizations", "EnableAWSServiceAccess", ServicePrincipal=ARTIFACT)
        assert (got.status, got.code) == (400, "AccessDeniedException")
        assert got.message == (
            f"User: {arn} is not authorized to perform: organizations:EnableAWSServiceAccess on resource: * "
            "because no identity-based policy allows the organizations:EnableAWSServiceAccess action"
        )
        got = alice.is_refused("artifact", "GetNdaForAgreement", agreementId="agreement-y03aUwMAEorHtqjv")
        assert (got.status, got.code) == (403, "AccessDeniedException")
        assert "on resource: arn:aws:artifact:::agreement/agreement-y03aUwMAEorHtqjv because" in got.message
        got = alice.is_refused("iam", "GetRole", RoleName="Any")
        assert (got.status, got.code) == (403, "AccessDenied")
        assert "on resource: role Any because" in got.message
        assert management.core.world.state is before
        assert alice.does("sts", "GetCallerIdentity")["Arn"] == arn

    @pytest.mark.parametrize(
        ("operation", "asked", "about"),
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
    def test_what_iam_calls_things(self, stranger: Client, operation: str, asked: dict[str, Any], about: str) -> None:
        """IAM names an identity by its name, a policy by its ARN, and what is made or tagged by its ARN alone."""
        stranger.does("iam", "CreateUser", UserName="Deep", Path="/a/b/")
        got = create_user(stranger).is_refused("iam", operation, **asked)
        assert f" on resource: {about.format(stranger.account)} because no identity-based policy" in got.message

    def test_policies_of_aws_by_their_own_arn(self, management: Client, member: Client) -> None:
        """A policy that AWS manages is of no account; its type is known like any other's."""
        full = "arn:aws:organizations::aws:policy/service_control_policy/p-FullAWSAccess"
        asked = {"PolicyId": "p-FullAWSAccess", "TargetId": member.account}
        account = management.does("organizations", "DescribeAccount", AccountId=member.account)["Account"]["Arn"]
        only = {"StringEquals": {"organizations:PolicyType": "SERVICE_CONTROL_POLICY"}}
        allowing = {"Effect": "Allow", "Action": "organizations:DetachPolicy", "Condition": only}
        bob = create_user(management, policy_document(allowing | {"Resource": account}), name="Bob")
        assert f"on resource: {full} because" in bob.is_refused("organizations", "DetachPolicy", **asked).message
        alice = create_user(management, policy_document(allowing | {"Resource": [full, account]}))
        reading = {"Effect": "Allow", "Action": "*", "Resource": "*"}
        attach_scp(management, policy_document(reading), member.account)
        alice.does("organizations", "DetachPolicy", **asked)

    def test_tags_of_each_resource(self, management: Client, member: Client) -> None:
        """A condition on tags counts for each resource of a call by itself."""
        root = management.does("organizations", "ListRoots")["Roots"][0]["Id"]
        made = management.does("organizations", "CreateOrganizationalUnit", ParentId=root, Name="U")
        unit = made["OrganizationalUnit"]["Id"]
        tagged = {"StringEquals": {"aws:ResourceTag/team": "a"}}
        moving = {"Effect": "Allow", "Action": "organizations:MoveAccount", "Resource": "*", "Condition": tagged}
        alice = create_user(management, policy_document(moving))
        asked = {"AccountId": member.account, "SourceParentId": root, "DestinationParentId": unit}
        for one in (member.account, root):
            management.does("organizations", "TagResource", ResourceId=one, Tags=[{"Key": "team", "Value": "a"}])
        assert f"/{unit} because" in alice.is_refused("organizations", "MoveAccount", **asked).message
        management.does("organizations", "TagResource", ResourceId=unit, Tags=[{"Key": "team", "Value": "a"}])
        alice.does("organizations", "MoveAccount", **asked)

    @pytest.mark.parametrize(
        ("service", "operation", "asked", "besides"),
        [
            ("iam", "CreateUser", {"UserName": "New"}, "iam:TagUser"),
            ("iam", "CreateRole", {"RoleName": "New", "AssumeRolePolicyDocument": TRUST_SELF}, "iam:TagRole"),
            ("iam", "CreatePolicy", {"PolicyName": "New", "PolicyDocument": ALLOW_ALL}, "iam:TagPolicy"),
            (
                "organizations",
                "CreateAccount",
                {"AccountName": "New", "Email": "new@example.com"},
                "organizations:TagResource",
            ),
        ],
    )
    def test_tags_take_a_permission_of_their_own(
        self, management: Client, service: str, operation: str, asked: dict[str, Any], besides: str
    ) -> None:
        """Whoever may make something may not yet make it with tags."""
        may_make = {"Effect": "Allow", "Action": f"{service}:{operation}", "Resource": "*"}
        alice = create_user(management, policy_document(may_make))
        tags = [{"Key": "a", "Value": "b"}]
        got = alice.is_refused(service, operation, **asked, Tags=tags)
        assert f"not authorized to perform: {besides} on resource: " in got.message
        bob = create_user(management, policy_document(may_make, may_make | {"Action": besides}), name="Bob")
        bob.does(service, operation, **asked, Tags=tags)

    def test_session_token_takes_none(self, stranger: Client) -> None:
        """No policy says who may have a session of his own: AWS lets policies control no authentication."""
        nobody = create_user(stranger, policy_document({"Effect": "Deny", "Action": "*", "Resource": "*"}))
        assert nobody.does("sts", "GetSessionToken")["Credentials"]["SessionToken"]
        assert nobody.does("sts", "GetCallerIdentity")["Account"] == stranger.account

    def test_federated_user(self, stranger: Client) -> None:
        """Whom a user may vouch for is told by the name that he gives."""
        own = f"arn:aws:sts::{stranger.account}:federated-user/Bob"
        alice = create_user(
            stranger, policy_document({"Effect": "Allow", "Action": "sts:GetFederationToken", "Resource": own})
        )
        alice.does("sts", "GetFederationToken", Name="Bob")
        got = alice.is_refused("sts", "GetFederationToken", Name="Eve")
        assert f"on resource: arn:aws:sts::{stranger.account}:federated-user/Eve because" in got.message

    def test_permissions_required(self, management: Client) -> None:
        """What AWS's page asks for is enough, and for this service alone if the policy says so."""
        only = {"StringEquals": {"organizations:ServicePrincipal": [ARTIFACT]}}
        enabling = {"Effect": "Allow", "Action": "organizations:EnableAWSServiceAccess", "Resource": "*"}
        alice = create_user(management, policy_document(enabling | {"Condition": only}))
        alice.does("organizations", "EnableAWSServiceAccess", ServicePrincipal=ARTIFACT)
        got = alice.is_refused("organizations", "EnableAWSServiceAccess", ServicePrincipal="ram.amazonaws.com")
        assert got.code == "AccessDeniedException"

    def test_management_account_alone(self, member: Client) -> None:
        """An administrator of a member is still no administrator of the organization."""
        admin = create_user(member, ADMIN)
        got = admin.is_refused("organizations", "EnableAWSServiceAccess", ServicePrincipal=ARTIFACT)
        assert got.message == "You don't have permissions to access this resource."

    def test_denial_names_the_policy(self, stranger: Client) -> None:
        """An explicit deny says in which kind of policy, and a managed one by its ARN."""
        denying = "arn:aws:iam::aws:policy/AWSDenyAll"
        alice = create_user(stranger, ADMIN, denying)
        got = alice.is_refused("iam", "ListUsers")
        assert got.message.endswith(f"with an explicit deny in an identity-based policy: {denying}")

    def test_boundary(self, stranger: Client) -> None:
        """What the boundary leaves out is refused."""
        alice = create_user(stranger, ADMIN)
        boundary = "arn:aws:iam::aws:policy/AWSOrganizationsReadOnlyAccess"
        stranger.does("iam", "PutUserPermissionsBoundary", UserName="Alice", PermissionsBoundary=boundary)
        got = alice.is_refused("iam", "ListUsers")
        assert got.message.endswith("because no permissions boundary allows the iam:ListUsers action")

    def test_deleted_user(self, stranger: Client) -> None:
        """A change of policies counts from the next call on."""
        alice = create_user(stranger, ADMIN)
        alice.does("iam", "ListUsers")
        stranger.does("iam", "DetachUserPolicy", UserName="Alice", PolicyArn=ADMIN)
        alice.is_refused("iam", "ListUsers")

    def test_role_of_the_same_account(self, stranger: Client) -> None:
        """A trust policy that names the user is enough; one that names the account needs his own policy too."""
        alice = create_user(stranger)
        for principal, allowed in ((f"arn:aws:iam::{stranger.account}:user/Alice", True), (stranger.account, False)):
            trust = policy_document({"Effect": "Allow", "Principal": {"AWS": principal}, "Action": "sts:AssumeRole"})
            name = "Open" if allowed else "Closed"
            role = stranger.does("iam", "CreateRole", RoleName=name, AssumeRolePolicyDocument=trust)["Role"]["Arn"]
            if allowed:
                alice.does("sts", "AssumeRole", RoleArn=role, RoleSessionName="me")
            else:
                got = alice.is_refused("sts", "AssumeRole", RoleArn=role, RoleSessionName="me")
                assert got.message.endswith("because no identity-based policy allows the sts:AssumeRole action")

    def test_role_of_another_account(self, management: Client, member: Client) -> None:
        """Both sides must allow."""
        role = f"arn:aws:iam::{member.account}:role/OrganizationAccountAccessRole"
        asked = {"RoleArn": role, "RoleSessionName": "me"}
        allowing = policy_document({"Effect": "Allow", "Action": "sts:AssumeRole", "Resource": role})
        create_user(management, name="Bob").is_refused("sts", "AssumeRole", **asked)
        create_user(management, allowing).does("sts", "AssumeRole", **asked)
        create_user(member, ADMIN, name="Eve").is_refused("sts", "AssumeRole", **asked)


class TestServiceControlPolicies:
    """Service control policies."""

    LEAVING = policy_document({"Sid": "Stay", "Effect": "Deny", "Action": "organizations:Leave*", "Resource": "*"})

    def test_bind_the_root_user_of_a_member(self, management: Client, member: Client) -> None:
        """A denial at the root of the organization binds a member's root user, and not the management account."""
        root = management.does("organizations", "ListRoots")["Roots"][0]["Id"]
        arn = attach_scp(management, self.LEAVING, root)
        got = member.is_refused("organizations", "LeaveOrganization")
        assert got.code == "AccessDeniedException"
        assert got.message == (
            f"User: arn:aws:iam::{member.account}:root is not authorized to perform: organizations:LeaveOrganization "
            f"on resource: * with an explicit deny in a service control policy: {arn}"
        )
        assert management.is_refused("organizations", "LeaveOrganization").code == (
            "MasterCannotLeaveOrganizationException"
        )

    def test_every_level_must_allow(self, management: Client, member: Client) -> None:
        """Without FullAWSAccess only what the rest allows is left, at each level."""
        reading = policy_document(
            {"Effect": "Allow", "Action": ["organizations:Describe*", "iam:List*"], "Resource": "*"}
        )
        attach_scp(management, reading, member.account)
        full = {"PolicyId": "p-FullAWSAccess", "TargetId": member.account}
        member.does("artifact", "ListReports")
        management.does("organizations", "DetachPolicy", **full)
        member.does("organizations", "DescribeOrganization")
        got = member.is_refused("artifact", "ListReports")
        assert got.message.endswith("because no service control policy allows the artifact:ListReports action")
        management.does("organizations", "AttachPolicy", **full)
        member.does("artifact", "ListReports")

    def test_agreements(self, management: Client, member: Client) -> None:
        """A member whose organization denies it cannot accept an agreement even for itself."""
        denying = policy_document({"Effect": "Deny", "Action": "artifact:AcceptAgreement", "Resource": "*"})
        attach_scp(management, denying, member.account)
        chain = read_agreement(member, ACCOUNT_AGREEMENT)
        got = member.is_refused("artifact", "AcceptAgreement", **chain)
        assert "with an explicit deny in a service control policy" in got.message

    def test_sessions_are_bound_too(self, management: Client, member: Client) -> None:
        """Whoever assumes a member's role is bound by what binds the member, and by what is attached to the role."""
        role = f"arn:aws:iam::{member.account}:role/OrganizationAccountAccessRole"
        session = signing(
            management, management.does("sts", "AssumeRole", RoleArn=role, RoleSessionName="me")["Credentials"]
        )
        session.does("iam", "ListRoles")
        attach_scp(management, policy_document({"Effect": "Deny", "Action": "iam:*", "Resource": "*"}), member.account)
        session.is_refused("iam", "ListRoles")

    def test_not_an_account_that_left(self, management: Client, member: Client) -> None:
        """Nothing binds a stranger."""
        attach_scp(management, policy_document({"Effect": "Deny", "Action": "iam:*", "Resource": "*"}), member.account)
        member.is_refused("iam", "ListRoles")
        management.does("organizations", "RemoveAccountFromOrganization", AccountId=member.account)
        member.does("iam", "ListRoles")


def attach_rcp(management: Client, target: str, statement: dict[str, Any]) -> str:
    """Attach a resource control policy; give its ARN."""
    root = management.does("organizations", "ListRoots")["Roots"][0]["Id"]
    management.does("organizations", "EnablePolicyType", RootId=root, PolicyType="RESOURCE_CONTROL_POLICY")
    made = management.does(
        "organizations",
        "CreatePolicy",
        Name="Perimeter",
        Description="",
        Type="RESOURCE_CONTROL_POLICY",
        Content=policy_document({"Effect": "Deny", "Principal": "*", "Resource": "*"} | statement),
    )["Policy"]["PolicySummary"]
    management.does("organizations", "AttachPolicy", PolicyId=made["Id"], TargetId=target)
    arn: str = made["Arn"]
    return arn


class TestResourceControlPolicies:
    """Resource control policies: of all that is here they reach roles that are to be assumed."""

    OUTSIDE: ClassVar = {
        "Action": "sts:AssumeRole",
        "Condition": {
            "StringNotEqualsIfExists": {"aws:PrincipalOrgID": "o-0123456789"},
            "BoolIfExists": {"aws:PrincipalIsAWSService": "false"},
        },
    }

    def test_keep_the_roles_of_a_member(self, management: Client, member: Client) -> None:
        """Whoever calls: the root user of the management account, whom no policy binds, among them."""
        role = f"arn:aws:iam::{member.account}:role/OrganizationAccountAccessRole"
        asked = {"RoleArn": role, "RoleSessionName": "me"}
        management.does("sts", "AssumeRole", **asked)
        arn = attach_rcp(management, member.account, self.OUTSIDE)
        got = management.is_refused("sts", "AssumeRole", **asked)
        assert (got.status, got.code) == (403, "AccessDenied")
        assert got.message == (
            f"User: arn:aws:iam::{management.account}:root is not authorized to perform: sts:AssumeRole "
            f"on resource: {role} with an explicit deny in a resource control policy: {arn}"
        )
        decision = told(member.core, "GET", f"/_emulator/decisions/{request_id_of(got)}")["decisions"][0]
        assert decision["decided_by"]["level"] == 1

    def test_let_their_own_organization(self, management: Client, member: Client) -> None:
        """The condition on the organization lets those in it."""
        own = management.does("organizations", "DescribeOrganization")["Organization"]["Id"]
        inside = {"StringNotEqualsIfExists": {"aws:PrincipalOrgID": own}}
        attach_rcp(management, member.account, {"Action": "sts:AssumeRole", "Condition": inside})
        role = f"arn:aws:iam::{member.account}:role/OrganizationAccountAccessRole"
        management.does("sts", "AssumeRole", RoleArn=role, RoleSessionName="me")

    def test_leave_the_management_account_alone(self, management: Client) -> None:
        """Nothing of the management account is kept by one."""
        root = management.does("organizations", "ListRoots")["Roots"][0]["Id"]
        trust = policy_document(
            {"Effect": "Allow", "Principal": {"AWS": management.account}, "Action": "sts:AssumeRole"}
        )
        made = management.does("iam", "CreateRole", RoleName="Own", AssumeRolePolicyDocument=trust)["Role"]["Arn"]
        attach_rcp(management, root, self.OUTSIDE)
        management.does("sts", "AssumeRole", RoleArn=made, RoleSessionName="me")

    def test_keep_all_roles_from_the_confused_deputy(
        self, management: Client, member: Client, stranger: Client
    ) -> None:
        """AWS's example: a service may act here for accounts of the organization alone, whatever roles trust."""
        trust = policy_document({"Effect": "Allow", "Principal": {"Service": ARTIFACT}, "Action": "sts:AssumeRole"})
        role = member.does("iam", "CreateRole", RoleName="Deputy", AssumeRolePolicyDocument=trust)["Role"]["Arn"]
        attack = {"service": ARTIFACT, "role_arn": role, "source_account": stranger.account}
        told(member.core, "POST", "/_emulator/assume-as-service", attack)
        own = management.does("organizations", "DescribeOrganization")["Organization"]["Id"]
        condition = {
            "StringNotEqualsIfExists": {"aws:SourceOrgID": own},
            "Null": {"aws:SourceAccount": "false"},
            "Bool": {"aws:PrincipalIsAWSService": "true"},
        }
        attach_rcp(management, member.account, {"Action": "sts:AssumeRole", "Condition": condition})
        status, detail = refused(member.core, "POST", "/_emulator/assume-as-service", attack)
        assert status == 403
        assert "with an explicit deny in a resource control policy" in detail
        where = re.search(r"GET (\S+)", detail)
        assert where
        assert told(member.core, "GET", where[1])["decisions"][0]["principal"] == ARTIFACT
        told(member.core, "POST", "/_emulator/assume-as-service", attack | {"source_account": management.account})


class TestTrust:
    """Role trust policies, explained."""

    def test_denial(self, stranger: Client) -> None:
        """A trust policy that denies a user is what decided, whatever else allows."""
        everybody = {"Effect": "Allow", "Principal": {"AWS": stranger.account}, "Action": "sts:AssumeRole"}
        alice = create_user(stranger, ADMIN)
        arn = f"arn:aws:iam::{stranger.account}:user/Alice"
        denial = {"Sid": "NotHer", "Effect": "Deny", "Principal": {"AWS": arn}, "Action": "sts:AssumeRole"}
        trust = policy_document(everybody, denial)
        role = stranger.does("iam", "CreateRole", RoleName="R", AssumeRolePolicyDocument=trust)["Role"]["Arn"]
        got = alice.is_refused("sts", "AssumeRole", RoleArn=role, RoleSessionName="me")
        decision = told(stranger.core, "GET", f"/_emulator/decisions/{request_id_of(got)}")["decisions"][0]
        assert (decision["allowed"], decision["decided_by"]["kind"]) == (False, "role trust policy")
        assert decision["decided_by"]["statement"] == "NotHer"

    def test_multi_factor(self, stranger: Client) -> None:
        """A role that asks for a second factor is assumed with a code, and its session has the key."""
        asked = {"Bool": {"aws:MultiFactorAuthPresent": "true"}}
        trust = {"Effect": "Allow", "Principal": {"AWS": stranger.account}, "Action": "sts:AssumeRole"}
        role = stranger.does(
            "iam", "CreateRole", RoleName="R", AssumeRolePolicyDocument=policy_document(trust | {"Condition": asked})
        )["Role"]["Arn"]
        allowing = policy_document({"Effect": "Allow", "Action": "iam:ListUsers", "Resource": "*", "Condition": asked})
        stranger.does("iam", "PutRolePolicy", RoleName="R", PolicyName="p", PolicyDocument=allowing)
        alice = create_user(stranger, ADMIN)
        alice.is_refused("sts", "AssumeRole", RoleArn=role, RoleSessionName="me")
        code = {"SerialNumber": f"arn:aws:iam::{stranger.account}:mfa/Alice", "TokenCode": "123456"}
        session = alice.does("sts", "AssumeRole", RoleArn=role, RoleSessionName="me", **code)
        signing(stranger, session["Credentials"]).does("iam", "ListUsers")


class TestModes:
    """`--iam enforce|audit|off`."""

    @pytest.mark.parametrize(("iam", "explained"), [("audit", True), ("off", False)])
    def test_let_through(self, iam: Any, *, explained: bool) -> None:
        """Audit lets through and records what would have been refused; off looks at nothing."""
        stranger = Client(App(World(), iam=iam), "999988887777")
        alice = create_user(stranger)
        got = alice.call("iam", "ListUsers")
        assert got.status == 200
        decision = told(stranger.core, "GET", f"/_emulator/decisions/{request_id_of(got)}")
        assert decision["allowed"] is not explained
        if explained:
            assert decision["enforced"] is False


class TestExplanation:
    """GET `/_emulator/decisions/<request id>`."""

    def test_of_a_refusal(self, member: Client) -> None:
        """Every policy that was consulted, what decided, and what to change; doing that lets the call through."""
        alice = create_user(member, policy_document({"Effect": "Allow", "Action": "organizations:*", "Resource": "*"}))
        got = alice.is_refused("iam", "ListUsers")
        decision = told(member.core, "GET", f"/_emulator/decisions/{request_id_of(got)}")["decisions"][0]
        assert decision["message"] == got.message
        assert decision["decided_by"] == {
            "kind": "identity-based policy",
            "level": None,
            "policy": None,
            "statement": None,
        }
        assert [(one["kind"], one["level"], one["effect"]) for one in decision["consulted"]] == [
            ("service control policy", 0, "Allow"),
            ("service control policy", 1, "Allow"),
            ("identity-based policy", None, None),
        ]
        cure = json.loads(decision["cure"].partition("that has ")[2])
        member.does("iam", "PutUserPolicy", UserName="Alice", PolicyName="cure", PolicyDocument=policy_document(cure))
        got = alice.call("iam", "ListUsers")
        decision = told(member.core, "GET", f"/_emulator/decisions/{request_id_of(got)}")["decisions"][0]
        assert decision["reason"].startswith("A statement of an identity-based policy allows it")

    def test_of_a_denial(self, management: Client, member: Client) -> None:
        """The level, the policy and the statement that denied."""
        attach_scp(management, TestServiceControlPolicies.LEAVING, member.account)
        got = member.is_refused("organizations", "LeaveOrganization")
        decision = told(member.core, "GET", f"/_emulator/decisions/{request_id_of(got)}")["decisions"][0]
        assert decision["decided_by"]["level"] == 1
        assert decision["decided_by"]["statement"] == "Stay"
        assert decision["documentation"].startswith("https://docs.aws.amazon.com/")
        assert "Stay" in decision["cure"]
        assert decision["reason"].startswith("A statement of a service control policy denies it")

    def test_header(self) -> None:
        """A header leads to the explanation, if that is wanted, wherever policies were asked."""
        stranger = Client(App(World(), explain=True), "999988887777")
        got = create_user(stranger).is_refused("iam", "ListUsers")
        where = dict(got.reply.headers)["x-artifact-emulator-decision"]
        assert told(stranger.core, "GET", where)["allowed"] is False
        assert "x-artifact-emulator-decision" not in dict(stranger.call("iam", "ListUsers").reply.headers)

    def test_of_a_root_user(self, stranger: Client) -> None:
        """No policy is asked of whom none binds; of a call that never was, nothing is told."""
        got = stranger.call("iam", "ListUsers")
        decision = told(stranger.core, "GET", f"/_emulator/decisions/{request_id_of(got)}")
        assert (decision["allowed"], decision["decisions"]) == (True, [])
        assert refused(stranger.core, "GET", "/_emulator/decisions/none")[0] == 404


class TestSuggestion:
    """GET `/_emulator/policy-suggestion`."""

    def test_is_enough_and_no_more(self, stranger: Client) -> None:
        """Whoever has the suggested policy may do again what he did, and nothing else."""
        admin = create_user(stranger, ADMIN)
        admin.does("iam", "ListUsers")
        admin.does("iam", "GetUser", UserName="Alice")
        admin.does("artifact", "ListReports")
        arn = f"arn:aws:iam::{stranger.account}:user/Alice"
        suggested = told(stranger.core, "GET", f"/_emulator/policy-suggestion?principal={arn}")
        bob = create_user(stranger, json.dumps(suggested), name="Bob")
        bob.does("iam", "ListUsers")
        bob.does("iam", "GetUser", UserName="Alice")
        bob.is_refused("iam", "GetUser", UserName="Bob")
        bob.is_refused("iam", "ListRoles")

    def test_of_what_it_was_then(self, stranger: Client) -> None:
        """What a call was about counts, though it is gone, and what it made, though it is there."""
        admin = create_user(stranger, ADMIN)
        made = admin.does("iam", "CreatePolicy", PolicyName="Mine", Path="/x/", PolicyDocument=ALLOW_ALL)["Policy"]
        admin.does("iam", "DeletePolicy", PolicyArn=made["Arn"])
        admin.does("organizations", "CreateOrganization")
        arn = f"arn:aws:iam::{stranger.account}:user/Alice"
        suggested = told(stranger.core, "GET", f"/_emulator/policy-suggestion?principal={arn}")
        linked = f"arn:aws:iam::{stranger.account}:role/aws-service-role/organizations.amazonaws.com/*"
        assert {action: one["Resource"] for one in suggested["Statement"] for action in one["Action"]} == {
            "iam:CreatePolicy": [made["Arn"]],
            "iam:DeletePolicy": [made["Arn"]],
            "iam:CreateServiceLinkedRole": [linked.replace("*", "AWSServiceRoleForOrganizations")],
            "organizations:CreateOrganization": ["*"],
        }
        stranger.does("organizations", "DeleteOrganization")
        create_user(stranger, json.dumps(suggested), name="Bob").does("organizations", "CreateOrganization")


class TestConfusedDeputy:
    """POST `/_emulator/assume-as-service`."""

    def test_attack_and_protection(self, management: Client, stranger: Client) -> None:
        """A role that trusts the service alone is used for anybody; the condition keeps it to its own account."""
        trust = {"Effect": "Allow", "Principal": {"Service": ARTIFACT}, "Action": "sts:AssumeRole"}
        made = management.does("iam", "CreateRole", RoleName="Deputy", AssumeRolePolicyDocument=policy_document(trust))
        attack = {"service": ARTIFACT, "role_arn": made["Role"]["Arn"], "source_account": stranger.account}
        session = told(management.core, "POST", "/_emulator/assume-as-service", attack)
        assert session["arn"] == f"arn:aws:sts::{management.account}:assumed-role/Deputy/service"
        own = {"Condition": {"StringEquals": {"aws:SourceAccount": management.account}}}
        protected = policy_document(trust | own)
        management.does("iam", "UpdateAssumeRolePolicy", RoleName="Deputy", PolicyDocument=protected)
        assert refused(management.core, "POST", "/_emulator/assume-as-service", attack)[0] == 403
        told(management.core, "POST", "/_emulator/assume-as-service", attack | {"source_account": management.account})
        events = told(management.core, "GET", "/_emulator/events?name=AssumeRole")["events"]
        assert [one.get("errorCode", "") for one in events] == ["", "AccessDenied", ""]
        assert events[0]["userIdentity"] == {"type": "AWSService", "invokedBy": ARTIFACT}

    def test_path_that_is_none(self, core: App) -> None:
        """A question mark that is part of a path is no query."""
        assert refused(core, "GET", "/_emulator/decisions/a%3Fb")[0] == 404

    def test_bad_body(self, core: App) -> None:
        """What is no request of this kind is a 400."""
        assert call(core, "POST", "/_emulator/assume-as-service", {"service": ARTIFACT}).status == 400
