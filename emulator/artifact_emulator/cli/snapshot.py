"""The command `snapshot`: save, restore, delete, list, export and import snapshots of a world."""

import argparse
import json
from pathlib import Path

from artifact_emulator.cli.options import (
    CommandFailed,
    add_json,
    add_world,
    existing_world_of,
    translated_errors,
    world_of,
)
from artifact_emulator.cli.output import write, write_file, write_result
from artifact_emulator.cli.parser import add_command
from artifact_emulator.cli.terminal import progress


def add(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command."""
    parser = add_command(
        commands,
        "snapshot",
        "save, restore, export and import the complete state of a world, including ids and clock",
        "snapshot save before",
        "snapshot restore before",
        "snapshot export before world.json",
        "snapshot import before world.json --world another",
    )
    verbs = parser.add_subparsers(required=True, metavar="VERB")
    save = add_command(
        verbs,
        "save",
        "save the world, replacing a snapshot of the same name; it ends with the emulator unless exported",
    )
    restore = add_command(verbs, "restore", "restore the world to a snapshot")
    deletion = add_command(verbs, "delete", "delete a snapshot", old_name="forget")
    listing = add_command(verbs, "list", "list the snapshots of a world, oldest first")
    export = add_command(verbs, "export", "write a snapshot to a file that an emulator of the same format can import")
    importing = add_command(verbs, "import", "import a snapshot from a file; restore it afterwards")
    for parser, run in (
        (save, _save),
        (restore, _restore),
        (deletion, _delete),
        (listing, _list),
        (export, _export),
        (importing, _import),
    ):
        parser.set_defaults(run=run)
        if parser is not listing:
            parser.add_argument("name", metavar="NAME")
        add_world(parser)
        add_json(parser)
    export.add_argument("file", metavar="FILE", type=Path, nargs="?", help="(default: standard output)")
    importing.add_argument("file", metavar="FILE", type=Path)


def _save(options: argparse.Namespace) -> int:
    with translated_errors():
        existing_world_of(options).save_snapshot(options.name)
    return _confirm(options)


def _restore(options: argparse.Namespace) -> int:
    with translated_errors():
        existing_world_of(options).restore_snapshot(options.name)
    return _confirm(options)


def _delete(options: argparse.Namespace) -> int:
    with translated_errors():
        existing_world_of(options).delete_snapshot(options.name)
    return _confirm(options)


def _list(options: argparse.Namespace) -> int:
    with translated_errors():
        names = existing_world_of(options).snapshots()
    write_result(options, "\n".join(names), names)
    return 0


def _export(options: argparse.Namespace) -> int:
    with translated_errors(), progress(f"exporting {options.name}"):
        text = json.dumps(existing_world_of(options).export_snapshot(options.name), indent=1, ensure_ascii=False)
    if options.file is None:
        write(text)
    else:
        write_file(options.file, text)
    return 0


def _import(options: argparse.Namespace) -> int:
    with translated_errors(), progress(f"importing {options.file}"):
        world_of(options).import_snapshot(options.name, _read(options.file))
    return _confirm(options)


def _confirm(options: argparse.Namespace) -> int:
    """Write which snapshot was changed, in JSON only: without `--json` success is silent."""
    write_result(options, "", {"world": world_of(options).name, "snapshot": options.name})
    return 0


def _read(path: Path) -> object:
    try:
        return json.loads(path.read_text("utf-8"))
    except OSError as error:
        raise CommandFailed(f"{path}: {error.strerror}") from None
    except ValueError as error:
        raise CommandFailed(f"{path} is not a snapshot: {error}") from None
