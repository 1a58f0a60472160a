"""The command `clock`: read, freeze, advance and resume the clock of a world."""

import argparse
from datetime import timedelta

from artifact_emulator.cli.options import add_json, add_world, existing_world_of, translated_errors
from artifact_emulator.cli.output import write_result
from artifact_emulator.cli.parser import add_command, instant
from artifact_emulator.time_texts import duration_of


def add(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command."""
    clock = add_command(
        commands,
        "clock",
        "print, freeze or advance the clock of a world, so that invitations, closed accounts and sessions expire",
        "clock",
        "clock freeze 2026-01-01T00:00:00Z",
        "clock advance 15d --world mine",
        "clock resume",
    )
    clock.set_defaults(run=run, verb=None)
    verbs = clock.add_subparsers(dest="verb", metavar="VERB")
    freeze = add_command(verbs, "freeze", "freeze the clock", "clock freeze", "clock freeze 2026-01-01T00:00:00Z")
    freeze.add_argument(
        "instant", nargs="?", type=instant, metavar="INSTANT", help="such as 2026-01-01T00:00:00Z (default: now)"
    )
    advance = add_command(verbs, "advance", "move the clock forward", "clock advance 15d", "clock advance 2h30m")
    advance.add_argument("span", type=_duration, metavar="DURATION", help="such as 15d, 2h30m or 90s; 90 means seconds")
    resume = add_command(verbs, "resume", "show the real time again")
    for parser in (clock, freeze, advance, resume):
        add_world(parser)
        add_json(parser)


def run(options: argparse.Namespace) -> int:
    """Change the clock if a verb is given, print its time and return the exit status.

    Raises CommandFailed.
    """
    with translated_errors():
        world = existing_world_of(options)
        if options.verb == "freeze":
            world.freeze(options.instant or world.now())
        elif options.verb == "advance":
            world.advance(options.span)
        elif options.verb == "resume":
            world.resume()
        now = world.now().isoformat()
    write_result(options, now, {"now": now})
    return 0


def _duration(text: str) -> timedelta:
    try:
        return duration_of(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error)) from None
