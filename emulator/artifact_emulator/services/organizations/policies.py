"""Handlers of policies: create, change and attach policies, enable and disable their types."""

from typing import TYPE_CHECKING

from artifact_emulator.aws.items import kept_item
from artifact_emulator.aws.pagination import next_token
from artifact_emulator.services.context import RequestContext
from artifact_emulator.services.organizations.organization import root_reply
from artifact_emulator.services.organizations.tags import tag_pairs
from artifact_state import arns
from artifact_state.model import Membership, Policy, PolicyType, Unit
from artifact_state.organizations.policies import policies, policy_types, targets
from artifact_state.organizations.policies.policies import PolicyText
from artifact_state.organizations.policies.targets import Target
from artifact_state.world import Transaction

if TYPE_CHECKING:
    from artifact_emulator.shapes.organizations import replies, requests


_TARGET_TYPES: "dict[str, replies.TargetType]" = {"account": "ACCOUNT", "ou": "ORGANIZATIONAL_UNIT", "root": "ROOT"}
"""The types of targets, by the word in their ARNs."""


def create_policy(call: RequestContext, request: "requests.CreatePolicyRequest") -> "replies.CreatePolicyResponse":
    """Create a policy."""
    text = PolicyText(name=request.name, description=request.description, content=request.content)
    policy = policies.create_policy(call.tx, PolicyType(request.type), text, tag_pairs(request.tags))
    return {"Policy": _policy_reply(call.tx, policy)}


def update_policy(call: RequestContext, request: "requests.UpdatePolicyRequest") -> "replies.UpdatePolicyResponse":
    """Change a policy's name, description or content; of the name and description, return those that were sent."""
    policy = policies.update_policy(
        call.tx, request.policy_id, name=request.name, description=request.description, content=request.content
    )
    # Observed: https://github.com/radkawar/stackd/blob/9dc356f5e5cc49d2d334178a09c1398dd1c62617/testdata/aws/iam/organizations_inputs.json
    summary: replies.PolicySummary = {
        "Id": policy.id,
        "Arn": _policy_arn(policy, *_owner(call.tx, policy.organization_id)),
        "Type": policy.type.value,
        "AwsManaged": False,
    }
    if request.name is not None:
        summary["Name"] = request.name
    if request.description is not None:
        summary["Description"] = request.description
    return {"Policy": {"PolicySummary": summary, "Content": policy.content}}


def delete_policy(call: RequestContext, request: "requests.DeletePolicyRequest") -> None:
    """Delete a policy that has no targets."""
    policies.delete_policy(call.tx, request.policy_id)


def describe_policy(
    call: RequestContext, request: "requests.DescribePolicyRequest"
) -> "replies.DescribePolicyResponse":
    """Return a policy with its document."""
    return {"Policy": _policy_reply(call.tx, policies.describe_policy(call.tx, request.policy_id))}


def list_policies(call: RequestContext, request: "requests.ListPoliciesRequest") -> "replies.ListPoliciesResponse":
    """List the policies of a type."""
    listing = call.listing("ListPolicies", call.tx.caller.account_id, request.filter)
    items = policies.list_policies(call.tx, PolicyType(request.filter), after=listing.after(request.next_token))
    page, token = listing.page(items, request.max_results or call.tx.quotas.organizations_page_size)
    return {"Policies": _policy_summaries(call.tx, page), **next_token(token)}


def attach_policy(call: RequestContext, request: "requests.AttachPolicyRequest") -> None:
    """Attach a policy to a root, an organizational unit or an account."""
    targets.attach_policy(call.tx, request.policy_id, request.target_id)


def detach_policy(call: RequestContext, request: "requests.DetachPolicyRequest") -> None:
    """Detach a policy."""
    targets.detach_policy(call.tx, request.policy_id, request.target_id)


def list_policies_for_target(
    call: RequestContext, request: "requests.ListPoliciesForTargetRequest"
) -> "replies.ListPoliciesForTargetResponse":
    """List the policies of a type attached directly to a target."""
    listing = call.listing("ListPoliciesForTarget", call.tx.caller.account_id, request.target_id, request.filter)
    after = listing.after(request.next_token)
    items = targets.list_policies_for_target(call.tx, request.target_id, PolicyType(request.filter), after=after)
    page, token = listing.page(items, request.max_results or call.tx.quotas.organizations_page_size)
    return {"Policies": _policy_summaries(call.tx, page), **next_token(token)}


def list_targets_for_policy(
    call: RequestContext, request: "requests.ListTargetsForPolicyRequest"
) -> "replies.ListTargetsForPolicyResponse":
    """List the targets of a policy."""
    listing = call.listing("ListTargetsForPolicy", call.tx.caller.account_id, request.policy_id)
    items = targets.list_targets_for_policy(call.tx, request.policy_id, after=listing.after(request.next_token))
    page: list[Target]
    page, token = listing.page(items, request.max_results or call.tx.quotas.organizations_page_size)
    return {"Targets": [_target_summary(call.tx, target) for target in page], **next_token(token)}


def enable_policy_type(
    call: RequestContext, request: "requests.EnablePolicyTypeRequest"
) -> "replies.EnablePolicyTypeResponse":
    """Enable a policy type in the root."""
    policy_type = PolicyType(request.policy_type)
    organization, root = policy_types.enable_policy_type(call.tx, request.root_id, policy_type)
    return {"Root": root_reply(organization, root, being_enabled=policy_type)}


def disable_policy_type(
    call: RequestContext, request: "requests.DisablePolicyTypeRequest"
) -> "replies.DisablePolicyTypeResponse":
    """Disable a policy type in the root, which detaches all policies of the type."""
    organization, root = policy_types.disable_policy_type(call.tx, request.root_id, PolicyType(request.policy_type))
    return {"Root": root_reply(organization, root)}


def _policy_reply(tx: Transaction, policy: Policy) -> "replies.Policy":
    summary = _policy_item(policy, *_owner(tx, policy.organization_id))
    return {"PolicySummary": summary, "Content": policy.content}


def _policy_summaries(tx: Transaction, policies: list[Policy]) -> "list[replies.PolicySummary]":
    owners = {owner_id: _owner(tx, owner_id) for owner_id in {policy.organization_id for policy in policies}}
    return [_policy_item(policy, *owners[policy.organization_id]) for policy in policies]


@kept_item
def _policy_item(policy: Policy, partition: str, management: str) -> "replies.PolicySummary":
    return {
        "Id": policy.id,
        "Arn": _policy_arn(policy, partition, management),
        "Name": policy.name,
        "Description": policy.description,
        "Type": policy.type.value,
        "AwsManaged": not policy.organization_id,
    }


def _policy_arn(policy: Policy, partition: str, management: str) -> str:
    policy_type = policy.type.value.lower()
    if not policy.organization_id:
        return arns.organizations_policy(partition, policy_type, policy.id)
    return arns.organizations(partition, management, "policy", policy.organization_id, policy_type, policy.id)


def _target_summary(tx: Transaction, target: Target) -> "replies.PolicyTargetSummary":
    place = target if isinstance(target, Unit) else tx.state.memberships[target.id]
    return _target_item(place, target, *_owner(tx, place.organization_id))


@kept_item
def _target_item(
    place: Unit | Membership, target: Target, partition: str, management: str
) -> "replies.PolicyTargetSummary":
    kind = "account" if not isinstance(target, Unit) else "ou" if target.parent_id else "root"
    arn = arns.organizations(partition, management, kind, place.organization_id, target.id)
    return {"TargetId": target.id, "Arn": arn, "Name": target.name, "Type": _TARGET_TYPES[kind]}


def _owner(tx: Transaction, organization_id: str | None) -> tuple[str, str]:
    """Return the partition and the management account of an organization; AWS's own policies have no organization."""
    if not organization_id:
        return tx.caller.partition, ""
    organization = tx.state.organizations[organization_id]
    return organization.partition, organization.management_account_id
