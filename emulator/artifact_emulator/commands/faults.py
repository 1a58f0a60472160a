"""The command `faults`: what befalls the calls of a world."""

import argparse
from typing import Any

from artifact_emulator.commands.asking import add_json, add_world, asked_world, explained, say, say_json


def add(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command to the others."""
    parser = commands.add_parser("faults", help="list, set and clear what befalls calls")
    verbs = parser.add_subparsers(dest="verb", required=True, metavar="VERB")
    put = verbs.add_parser("set", help="let calls fail, be late or get lost")
    put.add_argument("service", metavar="SERVICE", help="such as organizations")
    put.add_argument("operation", nargs="?", metavar="OPERATION", help="such as CreateAccount; without one: every one")
    put.add_argument("--error", metavar="CODE", help="an error that the operation declares, or Throttling")
    put.add_argument("--message", metavar="TEXT", help="what the error says")
    put.add_argument("--reason", metavar="REASON", help="the Reason of the error")
    put.add_argument("--latency-ms", type=int, metavar="MS", help="how late the answer is")
    put.add_argument("--reset", action="store_true", help="reset the connection in place of an answer")
    put.add_argument("--account", metavar="ID", help="only of this account's calls")
    put.add_argument("--probability", type=float, metavar="P", help="how likely, from 0 to 1")
    put.add_argument("--times", type=int, metavar="N", help="how often at most")
    put.add_argument("--ttl-seconds", type=float, metavar="SECONDS", help="for how long")
    others = verbs.add_parser("list", help="list the faults"), verbs.add_parser("clear", help="take them away")
    for one in (put, *others):
        add_world(one)
        add_json(one)


def run(options: argparse.Namespace) -> int:
    """Carry the command out; give the exit status.

    Raises CannotDo.
    """
    with explained():
        world = asked_world(options)
        if options.verb == "set":
            fault_id = world.set_fault(options.service, options.operation, **_fault(options))
            _done(options, fault_id, {"id": fault_id})
        elif options.verb == "clear":
            world.clear_faults()
            _done(options, "no faults are set", {"faults": []})
        else:
            faults = world.faults()
            told = "\n".join(", ".join(f"{name} {one}" for name, one in fault.items() if one) for fault in faults)
            _done(options, told or "no faults are set", {"faults": faults})
    return 0


def _fault(options: argparse.Namespace) -> dict[str, Any]:
    error = {"code": options.error, "message": options.message, "reason": options.reason}
    fault = {
        "error": {name: value for name, value in error.items() if value} if options.error else None,
        "latency_ms": options.latency_ms,
        "reset": options.reset or None,
        "account": options.account,
        "probability": options.probability,
        "times": options.times,
        "ttl_seconds": options.ttl_seconds,
    }
    return {name: value for name, value in fault.items() if value is not None}


def _done(options: argparse.Namespace, text: str, content: object) -> None:
    if options.json:
        say_json(content)
    else:
        say(text)
