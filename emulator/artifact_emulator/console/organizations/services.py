"""Services that integrate with AWS Organizations, and the pages that enable and disable trusted access for each.

Source: https://docs.aws.amazon.com/organizations/latest/userguide/services-that-can-integrate-artifact.html
"""

import re
from datetime import datetime

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from artifact_emulator.console.calls import call, caller, list_all, world
from artifact_emulator.console.confirmation import is_confirmed
from artifact_state import catalog
from artifact_state.artifact import agreements
from artifact_state.authority import organization_of
from artifact_state.catalog import TrustedService
from artifact_state.iam.initial_roles import roles_in
from artifact_state.record import Record

pages = Blueprint("services", __name__)


class Row(Record, kw_only=False):
    """A service that integrates with AWS Organizations."""

    service: TrustedService
    enabled: dict[str, datetime]
    """The time at which each enabled principal of the service was enabled."""

    @property
    def slug(self) -> str:
        """The service in the path of its page, such as `artifact`."""
        return slug_of(self.service.name)


def slug_of(name: str) -> str:
    """Return the name of a service for a path: lower case, without `AWS` or `Amazon`."""
    short_name = re.sub(r"^(AWS|Amazon) ", "", name)
    return re.sub(r"[^a-z0-9]+", "-", short_name.lower()).strip("-")


@pages.get("/organizations/services")
def services() -> str:
    """List the services with their status."""
    enabled = _enabled()
    rows = [_row(trusted_service, enabled) for trusted_service in _services()]
    search = request.args.get("search", "").strip()
    matches = [row for row in rows if search.lower() in row.service.name.lower()]
    return render_template(
        "organizations/services.html", rows=sorted(matches, key=lambda row: row.service.name), search=search
    )


@pages.get("/organizations/services/<name>")
def service(name: str) -> str:
    """Show a service, whether it is trusted, and its effects in this account."""
    row = _row(_service(name), _enabled())
    return render_template("organizations/service.html", row=row, effects=_effects(row))


@pages.get("/organizations/services/<name>/enable")
def confirm_enable(name: str) -> str:
    """Show the dialog that enables trusted access, also to accounts whose attempt AWS refuses."""
    return render_template("organizations/enable.html", row=_row(_service(name), {}))


@pages.post("/organizations/services/<name>/enable")
def enable(name: str) -> Response:
    """Enable trusted access once `enable` is entered."""
    row = _row(_service(name), {})
    if "shown" not in request.form:
        flash("Select “Show the option to enable trusted access” first.", "error")
        return redirect(url_for(".confirm_enable", name=name), 303)
    if not is_confirmed("enable"):
        return redirect(url_for(".confirm_enable", name=name), 303)
    before = _effects(row)
    call("organizations", "EnableAWSServiceAccess", ServicePrincipal=row.service.principals[0])
    _flash_outcome(
        row, before, "enabled", "they can now enable that service using its console to work with AWS Organizations"
    )
    return redirect(url_for(".service", name=name), 303)


@pages.get("/organizations/services/<name>/disable")
def confirm_disable(name: str) -> str:
    """Show the dialog that disables trusted access."""
    return render_template("organizations/disable.html", row=_row(_service(name), _enabled()))


@pages.post("/organizations/services/<name>/disable")
def disable(name: str) -> Response:
    """Disable trusted access for all principals of a service once `disable` is entered."""
    if not is_confirmed("disable"):
        return redirect(url_for(".confirm_disable", name=name), 303)
    row = _row(_service(name), _enabled())
    before = _effects(row)
    for principal in row.enabled or row.service.principals[:1]:
        call("organizations", "DisableAWSServiceAccess", ServicePrincipal=principal)
    _flash_outcome(
        row,
        before,
        "disabled",
        "they can now disable that service using its console or tools from working with AWS Organizations",
    )
    return redirect(url_for(".service", name=name), 303)


def _flash_outcome(row: Row, before: dict[str, str], participle: str, advice: str) -> None:
    flash(f"You {participle} trusted access for {row.service.name}.", "success")
    flash(
        f"If you are the administrator of only AWS Organizations, tell the administrator of {row.service.name} that "
        f"{advice}.",
        "info",
    )
    after = _effects(_row(row.service, _enabled()))
    for name, value in after.items():
        if before.get(name) != value:
            flash(f"{name}: {value}", "change")


def _effects(row: Row) -> dict[str, str]:
    """Return the effects of trusted access by name: the service's roles in this account, and its agreements."""
    state, now, account_id = world().state, world().clock.now(), caller().account_id
    effects = {}
    for role in row.service.roles:
        exists = any(
            linked.name == role.name and (linked.gone_at is None or now < linked.gone_at)
            for linked in roles_in(state, account_id)
        )
        effects[f"Service-linked role {role.name}"] = "exists in this account" if exists else "does not exist"
    organization = organization_of(state, account_id, now)
    if agreements.ARTIFACT_DOCUMENTED_PRINCIPAL in row.service.principals and organization is not None:
        count = sum(1 for _ in agreements.organization_acceptances(state, organization))
        can = "can" if agreements.artifact_is_trusted(organization) else "cannot"
        effects["Organization agreements"] = f"{count} in force, {can} be accessed" if count else f"{can} be accepted"
    return effects


def _enabled() -> dict[str, datetime]:
    listed = list_all("organizations", "ListAWSServiceAccessForOrganization", "EnabledServicePrincipals")
    return {item["ServicePrincipal"]: item["DateEnabled"] for item in listed}


def _services() -> tuple[TrustedService, ...]:
    return (*catalog.trusted_services(), *world().options.services)


def _service(name: str) -> TrustedService:
    service = next((listed for listed in _services() if slug_of(listed.name) == name), None)
    if service is None:
        abort(404, f"The service {name} does not exist.")
    return service


def _row(service: TrustedService, enabled: dict[str, datetime]) -> Row:
    return Row(service, {principal: enabled[principal] for principal in service.principals if principal in enabled})
