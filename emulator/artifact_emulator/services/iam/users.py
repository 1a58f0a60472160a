"""Users: made, found, renamed, tagged, deleted."""

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from artifact_emulator.aws.pagination import NameListing, Truncation
from artifact_emulator.services.context import RequestContext
from artifact_state import arns
from artifact_state.iam import policy_references, users
from artifact_state.model import Caller, JoinedMethod, Map
from artifact_state.model.identities import User
from artifact_state.world import Transaction

if TYPE_CHECKING:
    from artifact_emulator.shapes.iam import replies, requests

ROOT = "root"
"""Unverified: what stands where AWS's model wants a name and the root user has none."""
_BEGINNING = datetime(2010, 5, 8, tzinfo=UTC)
"""Unverified: when an account that the world knows no more of came into being; the date of IAM's API."""


def create_user(call: RequestContext, request: "requests.CreateUserRequest") -> "replies.CreateUserResponse":
    """Make a user."""
    boundary = request.permissions_boundary
    user = users.create_user(
        call.tx,
        request.user_name,
        path=request.path or "/",
        tags=[(tag.key, tag.value) for tag in request.tags or ()],
        boundary=policy_references.boundary_reference(call.tx, boundary) if boundary else None,
    )
    return {"User": user_detail(call.tx, user)}


def get_user(call: RequestContext, request: "requests.GetUserRequest") -> "replies.GetUserResponse":
    """Describe a user, or the caller himself."""
    tx = call.tx
    name = users.resolve_user_name(tx, request.user_name)
    if name is None:
        return {"User": root_user_reply(call)}
    return {"User": user_detail(tx, find_user(call, name))}


def list_users(call: RequestContext, request: "requests.ListUsersRequest") -> "replies.ListUsersResponse":
    """List the users below a path, by name, without their tags and boundaries."""
    tx, prefix = call.tx, request.path_prefix or "/"
    listing = call.name_listing("ListUsers", tx.caller.account_id, prefix)
    found = users.users_of(tx.state, tx.caller.account_id, prefix, listing.after(request.marker))
    page, more = listing.page(found, request.max_items, lambda user: user.name)
    return {"Users": [user_summary(tx.caller, user) for user in page], **more}


def update_user(call: RequestContext, request: "requests.UpdateUserRequest") -> None:
    """Give a user another name or path."""
    users.update_user(call.tx, request.user_name, new_name=request.new_user_name, new_path=request.new_path)


def delete_user(call: RequestContext, request: "requests.DeleteUserRequest") -> None:
    """Delete a user of whom nothing is left."""
    users.delete_user(call.tx, request.user_name)


def tag_user(call: RequestContext, request: "requests.TagUserRequest") -> None:
    """Set tags of a user."""
    users.tag_user(call.tx, request.user_name, [(tag.key, tag.value) for tag in request.tags])


def untag_user(call: RequestContext, request: "requests.UntagUserRequest") -> None:
    """Take tags off a user."""
    users.untag_user(call.tx, request.user_name, request.tag_keys)


def list_user_tags(call: RequestContext, request: "requests.ListUserTagsRequest") -> "replies.ListUserTagsResponse":
    """List a user's tags, by key."""
    user = find_user(call, request.user_name)
    page, more = tag_page(call.name_listing("ListUserTags", user.account_id, user.id), user.tags, request)
    return {"Tags": page, **more}


def find_user(call: RequestContext, name: str) -> User:
    """Find a user of the caller's account."""
    return users.user_of(call.tx.state, call.tx.caller.account_id, name)


def user_summary(caller: Caller, user: User) -> "replies.User":
    """Lay out a user as lists show him."""
    return {
        "Path": user.path,
        "UserName": user.name,
        "UserId": user.id,
        "Arn": arns.user(caller.partition, user.account_id, user.path, user.name),
        "CreateDate": user.created_at,
    }


def tag_page(listing: NameListing, tags: "Map[str, str]", request: Any) -> "tuple[list[replies.Tag], Truncation]":
    """Cut a page off tags, by key; a key can be too long for a marker, which holds its place instead."""
    after = int(listing.after(request.marker) or -1)
    placed = ((place, tag) for place, tag in enumerate(tag_list(tags)) if place > after)
    page, more = listing.page(placed, request.max_items, lambda one: str(one[0]))
    return [tag for _, tag in page], more


def user_detail(tx: Transaction, user: User) -> "replies.User":
    """Lay out a user with his boundary and tags."""
    whole = user_summary(tx.caller, user)
    if user.boundary is not None:
        whole["PermissionsBoundary"] = boundary_reply(tx, user.boundary)
    if user.tags:
        whole["Tags"] = tag_list(user.tags)
    return whole


def boundary_reply(tx: Transaction, reference: str) -> "replies.AttachedPermissionsBoundary":
    """Lay out the policy that bounds a user or a role."""
    return {
        "PermissionsBoundaryType": "PermissionsBoundaryPolicy",
        "PermissionsBoundaryArn": policy_references.arn_of_reference(
            tx.state, tx.caller.partition, tx.caller.account_id, reference
        ),
    }


def tag_list(tags: "Map[str, str]") -> "list[replies.Tag]":
    """Lay out tags, by key."""
    return [{"Key": key, "Value": value} for key, value in sorted(tags.items())]


def root_user_reply(call: RequestContext) -> "replies.User":
    """Describe the root user of the caller's account."""
    caller = call.tx.caller
    membership = call.tx.state.memberships.get(caller.account_id)
    was_created = membership is not None and membership.method is JoinedMethod.CREATED
    return {
        "Path": "/",
        "UserName": ROOT,
        "UserId": caller.account_id,
        "Arn": arns.root_user(caller.partition, caller.account_id),
        "CreateDate": membership.joined_at if membership and was_created else _BEGINNING,
    }
