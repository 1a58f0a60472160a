"""The list of all worlds: create, fork, reset and delete them."""

from itertools import islice
from typing import Any
from urllib.parse import quote

from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from artifact_emulator.console import PREFIX
from artifact_emulator.console.confirmation import confirmation
from artifact_emulator.console.worlds.forms import (
    WrongInput,
    command,
    done,
    entered,
    entered_instant,
    form_of,
    instant_text,
    managed_world,
    managed_worlds,
    reset_confirmation,
    uploaded,
)
from artifact_emulator.routing import WORLDS
from artifact_emulator.scenarios.files import built_in_scenarios, load_file, load_text, require_built_in
from artifact_emulator.world_management import create_world, delete_world, reset_world
from artifact_state.clock import Clock
from artifact_state.world import World
from artifact_state.world_registry import DEFAULT

_PAGE_SIZE = 100
pages = Blueprint("worlds", __name__)


@pages.get("/worlds")
def worlds() -> str:
    """List the worlds."""
    number = max(1, request.args.get("page", 1, int))
    listed = list(islice(managed_worlds(), (number - 1) * _PAGE_SIZE, number * _PAGE_SIZE + 1))
    deleted = request.args.get("deleted", "")
    if deleted and managed_worlds().existing(deleted) is None:
        flash({"message": f"World {deleted} deleted.", "command": _deletion(deleted)}, "success")  # type: ignore[arg-type]
    return render_template(
        "worlds/worlds.html",
        rows=[_row(world) for world in listed[:_PAGE_SIZE]],
        next_page=number + 1 if len(listed) > _PAGE_SIZE else None,
        names=[world.name for world in islice(managed_worlds(), _PAGE_SIZE)],
        scenarios=built_in_scenarios(),
        commands=[
            command("worlds", "list", of_world=False),
            command("worlds", "create", "mine", "--scenario", "landing-zone", of_world=False),
            command("worlds", "create", "copy", "--fork", "mine", of_world=False),
            command("reset", "--world", "mine", of_world=False),
            command("worlds", "delete", "mine", of_world=False),
        ],
    )


@pages.post("/worlds")
@form_of(worlds)
def create() -> Response:
    """Create a world: empty, with a scenario, or as a copy of another one."""
    name, contents = entered("name"), entered("contents") or "empty"
    if managed_worlds().existing(name) is not None:
        raise WrongInput(f"There is already a world {name}. Choose another name, or delete that world first.")
    options = managed_worlds().default.options
    words, at = ["worlds", "create", name], entered_instant("at")
    if contents == "fork":
        if at is not None:
            raise WrongInput("A copy has the clock of its original: leave out the instant.")
        original = managed_world(entered("fork"))
        create_world(managed_worlds(), name, fork=original.name)
        words += ["--fork", original.name]
    elif contents == "scenario":
        scenario = entered("scenario")
        require_built_in(scenario)
        create_world(managed_worlds(), name, contents=load_file(scenario, options, at=at))
        words += ["--scenario", scenario]
    elif contents == "file":
        file = uploaded("file")
        create_world(managed_worlds(), name, contents=load_text(file.filename or "", file.read(), options, at=at))
        words += ["--scenario", file.filename or ""]
    else:
        empty = None if at is None else World(options=options, clock=Clock(frozen_at=at))
        create_world(managed_worlds(), name, contents=empty)
    if at is not None:
        words += ["--at", instant_text(at)]
    return done(f"World {name} created.", command(*words, of_world=False), ".worlds")


@pages.get("/worlds/<name>/reset")
@form_of(worlds)
def confirm_reset(name: str) -> Any:
    """Ask before a world is reset."""
    managed_world(name)
    return reset_confirmation(name, url_for(".worlds"))


@pages.post("/worlds/<name>/reset")
@form_of(worlds)
def reset(name: str) -> Response:
    """Reset a world."""
    reset_world(managed_world(name))
    return done(f"World {name} reset.", command("reset", "--world", name, of_world=False), ".worlds")


@pages.get("/worlds/<name>/delete")
@form_of(worlds)
def confirm_deletion(name: str) -> Any:
    """Ask before a world is deleted."""
    _check_deletable(name)
    return confirmation(
        f"Delete the world {name}", "The world is lost with its snapshots.", "Delete", url_for(".worlds")
    )


@pages.post("/worlds/<name>/delete")
@form_of(worlds)
def delete(name: str) -> Response:
    """Delete a world."""
    _check_deletable(name)
    is_current = managed_world().name == name
    delete_world(managed_worlds(), name)
    if is_current:
        # This console has gone; the cookie with its messages belongs to it.
        return redirect(f"{PREFIX}/worlds?deleted={quote(name)}", 303)
    return done(f"World {name} deleted.", _deletion(name), ".worlds")


def _check_deletable(name: str) -> None:
    if managed_world(name).name == DEFAULT:
        raise WrongInput("The default world always exists. Reset it instead.")


def _deletion(name: str) -> str:
    return command("worlds", "delete", name, of_world=False)


def _row(world: World) -> dict[str, object]:
    base = "" if world.name == DEFAULT else WORLDS + quote(world.name)
    return {
        "name": world.name,
        "console": f"{base}{PREFIX}/",
        "manage": f"{base}{PREFIX}/world",
        "endpoint": request.host_url.rstrip("/") + base,
        "organizations": len(world.state.organizations),
        "accounts": len(world.state.memberships),
        "clock": world.clock,
    }
