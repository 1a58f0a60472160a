"""Assurance Assistant: compliance inquiries, asked, followed, exported and rated.

Source: https://docs.aws.amazon.com/artifact/latest/ug/assurance-assistant-setting-up.html
"""

from typing import Any
from uuid import uuid4

from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from artifact_emulator.console.calls import call

PAGE = 20
REASONS = {
    "PARTIAL_RESPONSE": "The response is partial",
    "IRRELEVANT_RESPONSE": "The response is irrelevant",
    "OTHER": "Other",
}
pages = Blueprint("inquiries", __name__)


@pages.get("/artifact/assurance-assistant")
def inquiries() -> str:
    """List the compliance inquiries of the account."""
    page = call("artifact", "ListComplianceInquiries", maxResults=PAGE, nextToken=request.args.get("token") or None)
    return render_template("artifact/inquiries.html", page=page)


@pages.get("/artifact/assurance-assistant/new")
def new() -> str:
    """Show the form of a new inquiry."""
    return render_template("artifact/inquiry_form.html", client_token=uuid4())


@pages.post("/artifact/assurance-assistant/new")
def create() -> Response:
    """Ask a question, or a file of questions."""
    content = _content()
    if content is None:
        flash("Enter a question, or choose a file of questions.", "error")
        return redirect(url_for(".new"), 303)
    made = call(
        "artifact",
        "CreateComplianceInquiry",
        name=request.form.get("name", ""),
        inquiryContent=content,
        supportMode="FULL_SUPPORT" if "full_support" in request.form else None,
        # The form's own, so that it makes one inquiry however often it is sent.
        clientToken=request.form.get("client_token") or None,
    )["complianceInquirySummary"]
    flash(f"You created the inquiry {made['name']}.", "success")
    return redirect(url_for(".inquiry", inquiry_id=made["id"]), 303)


@pages.get("/artifact/assurance-assistant/<inquiry_id>")
def inquiry(inquiry_id: str) -> str:
    """Show an inquiry: its questions, and the responses that there are."""
    described = call("artifact", "GetComplianceInquiryMetadata", complianceInquiryId=inquiry_id)
    page = call(
        "artifact",
        "ListComplianceInquiryQueries",
        complianceInquiryId=inquiry_id,
        maxResults=PAGE,
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
    """Download the questions and the responses."""
    cited = "citations" in request.form
    got = call("artifact", "ExportComplianceInquiry", complianceInquiryId=inquiry_id, includeCitations=cited)
    return redirect(got["documentPresignedUrl"], 303)


@pages.post("/artifact/assurance-assistant/<inquiry_id>/feedback")
def feedback(inquiry_id: str) -> Response:
    """Say what a response was worth."""
    call(
        "artifact",
        "PutComplianceInquiryFeedback",
        complianceInquiryId=inquiry_id,
        queryIdentifier=request.form.get("query", type=int),
        rating=request.form.get("rating", ""),
        reasonCodes=request.form.getlist("reason") or None,
        comment=request.form.get("comment") or None,
    )
    flash("Thank you: you gave feedback.", "success")
    return redirect(url_for(".inquiry", inquiry_id=inquiry_id), 303)


def _content() -> dict[str, Any] | None:
    """Read what is asked: the file if there is one, or else the question."""
    file = request.files.get("file")
    if file is not None and file.filename:
        return {"fileContent": {"content": file.read(), "fileSections": ["all"]}}
    query = request.form.get("query", "").strip()
    return {"query": query} if query else None
