"""Policies: made, changed, attached; their types, enabled and disabled."""

from typing import TYPE_CHECKING

from artifact_emulator.aws.pagination import next_token
from artifact_emulator.services.context import RequestContext
from artifact_emulator.services.organizations.organization import root_reply
from artifact_emulator.services.organizations.tags import pairs_of
from artifact_state import arns
from artifact_state.model import Policy, PolicyType, Unit
from artifact_state.organizations.policies import policies, policy_types, targets
from artifact_state.organizations.policies.policies import PolicyText
from artifact_state.organizations.policies.targets import Target
from artifact_state.world import Transaction

if TYPE_CHECKING:
    from artifact_emulator.shapes.organizations import replies, requests


def create_policy(call: RequestContext, request: "requests.CreatePolicyRequest") -> "replies.CreatePolicyResponse":
    """Make a policy."""
    text = PolicyText(name=request.name, description=request.description, content=request.content)
    made = policies.create_policy(call.tx, PolicyType(request.type), text, pairs_of(request.tags))
    return {"Policy": _whole(call.tx, made)}


def update_policy(call: RequestContext, request: "requests.UpdatePolicyRequest") -> "replies.UpdatePolicyResponse":
    """Change a policy's name, description or content."""
    changed = policies.update_policy(
        call.tx, request.policy_id, name=request.name, description=request.description, content=request.content
    )
    return {"Policy": _whole(call.tx, changed)}


def delete_policy(call: RequestContext, request: "requests.DeletePolicyRequest") -> None:
    """Delete a policy that is attached to nothing: no output."""
    policies.delete_policy(call.tx, request.policy_id)


def describe_policy(
    call: RequestContext, request: "requests.DescribePolicyRequest"
) -> "replies.DescribePolicyResponse":
    """Describe a policy, with its document."""
    return {"Policy": _whole(call.tx, policies.describe_policy(call.tx, request.policy_id))}


def list_policies(call: RequestContext, request: "requests.ListPoliciesRequest") -> "replies.ListPoliciesResponse":
    """List the policies of a type."""
    listing = call.listing("ListPolicies", call.tx.caller.account_id, request.filter)
    found = policies.list_policies(call.tx, PolicyType(request.filter), after=listing.after(request.next_token))
    page, token = listing.page(found, request.max_results or call.tx.quotas.organizations_page_size)
    return {"Policies": [_summary(call.tx, one) for one in page], **next_token(token)}


def attach_policy(call: RequestContext, request: "requests.AttachPolicyRequest") -> None:
    """Attach a policy to a root, an organizational unit or an account: no output."""
    targets.attach_policy(call.tx, request.policy_id, request.target_id)


def detach_policy(call: RequestContext, request: "requests.DetachPolicyRequest") -> None:
    """Detach a policy: no output."""
    targets.detach_policy(call.tx, request.policy_id, request.target_id)


def list_policies_for_target(
    call: RequestContext, request: "requests.ListPoliciesForTargetRequest"
) -> "replies.ListPoliciesForTargetResponse":
    """List the policies of a type that are attached to something itself."""
    listing = call.listing("ListPoliciesForTarget", call.tx.caller.account_id, request.target_id, request.filter)
    after = listing.after(request.next_token)
    found = targets.list_policies_for_target(call.tx, request.target_id, PolicyType(request.filter), after=after)
    page, token = listing.page(found, request.max_results or call.tx.quotas.organizations_page_size)
    return {"Policies": [_summary(call.tx, one) for one in page], **next_token(token)}


def list_targets_for_policy(
    call: RequestContext, request: "requests.ListTargetsForPolicyRequest"
) -> "replies.ListTargetsForPolicyResponse":
    """List what a policy is attached to."""
    listing = call.listing("ListTargetsForPolicy", call.tx.caller.account_id, request.policy_id)
    found = targets.list_targets_for_policy(call.tx, request.policy_id, after=listing.after(request.next_token))
    page: list[Target]
    page, token = listing.page(found, request.max_results or call.tx.quotas.organizations_page_size)
    return {"Targets": [_target(call.tx, one) for one in page], **next_token(token)}


def enable_policy_type(
    call: RequestContext, request: "requests.EnablePolicyTypeRequest"
) -> "replies.EnablePolicyTypeResponse":
    """Enable a type of policies below the root."""
    enabled = policy_types.enable_policy_type(call.tx, request.root_id, PolicyType(request.policy_type))
    return {"Root": root_reply(*enabled)}


def disable_policy_type(
    call: RequestContext, request: "requests.DisablePolicyTypeRequest"
) -> "replies.DisablePolicyTypeResponse":
    """Disable a type of policies, which detaches them all."""
    disabled = policy_types.disable_policy_type(call.tx, request.root_id, PolicyType(request.policy_type))
    return {"Root": root_reply(*disabled)}


def _whole(tx: Transaction, policy: Policy) -> "replies.Policy":
    return {"PolicySummary": _summary(tx, policy), "Content": policy.content}


def _summary(tx: Transaction, policy: Policy) -> "replies.PolicySummary":
    return {
        "Id": policy.id,
        "Arn": _arn(tx, policy),
        "Name": policy.name,
        "Description": policy.description,
        "Type": policy.type.value,
        "AwsManaged": not policy.organization_id,
    }


def _arn(tx: Transaction, policy: Policy) -> str:
    kind = policy.type.value.lower()
    if not policy.organization_id:
        return arns.organizations_policy(tx.caller.partition, kind, policy.id)
    return _arn_of(tx, policy.organization_id, "policy", kind, policy.id)


def _target(tx: Transaction, target: Target) -> "replies.PolicyTargetSummary":
    if not isinstance(target, Unit):
        organization_id = tx.state.memberships[target.id].organization_id
        arn = _arn_of(tx, organization_id, "account", target.id)
        return {"TargetId": target.id, "Arn": arn, "Name": target.name, "Type": "ACCOUNT"}
    if target.parent_id is None:
        arn = _arn_of(tx, target.organization_id, "root", target.id)
        return {"TargetId": target.id, "Arn": arn, "Name": target.name, "Type": "ROOT"}
    arn = _arn_of(tx, target.organization_id, "ou", target.id)
    return {"TargetId": target.id, "Arn": arn, "Name": target.name, "Type": "ORGANIZATIONAL_UNIT"}


def _arn_of(tx: Transaction, organization_id: str, kind: str, *ids: str) -> str:
    organization = tx.state.organizations[organization_id]
    return arns.organizations(organization.partition, organization.management_account_id, kind, organization.id, *ids)
