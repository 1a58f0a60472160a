"""Who am I, and temporary credentials of a role."""

from datetime import timedelta
from typing import TYPE_CHECKING

from artifact_emulator.call import Call
from artifact_state import principals

if TYPE_CHECKING:
    from artifact_emulator.shapes.sts import replies, requests


def get_caller_identity(
    call: Call, request: "requests.GetCallerIdentityRequest"
) -> "replies.GetCallerIdentityResponse":
    """Tell who signed the call; needs no permission."""
    caller = call.tx.caller
    return {"UserId": caller.user_id, "Account": caller.account_id, "Arn": caller.arn}


def assume_role(call: Call, request: "requests.AssumeRoleRequest") -> "replies.AssumeRoleResponse":
    """Give temporary credentials of a role that trusts the caller."""
    duration = timedelta(seconds=request.duration_seconds) if request.duration_seconds else None
    session = principals.assume_role(call.tx, request.role_arn, request.role_session_name, duration)
    principal = principals.session_principal(session, partition=call.tx.caller.partition, region=call.tx.caller.region)
    return {
        "Credentials": {
            "AccessKeyId": session.access_key_id,
            "SecretAccessKey": session.secret,
            "SessionToken": session.token,
            "Expiration": session.expires_at,
        },
        "AssumedRoleUser": {"AssumedRoleId": principal.user_id, "Arn": principal.arn},
    }
