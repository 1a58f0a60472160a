"""Who somebody is: the caller, and the owner of an access key."""

from typing import TYPE_CHECKING

from artifact_emulator.services.context import RequestContext
from artifact_state.sts import federation

if TYPE_CHECKING:
    from artifact_emulator.shapes.sts import replies, requests


def get_caller_identity(
    call: RequestContext, request: "requests.GetCallerIdentityRequest"
) -> "replies.GetCallerIdentityResponse":
    """Tell who signed the call; needs no permission."""
    caller = call.tx.caller
    return {"UserId": caller.user_id, "Account": caller.account_id, "Arn": caller.arn}


def get_access_key_info(
    call: RequestContext, request: "requests.GetAccessKeyInfoRequest"
) -> "replies.GetAccessKeyInfoResponse":
    """Tell the account of an access key, which is written in it; a 12-digit key is its account."""
    return {"Account": federation.account_of_key(request.access_key_id)}


def decode_authorization_message(
    call: RequestContext, request: "requests.DecodeAuthorizationMessageRequest"
) -> "replies.DecodeAuthorizationMessageResponse":
    """Decode what a refusal said in code: the services here say everything in clear, so none is valid."""
    federation.decode()
