"""Reports and settings on the wire: what each operation answers, and how it refuses."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from artifact_state import catalog, principals
from artifact_state.artifact import publishing
from artifact_state.artifact.publishing import VersionChange, VersionDraft
from artifact_state.catalog import Publication, Upload
from tests.support.artifact_calls import REPORT, download, error_of
from tests.support.wire_client import Answer, Client, refused

SERVICE = "artifact"
UPLOADING = "report-VwwcNPWUjtjSvexn"
NOWHERE = "report-0000000000000000"
PUBLISHER = principals.service_principal("artifact.amazonaws.com")
of_a_report = pytest.mark.parametrize(
    "operation", ["ListReportVersions", "GetReportMetadata", "GetTermForReport", "GetReport"]
)
of_a_version = pytest.mark.parametrize("operation", ["GetReportMetadata", "GetTermForReport", "GetReport"])


def asks(operation: str, **parameters: Any) -> dict[str, Any]:
    """Give what an operation is to be asked; GetReport needs a token too."""
    return parameters | ({"termToken": "term-token-x"} if operation == "GetReport" else {})


def missing(got: Answer, name: str) -> bool:
    """Tell whether a report is refused as one that does not exist, and told back by name."""
    said = (got.data["resourceType"], got.data["resourceId"])
    return error_of(got) == (404, "ResourceNotFoundException", None) and said == ("report", name)


def publish(client: Client, draft: VersionDraft) -> str:
    """Publish a version of a report; give the report's id."""
    with client.app.world.transaction(PUBLISHER) as tx:
        return publishing.publish_version(tx, draft)[0].id


def change(client: Client, report_id: str, number: int, **wanted: Any) -> None:
    """Change a version of a report."""
    with client.app.world.transaction(PUBLISHER) as tx:
        publishing.change_version(tx, report_id, number, VersionChange(**wanted))


def pages(client: Client, operation: str, size: int, **parameters: Any) -> list[list[dict[str, Any]]]:
    """Go through a listing."""
    got = client.do(SERVICE, operation, maxResults=size, **parameters)
    found = [got["reports"]]
    while "nextToken" in got:
        got = client.do(SERVICE, operation, maxResults=size, nextToken=got["nextToken"], **parameters)
        found.append(got["reports"])
    return found


class TestListReports:
    """ListReports."""

    def test_shows_each_report_once(self, stranger: Client) -> None:
        """All that are published, in the order of their ids, and none that is withdrawn."""
        listed = stranger.do(SERVICE, "ListReports")["reports"]
        shown = [one for one in catalog.reports() if one.current]
        assert [one["id"] for one in listed] == [one.id for one in shown]
        assert len(catalog.reports()) > len(shown) > 36
        assert {one["state"] for one in listed} == {"PUBLISHED"}
        assert {one["acceptanceType"] for one in listed} == {"PASSTHROUGH", "EXPLICIT"}

    @pytest.mark.parametrize("size", [1, 7, 300])
    def test_pages(self, stranger: Client, size: int) -> None:
        """Page by page it is the same list, and no page is too long."""
        found = pages(stranger, "ListReports", size)
        assert [one for page in found for one in page] == stranger.do(SERVICE, "ListReports")["reports"]
        assert {len(page) for page in found[:-1]} <= {size}

    def test_shows_new_reports_between_pages(self, stranger: Client) -> None:
        """A report that is published while somebody turns pages is on a later one."""
        first = stranger.do(SERVICE, "ListReports", maxResults=20)
        made = publish(stranger, VersionDraft(name="Sample", series="SOC"))
        rest = stranger.do(SERVICE, "ListReports", nextToken=first["nextToken"])["reports"]
        assert rest[-1]["id"] == made
        assert not {one["id"] for one in rest} & {one["id"] for one in first["reports"]}

    def test_is_the_same_for_every_account(self, management: Client, member: Client, stranger: Client) -> None:
        """A new report is seen at once by every account of every organization, and by those in none."""
        made = publish(management, VersionDraft(name="Sample", series="SOC"))
        other = Client(management.app, "222233334444")
        other.do("organizations", "CreateOrganization")
        for client in (management, member, stranger, other):
            assert client.do(SERVICE, "ListReports")["reports"][-1]["id"] == made

    @pytest.mark.parametrize("size", [0, -1, 301, 10**30])
    @pytest.mark.parametrize("operation", ["ListReports", "ListReportVersions"])
    def test_of_a_page_too_small_or_too_large(self, stranger: Client, operation: str, size: int) -> None:
        """A page has 1 to 300 reports."""
        named = {} if operation == "ListReports" else {"reportId": REPORT}
        got = stranger.expect_error(SERVICE, operation, maxResults=size, **named)
        assert error_of(got) == (400, "ValidationException", "fieldValidationFailed")
        assert [one["name"] for one in got.data["fieldList"]] == ["maxResults"]

    def test_with_a_token_of_another_listing(self, stranger: Client, member: Client) -> None:
        """A token is good for the account, the operation and the report that it was given to."""
        token = stranger.do(SERVICE, "ListReportVersions", reportId=REPORT, maxResults=1)["nextToken"]
        for client, operation, named in (
            (stranger, "ListReports", {}),
            (stranger, "ListReportVersions", {"reportId": UPLOADING}),
            (member, "ListReportVersions", {"reportId": REPORT}),
        ):
            got = client.expect_error(SERVICE, operation, nextToken=token, **named)
            assert error_of(got) == (400, "ValidationException", "fieldValidationFailed")
            assert [one["name"] for one in got.data["fieldList"]] == ["nextToken"]


class TestListReportVersions:
    """ListReportVersions."""

    def test_leaves_out_withdrawn_ones(self, stranger: Client) -> None:
        """The oldest first, without the one that was withdrawn, page by page too."""
        found = pages(stranger, "ListReportVersions", 2, reportId=REPORT)
        assert [[one["version"] for one in page] for page in found] == [[2, 3], [4, 5]]

    def test_shows_those_whose_document_is_not_there(self, stranger: Client) -> None:
        """The upload state tells, and the message says why."""
        found = stranger.do(SERVICE, "ListReportVersions", reportId=UPLOADING)["reports"]
        assert [one["uploadState"] for one in found] == ["COMPLETE", "PROCESSING"]
        assert [one.get("statusMessage") for one in found] == [None, "The upload is being processed."]

    def test_of_a_withdrawn_report(self, stranger: Client) -> None:
        """The list is empty, and is there."""
        withdrawn = next(one.id for one in catalog.reports() if one.current is None)
        assert stranger.do(SERVICE, "ListReportVersions", reportId=withdrawn) == {"reports": []}


class TestGetReportMetadata:
    """GetReportMetadata."""

    def test_of_a_withdrawn_version(self, stranger: Client) -> None:
        """Asked for by its number it is described, with the instant at which it was withdrawn."""
        details = stranger.do(SERVICE, "GetReportMetadata", reportId=REPORT, reportVersion=1)["reportDetails"]
        assert (details["state"], details["version"], details["sequenceNumber"]) == ("UNPUBLISHED", 1, 2)
        assert details["deletedAt"] >= details["createdAt"]

    def test_of_the_current_version(self, stranger: Client) -> None:
        """Without a number: the newest whose document is there."""
        assert stranger.do(SERVICE, "GetReportMetadata", reportId=UPLOADING)["reportDetails"]["version"] == 1
        change(stranger, UPLOADING, 2, upload_state=Upload.COMPLETE)
        assert stranger.do(SERVICE, "GetReportMetadata", reportId=UPLOADING)["reportDetails"]["version"] == 2

    def test_of_a_new_version(self, stranger: Client, member: Client) -> None:
        """It is there for everyone as soon as it is published."""
        before = stranger.do(SERVICE, "GetReportMetadata", reportId=REPORT)["reportDetails"]
        publish(member, VersionDraft(id=REPORT, name="New name"))
        details = stranger.do(SERVICE, "GetReportMetadata", reportId=REPORT)["reportDetails"]
        assert (details["name"], details["version"]) == ("New name", 6)
        assert details["termArn"] == before["termArn"].replace(":5", ":6")


class TestUnknownReport:
    """A report, or a version, that is not there."""

    @of_a_report
    def test_is_told_back(self, stranger: Client, operation: str) -> None:
        """No operation makes one up."""
        assert missing(stranger.expect_error(SERVICE, operation, **asks(operation, reportId=NOWHERE)), NOWHERE)

    @of_a_version
    def test_version_is_told_back(self, stranger: Client, operation: str) -> None:
        """A known report has no version of this number."""
        got = stranger.expect_error(SERVICE, operation, **asks(operation, reportId=REPORT, reportVersion=4711))
        assert missing(got, f"{REPORT}:4711")

    @of_a_version
    def test_of_a_withdrawn_report(self, stranger: Client, operation: str) -> None:
        """Without a number no version of it is meant."""
        withdrawn = next(one.id for one in catalog.reports() if one.current is None)
        assert missing(stranger.expect_error(SERVICE, operation, **asks(operation, reportId=withdrawn)), withdrawn)

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
    def test_is_none(self, stranger: Client, operation: str, report_id: str) -> None:
        """What is no id of a report is refused by its form."""
        got = stranger.expect_error(SERVICE, operation, **asks(operation, reportId=report_id))
        assert error_of(got) == (400, "ValidationException", "fieldValidationFailed")
        assert [one["name"] for one in got.data["fieldList"]] == ["reportId"]

    @of_a_report
    def test_is_not_named(self, stranger: Client, operation: str) -> None:
        """An id is required."""
        got = stranger.expect_error(SERVICE, operation, **asks(operation))
        assert error_of(got) == (400, "ValidationException", "fieldValidationFailed")

    @of_a_version
    @pytest.mark.parametrize("version", ["0", "-1", "1.5", "one", "1e3", ""])
    def test_of_what_is_no_version(self, stranger: Client, operation: str, version: str) -> None:
        """A version is a whole number from 1 on."""
        asked = stranger.request(SERVICE, operation, **asks(operation, reportId=REPORT, reportVersion=4711))
        asked = replace(asked, query=asked.query.replace("4711", version))
        got = refused(stranger.app, asked, SERVICE, operation)
        assert error_of(got)[:2] == (400, "ValidationException")


class TestGetReport:
    """GetTermForReport and GetReport."""

    def test_of_every_report(self, stranger: Client) -> None:
        """Whatever is listed and uploaded can be had, passed through or not, after its terms."""
        for one in stranger.do(SERVICE, "ListReports")["reports"]:
            if one["uploadState"] == "COMPLETE":
                term = stranger.do(SERVICE, "GetTermForReport", reportId=one["id"])
                assert stranger.do(SERVICE, "GetReport", reportId=one["id"], termToken=term["termToken"])

    def test_of_a_new_report(self, stranger: Client, member: Client) -> None:
        """A report that was published just now has a document, and terms."""
        made = publish(member, VersionDraft(name="Sample", series="SOC"))
        term = stranger.do(SERVICE, "GetTermForReport", reportId=made)
        got = stranger.do(SERVICE, "GetReport", reportId=made, termToken=term["termToken"])
        assert download(stranger, term["documentPresignedUrl"]).startswith(b"%PDF-")
        assert download(stranger, got["documentPresignedUrl"]).startswith(b"%PDF-")

    def test_of_a_version(self, stranger: Client) -> None:
        """The terms of one version open that version, named both times."""
        term = stranger.do(SERVICE, "GetTermForReport", reportId=REPORT, reportVersion=2)
        for version in ({}, {"reportVersion": 3}):
            got = stranger.expect_error(SERVICE, "GetReport", reportId=REPORT, termToken=term["termToken"], **version)
            assert error_of(got) == (400, "ValidationException", "invalidToken")
        assert stranger.do(SERVICE, "GetReport", reportId=REPORT, termToken=term["termToken"], reportVersion=2)

    def test_twice(self, stranger: Client) -> None:
        """A token is used up."""
        term = stranger.do(SERVICE, "GetTermForReport", reportId=REPORT)
        stranger.do(SERVICE, "GetReport", reportId=REPORT, termToken=term["termToken"])
        got = stranger.expect_error(SERVICE, "GetReport", reportId=REPORT, termToken=term["termToken"])
        assert error_of(got) == (400, "ValidationException", "invalidToken")

    def test_too_late(self, stranger: Client) -> None:
        """A token lapses after a quarter of an hour."""
        term = stranger.do(SERVICE, "GetTermForReport", reportId=REPORT)
        stranger.app.world.clock.advance(timedelta(minutes=15))
        got = stranger.expect_error(SERVICE, "GetReport", reportId=REPORT, termToken=term["termToken"])
        assert error_of(got) == (400, "ValidationException", "invalidToken")

    def test_with_a_token_of_an_agreement(self, stranger: Client) -> None:
        """A token has one purpose."""
        nda = stranger.do(SERVICE, "GetNdaForAgreement", agreementId="agreement-9c1kBcYznTkcpRIm")
        token = nda["acceptNdaForAgreementToken"]
        got = stranger.expect_error(SERVICE, "GetReport", reportId=REPORT, termToken=token)
        assert error_of(got) == (400, "ValidationException", "invalidToken")
        assert [one["name"] for one in got.data["fieldList"]] == ["termToken"]

    @pytest.mark.parametrize("token", ["", "a.b", "x" * 257])
    def test_with_what_is_no_token(self, stranger: Client, token: str) -> None:
        """A token has letters, digits, hyphens and underscores, up to 256."""
        got = stranger.expect_error(SERVICE, "GetReport", reportId=REPORT, termToken=token)
        assert error_of(got)[:2] == (400, "ValidationException")

    @pytest.mark.parametrize("operation", ["GetTermForReport", "GetReport"])
    @pytest.mark.parametrize("upload", [Upload.PROCESSING, Upload.FAILED, Upload.FAULT])
    def test_whose_document_is_not_there(self, stranger: Client, operation: str, upload: Upload) -> None:
        """It is a conflict that names the version."""
        made = publish(stranger, VersionDraft(name="Sample", series="SOC", upload_state=upload))
        got = stranger.expect_error(SERVICE, operation, **asks(operation, reportId=made))
        assert error_of(got) == (409, "ConflictException", None)
        assert (got.data["resourceType"], got.data["resourceId"]) == ("report", f"{made}:1")

    @pytest.mark.parametrize("operation", ["GetTermForReport", "GetReport"])
    def test_of_a_withdrawn_version(self, stranger: Client, operation: str) -> None:
        """It is described, and cannot be had."""
        got = stranger.expect_error(SERVICE, operation, **asks(operation, reportId=REPORT, reportVersion=1))
        assert missing(got, f"{REPORT}:1")

    def test_that_was_withdrawn_since(self, stranger: Client) -> None:
        """Terms that were shown do not open it; a link that was given still does."""
        first, second = (stranger.do(SERVICE, "GetTermForReport", reportId=REPORT) for _ in range(2))
        got = stranger.do(SERVICE, "GetReport", reportId=REPORT, termToken=first["termToken"])
        change(stranger, REPORT, 5, state=Publication.UNPUBLISHED)
        late = asks("GetReport", reportId=REPORT, reportVersion=5) | {"termToken": second["termToken"]}
        assert missing(stranger.expect_error(SERVICE, "GetReport", **late), f"{REPORT}:5")
        assert download(stranger, got["documentPresignedUrl"]).startswith(b"%PDF-")


class TestAccountSettings:
    """GetAccountSettings and PutAccountSettings."""

    def error_of(self, client: Client) -> str:
        """Tell what an account chose."""
        got = client.do(SERVICE, "GetAccountSettings")
        assert got["accountSettings"].keys() == {"notificationSubscriptionStatus"}
        status: str = got["accountSettings"]["notificationSubscriptionStatus"]
        return status

    def test_of_an_account_that_never_chose(self, stranger: Client) -> None:
        """It is not subscribed, and looking changes nothing."""
        before = stranger.app.world.state
        assert self.error_of(stranger) == "NOT_SUBSCRIBED"
        assert stranger.app.world.state is before

    @pytest.mark.parametrize("status", ["SUBSCRIBED", "NOT_SUBSCRIBED"])
    def test_are_each_accounts_own(self, management: Client, member: Client, status: str) -> None:
        """An account chooses for itself; the answer is what is now so."""
        for client, wanted in ((management, "SUBSCRIBED"), (member, "NOT_SUBSCRIBED"), (management, status)):
            got = client.do(SERVICE, "PutAccountSettings", notificationSubscriptionStatus=wanted)
            assert got["accountSettings"] == {"notificationSubscriptionStatus": wanted}
        assert (self.error_of(management), self.error_of(member)) == (status, "NOT_SUBSCRIBED")

    def test_with_nothing_to_change(self, stranger: Client) -> None:
        """What is left out stays."""
        stranger.do(SERVICE, "PutAccountSettings", notificationSubscriptionStatus="SUBSCRIBED")
        got = stranger.do(SERVICE, "PutAccountSettings")
        assert got["accountSettings"] == {"notificationSubscriptionStatus": "SUBSCRIBED"}
        assert self.error_of(stranger) == "SUBSCRIBED"

    @pytest.mark.parametrize("status", ["BAD", "subscribed", "", 1, True, ["SUBSCRIBED"], {"SUBSCRIBED": True}])
    def test_of_what_is_no_status(self, stranger: Client, status: Any) -> None:
        """There are two statuses, spelt in capitals."""
        request = stranger.request(SERVICE, "PutAccountSettings", notificationSubscriptionStatus="BAD")
        body = request.body.replace(b'"BAD"', repr(status).replace("'", '"').replace("True", "true").encode())
        got = refused(stranger.app, replace(request, body=body), SERVICE, "PutAccountSettings")
        assert error_of(got) == (400, "ValidationException", "fieldValidationFailed")
        assert [one["name"] for one in got.data["fieldList"]] == ["notificationSubscriptionStatus"]
