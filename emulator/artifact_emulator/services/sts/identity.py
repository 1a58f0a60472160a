"""The identity of the caller and the account of an access key."""

from typing import TYPE_CHECKING

from artifact_emulator.services.context import RequestContext
from artifact_state.sts import federation

if TYPE_CHECKING:
    from artifact_emulator.shapes.sts import replies, requests


def get_caller_identity(
    call: RequestContext, request: "requests.GetCallerIdentityRequest"
) -> "replies.GetCallerIdentityResponse":
    """Return the caller, which needs no permission."""
    caller = call.tx.caller
    return {"UserId": caller.user_id, "Account": caller.account_id, "Arn": caller.arn}


def get_access_key_info(
    call: RequestContext, request: "requests.GetAccessKeyInfoRequest"
) -> "replies.GetAccessKeyInfoResponse":
    """Return the account that an access key id contains."""
    return {"Account": federation.account_of_access_key(request.access_key_id)}


def decode_authorization_message(
    call: RequestContext, request: "requests.DecodeAuthorizationMessageRequest"
) -> "replies.DecodeAuthorizationMessageResponse":
    """Refuse an encoded message: the services of the emulator do not encode their messages."""
    federation.decode_authorization_message()
