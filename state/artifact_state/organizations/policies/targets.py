"""The targets of policies: attach policies to a root, an organizational unit or an account, and list both sides.

Source: https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_policies.html
"""

from collections.abc import Iterator
from typing import TypeAlias

from artifact_state.authority import membership_of, require_management, require_management_or_delegate
from artifact_state.errors import (
    Constraint,
    ConstraintViolated,
    InputReason,
    InvalidInput,
    PolicyAlreadyAttached,
    PolicyNotAttached,
    TargetNotFound,
)
from artifact_state.events import AttachmentChanged
from artifact_state.model import Account, Organization, Policy, PolicyType, Unit
from artifact_state.organizations.accounts import account_of
from artifact_state.organizations.policies.attachments import (
    add_attachment,
    attached_policies,
    policy_targets,
    remove_attachment,
    require_type_enabled,
)
from artifact_state.organizations.policies.last_valid import keep_last_valid
from artifact_state.organizations.policies.policies import require_policy
from artifact_state.world import Transaction

Target: TypeAlias = Unit | Account


def attach_policy(tx: Transaction, policy_id: str, target_id: str) -> None:
    """Attach a policy to a target.

    Raises NotInOrganization, WrongAccount, PolicyNotFound, TargetNotFound, PolicyTypeNotEnabled,
    PolicyAlreadyAttached, ConstraintViolated.
    Source: https://docs.aws.amazon.com/organizations/latest/APIReference/API_AttachPolicy.html
    """
    organization = require_management(tx)
    policy = require_policy(tx.state, organization, policy_id)
    _require_target(tx, organization, target_id)
    require_type_enabled(organization, policy.type)
    attached_ids = _attached_ids(tx, organization, target_id, policy.type)
    if policy_id in attached_ids:
        raise PolicyAlreadyAttached(policy_id)
    if len(attached_ids) >= tx.quotas.policies[policy.type.value].max_attached:
        raise ConstraintViolated(Constraint.MAX_POLICY_TYPE_ATTACHMENT_LIMIT_EXCEEDED)
    before = tx.state
    add_attachment(tx, organization, target_id, policy)
    keep_last_valid(tx, before, organization.id, policy.type)
    _record_change(tx, organization, policy, target_id)


def detach_policy(tx: Transaction, policy_id: str, target_id: str) -> None:
    """Detach a policy from a target, which must keep the minimum of policies of its type.

    Raises NotInOrganization, WrongAccount, PolicyNotFound, TargetNotFound, PolicyNotAttached, InvalidInput,
    ConstraintViolated.
    Source: https://docs.aws.amazon.com/organizations/latest/APIReference/API_DetachPolicy.html
    """
    organization = require_management(tx)
    policy = require_policy(tx.state, organization, policy_id)
    _require_target(tx, organization, target_id)
    attached_ids = _attached_ids(tx, organization, target_id, policy.type)
    if policy_id not in attached_ids:
        raise PolicyNotAttached(policy_id)
    if not policy.organization_id and policy.type is PolicyType.RESOURCE_CONTROL_POLICY:
        raise InvalidInput(InputReason.NON_DETACHABLE_POLICY)
    if len(attached_ids) <= tx.quotas.policies[policy.type.value].min_attached:
        raise ConstraintViolated(Constraint.MIN_POLICY_TYPE_ATTACHMENT_LIMIT_EXCEEDED)
    before = tx.state
    remove_attachment(tx, organization, target_id, policy)
    keep_last_valid(tx, before, organization.id, policy.type)
    _record_change(tx, organization, policy, target_id)


def list_policies_for_target(
    tx: Transaction, target_id: str, policy_type: PolicyType, after: int = -1
) -> Iterator[tuple[int, Policy]]:
    """Return the policies of a type attached directly to a target, inherited ones excluded, with their positions.

    Raises NotInOrganization, WrongAccount, TargetNotFound.
    """
    organization = require_management_or_delegate(tx)
    _require_target(tx, organization, target_id)
    attached = attached_policies(tx.state, organization, target_id, policy_type)
    return ((position, policy) for position, policy in attached if position > after)


def list_targets_for_policy(tx: Transaction, policy_id: str, after: int = -1) -> Iterator[tuple[int, Target | None]]:
    """Return the targets of a policy with their positions.

    A target that AWS's own policy was detached from comes as None, and so does an account that is not a member.
    Raises NotInOrganization, WrongAccount, PolicyNotFound.
    """
    organization = require_management_or_delegate(tx)
    policy = require_policy(tx.state, organization, policy_id)
    target_ids = policy_targets(tx.state, organization, policy, after)
    return (
        (position, _find_target(tx, organization, target_id) if target_id else None)
        for position, target_id in target_ids
    )


def _attached_ids(tx: Transaction, organization: Organization, target_id: str, policy_type: PolicyType) -> list[str]:
    return [policy.id for _, policy in attached_policies(tx.state, organization, target_id, policy_type)]


def _require_target(tx: Transaction, organization: Organization, target_id: str) -> Target:
    target = _find_target(tx, organization, target_id)
    if target is None:
        raise TargetNotFound(target_id)
    return target


def _find_target(tx: Transaction, organization: Organization, target_id: str) -> Target | None:
    unit = tx.state.units.get(target_id)
    if unit is not None:
        return unit if unit.organization_id == organization.id else None
    membership = membership_of(tx.state, target_id, tx.now)
    is_member = membership is not None and membership.organization_id == organization.id
    return account_of(tx.state, target_id) if is_member else None


def _record_change(tx: Transaction, organization: Organization, policy: Policy, target_id: str) -> None:
    tx.record(AttachmentChanged(at=tx.now, organization_id=organization.id, policy_id=policy.id, target_id=target_id))
