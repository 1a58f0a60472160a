"""The clock of a world over the control API: real, frozen, moved ahead."""

from datetime import timedelta
from typing import Self

from flask import Response, jsonify
from flask_openapi3.openapi import OpenAPI
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, model_validator

from artifact_emulator.control import PREFIX
from artifact_emulator.control.responses import asked_world
from artifact_state.world import World
from artifact_state.world_registry import WorldRegistry

_CENTURY = 100 * 365 * 86_400


class ClockChange(BaseModel):
    """What is to become of a clock: one of three."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [{"freeze": "2026-01-01T00:00:00Z"}, {"advance_seconds": 86400}, {"resume": True}]
        },
    )

    freeze: AwareDatetime | None = Field(
        None, description="Stand still at this instant, given with its offset from UTC."
    )
    advance_seconds: float | None = Field(None, ge=0, le=_CENTURY, description="Move ahead, running or standing still.")
    resume: bool | None = Field(None, description="Run again, with the real time.")

    @model_validator(mode="after")
    def _one(self) -> Self:
        if [self.freeze, self.advance_seconds, self.resume or None].count(None) != 2:
            raise ValueError("give one of freeze, advance_seconds and resume: true")
        return self


class ClockReply(BaseModel):
    """What a clock shows."""

    now: AwareDatetime
    frozen: bool


def add(app: OpenAPI, served: WorldRegistry) -> None:
    """Add the routes."""

    @app.get(f"{PREFIX}/clock", summary="Tell the time of a world", responses={200: ClockReply})
    def tell() -> Response:
        return _told(asked_world(served))

    @app.post(f"{PREFIX}/clock", summary="Freeze, advance or resume the time of a world", responses={200: ClockReply})
    def turn(body: ClockChange) -> Response:
        world = asked_world(served)
        with world.locked():
            if body.freeze is not None:
                world.clock.freeze(body.freeze)
            elif body.advance_seconds is not None:
                world.clock.advance(timedelta(seconds=body.advance_seconds))
            else:
                world.clock.resume()
        return _told(world)


def _told(world: World) -> Response:
    return jsonify(ClockReply(now=world.clock.now(), frozen=world.clock.is_frozen).model_dump(mode="json"))
