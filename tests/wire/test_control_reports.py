"""Reports and customer agreements over the control API."""

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
    """Return the details of a report from AWS Artifact's own operation."""
    details: dict[str, Any] = client.do("artifact", "GetReportMetadata", reportId=report_id, **parameters)[
        "reportDetails"
    ]
    return details


def with_instants(details: dict[str, Any]) -> dict[str, Any]:
    """Return the JSON of a report with instants in the form of botocore."""
    return {
        name: datetime.fromisoformat(value) if name.endswith("At") or name.startswith("period") else value
        for name, value in details.items()
    }


class TestPublish:
    """POST `/_emulator/artifact/reports`."""

    def test_published_report_is_visible_to_every_account(self, member: Client, stranger: Client) -> None:
        """A report needs only a name and a series; every account can list it, with the members of AWS."""
        report = control_result(member.app, "POST", REPORTS, NEW)
        assert report["createdAt"] == NOW.isoformat()
        for client in (member, stranger):
            latest = client.do("artifact", "ListReports")["reports"][-1]
            assert (latest["id"], latest["name"]) == (report["id"], "Sample")
        details = metadata(stranger, report["id"])
        assert details.keys() == report.keys()
        assert (details["arn"], details["termArn"]) == (report["arn"], report["termArn"])

    def test_report_keeps_every_member(self, stranger: Client) -> None:
        """All members of AWS's ReportDetail are accepted and returned unchanged."""
        report = {
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
        assert control_result(stranger.app, "POST", REPORTS, report) == report
        assert metadata(stranger, "report-abcdefghij012345", reportVersion=3) == with_instants(report)

    def test_report_can_be_copied_to_another_world(self, app: App, stranger: Client) -> None:
        """The JSON of a report in one world can be published in another."""
        report = control_result(app, "GET", REPORTS)["reports"][0] | {"id": "report-abcdefghij012345"}
        control_result(app, "POST", f"/worlds/mine{REPORTS}", report)
        other = Client(app, stranger.account, endpoint="http://127.0.0.1:4700/worlds/mine")
        details = metadata(other, "report-abcdefghij012345")
        assert details["createdAt"] == datetime.fromisoformat(report["createdAt"])
        assert "report-abcdefghij012345" not in {
            other["id"] for other in control_result(app, "GET", REPORTS)["reports"]
        }

    def test_new_version_inherits_members(self, stranger: Client) -> None:
        """A new version has the next number, becomes the current one and inherits missing members."""
        before = metadata(stranger, REPORT)
        version = control_result(stranger.app, "POST", REPORTS, {"id": REPORT})
        assert version["version"] == 6
        assert metadata(stranger, REPORT)["version"] == 6
        for member in ("name", "series", "category", "description", "acceptanceType"):
            assert version[member] == before[member]

    def test_instants_are_converted_to_utc(self, stranger: Client) -> None:
        """Instants are converted to UTC, as AWS returns them."""
        report = control_result(stranger.app, "POST", REPORTS, NEW | {"createdAt": "2026-01-01T01:00:00+02:00"})
        assert report["createdAt"] == "2025-12-31T23:00:00+00:00"
        assert metadata(stranger, report["id"])["createdAt"] == datetime(2025, 12, 31, 23, tzinfo=UTC)

    @pytest.mark.parametrize(
        ("body", "text"),
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
    def test_invalid_report_is_refused(self, app: App, body: Any, text: str) -> None:
        """An invalid report is refused with the name of the member, and nothing changes."""
        status, detail = control_refusal(app, "POST", REPORTS, body)
        assert status == 400
        assert text in detail or text == "body"

    @pytest.mark.parametrize("version", [1, 5])
    def test_existing_version_is_refused(self, app: App, version: int) -> None:
        """The number of an existing version is refused."""
        status, detail = control_refusal(app, "POST", REPORTS, {"id": REPORT, "version": version})
        assert (status, f"version {version}" in detail) == (409, True)


class TestChange:
    """PATCH `/_emulator/artifact/reports/<id>/versions/<version>`."""

    def test_withdrawn_version_is_replaced_by_previous_one(self, stranger: Client) -> None:
        """The previous version becomes the current one again, and the reply has the time of the withdrawal."""
        version = control_result(stranger.app, "PATCH", f"{REPORTS}/{REPORT}/versions/5", {"state": "UNPUBLISHED"})
        assert (version["state"], version["deletedAt"], version["sequenceNumber"]) == (
            "UNPUBLISHED",
            NOW.isoformat(),
            2,
        )
        assert metadata(stranger, REPORT)["version"] == 4

    def test_upload_state_decides_about_document(self, stranger: Client) -> None:
        """The document can be obtained only while the upload is complete."""
        report = control_result(
            stranger.app, "POST", REPORTS, NEW | {"uploadState": "PROCESSING", "statusMessage": "Wait."}
        )
        path = f"{REPORTS}/{report['id']}/versions/1"
        for state in ("FAULT", "FAILED", "PROCESSING"):
            control_result(stranger.app, "PATCH", path, {"uploadState": state})
            assert metadata(stranger, report["id"])["uploadState"] == state
            assert (
                stranger.expect_error("artifact", "GetTermForReport", reportId=report["id"]).code == "ConflictException"
            )
        control_result(stranger.app, "PATCH", path, {"uploadState": "COMPLETE", "statusMessage": ""})
        assert "statusMessage" not in metadata(stranger, report["id"])
        assert stranger.do("artifact", "GetTermForReport", reportId=report["id"])

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
    def test_invalid_change_is_refused(self, app: App, path: str, body: Any, status: int) -> None:
        """An empty or invalid change, a conflicting one, and one of an unknown version are refused."""
        assert control_refusal(app, "PATCH", f"{REPORTS}/{path}", body)[0] == status


class TestWithdraw:
    """DELETE `/_emulator/artifact/reports/<id>`, and GET of all reports."""

    def test_withdrawn_report_is_hidden_from_accounts(self, stranger: Client) -> None:
        """No account can list a withdrawn report; the control API still does."""
        control_done(stranger.app, "DELETE", f"{REPORTS}/{REPORT}")
        assert REPORT not in {report["id"] for report in stranger.do("artifact", "ListReports")["reports"]}
        reports = control_result(stranger.app, "GET", REPORTS)["reports"]
        versions = [(report["version"], report["state"]) for report in reports if report["id"] == REPORT]
        assert versions == [(number, "UNPUBLISHED") for number in range(1, 6)]

    def test_unknown_report_is_refused(self, app: App) -> None:
        """An unknown report is refused."""
        status, detail = control_refusal(app, "DELETE", f"{REPORTS}/report-0000000000000000")
        assert (status, detail) == (404, "There is no report report-0000000000000000.")


class TestTerminate:
    """POST `/_emulator/artifact/customer-agreements/<id>/terminate`."""

    def test_organization_agreement_is_terminated_for_all_accounts(self, management: Client, member: Client) -> None:
        """An organization agreement terminated by AWS ends for all accounts; the reply is its summary."""
        trust_artifact(management)
        agreement = accept(management, ORGANIZATION_AGREEMENT)
        terminated = control_result(management.app, "POST", f"{AGREEMENTS}/{agreement['id']}/terminate")
        assert (terminated["id"], terminated["state"], terminated["effectiveEnd"]) == (
            agreement["id"],
            "AWS_TERMINATED",
            NOW.isoformat(),
        )
        assert terminated.keys() == agreement.keys() | {"effectiveEnd"}
        for client in (management, member):
            assert client.do("artifact", "ListCustomerAgreements")["customerAgreements"] == []
            error = client.expect_error("artifact", "GetCustomerAgreement", customerAgreementId=agreement["id"])
            assert error.code == "ResourceNotFoundException"

    def test_terminated_account_agreement_can_be_accepted_again(self, stranger: Client) -> None:
        """An account agreement terminated by AWS can be accepted again; the old termination token is invalid."""
        accepted = accept(stranger, ACCOUNT_AGREEMENT)["id"]
        details = stranger.do("artifact", "GetCustomerAgreement", customerAgreementId=accepted)
        control_result(stranger.app, "POST", f"{AGREEMENTS}/{accepted}/terminate")
        token = details["terminateAgreementToken"]
        error = stranger.expect_error(
            "artifact", "TerminateAgreement", customerAgreementId=accepted, terminateAgreementToken=token
        )
        assert error.code == "ResourceNotFoundException"
        again = accept(stranger, ACCOUNT_AGREEMENT)["id"]
        assert again != accepted
        agreements = stranger.do("artifact", "ListCustomerAgreements")["customerAgreements"]
        assert [(agreement["id"], agreement["state"]) for agreement in agreements] == [(again, "ACTIVE")]

    def test_unknown_or_terminated_agreement_is_refused(self, stranger: Client) -> None:
        """An unknown or terminated agreement is refused."""
        accepted = accept(stranger, ACCOUNT_AGREEMENT)["id"]
        control_result(stranger.app, "POST", f"{AGREEMENTS}/{accepted}/terminate")
        for name in (accepted, "customer-agreement-0000000000000000", "x"):
            status, detail = control_refusal(stranger.app, "POST", f"{AGREEMENTS}/{name}/terminate")
            assert (status, name in detail) == (404, True)


class TestSignOffline:
    """POST `/_emulator/artifact/offline-agreements`."""

    @pytest.mark.parametrize(("partition", "region"), [("aws", "us-east-1"), ("aws-us-gov", "us-gov-west-1")])
    def test_offline_agreement_cannot_be_terminated(
        self, app: App, stranger: Client, partition: str, region: str
    ) -> None:
        """The account can view and download the active agreement, but not terminate it; it is not offered to accept."""
        client = Client(app, stranger.account, region=region)
        signed = control_result(app, "POST", OFFLINE, {"account": stranger.account, "partition": partition})
        (agreement,) = client.do("artifact", "ListCustomerAgreements")["customerAgreements"]
        assert (agreement["id"], agreement["state"], agreement["type"]) == (signed["id"], "ACTIVE", "CUSTOM")
        assert agreement["name"] == "Offline Business Associate Addendum (BAA)"
        assert agreement["arn"].startswith(f"arn:{partition}:artifact::{stranger.account}:customer-agreement/")
        assert signed["name"] not in {
            offered["name"] for offered in client.do("artifact", "ListAgreements")["agreements"]
        }
        details = client.do("artifact", "GetCustomerAgreement", customerAgreementId=signed["id"])
        assert details.keys() == {"documentPresignedUrl", "terminateTerms"}
        assert download(client, details["documentPresignedUrl"]).startswith(b"%PDF-")
        error = client.expect_error(
            "artifact",
            "TerminateAgreement",
            customerAgreementId=signed["id"],
            terminateAgreementToken="agreement-token-" + "0" * 24,
        )
        assert (error.status, error.code) == (403, "AccessDeniedException")
        assert "offline" in error.message

    @pytest.mark.parametrize("body", [{}, {"account": "1"}, {"account": "1" * 12, "partition": "aws-cn"}, {"who": 1}])
    def test_invalid_account_is_refused(self, app: App, body: Any) -> None:
        """An invalid account and a partition without such an agreement are refused."""
        assert control_refusal(app, "POST", OFFLINE, body)[0] == 400


class TestForeignOrigins:
    """Requests from foreign origins."""

    @pytest.mark.parametrize(
        ("method", "path", "body"),
        [
            ("POST", REPORTS, NEW),
            ("PATCH", f"{REPORTS}/{REPORT}/versions/5", {"state": "UNPUBLISHED"}),
            ("DELETE", f"{REPORTS}/{REPORT}", None),
        ],
    )
    @pytest.mark.parametrize("headers", [{"host": "evil.example"}, {"sec_fetch_site": "cross-site"}])
    def test_reports_cannot_be_changed_by_foreign_origins(
        self, app: App, method: str, path: str, body: Any, headers: dict[str, str]
    ) -> None:
        """Pages of other sites and foreign host names cannot change reports."""
        assert control_refusal(app, method, path, body, **headers)[0] == 403

    @pytest.mark.parametrize("headers", [{"host": "evil.example"}, {"sec_fetch_site": "cross-site"}])
    def test_agreements_cannot_be_terminated_by_foreign_origins(
        self, stranger: Client, headers: dict[str, str]
    ) -> None:
        """Pages of other sites and foreign host names cannot terminate an agreement."""
        accepted = accept(stranger, ACCOUNT_AGREEMENT)["id"]
        assert control_refusal(stranger.app, "POST", f"{AGREEMENTS}/{accepted}/terminate", None, **headers)[0] == 403


class TestOpenApi:
    """`/_emulator/openapi.json`."""

    def test_openapi_document_has_paths_and_bodies(self, app: App) -> None:
        """The OpenAPI document has the paths, and bodies with the names of AWS's members."""
        document = control_result(app, "GET", "/_emulator/openapi.json")
        assert {REPORTS, f"{REPORTS}/{{report_id}}"} <= document["paths"].keys()
        assert "uploadState" in document["components"]["schemas"]["ReportBody"]["properties"]
        assert control_reply(app, "GET", REPORTS).status == 200
