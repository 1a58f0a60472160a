"""Reports: listed, described, downloaded once their terms were shown."""

from typing import TYPE_CHECKING

from artifact_emulator.call import Call
from artifact_emulator.links import document_url
from artifact_emulator.paging import Listing
from artifact_state import arns, reports
from artifact_state.catalog import Report, ReportVersion
from artifact_state.world import Transaction

if TYPE_CHECKING:
    from artifact_emulator.shapes.artifact import replies, requests

PAGE = 100


def list_reports(call: Call, request: "requests.ListReportsRequest") -> "replies.ListReportsResponse":
    """List the published reports, each in its newest version."""
    listing = Listing("ListReports", call.tx.caller.account_id)
    found = reports.reports(after=listing.after(request.next_token))
    page, token = listing.page(found, request.max_results or PAGE)
    reply: replies.ListReportsResponse = {"reports": [_summary(call.tx, *one) for one in page]}
    if token:
        reply["nextToken"] = token
    return reply


def list_report_versions(
    call: Call, request: "requests.ListReportVersionsRequest"
) -> "replies.ListReportVersionsResponse":
    """List the published versions of a report."""
    listing = Listing("ListReportVersions", call.tx.caller.account_id, request.report_id)
    found = reports.report_versions(request.report_id, after=listing.after(request.next_token))
    page, token = listing.page(found, request.max_results or PAGE)
    reply: replies.ListReportVersionsResponse = {"reports": [_summary(call.tx, *one) for one in page]}
    if token:
        reply["nextToken"] = token
    return reply


def get_report_metadata(
    call: Call, request: "requests.GetReportMetadataRequest"
) -> "replies.GetReportMetadataResponse":
    """Describe one version of a report."""
    report, version = reports.report_version(request.report_id, request.report_version)
    details: replies.ReportDetail = {
        "createdAt": version.created_at,
        "lastModifiedAt": version.last_modified_at,
        "termArn": arns.term(call.tx.caller.partition, call.tx.caller.region, version.term_id, version.version),
        "sequenceNumber": version.sequence_number,
    }
    if version.deleted_at is not None:
        details["deletedAt"] = version.deleted_at
    return {"reportDetails": {**_summary(call.tx, report, version), **details}}


def get_term_for_report(call: Call, request: "requests.GetTermForReportRequest") -> "replies.GetTermForReportResponse":
    """Give the terms of a report, and the token without which it cannot be downloaded."""
    report, version, token = reports.term_for_report(call.tx, request.report_id, request.report_version)
    return {
        "documentPresignedUrl": document_url(call, "report-terms", report.id, version.version),
        "termToken": token,
    }


def get_report(call: Call, request: "requests.GetReportRequest") -> "replies.GetReportResponse":
    """Give a report whose terms were shown."""
    report, version = reports.get_report(call.tx, request.report_id, request.report_version, request.term_token)
    return {"documentPresignedUrl": document_url(call, "report", report.id, version.version)}


def _summary(tx: Transaction, report: Report, version: ReportVersion) -> "replies.ReportSummary":
    summary: replies.ReportSummary = {
        "id": report.id,
        "name": report.name,
        "state": version.state.value,
        "arn": arns.report(tx.caller.partition, tx.caller.region, report.id, version.version),
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
