"""The commands `worlds` and `reset`: list, create, fork, delete and reset worlds."""

import argparse

from artifact_emulator.cli.options import add_json, add_world, translated_errors, world_of
from artifact_emulator.cli.output import write_result
from artifact_emulator.cli.parser import add_command


def add(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the commands."""
    worlds = add_command(
        commands,
        "worlds",
        "list, create, fork and delete worlds: isolated from each other, each with its own endpoint",
        "worlds list",
        "worlds create mine --fork default",
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
    creation.add_argument("--fork", metavar="WORLD", help="copy this world")
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
    for parser in (listing, creation, deletion, reset):
        add_world(parser)
        add_json(parser)


def _list(options: argparse.Namespace) -> int:
    with translated_errors():
        worlds = world_of(options).emulator.request("GET", "/_emulator/worlds")["worlds"]
    lines = (
        f"{world['name']}  {world['organizations']} organizations  {world['accounts']} accounts" for world in worlds
    )
    write_result(options, "\n".join(lines), {"worlds": worlds})
    return 0


def _create(options: argparse.Namespace) -> int:
    body = {"fork": options.fork} if options.fork else {}
    with translated_errors():
        emulator = world_of(options).emulator
        world = emulator.request("PUT", f"/_emulator/worlds/{options.name}", body)
    write_result(options, f"{emulator.endpoint}{world['path']}", world)
    return 0


def _delete(options: argparse.Namespace) -> int:
    with translated_errors():
        world_of(options).emulator.request("DELETE", f"/_emulator/worlds/{options.name}")
    write_result(options, f"deleted {options.name}", {"deleted": options.name, "dropped": options.name})
    return 0


def _reset(options: argparse.Namespace) -> int:
    with translated_errors():
        world = world_of(options)
        world.reset()
    write_result(options, f"reset {world.name}", {"reset": world.name})
    return 0
