"""Worlds over the control API: listed, made, forked, reset, dropped."""

from typing import Any

from flask import Response, jsonify
from flask_openapi3.openapi import OpenAPI
from pydantic import BaseModel, ConfigDict, Field, model_validator

from artifact_emulator.control import PREFIX, problem
from artifact_emulator.control.responses import asked_world, nothing, response
from artifact_emulator.routing import WORLDS
from artifact_emulator.world_runtime import runtime_of
from artifact_state.world import World
from artifact_state.world_registry import DEFAULT, WorldRegistry


class WorldPath(BaseModel):
    """The world that a path names."""

    name: str = Field(description="Up to 128 letters, digits, dots, hyphens and underscores.")


class NewWorld(BaseModel):
    """What a world begins with."""

    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"examples": [{}, {"fork": "default"}, {"scenario": "landing-zone"}]}
    )

    fork: str | None = Field(None, description="The world of which it is to be a copy; without one it begins empty.")
    scenario: str | dict[str, Any] | None = Field(
        None,
        description="What it begins with, and where a reset leads back to: a built-in scenario's name, or a scenario.",
    )

    @model_validator(mode="before")
    @classmethod
    def _empty(cls, given: Any) -> Any:
        return {} if given is None else given


class WorldReply(BaseModel):
    """A world, and what is in it."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"name": "mine", "path": "/worlds/mine", "organizations": 1, "accounts": 9}]}
    )

    name: str
    path: str = Field(description="Where its endpoint is, below the emulator's own.")
    organizations: int
    accounts: int = Field(description="Members of organizations.")


class WorldsReply(BaseModel):
    """The worlds that there are."""

    worlds: list[WorldReply]


def add(app: OpenAPI, served: WorldRegistry) -> None:
    """Add the routes."""

    @app.get(f"{PREFIX}/worlds", summary="List the worlds", responses={200: WorldsReply})
    def list_worlds() -> Response:
        return jsonify({"worlds": [_described(world) for world in served]})

    @app.get(f"{PREFIX}/worlds/<name>", summary="Describe a world", responses={200: WorldReply})
    def describe_world(path: WorldPath) -> Response:
        return jsonify(_described(served.find(path.name)))

    @app.put(
        f"{PREFIX}/worlds/<name>", summary="Make a world, in place of one of that name", responses={200: WorldReply}
    )
    def make_world(path: WorldPath, body: NewWorld) -> Response:
        if body.scenario is None:
            made = served.create(path.name, fork=body.fork)
            # The default world stays the same one, whatever it is made of.
            runtime_of(made).clear()
            return jsonify(_described(made))
        if body.fork is not None:
            return response(problem(400, "Bad request", "A world is a fork or begins with a scenario, not both."))
        # Imported here: only who brings a scenario needs to read one.
        from artifact_emulator.scenarios.files import built_in, world_at, world_of

        if isinstance(body.scenario, str) and body.scenario not in built_in():
            names = ", ".join(built_in())
            return response(problem(404, "Not found", f"There is no scenario {body.scenario!r}; there are {names}."))
        options = served.default.options
        wanted = body.scenario
        origin = world_at(wanted, options) if isinstance(wanted, str) else world_of(wanted, options)
        world = served.create_from(path.name, origin)
        runtime_of(world).clear()
        return jsonify(_described(world))

    @app.delete(f"{PREFIX}/worlds/<name>", summary="Drop a world; the default one begins again", responses={204: None})
    def drop_world(path: WorldPath) -> Response:
        served.delete(path.name)
        return nothing()

    @app.post(f"{PREFIX}/reset", summary="Let a world begin again", responses={204: None})
    def reset() -> Response:
        world = asked_world(served)
        world.reset()
        runtime_of(world).clear()
        return nothing()


def _described(world: World) -> dict[str, object]:
    return WorldReply(
        name=world.name,
        path="" if world.name == DEFAULT else WORLDS + world.name,
        organizations=len(world.state.organizations),
        accounts=len(world.state.memberships),
    ).model_dump()
