"""Deny statements of public collections, against boto3's calls to moto behind the gate."""

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError

from artifact_emulator import emulate

MANAGEMENT, MEMBER = "111122223333", "100000000001"
LEAST_DECIDED = 0.95
FILE = Path(__file__).with_name("public_service_control_policies.json")
POLICIES = json.loads(FILE.read_text("utf-8"))["policies"]
DENIALS = ("AccessDenied", "AuthorizationError", "UnauthorizedOperation", "403")


class Callers:
    """The clients of a member's root user and of an administrator, which are created once."""

    def __init__(self) -> None:
        iam = boto3.client("iam")
        iam.create_user(UserName="u")
        allowing = {"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "*", "Resource": "*"}}
        iam.put_user_policy(UserName="u", PolicyName="all", PolicyDocument=json.dumps(allowing))
        key = iam.create_access_key(UserName="u")["AccessKey"]
        self._clients: dict[tuple[str, ...], Any] = {}
        self._sessions = {
            "user": boto3.Session(key["AccessKeyId"], key["SecretAccessKey"]),
            "root": boto3.Session(MEMBER, "x"),
        }

    def client(self, *names: str) -> Any:
        """Return the client of a caller for a service and a region."""
        if names not in self._clients:
            caller, service, region = names
            self._clients[names] = self._sessions[caller].client(service, region_name=region)
        return self._clients[names]

    def outcome(self, call: Mapping[str, Any]) -> str:
        """Make a call and return whether it was denied, allowed, or refused because too little is known of it."""
        client = self.client(call.get("caller", "user"), call["service"], call.get("region", "eu-west-1"))
        try:
            getattr(client, call["operation"])(**call["members"])
        except ClientError as error:
            details = error.response["Error"]
            if "artifact-emulator does not know" in details.get("Message", ""):
                return "open"
            return "denied" if details["Code"].startswith(DENIALS) else "allowed"
        except Exception:  # noqa: BLE001 - moto was reached, and does not have the operation or does not take the input.
            return "allowed"
        return "allowed"


@contextmanager
def attached(statements: list[Any]) -> Iterator[None]:
    """Attach a policy with statements to the root for the block."""
    organizations = boto3.client("organizations", aws_access_key_id=MANAGEMENT, aws_secret_access_key="x")
    root = organizations.list_roots()["Roots"][0]["Id"]
    content = json.dumps({"Version": "2012-10-17", "Statement": statements})
    created = organizations.create_policy(Name="p", Description="p", Type="SERVICE_CONTROL_POLICY", Content=content)
    policy_id = created["Policy"]["PolicySummary"]["Id"]
    organizations.attach_policy(PolicyId=policy_id, TargetId=root)
    yield
    organizations.detach_policy(PolicyId=policy_id, TargetId=root)
    organizations.delete_policy(PolicyId=policy_id)


@pytest.fixture(scope="module")
def results() -> list[str]:
    """The calls whose outcome is not that of the flow chart, with it, and "" for each other call."""
    lines = []
    with emulate(scenario="landing-zone", account=MEMBER, others="moto"):
        callers = Callers()
        for policy in POLICIES:
            with attached(policy["statements"]):
                for call in policy["calls"]:
                    outcome = callers.outcome(call)
                    expected = "denied" if call["denied"] else "allowed"
                    call_text = f"{call['service']} {call['operation']} {call['members']} under {policy['source']}"
                    lines.append("" if outcome == expected else f"{outcome}, not {expected}: {call_text}")
    return lines


def test_no_call_is_decided_otherwise(results: list[str]) -> None:
    """A call that a policy denies never reaches moto, and no other one is denied for certain."""
    assert [line for line in results if line and not line.startswith("open")] == []


def test_most_calls_are_decided(results: list[str]) -> None:
    """Nearly all calls are decided; the others are refused because too little is known of them."""
    undecided = [line for line in results if line]
    assert 1 - len(undecided) / len(results) >= LEAST_DECIDED, "\n".join(undecided)
