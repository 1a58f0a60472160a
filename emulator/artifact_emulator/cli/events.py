"""The command `events`: what was called in a world and what happened there, and what is happening."""

import argparse
import json
import sys
from typing import Any

from artifact_emulator.cli.options import add_json, add_world, asked_world, explained, say, say_json
from artifact_emulator.cli.parser import teach
from artifact_emulator.cli.terminal import painted


def add(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command to the others."""
    parser = teach(
        commands,
        "events",
        "list what was called in a world and what happened there, as CloudTrail tells it, or follow it",
        "events --name EnableAWSServiceAccess --account 111122223333",
        "events --error AccessDeniedException",
        "events --follow",
        'events --error "" --json | jq ".events[].eventName"',
    )
    parser.add_argument(
        "--follow", action="store_true", help="go on with each as it comes, in JSON one a line, until Ctrl+C"
    )
    parser.add_argument("--name", metavar="NAME", help="an operation or a service event")
    parser.add_argument("--account", metavar="ID", help="of this account")
    parser.add_argument("--source", metavar="SOURCE", help="such as organizations.amazonaws.com")
    parser.add_argument("--error", metavar="CODE", help='an error\'s code; "" for what succeeded')
    add_world(parser)
    add_json(parser)


def run(options: argparse.Namespace) -> int:
    """Carry the command out; give the exit status.

    Raises CannotDo.
    """
    with explained():
        world = asked_world(options)
        if not options.follow:
            found = world.events(options.name, **_filters(options))
            if options.json:
                say_json({"events": found})
            elif found:
                say("\n".join(map(_line, found)))
            return 0
        try:
            for event in world.follow(options.name, **_filters(options)):
                if options.json:
                    say(json.dumps(event))
                else:
                    say(_line(event))
        except KeyboardInterrupt:
            sys.stderr.write("\n")
    return 0


def _filters(options: argparse.Namespace) -> dict[str, str]:
    asked = {"account": options.account, "source": options.source, "error": options.error}
    return {name: value for name, value in asked.items() if value is not None}


def _line(event: dict[str, Any]) -> str:
    identity = event["userIdentity"]
    who = identity.get("arn") or identity.get("invokedBy") or identity.get("accountId", "")
    outcome = event.get("errorCode", "done")
    outcome = painted(outcome, "green" if outcome == "done" else "red")
    return f"{event['eventTime']}  {who}  {event['eventSource'].partition('.')[0]}:{event['eventName']}  {outcome}"
