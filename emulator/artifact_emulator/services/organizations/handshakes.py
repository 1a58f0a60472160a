"""Handshakes: invitations to the organization."""

from typing import TYPE_CHECKING

from artifact_emulator.call import Call
from artifact_state import arns, handshakes
from artifact_state.accounts import account_of
from artifact_state.model import Handshake, PartyKind
from artifact_state.world import Transaction

if TYPE_CHECKING:
    from artifact_emulator.shapes.organizations import replies, requests


def invite_account_to_organization(
    call: Call, request: "requests.InviteAccountToOrganizationRequest"
) -> "replies.InviteAccountToOrganizationResponse":
    """Invite an account by its id or its e-mail address."""
    invited = handshakes.invite_account(call.tx, PartyKind(request.target.type), request.target.id, notes=request.notes)
    return {"Handshake": _handshake(call.tx, invited)}


def describe_handshake(call: Call, request: "requests.DescribeHandshakeRequest") -> "replies.DescribeHandshakeResponse":
    """Describe a handshake to one of its parties."""
    return {"Handshake": _handshake(call.tx, handshakes.describe_handshake(call.tx, request.handshake_id))}


def accept_handshake(call: Call, request: "requests.AcceptHandshakeRequest") -> "replies.AcceptHandshakeResponse":
    """Accept an invitation."""
    return {"Handshake": _handshake(call.tx, handshakes.accept_handshake(call.tx, request.handshake_id))}


def _handshake(tx: Transaction, one: Handshake) -> "replies.Handshake":
    organization = tx.state.organizations[one.organization_id]
    return {
        "Id": one.id,
        "Arn": arns.organizations(
            organization.partition,
            one.management_account_id,
            "handshake",
            organization.id,
            one.action.value.lower(),
            one.id,
        ),
        "Parties": [
            {"Id": organization.id.removeprefix("o-"), "Type": "ORGANIZATION"},
            {"Id": one.recipient, "Type": one.recipient_kind.value},
        ],
        "State": handshakes.handshake_state(one, tx.now).value,
        "RequestedTimestamp": one.requested_at,
        "ExpirationTimestamp": one.expires_at,
        "Action": one.action.value,
        "Resources": _resources(tx, one),
    }


def _resources(tx: Transaction, one: Handshake) -> "list[replies.HandshakeResource]":
    organization = tx.state.organizations[one.organization_id]
    management = account_of(tx.state, organization.management_account_id)
    about: list[replies.HandshakeResource] = [
        {"Type": "MASTER_EMAIL", "Value": management.email},
        {"Type": "MASTER_NAME", "Value": management.name},
        {"Type": "ORGANIZATION_FEATURE_SET", "Value": organization.feature_set.value},
    ]
    resources: list[replies.HandshakeResource] = [
        {"Type": "ORGANIZATION", "Value": organization.id, "Resources": about},
        {"Type": "EMAIL" if one.recipient_kind is PartyKind.EMAIL else "ACCOUNT", "Value": one.recipient},
    ]
    if one.notes:
        resources.append({"Type": "NOTES", "Value": one.notes})
    return resources
