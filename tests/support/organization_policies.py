"""Create, attach and list the policies of an organization in a world."""

import json
from typing import Any

from artifact_state import catalog
from artifact_state.model import Policy, PolicyType
from artifact_state.organizations.policies import policies, policy_types, targets
from artifact_state.organizations.policies.policies import PolicyText
from artifact_state.record import replace
from artifact_state.world import World
from tests.support.domain import act, list_all, root_id, world_with_organization

SCP, RCP, TAG_POLICY = PolicyType.SERVICE_CONTROL_POLICY, PolicyType.RESOURCE_CONTROL_POLICY, PolicyType.TAG_POLICY
FULL_ACCESS, RCP_FULL_ACCESS = "p-FullAWSAccess", "p-RCPFullAWSAccess"
DENY = json.dumps({"Version": "2012-10-17", "Statement": {"Effect": "Deny", "Action": "artifact:*", "Resource": "*"}})
NO_TAGS = '{"tags": {}}'


def world_with_policies(**options: Any) -> World:
    """Return a world in which `MANAGEMENT` manages an organization, whose service control policies are enabled."""
    world = world_with_organization(**options)
    enable_policy_type(world, SCP)
    return world


def enable_policy_type(world: World, policy_type: PolicyType) -> None:
    """Enable a policy type in the root."""
    act(world, policy_types.enable_policy_type, root_id(world), policy_type)


def create_policy(world: World, name: str = "Deny", policy_type: PolicyType = SCP, content: str = DENY) -> Policy:
    """Create a policy and return it."""
    return act(world, policies.create_policy, policy_type, PolicyText(name=name, description="", content=content))


def attached_ids(world: World, target_id: str, policy_type: PolicyType = SCP) -> list[str]:
    """Return the ids of the policies of a type that are attached directly to a target."""
    return [policy.id for policy in list_all(world, targets.list_policies_for_target, target_id, policy_type)]


def target_ids(world: World, policy_id: str) -> list[str]:
    """Return the ids of a policy's targets."""
    return [target.id for target in list_all(world, targets.list_targets_for_policy, policy_id) if target]


def quotas_of_type(policy_type: PolicyType, **changed: Any) -> catalog.Quotas:
    """Return AWS's quotas with some limits of one policy type changed."""
    quotas = catalog.quotas()
    limits = {policy_type.value: replace(quotas.policies[policy_type.value], **changed)}
    return replace(quotas, policies={**quotas.policies, **limits})
