"""Who may: anyone, a member, the management account. The order of checks is written down here once.

Authentication, shape, authority, existence, constraint: a caller who may not learns nothing of what
exists. Unverified: AWS does not publish its order.
"""

from datetime import datetime

from artifact_state.errors import NotInOrganization, UnsupportedHere, WrongAccount
from artifact_state.model import Membership, Organization, State
from artifact_state.world import Transaction


def membership_of(state: State, account_id: str, now: datetime) -> Membership | None:
    """Tell an account's membership; an account that is still being created has none yet, a closed one not for ever."""
    membership = state.memberships.get(account_id)
    return membership if membership and is_member(membership, now) else None


def is_member(membership: Membership, now: datetime) -> bool:
    """Tell whether a membership has begun and has not ended."""
    return membership.joined_at <= now and (membership.ends_at is None or now < membership.ends_at)


def organization_of(state: State, account_id: str, now: datetime) -> Organization | None:
    """Tell the organization that an account is in, as its management account or as a member."""
    membership = membership_of(state, account_id, now)
    return state.organizations[membership.organization_id] if membership else None


def require_partition(tx: Transaction, *partitions: str) -> None:
    """Refuse what the caller's partition does not have.

    Raises UnsupportedHere.
    """
    if tx.caller.partition not in partitions:
        raise UnsupportedHere


def require_organization(tx: Transaction) -> Organization:
    """Give the caller's organization.

    Raises NotInOrganization.
    """
    organization = organization_of(tx.state, tx.caller.account_id, tx.now)
    if organization is None:
        raise NotInOrganization
    return organization


def require_management(tx: Transaction) -> Organization:
    """Give the organization whose management account the caller's is.

    Raises NotInOrganization, WrongAccount.
    """
    organization = require_organization(tx)
    if tx.caller.account_id != organization.management_account_id:
        raise WrongAccount
    return organization


def require_management_or_delegate(tx: Transaction) -> Organization:
    """Give the organization that the caller may read: as its management account or as a delegated administrator.

    Raises NotInOrganization, WrongAccount.
    """
    organization = require_organization(tx)
    caller = tx.caller.account_id
    if caller != organization.management_account_id and caller not in organization.delegations:
        raise WrongAccount
    return organization
