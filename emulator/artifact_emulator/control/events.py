"""What was called in a world, over the control API: CloudTrail's records of all accounts."""

from typing import Any

from flask import Response, jsonify
from flask_openapi3.openapi import OpenAPI
from pydantic import BaseModel, Field

from artifact_emulator.activity.cloudtrail_records import records
from artifact_emulator.control import EVENTS
from artifact_emulator.control.event_query import EventQuery
from artifact_emulator.control.responses import asked_world
from artifact_emulator.world_runtime import runtime_of
from artifact_state.world_registry import WorldRegistry


class EventsReply(BaseModel):
    """Records of what was called and of what services did."""

    events: list[dict[str, Any]] = Field(description="As CloudTrail writes them: eventName, userIdentity and the rest.")
    last_id: int = Field(description="Where to go on: what comes later has a higher one.")


def add(app: OpenAPI, served: WorldRegistry) -> None:
    """Add the routes."""

    @app.get(
        EVENTS,
        responses={200: EventsReply},
        summary="List what was called and what happened in a world, the oldest first",
        description="`last_id` is where to go on: `?after=<last_id>` gives what came since, in the order in which it "
        "was noticed. Who accepts `text/event-stream` is told as it happens, from now on or from `after` or from the "
        "header `Last-Event-ID`; each record is an event with such an id.",
    )
    def list_events(query: EventQuery) -> Response:
        world = asked_world(served)
        instruments = runtime_of(world)
        if query.after is None:
            last = instruments.happenings(world).notice()
            found = sorted(records(world, instruments.trail.calls()), key=lambda one: one.at)
        else:
            new, last = instruments.happenings(world).since(query.after)
            found = [one.record for one in new]
        return jsonify({"events": [one.content for one in found if query.fits(one)], "last_id": last})
