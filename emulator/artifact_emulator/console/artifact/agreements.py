"""Agreements: read, accepted, downloaded and terminated, for the account or for its organization.

Sources: https://docs.aws.amazon.com/artifact/latest/ug/managing-agreements.html
https://repost.aws/knowledge-center/artifact-organization-agreement
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from artifact_emulator.aws.errors.aws_error import AwsError
from artifact_emulator.console.calls import call, caller, everything, tell_refusal
from artifact_state.artifact.agreements import ARTIFACT_DOCUMENTED_PRINCIPAL, ARTIFACT_SYNC_PRINCIPAL

TABS = {"account": "Account agreements", "organization": "Organization agreements"}
pages = Blueprint("agreements", __name__)


class Standing(Enum):
    """How the caller's account stands to an organization; the messages are AWS's own."""

    ALONE = (
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
    MEMBER = " "

    @property
    def message(self) -> str:
        """Give what AWS's console says of it, "" for nothing."""
        return self.value.strip()


NO_DOWNLOAD = (
    "You don't have the permissions to download the agreement. You need permissions to download this agreement in "
    "AWS Artifact"
)


@dataclass(frozen=True, slots=True)
class Row:
    """One agreement of a tab, and what was accepted of it."""

    agreement: Mapping[str, Any]
    accepted: Mapping[str, Any] | None

    @property
    def status(self) -> str:
        """Tell whether it is in force."""
        return "Active" if self.accepted else "Inactive"


@pages.get("/artifact/agreements")
def agreements() -> str:
    """List the agreements of a tab."""
    tab = "organization" if request.args.get("tab") == "organization" else "account"
    if tab == "account":
        return render_template("artifact/agreements.html", tab=tab, tabs=TABS, rows=_rows("ACCOUNT"), standing=None)
    standing = _standing()
    shows = standing in (Standing.MANAGEMENT, Standing.MEMBER)
    rows = _rows("ORGANIZATION") if shows else []
    if standing is Standing.MEMBER:
        rows = [row for row in rows if row.accepted]
        standing = standing if rows else Standing.NOTHING_ACCEPTED
    return render_template("artifact/agreements.html", tab=tab, tabs=TABS, rows=rows, standing=standing)


@pages.post("/artifact/agreements")
def chosen() -> Response:
    """Go on with the agreement that was selected, by the button that was pressed."""
    agreement_id, action = request.form.get("agreement", ""), request.form.get("action", "")
    if not agreement_id:
        flash("Select an agreement first.", "error")
        return redirect(url_for(".agreements", tab=request.form.get("tab", "account")))
    accepted = _accepted(agreement_id)
    if action == "terminate" or (action == "download" and accepted):
        if accepted is None:
            flash("Only an agreement that is active can be terminated.", "error")
            return redirect(url_for(".agreements", tab=request.form.get("tab", "account")))
        target = ".terms_of_termination" if action == "terminate" else ".download"
        return redirect(url_for(target, customer_agreement_id=accepted["id"]))
    if action == "accept" and accepted:
        flash("This agreement is active already.", "error")
        return redirect(url_for(".agreements", tab=request.form.get("tab", "account")))
    return redirect(url_for(".nda", agreement_id=agreement_id, then=action))


@pages.get("/artifact/agreements/<agreement_id>/nda")
def nda(agreement_id: str) -> str:
    """Show the non-disclosure agreement without which an agreement is not shown."""
    shown = call("artifact", "GetNdaForAgreement", agreementId=agreement_id)
    then = request.args.get("then", "accept")
    return render_template("artifact/nda.html", agreement=_agreement(agreement_id), nda=shown, then=then)


@pages.post("/artifact/agreements/<agreement_id>/nda")
def accept_nda(agreement_id: str) -> Response | str:
    """Accept the non-disclosure agreement; then download the agreement, or show what accepting it takes."""
    then = request.form.get("then", "accept")
    if "agreed" not in request.form:
        flash("Select “I have read and agree to all the terms of the NDA.” to go on.", "error")
        return redirect(url_for(".nda", agreement_id=agreement_id, then=then))
    opened = call(
        "artifact",
        "AcceptNdaForAgreement",
        agreementId=agreement_id,
        agreementRevisionId=request.form.get("revision", ""),
        ndaToken=request.form.get("token", ""),
    )
    try:
        got = call("artifact", "GetAgreement", agreementId=agreement_id, ndaToken=opened["getAgreementToken"])
    except AwsError as failure:
        return _not_downloaded(failure)
    if then == "download":
        return redirect(got["documentPresignedUrl"], 303)
    return render_template("artifact/accept.html", agreement=_agreement(agreement_id), got=got, confirming=False)


@pages.post("/artifact/agreements/<agreement_id>/accept")
def accept(agreement_id: str) -> Response | str:
    """Accept an agreement, after a last question."""
    agreement = _agreement(agreement_id)
    got = {
        name: request.form.get(name, "")
        for name in ("acceptanceTermsToken", "agreementRevisionId", "executeAgreementToken", "documentPresignedUrl")
    }
    got["acceptanceTerms"] = agreement["acceptanceTerms"]
    if "agreed" not in request.form:
        flash("Select “I agree to all of these terms and conditions” to accept the agreement.", "error")
        return render_template("artifact/accept.html", agreement=agreement, got=got, confirming=False)
    if "confirmed" not in request.form:
        return render_template("artifact/accept.html", agreement=agreement, got=got, confirming=True)
    call(
        "artifact",
        "AcceptAgreement",
        agreementId=agreement_id,
        agreementRevisionId=got["agreementRevisionId"],
        acceptanceTermsToken=got["acceptanceTermsToken"],
        executeAgreementToken=got["executeAgreementToken"],
    )
    whom = "all existing and future accounts in your organization" if _is_organizations(agreement) else "your account"
    flash(f"You accepted {agreement['name']} for {whom}.", "success")
    return redirect(url_for(".agreements", tab="organization" if _is_organizations(agreement) else "account"))


@pages.get("/artifact/customer-agreements/<customer_agreement_id>/download")
def download(customer_agreement_id: str) -> Response | str:
    """Download an agreement that was accepted."""
    try:
        got = call("artifact", "GetCustomerAgreement", customerAgreementId=customer_agreement_id)
    except AwsError as failure:
        return _not_downloaded(failure)
    return redirect(got["documentPresignedUrl"], 303)


@pages.get("/artifact/customer-agreements/<customer_agreement_id>/terminate")
def terms_of_termination(customer_agreement_id: str) -> Response | str:
    """Show what terminating an agreement means, to whom may do so."""
    got = call("artifact", "GetCustomerAgreement", customerAgreementId=customer_agreement_id)
    if "terminateAgreementToken" not in got:
        flash("You can't terminate this agreement: its owner does, unless it was signed offline.", "error")
        return redirect(url_for(".agreements"))
    return render_template("artifact/terminate.html", accepted=_customer_agreement(customer_agreement_id), got=got)


@pages.post("/artifact/customer-agreements/<customer_agreement_id>/terminate")
def terminate(customer_agreement_id: str) -> Response | str:
    """Terminate an agreement, after a last question."""
    accepted = _customer_agreement(customer_agreement_id)
    token = request.form.get("terminateAgreementToken", "")
    terms = accepted.get("terminateTerms", [])
    got = {"terminateTerms": terms, "terminateAgreementToken": token}
    if len(request.form.getlist("agreed")) < len(terms):
        flash("Select all checkboxes to terminate the agreement.", "error")
        return render_template("artifact/terminate.html", accepted=accepted, got=got)
    if "confirmed" not in request.form:
        return render_template("artifact/terminate.html", accepted=accepted, got=got, confirming=True)
    call("artifact", "TerminateAgreement", customerAgreementId=customer_agreement_id, terminateAgreementToken=token)
    flash(f"You terminated {accepted['name']}.", "success")
    return redirect(url_for(".agreements", tab="organization" if accepted.get("organizationArn") else "account"))


def _rows(subject: str) -> list[Row]:
    listed = everything("artifact", "ListCustomerAgreements", "customerAgreements")
    accepted = {one["agreementArn"]: one for one in listed}
    offered = [one for one in everything("artifact", "ListAgreements", "agreements") if subject in one["subjects"]]
    rows = [Row(one, accepted.get(one["arn"])) for one in offered]
    # What was signed offline is in no list of what can be accepted.
    signed = (one for one in listed if one["type"] == "CUSTOM" and subject == "ACCOUNT")
    return rows + [Row({"id": one["agreementArn"].partition("/")[2], "name": one["name"]}, one) for one in signed]


def _standing() -> Standing:
    try:
        organization = call("organizations", "DescribeOrganization")["Organization"]
    except AwsError as failure:
        return Standing.ALONE if failure.code == "AWSOrganizationsNotInUseException" else Standing.UNKNOWN
    if organization["MasterAccountId"] != caller().account_id:
        return Standing.MEMBER
    enabled = everything("organizations", "ListAWSServiceAccessForOrganization", "EnabledServicePrincipals")
    artifact = {ARTIFACT_DOCUMENTED_PRINCIPAL, ARTIFACT_SYNC_PRINCIPAL}
    is_trusted = not artifact.isdisjoint(one["ServicePrincipal"] for one in enabled)
    return Standing.MANAGEMENT if is_trusted else Standing.NOT_SET_UP


def _agreement(agreement_id: str) -> Mapping[str, Any]:
    listed = everything("artifact", "ListAgreements", "agreements")
    found = next((one for one in listed if one["id"] == agreement_id), None)
    return found or {"id": agreement_id, "name": agreement_id, "subjects": [], "acceptanceTerms": []}


def _accepted(agreement_id: str) -> Mapping[str, Any] | None:
    listed = everything("artifact", "ListCustomerAgreements", "customerAgreements")
    return next((one for one in listed if one["agreementArn"].endswith(f"/{agreement_id}")), None)


def _customer_agreement(customer_agreement_id: str) -> Mapping[str, Any]:
    listed = everything("artifact", "ListCustomerAgreements", "customerAgreements")
    found = next((one for one in listed if one["id"] == customer_agreement_id), None)
    return found or {"id": customer_agreement_id, "name": customer_agreement_id}


def _is_organizations(agreement: Mapping[str, Any]) -> bool:
    return "ORGANIZATION" in agreement["subjects"]


def _not_downloaded(failure: AwsError) -> Response:
    """Say why a document is not downloaded: in AWS's words where a permission is missing, with the API's below."""
    if "not authorized to perform" in failure.message:
        flash(NO_DOWNLOAD, "error")
    tell_refusal(failure)
    return redirect(url_for(".agreements"))
