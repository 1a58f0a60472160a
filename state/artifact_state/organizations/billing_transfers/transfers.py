"""Billing transfers: one organization pays the bills of another, month by month, until either side withdraws.

`invitations` creates transfers; `chains` follows them from organization to organization.
Source: https://docs.aws.amazon.com/awsaccountbilling/latest/aboutv2/orgs_transfer_billing.html
"""

from collections.abc import Iterator
from datetime import datetime

from artifact_state import arns
from artifact_state.authority import require_management, require_partition
from artifact_state.errors import (
    Constraint,
    ConstraintViolated,
    InvalidTransferTransition,
    TransferAlreadyInStatus,
    TransferNotFound,
    WrongAccount,
)
from artifact_state.events import TransferTerminated
from artifact_state.model import Handshake, Organization, State, Transfer, Transfers, TransferStatus
from artifact_state.ordered_map import OrderedMap
from artifact_state.organizations.billing_transfers.chains import affected_accounts, paying_organizations
from artifact_state.organizations.billing_transfers.months import check_end, end_of_month
from artifact_state.organizations.handshakes.lifecycle import handshake_state
from artifact_state.record import replace
from artifact_state.world import Transaction


def transfer_status(state: State, transfer: Transfer, now: datetime) -> TransferStatus:
    """Return the status of a transfer at an instant: the state of its handshake, until it is withdrawn."""
    if transfer.ends_at is not None:
        return TransferStatus.WITHDRAWN
    return TransferStatus[handshake_state(state, state.handshakes[transfer.handshake_id], now).name]


def describe_transfer(tx: Transaction, transfer_id: str) -> Transfer:
    """Return a transfer to the management accounts of its source and of the organizations that pay its bills.

    Raises UnsupportedInPartition, NotInOrganization, WrongAccount, TransferNotFound.
    Source: https://docs.aws.amazon.com/organizations/latest/APIReference/API_DescribeResponsibilityTransfer.html
    """
    organization = require_billing_management(tx)
    transfer = tx.state.transfers.get(transfer_id)
    if transfer is None:
        raise TransferNotFound(transfer_id)
    if organization.id != transfer.source_organization_id and not _pays_for(tx, organization, transfer):
        raise TransferNotFound(transfer_id)
    return transfer


def list_inbound_transfers(
    tx: Transaction, through: str | None = None, after: int = -1
) -> Iterator[tuple[int, Transfer | None]]:
    """Iterate over the transfers with which the organization pays the bills of others, invitations included.

    With `through`, the id of one of these, iterate instead over the inbound transfers of its source, whose bills the
    organization pays too.
    Raises UnsupportedInPartition, NotInOrganization, WrongAccount, TransferNotFound.
    Source: https://docs.aws.amazon.com/organizations/latest/APIReference/API_ListInboundResponsibilityTransfers.html
    """
    organization = require_billing_management(tx)
    if through is None:
        return _transfers_of(tx.state, organization.inbound, after)
    transfer = tx.state.transfers.get(through)
    if transfer is None or transfer.organization_id != organization.id:
        raise TransferNotFound(through)
    # Unverified: AWS says of the id only that it is a transfer's.
    source = tx.state.organizations.get(transfer.source_organization_id)
    inherited = _transfers_of(tx.state, source.inbound, after) if source else iter(())
    return ((place, other if other and _pays_for(tx, organization, other) else None) for place, other in inherited)


def list_outbound_transfers(tx: Transaction, after: int = -1) -> Iterator[tuple[int, Transfer | None]]:
    """Iterate over the transfers with which others pay the organization's bills, invitations included.

    Raises UnsupportedInPartition, NotInOrganization, WrongAccount.
    Source: https://docs.aws.amazon.com/organizations/latest/APIReference/API_ListOutboundResponsibilityTransfers.html
    """
    return _transfers_of(tx.state, require_billing_management(tx).outbound, after)


def rename_transfer(tx: Transaction, transfer_id: str, name: str) -> Transfer:
    """Rename a transfer, as the receiver of the bills; the source never sees the name.

    Raises UnsupportedInPartition, NotInOrganization, WrongAccount, TransferNotFound, ConstraintViolated.
    Sources: https://docs.aws.amazon.com/organizations/latest/APIReference/API_UpdateResponsibilityTransfer.html
    https://docs.aws.amazon.com/awsaccountbilling/latest/aboutv2/orgs_transfer_billing-update-transfer.html
    """
    transfer = describe_transfer(tx, transfer_id)
    if transfer.management_account_id != tx.caller.account_id:
        raise WrongAccount
    if transfer_status(tx.state, transfer, tx.now) not in (TransferStatus.REQUESTED, TransferStatus.ACCEPTED):
        raise ConstraintViolated(Constraint.TRANSFER_RESPONSIBILITY_UPDATE_NOT_ALLOWED)
    renamed = replace(transfer, name=name)
    tx.put(renamed)
    return renamed


def terminate_transfer(tx: Transaction, transfer_id: str, ends_at: datetime | None = None) -> Transfer:
    """Withdraw a transfer, as either side, with effect at the end of this month or the next.

    Raises UnsupportedInPartition, NotInOrganization, WrongAccount, TransferNotFound, TransferAlreadyInStatus,
    InvalidTransferTransition, InvalidInput.
    Sources: https://docs.aws.amazon.com/organizations/latest/APIReference/API_TerminateResponsibilityTransfer.html
    https://docs.aws.amazon.com/awsaccountbilling/latest/aboutv2/orgs_transfer_billing-stop-transfer.html
    """
    transfer = describe_transfer(tx, transfer_id)
    if tx.caller.account_id not in (transfer.management_account_id, transfer.source_account_id):
        raise WrongAccount
    status = transfer_status(tx.state, transfer, tx.now)
    if status is TransferStatus.WITHDRAWN:
        raise TransferAlreadyInStatus(transfer_id)
    if status is not TransferStatus.ACCEPTED:
        raise InvalidTransferTransition(transfer_id)
    # Unverified: without an end, the earliest possible one.
    end = check_end(tx, ends_at) if ends_at else end_of_month(tx.now)
    accounts = affected_accounts(tx.state, transfer)
    withdrawn = replace(transfer, ends_at=end)
    tx.put(withdrawn)
    receiver = tx.state.organizations[transfer.organization_id]
    tx.put(replace(receiver, inbound=without_accepted(receiver.inbound, withdrawn, end)))
    source = tx.state.organizations[transfer.source_organization_id]
    tx.put(replace(source, outbound=without_accepted(source.outbound, withdrawn, end)))
    tx.record(TransferTerminated(at=tx.now, transfer_id=transfer.id, account_ids=accounts, ends_at=end))
    return withdrawn


def check_no_active_transfers(tx: Transaction, organization: Organization) -> None:
    """Refuse to delete an organization while a transfer of it awaits a response or is in effect.

    Raises ConstraintViolated.
    """
    for transfers in (organization.inbound, organization.outbound):
        in_effect = transfers.until is not None and tx.now <= transfers.until
        if in_effect or len(transfers.accepted) or pending_count(transfers, tx.now):
            raise ConstraintViolated(Constraint.ACTIVE_RESPONSIBILITY_TRANSFER_PROCESS)


def require_billing_management(tx: Transaction) -> Organization:
    """Return the organization that the caller manages, in a partition that supports billing transfers.

    Raises UnsupportedInPartition, NotInOrganization, WrongAccount.
    """
    # Unverified: AWS says where billing can be transferred ("all commercial Regions"), not which error it answers
    # elsewhere.
    require_partition(tx, arns.COMMERCIAL)
    return require_management(tx)


def pending_count(transfers: Transfers, now: datetime) -> int:
    """Return the number of transfers that await a response."""
    return sum(
        len(serials) for expires_at, serials in transfers.pending.items() if now < datetime.fromisoformat(expires_at)
    )


def with_pending(transfers: Transfers, invitation: Handshake, transfer: Transfer, now: datetime) -> Transfers:
    """Return transfers with a pending one added; expired ones are dropped, a month at a time."""
    pending = transfers.pending
    for expires_at in pending:
        if now >= datetime.fromisoformat(expires_at):
            pending = pending.remove(expires_at)
    expires_at = invitation.expires_at.isoformat()
    return replace(
        transfers,
        every=transfers.every.set(transfer.serial, transfer.id),
        pending=pending.insert(expires_at, pending.get(expires_at, OrderedMap()).set(transfer.serial, transfer.id)),
    )


def without_pending(transfers: Transfers, invitation: Handshake, transfer: Transfer) -> Transfers:
    """Return transfers without a pending one, after the response to its invitation."""
    expires_at = invitation.expires_at.isoformat()
    remaining = transfers.pending.get(expires_at, OrderedMap()).delete(transfer.serial)
    return replace(transfers, pending=transfers.pending.insert(expires_at, remaining))


def with_accepted(transfers: Transfers, transfer: Transfer) -> Transfers:
    """Return transfers with an accepted one added."""
    return replace(transfers, accepted=transfers.accepted.set(transfer.serial, transfer.id))


def without_accepted(transfers: Transfers, transfer: Transfer, end: datetime) -> Transfers:
    """Return transfers without a withdrawn one, remembering how long it stays in effect."""
    # A transfer withdrawn before it starts never takes effect.
    until = max(end, transfers.until or end) if transfer.starts_at < end else transfers.until
    return replace(transfers, accepted=transfers.accepted.delete(transfer.serial), until=until)


def _pays_for(tx: Transaction, organization: Organization, transfer: Transfer) -> bool:
    """Return whether an organization pays the bills of a transfer's source, directly or further up the chain."""
    if transfer.organization_id == organization.id:
        return True
    if transfer_status(tx.state, transfer, tx.now) not in (TransferStatus.ACCEPTED, TransferStatus.WITHDRAWN):
        return False
    return any(payer.id == organization.id for payer in paying_organizations(tx.state, transfer))


def _transfers_of(state: State, transfers: Transfers, after: int) -> Iterator[tuple[int, Transfer | None]]:
    return ((place, state.transfers[transfer_id]) for place, transfer_id in transfers.every.after(after))
