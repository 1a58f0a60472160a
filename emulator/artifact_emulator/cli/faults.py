"""The command `faults`: what befalls the calls of a world."""

import argparse
from typing import Any

from artifact_emulator.cli.options import add_json, add_world, asked_world, explained, say, say_json
from artifact_emulator.cli.parser import teach
from artifact_emulator.faults.kinds import KINDS, Error, Kind, Latency


def add(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command to the others."""
    parser = teach(
        commands,
        "faults",
        "list, set and clear what befalls calls: errors, late answers, lost ones",
        "faults set organizations ListAccounts --error TooManyRequestsException --times 2",
        "faults list",
        "faults clear",
    )
    verbs = parser.add_subparsers(dest="verb", required=True, metavar="VERB")
    put = teach(
        verbs,
        "set",
        "let calls fail, be late or get lost; an error has to be one that the operation declares",
        "faults set organizations ListAccounts --error TooManyRequestsException --times 2",
        "faults set organizations MoveAccount --error ConstraintViolationException --reason WAIT_PERIOD_ACTIVE",
        "faults set organizations CreateAccount --creation-failure EMAIL_ALREADY_EXISTS --nth 3",
        "faults set artifact --latency-ms median=50,p99=800 --probability 0.3 --ttl-seconds 60",
        "faults set sts AssumeRole --reset --account 111122223333",
    )
    put.add_argument("service", metavar="SERVICE", help="such as organizations")
    put.add_argument("operation", nargs="?", metavar="OPERATION", help="such as CreateAccount; without one: every one")
    for kind in KINDS:
        _add_kind(put, kind)
    put.add_argument("--message", metavar="TEXT", help="the message of the error")
    put.add_argument("--reason", metavar="REASON", help="the Reason of the error")
    put.add_argument("--account", metavar="ID", help="only of this account's calls")
    put.add_argument("--probability", type=float, metavar="P", help="how likely, from 0 to 1")
    put.add_argument("--nth", type=int, metavar="N", help="the first of the fitting calls that it befalls")
    put.add_argument("--times", type=int, metavar="N", help="how often at most")
    put.add_argument("--ttl-seconds", type=float, metavar="SECONDS", help="for how long")
    others = (
        teach(verbs, "list", "list the faults of a world"),
        teach(verbs, "clear", "take all faults of a world away"),
    )
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


def _add_kind(parser: argparse.ArgumentParser, kind: Kind) -> None:
    option, text = f"--{kind.name.replace('_', '-')}", f"{kind.description[0].lower()}{kind.description[1:-1]}"
    if kind.action is Error:
        parser.add_argument(option, metavar="CODE", help=f"{text}: its code, or Throttling")
    elif kind.action is Latency:
        parser.add_argument(
            option, type=_latency, metavar="MS", help=f"{text}: 800, min=100,max=400, median=50,p99=800"
        )
    elif kind.choices:
        parser.add_argument(option, choices=kind.choices, metavar="REASON", help=f"{text}, such as {kind.choices[0]}")
    else:
        parser.add_argument(option, action="store_const", const=True, help=text)


def _fault(options: argparse.Namespace) -> dict[str, Any]:
    names = (*(kind.name for kind in KINDS), "account", "probability", "nth", "times", "ttl_seconds")
    fault = {name: getattr(options, name) for name in names}
    if options.error:
        error = {"code": options.error, "message": options.message, "reason": options.reason}
        fault["error"] = {name: value for name, value in error.items() if value}
    return {name: value for name, value in fault.items() if value is not None}


def _latency(text: str) -> float | dict[str, float]:
    try:
        if "=" not in text:
            return float(text)
        return {name: float(value) for name, _, value in (one.partition("=") for one in text.split(","))}
    except ValueError:
        told = f"{text!r} is no latency: write 800, min=100,max=400 or median=50,p99=800"
        raise argparse.ArgumentTypeError(told) from None


def _done(options: argparse.Namespace, text: str, content: object) -> None:
    if options.json:
        say_json(content)
    else:
        say(text)
