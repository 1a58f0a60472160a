"""The policies of an organization: create, update, delete, describe and list them.

Source: https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_policies.html
"""

from collections.abc import Iterator
from itertools import chain

from artifact_state import ids
from artifact_state.authority import require_management, require_management_or_delegate
from artifact_state.errors import (
    Constraint,
    ConstraintViolated,
    InputReason,
    InvalidInput,
    PolicyInUse,
    PolicyNameTaken,
    PolicyNotFound,
    PolicyTypeNotAvailable,
)
from artifact_state.events import PolicyChanged
from artifact_state.model import FeatureSet, Organization, Policy, PolicyType, State, TypePolicies
from artifact_state.organizations.account_closure import remove_closed_accounts
from artifact_state.organizations.policies.attachments import (
    aws_managed_policy,
    aws_managed_policy_by_id,
    is_type_enabled,
    policies_of_type,
    policy_targets,
)
from artifact_state.organizations.policies.documents import check_document
from artifact_state.organizations.policies.last_valid import keep_last_valid
from artifact_state.organizations.tags import check_tags
from artifact_state.record import Record, replace
from artifact_state.resource_tags import TagPairs, attach_tags, drop_tags
from artifact_state.world import Transaction


class PolicyText(Record):
    """The name, description and document of a new policy."""

    name: str
    description: str
    content: str


def create_policy(tx: Transaction, policy_type: PolicyType, text: PolicyText, tags: TagPairs = ()) -> Policy:
    """Create a policy; its type need not be enabled yet.

    Raises NotInOrganization, WrongAccount, PolicyTypeNotAvailable, ConstraintViolated, MalformedPolicyDocument,
    InvalidInput, PolicyNameTaken.
    Source: https://docs.aws.amazon.com/organizations/latest/APIReference/API_CreatePolicy.html
    """
    organization = require_management(tx)
    if organization.feature_set is not FeatureSet.ALL:
        raise PolicyTypeNotAvailable(policy_type.value)
    content = _check_content(tx, policy_type, text.content)
    check_tags(tx, tags)
    _check_name(organization, policy_type, text.name)
    existing = policies_of_type(organization, policy_type)
    if len(existing.by_creation) >= tx.quotas.policies[policy_type.value].max_per_organization:
        raise ConstraintViolated(Constraint.POLICY_NUMBER_LIMIT_EXCEEDED)
    serial = tx.serial()
    policy = Policy(
        id=_unused_id(tx, serial),
        organization_id=organization.id,
        type=policy_type,
        name=text.name,
        description=text.description,
        content=content,
        serial=serial,
        changed_at=tx.now,
    )
    tx.put(policy)
    by_creation = existing.by_creation.set(serial, policy.id)
    names = existing.names.insert(policy.name, policy.id)
    _store_policies(tx, organization, policy_type, replace(existing, by_creation=by_creation, names=names))
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
    """Change a policy wherever it is attached; a member that is None stays as it is, and so does an empty description.

    Raises NotInOrganization, WrongAccount, PolicyNotFound, InvalidInput, ConstraintViolated, MalformedPolicyDocument,
    PolicyNameTaken.
    Source: https://docs.aws.amazon.com/organizations/latest/APIReference/API_UpdatePolicy.html
    """
    organization = require_management(tx)
    policy = _require_own_policy(tx.state, organization, policy_id)
    before = tx.state
    checked = policy.content if content is None else _check_content(tx, policy.type, content)
    if name is not None and name != policy.name:
        _check_name(organization, policy.type, name)
        existing = policies_of_type(organization, policy.type)
        names = existing.names.remove(policy.name).insert(name, policy.id)
        _store_policies(tx, organization, policy.type, replace(existing, names=names))
    updated = replace(
        policy,
        name=policy.name if name is None else name,
        description=description or policy.description,
        content=checked,
        changed_at=tx.now,
    )
    tx.put(updated)
    keep_last_valid(tx, before, organization.id, policy.type)
    tx.record(PolicyChanged(at=tx.now, organization_id=organization.id, policy_id=policy.id))
    return updated


def delete_policy(tx: Transaction, policy_id: str) -> None:
    """Delete a policy that has no targets.

    Raises NotInOrganization, WrongAccount, PolicyNotFound, InvalidInput, PolicyInUse.
    Source: https://docs.aws.amazon.com/organizations/latest/APIReference/API_DeletePolicy.html
    """
    organization = remove_closed_accounts(tx, require_management(tx))
    policy = _require_own_policy(tx.state, organization, policy_id)
    if next(policy_targets(tx.state, organization, policy), None):
        raise PolicyInUse(policy_id)
    existing = policies_of_type(organization, policy.type)
    by_creation, names = existing.by_creation.delete(policy.serial), existing.names.remove(policy.name)
    _store_policies(tx, organization, policy.type, replace(existing, by_creation=by_creation, names=names))
    tx.drop(policy)
    drop_tags(tx, policy_id)
    tx.record(PolicyChanged(at=tx.now, organization_id=organization.id, policy_id=policy_id))


def describe_policy(tx: Transaction, policy_id: str) -> Policy:
    """Return a policy of the organization, which may be one that AWS manages.

    Raises NotInOrganization, WrongAccount, PolicyNotFound.
    """
    return require_policy(tx.state, require_management_or_delegate(tx), policy_id)


def list_policies(tx: Transaction, policy_type: PolicyType, after: int = -1) -> Iterator[tuple[int, Policy]]:
    """Return the policies of a type with their positions: AWS's own first, the others in the order of creation.

    Raises NotInOrganization, WrongAccount.
    """
    organization = require_management_or_delegate(tx)
    managed = aws_managed_policy(policy_type)
    first = [(0, managed)] if managed and after < 0 and _has_aws_managed_policy(organization, managed) else []
    own = policies_of_type(organization, policy_type).by_creation.after(max(after, 0))
    return chain(first, ((serial, tx.state.policies[policy_id]) for serial, policy_id in own))


def require_policy(state: State, organization: Organization, policy_id: str) -> Policy:
    """Return a policy of the organization, which may be one that AWS manages.

    Raises PolicyNotFound.
    """
    managed = aws_managed_policy_by_id(policy_id)
    is_managed = managed and _has_aws_managed_policy(organization, managed)
    policy = managed if is_managed else state.policies.get(policy_id)
    if policy is None or policy.organization_id not in ("", organization.id):
        raise PolicyNotFound(policy_id)
    return policy


def _require_own_policy(state: State, organization: Organization, policy_id: str) -> Policy:
    """Return a policy that the organization itself created."""
    policy = require_policy(state, organization, policy_id)
    if not policy.organization_id:
        raise InvalidInput(InputReason.IMMUTABLE_POLICY)
    return policy


def _has_aws_managed_policy(organization: Organization, managed: Policy) -> bool:
    # RCPFullAWSAccess exists only while its type is enabled.
    if managed.type is PolicyType.RESOURCE_CONTROL_POLICY:
        return is_type_enabled(organization, managed.type)
    return organization.feature_set is FeatureSet.ALL


def _check_content(tx: Transaction, policy_type: PolicyType, content: str) -> str:
    """Return a document as AWS stores it."""
    if len(content) > tx.quotas.policies[policy_type.value].max_document:
        raise ConstraintViolated(Constraint.POLICY_CONTENT_LIMIT_EXCEEDED)
    return check_document(policy_type, content, tx.now)


def _check_name(organization: Organization, policy_type: PolicyType, name: str) -> None:
    managed = aws_managed_policy(policy_type)
    if name in policies_of_type(organization, policy_type).names or (managed and managed.name == name):
        raise PolicyNameTaken(name)


def _unused_id(tx: Transaction, serial: int) -> str:
    attempt = 0
    while (policy_id := ids.policy_id(tx.state.seed, serial, attempt)) in tx.state.policies:
        attempt += 1
    return policy_id


def _store_policies(
    tx: Transaction, organization: Organization, policy_type: PolicyType, policies_of_this_type: TypePolicies
) -> None:
    by_type = organization.policies.insert(policy_type.value, policies_of_this_type)
    tx.put(replace(organization, policies=by_type))
