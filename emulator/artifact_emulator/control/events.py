"""What was called in a world, over the control API: CloudTrail's records of all accounts."""

from flask import Response, jsonify
from flask_openapi3.openapi import OpenAPI
from pydantic import BaseModel, ConfigDict, Field

from artifact_emulator.control import PREFIX
from artifact_emulator.control.asked import asked_world
from artifact_emulator.instruments import instruments_of
from artifact_emulator.trail_records import Record, records
from artifact_state.worlds import Worlds


class EventQuery(BaseModel):
    """Which records are asked for: those that have all that is given."""

    model_config = ConfigDict(extra="forbid")

    account: str | None = Field(None, description="The account that called, or whose service event it is.")
    name: str | None = Field(None, description="The operation, or the service event.")
    source: str | None = Field(None, description="Such as organizations.amazonaws.com.")
    error: str | None = Field(None, description="The error's code; an empty one asks for what succeeded.")


def add(app: OpenAPI, served: Worlds) -> None:
    """Add the routes."""

    @app.get(f"{PREFIX}/events", summary="List what was called and what happened in a world, the oldest first")
    def list_events(query: EventQuery) -> Response:
        world = asked_world(served)
        found = sorted(records(world, instruments_of(world).trail.calls()), key=lambda one: one.at)
        return jsonify({"events": [one.content for one in found if _fits(one, query)]})


def _fits(record: Record, query: EventQuery) -> bool:
    content = record.content
    return (
        query.account in (None, content["userIdentity"].get("accountId", record.account_id))
        and query.name in (None, content["eventName"])
        and query.source in (None, content["eventSource"])
        and query.error in (None, content.get("errorCode", ""))
    )
