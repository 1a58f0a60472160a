"""Which policies are attached to what: to a root, an organizational unit or an account.

AWS attaches a policy of its own to everything while its type is enabled. That is not kept but
derived: kept are what was attached besides, and where AWS's own was detached. So enabling a type
costs the same for ten accounts and for a hundred thousand, and so does disabling it: what was
attached before the type was enabled counts no more.
"""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from functools import cache
from heapq import merge

from artifact_state import catalog
from artifact_state.model import Attachment, Organization, Policy, PolicyType, State, TypePolicies
from artifact_state.world import Transaction

_NO_POLICIES = TypePolicies()
_EVER = datetime(2017, 2, 27, tzinfo=UTC)
"""AWS Organizations' first day: its own policies have not changed since."""


def is_type_enabled(organization: Organization, policy_type: PolicyType) -> bool:
    """Tell whether an organization has a type of policies enabled."""
    return policy_type in organization.enabled_policy_types


def policies_of_type(organization: Organization, policy_type: PolicyType) -> TypePolicies:
    """Tell what an organization has of a type."""
    return organization.policies.get(policy_type.value, _NO_POLICIES)


@cache
def aws_managed_policy(policy_type: PolicyType) -> Policy | None:
    """Give the policy of a type that AWS manages and attaches everywhere, if it has one."""
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
        changed_at=_EVER,
    )


@cache
def aws_managed_policy_by_id(policy_id: str) -> Policy | None:
    """Find a policy that AWS manages by its id."""
    managed = (aws_managed_policy(one) for one in PolicyType)
    return next((one for one in managed if one and one.id == policy_id), None)


def attached_policies(
    state: State, organization: Organization, target_id: str, policy_type: PolicyType
) -> Iterator[tuple[int, Policy]]:
    """Go through the policies of a type that are attached to something itself, with their places: AWS's own first."""
    if not is_type_enabled(organization, policy_type):
        return
    counted = _counted(state, organization, target_id, policy_type)
    managed = aws_managed_policy(policy_type)
    if managed and not any(one.detached for one in counted):
        yield 0, managed
    for one in counted:
        if not one.detached:
            yield one.serial, state.policies[one.policy_id]


def policy_targets(
    state: State, organization: Organization, policy: Policy, after: int = -1
) -> Iterator[tuple[int, str | None]]:
    """Go through what a policy is attached to, in the order of attaching; AWS's own in the order of creation.

    AWS's own is attached to everything that it was not detached from: what it was detached from comes as None.
    """
    if not is_type_enabled(organization, policy.type):
        return
    if policy.organization_id:
        yield from policy.targets.after(max(after, policies_of_type(organization, policy.type).enabled_at - 1))
        return
    for place, target_id in _everything(organization, after):
        is_detached = any(one.detached for one in _counted(state, organization, target_id, policy.type))
        yield place, None if is_detached else target_id


def add_attachment(tx: Transaction, organization: Organization, target_id: str, policy: Policy) -> None:
    """Attach a policy that is not attached there."""
    kept = _without_the_lapsed(tx, organization, target_id, policy.type)
    if policy.organization_id:
        serial = tx.serial()
        made = Attachment(policy_id=policy.id, type=policy.type, serial=serial, since=tx.now)
        kept = (*kept, made)
        current = tx.state.policies[policy.id]
        tx.put(replace(current, targets=current.targets.set(serial, target_id)))
    else:
        kept = tuple(one for one in kept if one.policy_id != policy.id)
    _keep(tx, target_id, kept)


def remove_attachment(tx: Transaction, organization: Organization, target_id: str, policy: Policy) -> None:
    """Detach a policy that is attached there."""
    kept = _without_the_lapsed(tx, organization, target_id, policy.type)
    if policy.organization_id:
        gone = next(one for one in kept if one.policy_id == policy.id)
        _forget_target(tx, gone)
        kept = tuple(one for one in kept if one is not gone)
    else:
        missing = Attachment(policy_id=policy.id, type=policy.type, serial=tx.serial(), since=tx.now, detached=True)
        kept = (*kept, missing)
    _keep(tx, target_id, kept)


def drop_attachments(tx: Transaction, target_id: str) -> None:
    """Forget what is attached to something that is gone."""
    for one in tx.state.attachments.get(target_id, ()):
        _forget_target(tx, one)
    _keep(tx, target_id, ())


def _counted(
    state: State, organization: Organization, target_id: str, policy_type: PolicyType
) -> tuple[Attachment, ...]:
    """Give what counts of a type: not what was attached before the type was enabled."""
    enabled_at = policies_of_type(organization, policy_type).enabled_at
    return tuple(
        one for one in state.attachments.get(target_id, ()) if one.type is policy_type and one.serial >= enabled_at
    )


def _without_the_lapsed(
    tx: Transaction, organization: Organization, target_id: str, policy_type: PolicyType
) -> tuple[Attachment, ...]:
    """Clear what counts no more off something, and give the rest."""
    held = tx.state.attachments.get(target_id, ())
    counted = _counted(tx.state, organization, target_id, policy_type)
    lapsed = [one for one in held if one.type is policy_type and one not in counted]
    for one in lapsed:
        _forget_target(tx, one)
    return tuple(one for one in held if one not in lapsed)


def _forget_target(tx: Transaction, one: Attachment) -> None:
    policy = tx.state.policies.get(one.policy_id)
    if policy is not None and not one.detached:
        tx.put(replace(policy, targets=policy.targets.delete(one.serial)))


def _keep(tx: Transaction, target_id: str, kept: tuple[Attachment, ...]) -> None:
    everything = tx.state.attachments
    tx.set(attachments=everything.insert(target_id, kept) if kept else everything.discard(target_id))


def _everything(organization: Organization, after: int) -> Iterator[tuple[int, str]]:
    """Go through the root, the units and the accounts, in the order in which they came."""
    if after < 0:
        yield 0, organization.root_id
    units, members = organization.units.after(max(after, 0)), organization.members.after(max(after, 0))
    yield from merge(units, members)
