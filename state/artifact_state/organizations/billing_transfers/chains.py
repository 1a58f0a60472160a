"""Chains of billing transfers, in which the receiver of bills passes them on to a third organization.

Source: https://docs.aws.amazon.com/awsaccountbilling/latest/aboutv2/orgs_transfer_billing.html
"""

from collections.abc import Iterator

from artifact_state.errors import Constraint, ConstraintViolated
from artifact_state.model import Organization, State, Transfer, Transfers
from artifact_state.world import Transaction


def check_chain(tx: Transaction, receiver: Organization, source: Organization) -> None:
    """Refuse a transfer that would make a chain too long or join too many transfers in one.

    The walk goes no further than the quotas let a chain grow.
    Raises ConstraintViolated.
    Source: https://docs.aws.amazon.com/awsaccountbilling/latest/aboutv2/orgs_transfer_billing-quotas.html
    """
    top, above = _top_of(tx.state, receiver)
    allowed = tx.quotas.transfer_chain_length - above
    if allowed < 1 or top.id == source.id or _levels_below(tx.state, source, allowed) >= allowed:
        raise ConstraintViolated(Constraint.RESPONSIBILITY_TRANSFER_MAX_LEVEL_VIOLATION)
    levels = tx.quotas.transfer_chain_length
    total = _size_below(tx.state, top, levels) + 1 + _size_below(tx.state, source, allowed - 1)
    if total > tx.quotas.transfers_in_chain:
        raise ConstraintViolated(Constraint.RESPONSIBILITY_TRANSFER_MAX_TRANSFERS_QUOTA_VIOLATION)


def paying_organizations(state: State, transfer: Transfer) -> Iterator[Organization]:
    """Iterate over the organizations that pay a transfer's bills: its receiver, then those further up the chain."""
    organization = state.organizations.get(transfer.organization_id)
    while organization is not None:
        yield organization
        next_transfer = next(active_transfers(state, organization.outbound), None)
        organization = state.organizations.get(next_transfer.organization_id) if next_transfer else None


def affected_accounts(state: State, transfer: Transfer) -> tuple[str, ...]:
    """Return the management accounts of the source and of each paying organization."""
    payers = (organization.management_account_id for organization in paying_organizations(state, transfer))
    return (transfer.source_account_id, *payers)


def active_transfers(state: State, transfers: Transfers) -> Iterator[Transfer]:
    """Iterate over the transfers of one direction that were accepted and not withdrawn."""
    return map(state.transfers.__getitem__, transfers.accepted)


def _top_of(state: State, organization: Organization) -> tuple[Organization, int]:
    """Return the organization at the top of a chain, and the number of transfers up to it."""
    above = 0
    while transfer := next(active_transfers(state, organization.outbound), None):
        organization, above = state.organizations[transfer.organization_id], above + 1
    return organization, above


def _levels_below(state: State, organization: Organization, limit: int) -> int:
    """Return the length of the longest chain that leads to an organization, at least `limit` counting as `limit`."""
    longest = 0
    for transfer in active_transfers(state, organization.inbound):
        source = state.organizations[transfer.source_organization_id]
        longest = max(longest, 1 + (_levels_below(state, source, limit - 1) if limit > 1 else 0))
        if longest >= limit:
            break
    return longest


def _size_below(state: State, organization: Organization, levels: int) -> int:
    """Return the number of transfers that lead to an organization over at most so many levels."""
    if levels < 1:
        return 0
    direct = len(organization.inbound.accepted)
    if levels == 1:
        return direct
    sources = (
        state.organizations[transfer.source_organization_id]
        for transfer in active_transfers(state, organization.inbound)
    )
    return direct + sum(_size_below(state, source, levels - 1) for source in sources)
