"""Handlers of billing transfers, which AWS calls responsibility transfers."""

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from artifact_emulator.aws.pagination import next_token
from artifact_emulator.services.context import RequestContext
from artifact_emulator.services.organizations.handshakes import handshake_reply
from artifact_emulator.services.organizations.tags import tag_pairs
from artifact_state import arns
from artifact_state.model import PartyKind, State, Transfer
from artifact_state.organizations.accounts import account_of
from artifact_state.organizations.billing_transfers import invitations, transfers
from artifact_state.organizations.handshakes.lifecycle import is_visible
from artifact_state.world import Transaction

if TYPE_CHECKING:
    from artifact_emulator.shapes.organizations import replies, requests


def invite_organization_to_transfer_responsibility(
    call: RequestContext, request: "requests.InviteOrganizationToTransferResponsibilityRequest"
) -> "replies.InviteOrganizationToTransferResponsibilityResponse":
    """Invite the management account of another organization to have its bills paid by the caller's."""
    terms = invitations.Terms(
        starts_at=_in_utc(request.start_timestamp),
        name=request.source_name,
        notes=request.notes,
        tags=tag_pairs(request.tags),
    )
    kind, target = PartyKind(request.target.type), request.target.id
    invitation = invitations.invite_to_transfer(call.tx, kind, target, terms)
    return {"Handshake": handshake_reply(call.tx, invitation)}


def describe_responsibility_transfer(
    call: RequestContext, request: "requests.DescribeResponsibilityTransferRequest"
) -> "replies.DescribeResponsibilityTransferResponse":
    """Describe a transfer to either of its sides."""
    return {"ResponsibilityTransfer": _transfer_reply(call.tx, transfers.describe_transfer(call.tx, request.id))}


def list_inbound_responsibility_transfers(
    call: RequestContext, request: "requests.ListInboundResponsibilityTransfersRequest"
) -> "replies.ListInboundResponsibilityTransfersResponse":
    """List the transfers with which the caller's organization pays the bills of others."""
    listing = call.listing("ListInboundResponsibilityTransfers", call.tx.caller.account_id, request.id)
    items = transfers.list_inbound_transfers(call.tx, request.id, after=listing.after(request.next_token))
    page, token = listing.page(items, request.max_results or call.tx.quotas.organizations_page_size)
    return {"ResponsibilityTransfers": [_transfer_reply(call.tx, transfer) for transfer in page], **next_token(token)}


def list_outbound_responsibility_transfers(
    call: RequestContext, request: "requests.ListOutboundResponsibilityTransfersRequest"
) -> "replies.ListOutboundResponsibilityTransfersResponse":
    """List the transfers with which others pay the bills of the caller's organization."""
    listing = call.listing("ListOutboundResponsibilityTransfers", call.tx.caller.account_id)
    items = transfers.list_outbound_transfers(call.tx, after=listing.after(request.next_token))
    page, token = listing.page(items, request.max_results or call.tx.quotas.organizations_page_size)
    return {"ResponsibilityTransfers": [_transfer_reply(call.tx, transfer) for transfer in page], **next_token(token)}


def update_responsibility_transfer(
    call: RequestContext, request: "requests.UpdateResponsibilityTransferRequest"
) -> "replies.UpdateResponsibilityTransferResponse":
    """Rename a transfer."""
    transfer = transfers.rename_transfer(call.tx, request.id, request.name)
    return {"ResponsibilityTransfer": _transfer_reply(call.tx, transfer)}


def terminate_responsibility_transfer(
    call: RequestContext, request: "requests.TerminateResponsibilityTransferRequest"
) -> "replies.TerminateResponsibilityTransferResponse":
    """Withdraw a transfer with effect at the end of a month."""
    ends_at = _in_utc(request.end_timestamp) if request.end_timestamp else None
    transfer = transfers.terminate_transfer(call.tx, request.id, ends_at)
    return {"ResponsibilityTransfer": _transfer_reply(call.tx, transfer)}


def _in_utc(instant: datetime) -> datetime:
    """Return an instant in UTC; text without a time zone is taken as UTC."""
    return instant.replace(tzinfo=instant.tzinfo or UTC).astimezone(UTC)


def _transfer_reply(tx: Transaction, transfer: Transfer) -> "replies.ResponsibilityTransfer":
    """Return a transfer in AWS's form, inbound or, for its source, outbound and without its name."""
    outbound = tx.caller.account_id == transfer.source_account_id
    owner = (
        (transfer.source_account_id, transfer.source_organization_id)
        if outbound
        else (transfer.management_account_id, transfer.organization_id)
    )
    reply: replies.ResponsibilityTransfer = {
        "Arn": arns.transfer(tx.caller.partition, *owner, "outbound" if outbound else "inbound", transfer.id),
        "Id": transfer.id,
        "Type": "BILLING",
        "Status": transfers.transfer_status(tx.state, transfer, tx.now).value,
        "Source": _participant_reply(tx.state, transfer.source_account_id),
        "Target": _participant_reply(tx.state, transfer.management_account_id),
        "StartTimestamp": transfer.starts_at,
    }
    if not outbound:
        # Source: https://docs.aws.amazon.com/awsaccountbilling/latest/aboutv2/orgs_transfer_billing-update-transfer.html
        reply["Name"] = transfer.name
    if transfer.ends_at:
        reply["EndTimestamp"] = transfer.ends_at
    if is_visible(tx, tx.state.handshakes[transfer.handshake_id]):
        reply["ActiveHandshakeId"] = transfer.handshake_id
    return reply


def _participant_reply(state: State, account_id: str) -> "replies.TransferParticipant":
    return {"ManagementAccountId": account_id, "ManagementAccountEmail": account_of(state, account_id).email}
