"""Conditions in calls: the policies that may contain them, and what they decide about the tags of a user.

Source: https://github.com/radkawar/stackd/tree/9dc356f5e5cc49d2d334178a09c1398dd1c62617/testdata/aws/iam
"""

import json
from typing import Any

import pytest

from tests.support.iam_users import client_with_session, policy_allowing, policy_document
from tests.support.wire_client import Client

LEGACY = "The policy failed legacy parsing"
VALUE = "aws:RequestTag/value"
USER = "arn:aws:iam::123456789012:user/test"


@pytest.fixture
def management(management: Client) -> Client:
    """Return a client of an account with a user, and with a role that may tag it."""
    trust = {"Effect": "Allow", "Principal": {"AWS": management.account}, "Action": "sts:AssumeRole"}
    management.do("iam", "CreateUser", UserName="Alice")
    management.do("iam", "CreateRole", RoleName="Tagger", AssumeRolePolicyDocument=policy_document(trust))
    tagging = policy_allowing("iam:TagUser")
    management.do("iam", "PutRolePolicy", RoleName="Tagger", PolicyName="tagging", PolicyDocument=tagging)
    return management


def statement(effect: str, condition: dict[str, Any]) -> dict[str, Any]:
    """Return a statement about TagUser under a condition."""
    return {"Effect": effect, "Action": "iam:TagUser", "Resource": "*", "Condition": condition}


def session_parameters(client: Client, policy: str) -> dict[str, Any]:
    """Return the parameters of AssumeRole with a session policy."""
    arn = f"arn:aws:iam::{client.account}:role/Tagger"
    return {"RoleArn": arn, "RoleSessionName": "session", "Policy": policy}


def may_tag(client: Client, tags: dict[str, str], *statements: dict[str, Any]) -> bool:
    """Return whether a session with a policy may tag the user."""
    reply = client.do("sts", "AssumeRole", **session_parameters(client, policy_document(*statements)))
    session = client_with_session(client, reply["Credentials"])
    entries = [{"Key": key, "Value": value} for key, value in tags.items()]
    return session.call("iam", "TagUser", UserName="Alice", Tags=entries).status == 200


class TestStoredConditions:
    """Policies whose conditions have values that the operators cannot read."""

    @pytest.mark.parametrize(
        ("operator", "value"),
        [
            ("NumericEquals", "NaN"),
            ("DateEquals", "not-a-date"),
            ("ArnLike", "not-an-arn"),
            ("IpAddress", "2001:db8::5/64"),
        ],
    )
    def test_unreadable_value_is_refused_when_stored(self, management: Client, operator: str, value: str) -> None:
        """A stored policy with an unreadable value is refused without effect; a session policy is accepted."""
        policy = policy_document(statement("Allow", {operator: {VALUE: value}}))
        before = management.app.world.state
        for name, parameters in (
            ("PutUserPolicy", {"UserName": "Alice", "PolicyName": "p", "PolicyDocument": policy}),
            ("CreatePolicy", {"PolicyName": "p", "PolicyDocument": policy}),
        ):
            error = management.expect_error("iam", name, **parameters)
            assert (error.status, error.code, error.message) == (400, "MalformedPolicyDocument", LEGACY)
        assert management.app.world.state is before
        management.do("sts", "AssumeRole", **session_parameters(management, policy))

    def test_invalid_base64_is_refused_in_sessions(self, management: Client) -> None:
        """A session policy with a binary value that is not base64 is refused."""
        policy = policy_document(statement("Allow", {"BinaryEquals": {VALUE: "no-binary"}}))
        error = management.expect_error("sts", "AssumeRole", **session_parameters(management, policy))
        assert error.code == "MalformedPolicyDocument"

    def test_inline_policy_needs_no_version(self, management: Client) -> None:
        """An inline policy may lack the version, which a managed policy needs."""
        policy = json.dumps({"Statement": [statement("Allow", {})]})
        management.do("iam", "PutRolePolicy", RoleName="Tagger", PolicyName="p", PolicyDocument=policy)
        error = management.expect_error("iam", "CreatePolicy", PolicyName="p", PolicyDocument=policy)
        assert error.message == "Policy document must be version 2012-10-17 or greater."

    def test_effect_in_lower_case_trusts(self, management: Client) -> None:
        """A trust policy whose effect is in lower case is accepted, and trusts."""
        trust = {"Effect": "allow", "Principal": {"AWS": management.account}, "Action": "sts:AssumeRole"}
        role = management.do("iam", "CreateRole", RoleName="R", AssumeRolePolicyDocument=policy_document(trust))
        management.do("sts", "AssumeRole", RoleArn=role["Role"]["Arn"], RoleSessionName="session")


class TestDecisions:
    """The decisions on TagUser under a condition of a session policy."""

    @pytest.mark.parametrize(
        ("condition", "tags", "is_met"),
        [
            ({"StringEquals": {"aws:TagKeys": "team"}}, {"team": "x"}, False),
            ({"StringNotEquals": {"aws:TagKeys": "team"}}, {"env": "x"}, False),
            ({"ForAnyValue:StringEquals": {"aws:TagKeys": "team"}}, {"team": "x", "env": "x"}, True),
            ({"ForAllValues:StringEquals": {"aws:TagKeys": "team"}}, {"team": "x", "env": "x"}, False),
            ({"StringNotEquals": {"aws:RequestTag/team": "${aws:TagKeys}"}}, {"team": "team"}, True),
            ({"NumericNotEquals": {VALUE: "1"}}, {"value": "no-number"}, True),
            ({"ArnNotLike": {VALUE: "arn:aws:iam::*:user/*"}}, {"value": "not-an-arn"}, False),
            ({"NotIpAddress": {VALUE: "2001:db8::5/64"}}, {"value": "2001:db8::5"}, True),
            ({"Bool": {VALUE: "false"}}, {"value": "yes"}, True),
        ],
    )
    def test_condition_allows_or_denies(
        self, management: Client, condition: dict[str, Any], tags: dict[str, str], *, is_met: bool
    ) -> None:
        """A condition that is met lets an Allow allow and a Deny deny; one that is not met lets neither."""
        assert may_tag(management, tags, statement("Allow", condition)) is is_met
        denied = may_tag(management, tags, statement("Allow", {}), statement("Deny", condition))
        assert denied is not is_met

    @pytest.mark.parametrize("key", ["aws:PrincipalOrgPaths", "aws:ResourceOrgPaths"])
    def test_organization_paths_need_set_operator(self, management: Client, key: str) -> None:
        """The paths of an organization are multivalued keys, though an account has one path."""
        for operator, is_met in (("StringLike", False), ("ForAnyValue:StringLike", True)):
            assert may_tag(management, {"a": "b"}, statement("Allow", {operator: {key: "o-*/r-*/"}})) is is_met

    @pytest.mark.parametrize("operator", ["ArnLike", "ArnNotLike"])
    def test_undecided_condition_does_not_allow_and_denies(self, management: Client, operator: str) -> None:
        """A pattern that is not an ARN does not allow, but denies; another statement may allow."""
        condition, tags = {operator: {VALUE: "not-an-arn"}}, {"value": USER}
        assert not may_tag(management, tags, statement("Allow", condition))
        assert not may_tag(management, tags, statement("Allow", {}), statement("Deny", condition))
        assert may_tag(management, tags, statement("Allow", {}), statement("Allow", condition))

    def test_simulation_differs_from_calls(self, management: Client) -> None:
        """A number that cannot be read meets NumericNotEquals in a call, but not in a simulation."""
        condition = {"NumericNotEquals": {VALUE: "1"}}
        assert may_tag(management, {"value": "no-number"}, statement("Allow", condition))
        entry = {"ContextKeyName": VALUE, "ContextKeyType": "string", "ContextKeyValues": ["no-number"]}
        reply = management.do(
            "iam",
            "SimulateCustomPolicy",
            PolicyInputList=[policy_document(statement("Allow", condition))],
            ActionNames=["iam:TagUser"],
            ContextEntries=[entry],
        )
        assert reply["EvaluationResults"][0]["EvalDecision"] == "implicitDeny"
