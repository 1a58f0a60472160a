"""Responsibility transfers: invitations to pay another organization's bills, and what becomes of them."""

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
    """Invite the management account of another organization to let the caller's pay its bills."""
    terms = invitations.Terms(
        starts_at=_in_utc(request.start_timestamp),
        name=request.source_name,
        notes=request.notes,
        tags=tag_pairs(request.tags),
    )
    kind, target = PartyKind(request.target.type), request.target.id
    invited = invitations.invite_to_transfer(call.tx, kind, target, terms)
    return {"Handshake": handshake_reply(call.tx, invited)}


def describe_responsibility_transfer(
    call: RequestContext, request: "requests.DescribeResponsibilityTransferRequest"
) -> "replies.DescribeResponsibilityTransferResponse":
    """Describe a transfer to one of its sides."""
    return {"ResponsibilityTransfer": _transfer(call.tx, transfers.describe_transfer(call.tx, request.id))}


def list_inbound_responsibility_transfers(
    call: RequestContext, request: "requests.ListInboundResponsibilityTransfersRequest"
) -> "replies.ListInboundResponsibilityTransfersResponse":
    """List the transfers with which the caller's organization pays others' bills."""
    listing = call.listing("ListInboundResponsibilityTransfers", call.tx.caller.account_id, request.id)
    found = transfers.list_inbound_transfers(call.tx, request.id, after=listing.after(request.next_token))
    page, token = listing.page(found, request.max_results or call.tx.quotas.organizations_page_size)
    return {"ResponsibilityTransfers": [_transfer(call.tx, one) for one in page], **next_token(token)}


def list_outbound_responsibility_transfers(
    call: RequestContext, request: "requests.ListOutboundResponsibilityTransfersRequest"
) -> "replies.ListOutboundResponsibilityTransfersResponse":
    """List the transfers with which others pay the bills of the caller's organization."""
    listing = call.listing("ListOutboundResponsibilityTransfers", call.tx.caller.account_id)
    found = transfers.list_outbound_transfers(call.tx, after=listing.after(request.next_token))
    page, token = listing.page(found, request.max_results or call.tx.quotas.organizations_page_size)
    return {"ResponsibilityTransfers": [_transfer(call.tx, one) for one in page], **next_token(token)}


def update_responsibility_transfer(
    call: RequestContext, request: "requests.UpdateResponsibilityTransferRequest"
) -> "replies.UpdateResponsibilityTransferResponse":
    """Give a transfer another name."""
    return {"ResponsibilityTransfer": _transfer(call.tx, transfers.rename_transfer(call.tx, request.id, request.name))}


def terminate_responsibility_transfer(
    call: RequestContext, request: "requests.TerminateResponsibilityTransferRequest"
) -> "replies.TerminateResponsibilityTransferResponse":
    """Withdraw a transfer at the end of a month."""
    ends_at = _in_utc(request.end_timestamp) if request.end_timestamp else None
    return {"ResponsibilityTransfer": _transfer(call.tx, transfers.terminate_transfer(call.tx, request.id, ends_at))}


def _in_utc(instant: datetime) -> datetime:
    """Read an instant that may come as text without a time zone: AWS's instants are in UTC."""
    return instant.replace(tzinfo=instant.tzinfo or UTC).astimezone(UTC)


def _transfer(tx: Transaction, one: Transfer) -> "replies.ResponsibilityTransfer":
    """Write a transfer as the caller's side sees it: outbound and without its name, or inbound."""
    outbound = tx.caller.account_id == one.source_account_id
    owner = (
        (one.source_account_id, one.source_organization_id)
        if outbound
        else (one.management_account_id, one.organization_id)
    )
    reply: replies.ResponsibilityTransfer = {
        "Arn": arns.transfer(tx.caller.partition, *owner, "outbound" if outbound else "inbound", one.id),
        "Id": one.id,
        "Type": "BILLING",
        "Status": transfers.transfer_status(tx.state, one, tx.now).value,
        "Source": _participant(tx.state, one.source_account_id),
        "Target": _participant(tx.state, one.management_account_id),
        "StartTimestamp": one.starts_at,
    }
    if not outbound:
        # Source: https://docs.aws.amazon.com/awsaccountbilling/latest/aboutv2/orgs_transfer_billing-update-transfer.html
        reply["Name"] = one.name
    if one.ends_at:
        reply["EndTimestamp"] = one.ends_at
    if is_visible(tx, tx.state.handshakes[one.handshake_id]):
        reply["ActiveHandshakeId"] = one.handshake_id
    return reply


def _participant(state: State, account_id: str) -> "replies.TransferParticipant":
    return {"ManagementAccountId": account_id, "ManagementAccountEmail": account_of(state, account_id).email}
