"""Simulations as boto3 has them: what a role of a member account may do, and what it might without a policy."""

import json
from typing import Any

import pytest

from tests.support.sdk_accounts import Account

ACTION = "iam:CreateUser"
SCP = {"Version": "2012-10-17", "Statement": [{"Effect": "Deny", "Action": ACTION, "Resource": "*"}]}
OWN = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "iam:*", "Resource": "*"}]}


@pytest.fixture
def role(management: Account, member: Account) -> str:
    """Give a role of a member account whose policy allows what a service control policy denies."""
    organizations = management.organizations
    made = organizations.create_policy(
        Name="no-users", Description="", Type="SERVICE_CONTROL_POLICY", Content=json.dumps(SCP)
    )
    organizations.attach_policy(PolicyId=made["Policy"]["PolicySummary"]["Id"], TargetId=member.id)
    arn: str = member.iam.create_role(RoleName="none", AssumeRolePolicyDocument=_trust())["Role"]["Arn"]
    member.iam.put_role_policy(RoleName="none", PolicyName="own", PolicyDocument=json.dumps(OWN))
    return arn


class TestSimulation:
    """simulate_principal_policy and simulate_custom_policy."""

    def test_what_if(self, member: Account, role: str) -> None:
        """The organization denies what its own policy allows; without either it is told what would be decided."""
        asked: dict[str, Any] = {"PolicySourceArn": role, "ActionNames": [ACTION, "iam:GetUser"]}

        def decisions(**more: Any) -> list[str]:
            pages = member.iam.get_paginator("simulate_principal_policy").paginate(
                **asked, **more, PaginationConfig={"PageSize": 1}
            )
            return [one["EvalDecision"] for page in pages for one in page["EvaluationResults"]]

        assert decisions() == ["explicitDeny", "allowed"]
        assert decisions(PolicyExclusionList=[{"PolicyType": "scp"}]) == ["allowed", "allowed"]
        inline = {"PolicyName": "own", "AttachmentType": "role", "AttachmentName": "n*"}
        assert decisions(PolicyExclusionList=[{"InlinePolicyIdentifier": inline}]) == ["explicitDeny", "implicitDeny"]

    def test_where_it_stands(self, member: Account) -> None:
        """The statement is found in its policy by where it begins and ends."""
        policy = json.dumps({"Version": "2012-10-17", "Statement": [*SCP["Statement"], *OWN["Statement"]]})
        (result,) = member.iam.simulate_custom_policy(PolicyInputList=[policy], ActionNames=["iam:GetUser"])[
            "EvaluationResults"
        ]
        (statement,) = result["MatchedStatements"]
        begin, end = (statement[place]["Column"] - 1 for place in ("StartPosition", "EndPosition"))
        assert json.loads(policy[begin:end].lstrip(", ")) == OWN["Statement"][0]


def _trust() -> str:
    statement = {"Effect": "Allow", "Principal": {"Service": "ec2.amazonaws.com"}, "Action": "sts:AssumeRole"}
    return json.dumps({"Version": "2012-10-17", "Statement": statement})
