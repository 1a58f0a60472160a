"""The command `events`: list or follow the calls and service events of a world."""

import argparse
import json
import sys
from typing import Any

from artifact_emulator.cli.options import add_json, add_world, existing_world_of, translated_errors
from artifact_emulator.cli.output import write, write_result
from artifact_emulator.cli.parser import add_command
from artifact_emulator.cli.terminal import styled


def add(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command."""
    parser = add_command(
        commands,
        "events",
        "list or follow the calls and service events of a world as CloudTrail records",
        "events --name EnableAWSServiceAccess --account 111122223333",
        "events --error AccessDeniedException",
        "events --follow",
        'events --error "" --json | jq ".events[].eventName"',
    )
    parser.set_defaults(run=run)
    parser.add_argument(
        "--follow", action="store_true", help="print each event as it comes, with --json one per line, until Ctrl+C"
    )
    parser.add_argument("--name", metavar="NAME", help="the operation or the service event")
    parser.add_argument("--account", metavar="ID", help="the account of the caller")
    parser.add_argument("--source", metavar="SOURCE", help="the event source, such as organizations.amazonaws.com")
    parser.add_argument("--error", metavar="CODE", help='the error code; "" for calls that succeeded')
    add_world(parser)
    add_json(parser)


def run(options: argparse.Namespace) -> int:
    """Print the events and return the exit status.

    Raises CommandFailed.
    """
    criteria = {"account": options.account, "source": options.source, "error": options.error}
    filters = {name: value for name, value in criteria.items() if value is not None}
    with translated_errors():
        world = existing_world_of(options)
        if not options.follow:
            events = world.events(options.name, **filters)
            write_result(options, "\n".join(map(_line, events)), {"events": events})
            return 0
        try:
            for event in world.follow(options.name, **filters):
                write(json.dumps(event) if options.json else _line(event))
        except KeyboardInterrupt:
            sys.stderr.write("\n")
    return 0


def _line(event: dict[str, Any]) -> str:
    identity = event["userIdentity"]
    caller = identity.get("arn") or identity.get("invokedBy") or identity.get("accountId", "")
    outcome = event.get("errorCode", "done")
    outcome = styled(outcome, "green" if outcome == "done" else "red")
    return f"{event['eventTime']}  {caller}  {event['eventSource'].partition('.')[0]}:{event['eventName']}  {outcome}"
