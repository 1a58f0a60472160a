"""The built-in scenarios, a world as a scenario, and the JSON Schema of scenarios."""

from collections.abc import Sequence

from flask import Response, jsonify, request
from flask_openapi3.openapi import OpenAPI
from pydantic import BaseModel, Field

from artifact_emulator.control import PREFIX
from artifact_emulator.control.responses import current_world, json_response, problem_response, text_response
from artifact_emulator.scenarios.files import (
    InvalidScenario,
    UnknownScenario,
    built_in_scenarios,
    read_scenario,
    require_built_in,
)
from artifact_emulator.scenarios.writing import content_of, yaml_pieces
from artifact_state.scenarios.export import export_scenario
from artifact_state.scenarios.omissions import Omission, omissions
from artifact_state.scenarios.schema import Scenario

YAML = "application/yaml"


class ScenarioPath(BaseModel):
    """The scenario that a path names."""

    name: str


class ScenarioSummary(BaseModel):
    """The name and description of a built-in scenario."""

    name: str
    description: str


class ScenariosReply(BaseModel):
    """The built-in scenarios."""

    scenarios: list[ScenarioSummary]


class OmissionBody(BaseModel):
    """Contents of a world that a scenario cannot describe."""

    name: str = Field(description="A table such as `sessions`, or a field of its records such as `users.login`.")
    count: int = Field(description="The number of records.")


class OmissionsReply(BaseModel):
    """What the export of a world as a scenario leaves out; a snapshot contains it."""

    omissions: list[OmissionBody]


def add_routes(app: OpenAPI) -> None:
    """Add the routes of this module."""

    @app.get(f"{PREFIX}/scenarios", summary="List the built-in scenarios", responses={200: ScenariosReply})
    def list_scenarios() -> Response:
        return jsonify(
            {"scenarios": [{"name": name, "description": text} for name, text in built_in_scenarios().items()]}
        )

    @app.get(f"{PREFIX}/scenarios/<name>", summary="Return a built-in scenario", responses={200: Scenario})
    def show_scenario(path: ScenarioPath) -> Response:
        require_built_in(path.name)
        return _scenario_response(read_scenario(path.name))

    @app.get(
        f"{PREFIX}/scenario",
        summary="Export a world as a scenario, in JSON or in YAML if the Accept header prefers it",
        responses={200: Scenario},
    )
    def export_world() -> Response:
        world = current_world().copy()
        return _scenario_response(export_scenario(world), omissions(world))

    @app.get(
        f"{PREFIX}/scenario/omissions",
        summary="List the contents of a world that its export as a scenario leaves out",
        responses={200: OmissionsReply},
    )
    def list_omissions() -> Response:
        omitted = omissions(current_world().copy())
        return jsonify({"omissions": [{"name": omission.name, "count": omission.count} for omission in omitted]})

    @app.get(f"{PREFIX}/scenario-schema.json", summary="Return the JSON Schema of scenarios, for editors")
    def schema() -> Response:
        return jsonify(Scenario.model_json_schema())

    @app.errorhandler(UnknownScenario)
    def refuse_unknown_scenario(error: UnknownScenario) -> Response:
        return problem_response(404, "Not found", str(error))

    @app.errorhandler(InvalidScenario)
    def refuse_unreadable_scenario(error: InvalidScenario) -> Response:
        return problem_response(400, "Invalid scenario", str(error))


def _scenario_response(scenario: Scenario, omitted: Sequence[Omission] = ()) -> Response:
    if request.accept_mimetypes.best_match(["application/json", YAML]) == YAML:
        return text_response(yaml_pieces(scenario, omitted), YAML)
    return json_response(content_of(scenario))
