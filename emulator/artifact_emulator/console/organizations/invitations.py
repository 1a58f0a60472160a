"""Invitations: the handshakes that the organization sent and those that the account received.

Source: https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_accounts_invites.html
"""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from artifact_emulator.console.calls import call, caller, list_all, world
from artifact_emulator.console.confirmation import confirmation
from artifact_state.authority import organization_of

_RESPONSES = {
    "accept": ("AcceptHandshake", "accepted"),
    "decline": ("DeclineHandshake", "declined"),
    "cancel": ("CancelHandshake", "canceled"),
}
pages = Blueprint("invitations", __name__)


@pages.get("/organizations/invitations")
def invitations() -> str:
    """List the handshakes that were received and, for a management account, sent."""
    organization = organization_of(world().state, caller().account_id, world().clock.now())
    is_management = organization is not None and organization.management_account_id == caller().account_id
    return render_template(
        "organizations/invitations.html",
        received=list_all("organizations", "ListHandshakesForAccount", "Handshakes"),
        sent=list_all("organizations", "ListHandshakesForOrganization", "Handshakes") if is_management else None,
    )


@pages.get("/organizations/invitations/<handshake_id>")
def confirm_response(handshake_id: str) -> str:
    """Ask before a handshake is declined or canceled."""
    verb = "Cancel" if request.args.get("response") == "cancel" else "Decline"
    return confirmation(
        f"{verb} invitation {handshake_id}?",
        "The account can then join the organization only by another invitation.",
        f"{verb} invitation",
        url_for(".invitations"),
    )


@pages.post("/organizations/invitations/<handshake_id>")
def respond(handshake_id: str) -> Response:
    """Accept, decline or cancel a handshake."""
    operation, participle = _RESPONSES.get(request.form.get("response", ""), _RESPONSES["decline"])
    call("organizations", operation, HandshakeId=handshake_id)
    flash(f"You {participle} the invitation.", "success")
    return redirect(url_for(".invitations"), 303)
