"""Managed policies: those of AWS, and customer managed policies with up to five versions each.

Sources: https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies_managed-vs-inline.html
https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies_managed-versioning.html
"""

from collections.abc import Iterable

from artifact_state import arns, ids, name_index
from artifact_state.catalog import PolicyVersion
from artifact_state.errors import (
    DeletionObstacle,
    Entity,
    EntityInUse,
    EntityNameTaken,
    EntityNotFound,
    IdentityQuota,
    NotOwned,
)
from artifact_state.events import IdentityChanged
from artifact_state.iam.identity_documents import policy_size, require_valid_policy
from artifact_state.iam.identity_quotas import require_quota
from artifact_state.iam.identity_tags import TagPairs, add_tags, with_tags, without_tags
from artifact_state.iam.policy_references import AnyPolicy, policy_by_valid_arn, reference_of
from artifact_state.iam.policy_usage import usage_of
from artifact_state.model import Map
from artifact_state.model.identities import CustomerPolicy
from artifact_state.policy_syntax.documents import DocumentKind
from artifact_state.record import Record, replace
from artifact_state.world import Transaction


def managed_policy_by_arn(tx: Transaction, arn: str) -> AnyPolicy:
    """Return a policy of AWS or of the caller's account by its ARN.

    Raises EntityNotFound, InvalidPolicyArn.
    """
    policy = policy_by_valid_arn(tx, arn)
    if policy is None:
        raise EntityNotFound(Entity.POLICY, arn)
    return policy


def policy_version(tx: Transaction, arn: str, version_id: str) -> tuple[AnyPolicy, PolicyVersion]:
    """Return a policy and one of its versions.

    Raises EntityNotFound, InvalidPolicyArn.
    """
    policy = policy_by_valid_arn(tx, arn)
    for version in policy.versions if policy else ():
        if policy and version.version_id == version_id:
            return policy, version
    raise EntityNotFound(Entity.POLICY_VERSION, arn, version=version_id)


class NewPolicy(Record):
    """The attributes of a policy to be created."""

    name: str
    document: str
    path: str = "/"
    description: str = ""
    tags: TagPairs = ()


def create_policy(tx: Transaction, new: NewPolicy) -> CustomerPolicy:
    """Create a policy whose first version is the default version.

    Raises EntityNameTaken, QuotaExceeded, InvalidTagKeys, MalformedPolicyDocument.
    Source: https://docs.aws.amazon.com/IAM/latest/APIReference/API_CreatePolicy.html
    """
    account_id = tx.caller.account_id
    require_valid_policy(new.document, DocumentKind.MANAGED)
    require_quota(tx, IdentityQuota.POLICY_SIZE, policy_size(new.document))
    existing = tx.state.customer_policies.get(account_id, ())
    if name_index.find(existing, new.name):
        raise EntityNameTaken(Entity.POLICY, new.name)
    require_quota(tx, IdentityQuota.POLICIES_PER_ACCOUNT, len(existing) + 1)
    policy = CustomerPolicy(
        account_id=account_id,
        policy_id=ids.unique_id("ANPA", tx.state.seed, tx.serial()),
        name=new.name,
        path=new.path,
        description=new.description,
        created_at=tx.now,
        updated_at=tx.now,
        default_version_id="v1",
        versions=(PolicyVersion(version_id="v1", created_at=tx.now, document=new.document),),
        tags=with_tags(tx, Map(), new.tags, IdentityQuota.TAGS_PER_POLICY),
    )
    return _put(tx, policy)


def create_version(
    tx: Transaction, arn: str, document: str, *, as_default: bool
) -> tuple[CustomerPolicy, PolicyVersion]:
    """Add a version to a policy of the caller's account; version numbers are never reused.

    Raises EntityNotFound, InvalidPolicyArn, NotOwned, MalformedPolicyDocument, QuotaExceeded.
    Source: https://docs.aws.amazon.com/IAM/latest/APIReference/API_CreatePolicyVersion.html
    """
    policy = _own_policy(tx, arn)
    require_valid_policy(document, DocumentKind.MANAGED)
    require_quota(tx, IdentityQuota.POLICY_SIZE, policy_size(document))
    require_quota(tx, IdentityQuota.VERSIONS_PER_POLICY, len(policy.versions) + 1)
    number = policy.last_version + 1
    version = PolicyVersion(version_id=f"v{number}", created_at=tx.now, document=document)
    changed = replace(
        policy,
        versions=(version, *policy.versions),
        last_version=number,
        updated_at=tx.now,
        default_version_id=version.version_id if as_default else policy.default_version_id,
    )
    return _put(tx, changed), version


def set_default_version(tx: Transaction, arn: str, version_id: str) -> None:
    """Set the version of a policy that is in force wherever the policy is attached.

    Raises EntityNotFound, InvalidPolicyArn, NotOwned.
    """
    policy = _own_policy(tx, arn, version_id)
    _put(tx, replace(policy, default_version_id=version_id, updated_at=tx.now))


def delete_version(tx: Transaction, arn: str, version_id: str) -> None:
    """Delete a version of a policy that is not the default version.

    Raises EntityNotFound, InvalidPolicyArn, NotOwned, EntityInUse.
    """
    policy = _own_policy(tx, arn, version_id)
    if version_id == policy.default_version_id:
        raise EntityInUse(DeletionObstacle.DEFAULT_VERSION)
    remaining = tuple(version for version in policy.versions if version.version_id != version_id)
    _put(tx, replace(policy, versions=remaining, updated_at=tx.now))


def delete_policy(tx: Transaction, arn: str) -> None:
    """Delete a policy that is not used and has a single version.

    Raises EntityNotFound, InvalidPolicyArn, NotOwned, EntityInUse.
    Source: https://docs.aws.amazon.com/IAM/latest/APIReference/API_DeletePolicy.html
    """
    policy = _own_policy(tx, arn)
    usage = usage_of(tx.state, policy.account_id, tx.now)
    reference = reference_of(policy)
    if usage.attachments[reference] or usage.boundaries[reference]:
        raise EntityInUse(DeletionObstacle.ATTACHMENTS)
    if len(policy.versions) > 1:
        raise EntityInUse(DeletionObstacle.VERSIONS)
    remaining = name_index.without(tx.state.customer_policies[policy.account_id], policy.name)
    tx.insert("customer_policies", policy.account_id, remaining)
    tx.record(IdentityChanged(at=tx.now, account_id=policy.account_id, kind="policy", name=policy.name))


def tag_policy(tx: Transaction, arn: str, tags: TagPairs) -> None:
    """Add tags to a policy.

    Raises EntityNotFound, InvalidPolicyArn, NotOwned, QuotaExceeded, InvalidTagKeys.
    """
    policy = _own_policy(tx, arn)
    _put(tx, replace(policy, tags=add_tags(tx, policy.tags, tags, IdentityQuota.TAGS_PER_POLICY)))


def untag_policy(tx: Transaction, arn: str, keys: Iterable[str]) -> None:
    """Remove tags from a policy; unknown keys are ignored.

    Raises EntityNotFound, InvalidPolicyArn, NotOwned.
    """
    policy = _own_policy(tx, arn)
    _put(tx, replace(policy, tags=without_tags(policy.tags, keys, exactly=True)))


def _own_policy(tx: Transaction, arn: str, version_id: str = "") -> CustomerPolicy:
    """Return a policy of the caller's account that has a version, if `version_id` is not ""."""
    if arn.startswith(arns.managed_policy(tx.caller.partition, "/", "")):
        raise NotOwned(tx.action, Entity.POLICY, arn)
    policy = policy_version(tx, arn, version_id)[0] if version_id else managed_policy_by_arn(tx, arn)
    if not isinstance(policy, CustomerPolicy):
        raise NotOwned(tx.action, Entity.POLICY, arn)
    return policy


def _put(tx: Transaction, policy: CustomerPolicy) -> CustomerPolicy:
    policies = name_index.with_record(tx.state.customer_policies.get(policy.account_id, ()), policy)
    tx.insert("customer_policies", policy.account_id, policies)
    tx.record(IdentityChanged(at=tx.now, account_id=policy.account_id, kind="policy", name=policy.name))
    return policy
