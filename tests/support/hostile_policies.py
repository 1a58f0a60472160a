"""Operations that take a policy document, and invalid documents for them."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest

from tests.support.wire_client import Answer, Client
from tests.wire.error_tables.iam_policies import MINE, POLICY, TRUST

ACCOUNT = "111122223333"
ROLE = f"arn:aws:iam::{ACCOUNT}:role/Dev"
SYNTAX, LONG = "MalformedPolicyDocument", 120_000
MAX_SIZES = {
    "SERVICE_CONTROL_POLICY": 10_240,
    "RESOURCE_CONTROL_POLICY": 5_120,
    "TAG_POLICY": 10_000,
    "AISERVICES_OPT_OUT_POLICY": 2_500,
}
"""The maximum number of characters of each policy type."""


@dataclass(frozen=True)
class PolicyInput:
    """An operation that takes a policy document, and its error codes for invalid ones."""

    service: str
    operation: str
    parameters: Callable[[str], dict[str, Any]]
    error_code: str = SYNTAX
    error_code_if_long: str = SYNTAX
    """The code for an invalid document of 120,000 characters."""

    def expect_error(self, client: Client, document: str) -> Answer:
        """Call the operation with a document that is refused; the emulator still answers afterwards."""
        error = client.expect_error(self.service, self.operation, **self.parameters(document))
        assert client.do("sts", "GetCallerIdentity")["Account"] == ACCOUNT
        return error

    def accept(self, client: Client, document: str) -> None:
        """Call the operation with a valid policy."""
        client.do(self.service, self.operation, **self.parameters(document))


def organization_policy(policy_type: str) -> PolicyInput:
    """Return the creation of a policy of an organization."""
    return PolicyInput(
        "organizations",
        "CreatePolicy",
        lambda document: {"Name": "New", "Description": "", "Type": policy_type, "Content": document},
        "MalformedPolicyDocumentException",
        "ConstraintViolationException",
    )


def inline(kind: str, name: str, policy: str = "New") -> PolicyInput:
    """Return the creation of an inline policy."""
    members = {f"{kind}Name": name, "PolicyName": policy}
    return PolicyInput("iam", f"Put{kind}Policy", lambda document: members | {"PolicyDocument": document})


POLICY_INPUTS = {
    "managed": PolicyInput("iam", "CreatePolicy", lambda document: {"PolicyName": "New", "PolicyDocument": document}),
    "version": PolicyInput(
        "iam", "CreatePolicyVersion", lambda document: {"PolicyArn": MINE, "PolicyDocument": document}
    ),
    "user": inline("User", "Alice"),
    "group": inline("Group", "Admins"),
    "role": inline("Role", "Dev"),
    "trust": PolicyInput(
        "iam", "CreateRole", lambda document: {"RoleName": "New", "AssumeRolePolicyDocument": document}
    ),
    "new trust": PolicyInput(
        "iam", "UpdateAssumeRolePolicy", lambda document: {"RoleName": "Dev", "PolicyDocument": document}
    ),
    "simulated": PolicyInput(
        "iam",
        "SimulateCustomPolicy",
        lambda document: {"PolicyInputList": [document], "ActionNames": ["iam:GetUser"]},
        "InvalidInput",
        "InvalidInput",
    ),
    "session": PolicyInput(
        "sts", "AssumeRole", lambda document: {"RoleArn": ROLE, "RoleSessionName": "me", "Policy": document}
    ),
    "federation": PolicyInput(
        "sts",
        "GetFederationToken",
        lambda document: {"Name": "bob", "Policy": document},
        SYNTAX,
        "ValidationError",
    ),
    "resource": PolicyInput(
        "organizations",
        "PutResourcePolicy",
        lambda document: {"Content": document},
        "InvalidInputException",
        "InvalidInputException",
    ),
    **{name: organization_policy(name) for name in MAX_SIZES},
}
every_policy_input = pytest.mark.parametrize("policy_input", POLICY_INPUTS.values(), ids=POLICY_INPUTS)


def policy_with(**elements: Any) -> str:
    """Return a policy with one statement."""
    statement = {"Effect": "Allow", "Action": "iam:GetUser", "Resource": "*"} | elements
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


def with_value(json_value: str, operator: str = "NumericLessThan", key: str = "aws:EpochTime") -> str:
    """Return a policy whose condition contains a value, given as JSON text."""
    return policy_with(Condition={operator: {key: "@"}}).replace('"@"', json_value)


INVALID_DOCUMENTS = {
    "a list": "[]",
    "a text": '"policy"',
    "a number": "1",
    "null": "null",
    "true": "true",
    "NaN": "NaN",
    "an empty object": "{}",
    "white space": " \t\r\n",
    "half an object": '{"Version": "2012-10-17"',
    "two objects": "{} {}",
    "nested lists": "[" * 1_000 + "]" * 1_000,
    "nested objects": '{"a":' * 300 + "1" + "}" * 300,
    "never closed": "[" * 1_900,
    "nested values": with_value("[" * 800 + "]" * 800),
    "a version beyond all": '{"Version": 1e999999}',
    "not a number inside": with_value("NaN"),
    "infinity inside": with_value("-Infinity"),
    "an unknown operator": policy_with(Condition={"StringSortOf": {"aws:username": "a"}}),
    "an unknown element": policy_with(Colour="blue"),
    "an operator of a lone surrogate": policy_with(Condition={"\ud800": {"aws:username": "a"}}),
    "an element of a lone surrogate": policy_with(**{"\udfff": "a"}),
    "an action of a lone surrogate": policy_with(Action="\ud800"),
    "an action of NUL": policy_with(Action="\x00"),
    "statements of nothing": json.dumps({"Version": "2012-10-17", "Statement": [{}] * 400}),
}
LONG_DOCUMENTS = {
    "nested lists": "[" * (LONG // 2) + "]" * (LONG // 2),
    "nested objects": '{"a":' * (LONG // 6) + "1" + "}" * (LONG // 6),
    "never closed": "[" * LONG,
    "an enormous number": "9" * LONG,
    "an enormous number inside": with_value("9" * LONG),
    "10,000 statements": json.dumps({"Version": "2012-10-17", "Statement": [{"a": 1}] * 10_000}),
}


def prepare_account(client: Client) -> Client:
    """Create the resources that the operations name, and return the client."""
    client.do("iam", "CreateUser", UserName="Alice")
    client.do("iam", "CreateGroup", GroupName="Admins")
    client.do("iam", "CreateRole", RoleName="Dev", AssumeRolePolicyDocument=TRUST)
    client.do("iam", "CreatePolicy", PolicyName="Mine", PolicyDocument=POLICY)
    root = client.do("organizations", "ListRoots")["Roots"][0]["Id"]
    for policy_type in list(MAX_SIZES)[1:]:
        client.do("organizations", "EnablePolicyType", RootId=root, PolicyType=policy_type)
    return client
