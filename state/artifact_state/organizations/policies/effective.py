"""Effective policies: what all policies of a type come to for one account.

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
from artifact_state.organizations.accounts import members_in
from artifact_state.organizations.hierarchy import path_of
from artifact_state.organizations.policies.attachments import attached_policies, is_type_enabled, policies_of_type
from artifact_state.organizations.policies.inheritance import MergedPolicy, Path, merge_policies
from artifact_state.organizations.policies.management_grammar import ANY_NAME
from artifact_state.world import Transaction

_NO_ACCOUNTS = ("r-", "ou-")


@dataclass(frozen=True, slots=True, kw_only=True)
class EffectivePolicy:
    """What the policies of a type come to for an account, and when that last changed."""

    membership: Membership
    effective: MergedPolicy
    changed_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class EffectivePolicyValidationError:
    """What is wrong with an effective policy although each policy is right: there is too much of something."""

    path: str
    name: str
    most: int
    policy_ids: tuple[str, ...]


def effective_policy(tx: Transaction, policy_type: PolicyType, account_id: str | None = None) -> EffectivePolicy:
    """Tell the effective policy of an account, the caller's own unless another is named.

    Any member may ask for its own. Unverified: what AWS says to a target that is no account.
    Raises NotInOrganization, WrongAccount, InvalidInput, TargetNotFound, EffectivePolicyNotFound.
    Source: https://docs.aws.amazon.com/organizations/latest/APIReference/API_DescribeEffectivePolicy.html
    """
    caller = tx.caller.account_id
    organization = require_organization(tx)
    if account_id not in (None, caller):
        organization = require_management_or_delegate(tx)
    target_id = account_id or caller
    if target_id.startswith(_NO_ACCOUNTS):
        raise InvalidInput(InputReason.INVALID_PATTERN_TARGET_ID)
    membership = membership_of(tx.state, target_id, tx.now)
    if membership is None or membership.organization_id != organization.id:
        raise TargetNotFound(target_id)
    found = _effective(tx.state, organization, membership, policy_type)
    if found is None:
        raise EffectivePolicyNotFound(policy_type.value)
    return found


def accounts_with_invalid_policy(
    tx: Transaction, policy_type: PolicyType, after: int = -1
) -> Iterator[tuple[int, tuple[Account, Membership] | None]]:
    """Go through the organization's accounts; those whose effective policy is right come as None.

    Raises NotInOrganization, WrongAccount, EffectivePolicyNotFound.
    """
    organization = require_management_or_delegate(tx)
    if not is_type_enabled(organization, policy_type):
        raise EffectivePolicyNotFound(policy_type.value)
    return _with_problems(tx, organization, policy_type, after)


def validation_errors(
    tx: Transaction, account_id: str, policy_type: PolicyType, after: int = -1
) -> tuple[EffectivePolicy, Iterator[tuple[int, EffectivePolicyValidationError]]]:
    """Tell the effective policy of an account, and go through what is wrong with it.

    Raises NotInOrganization, WrongAccount, AccountNotFound, EffectivePolicyNotFound.
    """
    organization = require_management_or_delegate(tx)
    membership = membership_of(tx.state, account_id, tx.now)
    if membership is None or membership.organization_id != organization.id:
        raise AccountNotFound(account_id)
    found = _effective(tx.state, organization, membership, policy_type)
    if found is None:
        raise EffectivePolicyNotFound(policy_type.value)
    listed = enumerate(_problems(policy_type, found.effective))
    return found, ((place, one) for place, one in listed if place > after)


def _with_problems(
    tx: Transaction, organization: Organization, policy_type: PolicyType, after: int
) -> Iterator[tuple[int, tuple[Account, Membership] | None]]:
    below: dict[str, bool] = {}
    for place, (account, membership) in members_in(tx.state, organization.members, tx.now, after):
        own = any(one.type is policy_type for one in tx.state.attachments.get(account.id, ()))
        if own or membership.parent_id not in below:
            found = _effective(tx.state, organization, membership, policy_type)
            wrong = found is not None and any(True for _ in _problems(policy_type, found.effective))
            if not own:
                # Accounts without policies of their own have what their parent has.
                below[membership.parent_id] = wrong
        else:
            wrong = below[membership.parent_id]
        yield place, (account, membership) if wrong else None


def _effective(
    state: State, organization: Organization, membership: Membership, policy_type: PolicyType
) -> EffectivePolicy | None:
    """Merge what is attached from the root down to an account; nothing if there is nothing."""
    if not is_type_enabled(organization, policy_type):
        return None
    instants = [organization.created_at]
    levels = []
    for target_id in (*path_of(state, membership.parent_id), membership.account_id):
        level = [one for _, one in attached_policies(state, organization, target_id, policy_type)]
        levels.append([(one.id, json.loads(one.content)) for one in level])
        instants += [one.changed_at for one in level]
        instants += [one.since for one in state.attachments.get(target_id, ()) if one.type is policy_type]
    described = catalog.policy_type(policy_type.value)
    effective = merge_policies(levels, described.names_in_lower_case if described else ())
    if not effective.document:
        return None
    enabled_at = policies_of_type(organization, policy_type).changed_at
    instants += [membership.joined_at, *([enabled_at] if enabled_at else [])]
    return EffectivePolicy(membership=membership, effective=effective, changed_at=max(instants))


def _problems(policy_type: PolicyType, effective: MergedPolicy) -> Iterator[EffectivePolicyValidationError]:
    described = catalog.policy_type(policy_type.value)
    document = effective.document
    for pattern, most in described.at_most.items() if described else ():
        for path, held in _matching(document, pattern, ()):
            if len(held) > most:
                yield EffectivePolicyValidationError(
                    path="/".join(path), name=path[-1], most=most, policy_ids=tuple(effective.sources_below(path))
                )


def _matching(node: object, pattern: Path, at: Path) -> Iterator[tuple[Path, Sized]]:
    """Find the objects and lists at the paths that a pattern stands for."""
    if not pattern:
        if isinstance(node, dict | list):
            yield at, node
    elif isinstance(node, dict):
        for name, value in node.items():
            if pattern[0] in (ANY_NAME, name):
                yield from _matching(value, pattern[1:], (*at, name))
