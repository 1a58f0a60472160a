"""Policies that AWS manages: found by their ARN, attached to roles.

Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies_managed-vs-inline.html
"""

from artifact_state import arns, catalog
from artifact_state.errors import ManagedPolicyNotFound
from artifact_state.model import Role
from artifact_state.roles import roles_of
from artifact_state.world import Transaction


def managed_policy_at(tx: Transaction, arn: str) -> catalog.ManagedPolicy:
    """Find a managed policy by its ARN.

    Raises ManagedPolicyNotFound.
    """
    prefix = arns.managed_policy(tx.caller.partition, "/", "")
    policy = catalog.managed_policy(arn.removeprefix(prefix))
    if policy is None or arns.managed_policy(tx.caller.partition, policy.path, policy.name) != arn:
        raise ManagedPolicyNotFound(arn)
    return policy


def version_of(policy: catalog.ManagedPolicy, version_id: str) -> catalog.PolicyVersion:
    """Find a version of a managed policy.

    Raises ManagedPolicyNotFound.
    """
    for version in policy.versions:
        if version.version_id == version_id:
            return version
    raise ManagedPolicyNotFound(f"{policy.name} version {version_id}")


def attached_to(role: Role) -> list[catalog.ManagedPolicy]:
    """Give the managed policies of a role."""
    found = map(catalog.managed_policy, role.managed_policies)
    return [policy for policy in found if policy is not None]


def attachments(tx: Transaction, policy: catalog.ManagedPolicy) -> int:
    """Count the roles of the caller's account that have a policy attached."""
    roles = roles_of(tx.state, tx.caller.account_id, "/", tx.now)
    return sum(policy in attached_to(role) for role in roles)
