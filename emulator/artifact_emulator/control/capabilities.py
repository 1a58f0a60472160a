"""What is emulated, over the control API: which operations are carried out, and which answer 501."""

from functools import cache

from flask import Response, jsonify
from flask_openapi3.openapi import OpenAPI
from pydantic import BaseModel, Field

from artifact_emulator.control import PREFIX, SERVICES
from artifact_emulator.control.responses import asked_world
from artifact_emulator.services import bindings, handlers
from artifact_emulator.world_runtime import runtime_of
from artifact_state.world_registry import WorldRegistry


class ServiceCapabilities(BaseModel):
    """The operations of one service."""

    api_version: str
    protocol: str = Field(description="json, rest-json or query.")
    emulated: list[str]
    not_emulated: list[str] = Field(description="AWS has them; here they answer 501.")


class Capabilities(BaseModel):
    """The operations of all services."""

    services: dict[str, ServiceCapabilities]
    missed: dict[str, int] = Field(
        description="What this world was asked for in vain, and how often; most often first."
    )


def add(app: OpenAPI, served: WorldRegistry) -> None:
    """Add the routes."""

    @app.get(
        f"{PREFIX}/capabilities", summary="List what is emulated, and what answers 501", responses={200: Capabilities}
    )
    def list_capabilities() -> Response:
        missed = dict(runtime_of(asked_world(served)).missed.most_common())
        services = {name: _of(name) for name in SERVICES}
        return jsonify(Capabilities(services=services, missed=missed).model_dump())


@cache
def _of(name: str) -> ServiceCapabilities:
    service, emulated = bindings(name), sorted(handlers(name))
    return ServiceCapabilities(
        api_version=service.version,
        protocol=service.protocol,
        emulated=emulated,
        not_emulated=sorted((service.operations.keys() | service.unshaped) - set(emulated)),
    )
