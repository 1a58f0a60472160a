"""Centralized root access: the management account can act as the root users of its member accounts.

The state stores the enabled features; they are in force while the organization has all features and IAM has trusted
access.
Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/id_root-user.html#id_root-user-access-management
"""

from artifact_state import arns, catalog
from artifact_state.authority import membership_of, require_organization
from artifact_state.errors import (
    AllFeaturesRequired,
    InvalidTaskPolicy,
    NotManagementAccount,
    RootNotAssumable,
    TrustedAccessDisabled,
    WrongAccount,
)
from artifact_state.events import RootAccessChanged
from artifact_state.model import FeatureSet, Organization, RootFeature
from artifact_state.record import replace
from artifact_state.world import Transaction

IAM_PRINCIPAL = "iam.amazonaws.com"
_TASKS = "root-task/"


def enable_root_feature(tx: Transaction, feature: RootFeature) -> Organization:
    """Enable a feature of root access; enabling it again changes nothing.

    Unverified: a delegated administrator cannot enable a feature. AWS's model has two errors, one for a caller that
    is not the management account, and one for a caller that is not a delegated administrator either.
    Raises NotInOrganization, WrongAccount, NotManagementAccount, AllFeaturesRequired, TrustedAccessDisabled.
    Sources: https://docs.aws.amazon.com/IAM/latest/APIReference/API_EnableOrganizationsRootSessions.html
    https://docs.aws.amazon.com/IAM/latest/APIReference/API_EnableOrganizationsRootCredentialsManagement.html
    """
    organization = _require_administrator(tx)
    if tx.caller.account_id != organization.management_account_id:
        raise NotManagementAccount
    _require_available(organization)
    return _store_features(tx, organization, organization.root_features | {feature})


def disable_root_feature(tx: Transaction, feature: RootFeature) -> Organization:
    """Disable a feature of root access; disabling it again changes nothing.

    Raises NotInOrganization, WrongAccount, AllFeaturesRequired, TrustedAccessDisabled.
    Sources: https://docs.aws.amazon.com/IAM/latest/APIReference/API_DisableOrganizationsRootSessions.html
    https://docs.aws.amazon.com/IAM/latest/APIReference/API_DisableOrganizationsRootCredentialsManagement.html
    """
    organization = _require_administrator(tx)
    _require_available(organization)
    return _store_features(tx, organization, organization.root_features - {feature})


def describe_root_features(tx: Transaction) -> Organization:
    """Return the organization whose root access features the caller may read.

    Raises NotInOrganization, WrongAccount, AllFeaturesRequired, TrustedAccessDisabled.
    Source: https://docs.aws.amazon.com/IAM/latest/APIReference/API_ListOrganizationsFeatures.html
    """
    organization = _require_administrator(tx)
    _require_available(organization)
    return organization


def features_in_force(organization: Organization) -> frozenset[RootFeature]:
    """Return the features of root access in force: those enabled, as long as IAM has trusted access."""
    is_trusted = organization.feature_set is FeatureSet.ALL and IAM_PRINCIPAL in organization.trusted_services
    return organization.root_features if is_trusted else frozenset()


def require_assumable_root(tx: Transaction, target: str) -> str:
    """Return the id of a member account whose root user the caller may assume.

    `target` is an account's id or the ARN of its root user. Unverified: AWS's message for other targets.
    Raises RootNotAssumable.
    Source: https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRoot.html
    """
    account_id = _account_id_of(tx, target)
    membership = membership_of(tx.state, account_id, tx.now)
    own = membership_of(tx.state, tx.caller.account_id, tx.now)
    if membership is None or own is None or membership.organization_id != own.organization_id:
        raise RootNotAssumable(account_id)
    organization = tx.state.organizations[membership.organization_id]
    is_member = account_id != organization.management_account_id
    is_on = RootFeature.SESSIONS in features_in_force(organization)
    if not (is_member and is_on and _is_administrator(organization, tx.caller.account_id)):
        raise RootNotAssumable(account_id)
    return account_id


def root_task_policy(tx: Transaction, arn: str) -> catalog.ManagedPolicy:
    """Return the AWS managed policy of a root task.

    Raises InvalidTaskPolicy.
    """
    prefix = arns.managed_policy(tx.caller.partition, "/", _TASKS)
    policy = catalog.managed_policy(f"{_TASKS}{arn.removeprefix(prefix)}") if arn.startswith(prefix) else None
    if policy is None:
        raise InvalidTaskPolicy(arn)
    return policy


def _account_id_of(tx: Transaction, target: str) -> str:
    account_id = target
    if target.startswith("arn:"):
        account_id = target.removeprefix(f"arn:{tx.caller.partition}:iam::").removesuffix(":root")
    if len(account_id) != 12 or not (account_id.isascii() and account_id.isdecimal()):
        raise RootNotAssumable(target)
    return account_id


def _require_administrator(tx: Transaction) -> Organization:
    """Return the caller's organization if the caller is its management account or its delegated administrator of IAM.

    Raises NotInOrganization, WrongAccount.
    """
    organization = require_organization(tx)
    if not _is_administrator(organization, tx.caller.account_id):
        raise WrongAccount
    return organization


def _is_administrator(organization: Organization, account_id: str) -> bool:
    delegations = organization.delegations.get(account_id, ())
    is_delegate = any(delegation.principal == IAM_PRINCIPAL for delegation in delegations)
    return is_delegate or account_id == organization.management_account_id


def _require_available(organization: Organization) -> None:
    if organization.feature_set is not FeatureSet.ALL:
        raise AllFeaturesRequired
    if IAM_PRINCIPAL not in organization.trusted_services:
        raise TrustedAccessDisabled


def _store_features(tx: Transaction, organization: Organization, features: frozenset[RootFeature]) -> Organization:
    if features == organization.root_features:
        return organization
    changed = replace(organization, root_features=features)
    tx.put(changed)
    tx.record(RootAccessChanged(at=tx.now, organization_id=organization.id))
    return changed
