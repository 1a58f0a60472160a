"""The worlds of the emulator: list, create, fork, reset and delete them."""

from typing import Any

from flask import Response, jsonify
from flask_openapi3.openapi import OpenAPI
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, model_validator

from artifact_emulator import world_management
from artifact_emulator.aws.authentication import DEFAULT_ACCOUNT
from artifact_emulator.control import PREFIX
from artifact_emulator.control.responses import all_worlds, current_world, no_content, problem_response
from artifact_emulator.routing import WORLDS
from artifact_emulator.scenarios.files import load_content, load_file, require_built_in
from artifact_state.clock import Clock
from artifact_state.organizations.organization import first_management_account
from artifact_state.world import Options, World
from artifact_state.world_registry import DEFAULT


class WorldPath(BaseModel):
    """The world that a path names."""

    name: str = Field(description="Up to 128 letters, digits, dots, hyphens and underscores.")


class NewWorld(BaseModel):
    """The initial contents of a world."""

    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"examples": [{}, {"fork": "default"}, {"scenario": "landing-zone"}]}
    )

    fork: str | None = Field(None, description="Copy this world; without it the new world is empty.")
    scenario: str | dict[str, Any] | None = Field(
        None,
        description="Load a built-in scenario, by name, or a scenario; a reset returns to it.",
    )
    at: AwareDatetime | None = Field(
        None, description="Freeze the clock of the new world at this instant, at which a scenario begins."
    )

    @model_validator(mode="before")
    @classmethod
    def _accept_null(cls, body: Any) -> Any:
        return {} if body is None else body


class WorldReply(BaseModel):
    """A world and the number of its resources."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "name": "mine",
                    "path": "/worlds/mine",
                    "organizations": 1,
                    "accounts": 9,
                    "default_account": "111122223333",
                }
            ]
        }
    )

    name: str
    path: str = Field(description="The path of its endpoint, below the emulator's own.")
    organizations: int
    accounts: int = Field(description="The number of accounts that belong to an organization.")
    default_account: str = Field(
        description="The management account of the world's first organization; 123456789012 without one."
    )


class WorldsReply(BaseModel):
    """All worlds."""

    worlds: list[WorldReply]


def add_routes(app: OpenAPI) -> None:
    """Add the routes of this module."""

    @app.get(f"{PREFIX}/worlds", summary="List the worlds", responses={200: WorldsReply})
    def list_worlds() -> Response:
        return jsonify({"worlds": [_world_reply(world) for world in all_worlds()]})

    @app.get(f"{PREFIX}/worlds/<name>", summary="Describe a world", responses={200: WorldReply})
    def describe_world(path: WorldPath) -> Response:
        return jsonify(_world_reply(all_worlds().find(path.name)))

    @app.put(
        f"{PREFIX}/worlds/<name>",
        summary="Create a world, replacing one of the same name",
        responses={200: WorldReply},
    )
    def create_world(path: WorldPath, body: NewWorld) -> Response:
        if body.fork is not None and (body.scenario is not None or body.at is not None):
            return problem_response(400, "Bad request", "Give fork, or scenario and at: a fork has its own clock.")
        worlds = all_worlds()
        contents = _contents(body, worlds.default.options)
        world = world_management.create_world(worlds, path.name, fork=body.fork, contents=contents)
        return jsonify(_world_reply(world))

    @app.delete(
        f"{PREFIX}/worlds/<name>", summary="Delete a world; the default world is reset instead", responses={204: None}
    )
    def delete_world(path: WorldPath) -> Response:
        world_management.delete_world(all_worlds(), path.name)
        return no_content()

    @app.post(f"{PREFIX}/reset", summary="Reset a world to its initial contents", responses={204: None})
    def reset() -> Response:
        world_management.reset_world(current_world())
        return no_content()


def _world_reply(world: World) -> dict[str, object]:
    return WorldReply(
        name=world.name,
        path="" if world.name == DEFAULT else WORLDS + world.name,
        organizations=len(world.state.organizations),
        accounts=len(world.state.memberships),
        default_account=first_management_account(world.state) or DEFAULT_ACCOUNT,
    ).model_dump()


def _contents(new: NewWorld, options: Options) -> World | None:
    """Return a world with the contents of a built-in scenario or of the scenario itself, or None for an empty one.

    Raises UnknownScenario, InvalidScenario, InstantOutOfRange.
    """
    if new.scenario is None:
        return None if new.at is None else World(options=options, clock=Clock(frozen_at=new.at))
    if not isinstance(new.scenario, str):
        return load_content(new.scenario, options, at=new.at)
    require_built_in(new.scenario)
    return load_file(new.scenario, options, at=new.at)
