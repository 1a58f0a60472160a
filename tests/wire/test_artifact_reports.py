"""Report and settings operations of AWS Artifact on the wire."""

from datetime import timedelta
from typing import Any

import pytest

from artifact_state import catalog, principals
from artifact_state.artifact import publishing
from artifact_state.artifact.publishing import VersionChange, VersionDraft
from artifact_state.catalog import Publication, Upload
from artifact_state.record import replace
from tests.support.artifact_calls import REPORT, download, error_of, invalid_members
from tests.support.wire_client import Answer, Client, refused

SERVICE = "artifact"
UPLOADING = "report-VwwcNPWUjtjSvexn"
NOWHERE = "report-0000000000000000"
PUBLISHER = principals.service_principal("artifact.amazonaws.com")
of_a_report = pytest.mark.parametrize(
    "operation", ["ListReportVersions", "GetReportMetadata", "GetTermForReport", "GetReport"]
)
of_a_version = pytest.mark.parametrize("operation", ["GetReportMetadata", "GetTermForReport", "GetReport"])


def input_of(operation: str, **parameters: Any) -> dict[str, Any]:
    """Return the input of an operation on a report; GetReport requires a token."""
    return parameters | ({"termToken": "term-token-x"} if operation == "GetReport" else {})


def is_not_found(got: Answer, name: str) -> bool:
    """Return whether an answer is the error of a report that does not exist, with its name."""
    resource = (got.data["resourceType"], got.data["resourceId"])
    return error_of(got) == (404, "ResourceNotFoundException", None) and resource == ("report", name)


def publish(client: Client, draft: VersionDraft) -> str:
    """Publish a version of a report, and return the report's id."""
    with client.app.world.transaction(PUBLISHER) as tx:
        return publishing.publish_version(tx, draft)[0].id


def change(client: Client, report_id: str, number: int, **fields: Any) -> None:
    """Change a version of a report."""
    with client.app.world.transaction(PUBLISHER) as tx:
        publishing.change_version(tx, report_id, number, VersionChange(**fields))


def pages(client: Client, operation: str, size: int, **parameters: Any) -> list[list[dict[str, Any]]]:
    """Return the pages of a listing."""
    got = client.do(SERVICE, operation, maxResults=size, **parameters)
    reports = [got["reports"]]
    while "nextToken" in got:
        got = client.do(SERVICE, operation, maxResults=size, nextToken=got["nextToken"], **parameters)
        reports.append(got["reports"])
    return reports


class TestListReports:
    """ListReports."""

    def test_published_reports_are_listed_once(self, stranger: Client) -> None:
        """All published reports are listed in the order of their ids, without withdrawn ones."""
        listed = stranger.do(SERVICE, "ListReports")["reports"]
        published = [report for report in catalog.reports() if report.current]
        assert [report["id"] for report in listed] == [report.id for report in published]
        assert len(catalog.reports()) > len(published) > 36
        assert {report["state"] for report in listed} == {"PUBLISHED"}
        assert {report["acceptanceType"] for report in listed} == {"PASSTHROUGH", "EXPLICIT"}

    @pytest.mark.parametrize("size", [1, 7, 300])
    def test_pages_make_up_the_whole_list(self, stranger: Client, size: int) -> None:
        """The pages in order are the whole list, and none is longer than requested."""
        all_pages = pages(stranger, "ListReports", size)
        listed = stranger.do(SERVICE, "ListReports")["reports"]
        assert [report for page in all_pages for report in page] == listed
        assert {len(page) for page in all_pages[:-1]} <= {size}

    def test_report_published_between_pages_is_on_a_later_page(self, stranger: Client) -> None:
        """A report that is published while a client reads pages is on a later one."""
        first = stranger.do(SERVICE, "ListReports", maxResults=20)
        report_id = publish(stranger, VersionDraft(name="Sample", series="SOC"))
        rest = stranger.do(SERVICE, "ListReports", nextToken=first["nextToken"])["reports"]
        assert rest[-1]["id"] == report_id
        assert not {report["id"] for report in rest} & {report["id"] for report in first["reports"]}

    def test_new_report_is_listed_for_every_account(self, management: Client, member: Client, stranger: Client) -> None:
        """A new report is listed at once for accounts of every organization and for standalone accounts."""
        report_id = publish(management, VersionDraft(name="Sample", series="SOC"))
        other = Client(management.app, "222233334444")
        other.do("organizations", "CreateOrganization")
        for client in (management, member, stranger, other):
            assert client.do(SERVICE, "ListReports")["reports"][-1]["id"] == report_id

    @pytest.mark.parametrize("size", [0, -1, 301, 10**30])
    @pytest.mark.parametrize("operation", ["ListReports", "ListReportVersions"])
    def test_page_size_out_of_range_is_invalid(self, stranger: Client, operation: str, size: int) -> None:
        """A page has 1 to 300 reports."""
        report = {} if operation == "ListReports" else {"reportId": REPORT}
        got = stranger.expect_error(SERVICE, operation, maxResults=size, **report)
        assert error_of(got) == (400, "ValidationException", "fieldValidationFailed")
        assert invalid_members(got) == ["maxResults"]

    def test_next_token_is_bound_to_its_listing(self, stranger: Client, member: Client) -> None:
        """A next token is valid for the account, the operation and the report for which it was issued."""
        token = stranger.do(SERVICE, "ListReportVersions", reportId=REPORT, maxResults=1)["nextToken"]
        for client, operation, report in (
            (stranger, "ListReports", {}),
            (stranger, "ListReportVersions", {"reportId": UPLOADING}),
            (member, "ListReportVersions", {"reportId": REPORT}),
        ):
            got = client.expect_error(SERVICE, operation, nextToken=token, **report)
            assert error_of(got) == (400, "ValidationException", "fieldValidationFailed")
            assert invalid_members(got) == ["nextToken"]


class TestListReportVersions:
    """ListReportVersions."""

    def test_withdrawn_versions_are_left_out(self, stranger: Client) -> None:
        """Published versions are listed, the oldest first, across pages."""
        all_pages = pages(stranger, "ListReportVersions", 2, reportId=REPORT)
        assert [[version["version"] for version in page] for page in all_pages] == [[2, 3], [4, 5]]

    def test_versions_without_a_document_are_listed(self, stranger: Client) -> None:
        """The upload state and the status message say why the document is not available."""
        versions = stranger.do(SERVICE, "ListReportVersions", reportId=UPLOADING)["reports"]
        assert [version["uploadState"] for version in versions] == ["COMPLETE", "PROCESSING"]
        assert [version.get("statusMessage") for version in versions] == [None, "The upload is being processed."]

    def test_withdrawn_report_has_an_empty_list(self, stranger: Client) -> None:
        """The required member is an empty list."""
        withdrawn = next(report.id for report in catalog.reports() if report.current is None)
        assert stranger.do(SERVICE, "ListReportVersions", reportId=withdrawn) == {"reports": []}


class TestGetReportMetadata:
    """GetReportMetadata."""

    def test_withdrawn_version_is_described_by_its_number(self, stranger: Client) -> None:
        """A withdrawn version is described with the instant of its withdrawal."""
        details = stranger.do(SERVICE, "GetReportMetadata", reportId=REPORT, reportVersion=1)["reportDetails"]
        assert (details["state"], details["version"], details["sequenceNumber"]) == ("UNPUBLISHED", 1, 2)
        assert details["deletedAt"] >= details["createdAt"]

    def test_default_version_is_the_newest_available_one(self, stranger: Client) -> None:
        """Without a number, the newest version with a document is described."""
        assert stranger.do(SERVICE, "GetReportMetadata", reportId=UPLOADING)["reportDetails"]["version"] == 1
        change(stranger, UPLOADING, 2, upload_state=Upload.COMPLETE)
        assert stranger.do(SERVICE, "GetReportMetadata", reportId=UPLOADING)["reportDetails"]["version"] == 2

    def test_new_version_is_described_at_once(self, stranger: Client, member: Client) -> None:
        """A new version is the current one for every account."""
        before = stranger.do(SERVICE, "GetReportMetadata", reportId=REPORT)["reportDetails"]
        publish(member, VersionDraft(id=REPORT, name="New name"))
        details = stranger.do(SERVICE, "GetReportMetadata", reportId=REPORT)["reportDetails"]
        assert (details["name"], details["version"]) == ("New name", 6)
        assert details["termArn"] == before["termArn"].replace(":5", ":6")


class TestUnknownReport:
    """Reports and versions that do not exist."""

    @of_a_report
    def test_unknown_report_is_not_found(self, stranger: Client, operation: str) -> None:
        """Every operation answers with the id of the unknown report."""
        assert is_not_found(stranger.expect_error(SERVICE, operation, **input_of(operation, reportId=NOWHERE)), NOWHERE)

    @of_a_version
    def test_unknown_version_is_not_found(self, stranger: Client, operation: str) -> None:
        """Every operation answers with the id and the number of the unknown version."""
        got = stranger.expect_error(SERVICE, operation, **input_of(operation, reportId=REPORT, reportVersion=4711))
        assert is_not_found(got, f"{REPORT}:4711")

    @of_a_version
    def test_withdrawn_report_has_no_default_version(self, stranger: Client, operation: str) -> None:
        """Without a number, a withdrawn report is not found."""
        withdrawn = next(report.id for report in catalog.reports() if report.current is None)
        assert is_not_found(
            stranger.expect_error(SERVICE, operation, **input_of(operation, reportId=withdrawn)), withdrawn
        )

    @of_a_report
    @pytest.mark.parametrize(
        "report_id",
        [
            "report-short",
            "agreement-9c1kBcYznTkcpRIm",
            f"{REPORT}x",
            f"{REPORT}\n",
            f"arn:aws:artifact:::{REPORT}",
            " ",
        ],
    )
    def test_invalid_report_id_is_refused(self, stranger: Client, operation: str, report_id: str) -> None:
        """An id of another form violates the shape."""
        got = stranger.expect_error(SERVICE, operation, **input_of(operation, reportId=report_id))
        assert error_of(got) == (400, "ValidationException", "fieldValidationFailed")
        assert invalid_members(got) == ["reportId"]

    @of_a_report
    def test_missing_report_id_is_refused(self, stranger: Client, operation: str) -> None:
        """The id is required."""
        got = stranger.expect_error(SERVICE, operation, **input_of(operation))
        assert error_of(got) == (400, "ValidationException", "fieldValidationFailed")

    @of_a_version
    @pytest.mark.parametrize("version", ["0", "-1", "1.5", "one", "1e3", ""])
    def test_invalid_version_is_refused(self, stranger: Client, operation: str, version: str) -> None:
        """A version is a whole number from 1 on."""
        request = stranger.request(SERVICE, operation, **input_of(operation, reportId=REPORT, reportVersion=4711))
        request = replace(request, query=request.query.replace("4711", version))
        got = refused(stranger.app, request, SERVICE, operation)
        assert error_of(got)[:2] == (400, "ValidationException")


class TestGetReport:
    """GetTermForReport and GetReport."""

    def test_every_listed_report_with_a_document_is_available(self, stranger: Client) -> None:
        """Every listed and uploaded report can be downloaded after its terms, whatever its acceptance type."""
        for report in stranger.do(SERVICE, "ListReports")["reports"]:
            if report["uploadState"] == "COMPLETE":
                term = stranger.do(SERVICE, "GetTermForReport", reportId=report["id"])
                assert stranger.do(SERVICE, "GetReport", reportId=report["id"], termToken=term["termToken"])

    def test_new_report_has_a_document_and_terms(self, stranger: Client, member: Client) -> None:
        """A report that was just published has a document and terms."""
        report_id = publish(member, VersionDraft(name="Sample", series="SOC"))
        term = stranger.do(SERVICE, "GetTermForReport", reportId=report_id)
        got = stranger.do(SERVICE, "GetReport", reportId=report_id, termToken=term["termToken"])
        assert download(stranger, term["documentPresignedUrl"]).startswith(b"%PDF-")
        assert download(stranger, got["documentPresignedUrl"]).startswith(b"%PDF-")

    def test_token_is_bound_to_its_version(self, stranger: Client) -> None:
        """The token for one version opens that version only."""
        term = stranger.do(SERVICE, "GetTermForReport", reportId=REPORT, reportVersion=2)
        for version in ({}, {"reportVersion": 3}):
            got = stranger.expect_error(SERVICE, "GetReport", reportId=REPORT, termToken=term["termToken"], **version)
            assert error_of(got) == (400, "ValidationException", "invalidToken")
        assert stranger.do(SERVICE, "GetReport", reportId=REPORT, termToken=term["termToken"], reportVersion=2)

    def test_used_token_is_invalid(self, stranger: Client) -> None:
        """A token is valid once."""
        term = stranger.do(SERVICE, "GetTermForReport", reportId=REPORT)
        stranger.do(SERVICE, "GetReport", reportId=REPORT, termToken=term["termToken"])
        got = stranger.expect_error(SERVICE, "GetReport", reportId=REPORT, termToken=term["termToken"])
        assert error_of(got) == (400, "ValidationException", "invalidToken")

    def test_expired_token_is_invalid(self, stranger: Client) -> None:
        """A token expires after 15 minutes."""
        term = stranger.do(SERVICE, "GetTermForReport", reportId=REPORT)
        stranger.app.world.clock.advance(timedelta(minutes=15))
        got = stranger.expect_error(SERVICE, "GetReport", reportId=REPORT, termToken=term["termToken"])
        assert error_of(got) == (400, "ValidationException", "invalidToken")

    def test_token_of_an_agreement_is_invalid(self, stranger: Client) -> None:
        """A token has one purpose."""
        nda = stranger.do(SERVICE, "GetNdaForAgreement", agreementId="agreement-9c1kBcYznTkcpRIm")
        token = nda["acceptNdaForAgreementToken"]
        got = stranger.expect_error(SERVICE, "GetReport", reportId=REPORT, termToken=token)
        assert error_of(got) == (400, "ValidationException", "invalidToken")
        assert invalid_members(got) == ["termToken"]

    @pytest.mark.parametrize("token", ["", "a.b", "x" * 257])
    def test_malformed_token_is_refused(self, stranger: Client, token: str) -> None:
        """A token has up to 256 letters, digits, hyphens and underscores."""
        got = stranger.expect_error(SERVICE, "GetReport", reportId=REPORT, termToken=token)
        assert error_of(got)[:2] == (400, "ValidationException")

    @pytest.mark.parametrize("operation", ["GetTermForReport", "GetReport"])
    @pytest.mark.parametrize("upload", [Upload.PROCESSING, Upload.FAILED, Upload.FAULT])
    def test_version_without_a_document_is_a_conflict(self, stranger: Client, operation: str, upload: Upload) -> None:
        """The conflict names the version."""
        report_id = publish(stranger, VersionDraft(name="Sample", series="SOC", upload_state=upload))
        got = stranger.expect_error(SERVICE, operation, **input_of(operation, reportId=report_id))
        assert error_of(got) == (409, "ConflictException", None)
        assert (got.data["resourceType"], got.data["resourceId"]) == ("report", f"{report_id}:1")

    @pytest.mark.parametrize("operation", ["GetTermForReport", "GetReport"])
    def test_withdrawn_version_is_not_found(self, stranger: Client, operation: str) -> None:
        """A withdrawn version can be described but not downloaded."""
        got = stranger.expect_error(SERVICE, operation, **input_of(operation, reportId=REPORT, reportVersion=1))
        assert is_not_found(got, f"{REPORT}:1")

    def test_token_does_not_open_a_version_withdrawn_since(self, stranger: Client) -> None:
        """A token does not open a version that was withdrawn after its terms were shown; an earlier URL still does."""
        first, second = (stranger.do(SERVICE, "GetTermForReport", reportId=REPORT) for _ in range(2))
        got = stranger.do(SERVICE, "GetReport", reportId=REPORT, termToken=first["termToken"])
        change(stranger, REPORT, 5, state=Publication.UNPUBLISHED)
        members = input_of("GetReport", reportId=REPORT, reportVersion=5) | {"termToken": second["termToken"]}
        assert is_not_found(stranger.expect_error(SERVICE, "GetReport", **members), f"{REPORT}:5")
        assert download(stranger, got["documentPresignedUrl"]).startswith(b"%PDF-")


class TestAccountSettings:
    """GetAccountSettings and PutAccountSettings."""

    def subscription(self, client: Client) -> str:
        """Return the subscription of an account."""
        got = client.do(SERVICE, "GetAccountSettings")
        assert got["accountSettings"].keys() == {"notificationSubscriptionStatus"}
        status: str = got["accountSettings"]["notificationSubscriptionStatus"]
        return status

    def test_account_is_not_subscribed_by_default(self, stranger: Client) -> None:
        """An account is not subscribed by default, and reading changes nothing."""
        before = stranger.app.world.state
        assert self.subscription(stranger) == "NOT_SUBSCRIBED"
        assert stranger.app.world.state is before

    @pytest.mark.parametrize("status", ["SUBSCRIBED", "NOT_SUBSCRIBED"])
    def test_settings_belong_to_one_account(self, management: Client, member: Client, status: str) -> None:
        """An account changes its own settings, and the reply has the new values."""
        for client, value in ((management, "SUBSCRIBED"), (member, "NOT_SUBSCRIBED"), (management, status)):
            got = client.do(SERVICE, "PutAccountSettings", notificationSubscriptionStatus=value)
            assert got["accountSettings"] == {"notificationSubscriptionStatus": value}
        assert (self.subscription(management), self.subscription(member)) == (status, "NOT_SUBSCRIBED")

    def test_missing_member_keeps_its_value(self, stranger: Client) -> None:
        """A missing member keeps its value."""
        stranger.do(SERVICE, "PutAccountSettings", notificationSubscriptionStatus="SUBSCRIBED")
        got = stranger.do(SERVICE, "PutAccountSettings")
        assert got["accountSettings"] == {"notificationSubscriptionStatus": "SUBSCRIBED"}
        assert self.subscription(stranger) == "SUBSCRIBED"

    @pytest.mark.parametrize("status", ["BAD", "subscribed", "", 1, True, ["SUBSCRIBED"], {"SUBSCRIBED": True}])
    def test_invalid_status_is_refused(self, stranger: Client, status: Any) -> None:
        """There are two statuses, spelled in capitals."""
        request = stranger.request(SERVICE, "PutAccountSettings", notificationSubscriptionStatus="BAD")
        body = request.body.replace(b'"BAD"', repr(status).replace("'", '"').replace("True", "true").encode())
        got = refused(stranger.app, replace(request, body=body), SERVICE, "PutAccountSettings")
        assert error_of(got) == (400, "ValidationException", "fieldValidationFailed")
        assert invalid_members(got) == ["notificationSubscriptionStatus"]
