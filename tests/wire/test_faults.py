from datetime import timedelta
from typing import Any

import pytest

from artifact_emulator.app import App
from tests.support.aws_models import operation_model
from tests.support.control_api import control_done, control_refusal, control_reply, control_result
from tests.support.wire_client import Client

FAULTS = "/_emulator/faults"
BUSY = {"code": "TooManyRequestsException"}


def set_fault(app: App, service: str = "organizations", **fault: Any) -> Any:
    """Set a fault."""
    return control_result(app, "POST", FAULTS, {"service": service, **fault})


def codes(client: Client, calls: int, operation: str = "DescribeOrganization") -> list[str]:
    """Call an operation some times; give the code of each answer, "" for a success."""
    return [client.call("organizations", operation).code for _ in range(calls)]


class TestErrors:
    """Faults that answer an error."""

    def test_before_the_operation(self, management: Client) -> None:
        """The call is refused as the operation declares it, and has changed nothing."""
        set_fault(management.app, error={"code": "ConcurrentModificationException"}, operation="DeleteOrganization")
        got = management.expect_error("organizations", "DeleteOrganization")
        assert got.code == "ConcurrentModificationException"
        assert got.status == 400
        assert codes(management, 1) == [""]

    def test_with_reason_and_words(self, management: Client) -> None:
        """Reason and message are what was asked for."""
        error = {"code": "ConstraintViolationException", "reason": "OU_NUMBER_LIMIT_EXCEEDED", "message": "Enough."}
        set_fault(management.app, operation="CreateOrganizationalUnit", error=error)
        root = management.do("organizations", "ListRoots")["Roots"][0]["Id"]
        got = management.expect_error("organizations", "CreateOrganizationalUnit", ParentId=root, Name="A")
        assert (got.code, got.message, got.data["Reason"]) == (error["code"], "Enough.", error["reason"])

    def test_in_every_protocol(self, stranger: Client) -> None:
        """Throttling is worded by each service in its own way."""
        set_fault(stranger.app, error=BUSY)
        set_fault(stranger.app, "iam", error={"code": "Throttling"})
        set_fault(stranger.app, "artifact", error={"code": "ThrottlingException"})
        assert stranger.call("organizations", "ListHandshakesForAccount").code == "TooManyRequestsException"
        reply = stranger.app.handle(stranger.request("iam", "ListRoles"))
        assert (reply.status, b"<Code>Throttling</Code>" in reply.body) == (400, True)
        got = stranger.call("artifact", "ListReports")
        assert (got.status, got.code) == (429, "ThrottlingException")

    def test_throttling_in_each_service_s_words(self, stranger: Client) -> None:
        """Throttling need not be known by each service's own code, and says what the service says."""
        for service in ("organizations", "iam", "sts", "artifact", "cloudtrail"):
            set_fault(stranger.app, service, error={"code": "Throttling"})
        got = stranger.call("organizations", "ListHandshakesForAccount")
        assert (got.code, got.message[:36]) == (BUSY["code"], "You have sent too many requests in t")
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
    def test_have_what_their_model_requires(self, stranger: Client, code: str, status: int) -> None:
        """An error of AWS Artifact has every member that its model requires."""
        set_fault(stranger.app, "artifact", operation="GetReport", error={"code": code})
        call = {"reportId": "report-f1DIWBmGa2Lhsadg", "termToken": "term-token-x"}
        got = stranger.call("artifact", "GetReport", **call)
        assert (got.status, got.code) == (status, code)
        (shape,) = (one for one in operation_model("artifact", "GetReport").error_shapes if one.name == code)
        assert set(shape.required_members) <= got.data.keys()

    def test_of_a_service_befall_what_declares_them(self, management: Client) -> None:
        """A fault of any operation befalls those that can answer the error."""
        set_fault(management.app, error={"code": "DuplicateAccountException"})
        assert codes(management, 1) == [""]

    @pytest.mark.parametrize(
        "fault",
        [
            {"operation": "DescribeOrganization", "error": {"code": "DuplicateAccountException"}},
            {"operation": "DescribeOrganisation", "error": BUSY},
            {"error": {"code": "NoSuchEntity"}},
            {"operation": "ListRoots", "error": {"code": "AWSOrganizationsNotInUseException", "reason": "X"}},
            {"operation": "ListRoots", "creation_failure": "INTERNAL_FAILURE"},
            {"operation": "ListRoots", "deletion_fails": True},
            {"operation": "ListRoots", "inquiry_failure": "malware"},
            {"inquiry_failure": "internal"},
            {"inquiry_failure": "INTERNAL"},
            {"error": BUSY, "reset": True},
            {},
            {"error": BUSY, "probability": 1.1},
            {"error": BUSY, "times": 0},
            {"error": BUSY, "account": "me"},
            {"latency_ms": -1},
            {"latency_ms": {"min": 2, "max": 1}},
            {"latency_ms": {"median": 2, "p99": 1}},
            {"latency_ms": {"min": 1, "p99": 2}},
            {"latency_ms": {"median": 0, "p99": 1}},
            {"latency_ms": {"min": 1}},
            {"creation_failure": "BAD_LUCK"},
            {"error": BUSY, "often": True},
        ],
    )
    def test_that_no_call_could_meet(self, app: App, fault: dict[str, Any]) -> None:
        """An error that the operation cannot answer, and a rule that is none, are refused."""
        assert control_refusal(app, "POST", FAULTS, {"service": "organizations", **fault})[0] == 400
        assert control_result(app, "GET", FAULTS) == {"faults": []}

    def test_tells_what_is_possible(self, app: App) -> None:
        """The refusal names the errors that there are."""
        fault = {"service": "organizations", "operation": "DescribeOrganization", "error": {"code": "Nonsense"}}
        assert "AWSOrganizationsNotInUseException" in control_refusal(app, "POST", FAULTS, fault)[1]


class TestChoice:
    """Which calls a fault befalls."""

    def test_times(self, management: Client) -> None:
        """So many calls, and no more."""
        set_fault(management.app, error=BUSY, times=2)
        assert codes(management, 4) == [BUSY["code"], BUSY["code"], "", ""]

    def test_nth(self, management: Client) -> None:
        """From the third call on, once."""
        set_fault(management.app, error=BUSY, nth=3, times=1)
        assert codes(management, 4) == ["", "", BUSY["code"], ""]

    def test_time_to_live(self, management: Client) -> None:
        """Until its time has passed by the world's clock."""
        set_fault(management.app, error=BUSY, ttl_seconds=60)
        assert codes(management, 1) == [BUSY["code"]]
        management.app.world.clock.advance(timedelta(seconds=60))
        assert codes(management, 1) == [""]

    def test_account(self, management: Client, member: Client) -> None:
        """One account's calls, not another's."""
        set_fault(management.app, error=BUSY, account=member.account)
        assert codes(member, 1) == [BUSY["code"]]
        assert codes(management, 1) == [""]

    def test_probability(self, management: Client) -> None:
        """Some of many, and the same ones in a world of the same seed."""
        seen = []
        for _ in range(2):
            management.app.world.runtime = None
            set_fault(management.app, error=BUSY, probability=0.5)
            seen.append(codes(management, 60))
        assert seen[0] == seen[1]
        assert 15 < seen[0].count("") < 45

    @pytest.mark.parametrize(
        ("fault", "effect"),
        [
            ({"error": {"code": "Throttling", "message": "Stop."}}, {"error": BUSY | {"message": "Stop."}}),
            ({"latency_ms": 5}, {"latency_ms": {"min": 5, "max": 5}}),
            ({"latency_ms": {"median": 5, "p99": 50}}, {"latency_ms": {"median": 5, "p99": 50}}),
            ({"reset": True}, {"reset": True}),
            ({"truncate": True}, {"truncate": True}),
            ({"creation_failure": "INTERNAL_FAILURE"}, {"creation_failure": "INTERNAL_FAILURE"}),
        ],
    )
    def test_tells_all_that_was_asked_for(self, app: App, fault: dict[str, Any], effect: dict[str, Any]) -> None:
        """A fault is listed with its conditions and with what it does."""
        account = "111122223333"
        conditions: dict[str, Any] = {"probability": 0.5, "times": 3, "nth": 2, "ttl_seconds": 60, "account": account}
        set_fault(app, **fault, **conditions)
        (found,) = control_result(app, "GET", FAULTS)["faults"]
        given = conditions | effect | {"service": "organizations", "operation": None, "id": "fault-1"}
        given |= {"matched": 0, "befell": 0}
        assert found == given | {"since": "2026-11-23T12:00:05.123456+00:00"}

    def test_is_a_worlds_own(self, management: Client) -> None:
        """Other worlds know nothing of it."""
        control_result(management.app, "POST", f"/worlds/mine{FAULTS}", {"service": "organizations", "error": BUSY})
        assert codes(management, 1) == [""]

    def test_is_told_and_taken_away(self, management: Client) -> None:
        """A fault says how often it befell a call; it can be taken away, alone, with all others, or by a reset."""
        first, second = (set_fault(management.app, error=BUSY)["id"] for _ in range(2))
        codes(management, 3)
        assert [(one["id"], one["befell"]) for one in control_result(management.app, "GET", FAULTS)["faults"]] == [
            (first, 3),
            (second, 3),
        ]
        control_done(management.app, "DELETE", f"{FAULTS}/{first}")
        assert [one["id"] for one in control_result(management.app, "GET", FAULTS)["faults"]] == [second]
        assert control_refusal(management.app, "DELETE", f"{FAULTS}/{first}")[0] == 404
        control_done(management.app, "DELETE", FAULTS)
        assert codes(management, 1) == [""]
        set_fault(management.app, error=BUSY)
        control_done(management.app, "POST", "/_emulator/reset")
        assert control_result(management.app, "GET", FAULTS) == {"faults": []}


class TestAnswers:
    """Faults of the answer."""

    def test_late_and_lost(self, management: Client) -> None:
        """The call is carried out; the answer is held back, or lost."""
        app = management.app
        set_fault(app, operation="ListRoots", latency_ms=250)
        set_fault(app, operation="DescribeOrganization", latency_ms={"min": 100, "max": 200})
        set_fault(app, operation="CreateOrganizationalUnit", reset=True)
        assert app.handle(management.request("organizations", "ListRoots")).delay == 0.25
        assert 0.1 <= app.handle(management.request("organizations", "DescribeOrganization")).delay <= 0.2
        root = management.do("organizations", "ListRoots")["Roots"][0]["Id"]
        made = app.handle(management.request("organizations", "CreateOrganizationalUnit", ParentId=root, Name="A"))
        assert made.cut == "reset"
        units = management.do("organizations", "ListOrganizationalUnitsForParent", ParentId=root)
        assert [one["Name"] for one in units["OrganizationalUnits"]] == ["A"]

    def test_mostly_short_and_seldom_very_long(self, management: Client) -> None:
        """Half of the answers take no longer than the median, and about one of a hundred longer than the rest."""
        set_fault(management.app, operation="DescribeOrganization", latency_ms={"median": 100, "p99": 1000})
        request = management.request("organizations", "DescribeOrganization")
        delays = sorted(management.app.handle(request).delay for _ in range(2000))
        assert 0.08 < delays[1000] < 0.12
        assert 0.6 < delays[1980] < 1.6
        assert delays[0] > 0


class TestOutcomes:
    """Faults of what is begun and ends later."""

    def test_account_that_is_not_created(self, management: Client) -> None:
        """CreateAccount answers as ever; the request fails for the reason that was asked for, once."""
        set_fault(management.app, operation="CreateAccount", creation_failure="INTERNAL_FAILURE", times=1)
        for expected in ("FAILED", "SUCCEEDED"):
            asked = management.do(
                "organizations", "CreateAccount", AccountName=expected, Email=f"{expected}@example.com"
            )["CreateAccountStatus"]
            assert asked["State"] == "IN_PROGRESS"
            status = management.do("organizations", "DescribeCreateAccountStatus", CreateAccountRequestId=asked["Id"])[
                "CreateAccountStatus"
            ]
            assert status["State"] == expected
            assert status.get("FailureReason") == ("INTERNAL_FAILURE" if expected == "FAILED" else None)

    @pytest.mark.parametrize(
        ("why", "message"), [("malware", "Malware was detected"), ("internal", "An internal error occurred")]
    )
    def test_inquiry_that_fails(self, stranger: Client, why: str, message: str) -> None:
        """CreateComplianceInquiry answers as ever; the inquiry ends FAILED, whatever is asked, once."""
        set_fault(stranger.app, "artifact", inquiry_failure=why, times=1)
        assert [one["inquiry_failure"] for one in control_result(stranger.app, "GET", FAULTS)["faults"]] == [why]
        asked: dict[str, Any] = {"name": "Mine", "inquiryContent": {"query": "Which SOC report?"}}
        for expected in ("FAILED", "COMPLETED"):
            made = stranger.do("artifact", "CreateComplianceInquiry", **asked)["complianceInquirySummary"]
            assert made["status"] == "PROCESSING"
            found = stranger.do("artifact", "GetComplianceInquiryMetadata", complianceInquiryId=made["id"])
            assert found["complianceInquiryDetail"]["status"] == expected
            assert found["complianceInquiryDetail"]["statusMessage"].startswith(message) is (expected == "FAILED")

    def test_role_that_is_not_deleted(self, stranger: Client) -> None:
        """The task of a role that nothing uses fails nevertheless."""
        stranger.do("iam", "CreateServiceLinkedRole", AWSServiceName="artifact.amazonaws.com")
        set_fault(stranger.app, "iam", operation="DeleteServiceLinkedRole", deletion_fails=True)
        task = stranger.do("iam", "DeleteServiceLinkedRole", RoleName="AWSServiceRoleForArtifact")["DeletionTaskId"]
        assert stranger.do("iam", "GetServiceLinkedRoleDeletionStatus", DeletionTaskId=task)["Status"] == "FAILED"
        assert stranger.call("iam", "GetRole", RoleName="AWSServiceRoleForArtifact").status == 200


class TestBody:
    """What is sent to set a fault."""

    def test_that_is_none(self, app: App) -> None:
        """No JSON, no fault."""
        assert control_reply(app, "POST", FAULTS, b"{").status == 400
