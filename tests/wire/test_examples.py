"""AWS's own examples of its operations: what they answer, the emulator answers in the same structure."""

import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from botocore.loaders import Loader

from artifact_emulator.app import App
from artifact_state.clock import Clock
from artifact_state.model import State
from artifact_state.world import World
from tests.support.wire_client import Client
from tests.wire.conftest import NOW

SERVICE = "organizations"
EXAMPLES: dict[str, list[dict[str, Any]]] = Loader().load_data("organizations/2016-11-28/examples-1")["examples"]
Given = dict[str, Any]
Prepared = tuple[Client, Given]
"""Who calls, and what of the example's input stands for something that only this world knows."""
INVITED = "999988887777"


def organization(feature_set: str = "ALL") -> Client:
    """Give the management account of a new organization."""
    client = Client(App(World(clock=Clock(frozen_at=NOW), state=State(seed="examples"))), "111111111111")
    client.do(SERVICE, "CreateOrganization", FeatureSet=feature_set)
    return client


def root(client: Client) -> str:
    """Tell the root."""
    found: str = client.do(SERVICE, "ListRoots")["Roots"][0]["Id"]
    return found


def unit(client: Client, name: str = "Accounting Group") -> str:
    """Make an organizational unit."""
    made = client.do(SERVICE, "CreateOrganizationalUnit", ParentId=root(client), Name=name)
    found: str = made["OrganizationalUnit"]["Id"]
    return found


def account(client: Client) -> str:
    """Make a member account."""
    client.do(SERVICE, "CreateAccount", AccountName="Beta Account", Email="anika@example.com")
    found: str = client.do(SERVICE, "ListAccounts")["Accounts"][-1]["Id"]
    return found


def policy(client: Client) -> str:
    """Make a service control policy."""
    content = '{"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "ec2:*", "Resource": "*"}}'
    made = client.do(
        SERVICE, "CreatePolicy", Type="SERVICE_CONTROL_POLICY", Name="Original", Description="", Content=content
    )
    found: str = made["Policy"]["PolicySummary"]["Id"]
    return found


def invitation(client: Client) -> str:
    """Invite an account, as the example of it does."""
    target = {"Id": INVITED, "Type": "ACCOUNT"}
    sent = client.do(SERVICE, "InviteAccountToOrganization", Target=target, Notes="Please join.")
    found: str = sent["Handshake"]["Id"]
    return found


def of_invitation(*, by_recipient: bool) -> Prepared:
    """Prepare an answer to an invitation."""
    client = organization()
    handshake = invitation(client)
    return Client(client.app, INVITED) if by_recipient else client, {"HandshakeId": handshake}


def of_policy(*, attached: bool = False, target: Callable[[Client], str] = unit) -> Prepared:
    """Prepare a policy, and something that it is attached to or is to be."""
    client = organization()
    policy_id, target_id = policy(client), target(client)
    if attached:
        client.do(SERVICE, "AttachPolicy", PolicyId=policy_id, TargetId=target_id)
    return client, {"PolicyId": policy_id, "TargetId": target_id}


def of_root(**given: Any) -> Prepared:
    """Prepare a call about the root."""
    client = organization()
    return client, {name: root(client) for name in given} | {"ParentId": root(client)}


def _new_account() -> Prepared:
    return organization(), {}


def _standalone() -> Prepared:
    return Client(App(World(clock=Clock(frozen_at=NOW))), "111111111111"), {}


def _billing() -> Prepared:
    return organization("CONSOLIDATED_BILLING"), {}


def _unit() -> Prepared:
    client = organization()
    return client, {"OrganizationalUnitId": unit(client)}


def _account() -> Prepared:
    client = organization()
    return client, {"AccountId": account(client)}


def _request() -> Prepared:
    client = organization()
    account(client)
    requests = client.do(SERVICE, "ListCreateAccountStatus")["CreateAccountStatuses"]
    return client, {"CreateAccountRequestId": requests[0]["Id"]}


def _member() -> Prepared:
    client = organization()
    return Client(client.app, account(client)), {}


def _filled_unit() -> Prepared:
    client = organization()
    parent = unit(client)
    client.do(
        SERVICE, "MoveAccount", AccountId=account(client), SourceParentId=root(client), DestinationParentId=parent
    )
    return client, {"ParentId": parent}


def _units() -> Prepared:
    client = organization()
    for name in ("Development", "Production"):
        unit(client, name)
    return client, {"ParentId": root(client)}


def _child() -> Prepared:
    client, given = _filled_unit()
    found = client.do(SERVICE, "ListAccountsForParent", **given)["Accounts"]
    return client, {"ChildId": found[0]["Id"]}


def _move() -> Prepared:
    client = organization()
    return client, {
        "AccountId": account(client),
        "SourceParentId": root(client),
        "DestinationParentId": unit(client),
    }


def _many_requests() -> Prepared:
    client, _ = _request()
    return client, {}


def _under_way() -> Prepared:
    client = organization()
    client.do(SERVICE, "CreateAccount", AccountName="Production Account", Email="susan@example.com")
    return client, {"States": ["IN_PROGRESS", "SUCCEEDED"]}


def _disabled() -> Prepared:
    client = organization()
    client.do(SERVICE, "DisablePolicyType", RootId=root(client), PolicyType="SERVICE_CONTROL_POLICY")
    return client, {"RootId": root(client)}


def _enabled() -> Prepared:
    client = organization()
    return client, {"RootId": root(client)}


def _invited() -> Prepared:
    client = organization()
    invitation(client)
    return Client(client.app, INVITED), {}


def _inviting() -> Prepared:
    client = organization()
    invitation(client)
    return client, {}


def _attached_to_account() -> Prepared:
    client, given = of_policy(attached=True, target=account)
    return client, {"TargetId": given["TargetId"]}


def _everything() -> Prepared:
    client = organization()
    unit(client)
    account(client)
    return client, {}


def _policy_list() -> Prepared:
    client = organization()
    policy(client)
    return client, {}


SCENES: dict[str, list[Callable[[], Prepared]]] = {
    "AcceptHandshake": [lambda: of_invitation(by_recipient=True)],
    "AttachPolicy": [of_policy, lambda: of_policy(target=account)],
    "CancelHandshake": [lambda: of_invitation(by_recipient=False)],
    "CreateAccount": [_new_account],
    "CreateOrganization": [_standalone, _standalone],
    "CreateOrganizationalUnit": [of_root],
    "CreatePolicy": [_new_account],
    "DeclineHandshake": [lambda: of_invitation(by_recipient=True)],
    "DeleteOrganizationalUnit": [_unit],
    "DeletePolicy": [of_policy],
    "DescribeAccount": [_account],
    "DescribeCreateAccountStatus": [_request],
    "DescribeHandshake": [lambda: of_invitation(by_recipient=True)],
    "DescribeOrganization": [_new_account],
    "DescribeOrganizationalUnit": [_unit],
    "DescribePolicy": [of_policy],
    "DetachPolicy": [lambda: of_policy(attached=True)],
    "DisablePolicyType": [_enabled],
    "EnableAllFeatures": [_billing],
    "EnablePolicyType": [_disabled],
    "InviteAccountToOrganization": [_new_account],
    "LeaveOrganization": [_member],
    "ListAccounts": [_everything],
    "ListAccountsForParent": [_filled_unit],
    "ListChildren": [_units],
    "ListCreateAccountStatus": [_many_requests, _under_way],
    "ListHandshakesForAccount": [_invited],
    "ListHandshakesForOrganization": [_inviting],
    "ListOrganizationalUnitsForParent": [_units],
    "ListParents": [_child],
    "ListPolicies": [_policy_list],
    "ListPoliciesForTarget": [_attached_to_account],
    "ListRoots": [_new_account],
    "ListTargetsForPolicy": [_everything],
    "MoveAccount": [_move],
    "RemoveAccountFromOrganization": [_account],
    "UpdateOrganizationalUnit": [_unit],
    "UpdatePolicy": [of_policy, of_policy],
}


def cases() -> Iterator[Any]:
    """Give each example with the scene in which it is played."""
    for operation, examples in EXAMPLES.items():
        for number, example in enumerate(examples):
            yield pytest.param(operation, example, SCENES[operation][number], id=f"{operation}-{number}")


def unescaped(given: Given) -> Given:
    """Write a document as it is meant: some of the examples have it escaped once too often."""
    content = given.get("Content")
    return given | {"Content": content.replace('\\"', '"').replace("\\n", "")} if content else given


def missing(expected: Any, got: Any, at: str = "") -> list[str]:
    """Name what an example's answer has and ours has not, or has in another kind."""
    if isinstance(expected, dict):
        if not isinstance(got, dict):
            return [f"{at} is no structure"]
        absent = [f"{at}.{name} is missing" for name in expected.keys() - got.keys()]
        return absent + [
            found
            for name in expected.keys() & got.keys()
            for found in missing(expected[name], got[name], f"{at}.{name}")
        ]
    if isinstance(expected, list):
        if not isinstance(got, list) or bool(expected) != bool(got):
            return [f"{at} is no list like it"]
        return [found for one in got for found in missing(_likest(expected, one), one, f"{at}[]")]
    if at.endswith("Timestamp"):
        return []
    return [] if type(expected) is type(got) else [f"{at} is {got!r}, not like {expected!r}"]


def _likest(expected: list[Any], got: Any) -> Any:
    """Give the entry of the same type as ours; itself, if AWS's answer has none of its type."""
    kind = got.get("Type") if isinstance(got, dict) else None
    if kind is None:
        return expected[0]
    return next((one for one in expected if one.get("Type") == kind), got)


class TestExamples:
    """The examples that botocore brings along."""

    def test_all_are_played(self) -> None:
        """There are 42, and each has its scene."""
        assert sum(map(len, EXAMPLES.values())) == 42
        assert {name: len(scenes) for name, scenes in SCENES.items()} == {
            name: len(examples) for name, examples in EXAMPLES.items()
        }

    @pytest.mark.parametrize(("operation", "example", "scene"), list(cases()))
    def test_answer(self, operation: str, example: dict[str, Any], scene: Callable[[], Prepared]) -> None:
        """Everything that AWS's answer has, ours has, in the same kind."""
        client, given = scene()
        asked = example.get("input") or {}
        members = {name: given.get(name, value) for name, value in unescaped(asked).items()}
        answer = client.do(SERVICE, operation, **members)
        expected = json.loads(json.dumps(example.get("output") or {}))
        assert missing(expected, answer) == []
        if not expected:
            assert answer == {}
