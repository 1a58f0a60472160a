"""The accounts that may use an operation of AWS Organizations, and the organization that they act in.

A call is checked in this order: authentication, shape, authority, existence, constraints. A caller without authority
therefore cannot find out what exists. Unverified: AWS does not publish its order.
"""

from datetime import UTC, datetime

from artifact_state.errors import NotInOrganization, UnsupportedInPartition, WrongAccount
from artifact_state.model import Membership, Organization, State
from artifact_state.world import Transaction

ALWAYS = datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC)
"""The period of a fact that time does not change."""
# Source: https://docs.aws.amazon.com/organizations/latest/APIReference/API_Operations.html
_OPEN_TO_MEMBERS = frozenset(
    f"organizations:{operation}"
    for operation in (
        "AcceptHandshake", "CancelHandshake", "CreateOrganization", "DeclineHandshake", "DescribeEffectivePolicy",
        "DescribeHandshake", "DescribeOrganization", "LeaveOrganization", "ListHandshakesForAccount",
    )
)  # fmt: skip
_READS = ("organizations:Describe", "organizations:List")
_TRANSFERS = ("ResponsibilityTransfer", "ResponsibilityTransfers")


def membership_of(state: State, account_id: str, now: datetime) -> Membership | None:
    """Return the current membership of an account; None before it was created and after a closed account left."""
    membership = state.memberships.get(account_id)
    return membership if membership and is_member(membership, now) else None


def is_member(membership: Membership, now: datetime) -> bool:
    """Return whether a membership has begun and has not ended."""
    return membership.joined_at <= now and (membership.ends_at is None or now < membership.ends_at)


def membership_period(state: State, account_id: str, now: datetime) -> tuple[datetime, datetime]:
    """Return the period around an instant in which time does not change the organization of an account.

    The end is not part of the period.
    """
    membership = state.memberships.get(account_id)
    if membership is None:
        return ALWAYS
    if now < membership.joined_at:
        return ALWAYS[0], membership.joined_at
    if membership.ends_at is None or now < membership.ends_at:
        return membership.joined_at, membership.ends_at or ALWAYS[1]
    return membership.ends_at, ALWAYS[1]


def organization_of(state: State, account_id: str, now: datetime) -> Organization | None:
    """Return the organization of an account, or None for a standalone account."""
    membership = membership_of(state, account_id, now)
    return state.organizations[membership.organization_id] if membership else None


def is_open_to(state: State, account_id: str, action: str, now: datetime) -> bool:
    """Return whether an account may use an action of AWS Organizations without a resource policy that allows it."""
    organization = organization_of(state, account_id, now)
    if organization is None or organization.management_account_id == account_id or action in _OPEN_TO_MEMBERS:
        return True
    return account_id in organization.delegations and action.startswith(_READS) and not action.endswith(_TRANSFERS)


def require_partition(tx: Transaction, *partitions: str) -> None:
    """Refuse an operation that the caller's partition does not have.

    Raises UnsupportedInPartition.
    """
    if tx.caller.partition not in partitions:
        raise UnsupportedInPartition


def require_organization(tx: Transaction) -> Organization:
    """Return the caller's organization.

    Raises NotInOrganization.
    """
    organization = organization_of(tx.state, tx.caller.account_id, tx.now)
    if organization is None:
        raise NotInOrganization
    return organization


def require_management(tx: Transaction) -> Organization:
    """Return the caller's organization if the caller is its management account, or the call is delegated to it.

    Raises NotInOrganization, WrongAccount.
    """
    organization = require_organization(tx)
    if tx.caller.account_id != organization.management_account_id and not tx.is_delegated:
        raise WrongAccount
    return organization


def require_management_or_delegate(tx: Transaction) -> Organization:
    """Return the organization that the caller may read as management account, delegated administrator or delegate.

    Raises NotInOrganization, WrongAccount.
    """
    organization = require_organization(tx)
    account_id = tx.caller.account_id
    is_privileged = account_id == organization.management_account_id or account_id in organization.delegations
    if not is_privileged and not tx.is_delegated:
        raise WrongAccount
    return organization
