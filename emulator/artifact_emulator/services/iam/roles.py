"""Roles: read by anyone in their account; changed as far as a role's service lets it be."""

from collections.abc import Callable
from datetime import timedelta
from typing import TYPE_CHECKING
from urllib.parse import quote

from artifact_emulator.services.context import RequestContext
from artifact_emulator.services.iam.users import boundary_reply, tag_list, tag_page
from artifact_state import arns
from artifact_state.iam import role_changes, roles
from artifact_state.model import Role
from artifact_state.world import Transaction

if TYPE_CHECKING:
    from artifact_emulator.shapes.iam import replies, requests

_LONGEST = timedelta(hours=1)
"""Of a session, unless it is said."""


def create_role(call: RequestContext, request: "requests.CreateRoleRequest") -> "replies.CreateRoleResponse":
    """Make a role that belongs to no service."""
    longest = request.max_session_duration
    wanted = role_changes.NewRole(
        name=request.role_name,
        trust_policy=request.assume_role_policy_document,
        path=request.path or "/",
        description=request.description or "",
        max_session=timedelta(seconds=longest) if longest else _LONGEST,
        boundary=request.permissions_boundary,
        tags=[(tag.key, tag.value) for tag in request.tags or ()],
    )
    return {"Role": _with_belongings(call.tx, role_changes.create_role(call.tx, wanted), role_reply)}


def get_role(call: RequestContext, request: "requests.GetRoleRequest") -> "replies.GetRoleResponse":
    """Describe a role."""
    role = find_role(call, request.role_name)
    whole = _with_belongings(call.tx, role, _summary)
    whole["RoleLastUsed"] = {}
    return {"Role": whole}


def list_roles(call: RequestContext, request: "requests.ListRolesRequest") -> "replies.ListRolesResponse":
    """List the roles below a path, by name, without their tags."""
    prefix = request.path_prefix or "/"
    listing = call.name_listing("ListRoles", call.tx.caller.account_id, prefix)
    after = listing.after(request.marker)
    found = roles.roles_of(call.tx.state, call.tx.caller.account_id, prefix, call.tx.now, after=after)
    page, more = listing.page(found, request.max_items, lambda role: role.name)
    return {"Roles": [_summary(call.tx, role) for role in page], **more}


def list_role_tags(call: RequestContext, request: "requests.ListRoleTagsRequest") -> "replies.ListRoleTagsResponse":
    """List a role's tags."""
    role = find_role(call, request.role_name)
    page, more = tag_page(call.name_listing("ListRoleTags", role.account_id, role.id), role.tags, request)
    return {"Tags": page, **more}


def update_role(call: RequestContext, request: "requests.UpdateRoleRequest") -> "replies.UpdateRoleResponse":
    """Change a role's description or the longest session that it allows."""
    longest = timedelta(seconds=request.max_session_duration) if request.max_session_duration else None
    role_changes.update_role(call.tx, request.role_name, description=request.description, max_session=longest)
    return {}


def update_role_description(
    call: RequestContext, request: "requests.UpdateRoleDescriptionRequest"
) -> "replies.UpdateRoleDescriptionResponse":
    """Change a role's description."""
    role = role_changes.update_role(call.tx, request.role_name, description=request.description)
    whole = role_reply(call.tx, role)
    if role.description:
        whole["Description"] = role.description
    return {"Role": whole}


def update_assume_role_policy(call: RequestContext, request: "requests.UpdateAssumeRolePolicyRequest") -> None:
    """Change who may assume a role."""
    role_changes.update_trust_policy(call.tx, request.role_name, request.policy_document)


def tag_role(call: RequestContext, request: "requests.TagRoleRequest") -> None:
    """Set tags of a role."""
    role_changes.tag_role(call.tx, request.role_name, [(tag.key, tag.value) for tag in request.tags])


def untag_role(call: RequestContext, request: "requests.UntagRoleRequest") -> None:
    """Take tags off a role."""
    role_changes.untag_role(call.tx, request.role_name, request.tag_keys)


def delete_role(call: RequestContext, request: "requests.DeleteRoleRequest") -> None:
    """Delete a role that has no policies and is not linked to a service."""
    role_changes.delete_role(call.tx, request.role_name)


def find_role(call: RequestContext, name: str) -> Role:
    """Find a role of the caller's account."""
    return roles.role_of(call.tx.state, call.tx.caller.account_id, name, call.tx.now)


def changeable_role(call: RequestContext, name: str) -> Role:
    """Find a role of the caller's account that is not linked to a service."""
    return role_changes.unlinked_role(call.tx, name)


def role_reply(tx: Transaction, role: Role) -> "replies.Role":
    """Lay out a role as whatever makes it shows it: without its description, and how long its sessions may be.

    Seen in AWS's own answers: https://docs.aws.amazon.com/cli/latest/reference/iam/create-role.html
    https://github.com/localstack/localstack/blob/main/tests/aws/services/iam/test_iam_roles.snapshot.json
    """
    return {
        "Path": role.path,
        "RoleName": role.name,
        "RoleId": role.id,
        "Arn": arns.role(tx.caller.partition, role.account_id, role.path, role.name),
        "CreateDate": role.created_at,
        # IAM gives policy documents encoded as RFC 3986 has it.
        "AssumeRolePolicyDocument": quote(role.trust_policy, safe="-_.~"),
    }


def _summary(tx: Transaction, role: Role) -> "replies.Role":
    """Lay out a role as lists show it."""
    whole = role_reply(tx, role)
    if role.description:
        whole["Description"] = role.description
    whole["MaxSessionDuration"] = int(role.max_session.total_seconds())
    return whole


def _with_belongings(
    tx: Transaction, role: Role, lay_out: "Callable[[Transaction, Role], replies.Role]"
) -> "replies.Role":
    whole = lay_out(tx, role)
    if role.boundary is not None:
        whole["PermissionsBoundary"] = boundary_reply(tx, role.boundary)
    if role.tags:
        whole["Tags"] = tag_list(role.tags)
    return whole
