"""Instance profiles, which contain a role."""

from typing import TYPE_CHECKING

from artifact_emulator.services.context import RequestContext
from artifact_emulator.services.iam.reply_members import tag_list, tag_page
from artifact_emulator.services.iam.roles import find_role, role_reply
from artifact_state import arns, name_index
from artifact_state.iam import instance_profiles
from artifact_state.model import Role
from artifact_state.model.iam_settings import InstanceProfile
from artifact_state.world import Transaction

if TYPE_CHECKING:
    from artifact_emulator.shapes.iam import replies, requests


def create_instance_profile(
    call: RequestContext, request: "requests.CreateInstanceProfileRequest"
) -> "replies.CreateInstanceProfileResponse":
    """Create an instance profile without a role."""
    tags = [(tag.key, tag.value) for tag in request.tags or ()]
    profile = instance_profiles.create_instance_profile(
        call.tx, request.instance_profile_name, path=request.path or "/", tags=tags
    )
    return {"InstanceProfile": _detail(call.tx, profile)}


def get_instance_profile(
    call: RequestContext, request: "requests.GetInstanceProfileRequest"
) -> "replies.GetInstanceProfileResponse":
    """Return an instance profile with its role."""
    return {"InstanceProfile": _detail(call.tx, _find(call, request.instance_profile_name))}


def list_instance_profiles(
    call: RequestContext, request: "requests.ListInstanceProfilesRequest"
) -> "replies.ListInstanceProfilesResponse":
    """List the instance profiles of the account."""
    account_id, prefix = call.tx.caller.account_id, request.path_prefix or "/"
    listing = call.name_listing("ListInstanceProfiles", account_id, prefix)
    profiles = instance_profiles.instance_profiles_of(call.tx.state, account_id, prefix, listing.after(request.marker))
    page, more = listing.page(profiles, request.max_items, lambda profile: name_index.key_of(profile.name))
    return {"InstanceProfiles": [_instance_profile_reply(call.tx, profile) for profile in page], **more}


def list_instance_profiles_for_role(
    call: RequestContext, request: "requests.ListInstanceProfilesForRoleRequest"
) -> "replies.ListInstanceProfilesForRoleResponse":
    """List the instance profiles that contain a role."""
    role = find_role(call, request.role_name)
    listing = call.name_listing("ListInstanceProfilesForRole", role.account_id, role.id)
    profiles = instance_profiles.instance_profiles_of_role(
        call.tx.state, role.account_id, role.name, listing.after(request.marker)
    )
    page, more = listing.page(profiles, request.max_items, lambda profile: name_index.key_of(profile.name))
    return {"InstanceProfiles": [_instance_profile_reply(call.tx, profile) for profile in page], **more}


def add_role_to_instance_profile(call: RequestContext, request: "requests.AddRoleToInstanceProfileRequest") -> None:
    """Add a role to an instance profile that contains none."""
    instance_profiles.add_role(call.tx, request.instance_profile_name, request.role_name)


def remove_role_from_instance_profile(
    call: RequestContext, request: "requests.RemoveRoleFromInstanceProfileRequest"
) -> None:
    """Remove a role from an instance profile."""
    instance_profiles.remove_role(call.tx, request.instance_profile_name, request.role_name)


def delete_instance_profile(call: RequestContext, request: "requests.DeleteInstanceProfileRequest") -> None:
    """Delete an instance profile that contains no role."""
    instance_profiles.delete_instance_profile(call.tx, request.instance_profile_name)


def tag_instance_profile(call: RequestContext, request: "requests.TagInstanceProfileRequest") -> None:
    """Add tags to an instance profile."""
    tags = [(tag.key, tag.value) for tag in request.tags]
    instance_profiles.tag_instance_profile(call.tx, request.instance_profile_name, tags)


def untag_instance_profile(call: RequestContext, request: "requests.UntagInstanceProfileRequest") -> None:
    """Remove tags from an instance profile."""
    instance_profiles.untag_instance_profile(call.tx, request.instance_profile_name, request.tag_keys)


def list_instance_profile_tags(
    call: RequestContext, request: "requests.ListInstanceProfileTagsRequest"
) -> "replies.ListInstanceProfileTagsResponse":
    """List the tags of an instance profile."""
    profile = _find(call, request.instance_profile_name)
    listing = call.name_listing("ListInstanceProfileTags", profile.account_id, profile.id)
    page, more = tag_page(listing, profile.tags, request)
    return {"Tags": page, **more}


def _instance_profile_reply(tx: Transaction, profile: InstanceProfile) -> "replies.InstanceProfile":
    """Return an instance profile as lists contain it."""
    role = instance_profiles.role_in(tx.state, profile)
    return {
        "Path": profile.path,
        "InstanceProfileName": profile.name,
        "InstanceProfileId": profile.id,
        "Arn": arns.instance_profile(tx.caller.partition, profile.account_id, profile.path, profile.name),
        "CreateDate": profile.created_at,
        "Roles": [] if role is None else [role_reply(tx, role)],
    }


def instance_profiles_reply(tx: Transaction, role: Role) -> "list[replies.InstanceProfile]":
    """Return the instance profiles that contain a role."""
    profiles = instance_profiles.instance_profiles_of_role(tx.state, role.account_id, role.name)
    return [_instance_profile_reply(tx, profile) for profile in profiles]


def _detail(tx: Transaction, profile: InstanceProfile) -> "replies.InstanceProfile":
    reply = _instance_profile_reply(tx, profile)
    if profile.tags:
        reply["Tags"] = tag_list(profile.tags)
    return reply


def _find(call: RequestContext, name: str) -> InstanceProfile:
    return instance_profiles.instance_profile_of(call.tx.state, call.tx.caller.account_id, name)
