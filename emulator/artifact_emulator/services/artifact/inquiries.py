"""Compliance inquiries: creation, status, queries, export and feedback, and the tags that only inquiries have."""

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING

from artifact_emulator.aws.items import kept_item
from artifact_emulator.aws.pagination import rest_next_token
from artifact_emulator.documents.links import document_url
from artifact_emulator.services.context import RequestContext
from artifact_state import arns
from artifact_state.artifact import inquiries
from artifact_state.artifact.inquiries import InquiryRequest
from artifact_state.artifact.inquiry_answers import answer_query
from artifact_state.errors import InquiryNotFound
from artifact_state.model import Feedback, Inquiry, InquiryFailure, InquiryStatus, QueryStatus

if TYPE_CHECKING:
    from artifact_emulator.shapes.artifact import replies, requests

_PROCESSING: "replies.InquiryStatusMessage" = "Compliance inquiry processing is in-progress."
_COMPLETE: "replies.InquiryStatusMessage" = "Compliance inquiry processing is complete."
_REVIEW: "replies.InquiryStatusMessage" = "Human review is in progress."
_SOME_FAILED: "replies.InquiryStatusMessage" = (
    "Compliance inquiry processing is complete. One or more queries encountered errors during processing."
)
_FAILURES: "Mapping[InquiryFailure, replies.InquiryStatusMessage]" = {
    InquiryFailure.MALWARE: "Malware was detected on the file. Provide a new file and try again.",
    InquiryFailure.INTERNAL: "An internal error occurred while processing the inquiry. Try again at a later time.",
}
_QUERY_MESSAGES: "Mapping[QueryStatus, replies.QueryStatusMessage]" = {
    QueryStatus.PROCESSING: "Query processing is in-progress.",
    QueryStatus.HUMAN_REVIEW: "Query is pending human review.",
    QueryStatus.COMPLETED: "Query processing is complete.",
    QueryStatus.FAILED: "Query contains restricted or unsupported content.",
}


def create_compliance_inquiry(
    call: RequestContext, request: "requests.CreateComplianceInquiryRequest"
) -> "replies.CreateComplianceInquiryResponse":
    """Create an inquiry from a query or a file of queries; its responses follow later."""
    file, query = request.inquiry_content.file_content, request.inquiry_content.query
    inquiry_request = InquiryRequest(
        name=request.name,
        content=(file.content if file else query) or "",
        sections=tuple(file.file_sections or ()) if file else (),
        ai_only=request.support_mode != "FULL_SUPPORT",
        tags=tuple((request.tags or {}).items()),
    )
    inquiry = inquiries.create_inquiry(call.tx, inquiry_request, token=request.client_token)
    summary: replies.InquirySummary = {**_summary(call, inquiry)}
    if inquiry.created_at == call.tx.now:
        # The reply to the request never has the final status, even without a delay.
        summary["status"], summary["statusMessage"] = "PROCESSING", _PROCESSING
    return {"complianceInquirySummary": summary, "tags": inquiries.tags_of(call.tx.state, inquiry)}


def get_compliance_inquiry_metadata(
    call: RequestContext, request: "requests.GetComplianceInquiryMetadataRequest"
) -> "replies.GetComplianceInquiryMetadataResponse":
    """Describe an inquiry."""
    inquiry = inquiries.inquiry_of(call.tx, request.compliance_inquiry_id)
    summary = _summary(call, inquiry)
    detail: replies.InquiryDetail = {
        "arn": summary["arn"],
        "name": summary["name"],
        "id": summary["id"],
        "status": summary["status"],
        "statusMessage": summary["statusMessage"],
        "inputSource": summary["inputSource"],
        "createdAt": summary["createdAt"],
        "supportMode": "AI_ONLY" if inquiry.ai_only else "FULL_SUPPORT",
    }
    if (updated_at := inquiries.updated_at(inquiry, call.tx.state, call.tx.now)) is not None:
        detail["updatedAt"] = updated_at
    return {"complianceInquiryDetail": detail, "tags": inquiries.inquiry_tags(call.tx, inquiry.id)}


def list_compliance_inquiries(
    call: RequestContext, request: "requests.ListComplianceInquiriesRequest"
) -> "replies.ListComplianceInquiriesResponse":
    """List the inquiries of the caller's account."""
    listing = call.listing("ListComplianceInquiries", call.tx.caller.account_id)
    items = inquiries.inquiries(call.tx, after=listing.after(request.next_token))
    page, token = listing.page(items, request.max_results or call.tx.quotas.artifact_page_size)
    return {"complianceInquiries": [_summary(call, inquiry) for inquiry in page], **rest_next_token(token)}


def list_compliance_inquiry_queries(
    call: RequestContext, request: "requests.ListComplianceInquiryQueriesRequest"
) -> "replies.ListComplianceInquiryQueriesResponse":
    """List the queries of an inquiry with their responses."""
    inquiry = inquiries.inquiry_of(call.tx, request.compliance_inquiry_id)
    listing = call.listing("ListComplianceInquiryQueries", call.tx.caller.account_id, inquiry.id)
    after = listing.after(request.next_token)
    items = ((number, number) for number in range(1, len(inquiry.queries) + 1) if number > after)
    page, token = listing.page(items, request.max_results or call.tx.quotas.artifact_page_size)
    return {"queries": [_query(call, inquiry, number) for number in page], **rest_next_token(token)}


def export_compliance_inquiry(
    call: RequestContext, request: "requests.ExportComplianceInquiryRequest"
) -> "replies.ExportComplianceInquiryResponse":
    """Return a document with the queries and responses of an inquiry, or with the numbered ones."""
    numbers = request.query_identifiers
    inquiry = inquiries.require_exportable(call.tx, request.compliance_inquiry_id, numbers)
    selection = "-".join(map(str, sorted(set(numbers)))) if numbers else "all"
    revision = f"{selection}-cited" if request.include_citations else selection
    url = document_url(call, "compliance-inquiry", inquiry.id, revision)
    return {"documentPresignedUrl": url, "tags": inquiries.inquiry_tags(call.tx, inquiry.id)}


def put_compliance_inquiry_feedback(
    call: RequestContext, request: "requests.PutComplianceInquiryFeedbackRequest"
) -> "replies.PutComplianceInquiryFeedbackResponse":
    """Record feedback on a response."""
    feedback = Feedback(
        rating=request.rating,
        query=request.query_identifier,
        revision=request.response_revision_id,
        reasons=tuple(request.reason_codes or ()),
        comment=request.comment,
        submitted_at=call.tx.now,
    )
    recorded = inquiries.put_feedback(call.tx, request.compliance_inquiry_id, feedback, token=request.client_token)
    return {"submittedAt": recorded.submitted_at}


def tag_resource(call: RequestContext, request: "requests.TagResourceRequest") -> "replies.TagResourceResponse":
    """Add tags to an inquiry."""
    inquiries.tag_inquiry(call.tx, _id_of(call, request.resource_arn), request.tags)
    return {}


def untag_resource(call: RequestContext, request: "requests.UntagResourceRequest") -> "replies.UntagResourceResponse":
    """Remove tags from an inquiry."""
    inquiries.untag_inquiry(call.tx, _id_of(call, request.resource_arn), request.tag_keys)
    return {}


def list_tags_for_resource(
    call: RequestContext, request: "requests.ListTagsForResourceRequest"
) -> "replies.ListTagsForResourceResponse":
    """Return the tags of an inquiry."""
    return {"tags": inquiries.inquiry_tags(call.tx, _id_of(call, request.resource_arn))}


def _id_of(call: RequestContext, arn: str) -> str:
    """Return the id of the inquiry that has exactly this ARN.

    Raises InquiryNotFound.
    """
    match = re.fullmatch(r"arn:[a-z-]+:artifact:[a-z0-9-]+:\d{12}:compliance-inquiry/(compliance-inquiry-\w+)", arn)
    inquiry = inquiries.inquiry_of(call.tx, match[1]) if match else None
    if inquiry is None or _arn(inquiry) != arn:
        raise InquiryNotFound(arn)
    return inquiry.id


def _arn(inquiry: Inquiry) -> str:
    return arns.compliance_inquiry(inquiry.partition, inquiry.region, inquiry.account_id, inquiry.id)


def _summary(call: RequestContext, inquiry: Inquiry) -> "replies.InquirySummary":
    return _item(inquiry, inquiries.inquiry_status(inquiry, call.tx.state, call.tx.now))


@kept_item
def _item(inquiry: Inquiry, status: InquiryStatus) -> "replies.InquirySummary":
    return {
        "arn": _arn(inquiry),
        "name": inquiry.name,
        "id": inquiry.id,
        "status": status.value,
        "statusMessage": _message(inquiry, status),
        "inputSource": inquiry.source.value,
        "createdAt": inquiry.created_at,
    }


def _message(inquiry: Inquiry, status: InquiryStatus) -> "replies.InquiryStatusMessage":
    if status is InquiryStatus.FAILED and inquiry.failure is not None:
        return _FAILURES[inquiry.failure]
    if status is InquiryStatus.COMPLETED:
        return _SOME_FAILED if any(map(inquiries.is_unsupported, inquiry.queries)) else _COMPLETE
    return _REVIEW if status is InquiryStatus.HUMAN_REVIEW else _PROCESSING


def _query(call: RequestContext, inquiry: Inquiry, number: int) -> "replies.QuerySummary":
    tx, query = call.tx, inquiry.queries[number - 1]
    status = inquiries.query_status(inquiry, tx.state, query, tx.now)
    summary: replies.QuerySummary = {
        "queryIdentifier": number,
        # A query from a file is shown within the limits of the output shape.
        "query": re.sub("[<>]", " ", query)[:2048],
        "status": "PROCESSING" if status is QueryStatus.HUMAN_REVIEW else status.value,
        "statusMessage": _QUERY_MESSAGES[status],
        "createdAt": inquiry.created_at,
    }
    answer = answer_query(tx.state, inquiry, query, tx.now)
    if answer is not None:
        summary["response"] = answer.text
        summary["reviewType"] = "HUMAN" if inquiries.needs_review(inquiry, tx.state, query) else "AI"
        summary["citations"] = [
            {"sourceLabel": citation.label, "sourceContent": citation.content, "sourceLink": citation.link}
            for citation in answer.citations
        ]
    return summary
