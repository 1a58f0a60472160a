"""Create member accounts: a request is answered at once and completes, or fails, after a while.

How and when a request ends is decided when it is made; its state follows from the time.
Source: https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_accounts_create.html
"""

import re
from collections.abc import Container, Iterator
from datetime import datetime
from functools import lru_cache
from heapq import merge
from operator import attrgetter

from artifact_state import arns, ids
from artifact_state.authority import require_management, require_management_or_delegate, require_partition
from artifact_state.errors import AccountCreationNotFound, Constraint, ConstraintViolated, InputReason, InvalidInput
from artifact_state.events import AccountCreationRequested, RoleCreated
from artifact_state.iam.initial_roles import ORGANIZATIONS_PRINCIPAL, initial_role_names, trust_policy_for
from artifact_state.iam.linked_roles import ensure_linked_role
from artifact_state.iam.roles import put_role
from artifact_state.model import (
    Account,
    Creation,
    CreationFailure,
    CreationState,
    InitialRoles,
    JoinedMethod,
    Organization,
    Role,
    RootFeature,
)
from artifact_state.ordered_map import OrderedMap
from artifact_state.organizations.account_closure import remove_closed_accounts
from artifact_state.organizations.accounts import account_id_by_email, add_member, check_finalized
from artifact_state.organizations.handshakes.lifecycle import open_invitations
from artifact_state.organizations.root_access import features_in_force
from artifact_state.organizations.tags import check_tags
from artifact_state.record import Record, replace
from artifact_state.resource_tags import TagPairs, attach_tags
from artifact_state.world import Transaction

DEFAULT_ACCESS_ROLE = "OrganizationAccountAccessRole"
# Source: https://docs.aws.amazon.com/organizations/latest/APIReference/API_CreateAccount.html, Email
_LOCAL_NAME = r"(?!\.)[^\s\"'()<>\[\]:;,\\|%&@]+"
_DOMAIN_NAME = r"(?![.-])[A-Za-z0-9.-]*\.[A-Za-z0-9.-]*(?<![.-])"
_EMAIL = re.compile(f"{_LOCAL_NAME}@{_DOMAIN_NAME}")


class _Details(Record):
    """The details of the account to create."""

    name: str
    email: str
    role_name: str
    tags: TagPairs
    account_id: str | None = None
    parent_id: str | None = None


def creation_state(creation: Creation, now: datetime) -> CreationState:
    """Return the state of a request to create an account at an instant."""
    if now < creation.completes_at:
        return CreationState.IN_PROGRESS
    return CreationState.FAILED if creation.failure else CreationState.SUCCEEDED


def create_account(  # noqa: PLR0913 - the members of AWS's request, and what a scenario adds.
    tx: Transaction,
    *,
    name: str,
    email: str,
    role_name: str | None = None,
    tags: TagPairs = (),
    account_id: str | None = None,
    parent_id: str | None = None,
) -> Creation:
    """Request a new member account; a duplicate e-mail address, for one, fails the request and not the call.

    AWS chooses the account id and creates the account in the root; only a scenario passes `account_id`, of an account
    that has no record yet, and `parent_id`, of a unit of the organization.
    Raises UnsupportedInPartition, NotInOrganization, WrongAccount, InvalidInput, OrganizationFinalizing,
    ConstraintViolated.
    Source: https://docs.aws.amazon.com/organizations/latest/APIReference/API_CreateAccount.html
    """
    _require_supported_partition(tx)
    organization = require_management(tx)
    role_name = role_name or DEFAULT_ACCESS_ROLE
    details = _Details(
        name=name, email=email, role_name=role_name, tags=tags, account_id=account_id, parent_id=parent_id
    )
    creation = _request(tx, organization, details)
    if creation.failure is None:
        creation = _create_member(tx, organization, creation, details)
    return _store(tx, organization.id, creation)


def create_govcloud_account(
    tx: Transaction, *, name: str, email: str, role_name: str | None = None, tags: TagPairs = ()
) -> Creation:
    """Request a new member account and, paired with it, a standalone account in AWS GovCloud (US).

    Raises UnsupportedInPartition, NotInOrganization, WrongAccount, InvalidInput, OrganizationFinalizing,
    ConstraintViolated.
    Source: https://docs.aws.amazon.com/organizations/latest/APIReference/API_CreateGovCloudAccount.html
    """
    require_partition(tx, arns.COMMERCIAL)
    organization = require_management(tx)
    if not tx.options.govcloud_enabled:
        raise ConstraintViolated(Constraint.MASTER_ACCOUNT_NOT_GOVCLOUD_ENABLED)
    details = _Details(name=name, email=email, role_name=role_name or DEFAULT_ACCESS_ROLE, tags=tags)
    creation = _request(tx, organization, details)
    if creation.failure is None:
        creation = _create_member(tx, organization, creation, details)
        creation = _create_govcloud_pair(tx, organization, creation, details)
    return _store(tx, organization.id, creation)


def describe_creation(tx: Transaction, creation_id: str) -> Creation:
    """Return a request to create an account.

    Raises UnsupportedInPartition, NotInOrganization, WrongAccount, AccountCreationNotFound.
    """
    _require_supported_partition(tx)
    organization = require_management_or_delegate(tx)
    serial = ids.creation_serial(creation_id)
    creation = organization.fulfilled_creations.get(serial) or organization.failed_creations.get(serial)
    if creation is None or creation.id != creation_id:
        raise AccountCreationNotFound(creation_id)
    return creation


def list_creations(
    tx: Transaction, states: Container[CreationState] = tuple(CreationState), after: int = -1
) -> Iterator[tuple[int, Creation]]:
    """Iterate over the organization's requests to create accounts that are in certain states, in their order.

    Raises UnsupportedInPartition, NotInOrganization, WrongAccount.
    """
    _require_supported_partition(tx)
    organization = require_management_or_delegate(tx)
    lists = []
    if CreationState.SUCCEEDED in states:
        lists.append(_completed(tx, organization.fulfilled_creations, after))
    if CreationState.FAILED in states:
        lists.append(_completed(tx, organization.failed_creations, after))
    if CreationState.IN_PROGRESS in states:
        lists.append(creation for creation in _in_progress(tx, organization) if creation.serial > after)
    return ((creation.serial, creation) for creation in merge(*lists, key=attrgetter("serial")))


def _require_supported_partition(tx: Transaction) -> None:
    """Refuse AWS GovCloud (US), where accounts are created from the commercial partition.

    Source: https://docs.aws.amazon.com/govcloud-us/latest/UserGuide/govcloud-organizations.html
    """
    # Unverified: whether AWS describes requests there; there can be none.
    require_partition(tx, arns.COMMERCIAL, arns.CHINA)


def _completed(tx: Transaction, creations: OrderedMap[Creation], after: int) -> Iterator[Creation]:
    return (creation for _, creation in creations.after(after) if tx.now >= creation.completes_at)


def _in_progress(tx: Transaction, organization: Organization) -> list[Creation]:
    return [creation for creation in organization.creating if tx.now < creation.completes_at]


def _request(tx: Transaction, organization: Organization, details: _Details) -> Creation:
    """Return a new request if the organization may make one, and decide whether it fails."""
    if details.role_name.lower().startswith("awsservicerolefor"):
        raise InvalidInput(InputReason.INVALID_ROLE_NAME)
    check_tags(tx, details.tags)
    check_finalized(tx, organization)
    organization = remove_closed_accounts(tx, organization)
    in_progress = _in_progress(tx, organization)
    if len(in_progress) >= tx.quotas.concurrent_account_creations:
        raise ConstraintViolated(Constraint.ACCOUNT_CREATION_RATE_LIMIT_EXCEEDED)
    # Unverified: AWS has both a constraint and a failure for its quota. Here the existing accounts refuse the call,
    # and those still being created fail the request.
    counted = len(organization.members) + len(open_invitations(tx, organization))
    existing = counted - sum(creation.failure is None for creation in in_progress)
    if existing >= tx.quotas.accounts_per_organization:
        raise ConstraintViolated(Constraint.ACCOUNT_NUMBER_LIMIT_EXCEEDED)
    serial, delay = tx.serial(), tx.delay(tx.options.creation_delay)
    return Creation(
        id=ids.creation_id(tx.state.seed, serial),
        serial=serial,
        account_name=details.name,
        requested_at=tx.now,
        # One instant rather than two equal ones: large organizations keep many.
        completes_at=tx.now + delay if delay else tx.now,
        failure=_failure(tx, organization, details.email, counted),
    )


def _failure(tx: Transaction, organization: Organization, email: str, counted: int) -> CreationFailure | None:
    if tx.creation_failure:
        return tx.creation_failure
    if not (email.isascii() and _EMAIL.fullmatch(email)):
        return CreationFailure.INVALID_EMAIL
    if owner := account_id_by_email(tx.state, email):
        membership = tx.state.memberships.get(owner)
        # Unverified: that this is the failure for the address of an account that is still being created.
        if membership and membership.organization_id == organization.id and tx.now < membership.joined_at:
            return CreationFailure.CONCURRENT_ACCOUNT_MODIFICATION
        return CreationFailure.EMAIL_ALREADY_EXISTS
    if counted >= tx.quotas.accounts_per_organization:
        return CreationFailure.ACCOUNT_LIMIT_EXCEEDED
    return None


def _create_member(tx: Transaction, organization: Organization, creation: Creation, details: _Details) -> Creation:
    """Create the account, which joins the organization when the request completes."""
    account = _create_account_record(tx, creation, details.email, account_id=details.account_id)
    _create_initial_roles(tx, organization, account, creation, details.role_name)
    email = details.email if details.email.islower() else details.email.lower()
    tx.insert("emails", email, account.id)
    add_member(
        tx,
        tx.state.organizations[organization.id],
        account.id,
        JoinedMethod.CREATED,
        at=creation.completes_at,
        parent_id=details.parent_id,
    )
    if RootFeature.CREDENTIALS_MANAGEMENT in features_in_force(organization):
        # Accounts created in such an organization have no root user credentials:
        # https://docs.aws.amazon.com/IAM/latest/UserGuide/id_root-user.html#id_root-user-access-management
        tx.insert("root_logins", account.id, None)
    attach_tags(tx, account.id, details.tags)
    return replace(creation, account_id=account.id)


def _create_govcloud_pair(
    tx: Transaction, organization: Organization, creation: Creation, details: _Details
) -> Creation:
    """Create the standalone account in AWS GovCloud (US), with a role for the management account's own pair there."""
    paired = _create_account_record(tx, creation, details.email, arns.GOVCLOUD)
    management = organization.management_account_id
    management_pair = tx.state.govcloud_accounts.get(management) or ids.account_id(
        tx.state.seed, arns.GOVCLOUD, management
    )
    manager = arns.root_user(arns.GOVCLOUD, management_pair)
    _create_access_role(tx, manager, paired.id, details.role_name, creation.completes_at)
    tx.insert("govcloud_accounts", str(creation.account_id), paired.id)
    return replace(creation, govcloud_account_id=paired.id)


def _store(tx: Transaction, organization_id: str, creation: Creation) -> Creation:
    organization = tx.state.organizations[organization_id]
    updated = replace(organization, creating=(*_in_progress(tx, organization), creation))
    if creation.failure is None:
        updated = replace(updated, fulfilled_creations=updated.fulfilled_creations.set(creation.serial, creation))
    else:
        updated = replace(updated, failed_creations=updated.failed_creations.set(creation.serial, creation))
    tx.put(updated)
    tx.record(
        AccountCreationRequested(
            at=tx.now,
            organization_id=organization_id,
            management_account_id=organization.management_account_id,
            creation_id=creation.id,
            account_name=creation.account_name,
            completes_at=creation.completes_at,
            account_id=creation.account_id,
            govcloud_account_id=creation.govcloud_account_id,
            failure=creation.failure.value if creation.failure else None,
        )
    )
    return creation


def _create_account_record(
    tx: Transaction, creation: Creation, email: str, *source: str, account_id: str | None = None
) -> Account:
    account_id = account_id or _unused_account_id(tx, creation.serial, *source)
    delay = tx.options.activation_delay
    account = Account(
        id=account_id,
        name=creation.account_name,
        email=email,
        activated_at=creation.completes_at + delay if delay else None,
    )
    tx.put(account)
    return account


def _unused_account_id(tx: Transaction, serial: int, *source: str) -> str:
    attempt = 0
    while (account_id := ids.account_id(tx.state.seed, serial, *source, attempt)) in tx.state.accounts:
        attempt += 1
    return account_id


def _create_initial_roles(
    tx: Transaction, organization: Organization, account: Account, creation: Creation, access_role: str
) -> None:
    """Create the roles of a new member: that of AWS Organizations, and the one the management account assumes."""
    at = creation.completes_at
    manager = arns.root_user(organization.partition, organization.management_account_id)
    if account.id in tx.state.roles:  # A scenario may give an account roles before it joins.
        ensure_linked_role(tx, account.id, ORGANIZATIONS_PRINCIPAL, at=at)
        _create_access_role(tx, manager, account.id, access_role, at)
        return
    initial_roles = _shared_initial_roles(manager, access_role)
    tx.put(replace(account, initial_roles=initial_roles, created_at=at, serial=creation.serial))
    tx.set(serial=creation.serial + 2)  # Their ids are drawn from the two serials.
    for name in initial_role_names(initial_roles):
        tx.record(RoleCreated(at=at, account_id=account.id, role_name=name))


@lru_cache(maxsize=64)
def _shared_initial_roles(manager: str, access_role: str) -> InitialRoles:
    return InitialRoles(manager=manager, access_role=access_role)


def _create_access_role(tx: Transaction, manager: str, account_id: str, name: str, at: datetime) -> None:
    """Create the role through which the management account administers the new account."""
    put_role(
        tx,
        Role(
            id=ids.unique_id("AROA", tx.state.seed, tx.serial()),
            account_id=account_id,
            name=name,
            path="/",
            trust_policy=trust_policy_for(aws=manager),
            description="",
            created_at=at,
            managed_policies=("AdministratorAccess",),
        ),
    )
