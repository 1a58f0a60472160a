"""Scenarios over the control API: those that there are, a world as one, and the schema for editors."""

from flask import Response, jsonify, request
from flask_openapi3.openapi import OpenAPI
from pydantic import BaseModel

from artifact_emulator.control import PREFIX, problem
from artifact_emulator.control.responses import asked_world, response
from artifact_emulator.scenarios.files import UnreadableScenario, built_in, scenario_at, written
from artifact_state.scenarios.export import describe
from artifact_state.scenarios.schema import Scenario
from artifact_state.world_registry import WorldRegistry

YAML = "application/yaml"


class ScenarioPath(BaseModel):
    """The scenario that a path names."""

    name: str


class ScenarioNote(BaseModel):
    """A scenario that comes with the emulator."""

    name: str
    description: str


class ScenariosReply(BaseModel):
    """The scenarios that come with the emulator."""

    scenarios: list[ScenarioNote]


def add(app: OpenAPI, served: WorldRegistry) -> None:
    """Add the routes."""

    @app.get(
        f"{PREFIX}/scenarios", summary="List the scenarios that come with the emulator", responses={200: ScenariosReply}
    )
    def list_scenarios() -> Response:
        return jsonify({"scenarios": [{"name": name, "description": told} for name, told in built_in().items()]})

    @app.get(
        f"{PREFIX}/scenarios/<name>", summary="Give a scenario that comes with the emulator", responses={200: Scenario}
    )
    def give_scenario(path: ScenarioPath) -> Response:
        if path.name not in built_in():
            return response(problem(404, "Not found", f"There is no scenario {path.name!r}."))
        return _given(scenario_at(path.name))

    @app.get(
        f"{PREFIX}/scenario",
        summary="Write down a world as a scenario, as JSON or, if that is accepted, YAML",
        responses={200: Scenario},
    )
    def describe_as_scenario() -> Response:
        world = asked_world(served)
        with world.still():
            return _given(describe(world))

    @app.get(f"{PREFIX}/scenario-schema.json", summary="Give the JSON Schema of scenarios, for editors")
    def schema() -> Response:
        return jsonify(Scenario.model_json_schema())

    @app.errorhandler(UnreadableScenario)
    def refuse_scenario(error: UnreadableScenario) -> Response:
        return response(problem(400, "Not a scenario", str(error)))


def _given(scenario: Scenario) -> Response:
    if request.accept_mimetypes.best_match(["application/json", YAML]) == YAML:
        return Response(written(scenario), mimetype=YAML)
    return jsonify(scenario.model_dump(mode="json", exclude_defaults=True))
