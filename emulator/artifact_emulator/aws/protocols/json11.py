"""AWS JSON 1.1: one path, the operation in a header, JSON in both directions.

Source: https://smithy.io/2.0/aws/protocols/aws-json-1_1-protocol.html
"""

from base64 import b64encode
from datetime import datetime
from typing import Any

from artifact_emulator import json_body
from artifact_emulator.aws.errors.aws_error import AwsError
from artifact_emulator.aws.protocols.json_format import JsonFormat
from artifact_emulator.aws.service_model import Operation, Service
from artifact_emulator.http import Reply, Request

_CONTENT_TYPE = ("Content-Type", "application/x-amz-json-1.1")


def parse(service: Service, operation: Operation, request: Request) -> dict[str, Any]:
    """Return the members of the input in the body.

    Raises AwsError: SerializationException.
    """
    if not request.body:
        return {}
    try:
        value = json_body.read(request.body)
    except ValueError:
        raise AwsError("SerializationException", "The request body is not valid JSON.") from None
    if not isinstance(value, dict):
        raise AwsError("SerializationException", "The request body is not a JSON object.")
    return value


def render(service: Service, operation: Operation, value: Any, request_id: str) -> Reply:
    """Return the reply with the output of an operation; without an output, the body is empty."""
    body = b"" if value is None else _FORMAT.write_output(value).encode()
    return Reply(operation.status, (_CONTENT_TYPE, ("x-amzn-RequestId", request_id)), body)


def refuse(service: Service | None, failure: AwsError, request_id: str) -> Reply:
    """Return the reply with an error: its code as `__type`, its message and its other members."""
    shape = service.errors.get(failure.code) if service else None
    # An error without a member for its message has one all the same, in lower case, as AWS CloudTrail's errors do.
    name = "message" if shape is not None and "Message" not in shape.members else "Message"
    body = _FORMAT.write({"__type": failure.code, name: failure.message, **failure.members}).encode()
    return Reply(failure.status, (_CONTENT_TYPE, ("x-amzn-RequestId", request_id)), body)


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return round(value.timestamp(), 3)
    if isinstance(value, bytes):
        return b64encode(value).decode()
    raise TypeError(value)


_FORMAT = JsonFormat("json", _plain)
