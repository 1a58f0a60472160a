"""The delays of asynchronous AWS operations in a world: read and change them."""

from datetime import timedelta
from typing import Annotated

from flask import Response, jsonify
from flask_openapi3.openapi import OpenAPI
from pydantic import BaseModel, ConfigDict, Field

from artifact_emulator.control import PREFIX
from artifact_emulator.control.responses import current_world
from artifact_state.record import replace
from artifact_state.world import Options, World

_DECADE = 10 * 365 * 86_400
Seconds = Annotated[float, Field(ge=0, le=_DECADE)]


class DelayChanges(BaseModel):
    """Delays by name, in seconds of the world's clock; a missing member is left unchanged."""

    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"examples": [{"creation": 60, "inquiry": 3600, "review": 86400}]}
    )

    creation: Seconds | None = Field(None, description="The creation of an account, after CreateAccount has replied.")
    activation: Seconds | None = Field(
        None, description="The activation of a created account, until its sign-up is complete."
    )
    closure: Seconds | None = Field(None, description="The closure of an account, after CloseAccount has replied.")
    deletion: Seconds | None = Field(None, description="The deletion of a service-linked role.")
    login: Seconds | None = Field(None, description="The time until a user's new password can be changed.")
    inquiry: Seconds | None = Field(None, description="The processing of a compliance inquiry.")
    review: Seconds | None = Field(None, description="The expert review of an inquiry with full support.")


class DelaysReply(BaseModel):
    """All delays of a world."""

    delays: dict[str, float] = Field(description="Seconds by name.")


def add_routes(app: OpenAPI) -> None:
    """Add the routes of this module."""

    @app.get(f"{PREFIX}/delays", summary="Return the delays of a world", responses={200: DelaysReply})
    def read_delays() -> Response:
        return _delays_response(current_world())

    @app.patch(
        f"{PREFIX}/delays",
        summary="Change the delays of a world; operations in progress keep theirs",
        responses={200: DelaysReply},
    )
    def change_delays(body: DelayChanges) -> Response:
        world = current_world()
        world.change_options(lambda options: _changed(options, body.model_dump(exclude_none=True)))
        return _delays_response(world)


def _changed(options: Options, seconds: dict[str, float]) -> Options:
    changes = {f"{name}_delay": timedelta(seconds=value) for name, value in seconds.items()}
    return replace(options, **changes)  # type: ignore[arg-type]  # All names are those of delays.


def _delays_response(world: World) -> Response:
    delays = {name: getattr(world.options, f"{name}_delay").total_seconds() for name in DelayChanges.model_fields}
    return jsonify(DelaysReply(delays=delays).model_dump())
