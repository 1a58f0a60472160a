"""The commands `worlds` and `reset`: list, create, fork, delete and reset worlds."""

import argparse
from datetime import datetime
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from artifact_emulator.cli.options import (
    CommandFailed,
    add_endpoint,
    add_json,
    add_world,
    existing_world_of,
    translated_errors,
    world_of,
)
from artifact_emulator.cli.output import report, write_result
from artifact_emulator.cli.parser import add_command, instant
from artifact_emulator.counts import counted

if TYPE_CHECKING:
    from artifact_emulator.testing.client import Emulator, RemoteWorld


def add(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the commands."""
    worlds = add_command(
        commands,
        "worlds",
        "list, create, fork and delete worlds: isolated from each other, each with its own endpoint",
        "worlds list",
        "worlds create mine --scenario organization",
        "worlds create copy --fork mine",
        "worlds delete mine",
    )
    verbs = worlds.add_subparsers(required=True, metavar="VERB")
    listing = add_command(verbs, "list", "list the worlds and the number of their resources")
    listing.set_defaults(run=_list)
    creation = add_command(
        verbs, "create", "create a world, replacing one of the same name, and print its endpoint", old_name="make"
    )
    creation.set_defaults(run=_create)
    creation.add_argument("name", metavar="NAME")
    contents = creation.add_mutually_exclusive_group()
    contents.add_argument("--fork", metavar="WORLD", help="copy this world")
    contents.add_argument("--scenario", metavar="NAME|FILE", help="begin with a built-in scenario or a file")
    creation.add_argument(
        "--at",
        type=instant,
        metavar="INSTANT",
        help="freeze the clock at this instant, such as 2026-01-01T00:00:00Z, at which a scenario begins",
    )
    deletion = add_command(verbs, "delete", "delete a world; the default world is reset instead", old_name="drop")
    deletion.set_defaults(run=_delete)
    deletion.add_argument("name", metavar="NAME")
    reset = add_command(
        commands,
        "reset",
        "reset a world to its initial contents: empty, or the scenario that it was created with",
        "reset",
        "reset --world mine",
    )
    reset.set_defaults(run=_reset)
    add_world(reset)
    for parser in (listing, creation, deletion):
        add_endpoint(parser)
    for parser in (listing, creation, deletion, reset):
        add_json(parser)


def _list(options: argparse.Namespace) -> int:
    with translated_errors():
        worlds = _worlds(world_of(options).emulator)
    lines = (
        f"{world['name']}  {counted(world['organizations'], 'organization')}  {counted(world['accounts'], 'account')}"
        for world in worlds
    )
    write_result(options, "\n".join(lines), {"worlds": worlds})
    return 0


def _create(options: argparse.Namespace) -> int:
    with translated_errors():
        emulator = world_of(options).emulator
        is_replaced = emulator.world(options.name).exists()
        if options.scenario:
            _load(emulator.world(options.name), options.scenario, options.at)
            world = next(world for world in _worlds(emulator) if world["name"] == options.name)
        else:
            body = {"fork": options.fork, "at": options.at and options.at.isoformat()}
            world = emulator.request("PUT", f"/_emulator/worlds/{quote(options.name, safe='')}", body)
    if is_replaced:
        report(f"replaced the world {options.name}")
    write_result(options, f"{emulator.endpoint}{world['path']}", {**world, "replaced": is_replaced})
    return 0


def _delete(options: argparse.Namespace) -> int:
    with translated_errors():
        existing_world_of(options, options.name).delete()
    write_result(options, f"deleted {options.name}", {"deleted": options.name, "dropped": options.name})
    return 0


def _reset(options: argparse.Namespace) -> int:
    with translated_errors():
        world = existing_world_of(options)
        world.reset()
    write_result(options, f"reset {world.name}", {"reset": world.name})
    return 0


def _worlds(emulator: "Emulator") -> list[dict[str, Any]]:
    worlds: list[dict[str, Any]] = emulator.request("GET", "/_emulator/worlds")["worlds"]
    return worlds


def _load(world: "RemoteWorld", scenario: str, at: datetime | None) -> None:
    # Imported here: reading scenarios takes YAML.
    from artifact_emulator.scenarios.files import InvalidScenario

    try:
        world.load_scenario(scenario, at=at)
    except InvalidScenario as error:
        raise CommandFailed(str(error)) from None
