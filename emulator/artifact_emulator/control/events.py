"""The events of a world: CloudTrail records of the calls and service events of all accounts."""

from typing import Any

from flask import Response
from flask_openapi3.openapi import OpenAPI
from pydantic import BaseModel, Field

from artifact_emulator.activity.event_feed import all_records
from artifact_emulator.control import EVENTS
from artifact_emulator.control.event_query import EventQuery, unknown_name
from artifact_emulator.control.responses import current_world, json_response, problem_response
from artifact_emulator.world_runtime import runtime_of


class EventsReply(BaseModel):
    """Records of calls and service events."""

    events: list[dict[str, Any]] = Field(description="Records in CloudTrail's form: eventName, userIdentity and so on.")
    last_id: int = Field(description="The id of the latest record, for `after`.")


def add_routes(app: OpenAPI) -> None:
    """Add the routes of this module."""

    @app.get(
        EVENTS,
        responses={200: EventsReply},
        summary="List the calls and service events of a world, oldest first",
        description="`?after=<last_id>` lists only the records since then, in the order in which they were noticed. "
        "With `Accept: text/event-stream` the reply is a stream of records as they come, beginning now, at `after` or "
        "at the header `Last-Event-ID`; the id of each event can be used in the same way.",
    )
    def list_events(query: EventQuery) -> Response:
        world = current_world()
        instruments = runtime_of(world)
        if query.after is None:
            last = instruments.event_feed(world).update()
            listed = sorted(all_records(world, instruments.call_log.calls()), key=lambda record: record.at)
        else:
            new, last = instruments.event_feed(world).since(query.after)
            listed = [event.record for event in new]
        matching = [record.content for record in listed if query.matches(record)]
        if not matching and (mistake := unknown_name(query.name)):
            return problem_response(400, "Bad request", mistake)
        return json_response({"events": matching, "last_id": last})
