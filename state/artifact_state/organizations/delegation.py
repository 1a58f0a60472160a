"""Delegated administrators: members that run a trusted service for their organization.

A member that is registered for any service may read the organization as its management account does.
Source: https://docs.aws.amazon.com/organizations/latest/userguide/orgs_integrate_delegated_admin.html
"""

from collections.abc import Iterator
from dataclasses import replace

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
from artifact_state.world import Transaction


def register_delegated_administrator(tx: Transaction, account_id: str, principal: str) -> None:
    """Let a member run a trusted service for the organization.

    Raises NotInOrganization, WrongAccount, InvalidInput, AccountNotFound, ConstraintViolated,
    AccountAlreadyRegistered.
    Source: https://docs.aws.amazon.com/organizations/latest/APIReference/API_RegisterDelegatedAdministrator.html
    """
    organization = require_management(tx)
    _check_delegable(principal)
    _require_member(tx, organization, account_id)
    if account_id == organization.management_account_id:
        raise ConstraintViolated(Constraint.CANNOT_REGISTER_MASTER_AS_DELEGATED_ADMINISTRATOR)
    if account_state(tx.state, account_id, tx.now) is not AccountState.ACTIVE:
        raise ConstraintViolated(Constraint.CANNOT_REGISTER_SUSPENDED_ACCOUNT_AS_DELEGATED_ADMINISTRATOR)
    if principal not in organization.trusted_services:
        raise ConstraintViolated(Constraint.SERVICE_ACCESS_NOT_ENABLED)
    held = organization.delegations.get(account_id, ())
    if any(one.principal == principal for one in held):
        raise AccountAlreadyRegistered(account_id)
    registered = sum(one.principal == principal for one in _delegations(organization))
    if registered >= tx.quotas.delegated_administrators_per_service:
        raise ConstraintViolated(Constraint.MAX_DELEGATED_ADMINISTRATORS_FOR_SERVICE_LIMIT_EXCEEDED)
    delegation = Delegation(account_id=account_id, principal=principal, serial=tx.serial(), since=tx.now)
    _keep(tx, organization, account_id, (*held, delegation))


def deregister_delegated_administrator(tx: Transaction, account_id: str, principal: str) -> None:
    """Let a member no longer run a service; with its last service goes its right to read the organization.

    Raises NotInOrganization, WrongAccount, InvalidInput, AccountNotFound, AccountNotRegistered.
    Source: https://docs.aws.amazon.com/organizations/latest/APIReference/API_DeregisterDelegatedAdministrator.html
    """
    organization = require_management(tx)
    _check_delegable(principal)
    _require_member(tx, organization, account_id)
    held = organization.delegations.get(account_id, ())
    kept = tuple(one for one in held if one.principal != principal)
    if kept == held:
        raise AccountNotRegistered(account_id)
    _keep(tx, organization, account_id, kept)


def delegated_administrators(
    tx: Transaction, principal: str | None = None, after: int = -1
) -> Iterator[tuple[int, tuple[Delegation, Account, Membership]]]:
    """Go through the delegated administrators, of one service or of any, each once, by their first registration.

    Raises NotInOrganization, WrongAccount, InvalidInput.
    """
    organization = require_management_or_delegate(tx)
    if principal is not None:
        _check_delegable(principal)
    firsts = (
        next((one for one in held if principal in (None, one.principal)), None)
        for held in organization.delegations.values()
    )
    for first in sorted((one for one in firsts if one and one.serial > after), key=lambda one: one.serial):
        membership = tx.state.memberships[first.account_id]
        yield first.serial, (first, account_of(tx.state, first.account_id), membership)


def delegated_services(tx: Transaction, account_id: str, after: int = -1) -> Iterator[tuple[int, Delegation]]:
    """Go through the services that a member runs for the organization, in the order of registration.

    Raises NotInOrganization, WrongAccount, AccountNotFound, AccountNotRegistered.
    """
    organization = require_management_or_delegate(tx)
    _require_member(tx, organization, account_id)
    held = organization.delegations.get(account_id, ())
    if not held:
        raise AccountNotRegistered(account_id)
    return ((one.serial, one) for one in held if one.serial > after)


def _check_delegable(principal: str) -> None:
    """Refuse a service that is unknown, or that has no delegated administrators, as AWS Artifact.

    Unverified: AWS's error for a known service without delegated administrators.
    """
    service = catalog.service_of(principal)
    if service is None or not service.supports_delegated_administrator:
        raise InvalidInput(InputReason.UNRECOGNIZED_SERVICE_PRINCIPAL)


def _require_member(tx: Transaction, organization: Organization, account_id: str) -> None:
    membership = membership_of(tx.state, account_id, tx.now)
    if membership is None or membership.organization_id != organization.id:
        raise AccountNotFound(account_id)


def _delegations(organization: Organization) -> Iterator[Delegation]:
    return (one for held in organization.delegations.values() for one in held)


def _keep(tx: Transaction, organization: Organization, account_id: str, held: tuple[Delegation, ...]) -> None:
    """Keep the registrations of an account; one without any is no delegated administrator."""
    everybody = organization.delegations
    changed = everybody.insert(account_id, held) if held else everybody.remove(account_id)
    tx.put(replace(organization, delegations=changed))
    tx.record(DelegationChanged(at=tx.now, organization_id=organization.id, account_id=account_id))
