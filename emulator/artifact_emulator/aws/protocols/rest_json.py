"""AWS REST JSON 1: the operation in method and path, members in path, query, headers and a JSON body.

Source: https://smithy.io/2.0/aws/protocols/aws-restjson1-protocol.html
"""

from base64 import b64encode
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qsl, unquote

from artifact_emulator import json_body
from artifact_emulator.aws.errors.aws_error import AwsError
from artifact_emulator.aws.protocols import text
from artifact_emulator.aws.protocols.json_format import JsonFormat
from artifact_emulator.aws.service_model import Operation, Service
from artifact_emulator.http import Reply, Request

_CONTENT_TYPE = ("Content-Type", "application/json")


def parse(service: Service, operation: Operation, request: Request) -> dict[str, Any]:
    """Return the members of the input in path, query, headers and body.

    Raises AwsError: ValidationException if the body is not a JSON object, UnsupportedMediaTypeException.
    """
    members = _body(operation, request)
    labels = _labels(operation.path, request.path)
    # Unverified: AWS's text for a malformed query.
    query = parse_qsl(request.query, keep_blank_values=True)
    layout = service.layouts[operation.request].members if operation.request else {}
    for member, (location, name) in operation.locations.items():
        if location == "uri":
            members[member] = labels[name]
            continue
        if location == "header":
            values = [request.headers[name.lower()]] if name.lower() in request.headers else []
        else:
            values = [value for key, value in query if key == name]
        if not values:
            continue
        shape = service.layouts.get(layout[member])
        if shape is not None and shape.kind == "list":
            members[member] = values
        elif len(set(values)) > 1:
            raise _cannot_parse(f"{name} is given more than once.")
        else:
            members[member] = text.read(shape.kind if shape else "string", values[0])
    return members


def render(service: Service, operation: Operation, value: Any, request_id: str) -> Reply:
    """Return the reply with the output of an operation."""
    body = b"" if operation.status == 204 else _FORMAT.write_output(value or {}).encode()
    return Reply(operation.status, (_CONTENT_TYPE, ("x-amzn-RequestId", request_id)), body)


def refuse(service: Service | None, failure: AwsError, request_id: str) -> Reply:
    """Return the reply with an error: its code in a header, its message and members in the body."""
    shape = service.errors.get(failure.code) if service else None
    members = {"message": failure.message, **failure.members}
    headers = [_CONTENT_TYPE, ("x-amzn-RequestId", request_id), ("x-amzn-errortype", failure.code)]
    for member, name in (shape.headers if shape else {}).items():
        if member in members:
            headers.append((name, str(members.pop(member))))
    return Reply(failure.status, tuple(headers), _FORMAT.write(members).encode())


def _body(operation: Operation, request: Request) -> dict[str, Any]:
    if not request.body or operation.method in ("GET", "DELETE"):
        return {}
    media_type = request.headers.get("content-type", "application/json").partition(";")[0].strip().lower()
    if media_type != "application/json":
        raise AwsError("UnsupportedMediaTypeException", f"Unsupported media type: {media_type}", 415)
    try:
        value = json_body.read(request.body)
    except ValueError:
        raise _cannot_parse("The request body is not valid JSON.") from None
    if not isinstance(value, dict):
        raise _cannot_parse("The request body is not a JSON object.")
    return value


def _labels(template: str, path: str) -> dict[str, str]:
    pairs = zip(template.split("/"), path.split("/"), strict=True)
    return {label[1:-1]: unquote(step) for label, step in pairs if label.startswith("{")}


def _cannot_parse(message: str) -> AwsError:
    return AwsError("ValidationException", message, members={"reason": "cannotParse"})


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    if isinstance(value, bytes):
        return b64encode(value).decode()
    raise TypeError(value)


_FORMAT = JsonFormat("rest-json", _plain)
