"""Snapshots of a world: save, restore, export, import and delete them."""

from typing import Any

from flask import Response, jsonify, request
from flask_openapi3.openapi import OpenAPI
from pydantic import BaseModel, Field

from artifact_emulator import json_body
from artifact_emulator.control import PREFIX
from artifact_emulator.control.responses import all_worlds, current_world, json_response, no_content
from artifact_emulator.version import __version__
from artifact_state.snapshot import InvalidSnapshot, dump_world, load_world


class SnapshotPath(BaseModel):
    """The snapshot that a path names."""

    name: str = Field(description="Up to 128 letters, digits, dots, hyphens and underscores.")


class SnapshotsReply(BaseModel):
    """The names of a world's snapshots, oldest first."""

    snapshots: list[str]


class SnapshotFile(BaseModel):
    """The complete state of a world as a file that any emulator of the same format can import."""

    artifact_emulator_snapshot: int = Field(description="The number of the format.")
    version: str = Field(description="The version of the emulator that wrote the file.")
    clock: dict[str, Any]
    options: dict[str, Any] = Field({}, description="The options that differ from their defaults.")
    state: dict[str, Any]


def add_routes(app: OpenAPI) -> None:
    """Add the routes of this module."""

    @app.get(f"{PREFIX}/snapshots", summary="List a world's snapshots", responses={200: SnapshotsReply})
    def list_snapshots() -> Response:
        return jsonify({"snapshots": all_worlds().snapshot_names(current_world().name)})

    @app.get(f"{PREFIX}/snapshots/<name>", summary="Export a snapshot as a file", responses={200: SnapshotFile})
    def export_snapshot(path: SnapshotPath) -> Response:
        saved = all_worlds().find_snapshot(current_world().name, path.name)
        return json_response(dump_world(saved, __version__))

    @app.put(
        f"{PREFIX}/snapshots/<name>",
        summary="Save a world as a snapshot, replacing one of the same name; or import the file in the body",
        responses={204: None},
    )
    def save(path: SnapshotPath) -> Response:
        world = current_world().name
        document = _imported_document()
        if document is None:
            all_worlds().save_snapshot(world, path.name)
        else:
            all_worlds().add_snapshot(world, path.name, load_world(document, world))
        return no_content()

    @app.post(f"{PREFIX}/snapshots/<name>/restore", summary="Restore a world to a snapshot", responses={204: None})
    def restore(path: SnapshotPath) -> Response:
        all_worlds().restore_snapshot(current_world().name, path.name)
        return no_content()

    @app.delete(f"{PREFIX}/snapshots/<name>", summary="Delete a snapshot", responses={204: None})
    def delete(path: SnapshotPath) -> Response:
        all_worlds().delete_snapshot(current_world().name, path.name)
        return no_content()


def _imported_document() -> Any:
    """Return the file in the request's body, or None without one.

    Raises InvalidSnapshot.
    """
    body = request.get_data()
    if not body.strip():
        return None
    try:
        return json_body.read(body) or None
    except ValueError as error:
        raise InvalidSnapshot(f"The file is not valid JSON: {error}.") from None
