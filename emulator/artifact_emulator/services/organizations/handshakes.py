"""Handshakes: invitations to the organization, answers to whatever was proposed, and their lists."""

from typing import TYPE_CHECKING

from artifact_emulator.aws.pagination import next_token
from artifact_emulator.services.context import RequestContext
from artifact_emulator.services.organizations.tags import pairs_of
from artifact_state import arns
from artifact_state.model import Handshake, HandshakeAction, PartyKind
from artifact_state.organizations.accounts import account_of
from artifact_state.organizations.handshakes import account_invitations, lifecycle, listing, responses
from artifact_state.world import Transaction

if TYPE_CHECKING:
    from artifact_emulator.shapes.organizations import replies, requests


def invite_account_to_organization(
    call: RequestContext, request: "requests.InviteAccountToOrganizationRequest"
) -> "replies.InviteAccountToOrganizationResponse":
    """Invite an account by its id or its e-mail address."""
    kind, target = PartyKind(request.target.type), request.target.id
    invited = account_invitations.invite_account(
        call.tx, kind, target, notes=request.notes, tags=pairs_of(request.tags)
    )
    return {"Handshake": handshake_reply(call.tx, invited)}


def describe_handshake(
    call: RequestContext, request: "requests.DescribeHandshakeRequest"
) -> "replies.DescribeHandshakeResponse":
    """Describe a handshake to one of its parties."""
    return {"Handshake": handshake_reply(call.tx, lifecycle.describe_handshake(call.tx, request.handshake_id))}


def accept_handshake(
    call: RequestContext, request: "requests.AcceptHandshakeRequest"
) -> "replies.AcceptHandshakeResponse":
    """Accept what a handshake proposes."""
    return {"Handshake": handshake_reply(call.tx, responses.accept_handshake(call.tx, request.handshake_id))}


def decline_handshake(
    call: RequestContext, request: "requests.DeclineHandshakeRequest"
) -> "replies.DeclineHandshakeResponse":
    """Decline it."""
    return {"Handshake": handshake_reply(call.tx, responses.decline_handshake(call.tx, request.handshake_id))}


def cancel_handshake(
    call: RequestContext, request: "requests.CancelHandshakeRequest"
) -> "replies.CancelHandshakeResponse":
    """Take it back."""
    return {"Handshake": handshake_reply(call.tx, responses.cancel_handshake(call.tx, request.handshake_id))}


def list_handshakes_for_account(
    call: RequestContext, request: "requests.ListHandshakesForAccountRequest"
) -> "replies.ListHandshakesForAccountResponse":
    """List the handshakes that the caller's account received, whether it is in an organization or not."""
    action, process_id = _filter(request.filter)
    page_listing = call.listing("ListHandshakesForAccount", call.tx.caller.account_id, action, process_id)
    found = listing.list_received_handshakes(call.tx, action, process_id, after=page_listing.after(request.next_token))
    page, token = page_listing.page(found, request.max_results or call.tx.quotas.organizations_page_size)
    return {"Handshakes": [handshake_reply(call.tx, one) for one in page], **next_token(token)}


def list_handshakes_for_organization(
    call: RequestContext, request: "requests.ListHandshakesForOrganizationRequest"
) -> "replies.ListHandshakesForOrganizationResponse":
    """List the handshakes that the organization sent."""
    action, process_id = _filter(request.filter)
    page_listing = call.listing("ListHandshakesForOrganization", call.tx.caller.account_id, action, process_id)
    found = listing.list_sent_handshakes(call.tx, action, process_id, after=page_listing.after(request.next_token))
    page, token = page_listing.page(found, request.max_results or call.tx.quotas.organizations_page_size)
    return {"Handshakes": [handshake_reply(call.tx, one) for one in page], **next_token(token)}


def handshake_reply(tx: Transaction, one: Handshake) -> "replies.Handshake":
    """Write a handshake, the same for both of its parties."""
    organization = tx.state.organizations[one.organization_id]
    # AWS's samples leave out the prefix here, though not in the resources below.
    parties: list[replies.HandshakeParty] = [{"Id": organization.id.removeprefix("o-"), "Type": "ORGANIZATION"}]
    if one.recipient_kind is not PartyKind.ORGANIZATION:
        parties.append({"Id": one.recipient, "Type": one.recipient_kind.value})
    return {
        "Id": one.id,
        "Arn": arns.organizations(
            organization.partition,
            one.management_account_id,
            "handshake",
            organization.id,
            # Unverified: the ARN of the one action that is longer than AWS's own pattern of these ARNs has room for.
            one.action.value.lower()[:32],
            one.id,
        ),
        "Parties": parties,
        "State": lifecycle.handshake_state(tx.state, one, tx.now).value,
        "RequestedTimestamp": one.requested_at,
        "ExpirationTimestamp": one.expires_at,
        "Action": one.action.value,
        "Resources": _resources(tx, one),
    }


def _filter(given: "requests.HandshakeFilter | None") -> tuple[HandshakeAction | None, str | None]:
    if given is None:
        return None, None
    return HandshakeAction(given.action_type) if given.action_type else None, given.parent_handshake_id


def _resources(tx: Transaction, one: Handshake) -> "list[replies.HandshakeResource]":
    """Say what a handshake is about.

    Source: https://docs.aws.amazon.com/organizations/latest/userguide/manage-begin-all-features-standard-migration.html
    """
    resources: list[replies.HandshakeResource] = []
    if parent_id := lifecycle.parent_handshake_id(one):
        resources.append({"Type": "PARENT_HANDSHAKE", "Value": parent_id.removeprefix("h-")})
    resources.append(_organization_resource(tx, one))
    if one.recipient_kind is not PartyKind.ORGANIZATION:
        resources.append({"Type": one.recipient_kind.value, "Value": one.recipient})
    if one.transfer_id is not None:
        # Unverified: the order, and how the instant is written; AWS names the types and shows no sample.
        starts_at = tx.state.transfers[one.transfer_id].starts_at
        resources += [
            {"Type": "RESPONSIBILITY_TRANSFER", "Value": one.transfer_id},
            {"Type": "TRANSFER_TYPE", "Value": "BILLING"},
            {"Type": "TRANSFER_START_TIMESTAMP", "Value": f"{starts_at:%Y-%m-%dT%H:%M:%S.000Z}"},
        ]
    if one.notes:
        resources.append({"Type": "NOTES", "Value": one.notes})
    return resources


def _organization_resource(tx: Transaction, one: Handshake) -> "replies.HandshakeResource":
    management = account_of(tx.state, one.management_account_id)
    resource: replies.HandshakeResource = {"Type": "ORGANIZATION", "Value": one.organization_id}
    if one.action is HandshakeAction.INVITE:
        resource["Resources"] = [
            {"Type": "MASTER_EMAIL", "Value": management.email},
            {"Type": "MASTER_NAME", "Value": management.name},
            {"Type": "ORGANIZATION_FEATURE_SET", "Value": one.promised.value if one.promised else ""},
        ]
    if one.action is HandshakeAction.TRANSFER_RESPONSIBILITY:
        resource["Resources"] = [
            {"Type": "MANAGEMENT_ACCOUNT", "Value": management.id},
            {"Type": "MANAGEMENT_EMAIL", "Value": management.email},
            {"Type": "MANAGEMENT_NAME", "Value": management.name},
        ]
    return resource
