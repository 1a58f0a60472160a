"""The accounts that may use an operation of AWS Organizations, and the organization that they act in.

A call is checked in this order: authentication, shape, authority, existence, constraints. A caller without authority
therefore cannot find out what exists. Unverified: AWS does not publish its order.
"""

from datetime import UTC, datetime

from artifact_state import arns, delegation_policy
from artifact_state.errors import NotInOrganization, UnsupportedInPartition, WrongAccount
from artifact_state.model import Membership, Organization, PolicyType, State
from artifact_state.world import Transaction

ALWAYS = datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC)
"""The period of a fact that time does not change."""
_READS = ("Describe", "List")
_KINDS = {"p-": "policy", "rp-": "resourcepolicy", "r-": "root", "ou-": "ou"}


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
    """Return the caller's organization if the caller is its management account or its resource policy allows the action.

    Raises NotInOrganization, WrongAccount.
    """
    organization = require_organization(tx)
    if tx.caller.account_id != organization.management_account_id and not _has_delegated_action(tx, organization):
        raise WrongAccount
    return organization


def require_management_or_delegate(tx: Transaction) -> Organization:
    """Return the organization that the caller may read as management account, delegated administrator or by policy.

    Raises NotInOrganization, WrongAccount.
    """
    organization = require_organization(tx)
    account_id = tx.caller.account_id
    is_privileged = account_id == organization.management_account_id or account_id in organization.delegations
    if not is_privileged and not _has_delegated_action(tx, organization):
        raise WrongAccount
    return organization


def check_delegation(
    tx: Transaction, organization: Organization, *resource_ids: str, policy_type: PolicyType | None = None
) -> None:
    """Refuse a caller if the resource policy delegates the action to it, but not on these resources.

    Raises WrongAccount.
    """
    caller = tx.caller.account_id
    if caller == organization.management_account_id:
        return
    if caller in organization.delegations and tx.action.removeprefix("organizations:").startswith(_READS):
        return
    if not delegation_policy.allows(
        _resource_policy(tx, organization),
        tx.caller,
        tx.action,
        resources=[_arn_of(tx, organization, resource_id) for resource_id in resource_ids],
        context=_context(tx, organization, policy_type),
    ):
        raise WrongAccount


def _context(tx: Transaction, organization: Organization, policy_type: PolicyType | None) -> dict[str, str]:
    """Return the condition keys that statements of a resource policy can test."""
    keys = {
        "aws:principalarn": tx.caller.arn,
        "aws:principalaccount": tx.caller.account_id,
        "aws:principalorgid": organization.id,
    }
    return keys | ({"organizations:policytype": policy_type.value} if policy_type else {})


def _has_delegated_action(tx: Transaction, organization: Organization) -> bool:
    policy = _resource_policy(tx, organization)
    return bool(policy) and delegation_policy.allows_on_some_resource(policy, tx.caller, tx.action)


def _resource_policy(tx: Transaction, organization: Organization) -> str:
    policy_id = organization.resource_policy_id
    return tx.state.resource_policies[policy_id].content if policy_id else ""


def _arn_of(tx: Transaction, organization: Organization, resource_id: str) -> str:
    policy = tx.state.policies.get(resource_id)
    ids = (policy.type.value.lower(), resource_id) if policy else (resource_id,)
    kind = next((kind for prefix, kind in _KINDS.items() if resource_id.startswith(prefix)), "account")
    return arns.organizations(organization.partition, organization.management_account_id, kind, organization.id, *ids)
