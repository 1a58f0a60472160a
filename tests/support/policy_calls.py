"""Calls of the policy operations of AWS Organizations that several tests of the wire make."""

import json
from typing import Any

from artifact_state import catalog
from artifact_state.record import replace
from tests.support.wire_client import Client
from tests.support.wire_organizations import SERVICE, root_id, set_options

SCP, RCP, TAG_POLICY = "SERVICE_CONTROL_POLICY", "RESOURCE_CONTROL_POLICY", "TAG_POLICY"
FULL_ACCESS = "p-FullAWSAccess"
DENY = json.dumps({"Version": "2012-10-17", "Statement": {"Effect": "Deny", "Action": "artifact:*", "Resource": "*"}})
NO_TAGS = '{"tags": {}}'
PAGES_OF_23: tuple[tuple[list[int], dict[str, int]], ...] = (
    ([20, 3], {}),
    ([10, 10, 3], {"MaxResults": 10}),
    ([1] * 23, {"MaxResults": 1}),
)
"""The sizes of the pages of 23 items, and the parameters that ask for them."""


def create_policy(client: Client, name: str = "Deny", **parameters: Any) -> str:
    """Create a policy, by default a service control policy, and return its id."""
    members = {"Name": name, "Description": "", "Content": DENY, "Type": SCP} | parameters
    policy_id: str = client.do(SERVICE, "CreatePolicy", **members)["Policy"]["PolicySummary"]["Id"]
    return policy_id


def attach_policy(client: Client, policy_id: str, target_id: str) -> None:
    """Attach a policy, and assert that the reply is empty."""
    assert client.do(SERVICE, "AttachPolicy", PolicyId=policy_id, TargetId=target_id) == {}


def detach_policy(client: Client, policy_id: str, target_id: str) -> None:
    """Detach a policy, and assert that the reply is empty."""
    assert client.do(SERVICE, "DetachPolicy", PolicyId=policy_id, TargetId=target_id) == {}


def enable_policy_type(client: Client, policy_type: str) -> None:
    """Enable a policy type in the root."""
    client.do(SERVICE, "EnablePolicyType", RootId=root_id(client), PolicyType=policy_type)


def enable_scps(client: Client) -> Client:
    """Enable service control policies in the root, and return the client."""
    enable_policy_type(client, SCP)
    return client


def set_scp_limits(client: Client, **limits: Any) -> None:
    """Change limits of service control policies in the client's world."""
    quotas = catalog.quotas()
    policies = {**quotas.policies, SCP: replace(quotas.policies[SCP], **limits)}
    set_options(client, quotas=replace(quotas, policies=policies))


def delegation_document(account: str, *actions: str) -> str:
    """Return a resource policy that delegates actions of AWS Organizations to an account."""
    statement = {
        "Effect": "Allow",
        "Principal": {"AWS": f"arn:aws:iam::{account}:root"},
        "Action": [f"organizations:{action}" for action in actions],
        "Resource": "*",
    }
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})
