"""Effective policies: the result of all policies of a type for one account.

Source: https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_policies_effective.html
"""

import json
from collections.abc import Iterator, Sized
from dataclasses import dataclass
from datetime import datetime

from artifact_state import catalog
from artifact_state.authority import membership_of, require_management_or_delegate, require_organization
from artifact_state.errors import AccountNotFound, EffectivePolicyNotFound, InputReason, InvalidInput, TargetNotFound
from artifact_state.model import Account, Membership, Organization, PolicyType, State
from artifact_state.organizations.accounts import current_members
from artifact_state.organizations.paths import account_path
from artifact_state.organizations.policies.attachments import attached_policies, is_type_enabled, policies_of_type
from artifact_state.organizations.policies.inheritance import MergedPolicy, Path, merge_policies
from artifact_state.organizations.policies.management_grammar import ANY_NAME
from artifact_state.world import Transaction

_ROOT_AND_UNIT_PREFIXES = ("r-", "ou-")


@dataclass(frozen=True, slots=True, kw_only=True)
class EffectivePolicy:
    """The merged policies of a type for an account, and the time of their last change."""

    membership: Membership
    merged: MergedPolicy
    changed_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class EffectivePolicyValidationError:
    """An object or list of an effective policy that exceeds a limit, although each policy by itself is valid."""

    path: str
    name: str
    limit: int
    policy_ids: tuple[str, ...]


def describe_effective_policy(
    tx: Transaction, policy_type: PolicyType, account_id: str | None = None
) -> EffectivePolicy:
    """Return the effective policy of an account, by default of the caller's own.

    Every member may read its own. Unverified: AWS's error for a target that is not an account.
    Raises NotInOrganization, WrongAccount, InvalidInput, TargetNotFound, EffectivePolicyNotFound.
    Source: https://docs.aws.amazon.com/organizations/latest/APIReference/API_DescribeEffectivePolicy.html
    """
    caller = tx.caller.account_id
    organization = require_organization(tx)
    if account_id not in (None, caller):
        organization = require_management_or_delegate(tx)
    target_id = account_id or caller
    if target_id.startswith(_ROOT_AND_UNIT_PREFIXES):
        raise InvalidInput(InputReason.INVALID_PATTERN_TARGET_ID)
    membership = membership_of(tx.state, target_id, tx.now)
    if membership is None or membership.organization_id != organization.id:
        raise TargetNotFound(target_id)
    return _require_effective_policy(tx.state, organization, membership, policy_type)


def list_accounts_with_invalid_policy(
    tx: Transaction, policy_type: PolicyType, after: int = -1
) -> Iterator[tuple[int, tuple[Account, Membership] | None]]:
    """Yield the organization's accounts; an account whose effective policy is valid comes as None.

    Raises NotInOrganization, WrongAccount, EffectivePolicyNotFound.
    """
    organization = require_management_or_delegate(tx)
    if not is_type_enabled(organization, policy_type):
        raise EffectivePolicyNotFound(policy_type.value)
    return _with_validation_errors(tx, organization, policy_type, after)


def list_validation_errors(
    tx: Transaction, account_id: str, policy_type: PolicyType, after: int = -1
) -> tuple[EffectivePolicy, Iterator[tuple[int, EffectivePolicyValidationError]]]:
    """Return the effective policy of an account, and an iterator over its validation errors.

    Raises NotInOrganization, WrongAccount, AccountNotFound, EffectivePolicyNotFound.
    """
    organization = require_management_or_delegate(tx)
    membership = membership_of(tx.state, account_id, tx.now)
    if membership is None or membership.organization_id != organization.id:
        raise AccountNotFound(account_id)
    policy = _require_effective_policy(tx.state, organization, membership, policy_type)
    errors = enumerate(_validation_errors(policy_type, policy.merged))
    return policy, ((position, error) for position, error in errors if position > after)


def _with_validation_errors(
    tx: Transaction, organization: Organization, policy_type: PolicyType, after: int
) -> Iterator[tuple[int, tuple[Account, Membership] | None]]:
    # Accounts without attachments of their own share the effective policy of their parent.
    parent_is_invalid: dict[str, bool] = {}
    for position, (account, membership) in current_members(tx.state, organization.members, tx.now, after):
        attachments = tx.state.attachments.get(account.id, ())
        has_own = any(attachment.type is policy_type for attachment in attachments)
        if has_own or membership.parent_id not in parent_is_invalid:
            policy = _effective_policy(tx.state, organization, membership, policy_type)
            is_invalid = policy is not None and any(True for _ in _validation_errors(policy_type, policy.merged))
            if not has_own:
                parent_is_invalid[membership.parent_id] = is_invalid
        else:
            is_invalid = parent_is_invalid[membership.parent_id]
        yield position, (account, membership) if is_invalid else None


def _require_effective_policy(
    state: State, organization: Organization, membership: Membership, policy_type: PolicyType
) -> EffectivePolicy:
    policy = _effective_policy(state, organization, membership, policy_type)
    if policy is None:
        raise EffectivePolicyNotFound(policy_type.value)
    return policy


def _effective_policy(
    state: State, organization: Organization, membership: Membership, policy_type: PolicyType
) -> EffectivePolicy | None:
    """Merge the policies attached from the root down to an account; return None if they set nothing."""
    if not is_type_enabled(organization, policy_type):
        return None
    changes = [organization.created_at]
    levels = []
    for target_id in account_path(state, membership.account_id):
        policies = [policy for _, policy in attached_policies(state, organization, target_id, policy_type)]
        levels.append([(policy.id, json.loads(policy.content)) for policy in policies])
        changes += [policy.changed_at for policy in policies]
        attachments = state.attachments.get(target_id, ())
        changes += [attachment.since for attachment in attachments if attachment.type is policy_type]
    described = catalog.policy_type(policy_type.value)
    merged = merge_policies(levels, described.case_insensitive_names if described else ())
    if not merged.document:
        return None
    enabled_at = policies_of_type(organization, policy_type).changed_at
    changes += [membership.joined_at, *([enabled_at] if enabled_at else [])]
    return EffectivePolicy(membership=membership, merged=merged, changed_at=max(changes))


def _validation_errors(policy_type: PolicyType, merged: MergedPolicy) -> Iterator[EffectivePolicyValidationError]:
    described = catalog.policy_type(policy_type.value)
    document = merged.document
    for pattern, limit in described.limits.items() if described else ():
        for path, container in _matching(document, pattern, ()):
            if len(container) > limit:
                yield EffectivePolicyValidationError(
                    path="/".join(path), name=path[-1], limit=limit, policy_ids=tuple(merged.sources_below(path))
                )


def _matching(node: object, pattern: Path, path: Path) -> Iterator[tuple[Path, Sized]]:
    """Yield the objects and lists whose paths match a pattern."""
    if not pattern:
        if isinstance(node, dict | list):
            yield path, node
    elif isinstance(node, dict):
        for name, value in node.items():
            if pattern[0] in (ANY_NAME, name):
                yield from _matching(value, pattern[1:], (*path, name))
