"""Managed policies attached to users, groups and roles, and permissions boundaries.

Sources: https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies_manage-attach-detach.html
https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies_boundaries.html
"""

from artifact_state.errors import Entity, EntityNotFound, ServicePolicyNotAttachable
from artifact_state.iam.identities import ATTACHED_POLICY_QUOTAS, put_identity
from artifact_state.iam.identity_quotas import require_quota
from artifact_state.iam.policy_references import (
    boundary_reference,
    is_service_policy,
    policy_by_valid_arn,
    reference_of,
)
from artifact_state.iam.policy_usage import Identity
from artifact_state.model import Role
from artifact_state.model.identities import User
from artifact_state.record import replace
from artifact_state.world import Transaction


def attach_policy(tx: Transaction, identity: Identity, arn: str) -> None:
    """Attach a managed policy to a user, group or role; do nothing if it is already attached.

    Raises EntityNotFound, InvalidPolicyArn, ServicePolicyNotAttachable, QuotaExceeded.
    Source: https://docs.aws.amazon.com/IAM/latest/APIReference/API_AttachUserPolicy.html
    """
    policy = policy_by_valid_arn(tx, arn)
    if policy is None:
        raise EntityNotFound(Entity.ATTACHABLE_POLICY, arn)
    if is_service_policy(policy):
        raise ServicePolicyNotAttachable(policy.name)
    reference, attached = reference_of(policy), identity.managed_policies
    if reference in attached:
        return
    require_quota(tx, ATTACHED_POLICY_QUOTAS[type(identity)], len(attached) + 1)
    put_identity(tx, replace(identity, managed_policies=(*attached, reference)))


def detach_policy(tx: Transaction, identity: Identity, arn: str) -> None:
    """Detach a managed policy from a user, group or role.

    Raises EntityNotFound, InvalidPolicyArn.
    """
    policy = policy_by_valid_arn(tx, arn)
    if policy is None or reference_of(policy) not in identity.managed_policies:
        raise EntityNotFound(Entity.POLICY, arn)
    detached = reference_of(policy)
    remaining = tuple(reference for reference in identity.managed_policies if reference != detached)
    put_identity(tx, replace(identity, managed_policies=remaining))


def put_boundary(tx: Transaction, identity: User | Role, arn: str) -> None:
    """Set or replace the permissions boundary of a user or role.

    Raises EntityNotFound, InvalidPolicyArn, ServicePolicyNotAttachable.
    Source: https://docs.aws.amazon.com/IAM/latest/APIReference/API_PutUserPermissionsBoundary.html
    """
    policy = policy_by_valid_arn(tx, arn)
    if policy is not None and is_service_policy(policy):
        raise ServicePolicyNotAttachable(policy.name)
    put_identity(tx, replace(identity, boundary=boundary_reference(tx, arn)))


def delete_boundary(tx: Transaction, identity: User | Role) -> None:
    """Remove the permissions boundary of a user or role.

    Unverified: an identity without a boundary is accepted.
    """
    put_identity(tx, replace(identity, boundary=None))
