"""The command `policy`: suggest the least policy for a principal, and explain authorization decisions."""

import argparse
from typing import TYPE_CHECKING

from artifact_emulator.cli.options import CommandFailed, add_json, add_world, existing_world_of, translated_errors
from artifact_emulator.cli.output import write_json, write_result
from artifact_emulator.cli.parser import add_command

if TYPE_CHECKING:
    from artifact_emulator.testing.client import RemoteWorld


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
        explanation = world.decision(options.request_id or _last_refused(world))
    write_result(options, explanation_text(explanation), explanation)
    return 0


def _only_bound(callers: list[str]) -> str:
    """Return the only caller that policies bind: root users are left out.

    Raises CommandFailed.
    """
    bound = [caller for caller in callers if not caller.endswith(":root")]
    if len(bound) != 1:
        raise CommandFailed(f"name a principal: {_list_callers(bound)}")
    return bound[0]


def _last_refused(world: "RemoteWorld") -> str:
    refused = world.events(error="AccessDenied")
    if not refused:
        raise CommandFailed("no call was refused: name a call by its x-amzn-RequestId")
    request_id: str = refused[-1]["requestID"]
    return request_id


def _list_callers(callers: list[str]) -> str:
    return f"the callers are {', '.join(callers)}" if callers else "no principal that policies bind has made a call"
