"""The operations that are emulated, and those that answer 501."""

from functools import cache

from flask import Response, jsonify, request
from flask_openapi3.openapi import OpenAPI
from pydantic import BaseModel, Field

from artifact_emulator.aws.service_profile import PROFILES
from artifact_emulator.control import PREFIX
from artifact_emulator.control.responses import GATEWAY_KEY, current_world
from artifact_emulator.services import bindings
from artifact_emulator.services.handler_index import HANDLERS
from artifact_emulator.world_runtime import runtime_of


class ServiceCapabilities(BaseModel):
    """The operations of one service."""

    api_version: str
    protocol: str = Field(description="json, rest-json or query.")
    emulated: list[str]
    not_emulated: list[str] = Field(description="Operations of AWS that answer 501 here.")


class Behind(BaseModel):
    """The backend of `serve --behind`."""

    url: str
    answered: int = Field(description="The calls of all worlds that it answered.")
    failed: int = Field(description="The calls to which it gave no answer.")


class Capabilities(BaseModel):
    """The operations of all services."""

    services: dict[str, ServiceCapabilities]
    not_emulated_calls: dict[str, int] = Field(
        description="The number of calls to each operation that is not emulated, most frequent first."
    )
    undecided_calls: dict[str, int] = Field(
        description="How often policies depended on what is not known of a call that a gate decides, by operation and "
        "what that was, most frequent first."
    )
    behind: Behind | None = Field(None, description="What answers the other services, if anything does.")
    missed: dict[str, int] = Field(description="The old name of not_emulated_calls.", deprecated=True)


def add_routes(app: OpenAPI) -> None:
    """Add the routes of this module."""

    @app.get(
        f"{PREFIX}/capabilities",
        summary="List the operations that are emulated, and those that answer 501",
        responses={200: Capabilities},
    )
    def list_capabilities() -> Response:
        runtime = runtime_of(current_world())
        calls, undecided = dict(runtime.not_emulated_calls.most_common()), dict(runtime.undecided_calls.most_common())
        services = {name: _capabilities_of(name) for name in PROFILES}
        counts = {"not_emulated_calls": calls, "undecided_calls": undecided, "missed": calls}
        gateway = request.environ[GATEWAY_KEY]
        behind = Behind(**gateway.status) if gateway is not None else None
        return jsonify(Capabilities(services=services, behind=behind, **counts).model_dump())


@cache
def _capabilities_of(name: str) -> ServiceCapabilities:
    service, emulated = bindings(name), sorted(HANDLERS[name])
    return ServiceCapabilities(
        api_version=service.version,
        protocol=service.protocol,
        emulated=emulated,
        not_emulated=sorted((service.operations.keys() | service.unshaped) - set(emulated)),
    )
