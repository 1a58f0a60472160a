"""The resource policy of an organization, with which it delegates actions to its members. There is at most one.

Source: https://docs.aws.amazon.com/organizations/latest/userguide/orgs-policy-delegate.html
"""

from artifact_state import ids
from artifact_state.authority import require_management, require_management_or_delegate
from artifact_state.errors import Constraint, ConstraintViolated, ResourcePolicyNotFound
from artifact_state.events import ResourcePolicyChanged
from artifact_state.model import Organization, ResourcePolicy
from artifact_state.organizations.policies.resource_policy_document import canonical_document
from artifact_state.organizations.tags import check_tags
from artifact_state.record import replace
from artifact_state.resource_tags import TagPairs, attach_tags, drop_tags
from artifact_state.world import Transaction


def put_resource_policy(tx: Transaction, content: str, tags: TagPairs = ()) -> ResourcePolicy:
    """Create the organization's resource policy, or replace its content; only a new policy may have tags.

    Raises NotInOrganization, WrongAccount, InvalidInput, ConstraintViolated.
    Source: https://docs.aws.amazon.com/organizations/latest/APIReference/API_PutResourcePolicy.html
    """
    organization = require_management(tx)
    document = canonical_document(tx, organization, content)
    if len(content) > tx.quotas.resource_policy_length:
        raise ConstraintViolated(Constraint.POLICY_CONTENT_LIMIT_EXCEEDED)
    check_tags(tx, tags)
    existing = _find(tx, organization)
    if existing is not None and tags:
        raise ConstraintViolated(Constraint.UPDATE_EXISTING_RESOURCE_POLICY_WITH_TAGS_NOT_SUPPORTED)
    policy = replace(existing, content=document) if existing else _new_policy(tx, organization, document)
    tx.put(policy)
    tx.put(replace(organization, resource_policy_id=policy.id))
    attach_tags(tx, policy.id, tags)
    tx.record(ResourcePolicyChanged(at=tx.now, organization_id=organization.id))
    return policy


def describe_resource_policy(tx: Transaction) -> ResourcePolicy:
    """Return the organization's resource policy.

    Raises NotInOrganization, WrongAccount, ResourcePolicyNotFound.
    """
    return _require(tx, require_management_or_delegate(tx))


def delete_resource_policy(tx: Transaction) -> None:
    """Delete the organization's resource policy, which ends all delegation by it.

    Raises NotInOrganization, WrongAccount, ResourcePolicyNotFound.
    Source: https://docs.aws.amazon.com/organizations/latest/APIReference/API_DeleteResourcePolicy.html
    """
    organization = require_management(tx)
    policy = _require(tx, organization)
    tx.drop(policy)
    tx.put(replace(organization, resource_policy_id=None))
    drop_tags(tx, policy.id)
    tx.record(ResourcePolicyChanged(at=tx.now, organization_id=organization.id))


def _new_policy(tx: Transaction, organization: Organization, content: str) -> ResourcePolicy:
    serial, attempt = tx.serial(), 0
    while (policy_id := ids.resource_policy_id(tx.state.seed, serial, attempt)) in tx.state.resource_policies:
        attempt += 1
    return ResourcePolicy(id=policy_id, organization_id=organization.id, content=content)


def _find(tx: Transaction, organization: Organization) -> ResourcePolicy | None:
    policy_id = organization.resource_policy_id
    return tx.state.resource_policies[policy_id] if policy_id else None


def _require(tx: Transaction, organization: Organization) -> ResourcePolicy:
    policy = _find(tx, organization)
    if policy is None:
        raise ResourcePolicyNotFound(organization.id)
    return policy
