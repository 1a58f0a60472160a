"""IAM roles."""

from datetime import timedelta
from typing import TYPE_CHECKING

from artifact_emulator.aws.items import kept_item
from artifact_emulator.services.context import RequestContext
from artifact_emulator.services.iam.reply_members import (
    boundary_reply,
    changes_max_signin,
    encode_document,
    max_signin_of,
    tag_list,
    tag_page,
)
from artifact_emulator.world_runtime import runtime_of
from artifact_state import arns
from artifact_state.iam import role_changes, roles
from artifact_state.iam.trust_policies import shown_trust_policy
from artifact_state.model import Role
from artifact_state.world import Transaction

if TYPE_CHECKING:
    from artifact_emulator.shapes.iam import replies, requests

_DEFAULT_MAX_SESSION = timedelta(hours=1)


def create_role(call: RequestContext, request: "requests.CreateRoleRequest") -> "replies.CreateRoleResponse":
    """Create a role that is not linked to a service."""
    seconds = request.max_session_duration
    new = role_changes.NewRole(
        name=request.role_name,
        trust_policy=request.assume_role_policy_document,
        path=request.path or "/",
        description=request.description or "",
        max_session=timedelta(seconds=seconds) if seconds else _DEFAULT_MAX_SESSION,
        max_signin=max_signin_of(request.max_signin_session_duration),
        boundary=request.permissions_boundary,
        tags=[(tag.key, tag.value) for tag in request.tags or ()],
    )
    role = role_changes.create_role(call.tx, new)
    return {"Role": _with_boundary_and_tags(call.tx, role, role_reply(call.tx, role))}


def get_role(call: RequestContext, request: "requests.GetRoleRequest") -> "replies.GetRoleResponse":
    """Return a role."""
    role = find_role(call, request.role_name)
    reply = _with_boundary_and_tags(call.tx, role, {**_role_summary(call.tx, role)})
    reply["RoleLastUsed"] = last_use_reply(call, role)
    if role.template_arn:
        reply["SourceRoleTemplate"] = {
            "TemplateArn": role.template_arn,
            "TemplateMinorVersion": role.template_minor_version,
        }
    return {"Role": reply}


def list_roles(call: RequestContext, request: "requests.ListRolesRequest") -> "replies.ListRolesResponse":
    """List the roles below a path without their tags and boundaries."""
    prefix = request.path_prefix or "/"
    listing = call.name_listing("ListRoles", call.tx.caller.account_id, prefix)
    after = listing.after(request.marker)
    remaining = roles.roles_of(call.tx.state, call.tx.caller.account_id, prefix, call.tx.now, after=after)
    page, more = listing.page(remaining, request.max_items, lambda role: role.name)
    return {"Roles": [_role_summary(call.tx, role) for role in page], **more}


def list_role_tags(call: RequestContext, request: "requests.ListRoleTagsRequest") -> "replies.ListRoleTagsResponse":
    """List the tags of a role."""
    role = find_role(call, request.role_name)
    page, more = tag_page(call.name_listing("ListRoleTags", role.account_id, role.id), role.tags, request)
    return {"Tags": page, **more}


def update_role(call: RequestContext, request: "requests.UpdateRoleRequest") -> "replies.UpdateRoleResponse":
    """Change the description or the maximum session duration of a role."""
    max_session = timedelta(seconds=request.max_session_duration) if request.max_session_duration else None
    changes_signin = changes_max_signin(request)
    role_changes.update_role(call.tx, request.role_name, description=request.description, max_session=max_session)
    if changes_signin:
        max_signin = max_signin_of(request.max_signin_session_duration)
        role_changes.set_max_signin(call.tx, request.role_name, max_signin)
    return {}


def update_role_description(
    call: RequestContext, request: "requests.UpdateRoleDescriptionRequest"
) -> "replies.UpdateRoleDescriptionResponse":
    """Change the description of a role."""
    role = role_changes.update_role(call.tx, request.role_name, description=request.description)
    reply = role_reply(call.tx, role)
    if role.description:
        reply["Description"] = role.description
    return {"Role": reply}


def update_assume_role_policy(call: RequestContext, request: "requests.UpdateAssumeRolePolicyRequest") -> None:
    """Replace the trust policy of a role."""
    role_changes.update_trust_policy(call.tx, request.role_name, request.policy_document)


def tag_role(call: RequestContext, request: "requests.TagRoleRequest") -> None:
    """Add tags to a role."""
    role_changes.tag_role(call.tx, request.role_name, [(tag.key, tag.value) for tag in request.tags])


def untag_role(call: RequestContext, request: "requests.UntagRoleRequest") -> None:
    """Remove tags from a role."""
    role_changes.untag_role(call.tx, request.role_name, request.tag_keys)


def delete_role(call: RequestContext, request: "requests.DeleteRoleRequest") -> None:
    """Delete a role that has no policies and is not linked to a service."""
    role_changes.delete_role(call.tx, request.role_name)


def find_role(call: RequestContext, name: str) -> Role:
    """Return a role of the caller's account."""
    return roles.role_of(call.tx.state, call.tx.caller.account_id, name, call.tx.now)


def changeable_role(call: RequestContext, name: str) -> Role:
    """Return a role of the caller's account that is not linked to a service."""
    return role_changes.unlinked_role(call.tx, name)


def last_use_reply(call: RequestContext, role: Role) -> "replies.RoleLastUsed":
    """Return the latest call by a session of a role."""
    use = runtime_of(call.world).call_log.latest_role_use(role.id)
    return {} if use is None else {"LastUsedDate": use.at, "Region": use.region}


def role_reply(tx: Transaction, role: Role) -> "replies.Role":
    """Return a role as the operations that create it do: without its description and maximum session duration.

    Recorded replies of AWS: https://docs.aws.amazon.com/cli/latest/reference/iam/create-role.html
    https://github.com/localstack/localstack/blob/main/tests/aws/services/iam/test_iam_roles.snapshot.json
    """
    return _created_role(role, tx.caller.partition, shown_trust_policy(tx.state, tx.caller.partition, role, tx.now))


def _created_role(role: Role, partition: str, trust_policy: str) -> "replies.Role":
    return {
        "Path": role.path,
        "RoleName": role.name,
        "RoleId": role.id,
        "Arn": arns.role(partition, role.account_id, role.path, role.name),
        "CreateDate": role.created_at,
        "AssumeRolePolicyDocument": encode_document(trust_policy),
    }


def _role_summary(tx: Transaction, role: Role) -> "replies.Role":
    """Return a role as lists contain it."""
    return _item(role, tx.caller.partition, shown_trust_policy(tx.state, tx.caller.partition, role, tx.now))


@kept_item
def _item(role: Role, partition: str, trust_policy: str) -> "replies.Role":
    reply = _created_role(role, partition, trust_policy)
    if role.description:
        reply["Description"] = role.description
    reply["MaxSessionDuration"] = int(role.max_session.total_seconds())
    if role.max_signin is not None:
        reply["MaxSigninSessionDuration"] = int(role.max_signin.total_seconds())
    return reply


def _with_boundary_and_tags(tx: Transaction, role: Role, reply: "replies.Role") -> "replies.Role":
    if role.boundary is not None:
        reply["PermissionsBoundary"] = boundary_reply(tx, role.boundary)
    if role.tags:
        reply["Tags"] = tag_list(role.tags)
    return reply
