"""Inline policies of users, groups and roles."""

from typing import TYPE_CHECKING, Any

from artifact_emulator.aws.pagination import Truncation
from artifact_emulator.services.context import RequestContext
from artifact_emulator.services.iam.groups import find_group
from artifact_emulator.services.iam.reply_members import encode_document
from artifact_emulator.services.iam.roles import changeable_role, find_role
from artifact_emulator.services.iam.users import find_user
from artifact_state.iam import inline_policies
from artifact_state.iam.policy_usage import Identity

if TYPE_CHECKING:
    from artifact_emulator.shapes.iam import replies, requests


def put_user_policy(call: RequestContext, request: "requests.PutUserPolicyRequest") -> None:
    """Add or replace an inline policy of a user."""
    inline_policies.put_inline_policy(
        call.tx, find_user(call, request.user_name), request.policy_name, request.policy_document
    )


def put_group_policy(call: RequestContext, request: "requests.PutGroupPolicyRequest") -> None:
    """Add or replace an inline policy of a group."""
    inline_policies.put_inline_policy(
        call.tx, find_group(call, request.group_name), request.policy_name, request.policy_document
    )


def put_role_policy(call: RequestContext, request: "requests.PutRolePolicyRequest") -> None:
    """Add or replace an inline policy of a role that is not linked to a service."""
    inline_policies.put_inline_policy(
        call.tx, changeable_role(call, request.role_name), request.policy_name, request.policy_document
    )


def get_user_policy(call: RequestContext, request: "requests.GetUserPolicyRequest") -> "replies.GetUserPolicyResponse":
    """Return an inline policy of a user."""
    user = find_user(call, request.user_name)
    document = inline_policies.inline_policy(user, request.policy_name)
    return {"UserName": user.name, "PolicyName": request.policy_name, "PolicyDocument": encode_document(document)}


def get_group_policy(
    call: RequestContext, request: "requests.GetGroupPolicyRequest"
) -> "replies.GetGroupPolicyResponse":
    """Return an inline policy of a group."""
    group = find_group(call, request.group_name)
    document = inline_policies.inline_policy(group, request.policy_name)
    return {"GroupName": group.name, "PolicyName": request.policy_name, "PolicyDocument": encode_document(document)}


def get_role_policy(call: RequestContext, request: "requests.GetRolePolicyRequest") -> "replies.GetRolePolicyResponse":
    """Return an inline policy of a role."""
    role = find_role(call, request.role_name)
    document = inline_policies.inline_policy(role, request.policy_name)
    return {"RoleName": role.name, "PolicyName": request.policy_name, "PolicyDocument": encode_document(document)}


def list_user_policies(
    call: RequestContext, request: "requests.ListUserPoliciesRequest"
) -> "replies.ListUserPoliciesResponse":
    """List the names of a user's inline policies."""
    names, more = _name_page(call, find_user(call, request.user_name), request)
    return {"PolicyNames": names, **more}


def list_group_policies(
    call: RequestContext, request: "requests.ListGroupPoliciesRequest"
) -> "replies.ListGroupPoliciesResponse":
    """List the names of a group's inline policies."""
    names, more = _name_page(call, find_group(call, request.group_name), request)
    return {"PolicyNames": names, **more}


def list_role_policies(
    call: RequestContext, request: "requests.ListRolePoliciesRequest"
) -> "replies.ListRolePoliciesResponse":
    """List the names of a role's inline policies."""
    names, more = _name_page(call, find_role(call, request.role_name), request)
    return {"PolicyNames": names, **more}


def delete_user_policy(call: RequestContext, request: "requests.DeleteUserPolicyRequest") -> None:
    """Delete an inline policy of a user."""
    inline_policies.delete_inline_policy(call.tx, find_user(call, request.user_name), request.policy_name)


def delete_group_policy(call: RequestContext, request: "requests.DeleteGroupPolicyRequest") -> None:
    """Delete an inline policy of a group."""
    inline_policies.delete_inline_policy(call.tx, find_group(call, request.group_name), request.policy_name)


def delete_role_policy(call: RequestContext, request: "requests.DeleteRolePolicyRequest") -> None:
    """Delete an inline policy of a role that is not linked to a service."""
    inline_policies.delete_inline_policy(call.tx, changeable_role(call, request.role_name), request.policy_name)


def _name_page(call: RequestContext, identity: Identity, request: Any) -> tuple[list[str], Truncation]:
    listing = call.name_listing("inline policies", identity.account_id, identity.id)
    after = listing.after(request.marker)
    names = (name for name in sorted(identity.inline_policies) if name > after)
    return listing.page(names, request.max_items, str)
