"""The command `snapshot`: a world as it was, kept in the emulator under a name, and as a file."""

import argparse
import json
from pathlib import Path

from artifact_emulator.cli.options import (
    CommandFailed,
    add_json,
    add_world,
    asked_world,
    explained,
    say,
    say_json,
    write_file,
)
from artifact_emulator.cli.parser import teach
from artifact_emulator.cli.terminal import under_way

_VERBS = {
    "save": "keep the world as it is, in place of a snapshot of that name; it ends with the emulator, unless exported",
    "restore": "let the world be as it was when it was saved",
    "forget": "keep a snapshot no longer",
    "list": "list the snapshots of a world, the oldest first",
    "export": "write a snapshot into a file, which any emulator of this version imports",
    "import": "bring a snapshot from a file; restore it afterwards",
}


def add(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command to the others."""
    parser = teach(
        commands,
        "snapshot",
        "save, restore, export and import worlds as they are, to the last detail; ids and clock included",
        "snapshot save before",
        "snapshot restore before",
        "snapshot export before world.json",
        "snapshot import before world.json --world another",
    )
    verbs = parser.add_subparsers(dest="verb", required=True, metavar="VERB")
    for verb, told in _VERBS.items():
        one = teach(verbs, verb, told)
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
        with under_way(f"importing {options.file}"):
            world.import_snapshot(options.name, _read(options.file))
    else:
        {"save": world.save, "restore": world.restore, "forget": world.forget}[options.verb](options.name)
    if options.json:
        say_json({"world": world.name, "snapshot": options.name})


def _export(options: argparse.Namespace) -> None:
    with under_way(f"exporting {options.name}"):
        text = json.dumps(asked_world(options).export_snapshot(options.name), indent=1, ensure_ascii=False)
    if options.file is None:
        say(text)
    else:
        write_file(options.file, text)


def _read(path: Path) -> object:
    try:
        return json.loads(path.read_text("utf-8"))
    except OSError as error:
        raise CommandFailed(f"{path}: {error.strerror}") from None
    except ValueError as error:
        raise CommandFailed(f"{path} is no snapshot: {error}") from None
