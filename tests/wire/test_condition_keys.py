"""The condition keys of calls: those that AWS's reference lists for an action, except those that have a reason.

The keys are read from a file that `scripts/update_catalogs` writes from the reference.
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
from tests.support.aws_models import model, operation_model
from tests.support.dockerfile import ROOT
from tests.support.iam_users import policy_document
from tests.support.saml import SamlIssuer
from tests.support.wire_client import Client
from tests.support.wire_organizations import as_account, set_quotas
from tests.support.wire_transfers import DECEMBER, INVITE, invitation_parameters

REFERENCE: dict[str, list[str]] = json.loads((Path(__file__).parent / "condition_keys.json").read_text())["keys"]
FIDELITY = (ROOT / "docs/fidelity.md").read_text()
MANAGEMENT, SOURCE = "111122223333", "222233334444"
ARTIFACT, SCP = "artifact.amazonaws.com", "SERVICE_CONTROL_POLICY"
ADMIN = "arn:aws:iam::aws:policy/AdministratorAccess"
ALL = {"Effect": "Allow", "Action": "*", "Resource": "*"}
TRUST = {"Effect": "Allow", "Principal": {"AWS": MANAGEMENT}, "Action": ["sts:AssumeRole", "sts:SetSourceIdentity"]}
TAGS = [{"Key": "TagKey", "Value": "v"}]
INSTANCE = "arn:aws:sso:::instance/ssoins-1234567890abcdef"

# Keys that no call here has, by their prefixes. docs/fidelity.md gives the reasons.
MISSING_KEYS = {
    "iam:RoleTemplateARN": "role templates",
    "iam:FIDO-": "security keys",
    "iam:RegisterSecurityKey": "security keys",
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
# A resource has no tags before it is created.
CREATIONS = {
    "organizations:CreateAccount", "organizations:CreateGovCloudAccount", "organizations:CreatePolicy",
    "organizations:PutResourcePolicy", "iam:CreateRole", "iam:CreateUser", "iam:CreatePolicy",
    "iam:CreateServiceLinkedRole", "iam:CreateVirtualMFADevice", "iam:CreateInstanceProfile",
    "iam:CreateOpenIDConnectProvider", "iam:CreateSAMLProvider", "artifact:CreateComplianceInquiry",
    "organizations:InviteAccountToOrganization",
}  # fmt: skip
# These keys come from the token or the assertion of an identity provider.
FEDERATED = {"sts:AssumeRoleWithSAML", "sts:AssumeRoleWithWebIdentity"}
TAG_KEYS_OF_RESOURCES = {"aws:ResourceTag/${TagKey}", "iam:ResourceTag/${TagKey}"}


@dataclass(frozen=True)
class TaggedWorld:
    """A world in which every resource has tags and a boundary, and the values of members that name them."""

    management: Client
    members: dict[str, list[Any]]

    def inputs(self, service_name: str, operation: str) -> Iterator[dict[str, Any]]:
        """Yield inputs with every member that has a value, so that each value occurs once."""
        shape = operation_model(service_name, operation).input_shape
        members = {name: self.members[name] for name in (shape.members if shape else ()) if name in self.members}
        for index in range(max(map(len, members.values()), default=1)):
            yield {name: values[index % len(values)] for name, values in members.items()}

    def keys(self, service_name: str, operation: str) -> set[str]:
        """Return the condition keys of the calls of an operation, in lower case."""
        caller = root_user(MANAGEMENT)
        keys: set[str] = set()
        for members in self.inputs(service_name, operation):
            with self.management.app.world.transaction(caller) as tx:
                for request in evaluation_requests(AuthorizationRequest.of(tx, service_name, operation, members)):
                    keys |= request.keys.keys()
        return keys


SIMPLE_MEMBERS: dict[str, list[Any]] = {
    "Tags": [TAGS], "TagKeys": [["TagKey"]], "tags": [{"TagKey": "v"}], "tagKeys": [["TagKey"]], "Content": ["{}"],
    "PermissionsBoundary": [ADMIN], "AWSServiceName": [ARTIFACT], "PolicyDocument": ["{}"], "PolicyName": ["New"],
    "Path": ["/"], "PolicyType": [SCP], "Filter": [SCP], "ServicePrincipal": [ARTIFACT], "Type": ["BILLING"],
    "reportId": [catalog.reports()[0].id], "RoleSessionName": ["me"], "ExternalId": ["x"], "SourceIdentity": ["me"],
    "VirtualMFADeviceName": ["New"], "Properties": [{"RoleManager/Enabled": "false"}], "Url": ["https://new.example.com"],
    "TransitiveTagKeys": [["TagKey"]], "TaskPolicyArn": [{"arn": ADMIN}], "Name": ["Bob"], "TokenCode": ["123456"],
    "ContextProvider": [{"SubjectSourceKey": "sub"}], "IdentityCenterInstanceArn": [INSTANCE],
    "DurationSeconds": [900], "SigningAlgorithm": ["RS256"], "Audience": [["https://example.com"]],
}  # fmt: skip


@pytest.fixture(scope="module")
def tagged() -> TaggedWorld:
    """Return a world with tagged resources of every kind."""
    client = Client(App(World(clock=Clock(frozen_at=DECEMBER - timedelta(days=8)))), MANAGEMENT)
    set_quotas(client, inbound_transfers=1)
    client.do("organizations", "CreateOrganization")
    members = (
        SIMPLE_MEMBERS
        | organization_members(client)
        | policy_members(client)
        | identity_members(client)
        | artifact_members(client)
    )
    return TaggedWorld(client, members)


def organization_members(client: Client) -> dict[str, list[Any]]:
    """Create tagged resources of an organization and return the members that name them."""
    as_account(client, SOURCE).do("organizations", "CreateOrganization")
    client.do("organizations", "CreateAccount", AccountName="Member", Email="m@example.com", Tags=TAGS)
    accounts = client.do("organizations", "ListAccounts")["Accounts"]
    member = next(account["Id"] for account in accounts if account["Id"] != MANAGEMENT)
    root = client.do("organizations", "ListRoots")["Roots"][0]["Id"]
    created = client.do("organizations", "CreateOrganizationalUnit", ParentId=root, Name="U", Tags=TAGS)
    unit = created["OrganizationalUnit"]["Id"]
    invitation = client.do("organizations", INVITE, **invitation_parameters())["Handshake"]
    transfer = next(
        resource["Value"] for resource in invitation["Resources"] if resource["Type"] == "RESPONSIBILITY_TRANSFER"
    )
    for resource_id in (root, transfer):
        client.do("organizations", "TagResource", ResourceId=resource_id, Tags=TAGS)
    return {
        "AccountId": [member], "RootId": [root], "OrganizationalUnitId": [unit], "ParentId": [root, unit],
        "ChildId": [member, unit], "SourceParentId": [root], "DestinationParentId": [unit], "Id": [transfer],
        "HandshakeId": [invitation["Id"]], "TargetId": [member, root, unit], "TargetPrincipal": [member],
        "Target": [{"Type": "ACCOUNT", "Id": member}],
    }  # fmt: skip


def policy_members(client: Client) -> dict[str, list[Any]]:
    """Create tagged policies of Organizations and IAM and return the members that name them."""
    parameters = {"Name": "P", "Description": "", "Type": SCP, "Content": policy_document(ALL), "Tags": TAGS}
    policy = client.do("organizations", "CreatePolicy", **parameters)["Policy"]["PolicySummary"]["Id"]
    listing = {
        "Effect": "Allow",
        "Principal": {"AWS": MANAGEMENT},
        "Action": "organizations:ListRoots",
        "Resource": "*",
    }
    put = client.do("organizations", "PutResourcePolicy", Content=policy_document(listing), Tags=TAGS)["ResourcePolicy"]
    own = client.do("iam", "CreatePolicy", PolicyName="Own", PolicyDocument=policy_document(ALL), Tags=TAGS)["Policy"][
        "Arn"
    ]
    transfers = client.do("organizations", "ListInboundResponsibilityTransfers", Type="BILLING")
    transfer = transfers["ResponsibilityTransfers"][0]["Id"]
    return {
        "PolicyId": [policy, "p-FullAWSAccess"], "OrganizationsPolicyId": [policy], "PolicyArn": [own],
        "ResourceId": [policy, transfer, put["ResourcePolicySummary"]["Id"]],
    }  # fmt: skip


def identity_members(client: Client) -> dict[str, list[Any]]:
    """Create a user and roles with tags and boundaries and return the members that name them."""
    bounded = {"PermissionsBoundary": ADMIN, "Tags": TAGS}
    client.do("iam", "CreateUser", UserName="Alice", **bounded)
    key = client.do("iam", "CreateAccessKey", UserName="Alice")["AccessKey"]["AccessKeyId"]
    client.do("iam", "CreateGroup", GroupName="G")
    trust = {"AssumeRolePolicyDocument": policy_document(TRUST)}
    role = client.do("iam", "CreateRole", RoleName="Dev", **trust, **bounded)["Role"]["Arn"]
    client.do("iam", "CreateServiceLinkedRole", AWSServiceName=ARTIFACT)
    linked = {"RoleName": "AWSServiceRoleForArtifact"}
    client.do("iam", "TagRole", **linked, Tags=TAGS)
    client.do("organizations", "EnableAWSServiceAccess", ServicePrincipal=ARTIFACT)
    task = client.do("iam", "DeleteServiceLinkedRole", **linked)["DeletionTaskId"]
    propagation = {"ContextProvider": {"SubjectSourceKey": "sub"}, "IdentityCenterInstanceArn": INSTANCE}
    provider = client.do("iam", "CreateOpenIDConnectProvider", Url="https://id.example.com", Tags=TAGS, **propagation)
    saml = client.do("iam", "CreateSAMLProvider", Name="idp", SAMLMetadataDocument=SamlIssuer().metadata(), Tags=TAGS)
    client.do("iam", "CreateInstanceProfile", InstanceProfileName="Web", Tags=TAGS)
    device = client.do("iam", "CreateVirtualMFADevice", VirtualMFADeviceName="phone", Tags=TAGS)["VirtualMFADevice"]
    return {
        "SerialNumber": [device["SerialNumber"]], "OpenIDConnectProviderArn": [provider["OpenIDConnectProviderArn"]],
        "SAMLProviderArn": [saml["SAMLProviderArn"]],
        "InstanceProfileName": ["Web"], "Arn": [role], "UserName": ["Alice"], "GroupName": ["G"], "RoleName": ["Dev"],
        "RoleArn": [role], "AccessKeyId": [key],
        "PolicySourceArn": [role], "DeletionTaskId": [task],
    }  # fmt: skip


def artifact_members(client: Client) -> dict[str, list[Any]]:
    """Create a tagged compliance inquiry and return the members that name it."""
    parameters = {"name": "Q", "inquiryContent": {"query": "Where?"}, "tags": {"TagKey": "v"}}
    arn = client.do("artifact", "CreateComplianceInquiry", **parameters)["complianceInquirySummary"]["arn"]
    return {"complianceInquiryId": [arn.rpartition("/")[2]], "resourceArn": [arn]}


def is_emulated(action: str) -> bool:
    """Return whether an action is an emulated operation."""
    service_name, _, operation = action.partition(":")
    if operation not in model(service_name).operation_names:
        return False  # Some actions, such as sts:TagSession, are not operations.
    return handler_of(service_name, operation) is not None


def reason_for_missing(action: str, key: str) -> str | None:
    """Return the reason why a call of an action never has a key, or None."""
    if action in CREATIONS and key in TAG_KEYS_OF_RESOURCES:
        return "It has no tags yet"
    if action in CREATIONS and key.startswith("iam:ResourceIdentity"):
        return "It has no tags yet"
    if action == "iam:ChangePassword" and key in TAG_KEYS_OF_RESOURCES:
        return "The root user, who calls here, has no tags"
    if action in FEDERATED and key.startswith(
        ("sts:S", "sts:T", "sts:RoleSessionName", "aws:RequestTag", "aws:TagKeys")
    ):
        return None if action.endswith("Identity") and key == "sts:RoleSessionName" else "identity providers"
    return next((reason for start, reason in MISSING_KEYS.items() if key.startswith(start)), None)


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
EMULATED = sorted(action for action in REFERENCE if is_emulated(action))


class TestReference:
    """The condition keys of AWS's service authorization reference."""

    def test_reference_covers_emulated_actions(self) -> None:
        """The reference covers most emulated operations."""
        assert len(EMULATED) > 80

    @pytest.mark.parametrize("action", EMULATED)
    def test_documented_condition_keys_are_present(self, tagged: TaggedWorld, action: str) -> None:
        """Some call of an action has each of its documented keys, or a reason says why none has."""
        service_name, _, operation = action.partition(":")
        keys = tagged.keys(service_name, operation)
        missing = {
            key
            for key in REFERENCE[action]
            if key.replace("${TagKey}", "TagKey").lower() not in keys and reason_for_missing(action, key) is None
        }
        assert not missing

    @pytest.mark.parametrize("action", EMULATED)
    def test_keys_with_a_reason_are_missing(self, tagged: TaggedWorld, action: str) -> None:
        """A key with a reason is really missing."""
        service_name, _, operation = action.partition(":")
        keys = tagged.keys(service_name, operation)
        assert not [key for key in REFERENCE[action] if reason_for_missing(action, key) and key.lower() in keys]

    @pytest.mark.parametrize("reason", sorted({*MISSING_KEYS.values(), "It has no tags yet"}))
    def test_reasons_of_missing_keys_are_documented(self, reason: str) -> None:
        """The documentation gives the reason of each missing key."""
        assert reason in FIDELITY


class TestGlobalKeys:
    """The keys of every call, by the kind of its caller."""

    def keys(self, tagged: TaggedWorld, caller: Caller) -> dict[str, tuple[str, ...]]:
        """Return the condition keys of a call."""
        with tagged.management.app.world.transaction(caller) as tx:
            (request,) = evaluation_requests(AuthorizationRequest.of(tx, "organizations", "DescribeOrganization", {}))
        return dict(request.keys)

    def test_global_keys_of_a_root_user(self, tagged: TaggedWorld) -> None:
        """A root user has organization keys only in an organization."""
        assert self.keys(tagged, root_user(MANAGEMENT)).keys() == ALWAYS | IN_ORGANIZATION
        assert self.keys(tagged, root_user("999988887777")).keys() == ALWAYS

    def test_global_keys_of_a_user(self, tagged: TaggedWorld) -> None:
        """A user also has its name and tags, and no multi-factor key, because its credentials are long-term."""
        user = name_index.find(tagged.management.app.world.state.users[MANAGEMENT], "Alice")
        assert user
        alice = Caller(
            account_id=MANAGEMENT, arn=f"arn:aws:iam::{MANAGEMENT}:user/Alice", user_id=user.id, kind=CallerKind.USER
        )
        keys = self.keys(tagged, alice)
        assert keys.keys() == ALWAYS | IN_ORGANIZATION | {"aws:username", "aws:principaltag/tagkey"}
        assert keys["aws:principaltag/tagkey"] == ("v",)

    def test_global_keys_of_a_session(self, tagged: TaggedWorld) -> None:
        """A session also has its time of issue, its multi-factor flag and its source identity."""
        role = tagged.members["RoleArn"][0]
        reply = tagged.management.do("sts", "AssumeRole", RoleArn=role, RoleSessionName="me", SourceIdentity="eve")
        state = tagged.management.app.world.state
        session = state.sessions[reply["Credentials"]["AccessKeyId"]]
        caller = session_caller(state, session, partition="aws", region="eu-west-1")
        assert caller
        keys = self.keys(tagged, caller)
        own = {"aws:sourceidentity", "aws:principaltag/tagkey"}
        assert keys.keys() == ALWAYS | IN_ORGANIZATION | TEMPORARY | own
        assert keys["aws:principalarn"] == (role,)
        assert keys["aws:multifactorauthpresent"] == ("false",)
        assert keys["aws:sourceidentity"] == ("eve",)
        # AWS Organizations runs in one region, whichever region the client names.
        assert keys["aws:requestedregion"] == ("us-east-1",)
        issued = session.expires_at - timedelta(hours=1)
        assert keys["aws:tokenissuetime"] == (issued.strftime("%Y-%m-%dT%H:%M:%SZ"),)

    def test_global_keys_of_a_service(self, tagged: TaggedWorld) -> None:
        """A service has no keys of an account."""
        keys = self.keys(tagged, service_principal(ARTIFACT))
        assert keys["aws:principalisawsservice"] == ("true",)
        assert keys["aws:principalservicename"] == (ARTIFACT,)
        assert not {key for key in keys if re.match(r"aws:principal(arn|account|org)", key)}

    def test_resource_keys_of_another_account(self, tagged: TaggedWorld) -> None:
        """The resource keys are those of the account of the assumed role."""
        with tagged.management.app.world.transaction(root_user(SOURCE)) as tx:
            members = {"RoleArn": tagged.members["RoleArn"][0], "RoleSessionName": "me"}
            (request,) = evaluation_requests(AuthorizationRequest.of(tx, "sts", "AssumeRole", members))
        own = tx.state.memberships[MANAGEMENT].organization_id
        assert request.keys["aws:resourceaccount"] == (MANAGEMENT,)
        assert request.keys["aws:resourceorgid"] == (own,)
        assert request.keys["aws:principalorgid"] != (own,)
