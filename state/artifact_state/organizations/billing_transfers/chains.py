"""Chains of responsibility transfers: who pays for whom, when a receiver's own bills are paid by a third.

Source: https://docs.aws.amazon.com/awsaccountbilling/latest/aboutv2/orgs_transfer_billing.html
"""

from collections.abc import Iterator

from artifact_state.errors import Constraint, ConstraintViolated
from artifact_state.model import Organization, State, Transfer, Transfers
from artifact_state.world import Transaction


def check_chain(tx: Transaction, receiver: Organization, source: Organization) -> None:
    """Refuse a transfer that would make a chain too long, or bring too many transfers together in one.

    The walk goes no further than the quotas let a chain grow.
    Raises ConstraintViolated.
    Source: https://docs.aws.amazon.com/awsaccountbilling/latest/aboutv2/orgs_transfer_billing-quotas.html
    """
    top, above = _top_of(tx.state, receiver)
    room = tx.quotas.transfer_chain_length - above
    if room < 1 or top.id == source.id or _levels_below(tx.state, source, room) >= room:
        raise ConstraintViolated(Constraint.RESPONSIBILITY_TRANSFER_MAX_LEVEL_VIOLATION)
    levels = tx.quotas.transfer_chain_length
    together = _size_below(tx.state, top, levels) + 1 + _size_below(tx.state, source, room - 1)
    if together > tx.quotas.transfers_in_chain:
        raise ConstraintViolated(Constraint.RESPONSIBILITY_TRANSFER_MAX_TRANSFERS_QUOTA_VIOLATION)


def receivers_of(state: State, transfer: Transfer) -> Iterator[Organization]:
    """Go through the organizations that pay a transfer's bills: its own receiver, then those further up the chain."""
    organization = state.organizations.get(transfer.organization_id)
    while organization is not None:
        yield organization
        further = next(accepted_of(state, organization.outbound), None)
        organization = state.organizations.get(further.organization_id) if further else None


def concerned(state: State, transfer: Transfer) -> tuple[str, ...]:
    """Name the management accounts of the source, of the receiver and of those further up the chain."""
    return (transfer.source_account_id, *(one.management_account_id for one in receivers_of(state, transfer)))


def accepted_of(state: State, transfers: Transfers) -> Iterator[Transfer]:
    """Go through the transfers of one direction that were accepted and not withdrawn."""
    return map(state.transfers.__getitem__, transfers.accepted)


def _top_of(state: State, organization: Organization) -> tuple[Organization, int]:
    """Find who pays an organization's bills in the end, and how many transfers lie between."""
    above = 0
    while transfer := next(accepted_of(state, organization.outbound), None):
        organization, above = state.organizations[transfer.organization_id], above + 1
    return organization, above


def _levels_below(state: State, organization: Organization, enough: int) -> int:
    """Count the transfers, one behind the other, that lead to an organization; no further than is enough."""
    found = 0
    for transfer in accepted_of(state, organization.inbound):
        source = state.organizations[transfer.source_organization_id]
        found = max(found, 1 + (_levels_below(state, source, enough - 1) if enough > 1 else 0))
        if found >= enough:
            break
    return found


def _size_below(state: State, organization: Organization, levels: int) -> int:
    """Count all transfers that lead to an organization, over so many levels."""
    if levels < 1:
        return 0
    direct = len(organization.inbound.accepted)
    if levels == 1:
        return direct
    sources = (state.organizations[one.source_organization_id] for one in accepted_of(state, organization.inbound))
    return direct + sum(_size_below(state, source, levels - 1) for source in sources)
