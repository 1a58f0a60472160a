"""The tree of an organization: its root, the organizational units below it, and the accounts in them.

Sources: https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_ous.html
https://docs.aws.amazon.com/organizations/latest/userguide/move_account_to_ou.html
"""

from collections.abc import Iterator

from artifact_state import ids
from artifact_state.authority import membership_of, require_management, require_management_or_delegate
from artifact_state.errors import (
    AccountAlreadyInParent,
    AccountNotFound,
    ChildNotFound,
    Constraint,
    ConstraintViolated,
    DestinationParentNotFound,
    ParentNotFound,
    SourceParentNotFound,
    UnitNameTaken,
    UnitNotEmpty,
    UnitNotFound,
)
from artifact_state.events import AccountMoved, UnitChanged
from artifact_state.model import Account, Membership, Organization, State, Unit
from artifact_state.organizations.account_closure import remove_closed_accounts
from artifact_state.organizations.accounts import current_members
from artifact_state.organizations.paths import unit_path
from artifact_state.organizations.policies.attachments import drop_attachments
from artifact_state.organizations.policies.last_valid import keep_last_valid_of_account
from artifact_state.organizations.tags import check_tags
from artifact_state.record import replace
from artifact_state.resource_tags import TagPairs, attach_tags, drop_tags
from artifact_state.world import Transaction


def create_unit(tx: Transaction, parent_id: str, name: str, tags: TagPairs = ()) -> Unit:
    """Create an organizational unit below the root or another unit.

    Raises NotInOrganization, WrongAccount, ParentNotFound, InvalidInput, UnitNameTaken, ConstraintViolated.
    Source: https://docs.aws.amazon.com/organizations/latest/APIReference/API_CreateOrganizationalUnit.html
    """
    organization = require_management(tx)
    parent = _require_parent(tx.state, organization, parent_id)
    check_tags(tx, tags)
    if name in parent.names:
        raise UnitNameTaken(name)
    if len(unit_path(tx.state, parent_id)) > tx.quotas.organizational_unit_depth:
        raise ConstraintViolated(Constraint.OU_DEPTH_LIMIT_EXCEEDED)
    if len(organization.units) >= tx.quotas.organizational_units_per_organization:
        raise ConstraintViolated(Constraint.OU_NUMBER_LIMIT_EXCEEDED)
    serial = tx.serial()
    unit = Unit(
        id=_unused_unit_id(tx, organization, serial),
        organization_id=organization.id,
        parent_id=parent_id,
        name=name,
        serial=serial,
    )
    tx.put(unit)
    tx.put(replace(parent, units=parent.units.set(serial, unit.id), names=parent.names.insert(name, unit.id)))
    tx.put(replace(organization, units=organization.units.set(serial, unit.id)))
    attach_tags(tx, unit.id, tags)
    tx.record(UnitChanged(at=tx.now, organization_id=organization.id, unit_id=unit.id))
    return unit


def rename_unit(tx: Transaction, unit_id: str, name: str | None) -> Unit:
    """Rename an organizational unit; None, a blank or its current name changes nothing.

    Raises NotInOrganization, WrongAccount, UnitNotFound, UnitNameTaken.
    Source: https://docs.aws.amazon.com/organizations/latest/APIReference/API_UpdateOrganizationalUnit.html
    """
    organization = require_management(tx)
    unit, parent = _require_unit(tx.state, organization, unit_id)
    if name is None or not name.strip() or name == unit.name:
        return unit
    if name in parent.names:
        raise UnitNameTaken(name)
    renamed = replace(unit, name=name)
    tx.put(renamed)
    tx.put(replace(parent, names=parent.names.remove(unit.name).insert(name, unit_id)))
    tx.record(UnitChanged(at=tx.now, organization_id=organization.id, unit_id=unit_id))
    return renamed


def delete_unit(tx: Transaction, unit_id: str) -> None:
    """Delete an organizational unit that contains neither accounts nor units.

    Raises NotInOrganization, WrongAccount, UnitNotFound, UnitNotEmpty.
    Source: https://docs.aws.amazon.com/organizations/latest/APIReference/API_DeleteOrganizationalUnit.html
    """
    organization = remove_closed_accounts(tx, require_management(tx))
    unit, parent = _require_unit(tx.state, organization, unit_id)
    if len(unit.accounts) or len(unit.units):
        raise UnitNotEmpty(unit_id)
    tx.put(replace(parent, units=parent.units.delete(unit.serial), names=parent.names.remove(unit.name)))
    tx.put(replace(organization, units=organization.units.delete(unit.serial)))
    tx.drop(unit)
    drop_tags(tx, unit_id)
    drop_attachments(tx, unit_id)
    tx.record(UnitChanged(at=tx.now, organization_id=organization.id, unit_id=unit_id))


def describe_unit(tx: Transaction, unit_id: str) -> Unit:
    """Return an organizational unit.

    Raises NotInOrganization, WrongAccount, UnitNotFound.
    """
    unit, _ = _require_unit(tx.state, require_management_or_delegate(tx), unit_id)
    return unit


def list_units_for_parent(tx: Transaction, parent_id: str, after: int = -1) -> Iterator[tuple[int, Unit]]:
    """Iterate over the organizational units directly below a root or a unit, in the order of their creation.

    Raises NotInOrganization, WrongAccount, ParentNotFound.
    """
    parent = _require_parent(tx.state, require_management_or_delegate(tx), parent_id)
    return ((serial, tx.state.units[unit_id]) for serial, unit_id in parent.units.after(after))


def list_accounts_for_parent(
    tx: Transaction, parent_id: str, after: int = -1
) -> Iterator[tuple[int, tuple[Account, Membership]]]:
    """Iterate over the accounts directly below a root or a unit, in the order in which they joined.

    Raises NotInOrganization, WrongAccount, ParentNotFound.
    """
    parent = _require_parent(tx.state, require_management_or_delegate(tx), parent_id)
    return current_members(tx.state, parent.accounts, tx.now, after)


def find_parent(tx: Transaction, child_id: str) -> Unit:
    """Return the root or the organizational unit directly above an account or a unit.

    Raises NotInOrganization, WrongAccount, ChildNotFound.
    """
    organization = require_management_or_delegate(tx)
    child = tx.state.units.get(child_id) or membership_of(tx.state, child_id, tx.now)
    if child is None or child.organization_id != organization.id or child.parent_id is None:
        raise ChildNotFound(child_id)
    return tx.state.units[child.parent_id]


def move_account(tx: Transaction, account_id: str, source_id: str, destination_id: str) -> None:
    """Move an account, which may be the management account, from one root or unit to another.

    Raises NotInOrganization, WrongAccount, AccountNotFound, SourceParentNotFound, DestinationParentNotFound,
    AccountAlreadyInParent.
    Source: https://docs.aws.amazon.com/organizations/latest/APIReference/API_MoveAccount.html
    """
    organization = require_management(tx)
    membership = membership_of(tx.state, account_id, tx.now)
    if membership is None or membership.organization_id != organization.id:
        raise AccountNotFound(account_id)
    source = _unit_or_root(tx.state, organization, source_id)
    if source is None:
        raise SourceParentNotFound(source_id)
    destination = _unit_or_root(tx.state, organization, destination_id)
    if destination is None:
        raise DestinationParentNotFound(destination_id)
    if membership.parent_id == destination_id:
        raise AccountAlreadyInParent(account_id)
    if membership.parent_id != source_id:
        # Unverified: AWS documents no error for an account that is below another parent.
        raise SourceParentNotFound(source_id)
    before = tx.state
    tx.put(replace(source, accounts=source.accounts.delete(membership.serial)))
    tx.put(replace(destination, accounts=destination.accounts.set(membership.serial, account_id)))
    tx.put(replace(membership, parent_id=destination_id))
    keep_last_valid_of_account(tx, before, organization.id, account_id)
    tx.record(AccountMoved(at=tx.now, organization_id=organization.id, account_id=account_id, parent_id=destination_id))


def _unit_or_root(state: State, organization: Organization, unit_id: str) -> Unit | None:
    unit = state.units.get(unit_id)
    return unit if unit and unit.organization_id == organization.id else None


def _require_parent(state: State, organization: Organization, parent_id: str) -> Unit:
    parent = _unit_or_root(state, organization, parent_id)
    if parent is None:
        raise ParentNotFound(parent_id)
    return parent


def _require_unit(state: State, organization: Organization, unit_id: str) -> tuple[Unit, Unit]:
    """Return an organizational unit and its parent."""
    unit = _unit_or_root(state, organization, unit_id)
    if unit is None or unit.parent_id is None:
        raise UnitNotFound(unit_id)
    return unit, state.units[unit.parent_id]


def _unused_unit_id(tx: Transaction, organization: Organization, serial: int) -> str:
    attempt = 0
    while (unit_id := ids.unit_id(organization.root_id, tx.state.seed, serial, attempt)) in tx.state.units:
        attempt += 1
    return unit_id
