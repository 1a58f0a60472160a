"""The command `faults`: list, set and remove the fault rules of a world."""

import argparse
from typing import Any

from artifact_emulator.cli.options import CommandFailed, add_json, add_world, existing_world_of, translated_errors
from artifact_emulator.cli.output import write_result
from artifact_emulator.cli.parser import add_command
from artifact_emulator.faults.kinds import KINDS, Error, Kind, Latency, latency_of

_NONE = "no faults are set"


def add(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command."""
    parser = add_command(
        commands,
        "faults",
        "list, set and remove faults: injected errors, delays and lost replies",
        "faults set organizations ListAccounts --error TooManyRequestsException --times 2",
        "faults list",
        "faults clear",
    )
    verbs = parser.add_subparsers(required=True, metavar="VERB")
    setting = add_command(
        verbs,
        "set",
        "inject an error, a delay or a lost reply into matching calls; the operation must declare the error",
        "faults set organizations ListAccounts --error TooManyRequestsException --times 2",
        "faults set organizations MoveAccount --error ConstraintViolationException --reason WAIT_PERIOD_ACTIVE",
        "faults set organizations CreateAccount --creation-failure EMAIL_ALREADY_EXISTS --nth 3",
        "faults set artifact --latency-ms median=50,p99=800 --probability 0.3 --ttl-seconds 60",
        "faults set sts AssumeRole --reset --account 111122223333",
    )
    setting.add_argument("service", metavar="SERVICE", help="such as organizations")
    setting.add_argument("operation", nargs="?", metavar="OPERATION", help="such as CreateAccount (default: all)")
    for kind in KINDS:
        _add_kind(setting, kind)
    setting.add_argument("--message", metavar="TEXT", help="the message of the error")
    setting.add_argument("--reason", metavar="REASON", help="the Reason of the error")
    setting.add_argument("--account", metavar="ID", help="affect only calls by this account")
    setting.add_argument("--probability", type=float, metavar="P", help="the probability of an effect, from 0 to 1")
    setting.add_argument("--nth", type=int, metavar="N", help="affect matching calls from the Nth on")
    setting.add_argument("--times", type=int, metavar="N", help="affect at most N calls")
    setting.add_argument("--ttl-seconds", type=float, metavar="SECONDS", help="expire after this time")
    setting.set_defaults(run=_set)
    listing = add_command(verbs, "list", "list the faults of a world")
    listing.set_defaults(run=_list)
    clearing = add_command(verbs, "clear", "remove all faults of a world")
    clearing.set_defaults(run=_clear)
    for verb in (setting, listing, clearing):
        add_world(verb)
        add_json(verb)


def _set(options: argparse.Namespace) -> int:
    fault = _fault(options)
    if not any(kind.name in fault for kind in KINDS):
        raise CommandFailed(f"give one of {', '.join(_switch(kind) for kind in KINDS)}", 2)
    with translated_errors():
        fault_id = existing_world_of(options).set_fault(options.service, options.operation, **fault)
    write_result(options, fault_id, {"id": fault_id})
    return 0


def _list(options: argparse.Namespace) -> int:
    with translated_errors():
        faults = existing_world_of(options).faults()
    write_result(options, "\n".join(map(_line, faults)) or _NONE, {"faults": faults})
    return 0


def _line(fault: dict[str, Any]) -> str:
    """Return a fault as a line: its id, the calls it affects, its effect, and when."""
    fault = {name: value for name, value in fault.items() if value}
    calls = " ".join(fault.pop(name) for name in ("service", "operation") if name in fault)
    first = (kind.name for kind in KINDS if kind.name in fault)
    names = dict.fromkeys([*first, *(name for name in fault if name != "id")])
    return f"{fault['id']}  {calls}  {', '.join(_member_text(name, fault[name]) for name in names)}"


def _member_text(name: str, value: Any) -> str:
    if value is True:
        return name
    if not isinstance(value, dict):
        return f"{name} {value}"
    # An error without a message or a reason is only its code.
    return f"{name} {value.get('code', '')}" if value.keys() == {"code"} else f"{name} {_pairs(value)}"


def _pairs(value: dict[str, Any]) -> str:
    return ",".join(f"{name}={content}" for name, content in value.items() if content is not None)


def _clear(options: argparse.Namespace) -> int:
    with translated_errors():
        existing_world_of(options).clear_faults()
    write_result(options, _NONE, {"faults": []})
    return 0


def _add_kind(parser: argparse.ArgumentParser, kind: Kind) -> None:
    option, text = _switch(kind), f"{kind.description[0].lower()}{kind.description[1:-1]}"
    if kind.action is Error:
        parser.add_argument(option, metavar="CODE", help=f"{text}: its code, or Throttling")
    elif kind.action is Latency:
        parser.add_argument(
            option, type=_latency, metavar="MS", help=f"{text}: 800, min=100,max=400 or median=50,p99=800"
        )
    elif kind.choices:
        parser.add_argument(option, choices=kind.choices, metavar="REASON", help=f"{text}, such as {kind.choices[0]}")
    else:
        parser.add_argument(option, action="store_const", const=True, help=text)


def _switch(kind: Kind) -> str:
    return f"--{kind.name.replace('_', '-')}"


def _fault(options: argparse.Namespace) -> dict[str, Any]:
    names = (*(kind.name for kind in KINDS), "account", "probability", "nth", "times", "ttl_seconds")
    fault = {name: getattr(options, name) for name in names}
    if options.error:
        error = {"code": options.error, "message": options.message, "reason": options.reason}
        fault["error"] = {name: value for name, value in error.items() if value}
    return {name: value for name, value in fault.items() if value is not None}


def _latency(text: str) -> float | dict[str, float]:
    try:
        return latency_of(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error)) from None
