"""The command `policy`: the least policy for what somebody called, and why a call was let through or refused."""

import argparse
from typing import TYPE_CHECKING, Any

from artifact_emulator.cli.options import CommandFailed, add_json, add_world, asked_world, explained, say, say_json
from artifact_emulator.cli.parser import teach

if TYPE_CHECKING:
    from artifact_emulator.testing.client import RemoteWorld


def add(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command to the others."""
    parser = teach(
        commands,
        "policy",
        "suggest the least policy, or explain a decision",
        "policy suggest arn:aws:iam::111122223333:user/alice > policy.json",
        "policy explain",
    )
    verbs = parser.add_subparsers(dest="verb", required=True, metavar="VERB")
    suggest = teach(
        verbs,
        "suggest",
        "print the least policy for what a principal has called, refused calls among them: JSON, ready for IAM",
        "policy suggest arn:aws:iam::111122223333:user/alice > policy.json",
    )
    suggest.add_argument(
        "principal",
        nargs="?",
        metavar="ARN",
        help="of a user, a role, a session or a root user (default: whoever called, if it was one alone)",
    )
    explain = teach(
        verbs,
        "explain",
        "tell why a call was let through or refused, and what to change",
        "policy explain",
        "policy explain 7b1e9a3c-5f0d-4c39-9f43-0d1a2b3c4d5e",
    )
    explain.add_argument(
        "request_id",
        nargs="?",
        metavar="REQUEST-ID",
        help="as the answer's x-amzn-RequestId has it (default: the last call that was refused)",
    )
    for verb in (suggest, explain):
        add_world(verb)
        add_json(verb)


def run(options: argparse.Namespace) -> int:
    """Carry the command out; give the exit status.

    Raises CannotDo.
    """
    with explained():
        world = asked_world(options)
        if options.verb == "suggest":
            _suggest(world, options.principal)
        else:
            told = world.decision(options.request_id or _last_refused(world))
            if options.json:
                say_json(told)
            else:
                say("\n\n".join([*map(_told, told["decisions"]), *_beside(told)]))
    return 0


def _suggest(world: "RemoteWorld", principal: str | None) -> None:
    callers = sorted({one["userIdentity"]["arn"] for one in world.events() if "arn" in one["userIdentity"]})
    if principal is None:
        bound = [one for one in callers if not one.endswith(":root")]
        if len(bound) != 1:
            raise CommandFailed(f"whose calls? {_named(bound)}")
        principal = bound[0]
    policy = world.suggest_policy(principal)
    if not policy["Statement"]:
        raise CommandFailed(f"{principal} made no call that takes a permission; {_named(callers)}")
    say_json(policy)


def _beside(told: dict[str, Any]) -> list[str]:
    """Say what no decision says: that none was asked for, or that the service refused what policies let through."""
    if "reason" not in told:
        return []
    if "error" not in told:
        return [f"allowed\n  {told['reason']}"]
    error = told["error"]
    return [f"refused: {error['code']}\n  {error['message']}\n  {told['reason']}"]


def _last_refused(world: "RemoteWorld") -> str:
    refused = world.events(error="AccessDenied")
    if not refused:
        raise CommandFailed("no call was refused: name one by its x-amzn-RequestId")
    request_id: str = refused[-1]["requestID"]
    return request_id


def _named(callers: list[str]) -> str:
    return f"called have {', '.join(callers)}" if callers else "nobody has called who needs a policy"


def _told(decision: dict[str, Any]) -> str:
    """Lay a decision out: what was asked, what decided, what was consulted, and what would change it."""
    by = decision["decided_by"]
    where = [by["kind"], by["policy"], by["statement"] and f"statement {by['statement']}"]
    lines = [
        f"{'allowed' if decision['allowed'] else 'refused'}: {decision['principal']}",
        f"  action      {decision['action']}",
        f"  resource    {decision['resource']}",
        f"  decided by  {', '.join(str(one) for one in where if one)}",
        f"  because     {decision['reason']}",
        *(f"  consulted   {_consulted(one)}" for one in decision["consulted"]),
    ]
    if decision["cure"]:
        lines.append(f"  to allow    {decision['cure']}")
    return "\n".join([*lines, f"  see         {decision['documentation']}"])


def _consulted(one: dict[str, Any]) -> str:
    level = "" if one["level"] is None else f", level {one['level']}"
    says = f"{one['effect']} by statement {one['statement']}" if one["effect"] else "says nothing of it"
    return f"{one['kind']}{level}: {one['policy']} {says}"
