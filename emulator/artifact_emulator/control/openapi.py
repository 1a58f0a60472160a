"""Completes the OpenAPI document of the control API.

flask-openapi3 writes paths, bodies and replies from the pydantic models. This module adds the errors,
which are the same everywhere, the examples, and the paths that Flask does not serve.
"""

from collections.abc import Mapping
from typing import Any

from pydantic import BaseModel

from artifact_emulator.control import HEALTH, LOCALSTACK_HEALTH, PREFIX
from artifact_emulator.control.clock import ClockChange
from artifact_emulator.control.quotas import QuotaChanges
from artifact_emulator.control.reports import ReportBody
from artifact_emulator.control.strictness import StrictModeBody, ThrottlingBody
from artifact_emulator.control.worlds import NewWorld, WorldReply
from artifact_emulator.faults.rule_format import FaultBody

# flask-openapi3 drops `examples`, which a schema of OpenAPI 3.0 does not have.
_WITH_EXAMPLES: tuple[type[BaseModel], ...] = (
    ClockChange,
    FaultBody,
    NewWorld,
    QuotaChanges,
    ReportBody,
    StrictModeBody,
    ThrottlingBody,
    WorldReply,
)

_PROBLEM = {
    "type": "object",
    "title": "Problem",
    "description": "An error as RFC 9457 problem details; `detail` says how to correct the request, where possible.",
    "required": ["type", "title", "status", "detail"],
    "properties": {
        "type": {"type": "string"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string"},
    },
    "examples": [
        {"type": "about:blank", "title": "Not found", "status": 404, "detail": "There is no world 'mine'."},
    ],
}
_ERROR_RESPONSE = {
    "description": "An error: 400 for an invalid request, 403 for a foreign origin, 404, 405, 409, 413 or 415.",
    "content": {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}},
}
_SUCCESS_RESPONSE = {"description": "Done.", "content": {"application/json": {"schema": {"type": "object"}}}}
_HEALTH = {
    "type": "object",
    "required": ["version", "services"],
    "properties": {
        "version": {"type": "string"},
        "services": {"type": "object", "additionalProperties": {"const": "running"}},
    },
}
_SERVERS = [
    {"url": "/", "description": "The default world"},
    {
        "url": "/worlds/{world}",
        "description": "Any other world, which is created on first use",
        "variables": {"world": {"default": "mine", "description": "Letters, digits, dots, hyphens, underscores."}},
    },
]


def complete(document: Mapping[str, Any]) -> dict[str, Any]:
    """Return the complete document; the parts that flask-openapi3 wrote are unchanged."""
    components = {name: value for name, value in document["components"].items() if value is not None}
    schemas = {**components["schemas"], "Problem": _PROBLEM}
    for model in _WITH_EXAMPLES:
        examples = model.model_json_schema()["examples"]
        schemas[model.__name__] = {**schemas[model.__name__], "examples": examples}
    paths = {path: _with_errors(methods) for path, methods in document["paths"].items()}
    paths[HEALTH] = _get("Return the emulator's health; any Host header is accepted", _HEALTH)
    paths[LOCALSTACK_HEALTH] = _get("Return the emulator's health in LocalStack's form", _HEALTH)
    paths[f"{PREFIX}/openapi.json"] = _get("Return the OpenAPI document of the control API", {"type": "object"})
    _add_event_stream(paths)
    _add_snapshot_file(paths)
    return {
        **document,
        "servers": _SERVERS,
        "components": {**components, "schemas": schemas},
        "paths": dict(sorted(paths.items())),
    }


def _with_errors(methods: Mapping[str, Any]) -> dict[str, Any]:
    return {
        method: {**operation, "responses": _responses(operation["responses"])} for method, operation in methods.items()
    }


def _responses(responses: Mapping[str, Any]) -> dict[str, Any]:
    successes = {status: response for status, response in responses.items() if status.startswith("2")}
    return {**(successes or {"200": _SUCCESS_RESPONSE}), "default": _ERROR_RESPONSE}


def _get(summary: str, schema: Mapping[str, Any]) -> dict[str, Any]:
    success = {"description": "OK", "content": {"application/json": {"schema": schema}}}
    return {"get": {"summary": summary, "responses": {"200": success, "default": _ERROR_RESPONSE}}}


def _add_event_stream(paths: dict[str, Any]) -> None:
    content = paths[f"{PREFIX}/events"]["get"]["responses"]["200"]["content"]
    content["text/event-stream"] = {"schema": {"type": "string"}}


def _add_snapshot_file(paths: dict[str, Any]) -> None:
    """Add the request body of a snapshot import, which its route reads itself to describe an invalid file."""
    schema = {"$ref": "#/components/schemas/SnapshotFile"}
    body = {"required": False, "content": {"application/json": {"schema": schema}}}
    paths[f"{PREFIX}/snapshots/{{name}}"]["put"]["requestBody"] = body
