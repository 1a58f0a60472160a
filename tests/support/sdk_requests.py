"""Requests as botocore serializes them from the least valid input of an operation, without a network."""

import json
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlencode

from botocore.model import OperationModel, Shape
from botocore.serialize import create_serializer

from artifact_emulator.http import Request

AUTHORIZATION = (
    "AWS4-HMAC-SHA256 Credential=111122223333/20260101/eu-west-1/{}/aws4_request, SignedHeaders=host, Signature=0"
)
_TEXTS = {"timestamp": datetime(2026, 1, 1, tzinfo=UTC), "boolean": True, "blob": b"x", "double": 1.5, "float": 1.5}


def least_input(operation: OperationModel) -> dict[str, Any]:
    """Return a valid input with the required members only."""
    return _value(operation.input_shape, ()) if operation.input_shape is not None else {}


def serialized(operation: OperationModel, members: dict[str, Any], protocol: str | None = None) -> Request:
    """Return the request that botocore makes of an input."""
    protocol = protocol or operation.service_model.resolved_protocol
    parts = create_serializer(protocol).serialize_to_request(members, operation)
    body = parts["body"]
    headers = {name.lower(): str(value) for name, value in parts["headers"].items()}
    if isinstance(body, dict):
        body = urlencode(body)
        headers["content-type"] = "application/x-www-form-urlencoded; charset=utf-8"
    headers["authorization"] = AUTHORIZATION.format(operation.service_model.signing_name)
    path, _, query = parts["url_path"].partition("?")
    further = urlencode(parts["query_string"], doseq=True) if isinstance(parts["query_string"], dict) else ""
    body = body.encode() if isinstance(body, str) else bytes(body or b"")
    return Request(parts["method"], path, "&".join(filter(None, (query, further))), headers, body)


def plain(value: Any) -> Any:
    """Return a value as it can be compared: texts for numbers and times."""
    return json.loads(json.dumps(value, default=str))


def _value(shape: Shape, parents: tuple[str, ...]) -> Any:
    kind = shape.type_name
    if kind == "structure":
        required = [name for name in shape.required_members if shape.name not in parents]
        if getattr(shape, "is_tagged_union", False):
            required = [name for name, member in shape.members.items() if member.name not in parents][:1]
        return {name: _value(shape.members[name], (*parents, shape.name)) for name in required}
    if kind == "list":
        return [_value(shape.member, parents)] * max(int(shape.metadata.get("min", 1)), 1) if len(parents) < 8 else []
    if kind == "map":
        return {_value(shape.key, parents): _value(shape.value, parents)} if len(parents) < 8 else {}
    if kind in ("integer", "long"):
        return int(shape.metadata.get("min", 1)) or 1
    if kind == "string":
        return _text(shape)
    return _TEXTS[kind]


def _text(shape: Shape) -> str:
    if shape.enum:
        return str(shape.enum[0])
    return "x" * max(int(shape.metadata.get("min", 1)), 1)
