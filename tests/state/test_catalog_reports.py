from datetime import datetime
from typing import Any

import pytest
from botocore import xform_name

from artifact_state import arns, catalog
from artifact_state.catalog import Report, TermAcceptance, Upload
from artifact_state.record import replace
from tests.support.aws_shapes import service_model, violations

EACH_REPORT = pytest.mark.parametrize(
    "report", catalog.reports(), ids=lambda report: f"{report.company_name} {report.name}"
)
VERSIONS = [version for report in catalog.reports() for version in report.versions]


class TestViolations:
    """The check of values against AWS's shapes, on which the tests of the catalog rely."""

    @pytest.mark.parametrize(
        ("member", "value"),
        [
            ("id", "report-short"),
            ("name", "SOC 1/2"),
            ("name", ""),
            ("name", "x" * 257),
            ("description", "<b>"),
            ("version", 0),
            ("state", "DRAFT"),
            ("createdAt", datetime(2026, 1, 1)),  # noqa: DTZ001 - The missing time zone is the violation.
            ("colour", "blue"),
        ],
    )
    def test_invalid_member_is_a_violation(self, member: str, value: Any) -> None:
        """A value that AWS's shape forbids is a violation."""
        assert violations("artifact", "ReportDetail", {member: value})


class TestRecords:
    """The records of sample reports."""

    @EACH_REPORT
    def test_version_is_valid_in_artifact(self, report: Report) -> None:
        """Every version has a valid value for every member that AWS Artifact's model has for a report."""
        for version in report.versions:
            members: dict[str, Any] = {
                "arn": arns.report("aws", report.id, version.version),
                "termArn": arns.term("aws", version.term_id, version.version),
                "state": version.state.value,
                "uploadState": version.upload_state.value,
                "acceptanceType": version.acceptance_type.value,
                "version": version.version,
            }
            for member in service_model("artifact").shape_for("ReportDetail").members.keys() - members.keys():
                record = version if hasattr(version, xform_name(member)) else report
                members[member] = getattr(record, xform_name(member))
            present = {member: value for member, value in members.items() if value is not None}
            assert members.keys() - present.keys() <= {"deletedAt"}
            assert violations("artifact", "ReportDetail", present) == []

    @EACH_REPORT
    def test_versions_are_numbered_and_dated_in_order(self, report: Report) -> None:
        """The versions of a report are numbered from one, and their dates are in order."""
        assert [version.version for version in report.versions] == list(range(1, len(report.versions) + 1))
        starts = [version.period_start for version in report.versions]
        assert starts == sorted(starts)
        for version in report.versions:
            assert version.period_start < version.period_end
            assert version.created_at <= version.last_modified_at
            assert version.deleted_at is None or version.deleted_at >= version.created_at

    def test_reports_are_ordered_by_unique_id(self) -> None:
        """Reports are in the order of their ids, without duplicates, and have the ids that AWS's documents use."""
        ids = [report.id for report in catalog.reports()]
        assert ids == sorted(set(ids))
        assert {"report-jRVRFP8HxUN5zpPh", "report-f1DIWBmGa2Lhsadg"} <= set(ids)

    def test_report_is_found_by_its_id(self) -> None:
        """A report is found by its own id only."""
        report = catalog.report("report-jRVRFP8HxUN5zpPh")
        assert report is not None
        assert report.id == "report-jRVRFP8HxUN5zpPh"
        assert catalog.report("report-0000000000000000") is None

    @pytest.mark.parametrize("series", ["SOC", "PCI", "ISO"])
    def test_documented_series_has_reports(self, series: str) -> None:
        """Each series of AWS's example policies has several reports, in the category of these examples."""
        reports = [report for report in catalog.reports() if report.series == series]
        assert {report.category for report in reports} == {"Certifications and Attestations"}
        assert len(reports) > 2

    def test_reports_are_of_aws_and_of_third_parties(self) -> None:
        """There are reports of AWS and of third parties; the documented third-party report is one of the latter."""
        companies = {report.company_name for report in catalog.reports()}
        assert {"Amazon Web Services", "Example Corp"} < companies
        report = catalog.report("report-jRVRFP8HxUN5zpPh")
        assert report is not None
        assert report.company_name != "Amazon Web Services"

    def test_samples_have_every_state(self) -> None:
        """The samples have every upload state, every way to accept terms, and withdrawn versions."""
        assert {version.upload_state for version in VERSIONS} == set(Upload)
        assert {version.acceptance_type for version in VERSIONS} == set(TermAcceptance)
        assert any(version.deleted_at for version in VERSIONS)


class TestAvailability:
    """The versions of a report that can be downloaded."""

    def test_unavailable_version_has_a_status_message(self) -> None:
        """A version without a complete document is not available, and its status message says why."""
        incomplete = [version for version in VERSIONS if version.upload_state is not Upload.COMPLETE]
        assert incomplete
        assert all(version.status_message and not version.available for version in incomplete)

    @pytest.mark.parametrize("upload", [Upload.PROCESSING, Upload.FAILED, Upload.FAULT])
    def test_published_version_is_not_available_before_its_document(self, upload: Upload) -> None:
        """A published version is not available while its document is incomplete."""
        version = catalog.reports()[0].latest
        assert version.available
        assert not replace(version, upload_state=upload).available
        assert replace(version, upload_state=upload).published

    def test_latest_version_is_the_newest_available_one(self) -> None:
        """The latest version is the newest available one; a withdrawn version is found by its number."""
        report = catalog.report("report-f1DIWBmGa2Lhsadg")
        assert report is not None
        assert report.latest.version == 5
        first = report.version(1)
        assert first is not None
        assert not first.published
        assert report.version(6) is None

    def test_failed_upload_does_not_hide_the_version_before(self) -> None:
        """The latest version is the older one if the upload of the newer one failed."""
        (report,) = [report for report in catalog.reports() if report.product_name == "AnyCompany Payments"]
        assert report.versions[-1].upload_state is Upload.FAILED
        assert report.latest.version == 1
