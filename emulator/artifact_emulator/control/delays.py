"""How long AWS takes for what it does, over the control API: told, and changed while a world is used."""

from dataclasses import replace
from datetime import timedelta
from typing import Annotated

from flask import Response, jsonify
from flask_openapi3.openapi import OpenAPI
from pydantic import BaseModel, ConfigDict, Field

from artifact_emulator.control import PREFIX
from artifact_emulator.control.responses import asked_world
from artifact_state.world import Options, World
from artifact_state.world_registry import WorldRegistry

_DECADE = 10 * 365 * 86_400
Seconds = Annotated[float, Field(ge=0, le=_DECADE)]


class DelayChanges(BaseModel):
    """Delays by name, in seconds of the world's clock; what is left out stays."""

    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"examples": [{"creation": 60, "inquiry": 3600, "review": 86400}]}
    )

    creation: Seconds | None = Field(None, description="Of an account, after CreateAccount's own answer.")
    activation: Seconds | None = Field(None, description="Of a created account, until its sign-up is completed.")
    closure: Seconds | None = Field(None, description="Of an account, after CloseAccount's own answer.")
    deletion: Seconds | None = Field(None, description="Of a service-linked role.")
    login: Seconds | None = Field(None, description="Of a user's new password, until it can be changed.")
    inquiry: Seconds | None = Field(None, description="Of the work on a compliance inquiry.")
    review: Seconds | None = Field(None, description="Of the experts that look at an inquiry with full support.")


class DelaysReply(BaseModel):
    """All delays of a world."""

    delays: dict[str, float] = Field(description="By name, in seconds.")


def add(app: OpenAPI, served: WorldRegistry) -> None:
    """Add the routes."""

    @app.get(f"{PREFIX}/delays", summary="Tell how long AWS takes in a world", responses={200: DelaysReply})
    def tell_delays() -> Response:
        return _told(asked_world(served))

    @app.patch(
        f"{PREFIX}/delays",
        summary="Change how long AWS takes: what is under way keeps its own",
        responses={200: DelaysReply},
    )
    def change_delays(body: DelayChanges) -> Response:
        world = asked_world(served)
        with world.locked():
            world.options = _changed(world.options, body.model_dump(exclude_none=True))
        return _told(world)


def _changed(options: Options, seconds: dict[str, float]) -> Options:
    changes = {f"{name}_delay": timedelta(seconds=value) for name, value in seconds.items()}
    return replace(options, **changes)  # type: ignore[arg-type]  # every one of them is a delay


def _told(world: World) -> Response:
    delays = {name: getattr(world.options, f"{name}_delay").total_seconds() for name in DelayChanges.model_fields}
    return jsonify(DelaysReply(delays=delays).model_dump())
