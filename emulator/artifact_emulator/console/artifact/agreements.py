"""Agreements of the account and of its organization: acceptance, downloads and termination.

Sources: https://docs.aws.amazon.com/artifact/latest/ug/managing-agreements.html
https://repost.aws/knowledge-center/artifact-organization-agreement
"""

from collections.abc import Mapping
from enum import Enum
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from artifact_emulator.aws.errors.aws_error import AwsError
from artifact_emulator.console.calls import call, caller, flash_refusal, list_all
from artifact_emulator.console.downloads import start_download
from artifact_state.artifact.agreements import ARTIFACT_DOCUMENTED_PRINCIPAL, ARTIFACT_SYNC_PRINCIPAL
from artifact_state.record import Record

TABS = {"account": "Account agreements", "organization": "Organization agreements"}
pages = Blueprint("agreements", __name__)


class OrganizationStatus(Enum):
    """Whether the caller can manage organization agreements; each value is the message of AWS's console, if any.

    Source: https://docs.aws.amazon.com/artifact/latest/ug/managing-agreements.html
    """

    STANDALONE = (
        "Your account isn't in an organization. To create or join an organization, follow the instructions in "
        "Creating and Managing an AWS Organization"
    )
    UNKNOWN = (
        "You don't have the permissions to retrieve information about your AWS account's organization. You need "
        "permissions to describe your organization"
    )
    NOT_SET_UP = (
        "You are signed in to the management account of an organization in AWS Organizations. You can manage "
        "agreements for your management account and for all member accounts in your organization. By continuing, you "
        "grant AWS permissions to create an IAM role to identify the member accounts in your organization in AWS "
        "Organizations."
    )
    NOTHING_ACCEPTED = (
        "Your organization isn't using AWS Artifact to accept agreements for its member accounts. To get started, "
        "contact your master account administrator"
    )
    MANAGEMENT = ""
    MEMBER = " "  # Members of an enumeration with equal values would be aliases.

    @property
    def message(self) -> str:
        """The message of AWS's console, or ""."""
        return self.value.strip()


NO_DOWNLOAD = (
    "You don't have the permissions to download the agreement. You need permissions to download this agreement in "
    "AWS Artifact"
)


class Row(Record, kw_only=False):
    """An agreement, and the customer agreement if it is accepted."""

    agreement: Mapping[str, Any]
    accepted: Mapping[str, Any] | None

    @property
    def status(self) -> str:
        """The status that the table shows."""
        return "Active" if self.accepted else "Inactive"


@pages.get("/artifact/agreements")
def agreements() -> str:
    """List the agreements of a tab."""
    tab = "organization" if request.args.get("tab") == "organization" else "account"
    if tab == "account":
        return render_template("artifact/agreements.html", tab=tab, tabs=TABS, rows=_rows("ACCOUNT"), status=None)
    status = _organization_status()
    has_list = status in (OrganizationStatus.MANAGEMENT, OrganizationStatus.MEMBER)
    rows = _rows("ORGANIZATION") if has_list else []
    if status is OrganizationStatus.MEMBER:
        rows = [row for row in rows if row.accepted]
        status = status if rows else OrganizationStatus.NOTHING_ACCEPTED
    return render_template("artifact/agreements.html", tab=tab, tabs=TABS, rows=rows, status=status)


@pages.post("/artifact/agreements")
def start_action() -> Response:
    """Redirect to the first page of the chosen action for the selected agreement."""
    agreement_id, action = request.form.get("agreement", ""), request.form.get("action", "")
    page = url_for(".agreements", tab=request.form.get("tab", "account"), agreement=agreement_id or None)
    if not agreement_id:
        flash("Select an agreement first.", "error")
        return redirect(page)
    accepted = _accepted(agreement_id)
    if action == "terminate" or (action == "download" and accepted):
        if accepted is None:
            flash("Only an active agreement can be terminated.", "error")
            return redirect(page)
        target = ".confirm_termination" if action == "terminate" else ".download"
        return redirect(url_for(target, customer_agreement_id=accepted["id"]))
    if action == "accept" and accepted:
        flash("This agreement is already active.", "error")
        return redirect(page)
    return redirect(url_for(".nda", agreement_id=agreement_id, next=action))


@pages.get("/artifact/agreements/<agreement_id>/nda")
def nda(agreement_id: str) -> str:
    """Show the non-disclosure agreement to accept before an agreement is shown."""
    document = call("artifact", "GetNdaForAgreement", agreementId=agreement_id)
    agreement = _agreement(agreement_id)
    return render_template(
        "artifact/nda.html",
        agreement=agreement,
        nda=document,
        next=request.args.get("next", "accept"),
        cancel=_list_of(agreement),
    )


@pages.post("/artifact/agreements/<agreement_id>/nda")
def accept_nda(agreement_id: str) -> Response | str:
    """Accept the non-disclosure agreement, then download the agreement or show the form that accepts it."""
    next_action = request.form.get("next", "accept")
    if "agreed" not in request.form:
        flash("Select “I have read and agree to all the terms of the NDA.” to continue.", "error")
        return redirect(url_for(".nda", agreement_id=agreement_id, next=next_action))
    acceptance = call(
        "artifact",
        "AcceptNdaForAgreement",
        agreementId=agreement_id,
        agreementRevisionId=request.form.get("revision", ""),
        ndaToken=request.form.get("token", ""),
    )
    try:
        details = call("artifact", "GetAgreement", agreementId=agreement_id, ndaToken=acceptance["getAgreementToken"])
    except AwsError as failure:
        return _download_refused(failure, _list_of(_agreement(agreement_id)))
    if next_action == "download":
        agreement = _agreement(agreement_id)
        return start_download(details["documentPresignedUrl"], agreement["name"], _list_of(agreement))
    return _acceptance_form(_agreement(agreement_id), details)


@pages.post("/artifact/agreements/<agreement_id>/accept")
def accept(agreement_id: str) -> Response | str:
    """Accept an agreement once the acceptance is confirmed."""
    agreement = _agreement(agreement_id)
    details = {
        name: request.form.get(name, "")
        for name in ("acceptanceTermsToken", "agreementRevisionId", "executeAgreementToken", "documentPresignedUrl")
    }
    details["acceptanceTerms"] = agreement["acceptanceTerms"]
    if "agreed" not in request.form:
        flash("Select “I agree to all of these terms and conditions” to accept the agreement.", "error")
        return _acceptance_form(agreement, details)
    if "confirmed" not in request.form:
        return _acceptance_form(agreement, details, confirming=True)
    call(
        "artifact",
        "AcceptAgreement",
        agreementId=agreement_id,
        agreementRevisionId=details["agreementRevisionId"],
        acceptanceTermsToken=details["acceptanceTermsToken"],
        executeAgreementToken=details["executeAgreementToken"],
    )
    for_organization = "ORGANIZATION" in agreement["subjects"]
    subject = "all existing and future accounts in your organization" if for_organization else "your account"
    flash(f"You accepted {agreement['name']} for {subject}.", "success")
    return redirect(_list_of(agreement))


@pages.get("/artifact/customer-agreements/<customer_agreement_id>/download")
def download(customer_agreement_id: str) -> Response | str:
    """Download an accepted agreement."""
    try:
        details = call("artifact", "GetCustomerAgreement", customerAgreementId=customer_agreement_id)
    except AwsError as failure:
        return _download_refused(failure, _list_of(_customer_agreement(customer_agreement_id)))
    accepted = _customer_agreement(customer_agreement_id)
    return start_download(details["documentPresignedUrl"], accepted["name"], _list_of(accepted))


@pages.get("/artifact/customer-agreements/<customer_agreement_id>/terminate")
def confirm_termination(customer_agreement_id: str) -> Response | str:
    """Show the terms of termination to the account that accepted the agreement."""
    details = call("artifact", "GetCustomerAgreement", customerAgreementId=customer_agreement_id)
    accepted = _customer_agreement(customer_agreement_id)
    if "terminateAgreementToken" not in details:
        flash(
            "You can't terminate this agreement. Only the account that accepted it can, and agreements that were "
            "signed offline cannot be terminated here.",
            "error",
        )
        return redirect(_list_of(accepted))
    return render_template("artifact/terminate.html", accepted=accepted, details=details, cancel=_list_of(accepted))


@pages.post("/artifact/customer-agreements/<customer_agreement_id>/terminate")
def terminate(customer_agreement_id: str) -> Response | str:
    """Terminate an agreement once the termination is confirmed."""
    accepted = _customer_agreement(customer_agreement_id)
    token = request.form.get("terminateAgreementToken", "")
    terms = accepted.get("terminateTerms", [])
    shown = {
        "accepted": accepted,
        "details": {"terminateTerms": terms, "terminateAgreementToken": token},
        "cancel": _list_of(accepted),
    }
    if len(request.form.getlist("agreed")) < len(terms):
        flash("Select all checkboxes to terminate the agreement.", "error")
        return render_template("artifact/terminate.html", **shown)
    if "confirmed" not in request.form:
        return render_template("artifact/terminate.html", **shown, confirming=True)
    call("artifact", "TerminateAgreement", customerAgreementId=customer_agreement_id, terminateAgreementToken=token)
    flash(f"You terminated {accepted['name']}.", "success")
    return redirect(_list_of(accepted))


def _list_of(agreement: Mapping[str, Any]) -> str:
    """Return the address of the tab that lists an agreement or a customer agreement, in which it is selected."""
    for_organization = "ORGANIZATION" in agreement.get("subjects", ()) or agreement.get("organizationArn")
    agreement_id = agreement["agreementArn"].partition("/")[2] if "agreementArn" in agreement else agreement["id"]
    return url_for(".agreements", tab="organization" if for_organization else "account", agreement=agreement_id)


def _rows(subject: str) -> list[Row]:
    listed = list_all("artifact", "ListCustomerAgreements", "customerAgreements")
    accepted = {customer_agreement["agreementArn"]: customer_agreement for customer_agreement in listed}
    offered = [
        agreement
        for agreement in list_all("artifact", "ListAgreements", "agreements")
        if subject in agreement["subjects"]
    ]
    rows = [Row(agreement, accepted.get(agreement["arn"])) for agreement in offered]
    # ListAgreements leaves out agreements that were signed offline.
    offline = (agreement for agreement in listed if agreement["type"] == "CUSTOM" and subject == "ACCOUNT")
    return rows + [
        Row({"id": agreement["agreementArn"].partition("/")[2], "name": agreement["name"]}, agreement)
        for agreement in offline
    ]


def _organization_status() -> OrganizationStatus:
    try:
        organization = call("organizations", "DescribeOrganization")["Organization"]
    except AwsError as failure:
        return (
            OrganizationStatus.STANDALONE
            if failure.code == "AWSOrganizationsNotInUseException"
            else OrganizationStatus.UNKNOWN
        )
    if organization["MasterAccountId"] != caller().account_id:
        return OrganizationStatus.MEMBER
    enabled = list_all("organizations", "ListAWSServiceAccessForOrganization", "EnabledServicePrincipals")
    artifact = {ARTIFACT_DOCUMENTED_PRINCIPAL, ARTIFACT_SYNC_PRINCIPAL}
    is_trusted = not artifact.isdisjoint(item["ServicePrincipal"] for item in enabled)
    return OrganizationStatus.MANAGEMENT if is_trusted else OrganizationStatus.NOT_SET_UP


def _agreement(agreement_id: str) -> Mapping[str, Any]:
    listed = list_all("artifact", "ListAgreements", "agreements")
    agreement = next((agreement for agreement in listed if agreement["id"] == agreement_id), None)
    return agreement or {"id": agreement_id, "name": agreement_id, "subjects": [], "acceptanceTerms": []}


def _accepted(agreement_id: str) -> Mapping[str, Any] | None:
    listed = list_all("artifact", "ListCustomerAgreements", "customerAgreements")
    return next((item for item in listed if item["agreementArn"].endswith(f"/{agreement_id}")), None)


def _customer_agreement(customer_agreement_id: str) -> Mapping[str, Any]:
    listed = list_all("artifact", "ListCustomerAgreements", "customerAgreements")
    agreement = next((item for item in listed if item["id"] == customer_agreement_id), None)
    return agreement or {"id": customer_agreement_id, "name": customer_agreement_id}


def _acceptance_form(agreement: Mapping[str, Any], details: Mapping[str, Any], *, confirming: bool = False) -> str:
    return render_template(
        "artifact/accept.html", agreement=agreement, details=details, confirming=confirming, cancel=_list_of(agreement)
    )


def _download_refused(failure: AwsError, page: str) -> Response:
    """Show the console's message for a missing permission, if that is the reason, and the API's error."""
    if "not authorized to perform" in failure.message:
        flash(NO_DOWNLOAD, "error")
    flash_refusal(failure)
    return redirect(page)
