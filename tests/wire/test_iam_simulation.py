"""Simulated policies on the wire."""

import json
from typing import Any

from tests.wire.botocore_wire import Client

SERVICE = "iam"


def written(effect: str = "Allow", **more: Any) -> str:
    """Write a policy."""
    statement = {"Effect": effect, "Action": "iam:Get*", "Resource": "*"} | more
    return json.dumps({"Version": "2012-10-17", "Statement": statement})


class TestSimulation:
    """SimulateCustomPolicy, SimulatePrincipalPolicy and the condition keys of policies."""

    def test_custom(self, stranger: Client) -> None:
        """Allowed, denied, not allowed: in pages, with the policy that decided."""
        asked = {
            "PolicyInputList": [written(), written("Deny", Action="iam:GetRole")],
            "ActionNames": ["iam:GetUser", "iam:GetRole", "iam:ListUsers"],
        }
        first = stranger.does(SERVICE, "SimulateCustomPolicy", **asked, MaxItems=2)
        rest = stranger.does(SERVICE, "SimulateCustomPolicy", **asked, MaxItems=2, Marker=first["Marker"])
        results = first["EvaluationResults"] + rest["EvaluationResults"]
        assert [one["EvalDecision"] for one in results] == ["allowed", "explicitDeny", "implicitDeny"]
        assert results[1]["MatchedStatements"][0]["SourcePolicyId"] == "PolicyInputList.2"

    def test_principal(self, management: Client, member: Client) -> None:
        """What binds the account has its word, and so has the boundary."""
        member.does(SERVICE, "CreateUser", UserName="Alice")
        member.does(SERVICE, "PutUserPolicy", UserName="Alice", PolicyName="own", PolicyDocument=written())
        asked = {"PolicySourceArn": f"arn:aws:iam::{member.account}:user/Alice", "ActionNames": ["iam:GetUser"]}
        (result,) = member.does(SERVICE, "SimulatePrincipalPolicy", **asked)["EvaluationResults"]
        assert result["EvalDecision"] == "allowed"
        assert result["OrganizationsDecisionDetail"] == {"AllowedByOrganizations": True}
        boundary = [written(Action="sts:*")]
        (result,) = member.does(
            SERVICE, "SimulatePrincipalPolicy", **asked, PermissionsBoundaryPolicyInputList=boundary
        )["EvaluationResults"]
        assert result["PermissionsBoundaryDecisionDetail"] == {"AllowedByPermissionsBoundary": False}
        got = management.is_refused(SERVICE, "SimulatePrincipalPolicy", **asked)
        assert (got.status, got.code) == (404, "NoSuchEntity")

    def test_what_is_not_looked_at(self, stranger: Client) -> None:
        """A policy of a resource, say, is refused by 501 rather than left out."""
        asked = {"PolicyInputList": [written()], "ActionNames": ["iam:GetUser"], "ResourcePolicy": written()}
        got = stranger.is_refused(SERVICE, "SimulateCustomPolicy", **asked)
        assert (got.status, got.code) == (501, "NotImplemented")
        assert "resource_policy" in got.message

    def test_keys(self, stranger: Client) -> None:
        """Named once each; what is no policy is refused."""
        policy = written(
            Condition={"StringEquals": {"aws:PrincipalOrgID": "o-1"}, "Bool": {"aws:SecureTransport": "true"}}
        )
        told = stranger.does(SERVICE, "GetContextKeysForCustomPolicy", PolicyInputList=[policy, policy])
        assert told == {"ContextKeyNames": ["aws:principalorgid", "aws:securetransport"]}
        got = stranger.is_refused(SERVICE, "GetContextKeysForCustomPolicy", PolicyInputList=["{}"])
        assert (got.status, got.code) == (400, "InvalidInput")
        stranger.does(SERVICE, "CreateUser", UserName="Alice")
        arn = f"arn:aws:iam::{stranger.account}:user/Alice"
        asked = {"PolicySourceArn": arn, "PolicyInputList": [policy]}
        assert stranger.does(SERVICE, "GetContextKeysForPrincipalPolicy", **asked) == told
