"""Snapshots over the control API: a world as it was, kept under a name."""

from flask import Response, jsonify
from flask_openapi3.openapi import OpenAPI
from pydantic import BaseModel, Field

from artifact_emulator.control import PREFIX
from artifact_emulator.control.asked import asked_world, nothing
from artifact_state.worlds import Worlds


class SnapshotPath(BaseModel):
    """The snapshot that a path names."""

    name: str = Field(description="Up to 128 letters, digits, dots, hyphens and underscores.")


def add(app: OpenAPI, served: Worlds) -> None:
    """Add the routes."""

    @app.get(f"{PREFIX}/snapshots", summary="List a world's snapshots")
    def list_snapshots() -> Response:
        return jsonify({"snapshots": served.snapshots(asked_world(served).name)})

    @app.put(
        f"{PREFIX}/snapshots/<name>", summary="Save a world, in place of a snapshot of that name", responses={204: None}
    )
    def save(path: SnapshotPath) -> Response:
        served.save(asked_world(served).name, path.name)
        return nothing()

    @app.post(f"{PREFIX}/snapshots/<name>/restore", summary="Let a world be as it was", responses={204: None})
    def restore(path: SnapshotPath) -> Response:
        served.restore(asked_world(served).name, path.name)
        return nothing()

    @app.delete(f"{PREFIX}/snapshots/<name>", summary="Forget a snapshot", responses={204: None})
    def forget(path: SnapshotPath) -> Response:
        served.forget(asked_world(served).name, path.name)
        return nothing()
