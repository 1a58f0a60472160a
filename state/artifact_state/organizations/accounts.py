"""Accounts and their membership: describe and list them, add members, remove them, let them leave.

Every 12-digit id is an account. It is a standalone account until it joins an organization, and no record of it is
stored before it differs from the defaults.
Source: https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_accounts.html
"""

from collections.abc import Iterator
from datetime import datetime

from artifact_state.authority import (
    is_member,
    membership_of,
    require_management,
    require_management_or_delegate,
    require_organization,
)
from artifact_state.errors import (
    AccountNotFound,
    Constraint,
    ConstraintViolated,
    ManagementAccountCannotLeave,
    OrganizationFinalizing,
)
from artifact_state.events import AccountDeparted, AccountJoined, AccountSuspensionChanged, DepartureMethod
from artifact_state.iam.initial_roles import ORGANIZATIONS_PRINCIPAL
from artifact_state.iam.linked_roles import ensure_linked_role
from artifact_state.model import Account, AccountState, JoinedMethod, Membership, Organization, State
from artifact_state.ordered_map import OrderedMap
from artifact_state.organizations.policies.attachments import drop_attachments
from artifact_state.record import replace
from artifact_state.resource_tags import drop_tags
from artifact_state.state_cache import StateCache
from artifact_state.world import Transaction

_DEFAULT_EMAIL = "account-{}@example.com"
_MEMBERS: StateCache[tuple[Account, Membership]] = StateCache("accounts", "memberships")
"""The accounts that were listed: a page takes half the time if none is looked up in a table."""


def account_of(state: State, account_id: str) -> Account:
    """Return an account; one without a record has a name and an e-mail address derived from its id."""
    return state.accounts.get(account_id) or Account(
        id=account_id, name=f"Account {account_id}", email=_DEFAULT_EMAIL.format(account_id)
    )


def account_id_by_email(state: State, email: str) -> str | None:
    """Return the id of the account that has an e-mail address, or None."""
    address = email.lower()
    before, _, after = _DEFAULT_EMAIL.partition("{}")
    account_id = address.removeprefix(before).removesuffix(after)
    if address == _DEFAULT_EMAIL.format(account_id) and len(account_id) == 12 and account_id.isdecimal():
        return None if account_id in state.accounts else account_id
    return state.emails.get(address)


def account_state(state: State, account_id: str, now: datetime) -> AccountState:
    """Return the state of an account at an instant."""
    return state_of(state, account_of(state, account_id), now)


def state_of(state: State, account: Account, now: datetime) -> AccountState:
    """Return the state of an account of a world at an instant.

    Source: https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_accounts_account_state.html
    """
    closure = state.closures.get(account.id) if state.closures else None
    if closure is not None:
        return AccountState.PENDING_CLOSURE if now < closure.closed_at else AccountState.CLOSED
    if account.suspended:
        return AccountState.SUSPENDED
    if account.activated_at is not None and now < account.activated_at:
        return AccountState.PENDING_ACTIVATION
    return AccountState.ACTIVE


def set_account_details(tx: Transaction, account_id: str, *, name: str | None = None, email: str | None = None) -> None:
    """Set the name and the e-mail address of an account; None keeps the current value."""
    current = account_of(tx.state, account_id)
    account = replace(current, name=name or current.name, email=email or current.email)
    tx.put(account)
    address, former = account.email.lower(), current.email.lower()
    # A paired account in AWS GovCloud (US) has the address of its commercial account, which keeps it.
    if former != address and tx.state.emails.get(former) == account_id:
        tx.remove("emails", former)
    tx.insert("emails", address, account_id)


def suspend_account(tx: Transaction, account_id: str, *, suspended: bool = True) -> None:
    """Suspend an account, or end its suspension. On AWS only AWS itself does this."""
    tx.put(replace(account_of(tx.state, account_id), suspended=suspended))
    tx.record(AccountSuspensionChanged(at=tx.now, account_id=account_id, suspended=suspended))


def describe_account(tx: Transaction, account_id: str) -> tuple[Account, Membership]:
    """Return an account of the caller's organization, the management account included.

    Raises NotInOrganization, WrongAccount, AccountNotFound.
    """
    organization = require_management_or_delegate(tx)
    membership = membership_of(tx.state, account_id, tx.now)
    if membership is None or membership.organization_id != organization.id:
        raise AccountNotFound(account_id)
    return account_of(tx.state, account_id), membership


def list_accounts(tx: Transaction, after: int = -1) -> Iterator[tuple[int, tuple[Account, Membership]]]:
    """Iterate over the organization's accounts in the order in which they joined.

    Raises NotInOrganization, WrongAccount.
    """
    organization = require_management_or_delegate(tx)
    return current_members(tx.state, organization.members, tx.now, after)


def current_members(
    state: State, account_ids: OrderedMap[str], now: datetime, after: int
) -> Iterator[tuple[int, tuple[Account, Membership]]]:
    """Iterate over the listed accounts that are members now.

    Accounts still being created and accounts whose closure is final are listed too; they are left out.
    """
    known = _MEMBERS.of(state)
    for serial, account_id in account_ids.after(after):
        member = known.get(account_id)
        if member is None:
            member = known[account_id] = account_of(state, account_id), state.memberships[account_id]
        if is_member(member[1], now):
            yield serial, member


def check_finalized(tx: Transaction, organization: Organization) -> None:
    """Refuse to add accounts to an organization that was created a moment ago.

    Raises OrganizationFinalizing.
    """
    if tx.now < organization.created_at + tx.options.finalizing_period:
        raise OrganizationFinalizing(organization.id)


def add_member(  # noqa: PLR0913 - the parts of a membership.
    tx: Transaction,
    organization: Organization,
    account_id: str,
    method: JoinedMethod,
    *,
    at: datetime,
    parent_id: str | None = None,
) -> None:
    """Add an account to an organization, below a unit or the root, from an instant on.

    Every member has the service-linked role with which Organizations creates the roles of other services: an account
    that is created has it from the start.
    Raises ConstraintViolated.
    """
    _check_usable(tx, account_id)
    serial = tx.serial()
    parent = tx.state.units[parent_id or organization.root_id]
    tx.put(
        Membership(
            account_id=account_id,
            organization_id=organization.id,
            parent_id=parent.id,
            serial=serial,
            joined_at=at,
            method=method,
        )
    )
    tx.put(replace(parent, accounts=parent.accounts.set(serial, account_id)))
    tx.put(replace(organization, members=organization.members.set(serial, account_id)))
    if method is JoinedMethod.INVITED:
        ensure_linked_role(tx, account_id, ORGANIZATIONS_PRINCIPAL, at=at)
    tx.record(
        AccountJoined(
            at=at,
            organization_id=organization.id,
            management_account_id=organization.management_account_id,
            account_id=account_id,
            invited=method is JoinedMethod.INVITED,
        )
    )


def _check_usable(tx: Transaction, account_id: str) -> None:
    """Refuse an account that is still being created or whose closure is final: another organization still lists it.

    Unverified: on AWS no caller can sign in to such an account.
    """
    membership, closure = tx.state.memberships.get(account_id), tx.state.closures.get(account_id)
    if (membership and tx.now < membership.joined_at) or (closure and tx.now >= closure.gone_at):
        raise ConstraintViolated(Constraint.ACCOUNT_CREATION_NOT_COMPLETE)


def end_membership(
    tx: Transaction,
    membership: Membership,
    method: DepartureMethod = DepartureMethod.LEFT,
    *,
    at: datetime | None = None,
) -> None:
    """Turn a member into a standalone account again, without its tags and policies.

    The account keeps its roles; nothing else of the organization applies to it any longer.
    Source: https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_accounts_remove.html
    """
    organization = tx.state.organizations[membership.organization_id]
    parent = tx.state.units[membership.parent_id]
    tx.put(replace(parent, accounts=parent.accounts.delete(membership.serial)))
    tx.put(replace(organization, members=organization.members.delete(membership.serial)))
    tx.drop(membership)
    drop_tags(tx, membership.account_id)
    drop_attachments(tx, membership.account_id)
    tx.record(
        AccountDeparted(
            at=at or tx.now,
            organization_id=organization.id,
            management_account_id=organization.management_account_id,
            account_id=membership.account_id,
            method=method,
        )
    )


def remove_account(tx: Transaction, account_id: str) -> None:
    """Remove a member from the organization, on behalf of the management account.

    Raises NotInOrganization, WrongAccount, AccountNotFound, ManagementAccountCannotLeave, ConstraintViolated.
    Source: https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_accounts_remove.html
    """
    organization = require_management(tx)
    membership = membership_of(tx.state, account_id, tx.now)
    if membership is None or membership.organization_id != organization.id:
        raise AccountNotFound(account_id)
    check_can_leave(tx, membership)
    end_membership(tx, membership, DepartureMethod.REMOVED)


def leave_organization(tx: Transaction) -> None:
    """Take the caller's account out of its organization.

    Raises NotInOrganization, ManagementAccountCannotLeave, ConstraintViolated.
    Source: https://docs.aws.amazon.com/organizations/latest/APIReference/API_LeaveOrganization.html
    """
    require_organization(tx)
    membership = tx.state.memberships[tx.caller.account_id]
    check_can_leave(tx, membership)
    end_membership(tx, membership)


def check_can_leave(tx: Transaction, membership: Membership) -> None:
    """Refuse the departure of an account that may not leave its organization, or not yet.

    Raises ManagementAccountCannotLeave, ConstraintViolated.
    """
    organization = tx.state.organizations[membership.organization_id]
    if membership.account_id == organization.management_account_id:
        raise ManagementAccountCannotLeave
    if membership.account_id in organization.delegations:
        raise ConstraintViolated(Constraint.CANNOT_REMOVE_DELEGATED_ADMINISTRATOR_FROM_ORG)
    if membership.account_id in tx.state.closures:
        # Unverified: AWS says that a closed account cannot be removed, not with which reason.
        raise ConstraintViolated(Constraint.ACCOUNT_CANNOT_LEAVE_ORGANIZATION)
    if membership.method is not JoinedMethod.CREATED:
        return
    if tx.now < membership.joined_at + tx.options.leave_wait_period:
        raise ConstraintViolated(Constraint.WAIT_PERIOD_ACTIVE)
    if tx.options.standalone_prerequisites:
        raise ConstraintViolated(Constraint.MEMBER_ACCOUNT_PAYMENT_INSTRUMENT_REQUIRED)
