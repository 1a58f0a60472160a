"""The basic report operations of AWS Artifact on the wire, and the form of its replies."""

import json

import pytest

from tests.support.artifact_calls import (
    ACCOUNT_AGREEMENT,
    REPORT,
    SERVICE,
    accept,
    download,
    error_of,
    invalid_members,
)
from tests.support.reply_checks import parse_reply
from tests.support.wire_client import Client


class TestReports:
    """ListReports, ListReportVersions, GetReportMetadata, GetTermForReport and GetReport."""

    def test_every_account_lists_the_same_reports(self, stranger: Client, member: Client) -> None:
        """Reports need neither an organization nor trusted access."""
        listed = stranger.do(SERVICE, "ListReports")["reports"]
        assert listed == member.do(SERVICE, "ListReports")["reports"]
        assert {"ISO", "PCI", "SOC"} <= {report["series"] for report in listed}

    def test_metadata_extend_the_summary(self, stranger: Client) -> None:
        """The metadata have the members of the summary and four others."""
        reports = stranger.do(SERVICE, "ListReports")["reports"]
        summary = next(report for report in reports if report["id"] == REPORT)
        details = stranger.do(SERVICE, "GetReportMetadata", reportId=REPORT)["reportDetails"]
        assert details.items() >= summary.items()
        assert details.keys() - summary.keys() == {"createdAt", "lastModifiedAt", "termArn", "sequenceNumber"}
        assert details["arn"] == f"arn:aws:artifact:us-east-1::report/{REPORT}:{details['version']}"

    def test_versions_are_listed_oldest_first(self, stranger: Client) -> None:
        """Each listed version can be described by its number."""
        versions = stranger.do(SERVICE, "ListReportVersions", reportId=REPORT)["reports"]
        assert len(versions) > 1
        assert [version["version"] for version in versions] == sorted(version["version"] for version in versions)
        for version in versions:
            reply = stranger.do(SERVICE, "GetReportMetadata", reportId=REPORT, reportVersion=version["version"])
            assert reply["reportDetails"].items() >= version.items()

    def test_term_token_opens_the_report(self, stranger: Client) -> None:
        """The token that is issued with the terms opens the report."""
        term = stranger.do(SERVICE, "GetTermForReport", reportId=REPORT)
        got = stranger.do(SERVICE, "GetReport", reportId=REPORT, termToken=term["termToken"])
        assert download(stranger, got["documentPresignedUrl"]).startswith(b"%PDF-")
        assert download(stranger, term["documentPresignedUrl"]).startswith(b"%PDF-")

    def test_term_token_is_bound_to_its_account(self, stranger: Client, member: Client) -> None:
        """A token is valid for the account to which it was issued."""
        term = stranger.do(SERVICE, "GetTermForReport", reportId=REPORT)
        got = member.expect_error(SERVICE, "GetReport", reportId=REPORT, termToken=term["termToken"])
        assert error_of(got) == (400, "ValidationException", "invalidToken")
        assert invalid_members(got) == ["termToken"]

    @pytest.mark.parametrize("operation", ["GetReportMetadata", "GetTermForReport", "ListReportVersions"])
    def test_unknown_report_is_not_found(self, stranger: Client, operation: str) -> None:
        """An unknown report is not found, and is in the error."""
        got = stranger.expect_error(SERVICE, operation, reportId="report-0000000000000000")
        assert error_of(got) == (404, "ResourceNotFoundException", None)
        assert (got.data["resourceType"], got.data["resourceId"]) == ("report", "report-0000000000000000")

    @pytest.mark.parametrize("operation", ["GetReportMetadata", "GetTermForReport"])
    def test_unknown_version_is_not_found(self, stranger: Client, operation: str) -> None:
        """An unknown version of a known report is not found."""
        got = stranger.expect_error(SERVICE, operation, reportId=REPORT, reportVersion=4711)
        assert error_of(got) == (404, "ResourceNotFoundException", None)

    @pytest.mark.parametrize("version", [0, -1, 10**30])
    def test_version_out_of_range_is_invalid(self, stranger: Client, version: int) -> None:
        """A version is a number from 1 on."""
        got = stranger.expect_error(SERVICE, "GetReportMetadata", reportId=REPORT, reportVersion=version)
        assert error_of(got)[:2] == (400, "ValidationException")


class TestEnvelope:
    """The form of all replies."""

    def test_error_code_is_a_header_and_message_is_in_the_body(self, stranger: Client) -> None:
        """The code is a header; the message, in lower case, is in the body with the other members."""
        request = stranger.request(SERVICE, "GetReportMetadata", reportId="report-0000000000000000")
        reply = stranger.app.handle(request)
        assert dict(reply.headers)["x-amzn-errortype"] == "ResourceNotFoundException"
        assert json.loads(reply.body).keys() == {"message", "resourceId", "resourceType"}
        assert parse_reply(reply, SERVICE)["Error"]["Code"] == "ResourceNotFoundException"

    def test_instants_are_iso_8601_text(self, stranger: Client) -> None:
        """Instants are text in ISO 8601, in UTC."""
        accept(stranger, ACCOUNT_AGREEMENT)
        reply = stranger.app.handle(stranger.request(SERVICE, "ListCustomerAgreements"))
        assert json.loads(reply.body)["customerAgreements"][0]["effectiveStart"] == "2026-11-23T12:00:05.123Z"
