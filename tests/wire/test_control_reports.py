"""Reports and accepted agreements over the control API."""

from datetime import UTC, datetime
from typing import Any

import pytest

from artifact_emulator.app import App
from tests.support.artifact_calls import (
    ACCOUNT_AGREEMENT,
    ORGANIZATION_AGREEMENT,
    REPORT,
    accept,
    download,
    trust_artifact,
)
from tests.support.control_api import control_done, control_refusal, control_reply, control_result
from tests.support.wire_client import Client
from tests.wire.conftest import NOW

REPORTS = "/_emulator/artifact/reports"
AGREEMENTS = "/_emulator/artifact/customer-agreements"
OFFLINE = "/_emulator/artifact/offline-agreements"
NEW = {"name": "Sample", "series": "SOC"}


def metadata(client: Client, report_id: str, **parameters: Any) -> dict[str, Any]:
    """Describe a report as AWS does."""
    details: dict[str, Any] = client.do("artifact", "GetReportMetadata", reportId=report_id, **parameters)[
        "reportDetails"
    ]
    return details


def read(details: dict[str, Any]) -> dict[str, Any]:
    """Give what the control API told with its instants as botocore has them."""
    return {
        name: datetime.fromisoformat(one) if name.endswith("At") or name.startswith("period") else one
        for name, one in details.items()
    }


class TestPublish:
    """POST `/_emulator/artifact/reports`."""

    def test_a_report(self, member: Client, stranger: Client) -> None:
        """With a name and a series it is there for every account, and told as AWS describes it."""
        made = control_result(member.app, "POST", REPORTS, NEW)
        assert made["createdAt"] == NOW.isoformat()
        for client in (member, stranger):
            listed = client.do("artifact", "ListReports")["reports"]
            assert (listed[-1]["id"], listed[-1]["name"]) == (made["id"], "Sample")
        described = metadata(stranger, made["id"])
        assert described.keys() == made.keys()
        assert (described["arn"], described["termArn"]) == (made["arn"], made["termArn"])

    def test_with_every_member(self, stranger: Client) -> None:
        """All members of AWS's ReportDetail are taken, and answered as they were given."""
        given = {
            "id": "report-abcdefghij012345",
            "name": "SOC 2_Sample-Report",
            "description": "Given; (as) it is.",
            "periodStart": "2025-01-01T00:00:00+00:00",
            "periodEnd": "2025-12-31T23:59:59+00:00",
            "createdAt": "2026-01-02T03:04:05+00:00",
            "lastModifiedAt": "2026-02-02T03:04:05+00:00",
            "deletedAt": "2026-03-02T03:04:05+00:00",
            "state": "UNPUBLISHED",
            "arn": "arn:aws:artifact:us-east-1::report/report-abcdefghij012345:3",
            "series": "SOC",
            "category": "Certifications and Attestations",
            "companyName": "AnyCompany",
            "productName": "Any Product",
            "termArn": "arn:aws:artifact:us-east-1::term/term-abcdefghij012345:3",
            "version": 3,
            "statusMessage": "Fine.",
            "acceptanceType": "PASSTHROUGH",
            "sequenceNumber": 7,
            "uploadState": "COMPLETE",
        }
        assert control_result(stranger.app, "POST", REPORTS, given) == given
        assert metadata(stranger, "report-abcdefghij012345", reportVersion=3) == read(given)

    def test_what_aws_answers(self, app: App, stranger: Client) -> None:
        """What one world tells of a report can be given to another as it is."""
        one = control_result(app, "GET", REPORTS)["reports"][0] | {"id": "report-abcdefghij012345"}
        control_result(app, "POST", f"/worlds/mine{REPORTS}", one)
        other = Client(app, stranger.account, endpoint="http://127.0.0.1:4700/worlds/mine")
        answered = metadata(other, "report-abcdefghij012345")
        assert answered["createdAt"] == datetime.fromisoformat(one["createdAt"])
        assert "report-abcdefghij012345" not in {one["id"] for one in control_result(app, "GET", REPORTS)["reports"]}

    def test_a_new_version(self, stranger: Client) -> None:
        """It has the next number, and is the current one; the rest is as in the version before."""
        before = metadata(stranger, REPORT)
        made = control_result(stranger.app, "POST", REPORTS, {"id": REPORT})
        assert made["version"] == 6
        assert metadata(stranger, REPORT)["version"] == 6
        for member in ("name", "series", "category", "description", "acceptanceType"):
            assert made[member] == before[member]

    def test_instants_of_any_zone(self, stranger: Client) -> None:
        """They are kept in UTC, as AWS tells them."""
        made = control_result(stranger.app, "POST", REPORTS, NEW | {"createdAt": "2026-01-01T01:00:00+02:00"})
        assert made["createdAt"] == "2025-12-31T23:00:00+00:00"
        assert metadata(stranger, made["id"])["createdAt"] == datetime(2025, 12, 31, 23, tzinfo=UTC)

    @pytest.mark.parametrize(
        ("body", "named"),
        [
            ({}, "name and a series"),
            ({"name": "Sample"}, "name and a series"),
            ({"id": "report-0000000000000000"}, "name and a series"),
            (NEW | {"id": "report-short"}, "id"),
            (NEW | {"id": f"{REPORT}\n"}, "id"),
            (NEW | {"name": "SOC 1/2"}, "name"),
            (NEW | {"name": ""}, "name"),
            (NEW | {"name": "x" * 257}, "name"),
            (NEW | {"series": None}, "name and a series"),
            (NEW | {"description": "<b>"}, "description"),
            (NEW | {"description": "x" * 2049}, "description"),
            (NEW | {"version": 0}, "version"),
            (NEW | {"version": "1"}, "version"),
            (NEW | {"version": 2**63}, "version"),
            (NEW | {"version": True}, "version"),
            (NEW | {"state": "DRAFT"}, "state"),
            (NEW | {"uploadState": "complete"}, "uploadState"),
            (NEW | {"acceptanceType": "NEVER"}, "acceptanceType"),
            (NEW | {"periodStart": "2026-01-01T00:00:00"}, "periodStart"),
            (NEW | {"periodStart": "yesterday"}, "periodStart"),
            (NEW | {"periodEnd": "0001-01-01T00:00:00Z"}, "periodEnd"),
            (NEW | {"periodEnd": "9999-12-31T23:59:59Z"}, "periodEnd"),
            (NEW | {"periodStart": "2026-02-01T00:00:00Z", "periodEnd": "2026-01-01T00:00:00Z"}, "period"),
            (NEW | {"deletedAt": "2026-11-23T12:00:06Z"}, "deleted"),
            (NEW | {"colour": "blue"}, "colour"),
            (NEW | {"period_start": "2026-01-01T00:00:00Z"}, "period_start"),
            (b"{", "body"),
            (b"[]", "body"),
        ],
    )
    def test_refuses(self, app: App, body: Any, named: str) -> None:
        """What is no report is told so, by the member's name, and nothing changes."""
        status, detail = control_refusal(app, "POST", REPORTS, body)
        assert status == 400
        assert named in detail or named == "body"

    @pytest.mark.parametrize("version", [1, 5])
    def test_refuses_a_version_that_is_there(self, app: App, version: int) -> None:
        """No number is given twice."""
        status, detail = control_refusal(app, "POST", REPORTS, {"id": REPORT, "version": version})
        assert (status, f"version {version}" in detail) == (409, True)


class TestChange:
    """PATCH `/_emulator/artifact/reports/<id>/versions/<version>`."""

    def test_withdraws(self, stranger: Client) -> None:
        """The version before is the current one again, and the answer says when it was withdrawn."""
        made = control_result(stranger.app, "PATCH", f"{REPORTS}/{REPORT}/versions/5", {"state": "UNPUBLISHED"})
        assert (made["state"], made["deletedAt"], made["sequenceNumber"]) == ("UNPUBLISHED", NOW.isoformat(), 2)
        assert metadata(stranger, REPORT)["version"] == 4

    def test_lets_a_document_come(self, stranger: Client) -> None:
        """An upload is waited for, fails and comes, as the test has it."""
        made = control_result(
            stranger.app, "POST", REPORTS, NEW | {"uploadState": "PROCESSING", "statusMessage": "Wait."}
        )
        path = f"{REPORTS}/{made['id']}/versions/1"
        for state in ("FAULT", "FAILED", "PROCESSING"):
            control_result(stranger.app, "PATCH", path, {"uploadState": state})
            assert metadata(stranger, made["id"])["uploadState"] == state
            assert (
                stranger.expect_error("artifact", "GetTermForReport", reportId=made["id"]).code == "ConflictException"
            )
        control_result(stranger.app, "PATCH", path, {"uploadState": "COMPLETE", "statusMessage": ""})
        assert "statusMessage" not in metadata(stranger, made["id"])
        assert stranger.do("artifact", "GetTermForReport", reportId=made["id"])

    @pytest.mark.parametrize(
        ("path", "body", "status"),
        [
            (f"{REPORT}/versions/5", {}, 400),
            (f"{REPORT}/versions/5", {"sequenceNumber": 1}, 400),
            (f"{REPORT}/versions/5", {"state": "DELETED"}, 400),
            (f"{REPORT}/versions/5", {"name": "Other"}, 400),
            (f"{REPORT}/versions/5", {"state": "UNPUBLISHED", "sequenceNumber": 2}, 409),
            (f"{REPORT}/versions/6", {"state": "UNPUBLISHED"}, 404),
            (f"{REPORT}/versions/0", {"state": "UNPUBLISHED"}, 404),
            (f"{REPORT}/versions/-1", {"state": "UNPUBLISHED"}, 404),
            (f"{REPORT}/versions/{10**30}", {"state": "UNPUBLISHED"}, 404),
            (f"{REPORT}/versions/five", {"state": "UNPUBLISHED"}, 404),
            ("report-0000000000000000/versions/1", {"state": "UNPUBLISHED"}, 404),
        ],
    )
    def test_refuses(self, app: App, path: str, body: Any, status: int) -> None:
        """No change, what is no change, what was changed since, and what is not there."""
        assert control_refusal(app, "PATCH", f"{REPORTS}/{path}", body)[0] == status


class TestWithdraw:
    """DELETE `/_emulator/artifact/reports/<id>`, and GET of all."""

    def test_all_versions(self, stranger: Client) -> None:
        """No account is shown the report; the control API still tells of it."""
        control_done(stranger.app, "DELETE", f"{REPORTS}/{REPORT}")
        assert REPORT not in {one["id"] for one in stranger.do("artifact", "ListReports")["reports"]}
        found = [one for one in control_result(stranger.app, "GET", REPORTS)["reports"] if one["id"] == REPORT]
        assert [(one["version"], one["state"]) for one in found] == [(n, "UNPUBLISHED") for n in range(1, 6)]

    def test_refuses(self, app: App) -> None:
        """A report that is not there."""
        status, detail = control_refusal(app, "DELETE", f"{REPORTS}/report-0000000000000000")
        assert (status, detail) == (404, "There is no report report-0000000000000000.")


class TestTerminate:
    """POST `/_emulator/artifact/customer-agreements/<id>/terminate`."""

    def test_an_organizations(self, management: Client, member: Client) -> None:
        """AWS ends it for all its accounts; the answer is AWS's summary, which says so."""
        trust_artifact(management)
        accepted = accept(management, ORGANIZATION_AGREEMENT)
        ended = control_result(management.app, "POST", f"{AGREEMENTS}/{accepted['id']}/terminate")
        assert (ended["id"], ended["state"], ended["effectiveEnd"]) == (
            accepted["id"],
            "AWS_TERMINATED",
            NOW.isoformat(),
        )
        assert ended.keys() == accepted.keys() | {"effectiveEnd"}
        for client in (management, member):
            assert client.do("artifact", "ListCustomerAgreements")["customerAgreements"] == []
            got = client.expect_error("artifact", "GetCustomerAgreement", customerAgreementId=accepted["id"])
            assert got.code == "ResourceNotFoundException"

    def test_an_accounts(self, stranger: Client) -> None:
        """It may be accepted again; the token that would have ended it ends nothing."""
        accepted = accept(stranger, ACCOUNT_AGREEMENT)["id"]
        shown = stranger.do("artifact", "GetCustomerAgreement", customerAgreementId=accepted)
        control_result(stranger.app, "POST", f"{AGREEMENTS}/{accepted}/terminate")
        token = shown["terminateAgreementToken"]
        got = stranger.expect_error(
            "artifact", "TerminateAgreement", customerAgreementId=accepted, terminateAgreementToken=token
        )
        assert got.code == "ResourceNotFoundException"
        again = accept(stranger, ACCOUNT_AGREEMENT)["id"]
        assert again != accepted
        listed = stranger.do("artifact", "ListCustomerAgreements")["customerAgreements"]
        assert [(one["id"], one["state"]) for one in listed] == [(again, "ACTIVE")]

    def test_refuses(self, stranger: Client) -> None:
        """What is not there, and what has ended."""
        accepted = accept(stranger, ACCOUNT_AGREEMENT)["id"]
        control_result(stranger.app, "POST", f"{AGREEMENTS}/{accepted}/terminate")
        for name in (accepted, "customer-agreement-0000000000000000", "x"):
            status, detail = control_refusal(stranger.app, "POST", f"{AGREEMENTS}/{name}/terminate")
            assert (status, name in detail) == (404, True)


class TestSignOffline:
    """POST `/_emulator/artifact/offline-agreements`."""

    @pytest.mark.parametrize(("partition", "region"), [("aws", "us-east-1"), ("aws-us-gov", "us-gov-west-1")])
    def test_shows_and_stays(self, app: App, stranger: Client, partition: str, region: str) -> None:
        """Its account sees it active and downloads it; it cannot be terminated, and was never offered."""
        client = Client(app, stranger.account, region=region)
        signed = control_result(app, "POST", OFFLINE, {"account": stranger.account, "partition": partition})
        (listed,) = client.do("artifact", "ListCustomerAgreements")["customerAgreements"]
        assert (listed["id"], listed["state"], listed["type"]) == (signed["id"], "ACTIVE", "CUSTOM")
        assert listed["name"] == "Offline Business Associate Addendum (BAA)"
        assert listed["arn"].startswith(f"arn:{partition}:artifact::{stranger.account}:customer-agreement/")
        assert signed["name"] not in {one["name"] for one in client.do("artifact", "ListAgreements")["agreements"]}
        shown = client.do("artifact", "GetCustomerAgreement", customerAgreementId=signed["id"])
        assert shown.keys() == {"documentPresignedUrl", "terminateTerms"}
        assert download(client, shown["documentPresignedUrl"]).startswith(b"%PDF-")
        got = client.expect_error(
            "artifact",
            "TerminateAgreement",
            customerAgreementId=signed["id"],
            terminateAgreementToken="agreement-token-" + "0" * 24,
        )
        assert (got.status, got.code) == (403, "AccessDeniedException")
        assert "offline" in got.message

    @pytest.mark.parametrize("body", [{}, {"account": "1"}, {"account": "1" * 12, "partition": "aws-cn"}, {"who": 1}])
    def test_refuses(self, app: App, body: Any) -> None:
        """Who is no account, and where there is none."""
        assert control_refusal(app, "POST", OFFLINE, body)[0] == 400


class TestStrangers:
    """Who may not publish or terminate."""

    @pytest.mark.parametrize(
        ("method", "path", "body"),
        [
            ("POST", REPORTS, NEW),
            ("PATCH", f"{REPORTS}/{REPORT}/versions/5", {"state": "UNPUBLISHED"}),
            ("DELETE", f"{REPORTS}/{REPORT}", None),
        ],
    )
    @pytest.mark.parametrize("headers", [{"host": "evil.example"}, {"sec_fetch_site": "cross-site"}])
    def test_from_elsewhere(self, app: App, method: str, path: str, body: Any, headers: dict[str, str]) -> None:
        """A page of another site, and a name that is not this machine's."""
        assert control_refusal(app, method, path, body, **headers)[0] == 403

    @pytest.mark.parametrize("headers", [{"host": "evil.example"}, {"sec_fetch_site": "cross-site"}])
    def test_terminate_nothing(self, stranger: Client, headers: dict[str, str]) -> None:
        """The agreement stays in force."""
        accepted = accept(stranger, ACCOUNT_AGREEMENT)["id"]
        assert control_refusal(stranger.app, "POST", f"{AGREEMENTS}/{accepted}/terminate", None, **headers)[0] == 403


class TestDescription:
    """`/_emulator/openapi.json`."""

    def test_names_the_paths(self, app: App) -> None:
        """Each path, and the shape of each body under the names that it takes."""
        document = control_result(app, "GET", "/_emulator/openapi.json")
        assert {REPORTS, f"{REPORTS}/{{report_id}}"} <= document["paths"].keys()
        assert "uploadState" in document["components"]["schemas"]["ReportBody"]["properties"]
        assert control_reply(app, "GET", REPORTS).status == 200
