"""The command `data`: show what a data directory holds, also while an emulator uses it."""

import argparse
from pathlib import Path
from typing import Any

from artifact_emulator.cli.options import CommandFailed, add_json
from artifact_emulator.cli.output import write, write_result
from artifact_emulator.cli.parser import add_command
from artifact_emulator.counts import counted


def add(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command."""
    parser = add_command(
        commands,
        "data",
        "show what a data directory of `serve --data-dir` holds",
        "data show /var/lib/artifact-emulator",
        "data show /var/lib/artifact-emulator --world default",
    )
    verbs = parser.add_subparsers(dest="verb", metavar="VERB", required=True)
    show = add_command(verbs, "show", "list the worlds of a data directory, or the stored rows of one world")
    show.set_defaults(run=_show)
    show.add_argument("directory", type=Path, metavar="DIR")
    show.add_argument("--world", metavar="NAME", help="write each stored row of this world: its path and its value")
    add_json(show)


def _show(options: argparse.Namespace) -> int:
    # Imported here: `--help` needs no database.
    from artifact_emulator.storage.database import UnusableDirectory
    from artifact_emulator.storage.reading import rows_of_world, summary

    try:
        if options.world is None:
            content = summary(options.directory)
            write_result(options, _text(content), content)
            return 0
        for path, text in rows_of_world(options.directory, options.world):
            write(f"[{path},{text}]" if options.json else f"{path}\t{text}")
    except UnusableDirectory as error:
        raise CommandFailed(str(error)) from None
    except KeyError:
        raise CommandFailed(f"{options.directory} has no world {options.world!r}") from None
    return 0


def _text(content: dict[str, Any]) -> str:
    head = "{directory}: format {format}, written by artifact-emulator {version}, {bytes} bytes".format(**content)
    return "\n".join([head, *map(_world_text, content["worlds"])])


def _world_text(world: dict[str, Any]) -> str:
    tables = ", ".join(f"{rows} {name}" for name, rows in world["tables"].items())
    snapshots = ", ".join(world["snapshots"]) or "none"
    return f"  {world['name']}: {tables or 'empty'}; {counted(world['calls'], 'call')}; snapshots: {snapshots}"
