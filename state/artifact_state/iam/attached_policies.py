"""Managed policies on users, groups and roles: attached to them, or bounding their permissions.

Sources: https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies_manage-attach-detach.html
https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies_boundaries.html
"""

from dataclasses import replace

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
from artifact_state.world import Transaction


def attach_policy(tx: Transaction, identity: Identity, arn: str) -> None:
    """Attach a managed policy to a user, a group or a role; one that is attached stays so.

    Raises EntityNotFound, InvalidPolicyArn, ServicePolicyNotAttachable, QuotaExceeded.
    Source: https://docs.aws.amazon.com/IAM/latest/APIReference/API_AttachUserPolicy.html
    """
    policy = policy_by_valid_arn(tx, arn)
    if policy is None:
        raise EntityNotFound(Entity.ATTACHABLE_POLICY, arn)
    if is_service_policy(policy):
        raise ServicePolicyNotAttachable(policy.name)
    reference, held, quota = reference_of(policy), identity.managed_policies, ATTACHED_POLICY_QUOTAS[type(identity)]
    if reference in held:
        return
    require_quota(tx, quota, len(held) + 1)
    put_identity(tx, replace(identity, managed_policies=(*held, reference)))


def detach_policy(tx: Transaction, identity: Identity, arn: str) -> None:
    """Detach a managed policy from a user, a group or a role.

    Raises EntityNotFound, InvalidPolicyArn.
    """
    policy = policy_by_valid_arn(tx, arn)
    if policy is None or reference_of(policy) not in identity.managed_policies:
        raise EntityNotFound(Entity.POLICY, arn)
    left = tuple(one for one in identity.managed_policies if one != reference_of(policy))
    put_identity(tx, replace(identity, managed_policies=left))


def put_boundary(tx: Transaction, identity: User | Role, arn: str) -> None:
    """Bound the permissions of a user or a role by a managed policy, instead of by the one before.

    Raises EntityNotFound, InvalidPolicyArn, ServicePolicyNotAttachable.
    Source: https://docs.aws.amazon.com/IAM/latest/APIReference/API_PutUserPermissionsBoundary.html
    """
    policy = policy_by_valid_arn(tx, arn)
    if policy is not None and is_service_policy(policy):
        raise ServicePolicyNotAttachable(policy.name)
    put_identity(tx, replace(identity, boundary=boundary_reference(tx, arn)))


def delete_boundary(tx: Transaction, identity: User | Role) -> None:
    """Bound the permissions of a user or a role no longer.

    Unverified: one that was not bounded is no error.
    """
    put_identity(tx, replace(identity, boundary=None))
