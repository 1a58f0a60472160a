"""Responsibility transfers: one organization pays the bills of another, from month to month.

Either side may withdraw. A chain forms when a receiver lets its own bills, and with them those that it receives, be
paid by a third. Invitations to transfers are apart.
Source: https://docs.aws.amazon.com/awsaccountbilling/latest/aboutv2/orgs_transfer_billing.html
"""

from collections.abc import Iterator
from dataclasses import replace
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
from artifact_state.world import Transaction


def transfer_status(state: State, transfer: Transfer, now: datetime) -> TransferStatus:
    """Tell where a transfer stands: as its handshake does, until it is withdrawn."""
    if transfer.ends_at is not None:
        return TransferStatus.WITHDRAWN
    return TransferStatus[handshake_state(state, state.handshakes[transfer.handshake_id], now).name]


def describe_transfer(tx: Transaction, transfer_id: str) -> Transfer:
    """Tell a transfer to the management accounts of both organizations, and of those further up the chain.

    Raises UnsupportedInPartition, NotInOrganization, WrongAccount, TransferNotFound.
    Source: https://docs.aws.amazon.com/organizations/latest/APIReference/API_DescribeResponsibilityTransfer.html
    """
    organization = require_billing_management(tx)
    transfer = tx.state.transfers.get(transfer_id)
    if transfer is None:
        raise TransferNotFound(transfer_id)
    if organization.id != transfer.source_organization_id and not _inherits(tx, organization, transfer):
        raise TransferNotFound(transfer_id)
    return transfer


def list_inbound_transfers(
    tx: Transaction, through: str | None = None, after: int = -1
) -> Iterator[tuple[int, Transfer | None]]:
    """Go through the transfers with which the organization pays others' bills, invitations among them.

    With `through`, one of these, go through those that its source brought along: the second level of the chain.
    Raises UnsupportedInPartition, NotInOrganization, WrongAccount, TransferNotFound.
    Source: https://docs.aws.amazon.com/organizations/latest/APIReference/API_ListInboundResponsibilityTransfers.html
    """
    organization = require_billing_management(tx)
    if through is None:
        return _listed(tx.state, organization.inbound, after)
    transfer = tx.state.transfers.get(through)
    if transfer is None or transfer.organization_id != organization.id:
        raise TransferNotFound(through)
    # Unverified: AWS says of the id only that it is a transfer's.
    source = tx.state.organizations.get(transfer.source_organization_id)
    brought = _listed(tx.state, source.inbound, after) if source else iter(())
    return ((place, one if one and _inherits(tx, organization, one) else None) for place, one in brought)


def list_outbound_transfers(tx: Transaction, after: int = -1) -> Iterator[tuple[int, Transfer | None]]:
    """Go through the transfers with which others pay the organization's bills, invitations among them.

    Raises UnsupportedInPartition, NotInOrganization, WrongAccount.
    Source: https://docs.aws.amazon.com/organizations/latest/APIReference/API_ListOutboundResponsibilityTransfers.html
    """
    return _listed(tx.state, require_billing_management(tx).outbound, after)


def rename_transfer(tx: Transaction, transfer_id: str, name: str) -> Transfer:
    """Give a transfer another name, as the receiver of the bills: the source never sees it.

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
    """Withdraw a transfer, as either side: it goes on until the end of this month, or of the next.

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
    # Unverified: without an end, the earliest that there can be.
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
    """Refuse the end of an organization while a transfer of it waits for an answer, or goes on.

    Raises ConstraintViolated.
    """
    for transfers in (organization.inbound, organization.outbound):
        goes_on = transfers.until is not None and tx.now <= transfers.until
        if goes_on or len(transfers.accepted) or pending_count(transfers, tx.now):
            raise ConstraintViolated(Constraint.ACTIVE_RESPONSIBILITY_TRANSFER_PROCESS)


def require_billing_management(tx: Transaction) -> Organization:
    """Give the caller's organization where billing can be transferred at all.

    Raises UnsupportedInPartition, NotInOrganization, WrongAccount.
    """
    # Unverified: AWS says where billing can be transferred ("all commercial Regions"), not which error others give.
    require_partition(tx, arns.COMMERCIAL)
    return require_management(tx)


def pending_count(transfers: Transfers, now: datetime) -> int:
    """Count the transfers that wait for an answer."""
    return sum(len(one) for until, one in transfers.pending.items() if now < datetime.fromisoformat(until))


def with_pending(transfers: Transfers, invitation: Handshake, transfer: Transfer, now: datetime) -> Transfers:
    """Add a transfer that waits for its answer; those that wait no more are dropped, a month at a time."""
    pending = transfers.pending
    for until in pending:
        if now >= datetime.fromisoformat(until):
            pending = pending.remove(until)
    until = invitation.expires_at.isoformat()
    return replace(
        transfers,
        every=transfers.every.set(transfer.serial, transfer.id),
        pending=pending.insert(until, pending.get(until, OrderedMap()).set(transfer.serial, transfer.id)),
    )


def without_pending(transfers: Transfers, invitation: Handshake, transfer: Transfer) -> Transfers:
    """Leave out a transfer that got its answer."""
    until = invitation.expires_at.isoformat()
    rest = transfers.pending.get(until, OrderedMap()).delete(transfer.serial)
    return replace(transfers, pending=transfers.pending.insert(until, rest))


def with_accepted(transfers: Transfers, transfer: Transfer) -> Transfers:
    """Add a transfer that was agreed to."""
    return replace(transfers, accepted=transfers.accepted.set(transfer.serial, transfer.id))


def without_accepted(transfers: Transfers, transfer: Transfer, end: datetime) -> Transfers:
    """Leave out a transfer that was withdrawn, and keep in mind how long it goes on."""
    # A transfer that is withdrawn before it starts does not go on at all.
    until = max(end, transfers.until or end) if transfer.starts_at < end else transfers.until
    return replace(transfers, accepted=transfers.accepted.delete(transfer.serial), until=until)


def _inherits(tx: Transaction, organization: Organization, transfer: Transfer) -> bool:
    """Tell whether an organization pays the bills of a transfer's source, directly or further up the chain."""
    if transfer.organization_id == organization.id:
        return True
    if transfer_status(tx.state, transfer, tx.now) not in (TransferStatus.ACCEPTED, TransferStatus.WITHDRAWN):
        return False
    return any(one.id == organization.id for one in paying_organizations(tx.state, transfer))


def _listed(state: State, transfers: Transfers, after: int) -> Iterator[tuple[int, Transfer | None]]:
    return ((place, state.transfers[one]) for place, one in transfers.every.after(after))
