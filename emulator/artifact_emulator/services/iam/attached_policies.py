"""Managed policies attached to users, groups and roles, and permissions boundaries."""

from typing import TYPE_CHECKING, Any

from artifact_emulator.aws.pagination import Truncation
from artifact_emulator.services.context import RequestContext
from artifact_emulator.services.iam.groups import find_group
from artifact_emulator.services.iam.policies import policy_sort_key
from artifact_emulator.services.iam.roles import changeable_role, find_role
from artifact_emulator.services.iam.users import find_user
from artifact_state.iam import attached_policies
from artifact_state.iam.policy_references import AnyPolicy, arn_of, policies_by_reference
from artifact_state.iam.policy_usage import Identity
from artifact_state.world import Transaction

if TYPE_CHECKING:
    from artifact_emulator.shapes.iam import replies, requests


def attach_user_policy(call: RequestContext, request: "requests.AttachUserPolicyRequest") -> None:
    """Attach a policy to a user."""
    attached_policies.attach_policy(call.tx, find_user(call, request.user_name), request.policy_arn)


def attach_group_policy(call: RequestContext, request: "requests.AttachGroupPolicyRequest") -> None:
    """Attach a policy to a group."""
    attached_policies.attach_policy(call.tx, find_group(call, request.group_name), request.policy_arn)


def attach_role_policy(call: RequestContext, request: "requests.AttachRolePolicyRequest") -> None:
    """Attach a policy to a role that is not linked to a service."""
    attached_policies.attach_policy(call.tx, changeable_role(call, request.role_name), request.policy_arn)


def detach_user_policy(call: RequestContext, request: "requests.DetachUserPolicyRequest") -> None:
    """Detach a policy from a user."""
    attached_policies.detach_policy(call.tx, find_user(call, request.user_name), request.policy_arn)


def detach_group_policy(call: RequestContext, request: "requests.DetachGroupPolicyRequest") -> None:
    """Detach a policy from a group."""
    attached_policies.detach_policy(call.tx, find_group(call, request.group_name), request.policy_arn)


def detach_role_policy(call: RequestContext, request: "requests.DetachRolePolicyRequest") -> None:
    """Detach a policy from a role that is not linked to a service."""
    attached_policies.detach_policy(call.tx, changeable_role(call, request.role_name), request.policy_arn)


def list_attached_user_policies(
    call: RequestContext, request: "requests.ListAttachedUserPoliciesRequest"
) -> "replies.ListAttachedUserPoliciesResponse":
    """List the managed policies of a user, by name."""
    page, more = _page(call, find_user(call, request.user_name), request)
    return {"AttachedPolicies": page, **more}


def list_attached_group_policies(
    call: RequestContext, request: "requests.ListAttachedGroupPoliciesRequest"
) -> "replies.ListAttachedGroupPoliciesResponse":
    """List the managed policies of a group, by name."""
    page, more = _page(call, find_group(call, request.group_name), request)
    return {"AttachedPolicies": page, **more}


def list_attached_role_policies(
    call: RequestContext, request: "requests.ListAttachedRolePoliciesRequest"
) -> "replies.ListAttachedRolePoliciesResponse":
    """List the managed policies of a role, by name."""
    page, more = _page(call, find_role(call, request.role_name), request)
    return {"AttachedPolicies": page, **more}


def put_user_permissions_boundary(call: RequestContext, request: "requests.PutUserPermissionsBoundaryRequest") -> None:
    """Set the permissions boundary of a user."""
    attached_policies.put_boundary(call.tx, find_user(call, request.user_name), request.permissions_boundary)


def put_role_permissions_boundary(call: RequestContext, request: "requests.PutRolePermissionsBoundaryRequest") -> None:
    """Set the permissions boundary of a role that is not linked to a service."""
    attached_policies.put_boundary(call.tx, changeable_role(call, request.role_name), request.permissions_boundary)


def delete_user_permissions_boundary(
    call: RequestContext, request: "requests.DeleteUserPermissionsBoundaryRequest"
) -> None:
    """Remove the permissions boundary of a user."""
    attached_policies.delete_boundary(call.tx, find_user(call, request.user_name))


def delete_role_permissions_boundary(
    call: RequestContext, request: "requests.DeleteRolePermissionsBoundaryRequest"
) -> None:
    """Remove the permissions boundary of a role that is not linked to a service."""
    attached_policies.delete_boundary(call.tx, changeable_role(call, request.role_name))


def attached_policies_reply(tx: Transaction, identity: Identity) -> "list[replies.AttachedPolicy]":
    """Return the managed policies of a user, group or role, sorted by name."""
    return [_summary(tx, policy) for policy in _sorted_policies(tx, identity)]


def _page(call: RequestContext, identity: Identity, request: Any) -> "tuple[list[replies.AttachedPolicy], Truncation]":
    prefix = request.path_prefix or "/"
    listing = call.name_listing("attached policies", identity.account_id, identity.id, prefix)
    after = listing.after(request.marker)
    policies = (
        policy
        for policy in _sorted_policies(call.tx, identity)
        if policy.path.startswith(prefix) and policy_sort_key(policy) > after
    )
    page, more = listing.page(policies, request.max_items, policy_sort_key)
    return [_summary(call.tx, policy) for policy in page], more


def _sorted_policies(tx: Transaction, identity: Identity) -> list[AnyPolicy]:
    return sorted(policies_by_reference(tx.state, identity.account_id, identity.managed_policies), key=policy_sort_key)


def _summary(tx: Transaction, policy: AnyPolicy) -> "replies.AttachedPolicy":
    return {"PolicyName": policy.name, "PolicyArn": arn_of(tx.caller.partition, policy)}
