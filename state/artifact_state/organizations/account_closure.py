"""Close member accounts: a closure is requested, completes, and becomes final after 90 days.

Only the request is stored; the account's state follows from the time.
Source: https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_accounts_close.html
"""

from artifact_state import arns
from artifact_state.authority import is_member, membership_of, require_management, require_partition
from artifact_state.errors import (
    AccountAlreadyClosed,
    AccountBeingClosed,
    AccountNotFound,
    Constraint,
    ConstraintViolated,
)
from artifact_state.events import AccountClosureRequested, DepartureMethod
from artifact_state.model import Closure, FeatureSet, Organization
from artifact_state.ordered_map import OrderedMap
from artifact_state.organizations.accounts import end_membership
from artifact_state.record import replace
from artifact_state.world import Transaction


def close_account(tx: Transaction, account_id: str) -> None:
    """Request the closure of a member account and of the AWS GovCloud (US) account that was created with it.

    Raises UnsupportedInPartition, NotInOrganization, WrongAccount, AccountNotFound, ConstraintViolated,
    AccountAlreadyClosed, AccountBeingClosed.
    Source: https://docs.aws.amazon.com/organizations/latest/APIReference/API_CloseAccount.html
    """
    # Unverified: an account in AWS GovCloud (US) is closed by closing the commercial one.
    require_partition(tx, arns.COMMERCIAL, arns.CHINA)
    organization = remove_closed_accounts(tx, require_management(tx))
    membership = membership_of(tx.state, account_id, tx.now)
    if membership is None or membership.organization_id != organization.id:
        raise AccountNotFound(account_id)
    _check_closable(tx, organization, account_id)
    closing = tuple(other for other in organization.closing if tx.now < tx.state.closures[other].closed_at)
    if len(closing) >= tx.quotas.concurrent_account_closures:
        raise ConstraintViolated(Constraint.CLOSE_ACCOUNT_REQUESTS_LIMIT_EXCEEDED)
    recent = _closures_in_window(tx, organization)
    if len(recent) >= tx.quotas.closures_allowed(len(organization.members)):
        raise ConstraintViolated(Constraint.CLOSE_ACCOUNT_QUOTA_EXCEEDED)
    serial = tx.serial()
    tx.put(replace(organization, recent_closures=recent.set(serial, account_id), closing=(*closing, account_id)))
    _close(tx, account_id, serial)
    if govcloud_id := tx.state.govcloud_accounts.get(account_id):
        _close(tx, govcloud_id, serial)


def remove_closed_accounts(tx: Transaction, organization: Organization) -> Organization:
    """Remove the members whose closure is final, and return the organization without them.

    Reads leave such members out, so this waits for the next change that counts accounts.
    """
    for serial, account_id in organization.closures.after(-1):
        membership = tx.state.memberships[account_id]
        if is_member(membership, tx.now):
            break
        end_membership(tx, membership, DepartureMethod.CLEANED, at=membership.ends_at)
        remaining = tx.state.organizations[organization.id]
        tx.put(replace(remaining, closures=remaining.closures.delete(serial)))
    return tx.state.organizations[organization.id]


def _check_closable(tx: Transaction, organization: Organization, account_id: str) -> None:
    if account_id == organization.management_account_id:
        raise ConstraintViolated(Constraint.CANNOT_CLOSE_MANAGEMENT_ACCOUNT)
    if organization.feature_set is not FeatureSet.ALL:
        raise ConstraintViolated(Constraint.ORGANIZATION_NOT_IN_ALL_FEATURES_MODE)
    closure = tx.state.closures.get(account_id)
    if closure and tx.now < closure.closed_at:
        # Unverified: which of its two errors AWS answers while the first request is in progress.
        raise AccountBeingClosed(account_id)
    if closure:
        raise AccountAlreadyClosed(account_id)


def _closures_in_window(tx: Transaction, organization: Organization) -> OrderedMap[str]:
    """Return the closures that count against the quota: those requested within its window."""
    recent = organization.recent_closures
    for serial, account_id in organization.recent_closures.after(-1):
        if tx.now < tx.state.closures[account_id].requested_at + tx.quotas.closure_window:
            break
        recent = recent.delete(serial)
    return recent


def _close(tx: Transaction, account_id: str, serial: int) -> None:
    closed_at = tx.now + tx.delay(tx.options.closure_delay)
    closure = Closure(
        account_id=account_id,
        requested_at=tx.now,
        closed_at=closed_at,
        gone_at=closed_at + tx.quotas.closed_account_retention,
    )
    tx.put(closure)
    membership = membership_of(tx.state, account_id, tx.now)
    if membership is None:
        return
    organization = tx.state.organizations[membership.organization_id]
    tx.put(replace(membership, ends_at=closure.gone_at))
    tx.put(replace(organization, closures=organization.closures.set(serial, account_id)))
    tx.record(
        AccountClosureRequested(
            at=tx.now,
            organization_id=organization.id,
            management_account_id=organization.management_account_id,
            account_id=account_id,
            completes_at=closed_at,
        )
    )
