"""The contents of this world: load and export scenarios; save, restore, export and import snapshots."""

from collections.abc import Mapping
from pathlib import PurePath
from typing import Any, BinaryIO, cast

from flask import Blueprint, Response, render_template, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from artifact_emulator.console.confirmation import Question, confirmation
from artifact_emulator.console.worlds.forms import (
    command,
    done,
    entered,
    form_of,
    managed_world,
    managed_worlds,
    reset_confirmation,
    uploaded,
)
from artifact_emulator.control.responses import text_response
from artifact_emulator.scenarios.files import built_in_scenarios, load_file, load_text, require_built_in
from artifact_emulator.scenarios.writing import yaml_pieces
from artifact_emulator.version import __version__
from artifact_emulator.world_management import create_world, reset_world
from artifact_state.scenarios.export import export_scenario
from artifact_state.scenarios.omissions import omissions
from artifact_state.snapshot import read_world, write_world
from artifact_state.world import World

pages = Blueprint("world", __name__)


@pages.get("/world")
def contents(question: Question | None = None) -> str:
    """Show the contents of this world, and the forms that load and export them."""
    return render_template(
        "worlds/contents.html",
        question=question,
        scenarios=built_in_scenarios(),
        commands=[
            command("scenario", "load", "landing-zone"),
            command("scenario", "export", "--output", "now.yaml"),
            command("reset"),
        ],
    )


@pages.post("/world/load")
@form_of(contents)
def load() -> AnyResponse | str:
    """Replace the contents of this world by those of a built-in scenario, once this is confirmed."""
    name = entered("scenario")
    require_built_in(name)
    return _replace_contents(name, load_file(name, managed_worlds().default.options), {"scenario": name})


@pages.post("/world/upload")
@form_of(contents)
def upload() -> AnyResponse | str:
    """Replace the contents of this world by those of a scenario file, once this is confirmed."""
    if "text" in request.form:
        name, content = entered("name"), request.form["text"].encode()
    else:
        file = uploaded("file")
        name, content = file.filename or "", file.read()
    loaded = load_text(name, content, managed_worlds().default.options)
    return _replace_contents(name, loaded, {"name": name, "text": content.decode(errors="replace")})


def _replace_contents(name: str, loaded: World, entries: Mapping[str, str]) -> AnyResponse | str:
    """Load a scenario if this is confirmed, otherwise ask, with what has to be entered again."""
    world = managed_world().name
    if "confirmed" not in request.form:
        question = Question(
            f"Load {name} into the world {world}?",
            "Everything in the world is lost, with its calls and its faults. A reset then returns to this scenario. "
            "Its snapshots remain.",
            "Load scenario",
            url_for(".contents"),
            {**entries, "confirmed": "yes"},
        )
        return contents(question)
    create_world(managed_worlds(), world, contents=loaded)
    return done(f"Scenario {name} loaded.", command("scenario", "load", name), ".contents")


@pages.get("/world/reset")
def confirm_reset() -> str:
    """Ask before this world is reset."""
    return reset_confirmation(managed_world().name, url_for(".contents"))


@pages.post("/world/reset")
@form_of(contents)
def reset() -> AnyResponse:
    """Reset this world."""
    reset_world(managed_world())
    return done(f"World {managed_world().name} reset.", command("reset"), ".contents")


@pages.get("/world/scenario.yaml")
def export() -> Response:
    """Return this world as a scenario."""
    world = managed_world().copy()
    return _as_file(
        text_response(yaml_pieces(export_scenario(world), omissions(world)), "application/yaml"), f"{world.name}.yaml"
    )


@pages.get("/world/snapshots")
def snapshots() -> str:
    """List the snapshots of this world."""
    world = managed_world()
    return render_template(
        "worlds/snapshots.html",
        names=managed_worlds().snapshot_names(world.name),
        commands=[
            command("snapshot", "list"),
            command("snapshot", "save", "before"),
            command("snapshot", "restore", "before"),
            command("snapshot", "export", "before", "before.json"),
            command("snapshot", "import", "before", "before.json"),
            command("snapshot", "delete", "before"),
        ],
    )


@pages.post("/world/snapshots")
@form_of(snapshots)
def save() -> AnyResponse:
    """Save this world as a snapshot."""
    world, name = managed_world(), entered("name")
    managed_worlds().get(world.name)
    managed_worlds().save_snapshot(world.name, name)
    return done(f"Snapshot {name} saved.", command("snapshot", "save", name), ".snapshots")


@pages.post("/world/snapshots/import")
@form_of(snapshots)
def import_snapshot() -> AnyResponse:
    """Add a snapshot from a file, under a given name or that of the file."""
    file = uploaded("file")
    file_name = file.filename or ""
    world, name = managed_world().name, entered("import_name") or PurePath(file_name).stem
    managed_worlds().add_snapshot(world, name, read_world(cast("BinaryIO", file.stream), world))
    message = f"Snapshot {name} imported. Restore it to see its contents."
    return done(message, command("snapshot", "import", name, file_name), ".snapshots")


@pages.get("/world/snapshots/<name>/export")
@form_of(snapshots)
def export_snapshot(name: str) -> Any:
    """Return a snapshot as a file."""
    saved = managed_worlds().find_snapshot(managed_world().name, name)
    return _as_file(text_response(write_world(saved, __version__), "application/json"), f"{name}.json")


@pages.get("/world/snapshots/<name>/restore")
@form_of(snapshots)
def confirm_restoration(name: str) -> Any:
    """Ask before this world is restored."""
    managed_worlds().find_snapshot(managed_world().name, name)
    text = "Everything that was changed since the snapshot was saved is lost, unless you save it first."
    return confirmation(f"Restore the snapshot {name}", text, "Restore", url_for(".snapshots"))


@pages.post("/world/snapshots/<name>/restore")
@form_of(snapshots)
def restore(name: str) -> AnyResponse:
    """Restore this world to a snapshot."""
    managed_worlds().restore_snapshot(managed_world().name, name)
    return done(f"Snapshot {name} restored.", command("snapshot", "restore", name), ".snapshots")


@pages.get("/world/snapshots/<name>/delete")
@form_of(snapshots)
def confirm_deletion(name: str) -> Any:
    """Ask before a snapshot is deleted."""
    managed_worlds().find_snapshot(managed_world().name, name)
    return confirmation(f"Delete the snapshot {name}", "The world stays as it is.", "Delete", url_for(".snapshots"))


@pages.post("/world/snapshots/<name>/delete")
@form_of(snapshots)
def delete(name: str) -> AnyResponse:
    """Delete a snapshot."""
    managed_worlds().delete_snapshot(managed_world().name, name)
    return done(f"Snapshot {name} deleted.", command("snapshot", "delete", name), ".snapshots")


def _as_file(response: Response, name: str) -> Response:
    """Return a response that the browser saves; names of worlds and snapshots need no quoting."""
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response
