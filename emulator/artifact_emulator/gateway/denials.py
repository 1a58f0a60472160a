"""The errors of denied calls, in the words of each service."""

import json
from functools import cache
from pathlib import Path
from typing import Any

from artifact_emulator.aws.authorization.authorization_id import authorization_id_of
from artifact_emulator.aws.authorization.evaluated_request import EvaluatedRequest
from artifact_emulator.aws.authorization.messages import denial_message, undecided_message
from artifact_emulator.aws.authorization.request import AuthorizationRequest
from artifact_emulator.aws.errors.aws_error import AwsError, DenialError
from artifact_emulator.gateway.operations import ForeignCall

_FILE = Path(__file__).with_name("denials.json")
_LOWER = "lower"


def denial_error(call: ForeignCall, request: AuthorizationRequest, denied: EvaluatedRequest) -> AwsError:
    """Return a service's error for a call that is denied."""
    words = _words(call.protocol, call.service)
    named = denied.request
    prefix, _, name = named.action.partition(":")
    pattern = words.get("action", "")
    action = f"{prefix}:{name}".lower() if pattern == _LOWER else pattern.format(name) or named.action
    resource = words.get("resource", "{}").format(named.resource)
    if denied.open_parts:
        message = undecided_message(request.caller.arn, action, resource, denied.open_parts)
    else:
        message = denial_message(request, named._replace(action=action, resource=resource), denied.decision)
    if "message" in words:
        message = words["message"].format(message, authorization_id_of(request.request_id))
    return DenialError(words["code"], message, words["status"])


@cache
def _words(protocol: str, service: str) -> dict[str, Any]:
    """Return the words of a protocol, with those of a service that has its own."""
    tables = json.loads(_FILE.read_text("utf-8"))
    return {**tables["protocols"][protocol], **tables["services"].get(service, {})}
