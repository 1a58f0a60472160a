"""Handler that enables all features of an organization with consolidated billing only."""

from typing import TYPE_CHECKING

from artifact_emulator.services.context import RequestContext
from artifact_emulator.services.organizations.handshakes import handshake_reply
from artifact_state.organizations.handshakes import all_features

if TYPE_CHECKING:
    from artifact_emulator.shapes.organizations import replies, requests


def enable_all_features(
    call: RequestContext, request: "requests.EnableAllFeaturesRequest"
) -> "replies.EnableAllFeaturesResponse":
    """Begin to enable all features; the reply is the handshake that completes the process."""
    return {"Handshake": handshake_reply(call.tx, all_features.enable_all_features(call.tx))}
