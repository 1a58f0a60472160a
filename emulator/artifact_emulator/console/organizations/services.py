"""Services: which of them the organization trusts, and the page of each, where trusted access is enabled and disabled.

Source: https://docs.aws.amazon.com/organizations/latest/userguide/services-that-can-integrate-artifact.html
"""

import re
from dataclasses import dataclass
from datetime import datetime

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from artifact_emulator.console.calls import call, caller, everything, world
from artifact_state import catalog
from artifact_state.artifact import agreements
from artifact_state.authority import organization_of
from artifact_state.catalog import TrustedService

pages = Blueprint("services", __name__)


@dataclass(frozen=True, slots=True)
class Row:
    """One service that integrates with AWS Organizations."""

    service: TrustedService
    enabled: dict[str, datetime]
    """Since when, by the principals that are enabled."""

    @property
    def slug(self) -> str:
        """Name it in the address of its page, such as `artifact`."""
        return slug_of(self.service.name)


def slug_of(name: str) -> str:
    """Name a service in an address: without `AWS` and `Amazon`, in lower case."""
    plain = re.sub(r"^(AWS|Amazon) ", "", name)
    return re.sub(r"[^a-z0-9]+", "-", plain.lower()).strip("-")


@pages.get("/organizations/services")
def services() -> str:
    """List the services, each with its status."""
    enabled = _enabled()
    rows = [_row(one, enabled) for one in catalog.trusted_services()]
    search = request.args.get("search", "").strip()
    shown = [row for row in rows if search.lower() in row.service.name.lower()]
    return render_template(
        "organizations/services.html", rows=sorted(shown, key=lambda row: row.service.name), search=search
    )


@pages.get("/organizations/services/<name>")
def service(name: str) -> str:
    """Show a service: whether it is trusted, and what can be done about it."""
    row = _row(_service(name), _enabled())
    return render_template("organizations/service.html", row=row, facts=_facts(row))


@pages.get("/organizations/services/<name>/enable")
def enabling(name: str) -> str:
    """Ask whether trusted access is to be enabled."""
    return render_template("organizations/enable.html", row=_row(_service(name), _enabled()))


@pages.post("/organizations/services/<name>/enable")
def enable(name: str) -> Response:
    """Enable trusted access, once `enable` was typed."""
    row = _row(_service(name), {})
    if "shown" not in request.form:
        flash("Select “Show the option to enable trusted access” first.", "error")
        return redirect(url_for(".enabling", name=name), 303)
    if request.form.get("confirmation", "").strip() != "enable":
        flash("Enter enable in the box to enable trusted access.", "error")
        return redirect(url_for(".enabling", name=name), 303)
    before = _facts(row)
    call("organizations", "EnableAWSServiceAccess", ServicePrincipal=row.service.principals[0])
    _tell(row, before, "enabled", "they can now enable that service using its console to work with AWS Organizations")
    return redirect(url_for(".service", name=name), 303)


@pages.get("/organizations/services/<name>/disable")
def disabling(name: str) -> str:
    """Ask whether trusted access is to be disabled."""
    return render_template("organizations/disable.html", row=_row(_service(name), _enabled()))


@pages.post("/organizations/services/<name>/disable")
def disable(name: str) -> Response:
    """Disable trusted access, once `disable` was typed: for every principal of the service that is enabled."""
    if request.form.get("confirmation", "").strip() != "disable":
        flash("Enter disable in the box to disable trusted access.", "error")
        return redirect(url_for(".disabling", name=name), 303)
    row = _row(_service(name), _enabled())
    before = _facts(row)
    for principal in row.enabled or row.service.principals[:1]:
        call("organizations", "DisableAWSServiceAccess", ServicePrincipal=principal)
    _tell(
        row,
        before,
        "disabled",
        "they can now disable that service using its console or tools from working with AWS Organizations",
    )
    return redirect(url_for(".service", name=name), 303)


def _tell(row: Row, before: dict[str, str], what: str, advice: str) -> None:
    flash(f"You {what} trusted access for {row.service.name}.", "success")
    flash(
        f"If you are the administrator of only AWS Organizations, tell the administrator of {row.service.name} that "
        f"{advice}.",
        "info",
    )
    after = _facts(_row(row.service, _enabled()))
    for fact, value in after.items():
        if before.get(fact) != value:
            flash(f"{fact}: {value}", "change")


def _facts(row: Row) -> dict[str, str]:
    """Tell what depends on trusted access: the service's roles in this account, and its agreements."""
    state, now, account_id = world().state, world().clock.now(), caller().account_id
    facts = {}
    for role in row.service.roles:
        held = any(
            one.name == role.name and (one.gone_at is None or now < one.gone_at)
            for one in state.roles.get(account_id, ())
        )
        facts[f"Service-linked role {role.name}"] = "exists in this account" if held else "does not exist"
    organization = organization_of(state, account_id, now)
    if agreements.ARTIFACT_DOCUMENTED_PRINCIPAL in row.service.principals and organization is not None:
        count = sum(1 for _ in agreements.organization_acceptances(state, organization))
        can = "can" if agreements.artifact_is_trusted(organization) else "cannot"
        facts["Organization agreements"] = f"{count} in force, {can} be accessed" if count else f"{can} be accepted"
    return facts


def _enabled() -> dict[str, datetime]:
    listed = everything("organizations", "ListAWSServiceAccessForOrganization", "EnabledServicePrincipals")
    return {one["ServicePrincipal"]: one["DateEnabled"] for one in listed}


def _service(name: str) -> TrustedService:
    found = next((one for one in catalog.trusted_services() if slug_of(one.name) == name), None)
    if found is None:
        abort(404, f"There is no service {name}.")
    return found


def _row(service: TrustedService, enabled: dict[str, datetime]) -> Row:
    return Row(service, {one: enabled[one] for one in service.principals if one in enabled})
