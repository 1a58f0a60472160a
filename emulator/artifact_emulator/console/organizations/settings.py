"""Settings: the organization's details, its feature set, its delegated administrators, and its deletion.

Source: https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_org.html
"""

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from artifact_emulator.console.calls import call, caller, list_all
from artifact_emulator.console.confirmation import is_confirmed

pages = Blueprint("settings", __name__)


@pages.get("/organizations/settings")
def settings() -> str:
    """Show the organization's settings."""
    described = call("organizations", "DescribeOrganization")["Organization"]
    # A member sees the forms too, and AWS's refusal when it submits one.
    delegates = _delegates() if described["MasterAccountId"] == caller().account_id else []
    return render_template("organizations/settings.html", described=described, delegates=delegates)


@pages.post("/organizations/settings/features")
def enable_all_features() -> Response:
    """Begin the process to enable all features."""
    call("organizations", "EnableAllFeatures")
    flash("You began the process to enable all features.", "success")
    return redirect(url_for("invitations.invitations"), 303)


@pages.post("/organizations/settings/delegates")
def delegate() -> Response:
    """Register or deregister a delegated administrator."""
    operation = "DeregisterDelegatedAdministrator" if "deregister" in request.form else "RegisterDelegatedAdministrator"
    account_id, principal = request.form.get("account", "").strip(), request.form.get("principal", "").strip()
    call("organizations", operation, AccountId=account_id, ServicePrincipal=principal)
    return redirect(url_for(".settings"), 303)


@pages.post("/organizations/settings/delete")
def delete() -> Response:
    """Delete the organization once its id is confirmed."""
    described = call("organizations", "DescribeOrganization")["Organization"]
    if not is_confirmed(described["Id"]):
        return redirect(url_for(".settings"), 303)
    call("organizations", "DeleteOrganization")
    flash("You deleted the organization.", "success")
    return redirect(url_for("accounts.accounts"), 303)


def _delegates() -> list[tuple[dict[str, Any], list[dict[str, Any]]]]:
    """Return each delegated administrator with its delegated services."""
    administrators = list_all("organizations", "ListDelegatedAdministrators", "DelegatedAdministrators")
    return [
        (
            account,
            list_all("organizations", "ListDelegatedServicesForAccount", "DelegatedServices", AccountId=account["Id"]),
        )
        for account in administrators
    ]
