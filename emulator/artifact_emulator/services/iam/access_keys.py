"""Access keys of users and root users, and their last use."""

from typing import TYPE_CHECKING

from artifact_emulator.aws.pagination import IAM_PAGE_SIZE
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
    """List the access keys of a user on one page."""
    keys = list(access_keys.access_keys_of(call.tx, request.user_name))
    return {
        "AccessKeyMetadata": [_summary(key) for key in keys[: request.max_items or IAM_PAGE_SIZE]],
        "IsTruncated": False,
    }


def update_access_key(call: RequestContext, request: "requests.UpdateAccessKeyRequest") -> None:
    """Activate or deactivate an access key."""
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
            "ServiceName": last.service.name,
            "Region": last.caller.region,
        },
    }


def _summary(key: AccessKey) -> "replies.AccessKeyMetadata":
    return {
        "UserName": key.user_name or ROOT,
        "AccessKeyId": key.id,
        "Status": "Active" if key.active else "Inactive",
        "CreateDate": key.created_at,
    }
