"""Policies of an organization: made, changed, attached to what they are to apply to.

Source: https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_policies.html
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import chain
from typing import TypeAlias

from artifact_state import catalog, ids
from artifact_state.authority import check_delegation, membership_of, require_management, require_management_or_delegate
from artifact_state.errors import (
    Constraint,
    ConstraintViolated,
    InputReason,
    InvalidInput,
    PolicyAlreadyAttached,
    PolicyInUse,
    PolicyNameTaken,
    PolicyNotAttached,
    PolicyNotFound,
    PolicyTypeEnabledAlready,
    PolicyTypeNotAvailable,
    PolicyTypeNotEnabled,
    RootNotFound,
    TargetNotFound,
)
from artifact_state.events import AttachmentChanged, PolicyChanged, PolicyTypeChanged
from artifact_state.model import Account, FeatureSet, Organization, Policy, PolicyType, State, Unit
from artifact_state.organizations.account_closure import forget_gone
from artifact_state.organizations.accounts import account_of
from artifact_state.organizations.policies import documents
from artifact_state.organizations.policies.attachments import (
    add_attachment,
    attached_policies,
    aws_managed_policy,
    aws_managed_policy_by_id,
    is_type_enabled,
    policies_of_type,
    policy_targets,
    remove_attachment,
)
from artifact_state.organizations.tags import check_tags
from artifact_state.resource_tags import TagPairs, attach_tags, drop_tags
from artifact_state.world import Transaction

Target: TypeAlias = Unit | Account


@dataclass(frozen=True, slots=True, kw_only=True)
class PolicyText:
    """What its author says in a policy and of it."""

    name: str
    description: str
    content: str


def create_policy(tx: Transaction, policy_type: PolicyType, text: PolicyText, tags: TagPairs = ()) -> Policy:
    """Make a policy; its type need not be enabled yet.

    Raises NotInOrganization, WrongAccount, PolicyTypeNotAvailable, ConstraintViolated, MalformedPolicyDocument,
    InvalidInput, PolicyNameTaken.
    Source: https://docs.aws.amazon.com/organizations/latest/APIReference/API_CreatePolicy.html
    """
    organization = require_management(tx)
    check_delegation(tx, organization, policy_type=policy_type)
    if organization.feature_set is not FeatureSet.ALL:
        raise PolicyTypeNotAvailable(policy_type.value)
    _check_content(tx, policy_type, text.content)
    check_tags(tx, tags)
    held = policies_of_type(organization, policy_type)
    _check_name(organization, policy_type, text.name)
    if len(held.by_creation) >= tx.quotas.policies[policy_type.value].max_per_organization:
        raise ConstraintViolated(Constraint.POLICY_NUMBER_LIMIT_EXCEEDED)
    serial = tx.serial()
    policy = Policy(
        id=_free_id(tx, serial),
        organization_id=organization.id,
        type=policy_type,
        name=text.name,
        description=text.description,
        content=text.content,
        serial=serial,
        changed_at=tx.now,
    )
    tx.put(policy)
    kept = replace(
        held, by_creation=held.by_creation.set(serial, policy.id), names=held.names.insert(text.name, policy.id)
    )
    tx.put(replace(organization, policies=organization.policies.insert(policy_type.value, kept)))
    attach_tags(tx, policy.id, tags)
    tx.record(PolicyChanged(at=tx.now, organization_id=organization.id, policy_id=policy.id))
    return policy


def update_policy(
    tx: Transaction,
    policy_id: str,
    *,
    name: str | None = None,
    description: str | None = None,
    content: str | None = None,
) -> Policy:
    """Change a policy wherever it is attached; what is not given stays.

    Raises NotInOrganization, WrongAccount, PolicyNotFound, InvalidInput, ConstraintViolated, MalformedPolicyDocument,
    PolicyNameTaken.
    Source: https://docs.aws.amazon.com/organizations/latest/APIReference/API_UpdatePolicy.html
    """
    organization = require_management(tx)
    policy = _own(tx.state, organization, policy_id)
    check_delegation(tx, organization, policy_id, policy_type=policy.type)
    if content is not None:
        _check_content(tx, policy.type, content)
    if name is not None and name != policy.name:
        _check_name(organization, policy.type, name)
        held = policies_of_type(organization, policy.type)
        kept = replace(held, names=held.names.remove(policy.name).insert(name, policy.id))
        tx.put(replace(organization, policies=organization.policies.insert(policy.type.value, kept)))
    changed = replace(
        policy,
        name=policy.name if name is None else name,
        description=policy.description if description is None else description,
        content=policy.content if content is None else content,
        changed_at=tx.now,
    )
    tx.put(changed)
    tx.record(PolicyChanged(at=tx.now, organization_id=organization.id, policy_id=policy.id))
    return changed


def delete_policy(tx: Transaction, policy_id: str) -> None:
    """Delete a policy that is attached to nothing.

    Raises NotInOrganization, WrongAccount, PolicyNotFound, InvalidInput, PolicyInUse.
    Source: https://docs.aws.amazon.com/organizations/latest/APIReference/API_DeletePolicy.html
    """
    organization = forget_gone(tx, require_management(tx))
    policy = _own(tx.state, organization, policy_id)
    check_delegation(tx, organization, policy_id, policy_type=policy.type)
    if next(policy_targets(tx.state, organization, policy), None):
        raise PolicyInUse(policy_id)
    held = policies_of_type(organization, policy.type)
    kept = replace(held, by_creation=held.by_creation.delete(policy.serial), names=held.names.remove(policy.name))
    tx.put(replace(organization, policies=organization.policies.insert(policy.type.value, kept)))
    tx.drop(policy)
    drop_tags(tx, policy_id)
    tx.record(PolicyChanged(at=tx.now, organization_id=organization.id, policy_id=policy_id))


def describe_policy(tx: Transaction, policy_id: str) -> Policy:
    """Tell a policy, one that AWS manages too.

    Raises NotInOrganization, WrongAccount, PolicyNotFound.
    """
    organization = require_management_or_delegate(tx)
    policy = _policy(tx.state, organization, policy_id)
    check_delegation(tx, organization, policy_id, policy_type=policy.type)
    return policy


def policies(tx: Transaction, policy_type: PolicyType, after: int = -1) -> Iterator[tuple[int, Policy]]:
    """Go through the policies of a type, the one that AWS manages first, the others in the order of creation.

    Raises NotInOrganization, WrongAccount.
    """
    organization = require_management_or_delegate(tx)
    check_delegation(tx, organization, policy_type=policy_type)
    managed = aws_managed_policy(policy_type)
    first = [(0, managed)] if managed and after < 0 and _has(organization, managed) else []
    held = policies_of_type(organization, policy_type).by_creation.after(max(after, 0))
    return chain(first, ((serial, tx.state.policies[one]) for serial, one in held))


def attach_policy(tx: Transaction, policy_id: str, target_id: str) -> None:
    """Attach a policy to a root, an organizational unit or an account.

    Raises NotInOrganization, WrongAccount, PolicyNotFound, TargetNotFound, PolicyTypeNotEnabled,
    PolicyAlreadyAttached, ConstraintViolated.
    Source: https://docs.aws.amazon.com/organizations/latest/APIReference/API_AttachPolicy.html
    """
    organization = require_management(tx)
    policy = _policy(tx.state, organization, policy_id)
    _target(tx, organization, target_id)
    check_delegation(tx, organization, policy_id, target_id, policy_type=policy.type)
    _require_enabled(organization, policy.type)
    there = [one.id for _, one in attached_policies(tx.state, organization, target_id, policy.type)]
    if policy_id in there:
        raise PolicyAlreadyAttached(policy_id)
    if len(there) >= tx.quotas.policies[policy.type.value].max_attached:
        raise ConstraintViolated(Constraint.MAX_POLICY_TYPE_ATTACHMENT_LIMIT_EXCEEDED)
    add_attachment(tx, organization, target_id, policy)
    _tell(tx, organization, policy, target_id)


def detach_policy(tx: Transaction, policy_id: str, target_id: str) -> None:
    """Detach a policy, unless it is the last one where there has to be one.

    Raises NotInOrganization, WrongAccount, PolicyNotFound, TargetNotFound, PolicyNotAttached, InvalidInput,
    ConstraintViolated.
    Source: https://docs.aws.amazon.com/organizations/latest/APIReference/API_DetachPolicy.html
    """
    organization = require_management(tx)
    policy = _policy(tx.state, organization, policy_id)
    _target(tx, organization, target_id)
    check_delegation(tx, organization, policy_id, target_id, policy_type=policy.type)
    there = [one.id for _, one in attached_policies(tx.state, organization, target_id, policy.type)]
    if policy_id not in there:
        raise PolicyNotAttached(policy_id)
    if not policy.organization_id and policy.type is PolicyType.RESOURCE_CONTROL_POLICY:
        raise InvalidInput(InputReason.NON_DETACHABLE_POLICY)
    if len(there) <= tx.quotas.policies[policy.type.value].min_attached:
        raise ConstraintViolated(Constraint.MIN_POLICY_TYPE_ATTACHMENT_LIMIT_EXCEEDED)
    remove_attachment(tx, organization, target_id, policy)
    _tell(tx, organization, policy, target_id)


def policies_for_target(
    tx: Transaction, target_id: str, policy_type: PolicyType, after: int = -1
) -> Iterator[tuple[int, Policy]]:
    """Go through the policies of a type that are attached to something itself, not to what it is in.

    Raises NotInOrganization, WrongAccount, TargetNotFound.
    """
    organization = require_management_or_delegate(tx)
    _target(tx, organization, target_id)
    check_delegation(tx, organization, target_id, policy_type=policy_type)
    found = attached_policies(tx.state, organization, target_id, policy_type)
    return ((place, one) for place, one in found if place > after)


def targets_for_policy(tx: Transaction, policy_id: str, after: int = -1) -> Iterator[tuple[int, Target | None]]:
    """Go through what a policy is attached to; what it is detached from, and who is no member, comes as None.

    Raises NotInOrganization, WrongAccount, PolicyNotFound.
    """
    organization = require_management_or_delegate(tx)
    policy = _policy(tx.state, organization, policy_id)
    check_delegation(tx, organization, policy_id, policy_type=policy.type)
    found = policy_targets(tx.state, organization, policy, after)
    return ((place, _found_target(tx, organization, one) if one else None) for place, one in found)


def enable_policy_type(tx: Transaction, root_id: str, policy_type: PolicyType) -> tuple[Organization, Unit]:
    """Let policies of a type be attached; AWS's own, if the type has one, is attached everywhere from now on.

    Raises NotInOrganization, WrongAccount, RootNotFound, PolicyTypeNotAvailable, PolicyTypeEnabledAlready,
    ConstraintViolated.
    Source: https://docs.aws.amazon.com/organizations/latest/APIReference/API_EnablePolicyType.html
    """
    organization = require_management(tx)
    root = _root(tx.state, organization, root_id)
    check_delegation(tx, organization, root_id, policy_type=policy_type)
    if organization.feature_set is not FeatureSet.ALL:
        raise PolicyTypeNotAvailable(policy_type.value)
    if is_type_enabled(organization, policy_type):
        raise PolicyTypeEnabledAlready(policy_type.value)
    described = catalog.policy_type(policy_type.value)
    if described and described.service_principal and described.service_principal not in organization.trusted_services:
        raise ConstraintViolated(Constraint.SERVICE_ACCESS_NOT_ENABLED)
    held = replace(policies_of_type(organization, policy_type), enabled_at=tx.serial(), changed_at=tx.now)
    enabled = replace(
        organization,
        enabled_policy_types=(*organization.enabled_policy_types, policy_type),
        policies=organization.policies.insert(policy_type.value, held),
    )
    tx.put(enabled)
    tx.record(PolicyTypeChanged(at=tx.now, organization_id=organization.id, policy_type=policy_type.value))
    return enabled, root


def disable_policy_type(tx: Transaction, root_id: str, policy_type: PolicyType) -> tuple[Organization, Unit]:
    """Detach every policy of a type from everything, for good; the policies themselves stay.

    Raises NotInOrganization, WrongAccount, RootNotFound, PolicyTypeNotEnabled.
    Source: https://docs.aws.amazon.com/organizations/latest/APIReference/API_DisablePolicyType.html
    """
    organization = require_management(tx)
    root = _root(tx.state, organization, root_id)
    check_delegation(tx, organization, root_id, policy_type=policy_type)
    _require_enabled(organization, policy_type)
    kept = tuple(one for one in organization.enabled_policy_types if one is not policy_type)
    disabled = replace(organization, enabled_policy_types=kept)
    tx.put(disabled)
    tx.record(PolicyTypeChanged(at=tx.now, organization_id=organization.id, policy_type=policy_type.value))
    return disabled, root


def _has(organization: Organization, managed: Policy) -> bool:
    """Tell whether an organization has a policy that AWS manages: that of resource control only while it is enabled."""
    if managed.type is PolicyType.RESOURCE_CONTROL_POLICY:
        return is_type_enabled(organization, managed.type)
    return organization.feature_set is FeatureSet.ALL


def _policy(state: State, organization: Organization, policy_id: str) -> Policy:
    managed = aws_managed_policy_by_id(policy_id)
    policy = managed if managed and _has(organization, managed) else state.policies.get(policy_id)
    if policy is None or policy.organization_id not in ("", organization.id):
        raise PolicyNotFound(policy_id)
    return policy


def _own(state: State, organization: Organization, policy_id: str) -> Policy:
    policy = _policy(state, organization, policy_id)
    if not policy.organization_id:
        raise InvalidInput(InputReason.IMMUTABLE_POLICY)
    return policy


def _target(tx: Transaction, organization: Organization, target_id: str) -> Target:
    found = _found_target(tx, organization, target_id)
    if found is None:
        raise TargetNotFound(target_id)
    return found


def _found_target(tx: Transaction, organization: Organization, target_id: str) -> Target | None:
    unit = tx.state.units.get(target_id)
    if unit is not None:
        return unit if unit.organization_id == organization.id else None
    membership = membership_of(tx.state, target_id, tx.now)
    is_member = membership is not None and membership.organization_id == organization.id
    return account_of(tx.state, target_id) if is_member else None


def _root(state: State, organization: Organization, root_id: str) -> Unit:
    if root_id != organization.root_id:
        raise RootNotFound(root_id)
    return state.units[root_id]


def _require_enabled(organization: Organization, policy_type: PolicyType) -> None:
    if not is_type_enabled(organization, policy_type):
        raise PolicyTypeNotEnabled(policy_type.value)


def _check_content(tx: Transaction, policy_type: PolicyType, content: str) -> None:
    if len(content) > tx.quotas.policies[policy_type.value].max_document:
        raise ConstraintViolated(Constraint.POLICY_CONTENT_LIMIT_EXCEEDED)
    documents.check_document(policy_type, content)


def _check_name(organization: Organization, policy_type: PolicyType, name: str) -> None:
    managed = aws_managed_policy(policy_type)
    if name in policies_of_type(organization, policy_type).names or (managed and managed.name == name):
        raise PolicyNameTaken(name)


def _free_id(tx: Transaction, serial: int) -> str:
    attempt = 0
    while (policy_id := ids.policy_id(tx.state.seed, serial, attempt)) in tx.state.policies:
        attempt += 1
    return policy_id


def _tell(tx: Transaction, organization: Organization, policy: Policy, target_id: str) -> None:
    tx.record(AttachmentChanged(at=tx.now, organization_id=organization.id, policy_id=policy.id, target_id=target_id))
