"""Assurance Assistant: compliance inquiries, their responses, exports and feedback.

Source: https://docs.aws.amazon.com/artifact/latest/ug/assurance-assistant-setting-up.html
"""

from typing import Any
from uuid import uuid4

from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from artifact_emulator.console.calls import call
from artifact_emulator.console.downloads import start_download

PAGE_SIZE = 20
REASONS = {
    "PARTIAL_RESPONSE": "The response is partial",
    "IRRELEVANT_RESPONSE": "The response is irrelevant",
    "OTHER": "Other",
}
pages = Blueprint("inquiries", __name__)


@pages.get("/artifact/assurance-assistant")
def inquiries() -> str:
    """List the compliance inquiries of the account."""
    page = call(
        "artifact", "ListComplianceInquiries", maxResults=PAGE_SIZE, nextToken=request.args.get("token") or None
    )
    return render_template("artifact/inquiries.html", page=page)


@pages.get("/artifact/assurance-assistant/new")
def new() -> str:
    """Show the form for a new inquiry."""
    return render_template("artifact/inquiry_form.html", client_token=uuid4())


@pages.post("/artifact/assurance-assistant/new")
def create() -> Response:
    """Create an inquiry from a question or a file of questions."""
    content = _content()
    if content is None:
        flash("Enter a question or choose a file of questions.", "error")
        return redirect(url_for(".new"), 303)
    summary = call(
        "artifact",
        "CreateComplianceInquiry",
        name=request.form.get("name", ""),
        inquiryContent=content,
        supportMode="FULL_SUPPORT" if "full_support" in request.form else None,
        # Each form has its own token, so that a form sent twice creates one inquiry.
        clientToken=request.form.get("client_token") or None,
    )["complianceInquirySummary"]
    flash(f"You created the inquiry {summary['name']}.", "success")
    return redirect(url_for(".inquiry", inquiry_id=summary["id"]), 303)


@pages.get("/artifact/assurance-assistant/<inquiry_id>")
def inquiry(inquiry_id: str) -> str:
    """Show an inquiry with its questions and responses."""
    described = call("artifact", "GetComplianceInquiryMetadata", complianceInquiryId=inquiry_id)
    page = call(
        "artifact",
        "ListComplianceInquiryQueries",
        complianceInquiryId=inquiry_id,
        maxResults=PAGE_SIZE,
        nextToken=request.args.get("token") or None,
    )
    return render_template(
        "artifact/inquiry.html",
        inquiry=described["complianceInquiryDetail"],
        tags=described.get("tags") or {},
        page=page,
        reasons=REASONS,
    )


@pages.post("/artifact/assurance-assistant/<inquiry_id>/export")
def export(inquiry_id: str) -> Response:
    """Download the questions and responses of an inquiry."""
    citations = "citations" in request.form
    reply = call("artifact", "ExportComplianceInquiry", complianceInquiryId=inquiry_id, includeCitations=citations)
    return start_download(reply["documentPresignedUrl"], "the responses", url_for(".inquiry", inquiry_id=inquiry_id))


@pages.post("/artifact/assurance-assistant/<inquiry_id>/feedback")
def feedback(inquiry_id: str) -> Response:
    """Rate a response."""
    call(
        "artifact",
        "PutComplianceInquiryFeedback",
        complianceInquiryId=inquiry_id,
        queryIdentifier=request.form.get("query", type=int),
        rating=request.form.get("rating", ""),
        reasonCodes=request.form.getlist("reason") or None,
        comment=request.form.get("comment") or None,
    )
    flash("Thank you for your feedback.", "success")
    return redirect(url_for(".inquiry", inquiry_id=inquiry_id), 303)


def _content() -> dict[str, Any] | None:
    """Return the content of the form: its file if it has one, otherwise its question."""
    file = request.files.get("file")
    if file is not None and file.filename:
        return {"fileContent": {"content": file.read(), "fileSections": ["all"]}}
    query = request.form.get("query", "").strip()
    return {"query": query} if query else None
