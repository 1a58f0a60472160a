"""The condition keys of calls: those that AWS's reference lists for an action are there, or the reason is written down.

The keys are read from a file that `scripts/generate_actions` writes from the reference.
"""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from artifact_emulator.app import App
from artifact_emulator.aws.authorization.evaluation_requests import evaluation_requests
from artifact_emulator.aws.authorization.request import AuthorizationRequest
from artifact_emulator.services import handler_of
from artifact_state import catalog, name_index
from artifact_state.clock import Clock
from artifact_state.model import Caller, CallerKind
from artifact_state.principals import root_user, service_principal, session_caller
from artifact_state.world import World
from tests.packaging.dockerfile import ROOT
from tests.support.billing_transfers import DECEMBER, INVITE, invitation_parameters
from tests.support.iam_users import policy_document
from tests.support.organizations import as_account, set_quotas
from tests.wire.botocore_wire import Client, model, operation_model

REFERENCE: dict[str, list[str]] = json.loads((Path(__file__).parent / "condition_keys.json").read_text())["keys"]
FIDELITY = (ROOT / "docs/fidelity.md").read_text()
MANAGEMENT, SOURCE = "111122223333", "222233334444"
ARTIFACT, SCP = "artifact.amazonaws.com", "SERVICE_CONTROL_POLICY"
ADMIN = "arn:aws:iam::aws:policy/AdministratorAccess"
ALL = {"Effect": "Allow", "Action": "*", "Resource": "*"}
TRUST = {"Effect": "Allow", "Principal": {"AWS": MANAGEMENT}, "Action": ["sts:AssumeRole", "sts:Set*"]}
TAGS = [{"Key": "TagKey", "Value": "v"}]

# Keys that a call here never has, by what they begin with or are. docs/fidelity.md gives the reason of each.
ABSENT = {
    "iam:RoleTemplateARN": "role templates",
    "iam:DelegationRequestOwner": "delegation requests",
    "accounts.google.com:": "identity providers",
    "cognito-identity.amazonaws.com:": "identity providers",
    "graph.facebook.com:": "identity providers",
    "www.amazon.com:": "identity providers",
    "saml:": "identity providers",
    "agent.": "identity providers",
    "github.com/": "identity providers",
    "gitlab.com:": "identity providers",
    "idcs-": "identity providers",
    "oidc.circleci.com/": "identity providers",
    "token.actions.": "identity providers",
    "sts:RoleAuthorizedByIdp": "identity providers",
}
# What an action is about has no tags before it is made.
UNMADE = {
    "organizations:CreateAccount", "organizations:CreateGovCloudAccount", "organizations:CreatePolicy",
    "organizations:PutResourcePolicy", "iam:CreateRole", "iam:CreateUser", "iam:CreatePolicy",
    "iam:CreateServiceLinkedRole", "artifact:CreateComplianceInquiry", "organizations:InviteAccountToOrganization",
}  # fmt: skip
# Who federates is told by a token, which nobody here can give.
FEDERATED = {"sts:AssumeRoleWithSAML", "sts:AssumeRoleWithWebIdentity"}
UNMADE_KEYS = {"aws:ResourceTag/${TagKey}", "iam:ResourceTag/${TagKey}"}


@dataclass(frozen=True)
class SimulationSettings:
    """A world in which everything has tags and a boundary, and what of it calls may name."""

    management: Client
    named: dict[str, list[Any]]

    def inputs(self, service_name: str, operation: str) -> Iterator[dict[str, Any]]:
        """Give inputs with every member that has a value; one for each of what a member may name."""
        shape = operation_model(service_name, operation).input_shape
        members = {name: self.named[name] for name in (shape.members if shape else ()) if name in self.named}
        for at in range(max(map(len, members.values()), default=1)):
            yield {name: values[at % len(values)] for name, values in members.items()}

    def keys(self, service_name: str, operation: str) -> set[str]:
        """Name the keys that calls of an operation have, in lower case."""
        caller = root_user(MANAGEMENT)
        found: set[str] = set()
        for members in self.inputs(service_name, operation):
            with self.management.core.world.transaction(caller) as tx:
                for question in evaluation_requests(AuthorizationRequest.of(tx, service_name, operation, members)):
                    found |= question.keys.keys()
        return found


PLAIN: dict[str, list[Any]] = {
    "Tags": [TAGS], "TagKeys": [["TagKey"]], "tags": [{"TagKey": "v"}], "tagKeys": [["TagKey"]], "Content": ["{}"],
    "PermissionsBoundary": [ADMIN], "AWSServiceName": [ARTIFACT], "PolicyDocument": ["{}"], "PolicyName": ["New"],
    "Path": ["/"], "PolicyType": [SCP], "Filter": [SCP], "ServicePrincipal": [ARTIFACT], "Type": ["BILLING"],
    "reportId": [catalog.reports()[0].id], "RoleSessionName": ["me"], "ExternalId": ["x"], "SourceIdentity": ["me"],
    "TransitiveTagKeys": [["TagKey"]], "TaskPolicyArn": [{"arn": ADMIN}], "Name": ["Bob"], "TokenCode": ["123456"],
    "DurationSeconds": [900], "SigningAlgorithm": ["RS256"], "Audience": [["https://example.com"]],
}  # fmt: skip


@pytest.fixture(scope="module")
def setting() -> SimulationSettings:
    """Make the world."""
    client = Client(App(World(clock=Clock(frozen_at=DECEMBER - timedelta(days=8)))), MANAGEMENT)
    set_quotas(client, inbound_transfers=1)
    client.does("organizations", "CreateOrganization")
    named = PLAIN | of_organizations(client) | of_policies(client) | of_identities(client) | of_artifact(client)
    return SimulationSettings(client, named)


def of_organizations(client: Client) -> dict[str, list[Any]]:
    """Make what an organization has, with tags, and give it by the members that name it."""
    as_account(client, SOURCE).does("organizations", "CreateOrganization")
    client.does("organizations", "CreateAccount", AccountName="Member", Email="m@example.com", Tags=TAGS)
    accounts = client.does("organizations", "ListAccounts")["Accounts"]
    member = next(one["Id"] for one in accounts if one["Id"] != MANAGEMENT)
    root = client.does("organizations", "ListRoots")["Roots"][0]["Id"]
    made = client.does("organizations", "CreateOrganizationalUnit", ParentId=root, Name="U", Tags=TAGS)
    unit = made["OrganizationalUnit"]["Id"]
    invited = client.does("organizations", INVITE, **invitation_parameters())["Handshake"]
    transfer = next(one["Value"] for one in invited["Resources"] if one["Type"] == "RESPONSIBILITY_TRANSFER")
    for tagged in (root, transfer):
        client.does("organizations", "TagResource", ResourceId=tagged, Tags=TAGS)
    return {
        "AccountId": [member], "RootId": [root], "OrganizationalUnitId": [unit], "ParentId": [root, unit],
        "ChildId": [member, unit], "SourceParentId": [root], "DestinationParentId": [unit], "Id": [transfer],
        "HandshakeId": [invited["Id"]], "TargetId": [member, root, unit], "TargetPrincipal": [member],
        "Target": [{"Type": "ACCOUNT", "Id": member}],
    }  # fmt: skip


def of_policies(client: Client) -> dict[str, list[Any]]:
    """Make policies of organizations and of IAM, with tags, and give them by the members that name them."""
    asked = {"Name": "P", "Description": "", "Type": SCP, "Content": policy_document(ALL), "Tags": TAGS}
    policy = client.does("organizations", "CreatePolicy", **asked)["Policy"]["PolicySummary"]["Id"]
    listing = {"Effect": "Allow", "Principal": {"AWS": SOURCE}, "Action": "organizations:ListRoots", "Resource": "*"}
    put = client.does("organizations", "PutResourcePolicy", Content=policy_document(listing), Tags=TAGS)[
        "ResourcePolicy"
    ]
    own = client.does("iam", "CreatePolicy", PolicyName="Own", PolicyDocument=policy_document(ALL), Tags=TAGS)[
        "Policy"
    ]["Arn"]
    transfers = client.does("organizations", "ListInboundResponsibilityTransfers", Type="BILLING")
    transfer = transfers["ResponsibilityTransfers"][0]["Id"]
    return {
        "PolicyId": [policy, "p-FullAWSAccess"], "OrganizationsPolicyId": [policy], "PolicyArn": [own],
        "ResourceId": [policy, transfer, put["ResourcePolicySummary"]["Id"]],
    }  # fmt: skip


def of_identities(client: Client) -> dict[str, list[Any]]:
    """Make a user and roles, with tags and boundaries, and give them by the members that name them."""
    bounded = {"PermissionsBoundary": ADMIN, "Tags": TAGS}
    client.does("iam", "CreateUser", UserName="Alice", **bounded)
    key = client.does("iam", "CreateAccessKey", UserName="Alice")["AccessKey"]["AccessKeyId"]
    client.does("iam", "CreateGroup", GroupName="G")
    trust = {"AssumeRolePolicyDocument": policy_document(TRUST)}
    role = client.does("iam", "CreateRole", RoleName="Dev", **trust, **bounded)["Role"]["Arn"]
    client.does("iam", "CreateServiceLinkedRole", AWSServiceName=ARTIFACT)
    linked = {"RoleName": "AWSServiceRoleForArtifact"}
    client.does("iam", "TagRole", **linked, Tags=TAGS)
    client.does("organizations", "EnableAWSServiceAccess", ServicePrincipal=ARTIFACT)
    task = client.does("iam", "DeleteServiceLinkedRole", **linked)["DeletionTaskId"]
    return {
        "UserName": ["Alice"], "GroupName": ["G"], "RoleName": ["Dev"], "RoleArn": [role], "AccessKeyId": [key],
        "PolicySourceArn": [role], "DeletionTaskId": [task],
    }  # fmt: skip


def of_artifact(client: Client) -> dict[str, list[Any]]:
    """Make an inquiry with tags, and give it by the members that name it."""
    asked = {"name": "Q", "inquiryContent": {"query": "Where?"}, "tags": {"TagKey": "v"}}
    arn = client.does("artifact", "CreateComplianceInquiry", **asked)["complianceInquirySummary"]["arn"]
    return {"complianceInquiryId": [arn.rpartition("/")[2]], "resourceArn": [arn]}


def is_performed(action: str) -> bool:
    """Tell whether an action is an operation that is emulated."""
    service_name, _, operation = action.partition(":")
    if operation not in model(service_name).operation_names:
        return False  # What needs a permission of its own, such as sts:TagSession, is no operation.
    return handler_of(service_name, operation) is not None


def reason_of(action: str, key: str) -> str | None:
    """Tell why a call never has a key, where that is so."""
    if action in UNMADE and key in UNMADE_KEYS:
        return "what is to be made has no tags yet"
    if action in FEDERATED and key.startswith(
        ("sts:S", "sts:T", "sts:RoleSessionName", "aws:RequestTag", "aws:TagKeys")
    ):
        return None if action.endswith("Identity") and key == "sts:RoleSessionName" else "identity providers"
    return next((why for start, why in ABSENT.items() if key.startswith(start)), None)


ALWAYS = {
    "aws:currenttime", "aws:epochtime", "aws:principalarn", "aws:principalaccount", "aws:principaltype",
    "aws:principalisawsservice", "aws:userid", "aws:requestedregion", "aws:securetransport", "aws:sourceip",
    "aws:viaawsservice", "aws:resourceaccount",
}  # fmt: skip
IN_ORGANIZATION = {
    "aws:principalorgid", "aws:principalorgpaths", "aws:principalorgmasteraccountid", "aws:resourceorgid",
    "aws:resourceorgpaths",
}  # fmt: skip
TEMPORARY = {"aws:tokenissuetime", "aws:multifactorauthpresent"}
PERFORMED = sorted(action for action in REFERENCE if is_performed(action))


class TestReference:
    """Keys that AWS's reference lists."""

    def test_most_actions_are_performed(self) -> None:
        """The table is of what is emulated."""
        assert len(PERFORMED) > 80

    @pytest.mark.parametrize("action", PERFORMED)
    def test_are_there(self, setting: SimulationSettings, action: str) -> None:
        """Every key of an action is there on some call of it, or has its reason."""
        service_name, _, operation = action.partition(":")
        has = setting.keys(service_name, operation)
        missing = {
            key
            for key in REFERENCE[action]
            if key.replace("${TagKey}", "TagKey").lower() not in has and reason_of(action, key) is None
        }
        assert not missing

    @pytest.mark.parametrize("action", PERFORMED)
    def test_no_reason_is_out_of_date(self, setting: SimulationSettings, action: str) -> None:
        """What is said to be absent is."""
        service_name, _, operation = action.partition(":")
        has = setting.keys(service_name, operation)
        assert not [key for key in REFERENCE[action] if reason_of(action, key) and key.lower() in has]

    @pytest.mark.parametrize("why", sorted({*ABSENT.values(), "what is to be made has no tags yet"}))
    def test_reasons_are_written_down(self, why: str) -> None:
        """Whoever misses a key finds why."""
        assert why in FIDELITY


class TestGlobalKeys:
    """Keys that every call has, by who makes it."""

    def keys(self, setting: SimulationSettings, caller: Caller) -> dict[str, tuple[str, ...]]:
        """Give the keys of a call."""
        with setting.management.core.world.transaction(caller) as tx:
            (question,) = evaluation_requests(AuthorizationRequest.of(tx, "organizations", "DescribeOrganization", {}))
        return dict(question.keys)

    def test_of_a_root_user(self, setting: SimulationSettings) -> None:
        """In an organization, and without."""
        assert self.keys(setting, root_user(MANAGEMENT)).keys() == ALWAYS | IN_ORGANIZATION
        assert self.keys(setting, root_user("999988887777")).keys() == ALWAYS

    def test_of_a_user(self, setting: SimulationSettings) -> None:
        """His name and his tags besides, and nothing of a second factor: his key is for good."""
        user = name_index.find(setting.management.core.world.state.users[MANAGEMENT], "Alice")
        assert user
        alice = Caller(
            account_id=MANAGEMENT, arn=f"arn:aws:iam::{MANAGEMENT}:user/Alice", user_id=user.id, kind=CallerKind.USER
        )
        found = self.keys(setting, alice)
        assert found.keys() == ALWAYS | IN_ORGANIZATION | {"aws:username", "aws:principaltag/tagkey"}
        assert found["aws:principaltag/tagkey"] == ("v",)

    def test_of_a_session(self, setting: SimulationSettings) -> None:
        """When it began, whether with a second factor, and the source identity."""
        role = setting.named["RoleArn"][0]
        made = setting.management.does("sts", "AssumeRole", RoleArn=role, RoleSessionName="me", SourceIdentity="eve")
        state = setting.management.core.world.state
        session = state.sessions[made["Credentials"]["AccessKeyId"]]
        caller = session_caller(state, session, partition="aws", region="eu-west-1")
        assert caller
        found = self.keys(setting, caller)
        more = {"aws:sourceidentity", "aws:principaltag/tagkey"}
        assert found.keys() == ALWAYS | IN_ORGANIZATION | TEMPORARY | more
        assert found["aws:principalarn"] == (role,)
        assert found["aws:multifactorauthpresent"] == ("false",)
        assert found["aws:sourceidentity"] == ("eve",)
        # AWS Organizations is in one region, wherever its client is.
        assert found["aws:requestedregion"] == ("us-east-1",)
        issued = session.expires_at - timedelta(hours=1)
        assert found["aws:tokenissuetime"] == (issued.strftime("%Y-%m-%dT%H:%M:%SZ"),)

    def test_of_a_service(self, setting: SimulationSettings) -> None:
        """A service is no principal of an account."""
        found = self.keys(setting, service_principal(ARTIFACT))
        assert found["aws:principalisawsservice"] == ("true",)
        assert found["aws:principalservicename"] == (ARTIFACT,)
        assert not {key for key in found if re.match(r"aws:principal(arn|account|org)", key)}

    def test_of_another_accounts_role(self, setting: SimulationSettings) -> None:
        """Whose the role is, and in which organization."""
        with setting.management.core.world.transaction(root_user(SOURCE)) as tx:
            asked = {"RoleArn": setting.named["RoleArn"][0], "RoleSessionName": "me"}
            (question,) = evaluation_requests(AuthorizationRequest.of(tx, "sts", "AssumeRole", asked))
        own = tx.state.memberships[MANAGEMENT].organization_id
        assert question.keys["aws:resourceaccount"] == (MANAGEMENT,)
        assert question.keys["aws:resourceorgid"] == (own,)
        assert question.keys["aws:principalorgid"] != (own,)
