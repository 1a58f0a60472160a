"""Handlers of handshakes: invite accounts, respond to handshakes, describe and list them."""

from datetime import datetime
from typing import TYPE_CHECKING

from artifact_emulator.aws.items import kept_item
from artifact_emulator.aws.pagination import next_token
from artifact_emulator.services.context import RequestContext
from artifact_emulator.services.organizations.tags import tag_pairs
from artifact_state import arns
from artifact_state.model import Account, Handshake, HandshakeAction, HandshakeState, PartyKind
from artifact_state.organizations import handshake_responses
from artifact_state.organizations.accounts import account_of
from artifact_state.organizations.handshakes import account_invitations, lifecycle
from artifact_state.organizations.handshakes.listing import list_received_handshakes, list_sent_handshakes
from artifact_state.world import Transaction

if TYPE_CHECKING:
    from artifact_emulator.shapes.organizations import replies, requests


def invite_account_to_organization(
    call: RequestContext, request: "requests.InviteAccountToOrganizationRequest"
) -> "replies.InviteAccountToOrganizationResponse":
    """Invite an account, by its id or its e-mail address, to join the organization."""
    kind, target = PartyKind(request.target.type), request.target.id
    invitation = account_invitations.invite_account(
        call.tx, kind, target, notes=request.notes, tags=tag_pairs(request.tags)
    )
    return {"Handshake": handshake_reply(call.tx, invitation)}


def describe_handshake(
    call: RequestContext, request: "requests.DescribeHandshakeRequest"
) -> "replies.DescribeHandshakeResponse":
    """Describe a handshake to either of its parties."""
    return {"Handshake": handshake_reply(call.tx, lifecycle.describe_handshake(call.tx, request.handshake_id))}


def accept_handshake(
    call: RequestContext, request: "requests.AcceptHandshakeRequest"
) -> "replies.AcceptHandshakeResponse":
    """Accept a handshake, which carries out its proposal."""
    return {"Handshake": handshake_reply(call.tx, handshake_responses.accept_handshake(call.tx, request.handshake_id))}


def decline_handshake(
    call: RequestContext, request: "requests.DeclineHandshakeRequest"
) -> "replies.DeclineHandshakeResponse":
    """Decline a handshake."""
    return {"Handshake": handshake_reply(call.tx, handshake_responses.decline_handshake(call.tx, request.handshake_id))}


def cancel_handshake(
    call: RequestContext, request: "requests.CancelHandshakeRequest"
) -> "replies.CancelHandshakeResponse":
    """Cancel a handshake."""
    return {"Handshake": handshake_reply(call.tx, handshake_responses.cancel_handshake(call.tx, request.handshake_id))}


def list_handshakes_for_account(
    call: RequestContext, request: "requests.ListHandshakesForAccountRequest"
) -> "replies.ListHandshakesForAccountResponse":
    """List the handshakes that the caller's account received; it need not be in an organization."""
    action, process_id = _filter(request.filter)
    listing = call.listing("ListHandshakesForAccount", call.tx.caller.account_id, action, process_id)
    handshakes = list_received_handshakes(call.tx, action, process_id, after=listing.after(request.next_token))
    page, token = listing.page(handshakes, request.max_results or call.tx.quotas.organizations_page_size)
    return {"Handshakes": [handshake_reply(call.tx, handshake) for handshake in page], **next_token(token)}


def list_handshakes_for_organization(
    call: RequestContext, request: "requests.ListHandshakesForOrganizationRequest"
) -> "replies.ListHandshakesForOrganizationResponse":
    """List the handshakes that the organization sent."""
    action, process_id = _filter(request.filter)
    listing = call.listing("ListHandshakesForOrganization", call.tx.caller.account_id, action, process_id)
    handshakes = list_sent_handshakes(call.tx, action, process_id, after=listing.after(request.next_token))
    page, token = listing.page(handshakes, request.max_results or call.tx.quotas.organizations_page_size)
    return {"Handshakes": [handshake_reply(call.tx, handshake) for handshake in page], **next_token(token)}


def handshake_reply(tx: Transaction, handshake: Handshake) -> "replies.Handshake":
    """Return a handshake in AWS's form, the same for both parties."""
    state = tx.state
    transfer_id = handshake.transfer_id
    return _handshake_item(
        handshake,
        lifecycle.handshake_state(state, handshake, tx.now),
        state.organizations[handshake.organization_id].partition,
        account_of(state, handshake.management_account_id),
        None if transfer_id is None else state.transfers[transfer_id].starts_at,
    )


@kept_item
def _handshake_item(
    handshake: Handshake,
    state: HandshakeState,
    partition: str,
    management: Account,
    transfer_starts_at: datetime | None,
) -> "replies.Handshake":
    # AWS's samples omit the prefix here, but not in the resources below.
    parties: list[replies.HandshakeParty] = [
        {"Id": handshake.organization_id.removeprefix("o-"), "Type": "ORGANIZATION"}
    ]
    if handshake.recipient_kind is not PartyKind.ORGANIZATION:
        by_account = handshake.accepted_by  # AWS then names the account instead of the e-mail address.
        kind = PartyKind.ACCOUNT if by_account else handshake.recipient_kind
        parties.append({"Id": by_account or handshake.recipient, "Type": kind.value})
    return {
        "Id": handshake.id,
        "Arn": arns.organizations(
            partition,
            handshake.management_account_id,
            "handshake",
            handshake.organization_id,
            # Unverified: how AWS shortens the one action that is longer than its pattern of these ARNs allows.
            handshake.action.value.lower()[:32],
            handshake.id,
        ),
        "Parties": parties,
        "State": state.value,
        "RequestedTimestamp": handshake.requested_at,
        "ExpirationTimestamp": handshake.expires_at,
        "Action": handshake.action.value,
        "Resources": _resource_replies(handshake, management, transfer_starts_at),
    }


def _filter(filters: "requests.HandshakeFilter | None") -> tuple[HandshakeAction | None, str | None]:
    if filters is None:
        return None, None
    return HandshakeAction(filters.action_type) if filters.action_type else None, filters.parent_handshake_id


def _resource_replies(
    handshake: Handshake, management: Account, transfer_starts_at: datetime | None
) -> "list[replies.HandshakeResource]":
    """Return the resources that a handshake concerns.

    Source: https://docs.aws.amazon.com/organizations/latest/userguide/manage-begin-all-features-standard-migration.html
    """
    resources: list[replies.HandshakeResource] = []
    if parent_id := lifecycle.parent_handshake_id(handshake):
        resources.append({"Type": "PARENT_HANDSHAKE", "Value": parent_id.removeprefix("h-")})
    resources.append(_organization_resource_reply(handshake, management))
    if handshake.recipient_kind is not PartyKind.ORGANIZATION:
        resources.append({"Type": handshake.recipient_kind.value, "Value": handshake.recipient})
    if handshake.transfer_id is not None:
        # Unverified: the order and the format of the instant; AWS names the types but shows no sample.
        resources += [
            {"Type": "RESPONSIBILITY_TRANSFER", "Value": handshake.transfer_id},
            {"Type": "TRANSFER_TYPE", "Value": "BILLING"},
            {"Type": "TRANSFER_START_TIMESTAMP", "Value": f"{transfer_starts_at:%Y-%m-%dT%H:%M:%S.000Z}"},
        ]
    if handshake.notes:
        resources.append({"Type": "NOTES", "Value": handshake.notes})
    return resources


def _organization_resource_reply(handshake: Handshake, management: Account) -> "replies.HandshakeResource":
    resource: replies.HandshakeResource = {"Type": "ORGANIZATION", "Value": handshake.organization_id}
    if handshake.action is HandshakeAction.INVITE:
        resource["Resources"] = [
            {"Type": "MASTER_EMAIL", "Value": management.email},
            {"Type": "MASTER_NAME", "Value": management.name},
            {"Type": "ORGANIZATION_FEATURE_SET", "Value": handshake.promised.value if handshake.promised else ""},
        ]
    if handshake.action is HandshakeAction.TRANSFER_RESPONSIBILITY:
        resource["Resources"] = [
            {"Type": "MANAGEMENT_ACCOUNT", "Value": management.id},
            {"Type": "MANAGEMENT_EMAIL", "Value": management.email},
            {"Type": "MANAGEMENT_NAME", "Value": management.name},
        ]
    return resource
