"""Invitations to transfer billing: the management account that is to receive the bills invites another one.

Source: https://docs.aws.amazon.com/awsaccountbilling/latest/aboutv2/orgs_transfer_billing-send-invitation.html
"""

from datetime import datetime

from artifact_state import ids
from artifact_state.authority import organization_of, require_management
from artifact_state.errors import Constraint, ConstraintViolated, HandshakeConstraint, HandshakeConstraintViolated
from artifact_state.events import TransferAccepted
from artifact_state.model import AccountState, Handshake, HandshakeAction, Organization, PartyKind, Transfer
from artifact_state.organizations.accounts import account_id_by_email, account_state
from artifact_state.organizations.billing_transfers.chains import active_transfers, affected_accounts, check_chain
from artifact_state.organizations.billing_transfers.months import check_start
from artifact_state.organizations.billing_transfers.transfers import (
    pending_count,
    require_billing_management,
    with_accepted,
    with_pending,
    without_pending,
)
from artifact_state.organizations.handshakes.lifecycle import check_duplicate, check_target, create_handshake
from artifact_state.organizations.tags import check_tags
from artifact_state.record import Record, replace
from artifact_state.resource_tags import TagPairs, attach_tags
from artifact_state.world import Transaction


class Terms(Record):
    """The terms of a billing transfer that its receiver proposes to the source."""

    starts_at: datetime
    name: str
    notes: str | None = None
    tags: TagPairs = ()


def invite_to_transfer(tx: Transaction, kind: PartyKind, target: str, terms: Terms) -> Handshake:
    """Invite the management account of another organization to have its bills paid by the caller's organization.

    Raises UnsupportedInPartition, NotInOrganization, WrongAccount, InvalidInput, ConstraintViolated,
    HandshakeConstraintViolated, DuplicateHandshake.
    Sources: https://docs.aws.amazon.com/organizations/latest/APIReference/API_InviteOrganizationToTransferResponsibility.html
    https://docs.aws.amazon.com/awsaccountbilling/latest/aboutv2/orgs_transfer_billing-send-invitation.html
    """
    receiver = require_billing_management(tx)
    check_target(kind, target)
    check_start(tx, terms.starts_at)
    check_tags(tx, terms.tags)
    _check_active(tx)
    account_id = target if kind is PartyKind.ACCOUNT else account_id_by_email(tx.state, target)
    source = _require_source(tx, receiver, account_id)
    check_duplicate(tx, receiver, HandshakeAction.TRANSFER_RESPONSIBILITY, target)
    if any(transfer.organization_id == receiver.id for transfer in active_transfers(tx.state, source.outbound)):
        raise HandshakeConstraintViolated(HandshakeConstraint.RESPONSIBILITY_TRANSFER_ALREADY_EXISTS)
    if pending_count(receiver.inbound, tx.now) + len(receiver.inbound.accepted) >= tx.quotas.inbound_transfers:
        raise ConstraintViolated(Constraint.RESPONSIBILITY_TRANSFER_MAX_INBOUND_QUOTA_VIOLATION)
    check_chain(tx, receiver, source)
    return _send(tx, receiver, source, (kind, target), terms)


def accept_transfer(tx: Transaction, invitation: Handshake) -> None:
    """Have the inviting organization pay the bills of the caller's organization, which no other may pay already.

    Raises NotInOrganization, WrongAccount, ConstraintViolated.
    """
    source = require_management(tx)
    _check_active(tx)
    transfer = tx.state.transfers[str(invitation.transfer_id)]
    receiver = tx.state.organizations[transfer.organization_id]
    if len(source.outbound.accepted) >= tx.quotas.outbound_transfers:
        raise ConstraintViolated(Constraint.RESPONSIBILITY_TRANSFER_MAX_OUTBOUND_QUOTA_VIOLATION)
    check_chain(tx, receiver, source)
    drop_pending_transfer(tx, invitation)
    receiver, source = tx.state.organizations[receiver.id], tx.state.organizations[source.id]
    tx.put(replace(receiver, inbound=with_accepted(receiver.inbound, transfer)))
    tx.put(replace(source, outbound=with_accepted(source.outbound, transfer)))
    attach_tags(tx, transfer.id, invitation.tags)
    accounts = affected_accounts(tx.state, transfer)
    tx.record(TransferAccepted(at=tx.now, transfer_id=transfer.id, account_ids=accounts))


def drop_pending_transfer(tx: Transaction, invitation: Handshake) -> None:
    """Stop counting an invitation as pending, for the quotas and for the deletion of either organization."""
    transfer = tx.state.transfers[str(invitation.transfer_id)]
    receiver = tx.state.organizations[transfer.organization_id]
    tx.put(replace(receiver, inbound=without_pending(receiver.inbound, invitation, transfer)))
    source = tx.state.organizations[transfer.source_organization_id]
    tx.put(replace(source, outbound=without_pending(source.outbound, invitation, transfer)))


def _check_active(tx: Transaction) -> None:
    if account_state(tx.state, tx.caller.account_id, tx.now) is not AccountState.ACTIVE:
        raise ConstraintViolated(Constraint.ACCOUNT_NOT_ACTIVE_FOR_TRANSFER_RESPONSIBILITY)


def _require_source(tx: Transaction, receiver: Organization, account_id: str | None) -> Organization:
    """Return the organization whose bills are to be paid: the one that an account manages."""
    if account_id == receiver.management_account_id:
        raise HandshakeConstraintViolated(HandshakeConstraint.SOURCE_AND_TARGET_CANNOT_MATCH)
    source = organization_of(tx.state, account_id, tx.now) if account_id else None
    if source is None or source.management_account_id != account_id:
        # Unverified: AWS says that the account must be a management account, not which error it answers otherwise.
        raise HandshakeConstraintViolated(HandshakeConstraint.TARGET_ACCOUNT_VALIDATION_FAILURE)
    return source


def _send(
    tx: Transaction, receiver: Organization, source: Organization, to: tuple[PartyKind, str], terms: Terms
) -> Handshake:
    expires_at = terms.starts_at - tx.quotas.transfer_acceptance_notice
    handshake = create_handshake(tx, receiver.id, HandshakeAction.TRANSFER_RESPONSIBILITY, to, expires_at)
    transfer = Transfer(
        id=ids.transfer_id(tx.state.seed, handshake.serial),
        serial=handshake.serial,
        handshake_id=handshake.id,
        organization_id=receiver.id,
        management_account_id=receiver.management_account_id,
        source_organization_id=source.id,
        source_account_id=source.management_account_id,
        name=terms.name,
        starts_at=terms.starts_at,
    )
    invitation = replace(handshake, notes=terms.notes, tags=terms.tags, transfer_id=transfer.id)
    tx.put(transfer)
    tx.put(invitation)
    receiver = tx.state.organizations[receiver.id]
    tx.put(replace(receiver, inbound=with_pending(receiver.inbound, invitation, transfer, tx.now)))
    tx.put(replace(source, outbound=with_pending(source.outbound, invitation, transfer, tx.now)))
    return invitation
