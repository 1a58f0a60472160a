"""Outbound identity federation, which lets an account issue tokens about its principals."""

from typing import TYPE_CHECKING

from artifact_emulator.services.context import RequestContext
from artifact_state.iam import outbound_federation

if TYPE_CHECKING:
    from artifact_emulator.shapes.iam import replies, requests


def enable_outbound_web_identity_federation(
    call: RequestContext, request: "requests.EnableOutboundWebIdentityFederationRequest"
) -> "replies.EnableOutboundWebIdentityFederationResponse":
    """Allow the account to issue tokens."""
    return {"IssuerIdentifier": outbound_federation.enable(call.tx)}


def disable_outbound_web_identity_federation(
    call: RequestContext, request: "requests.DisableOutboundWebIdentityFederationRequest"
) -> None:
    """Stop the account from issuing tokens."""
    outbound_federation.disable(call.tx)


def get_outbound_web_identity_federation_info(
    call: RequestContext, request: "requests.GetOutboundWebIdentityFederationInfoRequest"
) -> "replies.GetOutboundWebIdentityFederationInfoResponse":
    """Return the issuer of the account's tokens."""
    return {"IssuerIdentifier": outbound_federation.enabled_issuer(call.tx), "JwtVendingEnabled": True}
