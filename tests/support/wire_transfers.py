"""Billing transfers between organizations, as tests of the wire make them."""

from datetime import UTC, datetime
from typing import Any

from tests.support.wire_client import Client
from tests.support.wire_organizations import SERVICE, add_invited_account, as_account, set_quotas

RECEIVER, SOURCE, THIRD, MEMBER = "111122223333", "222233334444", "333344445555", "555566667777"
DECEMBER = datetime(2026, 12, 1, tzinfo=UTC)
INVITE = "InviteOrganizationToTransferResponsibility"


def create_organizations(management: Client) -> Client:
    """Add a member to the receiver's organization and create two others; let the receiver pay for five."""
    set_quotas(management, inbound_transfers=5)
    for account_id in (SOURCE, THIRD):
        as_account(management, account_id).do(SERVICE, "CreateOrganization")
    add_invited_account(management, MEMBER)
    return management


def invitation_parameters(target: str = SOURCE, **parameters: Any) -> dict[str, Any]:
    """Return the parameters of an invitation to transfer billing."""
    return {
        "Type": "BILLING",
        "Target": {"Type": "ACCOUNT", "Id": target},
        "StartTimestamp": DECEMBER,
        "SourceName": "Bills",
    } | parameters


def invite_to_transfer(client: Client, target: str = SOURCE, **parameters: Any) -> dict[str, Any]:
    """Invite an account to transfer its billing and return the handshake."""
    reply = client.do(SERVICE, INVITE, **invitation_parameters(target, **parameters))
    handshake: dict[str, Any] = reply["Handshake"]
    return handshake


def transfer_id_of(handshake: dict[str, Any]) -> str:
    """Return the id of the transfer that a handshake proposes."""
    (resource,) = [resource for resource in handshake["Resources"] if resource["Type"] == "RESPONSIBILITY_TRANSFER"]
    return str(resource["Value"])


def transfer(client: Client, target: str = SOURCE, **parameters: Any) -> str:
    """Invite an account to transfer its billing, accept as that account, and return the id of the transfer."""
    handshake = invite_to_transfer(client, target, **parameters)
    as_account(client, target).do(SERVICE, "AcceptHandshake", HandshakeId=handshake["Id"])
    return transfer_id_of(handshake)


def describe_transfer(client: Client, transfer_id: str) -> dict[str, Any]:
    """Return a transfer as the client sees it."""
    reply = client.do(SERVICE, "DescribeResponsibilityTransfer", Id=transfer_id)
    description: dict[str, Any] = reply["ResponsibilityTransfer"]
    return description
