"""The IAM Toolbox: details of denied requests, their policies, who may read them, and for how long."""

import json
from datetime import timedelta
from functools import partial
from typing import Any

import pytest

from artifact_emulator.app import App
from artifact_emulator.aws.authorization.authorization_id import authorization_id_of, request_id_of
from artifact_emulator.aws.authorization.decision_log import CAPACITY
from artifact_emulator.world_runtime import runtime_of
from artifact_state.clock import Clock
from artifact_state.model import State
from artifact_state.world import World
from tests.support.authorization import ADMIN, ALLOW_ALL, DENY_LEAVING, attach_scp
from tests.support.authorization import request_id_of as request_id_of_answer
from tests.support.call_counting import count_calls
from tests.support.control_api import control_result
from tests.support.iam_users import client_with_session, create_user, policy_document
from tests.support.policy_calls import enable_scps
from tests.support.wire_client import Answer, Client
from tests.wire.conftest import NOW

TOOLBOX, DETAILS, POLICY = "iam-toolbox", "GetRequestAuthorizationDetails", "GetRequestAuthorizationPolicy"
SCP = "SERVICE_CONTROL_POLICY"
LINK = "https://us-east-1.console.aws.amazon.com/iam/home?region=us-east-1#/authorization-details/"
ONE_DAY = timedelta(hours=24)
DENY_USERS = policy_document(
    {"Effect": "Allow", "Action": "*", "Resource": "*"},
    {"Sid": "NoUsers", "Effect": "Deny", "Action": "iam:ListUsers", "Resource": "*"},
)


def authorization_id_in(message: str) -> str:
    """Return the authorization id at the end of a message of IAM."""
    return message.rpartition("authorization id: ")[2]


def denied(client: Client) -> str:
    """Call ListUsers, which must be denied, and return the authorization id."""
    return authorization_id_in(client.expect_error("iam", "ListUsers").message)


def plain_id_of(answer: Answer) -> str:
    """Return the request id of an answer without its dashes."""
    return request_id_of_answer(answer).replace("-", "")


def details(client: Client, authorization_id: str) -> dict[str, Any]:
    """Return the details of a denial."""
    return client.do(TOOLBOX, DETAILS, authorizationId=authorization_id)


def refusal_code(client: Client, authorization_id: str) -> str:
    """Return the code of the error of a client that may not see the details of a denial."""
    return client.expect_error(TOOLBOX, DETAILS, authorizationId=authorization_id).code


class TestAuthorizationId:
    """The ids by which details are found."""

    def test_message_of_iam_ends_with_link_and_id(self, stranger: Client) -> None:
        """IAM's message ends with AWS's page and the authorization id, of 25 lower-case letters and digits."""
        message = create_user(stranger).expect_error("iam", "ListUsers").message
        identifier = authorization_id_in(message)
        assert message.endswith(
            f"the iam:ListUsers action. Go to {LINK}{identifier} for complete details, or call the "
            f"GetRequestAuthorizationDetails API with the following authorization id: {identifier}"
        )
        assert len(identifier) == 25
        assert identifier.isalnum()
        assert identifier.lower() == identifier

    def test_cloudtrail_records_whole_message(self, stranger: Client) -> None:
        """CloudTrail's errorMessage is the message with the id."""
        message = create_user(stranger).expect_error("iam", "ListUsers").message
        events = control_result(stranger.app, "GET", "/_emulator/events?name=ListUsers")["events"]
        assert events[-1]["errorMessage"] == message

    @pytest.mark.parametrize(
        ("service", "operation", "parameters"),
        [
            ("iam", "ListOrganizationsFeatures", {}),
            ("artifact", "ListAgreements", {}),
            ("organizations", "ListRoots", {}),
            ("sts", "AssumeRole", {"RoleArn": "arn:aws:iam::999988887777:role/r", "RoleSessionName": "me"}),
            (TOOLBOX, DETAILS, {"authorizationId": "a"}),
        ],
    )
    def test_other_messages_have_no_id(
        self, stranger: Client, service: str, operation: str, parameters: dict[str, Any]
    ) -> None:
        """The messages of other services, and of IAM's features of organizations, have no id."""
        error = create_user(stranger).expect_error(service, operation, **parameters)
        assert "authorization id" not in error.message

    @pytest.mark.parametrize("number", [0, 1, 2**64, 2**128 - 1])
    def test_id_stands_for_request_id(self, number: int) -> None:
        """The id is found in a message, however the caller is named, and stands for one request id."""
        request_id = f"{number:032x}"
        dashed = f"{request_id[:8]}-{request_id[8:12]}-{request_id[12:16]}-{request_id[16:20]}-{request_id[20:]}"
        identifier = authorization_id_of(dashed)
        name = "a" * 25
        for text in (identifier, request_id, dashed, f"User: arn:aws:iam::1:user/{name} ... id: {identifier}"):
            assert request_id_of(text) == dashed

    @pytest.mark.parametrize("text", ["", "none", "z" * 25, "0" * 33])
    def test_text_without_id_stands_for_no_call(self, text: str) -> None:
        """A text without an id, or with a number that no request id has, is returned as it is."""
        assert request_id_of(text) == text


class TestDetails:
    """GetRequestAuthorizationDetails."""

    def test_implicit_denial_has_check_of_principal(self, stranger: Client) -> None:
        """A user without a policy is denied by the check of the principal, which no statement matched."""
        answer = details(stranger, denied(create_user(stranger)))
        (evaluation,) = answer["evaluations"]
        assert (evaluation["action"], evaluation["evaluatedEffect"]) == ("iam:ListUsers", "IMPLICIT_DENY")
        assert evaluation["checks"] == [
            {
                "checkType": "PRINCIPAL",
                "evaluatedEffect": "IMPLICIT_DENY",
                "relevantPolicyTypes": ["IDENTITY_BASED_POLICY"],
                "matchedPolicies": [],
            }
        ]
        assert answer["policies"] == []

    def test_request_context_describes_caller_and_call(self, stranger: Client) -> None:
        """The context has the keys of the whole request as AWS spells them; those of the resource are separate."""
        answer = details(stranger, denied(create_user(stranger)))
        context = answer["requestContext"]
        assert context["aws:PrincipalArn"] == "arn:aws:iam::999988887777:user/Alice"
        assert context["aws:CurrentTime"] == "2026-11-23T12:00:05Z"
        assert {"aws:userid", "aws:SourceIp", "aws:UserAgent", "aws:RequestedRegion"} <= context.keys()
        assert answer["evaluations"][0]["context"] == {"aws:ResourceAccount": "999988887777"}

    def test_explicit_denial_names_statements_and_policies(self, management: Client, member: Client) -> None:
        """Checks lead from the root to the principal; each names its target, its policies and their statements."""
        enable_scps(management)
        scp = attach_scp(management, DENY_USERS, member.account)
        answer = details(member, denied(create_user(member, ADMIN, DENY_USERS)))
        (evaluation,) = answer["evaluations"]
        assert evaluation["evaluatedEffect"] == "EXPLICIT_DENY"
        checks = [(check["checkType"], check["evaluatedEffect"]) for check in evaluation["checks"]]
        assert checks == [
            ("SERVICE_CONTROL_POLICY", "ALLOW"),
            ("SERVICE_CONTROL_POLICY", "EXPLICIT_DENY"),
            ("PRINCIPAL", "EXPLICIT_DENY"),
        ]
        root, account, principal = evaluation["checks"]
        assert ":root/o-" in root["targetArn"]
        assert account["targetArn"].endswith(f"/{member.account}")
        assert "targetArn" not in principal
        denying = next(match for match in account["matchedPolicies"] if match["uri"] == scp)
        assert denying["matchedStatements"] == [
            {"sid": "Statement1", "evaluatedEffect": "ALLOW"},
            {"sid": "NoUsers", "evaluatedEffect": "DENY"},
        ]
        types = {policy["uri"]: (policy["type"], policy["inline"]) for policy in answer["policies"]}
        assert types[scp] == ("SERVICE_CONTROL_POLICY", False)
        assert types[ADMIN] == ("IDENTITY_BASED_POLICY", False)
        assert ("IDENTITY_BASED_POLICY", True) in types.values()

    def test_policy_at_several_targets_is_listed_once(self, management: Client, member: Client) -> None:
        """FullAWSAccess at the root and the account is one policy with two targets."""
        enable_scps(management)
        answer = details(member, denied(create_user(member)))
        (full,) = [policy for policy in answer["policies"] if policy["uri"].endswith("p-FullAWSAccess")]
        assert len(full["attachedTo"]) == 2

    def test_each_action_has_an_evaluation(self, stranger: Client) -> None:
        """A call that tags is evaluated for tagging too, and the keys that both share are in the request's context."""
        allowing = policy_document({"Effect": "Allow", "Action": "iam:CreateUser", "Resource": "*"})
        error = create_user(stranger, allowing).expect_error(
            "iam", "CreateUser", UserName="Bob", Tags=[{"Key": "team", "Value": "red"}]
        )
        answer = details(stranger, authorization_id_in(error.message))
        effects = [(each["action"], each["evaluatedEffect"]) for each in answer["evaluations"]]
        assert effects == [("iam:CreateUser", "ALLOW"), ("iam:TagUser", "IMPLICIT_DENY")]
        assert answer["requestContext"]["aws:RequestTag/team"] == "red"
        assert answer["requestContext"]["aws:TagKeys"] == ["team"]

    def test_every_evaluation_follows_a_denied_one(self, stranger: Client) -> None:
        """The evaluations after the first that denies are returned too, with the policies that they considered."""
        allowing = policy_document({"Effect": "Allow", "Action": "iam:TagUser", "Resource": "*"})
        error = create_user(stranger, allowing).expect_error(
            "iam", "CreateUser", UserName="Bob", Tags=[{"Key": "team", "Value": "red"}]
        )
        answer = details(stranger, authorization_id_in(error.message))
        effects = [(each["action"], each["evaluatedEffect"]) for each in answer["evaluations"]]
        assert effects == [("iam:CreateUser", "IMPLICIT_DENY"), ("iam:TagUser", "ALLOW")]
        assert len(answer["policies"]) == 1

    def test_refusal_of_account_is_check_of_resource(self, management: Client, member: Client) -> None:
        """A member's root user, whom no policy denies, lacks the resource policy that would delegate the action."""
        error = member.expect_error("organizations", "CreatePolicy", Name="P", Description="", Type=SCP, Content="{}")
        answer = details(management, plain_id_of(error))
        (evaluation,) = answer["evaluations"]
        assert (evaluation["action"], evaluation["evaluatedEffect"]) == ("organizations:CreatePolicy", "IMPLICIT_DENY")
        checks = {check["checkType"]: check["evaluatedEffect"] for check in evaluation["checks"]}
        assert checks == {"RESOURCE": "IMPLICIT_DENY", "PRINCIPAL": "ALLOW"}
        decision = control_result(member.app, "GET", f"/_emulator/decisions/{plain_id_of(error)}")["evaluations"][0]
        assert decision["message"].endswith(
            "because no resource-based policy allows the organizations:CreatePolicy action"
        )
        assert '"Action": "organizations:CreatePolicy"' in decision["remedy"]

    def test_user_of_refused_account_lacks_two_policies(self, management: Client, member: Client) -> None:
        """A user of a member without policies lacks its own and the organization's; the latter decides."""
        error = create_user(member).expect_error(
            "organizations", "CreateAccount", Email="a@example.com", AccountName="A"
        )
        (evaluation,) = details(management, plain_id_of(error))["evaluations"]
        checks = {check["checkType"]: check["evaluatedEffect"] for check in evaluation["checks"]}
        assert checks == {"RESOURCE": "IMPLICIT_DENY", "PRINCIPAL": "IMPLICIT_DENY"}
        decision = control_result(member.app, "GET", f"/_emulator/decisions/{plain_id_of(error)}")["evaluations"][0]
        assert decision["decidedBy"]["checkType"] == "RESOURCE"
        assert decision["remedy"].startswith("Call from an account that may use the operation")

    def test_effect_of_refused_account_follows_from_checks(self, management: Client, member: Client) -> None:
        """A resource policy that delegates creating but not tagging policies denies the second evaluation alone."""
        statement = {"Sid": "Create", "Effect": "Allow", "Principal": {"AWS": member.account}, "Resource": "*"}
        delegating = policy_document(statement | {"Action": "organizations:CreatePolicy"})
        management.do("organizations", "PutResourcePolicy", Content=delegating)
        tags = [{"Key": "team", "Value": "red"}]
        error = member.expect_error(
            "organizations", "CreatePolicy", Name="P", Description="", Type=SCP, Content=DENY_LEAVING, Tags=tags
        )
        found = [
            (each["action"], each["evaluatedEffect"], each["checks"][0]["evaluatedEffect"])
            for each in details(management, plain_id_of(error))["evaluations"]
        ]
        assert found == [
            ("organizations:CreatePolicy", "ALLOW", "ALLOW"),
            ("organizations:TagResource", "IMPLICIT_DENY", "IMPLICIT_DENY"),
        ]

    def test_refusal_that_no_policy_decides_has_no_details(self, stranger: Client) -> None:
        """The call of a deleted key is refused before anything is authorized, and has no details."""
        alice = create_user(stranger, ADMIN)
        key = alice.do("iam", "ListAccessKeys")["AccessKeyMetadata"][0]["AccessKeyId"]
        stranger.do("iam", "DeleteAccessKey", UserName="Alice", AccessKeyId=key)
        answer = alice.expect_error("iam", "ListUsers")
        assert answer.code == "InvalidClientTokenId"
        assert refusal_code(stranger, plain_id_of(answer)) == "ResourceNotFoundException"

    def test_trust_policy_is_check_of_resource(self, management: Client, stranger: Client) -> None:
        """The request id of a refused AssumeRole, which has no authorization id in AWS, leads to the trust policy."""
        trust = policy_document({"Effect": "Allow", "Principal": {"AWS": "111122223333"}, "Action": "sts:AssumeRole"})
        role = management.do("iam", "CreateRole", RoleName="r", AssumeRolePolicyDocument=trust)["Role"]["Arn"]
        error = create_user(management).expect_error("sts", "AssumeRole", RoleArn=role, RoleSessionName="me")
        answer = details(management, plain_id_of(error))
        checks = {check["checkType"]: check["evaluatedEffect"] for check in answer["evaluations"][0]["checks"]}
        assert checks == {"RESOURCE": "ALLOW", "PRINCIPAL": "IMPLICIT_DENY"}
        assert answer["policies"][0]["attachedTo"] == [{"arn": role}]
        assert refusal_code(stranger, plain_id_of(error)) == "ResourceNotFoundException"

    def test_session_and_boundary_have_checks(self, stranger: Client) -> None:
        """A session with a policy has a check for it after that of its role's boundary."""
        trust = policy_document({"Effect": "Allow", "Principal": {"AWS": "999988887777"}, "Action": "sts:AssumeRole"})
        stranger.do("iam", "CreateRole", RoleName="r", AssumeRolePolicyDocument=trust, PermissionsBoundary=ADMIN)
        role = "arn:aws:iam::999988887777:role/r"
        caller = create_user(stranger, ADMIN)
        keys = caller.do("sts", "AssumeRole", RoleArn=role, RoleSessionName="me", Policy=ALLOW_ALL)["Credentials"]
        answer = details(stranger, denied(client_with_session(stranger, keys)))
        checks = [(check["checkType"], check["evaluatedEffect"]) for check in answer["evaluations"][0]["checks"]]
        assert checks == [("PRINCIPAL", "IMPLICIT_DENY"), ("PERMISSIONS_BOUNDARY", "ALLOW"), ("SESSION", "ALLOW")]
        attached = {policy["type"]: policy["attachedTo"][0]["arn"] for policy in answer["policies"]}
        assert attached == {
            "PERMISSIONS_BOUNDARY": role,
            "SESSION_POLICY": role.replace(":iam:", ":sts:").replace(":role/r", ":assumed-role/r/me"),
        }

    def test_next_token_pages_evaluations(self, stranger: Client) -> None:
        """In strict mode a page has few evaluations; the next one goes on, and a foreign token is refused."""
        allowing = policy_document({"Effect": "Allow", "Action": "iam:CreateUser", "Resource": "*"})
        error = create_user(stranger, allowing).expect_error(
            "iam", "CreateUser", UserName="Bob", Tags=[{"Key": "team", "Value": "red"}]
        )
        identifier = authorization_id_in(error.message)
        control_result(stranger.app, "PUT", "/_emulator/strict-client", {"enabled": True, "seed": "1"})
        control_result(stranger.app, "POST", "/_emulator/clock", {"advance_seconds": 10})
        actions, token = [], None
        while True:
            page = stranger.do(TOOLBOX, DETAILS, authorizationId=identifier, **({"nextToken": token} if token else {}))
            actions += [evaluation["action"] for evaluation in page["evaluations"]]
            token = page.get("nextToken")
            if token is None:
                break
        assert actions == ["iam:CreateUser", "iam:TagUser"]
        error = stranger.expect_error(TOOLBOX, DETAILS, authorizationId=identifier, nextToken="mine")
        assert error.code == "ValidationException"

    @pytest.mark.parametrize("identifier", ["Upper", "a-b", "x" * 257])
    def test_malformed_id_is_invalid(self, stranger: Client, identifier: str) -> None:
        """An id has at most 256 lower-case letters and digits."""
        assert refusal_code(stranger, identifier) == "ValidationException"

    def test_call_that_was_allowed_has_no_details(self, stranger: Client) -> None:
        """Only denials have details: a call that was allowed, or refused for another reason, has none."""
        alice = create_user(stranger, ADMIN)
        for answer in (alice.call("iam", "ListUsers"), alice.call("iam", "GetUser", UserName="Nobody")):
            assert refusal_code(stranger, plain_id_of(answer)) == "ResourceNotFoundException"


class TestVisibility:
    """The principals that may read details."""

    def test_permission_is_needed(self, stranger: Client) -> None:
        """A principal of the account reads the details if it has the permission on all resources."""
        identifier = denied(create_user(stranger))
        allowing = policy_document({"Effect": "Allow", "Action": f"iam:{DETAILS}", "Resource": "*"})
        details(create_user(stranger, allowing, name="Bob"), identifier)
        error = create_user(stranger, name="Eve").expect_error(TOOLBOX, DETAILS, authorizationId=identifier)
        assert error.code == "AccessDeniedException"
        assert error.message.endswith(
            f"on resource: * because no identity-based policy allows the iam:{DETAILS} action"
        )
        reader = create_user(stranger, allowing, name="Mallory")
        error = reader.expect_error(TOOLBOX, POLICY, authorizationId=identifier, policyUri=ADMIN)
        assert error.code == "AccessDeniedException"

    def test_organization_of_caller_sees_details(self, management: Client, member: Client, stranger: Client) -> None:
        """The organization of the denied principal sees the details, no other account does."""
        identifier = denied(create_user(member))
        assert details(management, identifier) == details(member, identifier)
        assert refusal_code(stranger, identifier) == "ResourceNotFoundException"

    def test_account_that_left_organization_sees_nothing(self, management: Client, member: Client) -> None:
        """The organization that the account had at the denial counts, not the account."""
        identifier = denied(create_user(member))
        details(member, identifier)
        management.do("organizations", "RemoveAccountFromOrganization", AccountId=member.account)
        assert refusal_code(member, identifier) == "ResourceNotFoundException"
        details(management, identifier)

    def test_two_organizations_see_their_own_policies(
        self, management: Client, member: Client, stranger: Client
    ) -> None:
        """Of a call across organizations, the side of the resource sees its policy alone, and no checks."""
        enable_scps(management)
        trust = policy_document({"Effect": "Allow", "Principal": {"AWS": "999988887777"}, "Action": "sts:AssumeRole"})
        role = stranger.do("iam", "CreateRole", RoleName="r", AssumeRolePolicyDocument=trust)["Role"]["Arn"]
        error = create_user(member, DENY_USERS).expect_error("sts", "AssumeRole", RoleArn=role, RoleSessionName="me")
        identifier = plain_id_of(error)
        mine, theirs = details(member, identifier), details(stranger, identifier)
        assert {policy["type"] for policy in mine["policies"]} == {"IDENTITY_BASED_POLICY", "SERVICE_CONTROL_POLICY"}
        assert [policy["type"] for policy in theirs["policies"]] == ["RESOURCE_BASED_POLICY"]
        assert "checks" in mine["evaluations"][0]
        assert "checks" not in theirs["evaluations"][0]
        assert "aws:PrincipalArn" not in theirs["requestContext"]
        assert mine["evaluations"][0]["context"] == {}
        uri = mine["policies"][0]["uri"]
        for unavailable in (uri, theirs["policies"][0]["uri"]):
            error = stranger.expect_error(TOOLBOX, POLICY, authorizationId=identifier, policyUri=unavailable)
            assert error.code == "ResourceNotFoundException"
        member.do(TOOLBOX, POLICY, authorizationId=identifier, policyUri=uri)

    def test_details_are_in_region_of_denial(self, app: App, stranger: Client) -> None:
        """IAM's denials are in us-east-1, those of AWS Artifact and of the toolbox in the region of the call."""
        alice = create_user(stranger)
        identifier = denied(alice)
        frankfurt = Client(app, stranger.account, "eu-central-1")
        assert refusal_code(frankfurt, identifier) == "ResourceNotFoundException"
        error = Client(app, alice.account, "eu-central-1", alice.credentials).expect_error("artifact", "ListAgreements")
        details(frankfurt, plain_id_of(error))
        assert refusal_code(stranger, plain_id_of(error)) == "ResourceNotFoundException"
        toolbox = Client(app, alice.account, "eu-central-1", alice.credentials)
        error = toolbox.expect_error(TOOLBOX, DETAILS, authorizationId=identifier)
        assert details(frankfurt, plain_id_of(error))["requestContext"]["aws:RequestedRegion"] == "eu-central-1"

    def test_condition_on_region_limits_toolbox(self, app: App, stranger: Client) -> None:
        """The requested region of a call to the toolbox is the one that it is signed for."""
        condition = {"StringEquals": {"aws:RequestedRegion": "eu-central-1"}}
        statement = {"Effect": "Allow", "Action": f"iam:{DETAILS}", "Resource": "*", "Condition": condition}
        bob = create_user(stranger, policy_document(statement), name="Bob")
        assert refusal_code(bob, "a") == "AccessDeniedException"
        frankfurt = Client(app, bob.account, "eu-central-1", bob.credentials)
        assert refusal_code(frankfurt, "a") == "ResourceNotFoundException"


class TestRetention:
    """The time for which details are available."""

    @pytest.fixture
    def stranger(self) -> Client:
        """Return the client of a standalone account, in a world whose clock can be moved."""
        return Client(App(World(clock=Clock(frozen_at=NOW), state=State(seed="wire"))), "999988887777")

    def test_details_expire_after_24_hours(self, stranger: Client) -> None:
        """Details are available for 24 hours by the world's clock."""
        identifier = denied(create_user(stranger))
        stranger.app.world.clock.advance(ONE_DAY - timedelta(seconds=1))
        details(stranger, identifier)
        stranger.app.world.clock.advance(timedelta(seconds=1))
        assert refusal_code(stranger, identifier) == "ResourceNotFoundException"

    def test_details_outlive_user_and_policies(self, stranger: Client) -> None:
        """After its user, key and policies were deleted, a denial has the same details and documents."""
        alice = create_user(stranger, DENY_USERS)
        identifier = denied(alice)
        before = details(stranger, identifier)
        key = alice.do("iam", "ListAccessKeys")["AccessKeyMetadata"][0]["AccessKeyId"]
        stranger.do("iam", "DeleteAccessKey", UserName="Alice", AccessKeyId=key)
        stranger.do("iam", "DeleteUserPolicy", UserName="Alice", PolicyName="p0")
        stranger.do("iam", "DeleteUser", UserName="Alice")
        assert details(stranger, identifier) == before
        uri = before["policies"][0]["uri"]
        answer = stranger.do(TOOLBOX, POLICY, authorizationId=identifier, policyUri=uri)
        assert answer["policyDocument"] == json.loads(DENY_USERS)

    def test_allowed_calls_displace_no_denial(self, stranger: Client) -> None:
        """However many calls are allowed afterwards, a denial is kept, and the log stays bounded."""
        identifier = denied(create_user(stranger))
        bob = create_user(stranger, ADMIN, name="Bob")
        for _ in range(1_001):
            bob.app.handle(bob.request("iam", "GetAccountSummary"))
        details(stranger, identifier)
        decisions = runtime_of(stranger.app.world).decisions
        assert len(decisions._requests) == 1_000

    def test_log_is_bounded_and_costs_the_same_in_old_worlds(self, stranger: Client) -> None:
        """After thousands of denials and allowed calls, each in a state of its own, a call costs what it did before."""
        alice, bob = create_user(stranger), create_user(stranger, ADMIN, name="Bob")
        requests = alice.request("iam", "ListUsers"), bob.request("iam", "GetAccountSummary")
        world, decisions = stranger.app.world, runtime_of(stranger.app.world).decisions

        def age(calls: int) -> None:
            for number in range(calls):
                stranger.do("iam", "TagUser", UserName="Bob", Tags=[{"Key": "age", "Value": str(number)}])
                for request in requests:
                    stranger.app.handle(request)

        def costs() -> list[int]:
            for request in requests:  # What depends on the state is computed once for each.
                stranger.app.handle(request)
            return [count_calls(world, partial(stranger.app.handle, request)) for request in requests]

        age(CAPACITY + 10)
        young = costs()
        age(CAPACITY)
        assert costs() == young
        assert (len(decisions._denials), len(decisions._requests)) == (CAPACITY, CAPACITY)

    def test_expired_denials_are_dropped(self, stranger: Client) -> None:
        """A denial lets go of those that have expired, so that the log does not grow with the world's age."""
        alice = create_user(stranger)
        denied(alice)
        stranger.app.world.clock.advance(ONE_DAY)
        denied(alice)
        assert len(runtime_of(stranger.app.world).decisions._denials) == 1

    @pytest.mark.parametrize("seed", ["0", "1", "2", "3"])
    def test_strict_mode_delays_details(self, stranger: Client, seed: str) -> None:
        """In strict mode the first reads do not find the details; the third does, even if the clock stands still."""
        alice = create_user(stranger)
        control_result(stranger.app, "PUT", "/_emulator/strict-client", {"enabled": True, "seed": seed})
        identifier = denied(alice)
        codes = [stranger.call(TOOLBOX, DETAILS, authorizationId=identifier).code for _ in range(4)]
        assert codes[0] == "ResourceNotFoundException"
        assert codes[2:] == ["", ""]


class TestPolicy:
    """GetRequestAuthorizationPolicy."""

    def test_policy_of_another_denial_is_not_found(self, stranger: Client) -> None:
        """A URI that the details do not list is not found; one is required."""
        identifier = denied(create_user(stranger))
        error = stranger.expect_error(TOOLBOX, POLICY, authorizationId=identifier, policyUri=ADMIN)
        assert error.code == "ResourceNotFoundException"
        error = stranger.expect_error(TOOLBOX, POLICY, authorizationId=identifier)
        assert error.code == "ValidationException"

    def test_calls_are_recorded_as_reads_of_iam_toolbox(self, stranger: Client) -> None:
        """CloudTrail records both operations as read-only events of the toolbox in the caller's region."""
        identifier = denied(create_user(stranger))
        details(stranger, identifier)
        (event,) = control_result(stranger.app, "GET", f"/_emulator/events?name={DETAILS}")["events"]
        assert event["eventSource"] == "iam-toolbox.amazonaws.com"
        assert event["readOnly"] is True
        assert event["requestParameters"] == {"authorizationId": identifier}
        assert event["responseElements"] is None


class TestExplanation:
    """The same details in the control API."""

    def test_decision_has_details_and_more(self, management: Client, member: Client) -> None:
        """`/_emulator/decisions` returns AWS's details with the reason, the remedy and the documents."""
        enable_scps(management)
        attach_scp(management, DENY_LEAVING, member.account)
        error = member.expect_error("organizations", "LeaveOrganization")
        answer = details(member, plain_id_of(error))
        decision = control_result(member.app, "GET", f"/_emulator/decisions/{plain_id_of(error)}")
        assert decision["requestContext"] == answer["requestContext"]
        (evaluation,) = decision["evaluations"]
        assert evaluation.items() >= answer["evaluations"][0].items()
        assert evaluation["decidedBy"]["sid"] == "Stay"
        assert "Stay" in evaluation["remedy"]
        documents = {policy["name"]: policy["policyDocument"] for policy in decision["policies"]}
        assert json.loads(DENY_LEAVING) in documents.values()

    def test_unmet_condition_is_named(self, stranger: Client) -> None:
        """A statement that allows on a condition is named with the condition and the value of the request."""
        condition = {"StringEquals": {"aws:PrincipalTag/team": "red"}}
        statement = {"Sid": "Red", "Effect": "Allow", "Action": "iam:*", "Resource": "*", "Condition": condition}
        identifier = denied(create_user(stranger, policy_document(statement)))
        decision = control_result(stranger.app, "GET", f"/_emulator/decisions/{identifier}")
        (unmet,) = decision["evaluations"][0]["checks"][0]["unmetConditions"]
        assert (unmet["sid"], unmet["operator"], unmet["key"]) == ("Red", "StringEquals", "aws:principaltag/team")
        assert (unmet["expected"], unmet["actual"]) == (["red"], [])
