"""Calls of AWS Organizations by members: the resource policy's decisions, the owner of the resources, and the denials.

Most answers were recorded in September 2026: https://github.com/radkawar/stackd/tree/9dc356f5/testdata/aws/iam
(organizations_resource_policy.json, organizations_delegation_authority.json and organizations_delegation_writes.json).
"""

import json
from typing import Any

import pytest

from artifact_emulator.app import App
from artifact_state.world import World
from tests.support.authorization import request_id_of
from tests.support.control_api import control_result
from tests.support.iam_users import client_with_role, create_user, policy_allowing, policy_document
from tests.support.policy_calls import FULL_ACCESS, NO_TAGS, SCP, TAG_POLICY, create_policy
from tests.support.wire_client import Answer, Client
from tests.support.wire_organizations import (
    NO_PERMISSION,
    SERVICE,
    as_account,
    create_account,
    create_unit,
    describe_organization,
    root_id,
)

CONFIG = "config.amazonaws.com"
ORGANIZATIONS = policy_allowing("organizations:*")
READS = ("DescribePolicy", "ListAccounts", "DescribeResourcePolicy", "DescribeOrganization")


def statement(principal: Any, *actions: str, **elements: Any) -> dict[str, Any]:
    """Return a statement that allows actions of AWS Organizations, with elements replaced or added."""
    named = {"AWS": principal} if isinstance(principal, str) else principal
    actions_element = [f"organizations:{action}" for action in actions]
    return {"Effect": "Allow", "Principal": named, "Action": actions_element, "Resource": "*", **elements}


def delegate(management: Client, *statements: dict[str, Any]) -> None:
    """Put a resource policy."""
    management.do(SERVICE, "PutResourcePolicy", Content=policy_document(*statements))


def register(management: Client, account: str) -> None:
    """Make an account a delegated administrator of AWS Config."""
    management.do(SERVICE, "EnableAWSServiceAccess", ServicePrincipal=CONFIG)
    management.do(SERVICE, "RegisterDelegatedAdministrator", AccountId=account, ServicePrincipal=CONFIG)


def policy_arn(management: Client, policy_id: str, policy_type: str = SCP) -> str:
    """Return the ARN of a policy, or the pattern of the ARNs of policies."""
    organization = describe_organization(management)["Id"]
    return f"arn:aws:organizations::{management.account}:policy/{organization}/{policy_type.lower()}/{policy_id}"


def denied(answer: Answer) -> bool:
    """Return whether a call was denied in AWS Organizations' short words."""
    return (answer.code, answer.data.get("Error", {}).get("Message")) == ("AccessDeniedException", NO_PERMISSION)


def recorded_error(client: Client, event_name: str) -> tuple[str, str]:
    """Return the error code and the message of the last CloudTrail record of an operation."""
    attributes = [{"AttributeKey": "EventName", "AttributeValue": event_name}]
    root = as_account(client, client.account)
    record = json.loads(
        root.do("cloudtrail", "LookupEvents", LookupAttributes=attributes)["Events"][0]["CloudTrailEvent"]
    )
    return record["errorCode"], record["errorMessage"]


class TestResourcePolicy:
    """What the resource policy allows and denies to members."""

    def test_only_named_actions_are_delegated_to_named_accounts(self, management: Client, member: Client) -> None:
        """The named account may use the named actions; other accounts and other actions are denied."""
        other = as_account(management, create_account(management, "other"))
        delegate(management, statement(member.account, "ListPolicies", "ListRoots"))
        member.do(SERVICE, "ListPolicies", Filter=SCP)
        member.do(SERVICE, "ListRoots")
        assert denied(other.expect_error(SERVICE, "ListRoots"))
        assert denied(member.expect_error(SERVICE, "ListAccounts"))

    @pytest.mark.parametrize("iam", ["audit", "off"])
    def test_delegation_works_in_every_mode(self, iam: Any) -> None:
        """The resource policy delegates actions even if permissions are only audited, or off."""
        management = Client(App(World(), iam=iam), "111122223333")
        management.do(SERVICE, "CreateOrganization")
        member = as_account(management, create_account(management))
        alice = create_user(member)
        delegate(management, statement(member.account, "ListRoots"))
        for client in (member, alice):
            client.do(SERVICE, "ListRoots")
            assert denied(client.expect_error(SERVICE, "ListAccounts"))

    def test_identity_and_resource_policy_must_both_allow(self, management: Client, member: Client) -> None:
        """A member's role needs the permission of both policies, even if the resource policy names the role."""
        may, bare = client_with_role(member, ORGANIZATIONS), client_with_role(member)
        arns = [role["Arn"] for role in member.do("iam", "ListRoles")["Roles"] if role["RoleName"].startswith("Role")]
        delegate(management, statement({"AWS": arns}, "ListAccounts"))
        may.do(SERVICE, "ListAccounts")
        assert denied(bare.expect_error(SERVICE, "ListAccounts"))
        management.do(SERVICE, "DeleteResourcePolicy")
        assert denied(may.expect_error(SERVICE, "ListAccounts"))

    def test_principal_arn_is_that_of_the_role(self, management: Client, member: Client) -> None:
        """A condition on aws:PrincipalArn compares the ARN of a session's role, with its path."""
        session = client_with_role(member, ORGANIZATIONS, path="/team/")
        [role] = [role for role in member.do("iam", "ListRoles")["Roles"] if role["Path"] == "/team/"]
        condition = {"ArnEquals": {"aws:PrincipalArn": role["Arn"]}}
        delegate(management, statement("*", "ListAccounts", Condition=condition))
        session.do(SERVICE, "ListAccounts")
        assert denied(member.expect_error(SERVICE, "ListAccounts"))

    @pytest.mark.parametrize("operator", ["StringEquals", "StringLikeIfExists", "ForAnyValue:StringEqualsIgnoreCase"])
    def test_policy_type_limits_delegation(self, management: Client, member: Client, operator: str) -> None:
        """A condition limits delegation to policies of one type."""
        policy = create_policy(management)
        condition = {operator: {"organizations:PolicyType": TAG_POLICY}}
        delegate(management, statement(member.account, "ListPolicies", "DescribePolicy", Condition=condition))
        member.do(SERVICE, "ListPolicies", Filter=TAG_POLICY)
        assert denied(member.expect_error(SERVICE, "ListPolicies", Filter=SCP))
        assert denied(member.expect_error(SERVICE, "DescribePolicy", PolicyId=policy))

    @pytest.mark.parametrize(
        ("condition", "allowed"),
        [
            ({"StringEquals": {"aws:PrincipalOrgID": "{organization}"}}, True),
            ({"StringEquals": {"aws:PrincipalOrgID": "o-0123456789"}}, False),
            ({"StringEquals": {"aws:PrincipalAccount": "{member}"}}, True),
            ({"StringEquals": {"aws:ResourceAccount": "111122223333"}}, True),
            ({"StringEquals": {"aws:ResourceAccount": "{member}"}}, False),
            ({"ArnLike": {"aws:PrincipalArn": "arn:aws:iam::${aws:PrincipalAccount}:root"}}, True),
            ({"Null": {"aws:PrincipalOrgID": "true"}}, False),
        ],
    )
    def test_conditions_have_the_keys_of_every_call(
        self, management: Client, member: Client, condition: dict[str, Any], *, allowed: bool
    ) -> None:
        """Conditions are evaluated as in every policy: operators, policy variables, and all keys of the call."""
        organization = describe_organization(management)["Id"]
        text = json.dumps(condition).replace("{organization}", organization).replace("{member}", member.account)
        delegate(management, statement("*", "ListAccounts", Condition=json.loads(text)))
        assert denied(member.call(SERVICE, "ListAccounts")) is not allowed

    def test_resources_limit_delegation_of_every_action(self, management: Client, member: Client) -> None:
        """The resources of a statement limit what a member may read and change, also for actions on accounts."""
        unit, other = create_unit(management, "A"), create_unit(management, "B")
        policy, organization = create_policy(management), describe_organization(management)["Id"]
        arn = f"arn:aws:organizations::{management.account}"
        own = [f"{arn}:account/{organization}/{member.account}", f"{arn}:ou/{organization}/{unit}"]
        patterns = [policy_arn(management, "*"), *own]
        delegate(
            management,
            statement(
                member.account, "DescribeAccount", "ListParents", "AttachPolicy", "DetachPolicy", Resource=patterns
            ),
        )
        member.do(SERVICE, "DescribeAccount", AccountId=member.account)
        assert denied(member.expect_error(SERVICE, "DescribeAccount", AccountId=management.account))
        member.do(SERVICE, "ListParents", ChildId=unit)
        assert denied(member.expect_error(SERVICE, "ListParents", ChildId=other))
        # The statement has to cover the policy and the target.
        management.do(SERVICE, "EnablePolicyType", RootId=root_id(management), PolicyType=SCP)
        member.do(SERVICE, "AttachPolicy", PolicyId=policy, TargetId=unit)
        assert denied(member.expect_error(SERVICE, "AttachPolicy", PolicyId=policy, TargetId=other))

    def test_creation_is_delegated_by_the_pattern_of_new_policies(self, management: Client, member: Client) -> None:
        """A member may create policies of a type whose ARNs a statement covers, and tag them if that is delegated."""
        pattern = policy_arn(management, "*", TAG_POLICY)
        parameters = {"Type": TAG_POLICY, "Name": "A", "Description": "", "Content": NO_TAGS}
        tags = [{"Key": "a", "Value": "1"}]
        delegate(management, statement(member.account, "CreatePolicy", Resource=pattern))
        assert denied(member.expect_error(SERVICE, "CreatePolicy", **parameters, Tags=tags))
        assert denied(member.expect_error(SERVICE, "CreatePolicy", **parameters | {"Type": SCP}))
        delegate(management, statement(member.account, "CreatePolicy", "TagResource", Resource=pattern))
        member.do(SERVICE, "CreatePolicy", **parameters, Tags=tags)

    def test_deleted_policy_is_denied_to_a_delegate_of_its_type(self, management: Client, member: Client) -> None:
        """A policy that does not exist has no type, so that a statement about one type does not cover it."""
        policy = create_policy(management)
        delegate(management, statement(member.account, "DescribePolicy", Resource=policy_arn(management, "*")))
        member.do(SERVICE, "DescribePolicy", PolicyId=policy)
        management.do(SERVICE, "DeletePolicy", PolicyId=policy)
        assert denied(member.expect_error(SERVICE, "DescribePolicy", PolicyId=policy))
        delegate(management, statement(member.account, "DescribePolicy"))
        assert member.expect_error(SERVICE, "DescribePolicy", PolicyId=policy).code == "PolicyNotFoundException"

    def test_deny_binds_every_member_but_not_management(self, management: Client, member: Client) -> None:
        """A Deny binds delegated administrators and what every member may do, but not the management account."""
        session, policy = client_with_role(member, ORGANIZATIONS), create_policy(management)
        inputs: dict[str, dict[str, str]] = {"DescribePolicy": {"PolicyId": FULL_ACCESS}}
        register(management, member.account)
        for operation in READS[:2]:
            session.do(SERVICE, operation, **inputs.get(operation, {}))
        deny = statement("*", *READS, Effect="Deny")
        grant = statement(member.account, "UpdatePolicy", Resource=policy_arn(management, policy))
        delegate(management, deny, grant)
        for client in (session, member):
            for operation in READS:
                assert denied(client.expect_error(SERVICE, operation, **inputs.get(operation, {})))
        session.do(SERVICE, "UpdatePolicy", PolicyId=policy, Name="delegated")
        for operation in READS:
            management.do(SERVICE, operation, **inputs.get(operation, {}))
        registered = {"AccountId": member.account, "ServicePrincipal": CONFIG}
        management.do(SERVICE, "DeregisterDelegatedAdministrator", **registered)
        assert denied(session.expect_error(SERVICE, "DescribeOrganization"))
        session.do(SERVICE, "UpdatePolicy", PolicyId=policy, Name="still")

    def test_delegated_administrator_needs_a_grant_to_write(self, management: Client, member: Client) -> None:
        """A delegated administrator reads without a resource policy, and writes with its permission only."""
        policy = create_policy(management)
        register(management, member.account)
        member.do(SERVICE, "DescribePolicy", PolicyId=policy)
        assert denied(member.expect_error(SERVICE, "UpdatePolicy", PolicyId=policy, Name="A"))
        delegate(management, statement(member.account, "UpdatePolicy"))
        member.do(SERVICE, "UpdatePolicy", PolicyId=policy, Name="A")

    def test_policy_concerns_no_other_organization(self, management: Client, member: Client, stranger: Client) -> None:
        """Accounts outside the organization are not concerned by its resource policy."""
        stranger.do(SERVICE, "CreateOrganization")
        delegate(management, statement("*", "ListRoots", Effect="Deny"))
        assert denied(member.expect_error(SERVICE, "ListRoots"))
        assert root_id(stranger) != root_id(management)

    def test_denial_is_explained(self, management: Client, member: Client) -> None:
        """The explanation of a denied call names the resource policy and its statement."""
        delegate(management, statement("*", "ListRoots", Effect="Deny", Sid="NoRoots"))
        error = member.expect_error(SERVICE, "ListRoots")
        decision = control_result(member.app, "GET", f"/_emulator/decisions/{request_id_of(error)}")["decisions"][0]
        assert decision["decided_by"]["kind"] == "resource-based policy"
        assert decision["decided_by"]["statement"] == "NoRoots"
        assert ":resourcepolicy/" in decision["decided_by"]["policy"]


class TestOwner:
    """aws:ResourceAccount of calls of AWS Organizations."""

    @pytest.mark.parametrize(
        ("condition", "allowed"),
        [
            ({"StringEquals": {"aws:ResourceAccount": "{management}"}}, True),
            ({"StringEquals": {"aws:ResourceAccount": "{member}"}}, False),
            ({"StringEquals": {"aws:ResourceAccount": "aws"}}, False),
            ({"Null": {"aws:ResourceAccount": "true"}}, False),
        ],
    )
    def test_owner_is_the_management_account(
        self, management: Client, member: Client, condition: dict[str, Any], *, allowed: bool
    ) -> None:
        """The management account owns the organization, its accounts and even AWS's policies, for every caller."""
        register(management, member.account)
        text = json.dumps(condition).replace("{member}", member.account).replace("{management}", management.account)
        limit = policy_document({"Effect": "Allow", "Action": "*", "Resource": "*", "Condition": json.loads(text)})
        for client in (management, member):
            session = client_with_role(client, policy_allowing("*"), session_policy=limit)
            answers = [
                session.call(SERVICE, "DescribeOrganization"),
                session.call(SERVICE, "ListAccounts"),
                session.call(SERVICE, "DescribePolicy", PolicyId=FULL_ACCESS),
                session.call(SERVICE, "DescribeAccount", AccountId=member.account),
            ]
            assert {denied(answer) for answer in answers} == {not allowed}

    def test_effective_policy_without_target_is_that_of_the_caller(self, management: Client, member: Client) -> None:
        """DescribeEffectivePolicy without a target is authorized on the account of the caller."""
        management.do(SERVICE, "EnablePolicyType", RootId=root_id(management), PolicyType=TAG_POLICY)
        organization = describe_organization(management)["Id"]
        for account, allowed in ((member.account, True), (management.account, False)):
            arn = f"arn:aws:organizations::{management.account}:account/{organization}/{account}"
            reading = {"Effect": "Allow", "Action": "organizations:DescribeEffectivePolicy", "Resource": arn}
            session = client_with_role(member, policy_document(reading))
            assert denied(session.call(SERVICE, "DescribeEffectivePolicy", PolicyType=TAG_POLICY)) is not allowed


class TestMessages:
    """The words of AWS Organizations' denials, and those of CloudTrail's records."""

    def test_account_of_the_caller_is_the_cause(self, member: Client) -> None:
        """A member gets the short words; CloudTrail says that no resource-based policy allows the action."""
        assert denied(member.expect_error(SERVICE, "ListAccounts"))
        # Recorded in 2023: https://pwnedlabs.io/labs/breach-in-the-cloud
        code, message = recorded_error(member, "ListAccounts")
        assert code == "AccessDenied"
        assert message == (
            f"User: arn:aws:iam::{member.account}:root is not authorized to perform: organizations:ListAccounts on "
            "resource: * because no resource-based policy allows the organizations:ListAccounts action"
        )

    def test_account_comes_before_identity_policies(self, member: Client) -> None:
        """CloudTrail names the missing resource-based policy even if the member's user has no permission either."""
        assert denied(create_user(member).expect_error(SERVICE, "ListAccounts"))
        assert "because no resource-based policy allows" in recorded_error(member, "ListAccounts")[1]

    def test_record_names_the_resource(self, management: Client, member: Client) -> None:
        """The record of a denied call names the resource."""
        policy = create_policy(management)
        assert denied(member.expect_error(SERVICE, "DescribePolicy", PolicyId=policy))
        code, message = recorded_error(member, "DescribePolicy")
        assert code == "AccessDenied"
        assert f"on resource: {policy_arn(management, policy)} because no resource-based policy" in message

    def test_statement_of_the_resource_policy_is_the_cause(self, management: Client, member: Client) -> None:
        """A Deny of the resource policy gets the short words, and the long ones in CloudTrail."""
        delegate(management, statement("*", "DescribeOrganization", Effect="Deny"))
        assert denied(member.expect_error(SERVICE, "DescribeOrganization"))
        assert recorded_error(member, "DescribeOrganization")[1].endswith(
            "with an explicit deny in a resource-based policy"
        )

    def test_session_policy_is_the_cause(self, management: Client) -> None:
        """A session policy gets the short words even in the management account, and the long ones in CloudTrail."""
        session = client_with_role(management, ORGANIZATIONS, session_policy=policy_allowing("iam:*"))
        assert denied(session.expect_error(SERVICE, "ListAccounts"))
        assert recorded_error(management, "ListAccounts")[1].endswith(
            "because no session policy allows the organizations:ListAccounts action"
        )

    def test_missing_permission_to_tag_is_the_cause(self, management: Client) -> None:
        """The missing permission to tag a new resource gets the short words."""
        session = client_with_role(management, policy_allowing("organizations:CreatePolicy"))
        parameters = {"Type": TAG_POLICY, "Name": "A", "Description": "", "Content": NO_TAGS}
        tags = [{"Key": "a", "Value": "1"}]
        assert denied(session.expect_error(SERVICE, "CreatePolicy", **parameters, Tags=tags))
        assert "not authorized to perform: organizations:TagResource" in recorded_error(management, "CreatePolicy")[1]

    def test_identity_policies_of_a_member_are_the_cause(self, member: Client) -> None:
        """A member's identity-based policies get the short words, and the long ones in CloudTrail."""
        assert denied(create_user(member).expect_error(SERVICE, "LeaveOrganization"))
        # Recorded in 2025: https://github.com/panther-labs/pypanther
        assert recorded_error(member, "LeaveOrganization")[1] == (
            f"User: arn:aws:iam::{member.account}:user/Alice is not authorized to perform: "
            "organizations:LeaveOrganization on resource: * because no identity-based policy allows the "
            "organizations:LeaveOrganization action"
        )

    def test_identity_policies_of_management_are_explained(self, management: Client) -> None:
        """The identity-based policies of the management account are named in the reply."""
        error = create_user(management).expect_error(SERVICE, "ListAccounts")
        assert error.code == "AccessDeniedException"
        assert error.message == (
            f"User: arn:aws:iam::{management.account}:user/Alice is not authorized to perform: "
            "organizations:ListAccounts on resource: * because no identity-based policy allows the "
            "organizations:ListAccounts action"
        )

    def test_wrong_party_of_a_handshake(self, management: Client, stranger: Client) -> None:
        """The sender of an invitation that accepts it gets the short words."""
        target = {"Type": "ACCOUNT", "Id": stranger.account}
        handshake = management.do(SERVICE, "InviteAccountToOrganization", Target=target)["Handshake"]
        assert denied(management.expect_error(SERVICE, "AcceptHandshake", HandshakeId=handshake["Id"]))
        assert f"on resource: {handshake['Arn']} because" in recorded_error(management, "AcceptHandshake")[1]
