"""IAM users."""

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from artifact_emulator.aws.items import kept_item
from artifact_emulator.services.context import RequestContext
from artifact_emulator.services.iam.reply_members import boundary_reply, tag_list, tag_page
from artifact_emulator.world_runtime import runtime_of
from artifact_state import arns
from artifact_state.iam import policy_references, users
from artifact_state.model import Caller, JoinedMethod
from artifact_state.model.identities import User
from artifact_state.world import Transaction

if TYPE_CHECKING:
    from artifact_emulator.shapes.iam import replies, requests

ROOT = "root"
"""Unverified: the user name in replies about root users, which have no user name."""
_UNKNOWN_CREATION = datetime(2010, 5, 8, tzinfo=UTC)
"""Unverified: the creation date of accounts that were not created in the world; the date of IAM's API version."""


def create_user(call: RequestContext, request: "requests.CreateUserRequest") -> "replies.CreateUserResponse":
    """Create a user."""
    boundary = request.permissions_boundary
    user = users.create_user(
        call.tx,
        request.user_name,
        path=request.path or "/",
        tags=[(tag.key, tag.value) for tag in request.tags or ()],
        boundary=policy_references.boundary_reference(call.tx, boundary) if boundary else None,
    )
    return {"User": _user_detail(call.tx, user)}


def get_user(call: RequestContext, request: "requests.GetUserRequest") -> "replies.GetUserResponse":
    """Return a user, by default the caller."""
    tx = call.tx
    name = users.resolve_user_name(tx, request.user_name)
    if name is None:
        return {"User": _with_last_sign_in(call, root_user_reply(call))}
    return {"User": _with_last_sign_in(call, _user_detail(tx, find_user(call, name)))}


def list_users(call: RequestContext, request: "requests.ListUsersRequest") -> "replies.ListUsersResponse":
    """List the users below a path without their tags and boundaries."""
    tx, prefix = call.tx, request.path_prefix or "/"
    listing = call.name_listing("ListUsers", tx.caller.account_id, prefix)
    remaining = users.users_of(tx.state, tx.caller.account_id, prefix, listing.after(request.marker))
    page, more = listing.page(remaining, request.max_items, lambda user: user.name)
    return {"Users": [_with_last_sign_in(call, user_summary(tx.caller, user)) for user in page], **more}


def update_user(call: RequestContext, request: "requests.UpdateUserRequest") -> None:
    """Change the name or the path of a user."""
    users.update_user(call.tx, request.user_name, new_name=request.new_user_name, new_path=request.new_path)


def delete_user(call: RequestContext, request: "requests.DeleteUserRequest") -> None:
    """Delete a user that has no login, access keys, policies and groups left."""
    users.delete_user(call.tx, request.user_name)


def tag_user(call: RequestContext, request: "requests.TagUserRequest") -> None:
    """Add tags to a user."""
    users.tag_user(call.tx, request.user_name, [(tag.key, tag.value) for tag in request.tags])


def untag_user(call: RequestContext, request: "requests.UntagUserRequest") -> None:
    """Remove tags from a user."""
    users.untag_user(call.tx, request.user_name, request.tag_keys)


def list_user_tags(call: RequestContext, request: "requests.ListUserTagsRequest") -> "replies.ListUserTagsResponse":
    """List the tags of a user."""
    user = find_user(call, request.user_name)
    page, more = tag_page(call.name_listing("ListUserTags", user.account_id, user.id), user.tags, request)
    return {"Tags": page, **more}


def find_user(call: RequestContext, name: str) -> User:
    """Return a user of the caller's account."""
    return users.user_of(call.tx.state, call.tx.caller.account_id, name)


def user_summary(caller: Caller, user: User) -> "replies.User":
    """Return a user as lists contain it."""
    return _item(user, caller.partition)


@kept_item
def _item(user: User, partition: str) -> "replies.User":
    return {
        "Path": user.path,
        "UserName": user.name,
        "UserId": user.id,
        "Arn": arns.user(partition, user.account_id, user.path, user.name),
        "CreateDate": user.created_at,
    }


def _user_detail(tx: Transaction, user: User) -> "replies.User":
    """Return a user with its boundary and tags."""
    reply: replies.User = {**user_summary(tx.caller, user)}
    if user.boundary is not None:
        reply["PermissionsBoundary"] = boundary_reply(tx, user.boundary)
    if user.tags:
        reply["Tags"] = tag_list(user.tags)
    return reply


def _with_last_sign_in(call: RequestContext, user: "replies.User") -> "replies.User":
    """Return a user with the time of its latest sign-in to the console, as only GetUser and ListUsers do.

    Source: https://docs.aws.amazon.com/IAM/latest/APIReference/API_User.html
    """
    at = runtime_of(call.world).call_log.latest_sign_ins().get(user["UserId"])
    return user if at is None else {**user, "PasswordLastUsed": at}


def root_user_reply(call: RequestContext) -> "replies.User":
    """Return the root user of the caller's account."""
    caller = call.tx.caller
    membership = call.tx.state.memberships.get(caller.account_id)
    was_created = membership is not None and membership.method is JoinedMethod.CREATED
    return {
        "Path": "/",
        "UserName": ROOT,
        "UserId": caller.account_id,
        "Arn": arns.root_user(caller.partition, caller.account_id),
        "CreateDate": membership.joined_at if membership and was_created else _UNKNOWN_CREATION,
    }
