"""The command `policy`: suggest the least policy for a principal, and explain authorization decisions."""

import argparse
import re
from typing import TYPE_CHECKING, Any

from artifact_emulator.cli.options import CommandFailed, add_json, add_world, existing_world_of, translated_errors
from artifact_emulator.cli.output import warn, write_json, write_result
from artifact_emulator.cli.parser import add_command

if TYPE_CHECKING:
    from artifact_emulator.testing.client import RemoteWorld

_DENIED = re.compile(r"(Client\.)?(AccessDenied|AuthorizationError|UnauthorizedOperation)")
"""How the codes of denied calls begin in records of AWS CloudTrail, which puts a prefix before those of Amazon EC2."""


def add(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command."""
    parser = add_command(
        commands,
        "policy",
        "suggest the least policy for a principal, or explain an authorization decision",
        "policy suggest arn:aws:iam::111122223333:user/alice > policy.json",
        "policy explain",
    )
    verbs = parser.add_subparsers(required=True, metavar="VERB")
    suggest = add_command(
        verbs,
        "suggest",
        "print the least policy that allows the calls of a principal, including refused ones, as JSON for IAM",
        "policy suggest arn:aws:iam::111122223333:user/alice > policy.json",
    )
    suggest.set_defaults(run=_suggest)
    suggest.add_argument(
        "principal",
        nargs="?",
        metavar="ARN",
        help="a user, role, session or root user (default: the only caller that policies bind)",
    )
    explain = add_command(
        verbs,
        "explain",
        "explain why a call was allowed or refused, and what to change",
        "policy explain",
        "policy explain 7b1e9a3c-5f0d-4c39-9f43-0d1a2b3c4d5e",
        "policy explain dp3qtz7r6pv47w44ofq5pj4me",
    )
    explain.set_defaults(run=_explain)
    explain.add_argument(
        "request_id",
        nargs="?",
        metavar="ID",
        help="the authorization id, or the x-amzn-RequestId of the reply (default: that of the last refused call)",
    )
    for verb in (suggest, explain):
        add_world(verb)
        add_json(verb)


def _suggest(options: argparse.Namespace) -> int:
    with translated_errors():
        world = existing_world_of(options)
        callers = sorted({event["userIdentity"]["arn"] for event in world.events() if "arn" in event["userIdentity"]})
        principal = options.principal or _only_bound(callers)
        policy = world.suggest_policy(principal)
    if not policy["Statement"]:
        raise CommandFailed(f"{principal} made no call that needs a permission; {_list_callers(callers)}")
    write_json(policy)
    return 0


def _explain(options: argparse.Namespace) -> int:
    # Imported here: other commands do not need it.
    from artifact_emulator.testing.explanations import explanation_text

    with translated_errors():
        world = existing_world_of(options)
        call = None if options.request_id else _last_refused(world)
        explanation = world.decision(call["requestID"] if call else options.request_id)
    text = explanation_text(explanation)
    if call:
        explanation = {"eventTime": call["eventTime"], **explanation}
        text = f"{_call_text(call)}\n\n{text}"
    write_result(options, text, explanation)
    return 0


def _only_bound(callers: list[str]) -> str:
    """Return the only caller that policies bind: root users are left out.

    Raises CommandFailed.
    """
    bound = [caller for caller in callers if not caller.endswith(":root")]
    if len(bound) != 1:
        raise CommandFailed(f"name a principal: {_list_callers(bound)}")
    return bound[0]


def _last_refused(world: "RemoteWorld") -> dict[str, Any]:
    """Return the record of the last refused call, and warn if it is not the last call.

    Raises CommandFailed.
    """
    calls = [event for event in world.events() if "requestID" in event]
    refused = [call for call in calls if _DENIED.match(call.get("errorCode", ""))]
    if not refused:
        raise CommandFailed("no call was refused: name a call by its x-amzn-RequestId")
    if (latest := calls[-1])["requestID"] != refused[-1]["requestID"]:
        outcome = f"failed with {latest['errorCode']}" if "errorCode" in latest else "succeeded"
        warn(f"the latest call was not refused, but {outcome} ({_call_text(latest)}); this is an earlier one")
    return refused[-1]


def _call_text(call: dict[str, Any]) -> str:
    service = call["eventSource"].partition(".")[0]
    identity = call["userIdentity"]
    caller = identity.get("arn") or identity.get("invokedBy") or identity["type"]
    return f"{call['eventTime']} {service}:{call['eventName']} by {caller}"


def _list_callers(callers: list[str]) -> str:
    return f"the callers are {', '.join(callers)}" if callers else "no principal that policies bind has made a call"
