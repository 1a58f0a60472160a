"""Handlers of the organization's resource policy."""

from typing import TYPE_CHECKING

from artifact_emulator.services.context import RequestContext
from artifact_emulator.services.organizations.tags import tag_pairs
from artifact_state import arns
from artifact_state.model import ResourcePolicy
from artifact_state.organizations.policies import resource_policy
from artifact_state.world import Transaction

if TYPE_CHECKING:
    from artifact_emulator.shapes.organizations import replies, requests


def put_resource_policy(
    call: RequestContext, request: "requests.PutResourcePolicyRequest"
) -> "replies.PutResourcePolicyResponse":
    """Create the resource policy, or replace its content."""
    policy = resource_policy.put_resource_policy(call.tx, request.content, tag_pairs(request.tags))
    return {"ResourcePolicy": _policy_reply(call.tx, policy)}


def describe_resource_policy(
    call: RequestContext, request: "requests.DescribeResourcePolicyRequest"
) -> "replies.DescribeResourcePolicyResponse":
    """Return the resource policy."""
    return {"ResourcePolicy": _policy_reply(call.tx, resource_policy.describe_resource_policy(call.tx))}


def delete_resource_policy(call: RequestContext, request: "requests.DeleteResourcePolicyRequest") -> None:
    """Delete the resource policy."""
    resource_policy.delete_resource_policy(call.tx)


def _policy_reply(tx: Transaction, policy: ResourcePolicy) -> "replies.ResourcePolicy":
    organization = tx.state.organizations[policy.organization_id]
    arn = arns.organizations(
        organization.partition, organization.management_account_id, "resourcepolicy", organization.id, policy.id
    )
    return {"ResourcePolicySummary": {"Id": policy.id, "Arn": arn}, "Content": policy.content}
