"""Compliance inquiries: asked, followed, exported, rated; and their tags, which no other resource here has."""

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING

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
    """Ask a question, or a file of questions; the answer comes later."""
    asked = request.inquiry_content
    content = asked.file_content.content if asked.file_content else asked.query
    wanted = InquiryRequest(
        name=request.name,
        content=content or "",
        sections=tuple(asked.file_content.file_sections or ()) if asked.file_content else (),
        ai_only=request.support_mode != "FULL_SUPPORT",
        tags=tuple((request.tags or {}).items()),
    )
    inquiry = inquiries.create_inquiry(call.tx, wanted, token=request.client_token)
    summary = _summary(call, inquiry)
    if inquiry.created_at == call.tx.now:
        # The answer to the request itself is never the last word.
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
    found = inquiries.inquiries(call.tx, after=listing.after(request.next_token))
    page, token = listing.page(found, request.max_results or call.tx.quotas.artifact_page_size)
    return {"complianceInquiries": [_summary(call, one) for one in page], **rest_next_token(token)}


def list_compliance_inquiry_queries(
    call: RequestContext, request: "requests.ListComplianceInquiryQueriesRequest"
) -> "replies.ListComplianceInquiryQueriesResponse":
    """List the questions of an inquiry, with the answers that there are."""
    inquiry = inquiries.inquiry_of(call.tx, request.compliance_inquiry_id)
    listing = call.listing("ListComplianceInquiryQueries", call.tx.caller.account_id, inquiry.id)
    after = listing.after(request.next_token)
    found = ((number, number) for number in range(1, len(inquiry.queries) + 1) if number > after)
    page, token = listing.page(found, request.max_results or call.tx.quotas.artifact_page_size)
    return {"queries": [_query(call, inquiry, one) for one in page], **rest_next_token(token)}


def export_compliance_inquiry(
    call: RequestContext, request: "requests.ExportComplianceInquiryRequest"
) -> "replies.ExportComplianceInquiryResponse":
    """Give a document of an inquiry's questions and answers, of all or of those that are named."""
    numbers = request.query_identifiers
    inquiry = inquiries.require_exportable(call.tx, request.compliance_inquiry_id, numbers)
    chosen = "-".join(map(str, sorted(set(numbers)))) if numbers else "all"
    revision = f"{chosen}-cited" if request.include_citations else chosen
    url = document_url(call, "compliance-inquiry", inquiry.id, revision)
    return {"documentPresignedUrl": url, "tags": inquiries.inquiry_tags(call.tx, inquiry.id)}


def put_compliance_inquiry_feedback(
    call: RequestContext, request: "requests.PutComplianceInquiryFeedbackRequest"
) -> "replies.PutComplianceInquiryFeedbackResponse":
    """Say what an answer was worth."""
    feedback = Feedback(
        rating=request.rating,
        query=request.query_identifier,
        revision=request.response_revision_id,
        reasons=tuple(request.reason_codes or ()),
        comment=request.comment,
        submitted_at=call.tx.now,
    )
    given = inquiries.put_feedback(call.tx, request.compliance_inquiry_id, feedback, token=request.client_token)
    return {"submittedAt": given.submitted_at}


def tag_resource(call: RequestContext, request: "requests.TagResourceRequest") -> "replies.TagResourceResponse":
    """Set tags."""
    inquiries.tag_inquiry(call.tx, _id_of(call, request.resource_arn), request.tags)
    return {}


def untag_resource(call: RequestContext, request: "requests.UntagResourceRequest") -> "replies.UntagResourceResponse":
    """Take tags away."""
    inquiries.untag_inquiry(call.tx, _id_of(call, request.resource_arn), request.tag_keys)
    return {}


def list_tags_for_resource(
    call: RequestContext, request: "requests.ListTagsForResourceRequest"
) -> "replies.ListTagsForResourceResponse":
    """Tell the tags of a resource."""
    return {"tags": inquiries.inquiry_tags(call.tx, _id_of(call, request.resource_arn))}


def _id_of(call: RequestContext, arn: str) -> str:
    """Read the id of an inquiry out of its ARN, which must be its very own.

    Raises InquiryNotFound.
    """
    found = re.fullmatch(r"arn:[a-z-]+:artifact:[a-z0-9-]+:\d{12}:compliance-inquiry/(compliance-inquiry-\w+)", arn)
    inquiry = inquiries.inquiry_of(call.tx, found[1]) if found else None
    if inquiry is None or _arn(inquiry) != arn:
        raise InquiryNotFound(arn)
    return inquiry.id


def _arn(inquiry: Inquiry) -> str:
    return arns.compliance_inquiry(inquiry.partition, inquiry.region, inquiry.account_id, inquiry.id)


def _summary(call: RequestContext, inquiry: Inquiry) -> "replies.InquirySummary":
    status = inquiries.inquiry_status(inquiry, call.tx.state, call.tx.now)
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
        # What no text could have been is shown as one that could.
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
            {"sourceLabel": one.label, "sourceContent": one.content, "sourceLink": one.link} for one in answer.citations
        ]
    return summary
