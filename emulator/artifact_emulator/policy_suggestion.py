"""Suggested policies: the least permissions that allow the calls that a principal has made."""

from collections import defaultdict
from collections.abc import Iterator
from typing import Any

from artifact_emulator.activity.call_log import CallRecord
from artifact_emulator.aws.authorization.authorize import OPERATIONS_WITHOUT_PERMISSION
from artifact_emulator.aws.authorization.evaluation_requests import evaluation_requests
from artifact_emulator.aws.authorization.request import AuthorizationRequest
from artifact_emulator.aws.service_profile import PROFILES
from artifact_emulator.world_runtime import runtime_of
from artifact_state.model import CallerKind
from artifact_state.world import World


def least_policy(world: World, principal: str) -> dict[str, Any]:
    """Return a policy for the calls of a principal in the call log; those of a role are its sessions' calls.

    The authorization requests of recent calls come from the decision log, those of others from the current state.
    """
    resources_by_action: dict[str, set[str]] = defaultdict(set)
    for request in _requests(world, principal):
        for evaluated in evaluation_requests(request):
            resources_by_action[evaluated.action].add(evaluated.resource)
    actions_by_resources: dict[tuple[str, ...], set[str]] = defaultdict(set)
    for action, resources in resources_by_action.items():
        actions_by_resources[tuple(sorted(resources))].add(action)
    statements = [
        {"Effect": "Allow", "Action": sorted(actions), "Resource": list(resources)}
        for resources, actions in sorted(actions_by_resources.items())
    ]
    return {"Version": "2012-10-17", "Statement": statements}


def _requests(world: World, principal: str) -> Iterator[AuthorizationRequest]:
    runtime = runtime_of(world)
    for call in runtime.call_log.calls():
        if (
            _is_by(call, principal)
            and f"{call.service.signing_name}:{call.operation}" not in OPERATIONS_WITHOUT_PERMISSION
        ):
            yield runtime.decisions.find(call.request_id) or _current_request(world, call)


def _current_request(world: World, call: CallRecord) -> AuthorizationRequest:
    with world.transaction(call.caller) as tx:
        request = AuthorizationRequest.of(tx, call.service.signing_name, call.operation, call.members or {})
    if call.service.name in PROFILES:
        return request
    # Imported here: few emulators have a backend.
    from artifact_emulator.gateway.authorization import parts_of
    from artifact_emulator.gateway.operations import ForeignCall

    service, region = call.service, call.caller.region
    foreign = ForeignCall(
        service.name, "", call.operation, service.signing_name, service.protocol, call.members, region
    )
    return request._replace(foreign=parts_of(foreign, call.caller))


def _is_by(call: CallRecord, principal: str) -> bool:
    """Return whether a principal, or a session of it if it is a role, made a call."""
    caller = call.caller
    if caller.arn == principal:
        return True
    if caller.kind is not CallerKind.ROLE:
        return False
    account, name = caller.account_id, caller.arn.split("/")[1]
    return principal.startswith(f"arn:{caller.partition}:iam::{account}:role/") and principal.endswith(f"/{name}")
