"""Accounts: what they are, how they come into an organization, and how they go.

Every 12-digit id is an account. It stands alone until it joins an organization, and nothing is
stored about it before there is something to tell.
Source: https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_accounts.html
"""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime

from artifact_state import arns, ids
from artifact_state.authority import membership_of, require_management, require_organization
from artifact_state.errors import (
    AccountNotFound,
    Constraint,
    ConstraintViolated,
    CreationNotFound,
    InputReason,
    InvalidInput,
    ManagementAccountCannotLeave,
)
from artifact_state.events import AccountCreationRequested, AccountDeparted, AccountJoined
from artifact_state.linked_roles import ORGANIZATIONS_PRINCIPAL, ensure_linked_role
from artifact_state.model import (
    Account,
    Creation,
    CreationFailure,
    JoinedMethod,
    Membership,
    Organization,
    Role,
    State,
)
from artifact_state.roles import keep_role, trust_of
from artifact_state.world import Transaction

DEFAULT_ACCESS_ROLE = "OrganizationAccountAccessRole"
_DEFAULT_MAILBOX = "account-{}@example.com"


def account_of(state: State, account_id: str) -> Account:
    """Tell what an account is; one without a record has a name and an address made of its id."""
    return state.accounts.get(account_id) or Account(
        id=account_id, name=f"Account {account_id}", email=_DEFAULT_MAILBOX.format(account_id)
    )


def account_with_email(state: State, email: str) -> str | None:
    """Tell the id of the account that has an e-mail address, if one has."""
    address = email.lower()
    before, _, after = _DEFAULT_MAILBOX.partition("{}")
    account_id = address.removeprefix(before).removesuffix(after)
    if address == _DEFAULT_MAILBOX.format(account_id) and len(account_id) == 12 and account_id.isdecimal():
        return None if account_id in state.accounts else account_id
    return state.emails.get(address)


def create_account(tx: Transaction, *, name: str, email: str, role_name: str | None = None) -> Creation:
    """Ask for a new member account; how the request ends is told by the creation's instants.

    An address that is taken fails the request, not the call.
    Raises NotInOrganization, WrongAccount, InvalidInput.
    Source: https://docs.aws.amazon.com/organizations/latest/APIReference/API_CreateAccount.html
    """
    organization = require_management(tx)
    if role_name is not None and role_name.lower().startswith("awsservicerolefor"):
        raise InvalidInput(InputReason.INVALID_ROLE_NAME)
    serial = tx.serial()
    creation = Creation(
        id=ids.creation_id(tx.state.seed, serial),
        organization_id=organization.id,
        account_name=name,
        requested_at=tx.now,
        completes_at=tx.now + tx.options.creation_delay,
    )
    if account_with_email(tx.state, email):
        creation = replace(creation, failure=CreationFailure.EMAIL_ALREADY_EXISTS)
    else:
        account = _new_account(tx, name, email, serial)
        join(tx, organization, account.id, JoinedMethod.CREATED, at=creation.completes_at)
        _give_access_role(tx, organization, account.id, role_name or DEFAULT_ACCESS_ROLE, creation.completes_at)
        creation = replace(creation, account_id=account.id)
    organization = tx.state.organizations[organization.id]
    tx.put(creation)
    tx.put(replace(organization, creations=organization.creations.set(serial, creation.id)))
    tx.record(AccountCreationRequested(at=tx.now, organization_id=organization.id, creation_id=creation.id))
    return creation


def creation_of(tx: Transaction, creation_id: str) -> Creation:
    """Tell a request to create an account.

    Raises NotInOrganization, WrongAccount, CreationNotFound.
    """
    organization = require_management(tx)
    creation = tx.state.creations.get(creation_id)
    if creation is None or creation.organization_id != organization.id:
        raise CreationNotFound(creation_id)
    return creation


def creations(tx: Transaction, after: int = -1) -> Iterator[tuple[int, Creation]]:
    """Go through the organization's requests to create accounts, in their order.

    Raises NotInOrganization, WrongAccount.
    """
    organization = require_management(tx)
    return ((serial, tx.state.creations[one]) for serial, one in organization.creations.after(after))


def member_account(tx: Transaction, account_id: str) -> tuple[Account, Membership]:
    """Tell a member account of the caller's organization, the management account among them.

    Raises NotInOrganization, WrongAccount, AccountNotFound.
    """
    organization = require_management(tx)
    membership = membership_of(tx.state, account_id, tx.now)
    if membership is None or membership.organization_id != organization.id:
        raise AccountNotFound(account_id)
    return account_of(tx.state, account_id), membership


def member_accounts(tx: Transaction, after: int = -1) -> Iterator[tuple[int, tuple[Account, Membership]]]:
    """Go through the organization's accounts in the order in which they joined.

    Raises NotInOrganization, WrongAccount.
    """
    organization = require_management(tx)
    return _present(tx.state, organization, tx.now, after)


def join(tx: Transaction, organization: Organization, account_id: str, method: JoinedMethod, *, at: datetime) -> None:
    """Make an account a member, below the root, from an instant on.

    Every member has the role with which Organizations makes the roles of other services.
    """
    serial = tx.serial()
    root = tx.state.units[organization.root_id]
    tx.put(
        Membership(
            account_id=account_id,
            organization_id=organization.id,
            parent_id=root.id,
            serial=serial,
            joined_at=at,
            method=method,
        )
    )
    tx.put(replace(root, accounts=root.accounts.set(serial, account_id)))
    tx.put(replace(organization, members=organization.members.set(serial, account_id)))
    ensure_linked_role(tx, account_id, ORGANIZATIONS_PRINCIPAL, at=at)
    tx.record(AccountJoined(at=at, organization_id=organization.id, account_id=account_id))


def depart(tx: Transaction, membership: Membership) -> None:
    """Let an account stand alone again. Its roles stay; nothing else of the organization reaches it."""
    organization = tx.state.organizations[membership.organization_id]
    parent = tx.state.units[membership.parent_id]
    tx.put(replace(parent, accounts=parent.accounts.delete(membership.serial)))
    tx.put(replace(organization, members=organization.members.delete(membership.serial)))
    tx.drop(membership)
    tx.record(AccountDeparted(at=tx.now, organization_id=organization.id, account_id=membership.account_id))


def remove_account(tx: Transaction, account_id: str) -> None:
    """Remove a member from the organization, as its management account.

    Raises NotInOrganization, WrongAccount, AccountNotFound, ManagementAccountCannotLeave, ConstraintViolated.
    Source: https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_accounts_remove.html
    """
    _, membership = member_account(tx, account_id)
    check_departure(tx, membership)
    depart(tx, membership)


def leave_organization(tx: Transaction) -> None:
    """Leave the organization, as a member.

    Raises NotInOrganization, ManagementAccountCannotLeave, ConstraintViolated.
    Source: https://docs.aws.amazon.com/organizations/latest/APIReference/API_LeaveOrganization.html
    """
    require_organization(tx)
    membership = tx.state.memberships[tx.caller.account_id]
    check_departure(tx, membership)
    depart(tx, membership)


def check_departure(tx: Transaction, membership: Membership) -> None:
    """Refuse the departure of an account that may not go, or not yet.

    Raises ManagementAccountCannotLeave, ConstraintViolated.
    """
    organization = tx.state.organizations[membership.organization_id]
    if membership.account_id == organization.management_account_id:
        raise ManagementAccountCannotLeave
    if membership.method is not JoinedMethod.CREATED:
        return
    if tx.now < membership.joined_at + tx.options.leave_wait_period:
        raise ConstraintViolated(Constraint.WAIT_PERIOD_ACTIVE)
    if tx.options.standalone_prerequisites:
        raise ConstraintViolated(Constraint.MEMBER_ACCOUNT_PAYMENT_INSTRUMENT_REQUIRED)


def _present(
    state: State, organization: Organization, now: datetime, after: int
) -> Iterator[tuple[int, tuple[Account, Membership]]]:
    for serial, account_id in organization.members.after(after):
        membership = state.memberships[account_id]
        if membership.joined_at <= now:
            yield serial, (account_of(state, account_id), membership)


def _new_account(tx: Transaction, name: str, email: str, serial: int) -> Account:
    attempt = 0
    while (account_id := ids.account_id(tx.state.seed, serial, attempt)) in tx.state.memberships:
        attempt += 1
    account = Account(id=account_id, name=name, email=email)
    tx.put(account)
    tx.set(emails=tx.state.emails.insert(email.lower(), account_id))
    return account


def _give_access_role(tx: Transaction, organization: Organization, account_id: str, name: str, at: datetime) -> None:
    """Make the role with which the management account reaches a created account."""
    management = arns.root_user(organization.partition, organization.management_account_id)
    keep_role(
        tx,
        Role(
            id=ids.unique_id("AROA", tx.state.seed, tx.serial()),
            account_id=account_id,
            name=name,
            path="/",
            trust_policy=trust_of(aws=management),
            description="",
            created_at=at,
            managed_policies=("AdministratorAccess",),
        ),
    )
