"""The command `clock`: a world's time, told, stopped, moved ahead."""

import argparse
import re
from datetime import UTC, datetime, timedelta

from artifact_emulator.cli.options import CommandFailed, add_json, add_world, asked_world, explained, say, say_json
from artifact_emulator.cli.parser import teach

_SPAN = re.compile(r"(?:(\d+)d)?(?:(\d+)h)?(?:(\d+)m)?(?:(\d+)s?)?")


def add(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command to the others."""
    parser = teach(
        commands,
        "clock",
        "tell a world's time, stop it, move it ahead: invitations expire, closed accounts go, tokens lapse at once",
        "clock",
        "clock freeze 2026-01-01T00:00:00Z",
        "clock advance 15d --world mine",
        "clock resume",
    )
    verbs = parser.add_subparsers(dest="verb", metavar="VERB")
    add_world(parser)
    add_json(parser)
    frozen = teach(
        verbs, "freeze", "let a world's clock stand still", "clock freeze", "clock freeze 2026-01-01T00:00:00Z"
    )
    frozen.add_argument("instant", nargs="?", metavar="INSTANT", help="such as 2026-01-01T00:00:00Z; without one: now")
    moved = teach(verbs, "advance", "move a world's clock ahead", "clock advance 15d", "clock advance 2h30m")
    moved.add_argument("span", type=_span, metavar="SPAN", help="such as 15d, 2h30m, 90s or 90, which are seconds")
    for one in (frozen, moved, teach(verbs, "resume", "let a world's clock show the real time")):
        add_world(one)
        add_json(one)


def run(options: argparse.Namespace) -> int:
    """Carry the command out; give the exit status.

    Raises CannotDo.
    """
    with explained():
        world = asked_world(options)
        if options.verb == "freeze":
            world.freeze(_instant(options.instant) if options.instant else world.now())
        elif options.verb == "advance":
            world.advance(options.span)
        elif options.verb == "resume":
            world.resume()
        now = world.now().isoformat()
    if options.json:
        say_json({"now": now})
    else:
        say(now)
    return 0


def _span(text: str) -> timedelta:
    found = _SPAN.fullmatch(text)
    if not text or found is None:
        raise argparse.ArgumentTypeError(f"{text!r} is no span of time: write 15d, 2h30m, 90s or 90")
    days, hours, minutes, seconds = (int(one or 0) for one in found.groups())
    return timedelta(days=days, hours=hours, minutes=minutes, seconds=seconds)


def _instant(text: str) -> datetime:
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        raise CommandFailed(f"{text!r} is no instant: write 2026-01-01T00:00:00Z", 2) from None
    return found if found.tzinfo else found.replace(tzinfo=UTC)
