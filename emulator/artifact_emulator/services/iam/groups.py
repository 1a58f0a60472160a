"""Groups of users."""

from typing import TYPE_CHECKING

from artifact_emulator.aws.items import kept_item
from artifact_emulator.services.context import RequestContext
from artifact_emulator.services.iam.users import find_user, user_summary
from artifact_state import arns
from artifact_state.iam import groups
from artifact_state.model.identities import Group

if TYPE_CHECKING:
    from artifact_emulator.shapes.iam import replies, requests


def create_group(call: RequestContext, request: "requests.CreateGroupRequest") -> "replies.CreateGroupResponse":
    """Create a group."""
    group = groups.create_group(call.tx, request.group_name, path=request.path or "/")
    return {"Group": _item(group, call.tx.caller.partition)}


def get_group(call: RequestContext, request: "requests.GetGroupRequest") -> "replies.GetGroupResponse":
    """Return a group and a page of its users."""
    tx = call.tx
    group = find_group(call, request.group_name)
    listing = call.name_listing("GetGroup", group.account_id, group.id)
    members = groups.members_of(tx.state, group, listing.after(request.marker))
    page, more = listing.page(members, request.max_items, lambda user: user.name)
    return {
        "Group": _item(group, tx.caller.partition),
        "Users": [user_summary(tx.caller, user) for user in page],
        **more,
    }


def list_groups(call: RequestContext, request: "requests.ListGroupsRequest") -> "replies.ListGroupsResponse":
    """List the groups below a path."""
    tx, prefix = call.tx, request.path_prefix or "/"
    listing = call.name_listing("ListGroups", tx.caller.account_id, prefix)
    remaining = groups.groups_of(tx.state, tx.caller.account_id, prefix, listing.after(request.marker))
    page, more = listing.page(remaining, request.max_items, lambda group: group.name)
    return {"Groups": [_item(group, tx.caller.partition) for group in page], **more}


def list_groups_for_user(
    call: RequestContext, request: "requests.ListGroupsForUserRequest"
) -> "replies.ListGroupsForUserResponse":
    """List the groups of a user."""
    tx = call.tx
    user = find_user(call, request.user_name)
    listing = call.name_listing("ListGroupsForUser", user.account_id, user.id)
    remaining = groups.groups_of_user(tx.state, user, listing.after(request.marker))
    page, more = listing.page(remaining, request.max_items, lambda group: group.name)
    return {"Groups": [_item(group, tx.caller.partition) for group in page], **more}


def update_group(call: RequestContext, request: "requests.UpdateGroupRequest") -> None:
    """Change the name or the path of a group."""
    groups.update_group(call.tx, request.group_name, new_name=request.new_group_name, new_path=request.new_path)


def delete_group(call: RequestContext, request: "requests.DeleteGroupRequest") -> None:
    """Delete a group that has no users and no policies."""
    groups.delete_group(call.tx, request.group_name)


def add_user_to_group(call: RequestContext, request: "requests.AddUserToGroupRequest") -> None:
    """Add a user to a group."""
    groups.add_user(call.tx, request.group_name, request.user_name)


def remove_user_from_group(call: RequestContext, request: "requests.RemoveUserFromGroupRequest") -> None:
    """Remove a user from a group."""
    groups.remove_user(call.tx, request.group_name, request.user_name)


def find_group(call: RequestContext, name: str) -> Group:
    """Return a group of the caller's account."""
    return groups.group_of(call.tx.state, call.tx.caller.account_id, name)


@kept_item
def _item(group: Group, partition: str) -> "replies.Group":
    return {
        "Path": group.path,
        "GroupName": group.name,
        "GroupId": group.id,
        "Arn": arns.group(partition, group.account_id, group.path, group.name),
        "CreateDate": group.created_at,
    }
