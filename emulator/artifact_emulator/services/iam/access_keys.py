"""Access keys of users and root users, and their last use."""

from typing import TYPE_CHECKING

from artifact_emulator.aws.errors.aws_error import AwsError
from artifact_emulator.aws.items import kept_item
from artifact_emulator.services.context import RequestContext
from artifact_emulator.services.iam.users import ROOT
from artifact_emulator.world_runtime import runtime_of
from artifact_state.iam import access_keys
from artifact_state.model.identities import AccessKey

if TYPE_CHECKING:
    from artifact_emulator.shapes.iam import replies, requests

_NEVER_USED = "N/A"


def create_access_key(
    call: RequestContext, request: "requests.CreateAccessKeyRequest"
) -> "replies.CreateAccessKeyResponse":
    """Create an access key; only this reply contains its secret."""
    key = access_keys.create_access_key(call.tx, request.user_name)
    return {
        "AccessKey": {
            "UserName": key.user_name or ROOT,
            "AccessKeyId": key.id,
            "Status": "Active",
            "SecretAccessKey": key.secret,
            "CreateDate": key.created_at,
        }
    }


def list_access_keys(
    call: RequestContext, request: "requests.ListAccessKeysRequest"
) -> "replies.ListAccessKeysResponse":
    """List the access keys of a user, the oldest first; a marker holds the index of a key."""
    keys = list(access_keys.access_keys_of(call.tx, request.user_name))
    owner = keys[0].user_name if keys else request.user_name
    listing = call.name_listing("ListAccessKeys", call.tx.caller.account_id, owner)
    after = int(listing.after(request.marker) or -1)
    indexed = ((index, key) for index, key in enumerate(keys) if index > after)
    page, more = listing.page(indexed, request.max_items, lambda item: str(item[0]))
    return {"AccessKeyMetadata": [_item(key) for _, key in page], **more}


def update_access_key(call: RequestContext, request: "requests.UpdateAccessKeyRequest") -> None:
    """Activate or deactivate an access key."""
    if request.status == "Expired":
        # Unverified: the message; AWS was recorded to refuse the status, which its model has.
        raise AwsError("InvalidInput", "The status of an access key is Active or Inactive.")
    access_keys.update_access_key(
        call.tx, request.access_key_id, active=request.status == "Active", user_name=request.user_name
    )


def delete_access_key(call: RequestContext, request: "requests.DeleteAccessKeyRequest") -> None:
    """Delete an access key."""
    access_keys.delete_access_key(call.tx, request.access_key_id, user_name=request.user_name)


def get_access_key_last_used(
    call: RequestContext, request: "requests.GetAccessKeyLastUsedRequest"
) -> "replies.GetAccessKeyLastUsedResponse":
    """Return the last call in the call log that an access key signed."""
    key = access_keys.access_key_by_id(call.tx, request.access_key_id)
    calls = reversed(runtime_of(call.world).call_log.calls())
    last = next((record for record in calls if record.caller.access_key_id == key.id), None)
    user_name = key.user_name or ROOT
    if last is None:
        return {"UserName": user_name, "AccessKeyLastUsed": {"ServiceName": _NEVER_USED, "Region": _NEVER_USED}}
    return {
        "UserName": user_name,
        "AccessKeyLastUsed": {
            "LastUsedDate": last.at,
            "ServiceName": last.service.signing_name,
            "Region": last.caller.region,
        },
    }


@kept_item
def _item(key: AccessKey) -> "replies.AccessKeyMetadata":
    return {
        "UserName": key.user_name or ROOT,
        "AccessKeyId": key.id,
        "Status": "Active" if key.active else "Inactive",
        "CreateDate": key.created_at,
    }
