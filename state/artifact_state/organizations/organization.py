"""Create, describe and delete organizations.

Source: https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_org.html
"""

from collections.abc import Iterator

from artifact_state import arns, ids
from artifact_state.authority import (
    organization_of,
    require_management,
    require_management_or_delegate,
    require_organization,
)
from artifact_state.errors import AlreadyInOrganization, Constraint, ConstraintViolated, OrganizationNotEmpty
from artifact_state.events import OrganizationCreated, OrganizationDeleted
from artifact_state.model import FeatureSet, JoinedMethod, Organization, State, Unit
from artifact_state.organizations.account_closure import remove_closed_accounts
from artifact_state.organizations.accounts import add_member
from artifact_state.organizations.billing_transfers.transfers import check_no_active_transfers
from artifact_state.organizations.policies.attachments import drop_attachments
from artifact_state.resource_tags import drop_tags
from artifact_state.world import Transaction


def create_organization(tx: Transaction, feature_set: FeatureSet) -> Organization:
    """Create an organization with the caller's account as its management account, and no policy type enabled.

    Raises AlreadyInOrganization, ConstraintViolated.
    Source: https://docs.aws.amazon.com/organizations/latest/APIReference/API_CreateOrganization.html
    """
    caller = tx.caller
    if organization_of(tx.state, caller.account_id, tx.now):
        raise AlreadyInOrganization(caller.account_id)
    if feature_set is not FeatureSet.ALL and caller.partition == arns.GOVCLOUD:
        # Source: https://docs.aws.amazon.com/govcloud-us/latest/UserGuide/govcloud-organizations.html
        raise ConstraintViolated(Constraint.CREATE_ORGANIZATION_IN_BILLING_MODE_UNSUPPORTED_REGION)
    serial = tx.serial()
    organization = Organization(
        id=ids.organization_id(tx.state.seed, serial),
        partition=caller.partition,
        management_account_id=caller.account_id,
        root_id=_unused_root_id(tx, serial),
        feature_set=feature_set,
        created_at=tx.now,
    )
    tx.put(Unit(id=organization.root_id, organization_id=organization.id, parent_id=None, name="Root", serial=serial))
    tx.record(OrganizationCreated(at=tx.now, organization_id=organization.id, management_account_id=caller.account_id))
    # AWS lists the management account as INVITED.
    add_member(tx, organization, caller.account_id, JoinedMethod.INVITED, at=tx.now)
    return tx.state.organizations[organization.id]


def describe_organization(tx: Transaction) -> Organization:
    """Return the caller's organization, to any of its members.

    Raises NotInOrganization.
    """
    return require_organization(tx)


def list_roots(tx: Transaction, after: int = -1) -> Iterator[tuple[int, tuple[Organization, Unit]]]:
    """Iterate over the organization's roots; it has exactly one.

    Raises NotInOrganization, WrongAccount.
    """
    organization = require_management_or_delegate(tx)
    root = tx.state.units[organization.root_id]
    return iter([(0, (organization, root))] if after < 0 else [])


def delete_organization(tx: Transaction) -> None:
    """Delete an organization that has no account besides its management account.

    Its root, units, policies, account creation requests, tags and handshakes are deleted with it. The management
    account becomes a standalone account and keeps its roles; organization agreements no longer cover any account.
    Raises NotInOrganization, WrongAccount, OrganizationNotEmpty, ConstraintViolated.
    Source: https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_org_delete.html
    """
    organization = remove_closed_accounts(tx, require_management(tx))
    if len(organization.members) > 1:
        raise OrganizationNotEmpty(organization.id)
    check_no_active_transfers(tx, organization)
    tx.drop(tx.state.memberships[organization.management_account_id])
    drop_tags(tx, organization.management_account_id)
    drop_attachments(tx, organization.management_account_id)
    for unit_id in (organization.root_id, *organization.units):
        tx.drop(tx.state.units[unit_id])
        drop_tags(tx, unit_id)
        drop_attachments(tx, unit_id)
    for policy_id in (policy_id for policies in organization.policies.values() for policy_id in policies.by_creation):
        tx.drop(tx.state.policies[policy_id])
        drop_tags(tx, policy_id)
    if organization.resource_policy_id:
        tx.drop(tx.state.resource_policies[organization.resource_policy_id])
        drop_tags(tx, organization.resource_policy_id)
    tx.drop(organization)
    tx.record(
        OrganizationDeleted(
            at=tx.now, organization_id=organization.id, management_account_id=organization.management_account_id
        )
    )


def _unused_root_id(tx: Transaction, serial: int) -> str:
    attempt = 0
    while (root_id := ids.root_id(tx.state.seed, serial, attempt)) in tx.state.units:
        attempt += 1
    return root_id


def first_management_account(state: State) -> str | None:
    """Return the management account of the organization that was created first, or None without an organization."""
    firsts = ((next(iter(o.members.after(-1)))[0], o.management_account_id) for o in state.organizations.values())
    return min(firsts, default=(0, None))[1]
