"""The clock of a world: read, freeze, advance and resume it."""

from datetime import timedelta
from functools import partial
from typing import Self

from flask import Response, jsonify
from flask_openapi3.openapi import OpenAPI
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, model_validator

from artifact_emulator.control import PREFIX
from artifact_emulator.control.responses import current_world
from artifact_state.clock import Clock
from artifact_state.world import World

_CENTURY = 100 * 365 * 86_400


class ClockChange(BaseModel):
    """A change of the clock: exactly one of its members."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [{"freeze": "2100-01-01T00:00:00Z"}, {"advance_seconds": 86400}, {"resume": True}]
        },
    )

    freeze: AwareDatetime | None = Field(
        None, description="Freeze the clock at this instant, given with its offset from UTC."
    )
    advance_seconds: float | None = Field(
        None, ge=0, le=_CENTURY, description="Move the clock forward, whether it runs or is frozen."
    )
    resume: bool | None = Field(None, description="Show the real time again.")

    @model_validator(mode="after")
    def _check_one_member(self) -> Self:
        if [self.freeze, self.advance_seconds, self.resume or None].count(None) != 2:
            raise ValueError("give one of freeze, advance_seconds and resume: true")
        return self


class ClockReply(BaseModel):
    """The state of a clock."""

    now: AwareDatetime
    frozen: bool


def add_routes(app: OpenAPI) -> None:
    """Add the routes of this module."""

    @app.get(f"{PREFIX}/clock", summary="Return the time of a world", responses={200: ClockReply})
    def read_clock() -> Response:
        return _clock_response(current_world())

    @app.post(f"{PREFIX}/clock", summary="Freeze, advance or resume the clock of a world", responses={200: ClockReply})
    def change_clock(body: ClockChange) -> Response:
        world = current_world()
        world.change_clock(partial(_change, body))
        return _clock_response(world)


def _change(change: ClockChange, clock: Clock) -> None:
    if change.freeze is not None:
        clock.freeze(change.freeze)
    elif change.advance_seconds is not None:
        clock.advance(timedelta(seconds=change.advance_seconds))
    else:
        clock.resume()


def _clock_response(world: World) -> Response:
    return jsonify(ClockReply(now=world.clock.now(), frozen=world.clock.is_frozen).model_dump(mode="json"))
