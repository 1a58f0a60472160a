"""Reports: listing, describing and downloading them."""

from typing import TYPE_CHECKING

from artifact_emulator.aws.pagination import rest_next_token
from artifact_emulator.documents.links import document_url
from artifact_emulator.services.artifact.report_details import report_details, report_summary
from artifact_emulator.services.context import RequestContext
from artifact_state.artifact import reports

if TYPE_CHECKING:
    from artifact_emulator.shapes.artifact import replies, requests


def list_reports(call: RequestContext, request: "requests.ListReportsRequest") -> "replies.ListReportsResponse":
    """List the published reports in their current versions."""
    listing = call.listing("ListReports", call.tx.caller.account_id)
    items = reports.published_reports(call.tx.state, after=listing.after(request.next_token))
    page, token = listing.page(items, request.max_results or call.tx.quotas.artifact_page_size)
    return {"reports": [report_summary(call.tx.caller, *published) for published in page], **rest_next_token(token)}


def list_report_versions(
    call: RequestContext, request: "requests.ListReportVersionsRequest"
) -> "replies.ListReportVersionsResponse":
    """List the published versions of a report."""
    listing = call.listing("ListReportVersions", call.tx.caller.account_id, request.report_id)
    items = reports.published_versions(call.tx.state, request.report_id, after=listing.after(request.next_token))
    page, token = listing.page(items, request.max_results or call.tx.quotas.artifact_page_size)
    return {"reports": [report_summary(call.tx.caller, *published) for published in page], **rest_next_token(token)}


def get_report_metadata(
    call: RequestContext, request: "requests.GetReportMetadataRequest"
) -> "replies.GetReportMetadataResponse":
    """Describe one version of a report."""
    report, version = reports.report_version(call.tx.state, request.report_id, request.report_version)
    return {"reportDetails": report_details(call.tx.caller, report, version)}


def get_term_for_report(
    call: RequestContext, request: "requests.GetTermForReportRequest"
) -> "replies.GetTermForReportResponse":
    """Return the terms of a report, and the token that is required to download it."""
    report, version, token = reports.term_for_report(call.tx, request.report_id, request.report_version)
    return {
        "documentPresignedUrl": document_url(call, "report-terms", report.id, version.version),
        "termToken": token,
    }


def get_report(call: RequestContext, request: "requests.GetReportRequest") -> "replies.GetReportResponse":
    """Return a report whose terms the caller was shown."""
    report, version = reports.get_report(call.tx, request.report_id, request.report_version, request.term_token)
    return {"documentPresignedUrl": document_url(call, "report", report.id, version.version)}
