"""References to managed policies, as users, groups and roles hold them: they name no partition and no account.

A policy of AWS is referred to by its path and name, such as `aws-service-role/AWSArtifactServiceRolePolicy`; a policy
of the account itself by a colon and its name, which is no other's in the account.
"""

import re

from artifact_state import arns, catalog, name_index
from artifact_state.errors import Entity, EntityNotFound, InvalidPolicyArn
from artifact_state.model import State
from artifact_state.model.identities import CustomerPolicy
from artifact_state.world import Transaction

CUSTOMER_PREFIX = ":"
AnyPolicy = catalog.ManagedPolicy | CustomerPolicy
_OF_SERVICES = "/aws-service-role/"
# Source of its parts: https://github.com/cloud-gov/aws-broker/issues/383, where AWS tells what it looks at.
_ARN = re.compile(r"arn:(aws[a-z-]*):iam::(?:aws|[0-9]{12}):policy/\S+")


def reference_of(policy: AnyPolicy) -> str:
    """Give the reference to a policy."""
    if isinstance(policy, CustomerPolicy):
        return f"{CUSTOMER_PREFIX}{policy.name}"
    return f"{policy.path}{policy.name}".removeprefix("/")


def policy_by_reference(state: State, account_id: str, reference: str) -> AnyPolicy | None:
    """Find the policy that something of an account refers to."""
    if reference.startswith(CUSTOMER_PREFIX):
        return name_index.find(state.customer_policies.get(account_id, ()), reference.removeprefix(CUSTOMER_PREFIX))
    return catalog.managed_policy(reference)


def policies_by_reference(state: State, account_id: str, references: tuple[str, ...]) -> list[AnyPolicy]:
    """Find the policies that something of an account refers to, in that order."""
    found = (policy_by_reference(state, account_id, reference) for reference in references)
    return [policy for policy in found if policy is not None]


def policy_by_arn(tx: Transaction, arn: str) -> AnyPolicy | None:
    """Find a policy by its ARN: one of AWS, or one of the caller's account."""
    caller = tx.caller
    aws = arns.managed_policy(caller.partition, "/", "")
    own = arns.customer_policy(caller.partition, caller.account_id, "/", "")
    found: AnyPolicy | None = None
    if arn.startswith(own):
        found = name_index.find(tx.state.customer_policies.get(caller.account_id, ()), arn.rpartition("/")[2])
    elif arn.startswith(aws):
        found = catalog.managed_policy(arn.removeprefix(aws))
    return found if found is not None and arn_of(caller.partition, found) == arn else None


def policy_by_valid_arn(tx: Transaction, arn: str) -> AnyPolicy | None:
    """Find a policy by what must be an ARN of one, in the caller's partition.

    Raises InvalidPolicyArn.
    """
    form = _ARN.fullmatch(arn)
    if form is None or form[1] != tx.caller.partition:
        raise InvalidPolicyArn(arn, foreign=form is not None)
    return policy_by_arn(tx, arn)


def is_service_policy(policy: AnyPolicy) -> bool:
    """Tell whether a policy is for a service's own role, and for nobody else."""
    return policy.path.startswith(_OF_SERVICES)


def boundary_reference(tx: Transaction, arn: str) -> str:
    """Give the reference to a policy that is to bound somebody.

    Raises EntityNotFound, InvalidPolicyArn.
    """
    policy = policy_by_valid_arn(tx, arn)
    if policy is None or is_service_policy(policy):
        raise EntityNotFound(Entity.BOUNDARY, arn)
    return reference_of(policy)


def arn_of(partition: str, policy: AnyPolicy) -> str:
    """Name a policy, as its own account or any other sees it."""
    if isinstance(policy, CustomerPolicy):
        return arns.customer_policy(partition, policy.account_id, policy.path, policy.name)
    return arns.managed_policy(partition, policy.path, policy.name)


def arn_of_reference(state: State, partition: str, account_id: str, reference: str) -> str:
    """Name the policy that something of an account refers to: it is deleted only when nothing does.

    Raises LookupError.
    """
    policy = policy_by_reference(state, account_id, reference)
    if policy is None:
        raise LookupError(reference)
    return arn_of(partition, policy)
