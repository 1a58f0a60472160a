"""The description of the control API, completed: what holds for every path, and the paths that Flask does not answer.

flask-openapi3 writes paths, bodies and replies from the pydantic models; refusals are the same everywhere.
"""

from collections.abc import Mapping
from typing import Any

from pydantic import BaseModel

from artifact_emulator.control import HEALTH, LOCALSTACK_HEALTH, PREFIX
from artifact_emulator.control.clock import ClockChange
from artifact_emulator.control.faults import FaultBody
from artifact_emulator.control.quotas import QuotaChanges
from artifact_emulator.control.reports import ReportBody
from artifact_emulator.control.strictness import StrictClientBody, ThrottlingBody
from artifact_emulator.control.worlds import NewWorld, WorldReply

# flask-openapi3 keeps the keywords of OpenAPI 3.0, in which a schema has no list of examples.
_WITH_EXAMPLES: tuple[type[BaseModel], ...] = (
    ClockChange,
    FaultBody,
    NewWorld,
    QuotaChanges,
    ReportBody,
    StrictClientBody,
    ThrottlingBody,
    WorldReply,
)

_PROBLEM = {
    "type": "object",
    "title": "Problem",
    "description": "What is wrong, as RFC 9457 has it; `detail` tells the cure where there is one.",
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
_REFUSED = {
    "description": "Refused: 400 for what is not understood, 403 for strangers, 404, 405, 409, 413, 415.",
    "content": {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}},
}
_ANSWERED = {"description": "Done.", "content": {"application/json": {"schema": {"type": "object"}}}}
_HEALTHY = {
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
        "description": "Any other world, which is made on first use",
        "variables": {"world": {"default": "mine", "description": "Letters, digits, dots, hyphens, underscores."}},
    },
]


def complete(written: Mapping[str, Any]) -> dict[str, Any]:
    """Give the whole description; what was written stays as it is."""
    components = {name: one for name, one in written["components"].items() if one is not None}
    schemas = {**components["schemas"], "Problem": _PROBLEM}
    for model in _WITH_EXAMPLES:
        examples = model.model_json_schema()["examples"]
        schemas[model.__name__] = {**schemas[model.__name__], "examples": examples}
    paths = {path: _refusable(methods) for path, methods in written["paths"].items()}
    paths[HEALTH] = _read("Tell that the emulator serves; any Host may ask", _HEALTHY)
    paths[LOCALSTACK_HEALTH] = _read("Tell the same as LocalStack tells it", _HEALTHY)
    paths[f"{PREFIX}/openapi.json"] = _read("Describe the control API", {"type": "object"})
    _tell_of_streams(paths)
    _tell_of_files(paths)
    return {
        **written,
        "servers": _SERVERS,
        "components": {**components, "schemas": schemas},
        "paths": dict(sorted(paths.items())),
    }


def _refusable(methods: Mapping[str, Any]) -> dict[str, Any]:
    return {method: {**told, "responses": _responses(told["responses"])} for method, told in methods.items()}


def _responses(written: Mapping[str, Any]) -> dict[str, Any]:
    done = {status: one for status, one in written.items() if status.startswith("2")}
    return {**(done or {"200": _ANSWERED}), "default": _REFUSED}


def _read(summary: str, schema: Mapping[str, Any]) -> dict[str, Any]:
    told = {"description": "OK", "content": {"application/json": {"schema": schema}}}
    return {"get": {"summary": summary, "responses": {"200": told, "default": _REFUSED}}}


def _tell_of_streams(paths: dict[str, Any]) -> None:
    content = paths[f"{PREFIX}/events"]["get"]["responses"]["200"]["content"]
    content["text/event-stream"] = {"schema": {"type": "string"}}


def _tell_of_files(paths: dict[str, Any]) -> None:
    """Tell of the file that may come with a snapshot: its route takes any body, so that a broken one is told of."""
    schema = {"$ref": "#/components/schemas/SnapshotFile"}
    body = {"required": False, "content": {"application/json": {"schema": schema}}}
    paths[f"{PREFIX}/snapshots/{{name}}"]["put"]["requestBody"] = body
