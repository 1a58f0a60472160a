"""References to managed policies in users, groups and roles, which contain no partition and no account.

The reference to a policy of AWS is its path and name, such as `aws-service-role/AWSArtifactServiceRolePolicy`; the
reference to a customer managed policy is a colon and its name, which is unique in the account.
"""

import re

from artifact_state import arns, catalog, name_index
from artifact_state.errors import Entity, EntityNotFound, InvalidPolicyArn
from artifact_state.model import State
from artifact_state.model.identities import CustomerPolicy
from artifact_state.world import Transaction

CUSTOMER_PREFIX = ":"
AnyPolicy = catalog.ManagedPolicy | CustomerPolicy
LINKED_ROLE_PATH = "/aws-service-role/"
"""The path of service-linked roles and of their policies."""
# The parts that AWS checks are named in its message in https://github.com/cloud-gov/aws-broker/issues/383.
_ARN = re.compile(r"arn:(aws[a-z-]*):iam::(?:aws|[0-9]{12}):policy/\S+")


def reference_of(policy: AnyPolicy) -> str:
    """Return the reference to a policy."""
    if isinstance(policy, CustomerPolicy):
        return f"{CUSTOMER_PREFIX}{policy.name}"
    return f"{policy.path}{policy.name}".removeprefix("/")


def policy_by_reference(state: State, account_id: str, reference: str) -> AnyPolicy | None:
    """Return the policy to which an identity of an account refers, or None."""
    if reference.startswith(CUSTOMER_PREFIX):
        return name_index.find(state.customer_policies.get(account_id, ()), reference.removeprefix(CUSTOMER_PREFIX))
    return catalog.managed_policy(reference)


def policies_by_reference(state: State, account_id: str, references: tuple[str, ...]) -> list[AnyPolicy]:
    """Return the policies to which an identity of an account refers, in the same order."""
    policies = (policy_by_reference(state, account_id, reference) for reference in references)
    return [policy for policy in policies if policy is not None]


def policy_by_arn(state: State, partition: str, account_id: str, arn: str) -> AnyPolicy | None:
    """Return a policy of AWS or of an account, or None if the ARN is not that of one."""
    aws_prefix = arns.managed_policy(partition, "/", "")
    customer_prefix = arns.customer_policy(partition, account_id, "/", "")
    policy: AnyPolicy | None = None
    if arn.startswith(customer_prefix):
        policy = name_index.find(state.customer_policies.get(account_id, ()), arn.rpartition("/")[2])
    elif arn.startswith(aws_prefix):
        policy = catalog.managed_policy(arn.removeprefix(aws_prefix))
    return policy if policy is not None and arn_of(partition, policy) == arn else None


def policy_by_valid_arn(tx: Transaction, arn: str) -> AnyPolicy | None:
    """Return a policy by an ARN that must have the form of a policy's in the caller's partition, or None.

    Raises InvalidPolicyArn.
    """
    match = _ARN.fullmatch(arn)
    if match is None or match[1] != tx.caller.partition:
        raise InvalidPolicyArn(arn, foreign=match is not None)
    return policy_by_arn(tx.state, tx.caller.partition, tx.caller.account_id, arn)


def is_service_policy(policy: AnyPolicy) -> bool:
    """Return whether a policy is reserved for service-linked roles."""
    return policy.path.startswith(LINKED_ROLE_PATH)


def boundary_reference(tx: Transaction, arn: str) -> str:
    """Return the reference to a policy that is to be a permissions boundary.

    Raises EntityNotFound, InvalidPolicyArn.
    """
    policy = policy_by_valid_arn(tx, arn)
    if policy is None or is_service_policy(policy):
        raise EntityNotFound(Entity.BOUNDARY, arn)
    return reference_of(policy)


def arn_of(partition: str, policy: AnyPolicy) -> str:
    """Return the ARN of a policy."""
    if isinstance(policy, CustomerPolicy):
        return arns.customer_policy(partition, policy.account_id, policy.path, policy.name)
    return arns.managed_policy(partition, policy.path, policy.name)


def arn_of_reference(state: State, partition: str, account_id: str, reference: str) -> str:
    """Return the ARN of the policy to which an identity refers; such a policy cannot be deleted.

    Raises LookupError.
    """
    policy = policy_by_reference(state, account_id, reference)
    if policy is None:
        raise LookupError(reference)
    return arn_of(partition, policy)
