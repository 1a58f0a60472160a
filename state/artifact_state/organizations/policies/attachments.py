"""Which policies are attached to a root, an organizational unit or an account.

While a policy type is enabled, AWS attaches its own policy of that type to every target. These attachments are
derived, not stored: the state holds the attachments that a customer made, and the targets that AWS's policy was
detached from. Enabling or disabling a type therefore costs the same for ten accounts and for a hundred thousand.
Disabling a type detaches its policies for good: attachments older than the last enabling are stale and ignored.
"""

from collections.abc import Iterator
from datetime import UTC, datetime
from functools import cache
from heapq import merge

from artifact_state import catalog
from artifact_state.errors import PolicyTypeNotEnabled
from artifact_state.model import Attachment, Organization, Policy, PolicyType, State, TypePolicies
from artifact_state.record import replace
from artifact_state.world import Transaction

_NO_POLICIES = TypePolicies()
_AWS_MANAGED_SINCE = datetime(2017, 2, 27, tzinfo=UTC)
"""The day AWS Organizations became available: the policies that AWS manages have not changed since."""


def is_type_enabled(organization: Organization, policy_type: PolicyType) -> bool:
    """Return whether a policy type is enabled in an organization."""
    return policy_type in organization.enabled_policy_types


def require_type_enabled(organization: Organization, policy_type: PolicyType) -> None:
    """Refuse a policy type that is not enabled in the organization.

    Raises PolicyTypeNotEnabled.
    """
    if not is_type_enabled(organization, policy_type):
        raise PolicyTypeNotEnabled(policy_type.value)


def policies_of_type(organization: Organization, policy_type: PolicyType) -> TypePolicies:
    """Return an organization's own policies of a type."""
    return organization.policies.get(policy_type.value, _NO_POLICIES)


@cache
def aws_managed_policy(policy_type: PolicyType) -> Policy | None:
    """Return the policy of a type that AWS manages and attaches to every target, or None if there is none."""
    described = catalog.policy_type(policy_type.value)
    managed = described.aws_managed if described else None
    if managed is None:
        return None
    return Policy(
        id=managed.id,
        organization_id="",
        type=policy_type,
        name=managed.name,
        description=managed.description,
        content=managed.content,
        serial=0,
        changed_at=_AWS_MANAGED_SINCE,
    )


@cache
def aws_managed_policy_by_id(policy_id: str) -> Policy | None:
    """Return the policy with an id that AWS manages, or None."""
    policies = (aws_managed_policy(policy_type) for policy_type in PolicyType)
    return next((policy for policy in policies if policy and policy.id == policy_id), None)


def attached_policies(
    state: State, organization: Organization, target_id: str, policy_type: PolicyType
) -> Iterator[tuple[int, Policy]]:
    """Yield the policies of a type attached directly to a target, with their positions: AWS's own policy first."""
    if not is_type_enabled(organization, policy_type):
        return
    attachments = _current_attachments(state, organization, target_id, policy_type)
    managed = aws_managed_policy(policy_type)
    if managed and not any(attachment.detached for attachment in attachments):
        yield 0, managed
    for attachment in attachments:
        if not attachment.detached:
            yield attachment.serial, state.policies[attachment.policy_id]


def policy_targets(
    state: State, organization: Organization, policy: Policy, after: int = -1
) -> Iterator[tuple[int, str | None]]:
    """Yield the ids of a policy's targets with their positions.

    The targets of a customer's policy come in the order of attachment. The targets of AWS's own policy come in the
    order of creation; a target that it was detached from comes as None, so that a page can end there.
    """
    if not is_type_enabled(organization, policy.type):
        return
    if policy.organization_id:
        yield from policy.targets.after(max(after, policies_of_type(organization, policy.type).enabled_at - 1))
        return
    for position, target_id in _all_targets(organization, after):
        attachments = _current_attachments(state, organization, target_id, policy.type)
        is_detached = any(attachment.detached for attachment in attachments)
        yield position, None if is_detached else target_id


def add_attachment(tx: Transaction, organization: Organization, target_id: str, policy: Policy) -> None:
    """Attach a policy to a target that it is not attached to."""
    attachments = _drop_stale_attachments(tx, organization, target_id, policy.type)
    if policy.organization_id:
        serial = tx.serial()
        attachment = Attachment(policy_id=policy.id, type=policy.type, serial=serial, since=tx.now)
        attachments = (*attachments, attachment)
        current = tx.state.policies[policy.id]
        tx.put(replace(current, targets=current.targets.set(serial, target_id)))
    else:
        attachments = tuple(attachment for attachment in attachments if attachment.policy_id != policy.id)
    _store_attachments(tx, target_id, attachments)


def remove_attachment(tx: Transaction, organization: Organization, target_id: str, policy: Policy) -> None:
    """Detach a policy from a target that it is attached to."""
    attachments = _drop_stale_attachments(tx, organization, target_id, policy.type)
    if policy.organization_id:
        removed = next(attachment for attachment in attachments if attachment.policy_id == policy.id)
        _remove_from_policy(tx, removed)
        attachments = tuple(attachment for attachment in attachments if attachment is not removed)
    else:
        detached = Attachment(policy_id=policy.id, type=policy.type, serial=tx.serial(), since=tx.now, detached=True)
        attachments = (*attachments, detached)
    _store_attachments(tx, target_id, attachments)


def drop_attachments(tx: Transaction, target_id: str) -> None:
    """Delete the attachments of a target that no longer exists."""
    for attachment in tx.state.attachments.get(target_id, ()):
        _remove_from_policy(tx, attachment)
    _store_attachments(tx, target_id, ())


def _current_attachments(
    state: State, organization: Organization, target_id: str, policy_type: PolicyType
) -> tuple[Attachment, ...]:
    """Return a target's attachments of a type, without those that are stale."""
    enabled_at = policies_of_type(organization, policy_type).enabled_at
    return tuple(
        attachment
        for attachment in state.attachments.get(target_id, ())
        if attachment.type is policy_type and attachment.serial >= enabled_at
    )


def _drop_stale_attachments(
    tx: Transaction, organization: Organization, target_id: str, policy_type: PolicyType
) -> tuple[Attachment, ...]:
    """Remove a target's stale attachments of a type from their policies; return the target's other attachments."""
    attachments = tx.state.attachments.get(target_id, ())
    current = _current_attachments(tx.state, organization, target_id, policy_type)
    stale = [attachment for attachment in attachments if attachment.type is policy_type and attachment not in current]
    for attachment in stale:
        _remove_from_policy(tx, attachment)
    return tuple(attachment for attachment in attachments if attachment not in stale)


def _remove_from_policy(tx: Transaction, attachment: Attachment) -> None:
    policy = tx.state.policies.get(attachment.policy_id)
    if policy is not None and not attachment.detached:
        tx.put(replace(policy, targets=policy.targets.delete(attachment.serial)))


def _store_attachments(tx: Transaction, target_id: str, attachments: tuple[Attachment, ...]) -> None:
    if attachments:
        tx.insert("attachments", target_id, attachments)
    else:
        tx.remove("attachments", target_id)


def _all_targets(organization: Organization, after: int) -> Iterator[tuple[int, str]]:
    """Yield the ids of the root, the units and the accounts with their positions, in the order of creation."""
    if after < 0:
        yield 0, organization.root_id
    units, members = organization.units.after(max(after, 0)), organization.members.after(max(after, 0))
    yield from merge(units, members)
