"""AWS's examples of its operations: the emulator's replies have the same structure."""

import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from botocore.loaders import Loader

from artifact_emulator.app import App
from artifact_state.clock import Clock
from artifact_state.model import State
from artifact_state.world import World
from tests.support.policy_calls import enable_scps
from tests.support.wire_client import Client
from tests.wire.conftest import NOW

SERVICE = "organizations"
EXAMPLES: dict[str, list[dict[str, Any]]] = Loader().load_data("organizations/2016-11-28/examples-1")["examples"]
Members = dict[str, Any]
Setting = tuple[Client, Members]
"""The caller, and the members of the example's input that name something of this world."""
INVITED = "999988887777"


def organization(feature_set: str = "ALL") -> Client:
    """Return the client of the management account of a new organization."""
    client = Client(App(World(clock=Clock(frozen_at=NOW), state=State(seed="examples"))), "111111111111")
    client.do(SERVICE, "CreateOrganization", FeatureSet=feature_set)
    return enable_scps(client) if feature_set == "ALL" else client


def root(client: Client) -> str:
    """Return the id of the root."""
    root_id: str = client.do(SERVICE, "ListRoots")["Roots"][0]["Id"]
    return root_id


def unit(client: Client, name: str = "Accounting Group") -> str:
    """Create an organizational unit and return its id."""
    created = client.do(SERVICE, "CreateOrganizationalUnit", ParentId=root(client), Name=name)
    unit_id: str = created["OrganizationalUnit"]["Id"]
    return unit_id


def account(client: Client) -> str:
    """Create a member account and return its id."""
    client.do(SERVICE, "CreateAccount", AccountName="Beta Account", Email="anika@example.com")
    account_id: str = client.do(SERVICE, "ListAccounts")["Accounts"][-1]["Id"]
    return account_id


def policy(client: Client) -> str:
    """Create a service control policy and return its id."""
    content = '{"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "ec2:*", "Resource": "*"}}'
    created = client.do(
        SERVICE, "CreatePolicy", Type="SERVICE_CONTROL_POLICY", Name="Original", Description="", Content=content
    )
    policy_id: str = created["Policy"]["PolicySummary"]["Id"]
    return policy_id


def invitation(client: Client) -> str:
    """Invite an account as the example does, and return the id of the handshake."""
    target = {"Id": INVITED, "Type": "ACCOUNT"}
    invited = client.do(SERVICE, "InviteAccountToOrganization", Target=target, Notes="Please join.")
    handshake_id: str = invited["Handshake"]["Id"]
    return handshake_id


def invitation_setting(*, by_recipient: bool) -> Setting:
    """Prepare the response to an invitation."""
    client = organization()
    handshake = invitation(client)
    return Client(client.app, INVITED) if by_recipient else client, {"HandshakeId": handshake}


def policy_setting(*, attached: bool = False, target: Callable[[Client], str] = unit) -> Setting:
    """Prepare a policy and a target for it."""
    client = organization()
    policy_id, target_id = policy(client), target(client)
    if attached:
        client.do(SERVICE, "AttachPolicy", PolicyId=policy_id, TargetId=target_id)
    return client, {"PolicyId": policy_id, "TargetId": target_id}


def root_setting(**members: Any) -> Setting:
    """Prepare a call that names the root."""
    client = organization()
    return client, {name: root(client) for name in members} | {"ParentId": root(client)}


def _empty_organization() -> Setting:
    return organization(), {}


def _standalone() -> Setting:
    return Client(App(World(clock=Clock(frozen_at=NOW))), "111111111111"), {}


def _billing() -> Setting:
    return organization("CONSOLIDATED_BILLING"), {}


def _unit() -> Setting:
    client = organization()
    return client, {"OrganizationalUnitId": unit(client)}


def _account() -> Setting:
    client = organization()
    return client, {"AccountId": account(client)}


def _creation_request() -> Setting:
    client = organization()
    account(client)
    requests = client.do(SERVICE, "ListCreateAccountStatus")["CreateAccountStatuses"]
    return client, {"CreateAccountRequestId": requests[0]["Id"]}


def _member() -> Setting:
    client = organization()
    return Client(client.app, account(client)), {}


def _filled_unit() -> Setting:
    client = organization()
    parent = unit(client)
    client.do(
        SERVICE, "MoveAccount", AccountId=account(client), SourceParentId=root(client), DestinationParentId=parent
    )
    return client, {"ParentId": parent}


def _units() -> Setting:
    client = organization()
    for name in ("Development", "Production"):
        unit(client, name)
    return client, {"ParentId": root(client)}


def _child() -> Setting:
    client, members = _filled_unit()
    value = client.do(SERVICE, "ListAccountsForParent", **members)["Accounts"]
    return client, {"ChildId": value[0]["Id"]}


def _account_to_move() -> Setting:
    client = organization()
    return client, {
        "AccountId": account(client),
        "SourceParentId": root(client),
        "DestinationParentId": unit(client),
    }


def _creation_requests() -> Setting:
    client, _ = _creation_request()
    return client, {}


def _requests_in_progress() -> Setting:
    client = organization()
    client.do(SERVICE, "CreateAccount", AccountName="Production Account", Email="susan@example.com")
    return client, {"States": ["IN_PROGRESS", "SUCCEEDED"]}


def _disabled() -> Setting:
    client = organization()
    client.do(SERVICE, "DisablePolicyType", RootId=root(client), PolicyType="SERVICE_CONTROL_POLICY")
    return client, {"RootId": root(client)}


def _enabled() -> Setting:
    client = organization()
    return client, {"RootId": root(client)}


def _invitee() -> Setting:
    client = organization()
    invitation(client)
    return Client(client.app, INVITED), {}


def _inviter() -> Setting:
    client = organization()
    invitation(client)
    return client, {}


def _attached_to_account() -> Setting:
    client, members = policy_setting(attached=True, target=account)
    return client, {"TargetId": members["TargetId"]}


def _unit_and_account() -> Setting:
    client = organization()
    unit(client)
    account(client)
    return client, {}


def _policy() -> Setting:
    client = organization()
    policy(client)
    return client, {}


SETTINGS: dict[str, list[Callable[[], Setting]]] = {
    "AcceptHandshake": [lambda: invitation_setting(by_recipient=True)],
    "AttachPolicy": [policy_setting, lambda: policy_setting(target=account)],
    "CancelHandshake": [lambda: invitation_setting(by_recipient=False)],
    "CreateAccount": [_empty_organization],
    "CreateOrganization": [_standalone, _standalone],
    "CreateOrganizationalUnit": [root_setting],
    "CreatePolicy": [_empty_organization],
    "DeclineHandshake": [lambda: invitation_setting(by_recipient=True)],
    "DeleteOrganizationalUnit": [_unit],
    "DeletePolicy": [policy_setting],
    "DescribeAccount": [_account],
    "DescribeCreateAccountStatus": [_creation_request],
    "DescribeHandshake": [lambda: invitation_setting(by_recipient=True)],
    "DescribeOrganization": [_empty_organization],
    "DescribeOrganizationalUnit": [_unit],
    "DescribePolicy": [policy_setting],
    "DetachPolicy": [lambda: policy_setting(attached=True)],
    "DisablePolicyType": [_enabled],
    "EnableAllFeatures": [_billing],
    "EnablePolicyType": [_disabled],
    "InviteAccountToOrganization": [_empty_organization],
    "LeaveOrganization": [_member],
    "ListAccounts": [_unit_and_account],
    "ListAccountsForParent": [_filled_unit],
    "ListChildren": [_units],
    "ListCreateAccountStatus": [_creation_requests, _requests_in_progress],
    "ListHandshakesForAccount": [_invitee],
    "ListHandshakesForOrganization": [_inviter],
    "ListOrganizationalUnitsForParent": [_units],
    "ListParents": [_child],
    "ListPolicies": [_policy],
    "ListPoliciesForTarget": [_attached_to_account],
    "ListRoots": [_empty_organization],
    "ListTargetsForPolicy": [_unit_and_account],
    "MoveAccount": [_account_to_move],
    "RemoveAccountFromOrganization": [_account],
    "UpdateOrganizationalUnit": [_unit],
    "UpdatePolicy": [policy_setting, policy_setting],
}


def cases() -> Iterator[Any]:
    """Yield every example with its setting."""
    for operation, examples in EXAMPLES.items():
        for number, example in enumerate(examples):
            yield pytest.param(operation, example, SETTINGS[operation][number], id=f"{operation}-{number}")


def amended_input(members: Members) -> Members:
    """Return the members of an example with a policy document that AWS accepts.

    Some examples escape the document twice, and the statement of CreatePolicy lacks the resource that AWS requires.
    """
    content = members.get("Content")
    if not content:
        return members
    document = json.loads(content.replace('\\"', '"').replace("\\n", ""))
    document["Statement"].setdefault("Resource", "*")
    return members | {"Content": json.dumps(document)}


def amended_output(operation: str, members: Members, output: Members) -> Members:
    """Return the output of an example without the name and description that AWS was recorded to leave out.

    UpdatePolicy returns them only if they were sent, which the examples do not know.
    """
    if operation != "UpdatePolicy":
        return output
    policy_members = output["Policy"]
    summary = {
        name: value
        for name, value in policy_members["PolicySummary"].items()
        if name in members or name not in {"Name", "Description"}
    }
    return {"Policy": policy_members | {"PolicySummary": summary}}


def differences(expected: Any, actual: Any, path: str = "") -> list[str]:
    """Return the members of an example's output that a reply lacks, or has with another type."""
    if isinstance(expected, dict):
        if not isinstance(actual, dict):
            return [f"{path} is not a structure"]
        missing = [f"{path}.{name} is missing" for name in expected.keys() - actual.keys()]
        return missing + [
            difference
            for name in expected.keys() & actual.keys()
            for difference in differences(expected[name], actual[name], f"{path}.{name}")
        ]
    if isinstance(expected, list):
        if not isinstance(actual, list) or bool(expected) != bool(actual):
            return [f"{path} is not a list of the same kind"]
        return [
            difference
            for entry in actual
            for difference in differences(_most_similar(expected, entry), entry, f"{path}[]")
        ]
    if path.endswith("Timestamp"):
        return []
    return [] if type(expected) is type(actual) else [f"{path} is {actual!r} instead of something like {expected!r}"]


def _most_similar(expected: list[Any], actual: Any) -> Any:
    """Return the entry of the example with the type of a reply's entry; the latter if there is none."""
    kind = actual.get("Type") if isinstance(actual, dict) else None
    if kind is None:
        return expected[0]
    return next((entry for entry in expected if entry.get("Type") == kind), actual)


class TestExamples:
    """The examples in botocore."""

    def test_every_example_has_a_setting(self) -> None:
        """Each of the 42 examples has a setting."""
        assert sum(map(len, EXAMPLES.values())) == 42
        assert {name: len(settings) for name, settings in SETTINGS.items()} == {
            name: len(examples) for name, examples in EXAMPLES.items()
        }

    @pytest.mark.parametrize(("operation", "example", "setting"), list(cases()))
    def test_reply_has_every_member_of_awss_example(
        self, operation: str, example: dict[str, Any], setting: Callable[[], Setting]
    ) -> None:
        """The reply has every member of AWS's example, with the same type."""
        client, own_members = setting()
        example_input = example.get("input") or {}
        members = {name: own_members.get(name, value) for name, value in amended_input(example_input).items()}
        output = client.do(SERVICE, operation, **members)
        expected = amended_output(operation, members, example.get("output") or {})
        assert differences(expected, output) == []
        if not expected:
            assert output == {}
