"""Simulated policies on the wire."""

import json
from typing import Any

import pytest

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

    # https://docs.aws.amazon.com/cli/latest/reference/iam/simulate-custom-policy.html
    DATED = (
        '{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"dynamodb:*","Resource":"*","Condition":'
        '{"DateGreaterThan":{"aws:CurrentTime":"2018-08-16T12:00:00Z"}}}}'
    )

    @pytest.mark.parametrize(("year", "decision"), [(2019, "allowed"), (2014, "implicitDeny")])
    def test_the_example_of_the_cli(self, stranger: Client, year: int, decision: str) -> None:
        """AWS's own example, and its answer: where the statement stands, or that none allows."""
        entry = {"ContextKeyName": "aws:CurrentTime", "ContextKeyValues": [f"{year}-04-25T11:00:00Z"]}
        asked = {"PolicyInputList": [self.DATED], "ActionNames": ["dynamodb:CreateBackup"]}
        (result,) = stranger.does(
            SERVICE, "SimulateCustomPolicy", **asked, ContextEntries=[entry | {"ContextKeyType": "date"}]
        )["EvaluationResults"]
        statement = {
            "SourcePolicyId": "PolicyInputList.1",
            "SourcePolicyType": "IAM Policy",
            "StartPosition": {"Line": 1, "Column": 38},
            "EndPosition": {"Line": 1, "Column": 167},
        }
        assert result == {
            "EvalActionName": "dynamodb:CreateBackup",
            "EvalResourceName": "*",
            "EvalDecision": decision,
            "MatchedStatements": [statement] if decision == "allowed" else [],
            "MissingContextValues": [],
        }

    def test_resources(self, stranger: Client) -> None:
        """The gravest decision of all, what made it, and the decision on each; by which form their ARNs are."""
        ours, theirs = (f"arn:aws:iam::{stranger.account}:role/{name}" for name in ("Ours", "Theirs"))
        asked = {"PolicyInputList": [written(), written("Deny", Resource=theirs)]}
        (result,) = stranger.does(
            SERVICE, "SimulateCustomPolicy", **asked, ActionNames=["iam:GetRole"], ResourceArns=[ours, theirs]
        )["EvaluationResults"]
        assert result["EvalResourceName"] == "arn:${Partition}:iam::${Account}:role/${RoleNameWithPath}"
        assert result["EvalDecision"] == "explicitDeny"
        assert [one["SourcePolicyId"] for one in result["MatchedStatements"]] == ["PolicyInputList.2"]
        assert result["EvalDecisionDetails"] == {}
        assert [
            (one["EvalResourceName"], one["EvalResourceDecision"], "EvalDecisionDetails" in one)
            for one in result["ResourceSpecificResults"]
        ] == [(ours, "allowed", False), (theirs, "explicitDeny", False)]

    def test_names(self, stranger: Client) -> None:
        """One resource is named, of several the form of their ARNs, if the action is known; without one, anything."""
        arns = ["arn:aws:s3:::a", "arn:aws:s3:::b"]
        asked = {"PolicyInputList": [written()], "ActionNames": ["s3:GetObject", "iam:GetRole"]}
        for resources, names in (
            ([], ["*", "*"]),
            (arns[:1], arns[:1] * 2),
            (arns, ["*", "arn:${Partition}:iam::${Account}:role/${RoleNameWithPath}"]),
        ):
            results = stranger.does(SERVICE, "SimulateCustomPolicy", **asked, ResourceArns=resources)[
                "EvaluationResults"
            ]
            assert [one["EvalResourceName"] for one in results] == names

    def test_missing_keys(self, stranger: Client) -> None:
        """Once each for all resources, and for each resource its own."""
        policy = written(Condition={"StringEquals": {"aws:SourceVpc": "${aws:PrincipalTag/vpc}"}})
        roles = [f"arn:aws:iam::{stranger.account}:role/{name}" for name in ("Ours", "Theirs")]
        asked = {"PolicyInputList": [policy, policy], "ActionNames": ["iam:GetRole"]}
        (result,) = stranger.does(SERVICE, "SimulateCustomPolicy", **asked, ResourceArns=roles)["EvaluationResults"]
        told = [result, *result["ResourceSpecificResults"]]
        assert [one["MissingContextValues"] for one in told] == [["aws:SourceVpc", "aws:PrincipalTag/vpc"]] * 3

    def test_keys_that_are_filled_in(self, stranger: Client) -> None:
        """Who calls is known; what is given outdoes it, and what is not what it should be is refused."""
        bob = f"arn:aws:iam::{stranger.account}:user/Bob"
        policy = written(Condition={"StringEquals": {"aws:username": "Bob", "aws:PrincipalArn": bob}})
        asked = {"PolicyInputList": [policy], "ActionNames": ["iam:GetUser"], "CallerArn": bob}
        (result,) = stranger.does(SERVICE, "SimulateCustomPolicy", **asked)["EvaluationResults"]
        assert result["EvalDecision"] == "allowed"
        entry = {"ContextKeyName": "aws:UserName", "ContextKeyValues": ["Alice"], "ContextKeyType": "string"}
        (result,) = stranger.does(SERVICE, "SimulateCustomPolicy", **asked, ContextEntries=[entry])["EvaluationResults"]
        assert (result["EvalDecision"], result["MissingContextValues"]) == ("implicitDeny", ["aws:PrincipalArn"])
        got = stranger.is_refused(
            SERVICE, "SimulateCustomPolicy", **asked, ContextEntries=[entry | {"ContextKeyType": "numeric"}]
        )
        assert (got.status, got.code) == (400, "InvalidInput")
        assert got.message == "Invalid context value for key aws:UserName: expected numeric format."

    def test_organization(self, stranger: Client) -> None:
        """Service control policies by level, without an organization that has them."""
        everything = {"ServiceControlPolicyInputList": [written(Action="*")]}
        denying = {"ServiceControlPolicyInputList": [written(Action="*"), written("Deny")]}
        asked = {"PolicyInputList": [written()], "ActionNames": ["iam:GetRole"]}
        for levels, decision in (([everything, everything], "allowed"), ([everything, denying], "explicitDeny")):
            (result,) = stranger.does(
                SERVICE, "SimulateCustomPolicy", **asked, OrderedOrganizationPolicyInputList=levels
            )["EvaluationResults"]
            allowed = decision == "allowed"
            assert (result["EvalDecision"], len(result["MatchedStatements"])) == (decision, int(allowed))
            assert result["OrganizationsDecisionDetail"] == {"AllowedByOrganizations": allowed}
        wrong = [{"ServiceControlPolicyInputList": ["{}"]}]
        got = stranger.is_refused(SERVICE, "SimulateCustomPolicy", **asked, OrderedOrganizationPolicyInputList=wrong)
        assert (got.status, got.code) == (400, "InvalidInput")

    def test_policy_of_a_resource(self, stranger: Client) -> None:
        """It names the caller, and of another account each kind of policy is told."""
        bob = f"arn:aws:iam::{stranger.account}:user/Bob"
        asked = {
            "PolicyInputList": [written()],
            "ActionNames": ["iam:GetRole"],
            "ResourceArns": ["arn:aws:iam::111122223333:role/R"],
            "ResourcePolicy": written(Principal={"AWS": bob}),
        }
        got = stranger.is_refused(SERVICE, "SimulateCustomPolicy", **asked)
        assert (got.status, got.code) == (400, "InvalidInput")
        assert got.message == "Invalid caller - Caller cannot be null or empty."
        (result,) = stranger.does(SERVICE, "SimulateCustomPolicy", **asked, CallerArn=bob)["EvaluationResults"]
        assert result["EvalDecision"] == "allowed"
        assert result["EvalDecisionDetails"] == {"IAM Policy": "allowed", "Resource Policy": "allowed"}
        assert [(one["SourcePolicyId"], one["SourcePolicyType"]) for one in result["MatchedStatements"]] == [
            ("PolicyInputList.1", "IAM Policy"),
            ("ResourcePolicy", "Resource Policy"),
        ]
        (specific,) = result["ResourceSpecificResults"]
        assert specific["EvalDecisionDetails"] == result["EvalDecisionDetails"]
        role = f"arn:aws:sts::{stranger.account}:assumed-role/R/me"
        got = stranger.is_refused(SERVICE, "SimulateCustomPolicy", **asked, CallerArn=role)
        assert (got.status, got.code) == (400, "InvalidInput")

    def test_principal(self, management: Client, member: Client) -> None:
        """What binds the account has its word, and so has the boundary."""
        member.does(SERVICE, "CreateUser", UserName="Alice")
        member.does(SERVICE, "PutUserPolicy", UserName="Alice", PolicyName="own", PolicyDocument=written())
        asked = {"PolicySourceArn": f"arn:aws:iam::{member.account}:user/Alice", "ActionNames": ["iam:GetUser"]}
        (result,) = member.does(SERVICE, "SimulatePrincipalPolicy", **asked)["EvaluationResults"]
        assert result["EvalDecision"] == "allowed"
        assert result["OrganizationsDecisionDetail"] == {"AllowedByOrganizations": True}
        (statement,) = result["MatchedStatements"]
        assert (statement["SourcePolicyId"], statement["SourcePolicyType"]) == ("user_Alice_own", "IAM Policy")
        for name in ("Alice", "A*", "Alic?"):
            inline = {"PolicyName": "own", "AttachmentType": "user", "AttachmentName": name}
            (result,) = member.does(
                SERVICE, "SimulatePrincipalPolicy", **asked, PolicyExclusionList=[{"InlinePolicyIdentifier": inline}]
            )["EvaluationResults"]
            assert result["EvalDecision"] == "implicitDeny"
        for one in ({"PolicyType": "scp"}, {"PolicyArn": "arn:aws:iam::aws:policy/None"}):
            (result,) = member.does(SERVICE, "SimulatePrincipalPolicy", **asked, PolicyExclusionList=[one])[
                "EvaluationResults"
            ]
            assert result["EvalDecision"] == "allowed"
            assert ("OrganizationsDecisionDetail" in result) is ("PolicyArn" in one)
        got = member.is_refused(
            SERVICE, "SimulatePrincipalPolicy", **asked, PolicyExclusionList=[{"PolicyArn": "arn:aws:s3:::bucket-name"}]
        )
        assert (got.status, got.code) == (400, "InvalidInput")
        boundary = [written(Action="sts:*")]
        (result,) = member.does(
            SERVICE, "SimulatePrincipalPolicy", **asked, PermissionsBoundaryPolicyInputList=boundary
        )["EvaluationResults"]
        assert result["PermissionsBoundaryDecisionDetail"] == {"AllowedByPermissionsBoundary": False}
        got = management.is_refused(SERVICE, "SimulatePrincipalPolicy", **asked)
        assert (got.status, got.code) == (400, "InvalidInput")
        assert got.message == (
            f"Invalid Policy Source Arn: caller's account {management.account} does not have access to policies in "
            f"account {member.account}."
        )

    def test_group(self, management: Client, member: Client) -> None:
        """What binds its account binds its users."""
        for client in (management, member):
            client.does(SERVICE, "CreateGroup", GroupName="Admins")
            arn = f"arn:aws:iam::{client.account}:group/Admins"
            (result,) = client.does(
                SERVICE, "SimulatePrincipalPolicy", PolicySourceArn=arn, ActionNames=["iam:GetUser"]
            )["EvaluationResults"]
            assert result["EvalDecision"] == "implicitDeny"
            assert ("OrganizationsDecisionDetail" in result) is (client is member)

    def test_what_is_not_looked_at(self, stranger: Client) -> None:
        """The scenarios of Amazon EC2 are refused by 501 rather than left out."""
        asked = {"PolicyInputList": [written()], "ActionNames": ["iam:GetUser"]}
        got = stranger.is_refused(SERVICE, "SimulateCustomPolicy", **asked, ResourceHandlingOption="EC2-VPC-EBS")
        assert (got.status, got.code) == (501, "NotImplemented")
        assert "ResourceHandlingOption" in got.message

    def test_keys(self, stranger: Client) -> None:
        """Named once each; what is no policy is refused."""
        policy = written(
            Condition={"StringEquals": {"aws:PrincipalOrgID": "o-1"}, "Bool": {"aws:SecureTransport": "true"}}
        )
        told = stranger.does(SERVICE, "GetContextKeysForCustomPolicy", PolicyInputList=[policy, policy])
        assert told == {"ContextKeyNames": ["aws:PrincipalOrgID", "aws:SecureTransport"]}
        got = stranger.is_refused(SERVICE, "GetContextKeysForCustomPolicy", PolicyInputList=["{}"])
        assert (got.status, got.code) == (400, "InvalidInput")
        stranger.does(SERVICE, "CreateUser", UserName="Alice")
        arn = f"arn:aws:iam::{stranger.account}:user/Alice"
        asked = {"PolicySourceArn": arn, "PolicyInputList": [policy]}
        assert stranger.does(SERVICE, "GetContextKeysForPrincipalPolicy", **asked) == told
