"""Snapshots over the control API: a world as it was, kept under a name, and as a file to take away or to bring."""

import json
from typing import Any

from flask import Response, jsonify, request
from flask_openapi3.openapi import OpenAPI
from pydantic import BaseModel, Field

from artifact_emulator.control import PREFIX
from artifact_emulator.control.responses import asked_world, nothing
from artifact_emulator.version import __version__
from artifact_state.snapshot import SnapshotUnreadable, document_of, world_of
from artifact_state.world_registry import WorldRegistry


class SnapshotPath(BaseModel):
    """The snapshot that a path names."""

    name: str = Field(description="Up to 128 letters, digits, dots, hyphens and underscores.")


class SnapshotsReply(BaseModel):
    """What was saved of a world, the oldest first."""

    snapshots: list[str]


class SnapshotFile(BaseModel):
    """A world as a file: any emulator that reads this format makes the same world of it."""

    artifact_emulator_snapshot: int = Field(description="The format.")
    version: str = Field(description="Of the emulator that wrote it.")
    clock: dict[str, Any]
    options: dict[str, Any] = Field({}, description="Those that are not the default ones.")
    state: dict[str, Any]


def add(app: OpenAPI, served: WorldRegistry) -> None:
    """Add the routes."""

    @app.get(f"{PREFIX}/snapshots", summary="List a world's snapshots", responses={200: SnapshotsReply})
    def list_snapshots() -> Response:
        return jsonify({"snapshots": served.snapshot_names(asked_world(served).name)})

    @app.get(f"{PREFIX}/snapshots/<name>", summary="Export a snapshot as a file", responses={200: SnapshotFile})
    def export_snapshot(path: SnapshotPath) -> Response:
        saved = served.find_snapshot(asked_world(served).name, path.name)
        # Not by Flask's jsonify, which would put the members out of their order.
        written = json.dumps(document_of(saved, __version__), indent=1)
        return Response(written, mimetype="application/json")

    @app.put(
        f"{PREFIX}/snapshots/<name>",
        summary="Save a world, in place of a snapshot of that name; with an exported file as the body, import that",
        responses={204: None},
    )
    def save(path: SnapshotPath) -> Response:
        world = asked_world(served).name
        document = _brought()
        if document is None:
            served.save_snapshot(world, path.name)
        else:
            served.add_snapshot(world, path.name, world_of(document, world))
        return nothing()

    @app.post(f"{PREFIX}/snapshots/<name>/restore", summary="Let a world be as it was", responses={204: None})
    def restore(path: SnapshotPath) -> Response:
        served.restore_snapshot(asked_world(served).name, path.name)
        return nothing()

    @app.delete(f"{PREFIX}/snapshots/<name>", summary="Forget a snapshot", responses={204: None})
    def forget(path: SnapshotPath) -> Response:
        served.delete_snapshot(asked_world(served).name, path.name)
        return nothing()


def _brought() -> Any:
    """Give the file that came with the request; None where there is none.

    Raises SnapshotUnreadable.
    """
    body = request.get_data()
    if not body.strip():
        return None
    try:
        return json.loads(body) or None
    except ValueError as error:
        raise SnapshotUnreadable(f"The file is no JSON: {error}.") from None
