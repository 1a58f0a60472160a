"""The quotas of a world: read and change them."""

from flask import Response, jsonify
from flask_openapi3.openapi import OpenAPI
from pydantic import BaseModel, ConfigDict, Field, RootModel

from artifact_emulator.control import PREFIX
from artifact_emulator.control.responses import current_world, problem_response
from artifact_state.catalog import Quotas
from artifact_state.catalog.quota_changes import InvalidQuota, quota_values, replace_quotas
from artifact_state.record import replace
from artifact_state.world import World, default_quotas


class QuotaChanges(RootModel[dict[str, int]]):
    """Quotas by name, such as `policies.TAG_POLICY.max_attached` or `iam.RolesPerAccount`; times are in seconds."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [{"accounts_per_organization": 10, "policies.SERVICE_CONTROL_POLICY.max_attached": 5}]
        }
    )


class QuotasReply(BaseModel):
    """All quotas of a world."""

    quotas: dict[str, int] = Field(description="By name; times are in seconds.")


def add_routes(app: OpenAPI) -> None:
    """Add the routes of this module."""

    @app.get(f"{PREFIX}/quotas", summary="Return the quotas of a world", responses={200: QuotasReply})
    def read_quotas() -> Response:
        return _quotas_response(current_world())

    @app.patch(
        f"{PREFIX}/quotas",
        summary="Change quotas of a world; resources above a new quota remain",
        responses={200: QuotasReply},
    )
    def change_quotas(body: QuotaChanges) -> Response:
        world = current_world()
        try:
            quotas = replace_quotas(_quotas(world), body.root)
        except InvalidQuota as error:
            return problem_response(400, "Bad request", str(error))
        world.change_options(lambda options: replace(options, quotas=quotas))
        return _quotas_response(world)


def _quotas(world: World) -> Quotas:
    return world.options.quotas or default_quotas()


def _quotas_response(world: World) -> Response:
    return jsonify(QuotasReply(quotas=quota_values(_quotas(world))).model_dump())
