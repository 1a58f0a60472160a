"""Effective policies: the result of all policies of a type for one account.

Source: https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_policies_effective.html
"""

import json
from collections.abc import Iterator
from datetime import datetime
from typing import Any

from artifact_state import catalog
from artifact_state.authority import membership_of, require_management_or_delegate, require_organization
from artifact_state.errors import AccountNotFound, EffectivePolicyNotFound, InputReason, InvalidInput, TargetNotFound
from artifact_state.model import Account, Membership, Organization, PolicyType, State
from artifact_state.organizations.accounts import current_members
from artifact_state.organizations.paths import account_path
from artifact_state.organizations.policies.attachments import attached_policies, is_type_enabled, policies_of_type
from artifact_state.organizations.policies.effective_errors import (
    EffectivePolicyValidationError,
    effective_content,
    validation_errors,
)
from artifact_state.organizations.policies.inheritance import merge_policies
from artifact_state.record import Record
from artifact_state.world import Transaction

_ROOT_AND_UNIT_PREFIXES = ("r-", "ou-")
_EMPTY_CONTENT = "{}"


class EffectivePolicy(Record):
    """The policy of a type that is in effect for an account, and what is wrong with its merged policies."""

    membership: Membership
    content: str
    """The document as JSON text: that of the merged policies, or the last valid one while they are invalid."""
    errors: tuple[EffectivePolicyValidationError, ...]
    changed_at: datetime
    """The last change of the merged policies, as of which they were validated."""


def describe_effective_policy(
    tx: Transaction, policy_type: PolicyType, account_id: str | None = None
) -> EffectivePolicy:
    """Return the effective policy of an account, by default of the caller's own; every member may read its own.

    Raises NotInOrganization, WrongAccount, InvalidInput, TargetNotFound, EffectivePolicyNotFound.
    Source: https://docs.aws.amazon.com/organizations/latest/APIReference/API_DescribeEffectivePolicy.html
    """
    caller = tx.caller.account_id
    organization = require_organization(tx)
    if account_id not in (None, caller):
        organization = require_management_or_delegate(tx)
    target_id = account_id or caller
    if target_id.startswith(_ROOT_AND_UNIT_PREFIXES):
        raise InvalidInput(InputReason.TARGET_NOT_SUPPORTED)
    membership = membership_of(tx.state, target_id, tx.now)
    if membership is None or membership.organization_id != organization.id:
        raise TargetNotFound(target_id)
    _require_type_enabled(organization, policy_type)
    return effective_policy(tx.state, organization, membership, policy_type)


def list_accounts_with_invalid_policy(
    tx: Transaction, policy_type: PolicyType, after: int = -1
) -> Iterator[tuple[int, tuple[Account, Membership] | None]]:
    """Yield the organization's accounts; an account whose merged policies are valid comes as None.

    Raises NotInOrganization, WrongAccount, EffectivePolicyNotFound.
    """
    organization = require_management_or_delegate(tx)
    _require_type_enabled(organization, policy_type)
    return accounts_with_errors(tx.state, organization, policy_type, tx.now, after)


def list_validation_errors(
    tx: Transaction, account_id: str, policy_type: PolicyType, after: int = -1
) -> tuple[EffectivePolicy, Iterator[tuple[int, EffectivePolicyValidationError]]]:
    """Return the effective policy of an account, and an iterator over its validation errors.

    Raises NotInOrganization, WrongAccount, InvalidInput, AccountNotFound, EffectivePolicyNotFound.
    """
    organization = require_management_or_delegate(tx)
    if account_id.startswith(_ROOT_AND_UNIT_PREFIXES):
        raise InvalidInput(InputReason.TARGET_NOT_SUPPORTED)
    membership = membership_of(tx.state, account_id, tx.now)
    if membership is None or membership.organization_id != organization.id:
        raise AccountNotFound(account_id)
    _require_type_enabled(organization, policy_type)
    policy = effective_policy(tx.state, organization, membership, policy_type)
    return policy, ((position, error) for position, error in enumerate(policy.errors) if position > after)


def effective_policy(
    state: State, organization: Organization, membership: Membership, policy_type: PolicyType
) -> EffectivePolicy:
    """Return the effective policy of a member of an organization, of a type that is enabled."""
    merged, errors, changed_at = _merge(state, organization, account_path(state, membership.account_id), policy_type)
    policies = policies_of_type(organization, policy_type)
    last_valid = policies.last_valid.get(membership.serial) or _EMPTY_CONTENT
    changes = [changed_at, membership.joined_at, *([policies.changed_at] if policies.changed_at else [])]
    return EffectivePolicy(
        membership=membership,
        content=last_valid if errors else effective_content(merged),
        errors=errors,
        changed_at=max(changes),
    )


def has_errors(state: State, organization: Organization, path: tuple[str, ...], policy_type: PolicyType) -> bool:
    """Return whether the policies attached along a path from the root down are invalid together."""
    return bool(_merge(state, organization, path, policy_type)[1])


def accounts_with_errors(
    state: State, organization: Organization, policy_type: PolicyType, now: datetime, after: int = -1
) -> Iterator[tuple[int, tuple[Account, Membership] | None]]:
    """Yield the organization's accounts; an account whose merged policies are valid comes as None."""
    # Accounts without attachments of their own share the effective policy of their parent.
    parent_has_errors: dict[str, bool] = {}
    for position, (account, membership) in current_members(state, organization.members, now, after):
        path = account_path(state, account.id)
        attachments = state.attachments.get(account.id, ())
        if any(attachment.type is policy_type for attachment in attachments):
            is_invalid = has_errors(state, organization, path, policy_type)
        else:
            if membership.parent_id not in parent_has_errors:
                parent_has_errors[membership.parent_id] = has_errors(state, organization, path, policy_type)
            is_invalid = parent_has_errors[membership.parent_id]
        yield position, (account, membership) if is_invalid else None


def _require_type_enabled(organization: Organization, policy_type: PolicyType) -> None:
    if not is_type_enabled(organization, policy_type):
        raise EffectivePolicyNotFound(policy_type.value)


def _merge(
    state: State, organization: Organization, path: tuple[str, ...], policy_type: PolicyType
) -> tuple[dict[str, Any], tuple[EffectivePolicyValidationError, ...], datetime]:
    """Merge the policies attached along a path; return the document, its errors and the time of the last change."""
    changed_at = organization.created_at
    levels = []
    for target_id in path:
        policies = [policy for _, policy in attached_policies(state, organization, target_id, policy_type)]
        levels.append([(policy.id, json.loads(policy.content)) for policy in policies])
        attachments = state.attachments.get(target_id, ())
        since = (attachment.since for attachment in attachments if attachment.type is policy_type)
        changed_at = max((changed_at, *since, *(policy.changed_at for policy in policies)))
    grammar = catalog.policy_grammar(policy_type.value)
    merged = merge_policies(grammar, levels)
    # As of the last change: the runs of a schedule depend on the instant, and reading changes nothing.
    return merged.document, tuple(validation_errors(grammar, merged, changed_at)), changed_at
