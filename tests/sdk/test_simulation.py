"""Policy simulations of a role in a member account, with boto3."""

import json
from typing import Any

import pytest

from tests.support.sdk_accounts import Account

ACTION = "iam:CreateUser"
SCP = {"Version": "2012-10-17", "Statement": [{"Effect": "Deny", "Action": ACTION, "Resource": "*"}]}
OWN = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "iam:*", "Resource": "*"}]}


@pytest.fixture
def role(management: Account, member: Account) -> str:
    """The ARN of a role in a member account whose policy allows an action that an SCP denies."""
    organizations = management.organizations
    root = organizations.list_roots()["Roots"][0]
    organizations.enable_policy_type(RootId=root["Id"], PolicyType="SERVICE_CONTROL_POLICY")
    policy = organizations.create_policy(
        Name="no-users", Description="", Type="SERVICE_CONTROL_POLICY", Content=json.dumps(SCP)
    )
    organizations.attach_policy(PolicyId=policy["Policy"]["PolicySummary"]["Id"], TargetId=member.id)
    arn: str = member.iam.create_role(RoleName="none", AssumeRolePolicyDocument=_trust())["Role"]["Arn"]
    member.iam.put_role_policy(RoleName="none", PolicyName="own", PolicyDocument=json.dumps(OWN))
    return arn


class TestSimulation:
    """simulate_principal_policy and simulate_custom_policy."""

    def test_decision_changes_without_excluded_policies(self, member: Account, role: str) -> None:
        """The SCP denies what the role's policy allows; the result changes if either of the two is excluded."""
        arguments: dict[str, Any] = {"PolicySourceArn": role, "ActionNames": [ACTION, "iam:GetUser"]}

        def decisions(**exclusions: Any) -> list[str]:
            pages = member.iam.get_paginator("simulate_principal_policy").paginate(
                **arguments, **exclusions, PaginationConfig={"PageSize": 1}
            )
            return [result["EvalDecision"] for page in pages for result in page["EvaluationResults"]]

        assert decisions() == ["explicitDeny", "allowed"]
        assert decisions(PolicyExclusionList=[{"PolicyType": "scp"}]) == ["allowed", "allowed"]
        inline = {"PolicyName": "own", "AttachmentType": "role", "AttachmentName": "n*"}
        assert decisions(PolicyExclusionList=[{"InlinePolicyIdentifier": inline}]) == ["explicitDeny", "implicitDeny"]

    def test_matched_statement_has_its_position(self, member: Account) -> None:
        """The start and end positions of a matched statement delimit it in its policy."""
        policy = json.dumps({"Version": "2012-10-17", "Statement": [*SCP["Statement"], *OWN["Statement"]]})
        (result,) = member.iam.simulate_custom_policy(PolicyInputList=[policy], ActionNames=["iam:GetUser"])[
            "EvaluationResults"
        ]
        (statement,) = result["MatchedStatements"]
        begin, end = (statement[position]["Column"] - 1 for position in ("StartPosition", "EndPosition"))
        assert json.loads(policy[begin:end].lstrip(", ")) == OWN["Statement"][0]


def _trust() -> str:
    statement = {"Effect": "Allow", "Principal": {"Service": "ec2.amazonaws.com"}, "Action": "sts:AssumeRole"}
    return json.dumps({"Version": "2012-10-17", "Statement": statement})
