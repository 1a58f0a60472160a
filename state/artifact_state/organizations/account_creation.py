"""Creation of member accounts: asked for, and fulfilled or failed after a while.

How and when a request ends is settled when it is made; how it stands follows from the time.
Source: https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_accounts_create.html
"""

import re
from collections.abc import Container, Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from heapq import merge
from operator import attrgetter

from artifact_state import arns, ids
from artifact_state.authority import require_management, require_management_or_delegate, require_partition
from artifact_state.errors import AccountCreationNotFound, Constraint, ConstraintViolated, InputReason, InvalidInput
from artifact_state.events import AccountCreationRequested
from artifact_state.iam.roles import keep_role, trust_of
from artifact_state.model import (
    Account,
    Creation,
    CreationFailure,
    CreationState,
    JoinedMethod,
    Organization,
    Role,
    RootFeature,
)
from artifact_state.ordered_map import OrderedMap
from artifact_state.organizations.account_closure import remove_closed_accounts
from artifact_state.organizations.accounts import account_id_by_email, add_member, check_finalized
from artifact_state.organizations.root_access import features_in_force
from artifact_state.organizations.tags import check_tags
from artifact_state.resource_tags import TagPairs, attach_tags
from artifact_state.world import Transaction

DEFAULT_ACCESS_ROLE = "OrganizationAccountAccessRole"
# Source: https://docs.aws.amazon.com/organizations/latest/APIReference/API_CreateAccount.html, Email
_LOCAL_NAME = r"(?!\.)[^\s\"'()<>\[\]:;,\\|%&@]+"
_DOMAIN_NAME = r"(?![.-])[A-Za-z0-9.-]*\.[A-Za-z0-9.-]*(?<![.-])"
_EMAIL = re.compile(f"{_LOCAL_NAME}@{_DOMAIN_NAME}")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Wanted:
    """The account that is asked for."""

    name: str
    email: str
    role_name: str
    tags: TagPairs
    account_id: str | None = None


def creation_state(creation: Creation, now: datetime) -> CreationState:
    """Tell how a request to create an account stands at an instant."""
    if now < creation.completes_at:
        return CreationState.IN_PROGRESS
    return CreationState.FAILED if creation.failure else CreationState.SUCCEEDED


def create_account(  # noqa: PLR0913 - what is asked of an account, and what a scenario adds to it.
    tx: Transaction,
    *,
    name: str,
    email: str,
    role_name: str | None = None,
    tags: TagPairs = (),
    account_id: str | None = None,
) -> Creation:
    """Ask for a new member account; an address that is taken, say, fails the request and not the call.

    `account_id` is AWS's to choose; only a scenario names one, of an account that nobody knows of yet.
    Raises UnsupportedInPartition, NotInOrganization, WrongAccount, InvalidInput, OrganizationFinalizing, ConstraintViolated.
    Source: https://docs.aws.amazon.com/organizations/latest/APIReference/API_CreateAccount.html
    """
    _require_creation_here(tx)
    organization = require_management(tx)
    role_name = role_name or DEFAULT_ACCESS_ROLE
    wanted = _Wanted(name=name, email=email, role_name=role_name, tags=tags, account_id=account_id)
    creation = _begin(tx, organization, wanted)
    if creation.failure is None:
        creation = _fulfil(tx, organization, creation, wanted)
    return _keep(tx, organization.id, creation)


def create_govcloud_account(
    tx: Transaction, *, name: str, email: str, role_name: str | None = None, tags: TagPairs = ()
) -> Creation:
    """Ask for a new member account and for one in AWS GovCloud (US) that stands alone and goes with it.

    Raises UnsupportedInPartition, NotInOrganization, WrongAccount, InvalidInput, OrganizationFinalizing, ConstraintViolated.
    Source: https://docs.aws.amazon.com/organizations/latest/APIReference/API_CreateGovCloudAccount.html
    """
    require_partition(tx, arns.COMMERCIAL)
    organization = require_management(tx)
    if not tx.options.govcloud_enabled:
        raise ConstraintViolated(Constraint.MASTER_ACCOUNT_NOT_GOVCLOUD_ENABLED)
    wanted = _Wanted(name=name, email=email, role_name=role_name or DEFAULT_ACCESS_ROLE, tags=tags)
    creation = _begin(tx, organization, wanted)
    if creation.failure is None:
        creation = _pair(tx, organization, _fulfil(tx, organization, creation, wanted), wanted)
    return _keep(tx, organization.id, creation)


def describe_creation(tx: Transaction, creation_id: str) -> Creation:
    """Tell a request to create an account.

    Raises UnsupportedInPartition, NotInOrganization, WrongAccount, AccountCreationNotFound.
    """
    _require_creation_here(tx)
    organization = require_management_or_delegate(tx)
    serial = ids.creation_serial(creation_id)
    creation = organization.fulfilled_creations.get(serial) or organization.failed_creations.get(serial)
    if creation is None or creation.id != creation_id:
        raise AccountCreationNotFound(creation_id)
    return creation


def list_creations(
    tx: Transaction, states: Container[CreationState] = tuple(CreationState), after: int = -1
) -> Iterator[tuple[int, Creation]]:
    """Go through the organization's requests to create accounts that stand in certain ways, in their order.

    Raises UnsupportedInPartition, NotInOrganization, WrongAccount.
    """
    _require_creation_here(tx)
    organization = require_management_or_delegate(tx)
    found = []
    if CreationState.SUCCEEDED in states:
        found.append(_ended(tx, organization.fulfilled_creations, after))
    if CreationState.FAILED in states:
        found.append(_ended(tx, organization.failed_creations, after))
    if CreationState.IN_PROGRESS in states:
        found.append(one for one in _under_way(tx, organization) if one.serial > after)
    return ((one.serial, one) for one in merge(*found, key=attrgetter("serial")))


def _require_creation_here(tx: Transaction) -> None:
    """Refuse AWS GovCloud (US), where accounts come from the commercial partition.

    Source: https://docs.aws.amazon.com/govcloud-us/latest/UserGuide/govcloud-organizations.html
    """
    # Unverified: whether AWS tells of requests there; there can be none.
    require_partition(tx, arns.COMMERCIAL, arns.CHINA)


def _ended(tx: Transaction, requests: OrderedMap[Creation], after: int) -> Iterator[Creation]:
    return (one for _, one in requests.after(after) if tx.now >= one.completes_at)


def _under_way(tx: Transaction, organization: Organization) -> list[Creation]:
    return [one for one in organization.creating if tx.now < one.completes_at]


def _begin(tx: Transaction, organization: Organization, wanted: _Wanted) -> Creation:
    """Make a request that may be made, and settle whether it fails."""
    if wanted.role_name.lower().startswith("awsservicerolefor"):
        raise InvalidInput(InputReason.INVALID_ROLE_NAME)
    check_tags(tx, wanted.tags)
    check_finalized(tx, organization)
    organization = remove_closed_accounts(tx, organization)
    under_way = _under_way(tx, organization)
    if len(under_way) >= tx.quotas.concurrent_account_creations:
        raise ConstraintViolated(Constraint.ACCOUNT_CREATION_RATE_LIMIT_EXCEEDED)
    # Unverified: AWS has a constraint and a failure for its quota. Here the accounts that are there refuse the call,
    # and those that are still being created fail the request.
    created = len(organization.members) - sum(one.failure is None for one in under_way)
    if created >= tx.quotas.accounts_per_organization:
        raise ConstraintViolated(Constraint.ACCOUNT_NUMBER_LIMIT_EXCEEDED)
    serial = tx.serial()
    return Creation(
        id=ids.creation_id(tx.state.seed, serial),
        serial=serial,
        account_name=wanted.name,
        requested_at=tx.now,
        completes_at=tx.now + tx.options.creation_delay if tx.options.creation_delay else tx.now,
        failure=_failure(tx, organization, wanted.email),
    )


def _failure(tx: Transaction, organization: Organization, email: str) -> CreationFailure | None:
    if tx.options.creation_failure:
        return tx.options.creation_failure
    if not (email.isascii() and _EMAIL.fullmatch(email)):
        return CreationFailure.INVALID_EMAIL
    if owner := account_id_by_email(tx.state, email):
        membership = tx.state.memberships.get(owner)
        # Unverified: that the address of an account still to come is what AWS calls the same information.
        if membership and membership.organization_id == organization.id and tx.now < membership.joined_at:
            return CreationFailure.CONCURRENT_ACCOUNT_MODIFICATION
        return CreationFailure.EMAIL_ALREADY_EXISTS
    if len(organization.members) >= tx.quotas.accounts_per_organization:
        return CreationFailure.ACCOUNT_LIMIT_EXCEEDED
    return None


def _fulfil(tx: Transaction, organization: Organization, creation: Creation, wanted: _Wanted) -> Creation:
    """Make the account: it joins the organization when the request completes."""
    account = _new_account(tx, creation, wanted.email, account_id=wanted.account_id)
    tx.set(emails=tx.state.emails.insert(wanted.email if wanted.email.islower() else wanted.email.lower(), account.id))
    add_member(tx, tx.state.organizations[organization.id], account.id, JoinedMethod.CREATED, at=creation.completes_at)
    manager = arns.root_user(organization.partition, organization.management_account_id)
    _give_access_role(tx, manager, account.id, wanted.role_name, creation.completes_at)
    if RootFeature.CREDENTIALS_MANAGEMENT in features_in_force(organization):
        # Such an organization's new accounts begin without root credentials:
        # https://docs.aws.amazon.com/IAM/latest/UserGuide/id_root-user.html#id_root-user-access-management
        tx.set(root_logins=tx.state.root_logins.insert(account.id, None))
    attach_tags(tx, account.id, wanted.tags)
    return replace(creation, account_id=account.id)


def _pair(tx: Transaction, organization: Organization, creation: Creation, wanted: _Wanted) -> Creation:
    """Make the account in AWS GovCloud (US): it stands alone, within reach of the management account's own pair."""
    paired = _new_account(tx, creation, wanted.email, arns.GOVCLOUD)
    management = organization.management_account_id
    own = tx.state.govcloud_accounts.get(management) or ids.account_id(tx.state.seed, arns.GOVCLOUD, management)
    manager = arns.root_user(arns.GOVCLOUD, own)
    _give_access_role(tx, manager, paired.id, wanted.role_name, creation.completes_at)
    tx.set(govcloud_accounts=tx.state.govcloud_accounts.insert(str(creation.account_id), paired.id))
    return replace(creation, govcloud_account_id=paired.id)


def _keep(tx: Transaction, organization_id: str, creation: Creation) -> Creation:
    organization = tx.state.organizations[organization_id]
    kept = replace(organization, creating=(*_under_way(tx, organization), creation))
    if creation.failure is None:
        kept = replace(kept, fulfilled_creations=kept.fulfilled_creations.set(creation.serial, creation))
    else:
        kept = replace(kept, failed_creations=kept.failed_creations.set(creation.serial, creation))
    tx.put(kept)
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


def _new_account(
    tx: Transaction, creation: Creation, email: str, *source: str, account_id: str | None = None
) -> Account:
    account_id = account_id or _free_account_id(tx, creation.serial, *source)
    waits = tx.options.activation_delay
    account = Account(
        id=account_id,
        name=creation.account_name,
        email=email,
        activated_at=creation.completes_at + waits if waits else None,
    )
    tx.put(account)
    return account


def _free_account_id(tx: Transaction, serial: int, *source: str) -> str:
    attempt = 0
    while (account_id := ids.account_id(tx.state.seed, serial, *source, attempt)) in tx.state.accounts:
        attempt += 1
    return account_id


def _give_access_role(tx: Transaction, manager: str, account_id: str, name: str, at: datetime) -> None:
    """Make the role with which a management account reaches a created account."""
    keep_role(
        tx,
        Role(
            id=ids.unique_id("AROA", tx.state.seed, tx.serial()),
            account_id=account_id,
            name=name,
            path="/",
            trust_policy=trust_of(aws=manager),
            description="",
            created_at=at,
            managed_policies=("AdministratorAccess",),
        ),
    )
