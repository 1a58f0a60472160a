"""The wire form of report versions: AWS's summary and details."""

from typing import TYPE_CHECKING

from artifact_emulator.aws.items import kept_item
from artifact_state import arns
from artifact_state.catalog import Report, ReportVersion
from artifact_state.model import Caller

if TYPE_CHECKING:
    from artifact_emulator.shapes.artifact import replies


def report_summary(caller: Caller, report: Report, version: ReportVersion) -> "replies.ReportSummary":
    """Return a version in the form of listings."""
    return _summary_item(version, report, caller.partition)


@kept_item
def _summary_item(version: ReportVersion, report: Report, partition: str) -> "replies.ReportSummary":
    summary: replies.ReportSummary = {
        "id": report.id,
        "name": report.name,
        "state": version.state.value,
        "arn": arns.report(partition, report.id, version.version),
        "version": version.version,
        "uploadState": version.upload_state.value,
        "description": report.description,
        "periodStart": version.period_start,
        "periodEnd": version.period_end,
        "series": report.series,
        "category": report.category,
        "companyName": report.company_name,
        "productName": report.product_name,
        "acceptanceType": version.acceptance_type.value,
    }
    if version.status_message:
        summary["statusMessage"] = version.status_message
    return summary


def report_details(caller: Caller, report: Report, version: ReportVersion) -> "replies.ReportDetail":
    """Return a version with all its members."""
    details: replies.ReportDetail = {
        "createdAt": version.created_at,
        "lastModifiedAt": version.last_modified_at,
        "termArn": arns.term(caller.partition, version.term_id, version.version),
        "sequenceNumber": version.sequence_number,
    }
    if version.deleted_at is not None:
        details["deletedAt"] = version.deleted_at
    return {**report_summary(caller, report, version), **details}
