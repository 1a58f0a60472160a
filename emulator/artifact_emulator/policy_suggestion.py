"""The least policy that allows what a principal has called: his calls in the words of policies, put together."""

from collections import defaultdict
from typing import Any

from artifact_emulator.activity.call_log import CallRecord
from artifact_emulator.aws.authorization.authorize import FREE
from artifact_emulator.aws.authorization.evaluation_requests import questions_of
from artifact_emulator.aws.authorization.request import Asked
from artifact_emulator.world_runtime import runtime_of
from artifact_state.model import CallerKind
from artifact_state.world import World


def least_policy(world: World, principal: str) -> dict[str, Any]:
    """Write the policy; of a role it counts what its sessions called.

    What policies were asked of the latest calls is asked again; of others, what they would be asked now.
    """
    instruments = runtime_of(world)
    by_resources: dict[tuple[str, ...], set[str]] = defaultdict(set)
    resources: dict[str, set[str]] = defaultdict(set)
    for call in instruments.trail.calls():
        if _is_by(call, principal) and f"{call.service.name}:{call.operation}" not in FREE:
            for question in questions_of(instruments.decisions.of(call.request_id) or _asked_now(world, call)):
                resources[question.action].add(question.resource)
    for action, arns in resources.items():
        by_resources[tuple(sorted(arns))].add(action)
    statements = [
        {"Effect": "Allow", "Action": sorted(actions), "Resource": list(arns)}
        for arns, actions in sorted(by_resources.items())
    ]
    return {"Version": "2012-10-17", "Statement": statements}


def _asked_now(world: World, call: CallRecord) -> Asked:
    with world.transaction(call.caller) as tx:
        return Asked.of(tx, call.service.name, call.operation, call.members or {})


def _is_by(call: CallRecord, principal: str) -> bool:
    """Tell whether a principal called; a role is its sessions."""
    caller = call.caller
    if caller.arn == principal:
        return True
    if caller.kind is not CallerKind.ROLE:
        return False
    account, name = caller.account_id, caller.arn.split("/")[1]
    return principal.startswith(f"arn:{caller.partition}:iam::{account}:role/") and principal.endswith(f"/{name}")
