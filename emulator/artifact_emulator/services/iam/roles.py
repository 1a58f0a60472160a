"""Roles: read by anyone in their account; changed as far as a role's service lets it be."""

from datetime import timedelta
from typing import TYPE_CHECKING
from urllib.parse import quote

from artifact_emulator.call import Call
from artifact_emulator.paging import Listing
from artifact_state import arns, role_changes, roles
from artifact_state.model import Role
from artifact_state.world import Transaction

if TYPE_CHECKING:
    from artifact_emulator.shapes.iam import replies, requests

PAGE = 100


def get_role(call: Call, request: "requests.GetRoleRequest") -> "replies.GetRoleResponse":
    """Describe a role."""
    role = roles.role_of(call.tx.state, call.tx.caller.account_id, request.role_name, call.tx.now)
    whole = summary(call.tx, role)
    whole["RoleLastUsed"] = {}
    if role.tags:
        whole["Tags"] = _tags(role)
    return {"Role": whole}


def list_roles(call: Call, request: "requests.ListRolesRequest") -> "replies.ListRolesResponse":
    """List the roles below a path, by name, without their tags."""
    prefix = request.path_prefix or "/"
    listing = Listing("ListRoles", call.tx.caller.account_id, prefix)
    after = listing.after(request.marker)
    found = roles.roles_of(call.tx.state, call.tx.caller.account_id, prefix, call.tx.now)
    placed = ((place, role) for place, role in enumerate(found) if place > after)
    page, marker = listing.page(placed, request.max_items or PAGE)
    reply: replies.ListRolesResponse = {
        "Roles": [summary(call.tx, role) for role in page],
        "IsTruncated": marker is not None,
    }
    if marker:
        reply["Marker"] = marker
    return reply


def list_role_tags(call: Call, request: "requests.ListRoleTagsRequest") -> "replies.ListRoleTagsResponse":
    """List a role's tags."""
    role = roles.role_of(call.tx.state, call.tx.caller.account_id, request.role_name, call.tx.now)
    return {"Tags": _tags(role), "IsTruncated": False}


def update_role(call: Call, request: "requests.UpdateRoleRequest") -> "replies.UpdateRoleResponse":
    """Change a role's description or the longest session that it allows."""
    longest = timedelta(seconds=request.max_session_duration) if request.max_session_duration else None
    role_changes.update_role(call.tx, request.role_name, description=request.description, max_session=longest)
    return {}


def update_role_description(
    call: Call, request: "requests.UpdateRoleDescriptionRequest"
) -> "replies.UpdateRoleDescriptionResponse":
    """Change a role's description."""
    role = role_changes.update_role(call.tx, request.role_name, description=request.description)
    return {"Role": summary(call.tx, role)}


def tag_role(call: Call, request: "requests.TagRoleRequest") -> None:
    """Set tags of a role."""
    role_changes.tag_role(call.tx, request.role_name, {tag.key: tag.value for tag in request.tags})


def untag_role(call: Call, request: "requests.UntagRoleRequest") -> None:
    """Take tags off a role."""
    role_changes.untag_role(call.tx, request.role_name, request.tag_keys)


def delete_role(call: Call, request: "requests.DeleteRoleRequest") -> None:
    """Delete a role that has no policies and is not linked to a service."""
    role_changes.delete_role(call.tx, request.role_name)


def summary(tx: Transaction, role: Role) -> "replies.Role":
    """Lay out a role as every operation but GetRole shows it."""
    return {
        "Path": role.path,
        "RoleName": role.name,
        "RoleId": role.id,
        "Arn": arns.role(tx.caller.partition, role.account_id, role.path, role.name),
        "CreateDate": role.created_at,
        # IAM gives policy documents encoded as RFC 3986 has it.
        "AssumeRolePolicyDocument": quote(role.trust_policy, safe="-_.~"),
        "Description": role.description,
        "MaxSessionDuration": int(role.max_session.total_seconds()),
    }


def _tags(role: Role) -> "list[replies.Tag]":
    return [{"Key": key, "Value": value} for key, value in sorted(role.tags.items())]
