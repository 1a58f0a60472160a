"""Centralized root access: what an organization lets its management account do as the root users of its members.

The features are stored as they were switched on; they are in force while the organization has all features and
trusts IAM.
Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/id_root-user.html#id_root-user-access-management
"""

from dataclasses import replace

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
from artifact_state.world import Transaction

IAM_PRINCIPAL = "iam.amazonaws.com"
_TASKS = "root-task/"


def enable_root_feature(tx: Transaction, feature: RootFeature) -> Organization:
    """Switch a feature of root access on; one that is on already stays so.

    Unverified: AWS's model names an error for whoever is not the management account besides the one for whoever is no
    delegated administrator either; so a delegated administrator cannot switch a feature on.
    Raises NotInOrganization, WrongAccount, NotManagementAccount, AllFeaturesRequired, TrustedAccessDisabled.
    Sources: https://docs.aws.amazon.com/IAM/latest/APIReference/API_EnableOrganizationsRootSessions.html
    https://docs.aws.amazon.com/IAM/latest/APIReference/API_EnableOrganizationsRootCredentialsManagement.html
    """
    organization = _administered(tx)
    if tx.caller.account_id != organization.management_account_id:
        raise NotManagementAccount
    _require_features(organization)
    return _keep(tx, organization, organization.root_features | {feature})


def disable_root_feature(tx: Transaction, feature: RootFeature) -> Organization:
    """Switch a feature of root access off; one that is off is no error.

    Raises NotInOrganization, WrongAccount, AllFeaturesRequired, TrustedAccessDisabled.
    Sources: https://docs.aws.amazon.com/IAM/latest/APIReference/API_DisableOrganizationsRootSessions.html
    https://docs.aws.amazon.com/IAM/latest/APIReference/API_DisableOrganizationsRootCredentialsManagement.html
    """
    organization = _administered(tx)
    _require_features(organization)
    return _keep(tx, organization, organization.root_features - {feature})


def describe_root_features(tx: Transaction) -> Organization:
    """Give the organization whose features of root access the caller may read.

    Raises NotInOrganization, WrongAccount, AllFeaturesRequired, TrustedAccessDisabled.
    Source: https://docs.aws.amazon.com/IAM/latest/APIReference/API_ListOrganizationsFeatures.html
    """
    organization = _administered(tx)
    _require_features(organization)
    return organization


def features_in_force(organization: Organization) -> frozenset[RootFeature]:
    """Tell which features of root access an organization has, as long as it trusts IAM."""
    is_trusted = organization.feature_set is FeatureSet.ALL and IAM_PRINCIPAL in organization.trusted_services
    return organization.root_features if is_trusted else frozenset()


def require_assumable_root(tx: Transaction, target: str) -> str:
    """Give the account whose root user the caller may become: a member's of an organization that has root sessions.

    `target` is an account's id or the ARN of its root user. Unverified: AWS's words for what is no member's.
    Raises RootNotAssumable.
    Source: https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRoot.html
    """
    account_id = _account_in(tx, target)
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
    """Give the policy of a task: one of AWS's for root sessions, no other. Unverified: AWS's words for another.

    Raises InvalidTaskPolicy.
    """
    prefix = arns.managed_policy(tx.caller.partition, "/", _TASKS)
    policy = catalog.managed_policy(f"{_TASKS}{arn.removeprefix(prefix)}") if arn.startswith(prefix) else None
    if policy is None:
        raise InvalidTaskPolicy(arn)
    return policy


def _account_in(tx: Transaction, target: str) -> str:
    account_id = target
    if target.startswith("arn:"):
        account_id = target.removeprefix(f"arn:{tx.caller.partition}:iam::").removesuffix(":root")
    if len(account_id) != 12 or not (account_id.isascii() and account_id.isdecimal()):
        raise RootNotAssumable(target)
    return account_id


def _administered(tx: Transaction) -> Organization:
    """Give the organization that the caller administers, or whose IAM he does.

    Raises NotInOrganization, WrongAccount.
    """
    organization = require_organization(tx)
    if not _is_administrator(organization, tx.caller.account_id):
        raise WrongAccount
    return organization


def _is_administrator(organization: Organization, account_id: str) -> bool:
    held = organization.delegations.get(account_id, ())
    return account_id == organization.management_account_id or any(one.principal == IAM_PRINCIPAL for one in held)


def _require_features(organization: Organization) -> None:
    if organization.feature_set is not FeatureSet.ALL:
        raise AllFeaturesRequired
    if IAM_PRINCIPAL not in organization.trusted_services:
        raise TrustedAccessDisabled


def _keep(tx: Transaction, organization: Organization, features: frozenset[RootFeature]) -> Organization:
    if features == organization.root_features:
        return organization
    changed = replace(organization, root_features=features)
    tx.put(changed)
    tx.record(RootAccessChanged(at=tx.now, organization_id=organization.id))
    return changed
