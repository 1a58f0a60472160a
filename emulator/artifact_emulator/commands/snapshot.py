"""The command `snapshot`: a world as it was, kept in the emulator under a name, and as a file."""

import argparse
import json
from pathlib import Path

from artifact_emulator.commands.asking import (
    CannotDo,
    add_json,
    add_world,
    asked_world,
    explained,
    say,
    say_json,
    write_file,
)

_VERBS = {
    "save": "keep the world as it is, in place of a snapshot of that name",
    "restore": "let the world be as it was",
    "forget": "keep a snapshot no longer",
    "list": "list the snapshots, the oldest first",
    "export": "write a snapshot into a file",
    "import": "bring a snapshot from a file",
}


def add(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command to the others."""
    parser = commands.add_parser(
        "snapshot",
        help="save, restore, export and import worlds as they are",
        description="A snapshot is a world to the last detail, ids and clock included. It ends with the emulator, "
        "unless it is exported.",
    )
    verbs = parser.add_subparsers(dest="verb", required=True, metavar="VERB")
    for verb, told in _VERBS.items():
        one = verbs.add_parser(verb, help=told)
        if verb != "list":
            one.add_argument("name", metavar="NAME")
        if verb == "import":
            one.add_argument("file", metavar="FILE", type=Path)
        if verb == "export":
            one.add_argument("file", metavar="FILE", type=Path, nargs="?", help="without one: standard output")
        add_world(one)
        add_json(one)


def run(options: argparse.Namespace) -> int:
    """Carry the command out; give the exit status.

    Raises CannotDo.
    """
    with explained():
        _carry_out(options)
    return 0


def _carry_out(options: argparse.Namespace) -> None:
    world = asked_world(options)
    if options.verb == "list":
        names = world.snapshots()
        if options.json:
            say_json(names)
        elif names:
            say("\n".join(names))
        return
    if options.verb == "export":
        _export(options)
        return
    if options.verb == "import":
        world.import_snapshot(options.name, _read(options.file))
    else:
        {"save": world.save, "restore": world.restore, "forget": world.forget}[options.verb](options.name)
    if options.json:
        say_json({"world": world.name, "snapshot": options.name})


def _export(options: argparse.Namespace) -> None:
    text = json.dumps(asked_world(options).export_snapshot(options.name), indent=1, ensure_ascii=False)
    if options.file is None:
        say(text)
    else:
        write_file(options.file, text)


def _read(path: Path) -> object:
    try:
        return json.loads(path.read_text("utf-8"))
    except OSError as error:
        raise CannotDo(f"{path}: {error.strerror}") from None
    except ValueError as error:
        raise CannotDo(f"{path} is no snapshot: {error}") from None
