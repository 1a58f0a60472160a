"""Fault rules: injected errors, delays and losses, and failures of asynchronous work."""

from datetime import timedelta
from typing import Any

import pytest

from artifact_emulator.app import App
from tests.support.aws_models import operation_model
from tests.support.control_api import control_done, control_refusal, control_reply, control_result
from tests.support.wire_client import Client

FAULTS = "/_emulator/faults"
ADVICE_FOR_TESTS = 'in tests, with @pytest.mark.artifact_others("moto") or emulate(others="moto").'
TOO_MANY_REQUESTS = {"code": "TooManyRequestsException"}


def set_fault(app: App, service: str = "organizations", **fault: Any) -> Any:
    """Set a fault rule."""
    return control_result(app, "POST", FAULTS, {"service": service, **fault})


def codes(client: Client, calls: int, operation: str = "DescribeOrganization") -> list[str]:
    """Call an operation several times and return the code of each error, "" for a success."""
    return [client.call("organizations", operation).code for _ in range(calls)]


class TestErrors:
    """Rules that inject an error."""

    def test_injected_error_changes_nothing(self, management: Client) -> None:
        """An injected error is one that the operation declares, and the call changes nothing."""
        set_fault(management.app, error={"code": "ConcurrentModificationException"}, operation="DeleteOrganization")
        error = management.expect_error("organizations", "DeleteOrganization")
        assert error.code == "ConcurrentModificationException"
        assert error.status == 400
        assert codes(management, 1) == [""]

    def test_injected_error_has_the_given_reason_and_message(self, management: Client) -> None:
        """An injected error has the reason and the message of the rule."""
        fault = {"code": "ConstraintViolationException", "reason": "OU_NUMBER_LIMIT_EXCEEDED", "message": "Enough."}
        set_fault(management.app, operation="CreateOrganizationalUnit", error=fault)
        root = management.do("organizations", "ListRoots")["Roots"][0]["Id"]
        error = management.expect_error("organizations", "CreateOrganizationalUnit", ParentId=root, Name="A")
        assert (error.code, error.message, error.data["Reason"]) == (fault["code"], "Enough.", fault["reason"])

    def test_throttling_is_injected_in_every_protocol(self, stranger: Client) -> None:
        """Throttling is injected under the code of each service."""
        set_fault(stranger.app, error=TOO_MANY_REQUESTS)
        set_fault(stranger.app, "iam", error={"code": "Throttling"})
        set_fault(stranger.app, "artifact", error={"code": "ThrottlingException"})
        assert stranger.call("organizations", "ListHandshakesForAccount").code == "TooManyRequestsException"
        reply = stranger.app.handle(stranger.request("iam", "ListRoles"))
        assert (reply.status, b"<Code>Throttling</Code>" in reply.body) == (400, True)
        error = stranger.call("artifact", "ListReports")
        assert (error.status, error.code) == (429, "ThrottlingException")

    def test_throttling_has_the_code_and_message_of_each_service(self, stranger: Client) -> None:
        """The code Throttling stands for the throttling error of each service, with its code and message."""
        for service in ("organizations", "iam", "sts", "artifact", "cloudtrail"):
            set_fault(stranger.app, service, error={"code": "Throttling"})
        error = stranger.call("organizations", "ListHandshakesForAccount")
        assert (error.code, error.message[:36]) == (TOO_MANY_REQUESTS["code"], "You have sent too many requests in t")
        reply = stranger.app.handle(stranger.request("artifact", "ListReports"))
        assert (reply.status, dict(reply.headers)["Retry-After"]) == (429, "1")
        for service, operation, code in (
            ("iam", "ListRoles", b"<Code>Throttling</Code>"),
            ("sts", "GetCallerIdentity", b"<Code>Throttling</Code>"),
            ("cloudtrail", "LookupEvents", b"ThrottlingException"),
        ):
            assert code in stranger.app.handle(stranger.request(service, operation)).body

    @pytest.mark.parametrize(
        ("code", "status"),
        [
            ("ConflictException", 409),
            ("ResourceNotFoundException", 404),
            ("ServiceQuotaExceededException", 402),
            ("ValidationException", 400),
        ],
    )
    def test_injected_error_has_the_required_members(self, stranger: Client, code: str, status: int) -> None:
        """An injected error of AWS Artifact has every member that its model requires."""
        set_fault(stranger.app, "artifact", operation="GetReport", error={"code": code})
        call = {"reportId": "report-f1DIWBmGa2Lhsadg", "termToken": "term-token-x"}
        error = stranger.call("artifact", "GetReport", **call)
        assert (error.status, error.code) == (status, code)
        (shape,) = (shape for shape in operation_model("artifact", "GetReport").error_shapes if shape.name == code)
        assert set(shape.required_members) <= error.data.keys()

    def test_error_affects_only_operations_that_declare_it(self, management: Client) -> None:
        """A rule for all operations of a service affects only those that declare the error."""
        set_fault(management.app, error={"code": "DuplicateAccountException"})
        assert codes(management, 1) == [""]

    @pytest.mark.parametrize(
        "fault",
        [
            {"operation": "DescribeOrganization", "error": {"code": "DuplicateAccountException"}},
            {"operation": "DescribeOrganisation", "error": TOO_MANY_REQUESTS},
            {"error": {"code": "NoSuchEntity"}},
            {"operation": "ListRoots", "error": {"code": "AWSOrganizationsNotInUseException", "reason": "X"}},
            {"operation": "ListRoots", "creation_failure": "INTERNAL_FAILURE"},
            {"operation": "ListRoots", "deletion_fails": True},
            {"operation": "ListRoots", "inquiry_failure": "malware"},
            {"inquiry_failure": "internal"},
            {"inquiry_failure": "INTERNAL"},
            {"error": TOO_MANY_REQUESTS, "reset": True},
            {},
            {"error": TOO_MANY_REQUESTS, "probability": 1.1},
            {"error": TOO_MANY_REQUESTS, "times": 0},
            {"error": TOO_MANY_REQUESTS, "account": "me"},
            {"latency_ms": -1},
            {"latency_ms": {"min": 2, "max": 1}},
            {"latency_ms": {"median": 2, "p99": 1}},
            {"latency_ms": {"min": 1, "p99": 2}},
            {"latency_ms": {"median": 0, "p99": 1}},
            {"latency_ms": {"min": 1}},
            {"creation_failure": "BAD_LUCK"},
            {"error": TOO_MANY_REQUESTS, "often": True},
        ],
    )
    def test_impossible_fault_is_refused(self, app: App, fault: dict[str, Any]) -> None:
        """An error that the operation does not declare, and an invalid rule, are refused."""
        assert control_refusal(app, "POST", FAULTS, {"service": "organizations", **fault})[0] == 400
        assert control_result(app, "GET", FAULTS) == {"faults": []}

    @pytest.mark.parametrize(
        ("effect", "detail"),
        [
            ({"error": "SlowDown", "message": "x"}, "there is no member message"),
            ({"error": 5}, "error: expected a JSON object"),
            ({"latency_ms": "800"}, "latency_ms: Input should be a valid number"),
            ({"latency_ms": {"min": "a", "max": 3}}, "latency_ms.min: Input should be a valid number, "),
        ],
    )
    def test_refusal_names_members_as_they_are_sent(self, app: App, effect: dict[str, Any], detail: str) -> None:
        """A value of the wrong type is refused under the name of its member."""
        found = control_refusal(app, "POST", FAULTS, {"service": "organizations", **effect})[1]
        assert found == detail or (detail.endswith(" ") and found.startswith(detail))

    def test_error_may_be_its_code_alone(self, app: App) -> None:
        """A string as the error stands for its code."""
        codes_of = [
            control_result(app, "POST", FAULTS, {"service": "organizations", "error": error})["error"]
            for error in ("TooManyRequestsException", TOO_MANY_REQUESTS, "Throttling")
        ]
        assert codes_of[0] == codes_of[1] == TOO_MANY_REQUESTS
        assert codes_of[2] == {"code": "TooManyRequestsException"}

    def test_refusal_names_the_possible_errors(self, app: App) -> None:
        """The refusal of an unknown error names the errors of the operation."""
        fault = {"service": "organizations", "operation": "DescribeOrganization", "error": {"code": "Nonsense"}}
        assert "AWSOrganizationsNotInUseException" in control_refusal(app, "POST", FAULTS, fault)[1]


class TestRules:
    """The calls that a rule affects."""

    def test_rule_affects_limited_number_of_calls(self, management: Client) -> None:
        """A rule with `times` affects that many calls."""
        set_fault(management.app, error=TOO_MANY_REQUESTS, times=2)
        assert codes(management, 4) == [TOO_MANY_REQUESTS["code"], TOO_MANY_REQUESTS["code"], "", ""]

    def test_rule_starts_at_the_nth_call(self, management: Client) -> None:
        """A rule with `nth` affects calls from that one on."""
        set_fault(management.app, error=TOO_MANY_REQUESTS, nth=3, times=1)
        assert codes(management, 4) == ["", "", TOO_MANY_REQUESTS["code"], ""]

    def test_rule_expires_by_the_worlds_clock(self, management: Client) -> None:
        """A rule with `ttl_seconds` expires by the world's clock."""
        set_fault(management.app, error=TOO_MANY_REQUESTS, ttl_seconds=60)
        assert codes(management, 1) == [TOO_MANY_REQUESTS["code"]]
        management.app.world.clock.advance(timedelta(seconds=60))
        assert codes(management, 1) == [""]

    def test_rule_affects_calls_of_one_account(self, management: Client, member: Client) -> None:
        """A rule with `account` affects the calls of that account only."""
        set_fault(management.app, error=TOO_MANY_REQUESTS, account=member.account)
        assert codes(member, 1) == [TOO_MANY_REQUESTS["code"]]
        assert codes(management, 1) == [""]

    def test_rule_affects_calls_by_probability_and_seed(self, management: Client) -> None:
        """A rule with `probability` affects some calls, the same ones in a world of the same seed."""
        runs = []
        for _ in range(2):
            management.app.world.runtime = None
            set_fault(management.app, error=TOO_MANY_REQUESTS, probability=0.5)
            runs.append(codes(management, 60))
        assert runs[0] == runs[1]
        assert 15 < runs[0].count("") < 45

    @pytest.mark.parametrize(
        ("fault", "effect"),
        [
            (
                {"error": {"code": "Throttling", "message": "Stop."}},
                {"error": TOO_MANY_REQUESTS | {"message": "Stop."}},
            ),
            ({"latency_ms": 5}, {"latency_ms": {"min": 5, "max": 5}}),
            ({"latency_ms": {"median": 5, "p99": 50}}, {"latency_ms": {"median": 5, "p99": 50}}),
            ({"reset": True}, {"reset": True}),
            ({"truncate": True}, {"truncate": True}),
            ({"creation_failure": "INTERNAL_FAILURE"}, {"creation_failure": "INTERNAL_FAILURE"}),
        ],
    )
    def test_rule_is_listed_with_conditions_and_effect(
        self, app: App, fault: dict[str, Any], effect: dict[str, Any]
    ) -> None:
        """A rule is listed with its conditions and its effect."""
        account = "111122223333"
        conditions: dict[str, Any] = {"probability": 0.5, "times": 3, "nth": 2, "ttl_seconds": 60, "account": account}
        set_fault(app, **fault, **conditions)
        (rule,) = control_result(app, "GET", FAULTS)["faults"]
        given = conditions | effect | {"service": "organizations", "operation": None, "id": "fault-1"}
        given |= {"matched": 0, "befell": 0}
        assert rule == given | {"since": "2026-11-23T12:00:05.123456+00:00"}

    def test_rule_belongs_to_one_world(self, management: Client) -> None:
        """A rule of one world does not affect the calls in another."""
        control_result(
            management.app, "POST", f"/worlds/mine{FAULTS}", {"service": "organizations", "error": TOO_MANY_REQUESTS}
        )
        assert codes(management, 1) == [""]

    def test_rule_counts_its_calls_and_can_be_removed(self, management: Client) -> None:
        """A rule states how many calls it affected; it is removed alone, with all others, or by a reset."""
        first, second = (set_fault(management.app, error=TOO_MANY_REQUESTS)["id"] for _ in range(2))
        codes(management, 3)
        assert [(rule["id"], rule["matched"]) for rule in control_result(management.app, "GET", FAULTS)["faults"]] == [
            (first, 3),
            (second, 3),
        ]
        control_done(management.app, "DELETE", f"{FAULTS}/{first}")
        assert [rule["id"] for rule in control_result(management.app, "GET", FAULTS)["faults"]] == [second]
        assert control_refusal(management.app, "DELETE", f"{FAULTS}/{first}")[0] == 404
        control_done(management.app, "DELETE", FAULTS)
        assert codes(management, 1) == [""]
        set_fault(management.app, error=TOO_MANY_REQUESTS)
        control_done(management.app, "POST", "/_emulator/reset")
        assert control_result(management.app, "GET", FAULTS) == {"faults": []}


class TestReplies:
    """Rules that affect the reply."""

    def test_reply_is_delayed_or_lost_after_the_call(self, management: Client) -> None:
        """The call is carried out, and its reply is delayed or lost."""
        app = management.app
        set_fault(app, operation="ListRoots", latency_ms=250)
        set_fault(app, operation="DescribeOrganization", latency_ms={"min": 100, "max": 200})
        set_fault(app, operation="CreateOrganizationalUnit", reset=True)
        assert app.handle(management.request("organizations", "ListRoots")).delay == 0.25
        assert 0.1 <= app.handle(management.request("organizations", "DescribeOrganization")).delay <= 0.2
        root = management.do("organizations", "ListRoots")["Roots"][0]["Id"]
        created = app.handle(management.request("organizations", "CreateOrganizationalUnit", ParentId=root, Name="A"))
        assert created.cut == "reset"
        units = management.do("organizations", "ListOrganizationalUnitsForParent", ParentId=root)
        assert [unit["Name"] for unit in units["OrganizationalUnits"]] == ["A"]

    def test_log_normal_delays_have_median_and_99th_percentile(self, management: Client) -> None:
        """Half of the delays are below the median, and about one in a hundred is above the 99th percentile."""
        set_fault(management.app, operation="DescribeOrganization", latency_ms={"median": 100, "p99": 1000})
        request = management.request("organizations", "DescribeOrganization")
        delays = sorted(management.app.handle(request).delay for _ in range(2000))
        assert 0.08 < delays[1000] < 0.12
        assert 0.6 < delays[1980] < 1.6
        assert delays[0] > 0


class TestOutcomes:
    """Rules that affect asynchronous work."""

    def test_account_creation_fails_for_the_given_reason(self, management: Client) -> None:
        """CreateAccount succeeds, and the creation ends FAILED with the reason of the rule, once."""
        set_fault(management.app, operation="CreateAccount", creation_failure="INTERNAL_FAILURE", times=1)
        for expected in ("FAILED", "SUCCEEDED"):
            request = management.do(
                "organizations", "CreateAccount", AccountName=expected, Email=f"{expected}@example.com"
            )["CreateAccountStatus"]
            assert request["State"] == "IN_PROGRESS"
            status = management.do(
                "organizations", "DescribeCreateAccountStatus", CreateAccountRequestId=request["Id"]
            )["CreateAccountStatus"]
            assert status["State"] == expected
            assert status.get("FailureReason") == ("INTERNAL_FAILURE" if expected == "FAILED" else None)

    @pytest.mark.parametrize(
        ("reason", "message"), [("malware", "Malware was detected"), ("internal", "An internal error occurred")]
    )
    def test_compliance_inquiry_fails_for_the_given_reason(self, stranger: Client, reason: str, message: str) -> None:
        """CreateComplianceInquiry succeeds, and the inquiry ends FAILED, once."""
        set_fault(stranger.app, "artifact", inquiry_failure=reason, times=1)
        assert [rule["inquiry_failure"] for rule in control_result(stranger.app, "GET", FAULTS)["faults"]] == [reason]
        request: dict[str, Any] = {"name": "Mine", "inquiryContent": {"query": "Which SOC report?"}}
        for expected in ("FAILED", "COMPLETED"):
            created = stranger.do("artifact", "CreateComplianceInquiry", **request)["complianceInquirySummary"]
            assert created["status"] == "PROCESSING"
            rule = stranger.do("artifact", "GetComplianceInquiryMetadata", complianceInquiryId=created["id"])
            assert rule["complianceInquiryDetail"]["status"] == expected
            assert rule["complianceInquiryDetail"]["statusMessage"].startswith(message) is (expected == "FAILED")

    def test_deletion_of_an_unused_role_fails(self, stranger: Client) -> None:
        """The deletion task of a role that is not in use fails."""
        stranger.do("iam", "CreateServiceLinkedRole", AWSServiceName="artifact.amazonaws.com")
        set_fault(stranger.app, "iam", operation="DeleteServiceLinkedRole", deletion_fails=True)
        task = stranger.do("iam", "DeleteServiceLinkedRole", RoleName="AWSServiceRoleForArtifact")["DeletionTaskId"]
        assert stranger.do("iam", "GetServiceLinkedRoleDeletionStatus", DeletionTaskId=task)["Status"] == "FAILED"
        assert stranger.call("iam", "GetRole", RoleName="AWSServiceRoleForArtifact").status == 200


class TestBody:
    """The body of a request that sets a rule."""

    def test_body_that_is_not_json_is_refused(self, app: App) -> None:
        """A body that is not JSON is refused."""
        assert control_reply(app, "POST", FAULTS, b"{").status == 400

    def test_fault_that_no_call_would_meet_is_refused(self, app: App) -> None:
        """A service that is neither emulated nor passed on cannot have a fault, which --behind would change."""
        status, detail = control_refusal(app, "POST", FAULTS, {"service": "s3", "error": {"code": "SlowDown"}})
        assert status == 400
        assert detail.startswith("s3 is not emulated, and no call of it is passed on: start with `serve --behind moto`")
        assert detail.endswith(ADVICE_FOR_TESTS)
        assert control_result(app, "GET", FAULTS) == {"faults": []}
