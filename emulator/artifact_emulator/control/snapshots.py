"""Snapshots of a world: save, restore, export, import and delete them."""

from typing import Any, BinaryIO, cast

from flask import Response, jsonify, request
from flask_openapi3.openapi import OpenAPI
from pydantic import BaseModel, Field

from artifact_emulator.control import PREFIX
from artifact_emulator.control.responses import all_worlds, current_world, no_content, text_response
from artifact_emulator.version import __version__
from artifact_state.snapshot import read_world, write_world

_EMPTY = b"{}"


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
        return text_response(write_world(saved, __version__), "application/json")

    @app.put(
        f"{PREFIX}/snapshots/<name>",
        summary="Save a world as a snapshot, replacing one of the same name; or import the file in the body",
        responses={204: None},
    )
    def save(path: SnapshotPath) -> Response:
        world = current_world().name
        if _has_file():
            all_worlds().add_snapshot(world, path.name, read_world(cast("BinaryIO", request.stream), world))
        else:
            all_worlds().save_snapshot(world, path.name)
        return no_content()

    @app.post(f"{PREFIX}/snapshots/<name>/restore", summary="Restore a world to a snapshot", responses={204: None})
    def restore(path: SnapshotPath) -> Response:
        all_worlds().restore_snapshot(current_world().name, path.name)
        return no_content()

    @app.delete(f"{PREFIX}/snapshots/<name>", summary="Delete a snapshot", responses={204: None})
    def delete(path: SnapshotPath) -> Response:
        all_worlds().delete_snapshot(current_world().name, path.name)
        return no_content()


def _has_file() -> bool:
    """Return whether the body is a file; an empty object stands for none."""
    if request.content_length != len(_EMPTY):
        return bool(request.content_length)
    return request.get_data(cache=True) != _EMPTY
