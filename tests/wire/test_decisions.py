"""The decision log: enforcement modes, explanations, policy suggestions and confused deputies."""

import json
from typing import Any

import pytest

from artifact_emulator.app import App
from artifact_state.world import World
from tests.support.authorization import ADMIN, ALLOW_ALL, ARTIFACT, DENY_LEAVING, attach_scp, request_id_of
from tests.support.control_api import control_refusal, control_reply, control_result
from tests.support.iam_users import create_user, policy_document
from tests.support.policy_calls import enable_scps
from tests.support.wire_client import Client


@pytest.fixture
def management(management: Client) -> Client:
    """Return the client of the management account, whose service control policies are enabled."""
    return enable_scps(management)


class TestModes:
    """`--iam enforce|audit|off`."""

    @pytest.mark.parametrize(("iam", "is_evaluated"), [("audit", True), ("off", False)])
    def test_audit_records_and_off_ignores_denials(self, iam: Any, *, is_evaluated: bool) -> None:
        """Mode `audit` records denials without enforcing them; mode `off` evaluates nothing."""
        stranger = Client(App(World(), iam=iam), "999988887777")
        alice = create_user(stranger)
        answer = alice.call("iam", "ListUsers")
        assert answer.status == 200
        decision = control_result(stranger.app, "GET", f"/_emulator/decisions/{request_id_of(answer)}")
        assert decision["allowed"] is not is_evaluated
        if is_evaluated:
            assert decision["enforced"] is False


class TestExplanation:
    """GET `/_emulator/decisions/<request id>`."""

    def test_explanation_of_implicit_denial_has_a_remedy(self, member: Client) -> None:
        """The explanation lists every evaluated policy and a remedy, which makes the call succeed."""
        alice = create_user(member, policy_document({"Effect": "Allow", "Action": "organizations:*", "Resource": "*"}))
        error = alice.expect_error("iam", "ListUsers")
        decision = control_result(member.app, "GET", f"/_emulator/decisions/{request_id_of(error)}")["decisions"][0]
        assert decision["message"] == error.message
        assert decision["decided_by"] == {
            "kind": "identity-based policy",
            "level": None,
            "policy": None,
            "statement": None,
        }
        assert [(policy["kind"], policy["level"], policy["effect"]) for policy in decision["consulted"]] == [
            ("service control policy", 0, "Allow"),
            ("service control policy", 1, "Allow"),
            ("identity-based policy", None, None),
        ]
        remedy = json.loads(decision["cure"].partition("that has ")[2])
        member.do("iam", "PutUserPolicy", UserName="Alice", PolicyName="remedy", PolicyDocument=policy_document(remedy))
        answer = alice.call("iam", "ListUsers")
        decision = control_result(member.app, "GET", f"/_emulator/decisions/{request_id_of(answer)}")["decisions"][0]
        assert decision["reason"].startswith("A statement of an identity-based policy allows it")

    def test_explanation_of_explicit_denial_names_statement(self, management: Client, member: Client) -> None:
        """The explanation names the level, the policy and the statement that denied."""
        attach_scp(management, DENY_LEAVING, member.account)
        error = member.expect_error("organizations", "LeaveOrganization")
        decision = control_result(member.app, "GET", f"/_emulator/decisions/{request_id_of(error)}")["decisions"][0]
        assert decision["decided_by"]["level"] == 1
        assert decision["decided_by"]["statement"] == "Stay"
        assert decision["documentation"].startswith("https://docs.aws.amazon.com/")
        assert "Stay" in decision["cure"]
        assert decision["reason"].startswith("A statement of a service control policy denies it")

    def test_header_links_to_explanation(self) -> None:
        """With `explain`, the reply to an evaluated call has a header with the path of its explanation."""
        stranger = Client(App(World(), explain=True), "999988887777")
        error = create_user(stranger).expect_error("iam", "ListUsers")
        path = dict(error.reply.headers)["x-artifact-emulator-decision"]
        assert control_result(stranger.app, "GET", path)["allowed"] is False
        assert "x-artifact-emulator-decision" not in dict(stranger.call("iam", "ListUsers").reply.headers)

    def test_call_of_root_user_has_no_decisions(self, stranger: Client) -> None:
        """A call of an exempt root user has no decisions, and an unknown request id is not found."""
        answer = stranger.call("iam", "ListUsers")
        decision = control_result(stranger.app, "GET", f"/_emulator/decisions/{request_id_of(answer)}")
        assert (decision["allowed"], decision["decisions"]) == (True, [])
        assert control_refusal(stranger.app, "GET", "/_emulator/decisions/none")[0] == 404


class TestSuggestion:
    """GET `/_emulator/policy-suggestion`."""

    def test_suggested_policy_allows_only_past_calls(self, stranger: Client) -> None:
        """A user with the suggested policy can repeat the calls, and make no others."""
        admin = create_user(stranger, ADMIN)
        admin.do("iam", "ListUsers")
        admin.do("iam", "GetUser", UserName="Alice")
        admin.do("artifact", "ListReports")
        arn = f"arn:aws:iam::{stranger.account}:user/Alice"
        suggested = control_result(stranger.app, "GET", f"/_emulator/policy-suggestion?principal={arn}")
        bob = create_user(stranger, json.dumps(suggested), name="Bob")
        bob.do("iam", "ListUsers")
        bob.do("iam", "GetUser", UserName="Alice")
        bob.expect_error("iam", "GetUser", UserName="Bob")
        bob.expect_error("iam", "ListRoles")

    def test_suggested_policy_uses_resources_of_past_calls(self, stranger: Client) -> None:
        """The policy names resources that were deleted since, and resources that a call created."""
        admin = create_user(stranger, ADMIN)
        policy = admin.do("iam", "CreatePolicy", PolicyName="Mine", Path="/x/", PolicyDocument=ALLOW_ALL)["Policy"]
        admin.do("iam", "DeletePolicy", PolicyArn=policy["Arn"])
        admin.do("organizations", "CreateOrganization")
        arn = f"arn:aws:iam::{stranger.account}:user/Alice"
        suggested = control_result(stranger.app, "GET", f"/_emulator/policy-suggestion?principal={arn}")
        linked = f"arn:aws:iam::{stranger.account}:role/aws-service-role/organizations.amazonaws.com/*"
        assert {
            action: statement["Resource"] for statement in suggested["Statement"] for action in statement["Action"]
        } == {
            "iam:CreatePolicy": [policy["Arn"]],
            "iam:DeletePolicy": [policy["Arn"]],
            "iam:CreateServiceLinkedRole": [linked.replace("*", "AWSServiceRoleForOrganizations")],
            "organizations:CreateOrganization": ["*"],
        }
        stranger.do("organizations", "DeleteOrganization")
        create_user(stranger, json.dumps(suggested), name="Bob").do("organizations", "CreateOrganization")


class TestConfusedDeputy:
    """POST `/_emulator/assume-as-service`."""

    def test_source_account_condition_prevents_confused_deputy(self, management: Client, stranger: Client) -> None:
        """A role that trusts a service can be used for other accounts unless a condition limits them."""
        trust = {"Effect": "Allow", "Principal": {"Service": ARTIFACT}, "Action": "sts:AssumeRole"}
        created = management.do("iam", "CreateRole", RoleName="Deputy", AssumeRolePolicyDocument=policy_document(trust))
        attack = {"service": ARTIFACT, "role_arn": created["Role"]["Arn"], "source_account": stranger.account}
        session = control_result(management.app, "POST", "/_emulator/assume-as-service", attack)
        assert session["arn"] == f"arn:aws:sts::{management.account}:assumed-role/Deputy/service"
        own = {"Condition": {"StringEquals": {"aws:SourceAccount": management.account}}}
        protected = policy_document(trust | own)
        management.do("iam", "UpdateAssumeRolePolicy", RoleName="Deputy", PolicyDocument=protected)
        assert control_refusal(management.app, "POST", "/_emulator/assume-as-service", attack)[0] == 403
        control_result(
            management.app, "POST", "/_emulator/assume-as-service", attack | {"source_account": management.account}
        )
        events = control_result(management.app, "GET", "/_emulator/events?name=AssumeRole")["events"]
        assert [event.get("errorCode", "") for event in events] == ["", "AccessDenied", ""]
        assert events[0]["userIdentity"] == {"type": "AWSService", "invokedBy": ARTIFACT}

    def test_unknown_decision_is_not_found(self, app: App) -> None:
        """An encoded question mark in the path is part of the request id."""
        assert control_refusal(app, "GET", "/_emulator/decisions/a%3Fb")[0] == 404

    @pytest.mark.parametrize("arn", ["", "x", "arn:aws:iam", "::::", "arn:aws:iam::111122223333:user/u"])
    def test_assumption_of_no_role_is_refused(self, app: App, arn: str) -> None:
        """A role that is not named by an ARN is refused with status 400."""
        body = {"service": ARTIFACT, "role_arn": arn}
        assert control_refusal(app, "POST", "/_emulator/assume-as-service", body)[0] == 400

    def test_incomplete_assumption_is_refused(self, app: App) -> None:
        """A body without the required members is refused with status 400."""
        assert control_reply(app, "POST", "/_emulator/assume-as-service", {"service": ARTIFACT}).status == 400
