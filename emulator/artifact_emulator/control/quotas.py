"""The limits of a world over the control API: told, and changed while it is used."""

from dataclasses import replace

from flask import Response, jsonify
from flask_openapi3.openapi import OpenAPI
from pydantic import BaseModel, ConfigDict, Field, RootModel

from artifact_emulator.control import PREFIX, problem
from artifact_emulator.control.responses import asked_world, response
from artifact_state.catalog import Quotas
from artifact_state.catalog.changed_quotas import NoSuchLimit, changed, named_limits
from artifact_state.world import World, default_quotas
from artifact_state.world_registry import WorldRegistry


class QuotaChanges(RootModel[dict[str, int]]):
    """Limits by name, such as `policies.TAG_POLICY.max_attached` or `iam.RolesPerAccount`; times are in seconds."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [{"accounts_per_organization": 10, "policies.SERVICE_CONTROL_POLICY.max_attached": 5}]
        }
    )


class QuotasReply(BaseModel):
    """All limits of a world."""

    quotas: dict[str, int] = Field(description="By name; times are in seconds.")


def add(app: OpenAPI, served: WorldRegistry) -> None:
    """Add the routes."""

    @app.get(f"{PREFIX}/quotas", summary="Tell the limits of a world", responses={200: QuotasReply})
    def tell_quotas() -> Response:
        return _told(asked_world(served))

    @app.patch(
        f"{PREFIX}/quotas", summary="Change limits of a world: what is there stays", responses={200: QuotasReply}
    )
    def change_quotas(body: QuotaChanges) -> Response:
        world = asked_world(served)
        try:
            quotas = changed(_quotas(world), body.root)
        except NoSuchLimit as error:
            return response(problem(400, "Bad request", str(error)))
        with world.locked():
            world.options = replace(world.options, quotas=quotas)
        return _told(world)


def _quotas(world: World) -> Quotas:
    return world.options.quotas or default_quotas()


def _told(world: World) -> Response:
    return jsonify(QuotasReply(quotas=named_limits(_quotas(world))).model_dump())
