"""Delegated administrators: member accounts that administer a trusted service for their organization.

A member that is registered for any service may read the organization like its management account.
Source: https://docs.aws.amazon.com/organizations/latest/userguide/orgs_integrate_delegated_admin.html
"""

from collections.abc import Iterator
from operator import attrgetter

from artifact_state import catalog
from artifact_state.authority import membership_of, require_management, require_management_or_delegate
from artifact_state.errors import (
    AccountAlreadyRegistered,
    AccountNotFound,
    AccountNotRegistered,
    Constraint,
    ConstraintViolated,
    InputReason,
    InvalidInput,
)
from artifact_state.events import DelegationChanged
from artifact_state.model import Account, AccountState, Delegation, Membership, Organization
from artifact_state.organizations.accounts import account_of, account_state
from artifact_state.record import replace
from artifact_state.world import Transaction


def register_delegated_administrator(tx: Transaction, account_id: str, principal: str) -> None:
    """Register a member as delegated administrator of a trusted service.

    Raises NotInOrganization, WrongAccount, InvalidInput, AccountNotFound, ConstraintViolated,
    AccountAlreadyRegistered.
    Source: https://docs.aws.amazon.com/organizations/latest/APIReference/API_RegisterDelegatedAdministrator.html
    """
    organization = require_management(tx)
    _check_delegable(tx, principal)
    _require_member(tx, organization, account_id)
    if account_id == organization.management_account_id:
        raise ConstraintViolated(Constraint.CANNOT_REGISTER_MASTER_AS_DELEGATED_ADMINISTRATOR)
    if account_state(tx.state, account_id, tx.now) is not AccountState.ACTIVE:
        raise ConstraintViolated(Constraint.CANNOT_REGISTER_SUSPENDED_ACCOUNT_AS_DELEGATED_ADMINISTRATOR)
    if principal not in organization.trusted_services:
        raise ConstraintViolated(Constraint.SERVICE_ACCESS_NOT_ENABLED)
    delegations = organization.delegations.get(account_id, ())
    if any(delegation.principal == principal for delegation in delegations):
        raise AccountAlreadyRegistered(account_id)
    registered = sum(
        delegation.principal == principal
        for of_account in organization.delegations.values()
        for delegation in of_account
    )
    if registered >= tx.quotas.delegated_administrators_per_service:
        raise ConstraintViolated(Constraint.MAX_DELEGATED_ADMINISTRATORS_FOR_SERVICE_LIMIT_EXCEEDED)
    delegation = Delegation(account_id=account_id, principal=principal, serial=tx.serial(), since=tx.now)
    _store_delegations(tx, organization, account_id, (*delegations, delegation))


def deregister_delegated_administrator(tx: Transaction, account_id: str, principal: str) -> None:
    """Deregister a member from a service; without any service it can no longer read the organization.

    Raises NotInOrganization, WrongAccount, InvalidInput, AccountNotFound, AccountNotRegistered.
    Source: https://docs.aws.amazon.com/organizations/latest/APIReference/API_DeregisterDelegatedAdministrator.html
    """
    organization = require_management(tx)
    _check_delegable(tx, principal)
    _require_member(tx, organization, account_id)
    delegations = organization.delegations.get(account_id, ())
    remaining = tuple(delegation for delegation in delegations if delegation.principal != principal)
    if remaining == delegations:
        raise AccountNotRegistered(account_id)
    _store_delegations(tx, organization, account_id, remaining)


def list_delegated_administrators(
    tx: Transaction, principal: str | None = None, after: int = -1
) -> Iterator[tuple[int, tuple[Delegation, Account, Membership]]]:
    """Yield each delegated administrator of a service, or of any service, once, in the order of registration.

    The delegation beside an account is its first one, of the service if one is named.

    Raises NotInOrganization, WrongAccount, InvalidInput.
    """
    organization = require_management_or_delegate(tx)
    if principal is not None:
        _check_delegable(tx, principal)
    firsts = (
        next((delegation for delegation in delegations if principal in (None, delegation.principal)), None)
        for delegations in organization.delegations.values()
    )
    for first in sorted((first for first in firsts if first and first.serial > after), key=attrgetter("serial")):
        membership = tx.state.memberships[first.account_id]
        yield first.serial, (first, account_of(tx.state, first.account_id), membership)


def list_delegated_services(tx: Transaction, account_id: str, after: int = -1) -> Iterator[tuple[int, Delegation]]:
    """Return the delegations of a member with their positions, in the order of registration.

    Raises NotInOrganization, WrongAccount, AccountNotFound, AccountNotRegistered.
    """
    organization = require_management_or_delegate(tx)
    _require_member(tx, organization, account_id)
    delegations = organization.delegations.get(account_id, ())
    if not delegations:
        raise AccountNotRegistered(account_id)
    return ((delegation.serial, delegation) for delegation in delegations if delegation.serial > after)


def _check_delegable(tx: Transaction, principal: str) -> None:
    """Refuse a service that is unknown or does not support delegated administrators; AWS Artifact does not.

    Unverified: AWS's error for a known service without delegated administrators.
    """
    service = catalog.service_of(principal, tx.options.services)
    if service is None or not service.supports_delegated_administrator:
        raise InvalidInput(InputReason.UNRECOGNIZED_SERVICE_PRINCIPAL)


def _require_member(tx: Transaction, organization: Organization, account_id: str) -> None:
    membership = membership_of(tx.state, account_id, tx.now)
    if membership is None or membership.organization_id != organization.id:
        raise AccountNotFound(account_id)


def _store_delegations(
    tx: Transaction, organization: Organization, account_id: str, delegations: tuple[Delegation, ...]
) -> None:
    by_account = organization.delegations
    by_account = by_account.insert(account_id, delegations) if delegations else by_account.remove(account_id)
    tx.put(replace(organization, delegations=by_account))
    tx.record(DelegationChanged(at=tx.now, organization_id=organization.id, account_id=account_id))
