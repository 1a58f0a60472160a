"""All features: how an organization that has only consolidated billing gets them."""

from typing import TYPE_CHECKING

from artifact_emulator.services.context import RequestContext
from artifact_emulator.services.organizations.handshakes import handshake_reply
from artifact_state.organizations.handshakes import all_features

if TYPE_CHECKING:
    from artifact_emulator.shapes.organizations import replies, requests


def enable_all_features(
    call: RequestContext, request: "requests.EnableAllFeaturesRequest"
) -> "replies.EnableAllFeaturesResponse":
    """Begin the process; the answer is the handshake that finishes it."""
    return {"Handshake": handshake_reply(call.tx, all_features.enable_all_features(call.tx))}
