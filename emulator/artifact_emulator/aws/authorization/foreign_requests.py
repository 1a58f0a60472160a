"""The evaluation of calls of services that are not emulated: the policies are known, the call only in part.

A request is decided if the unknown part does not matter; otherwise a mode decides, and the explanation says what is not
known. The backend's resource-based policies are not known: within an account, calls are decided without them; a call
for a resource of another account depends on them.
"""

from collections.abc import Iterator
from dataclasses import replace

from artifact_emulator.aws.authorization.evaluated_request import EvaluatedRequest
from artifact_emulator.aws.authorization.foreign_parts import ForeignAction, ForeignParts, shown
from artifact_emulator.aws.authorization.request import AuthorizationRequest
from artifact_state import catalog
from artifact_state.policy_evaluation.collect import (
    applicable_policies,
    other_resource_control,
    resource_control_levels,
)
from artifact_state.policy_evaluation.global_condition_keys import account_keys, principal_keys
from artifact_state.policy_evaluation.partial import (
    UNKNOWN,
    PartialDecision,
    PartialRequest,
    applicability,
    decide_partial,
    unknown_keys,
)
from artifact_state.policy_evaluation.policies import ApplicablePolicies, Decision, PolicyKind, policies_in_order
from artifact_state.policy_syntax.policy import ANYTHING, EvaluationRequest, parse_policy


def evaluate_parts(request: AuthorizationRequest, parts: ForeignParts) -> Iterator[EvaluatedRequest]:
    """Yield the decision on each action and resource of a call."""
    account_id = parts.account_of_resources(request.caller)
    for action in parts.actions:
        partial = PartialRequest(_evaluation_request(request, action), action.is_open)
        policies = _policies(request, action, account_id)
        bounds = _bounds(request, action, partial, policies)
        if bounds.strict.allowed and action.account_id not in {"", account_id}:
            denial = _denial_elsewhere(request, account_id, partial)
            bounds = bounds._replace(strict=denial or bounds.strict)
        is_open = bounds.allowed is None
        named = partial.request._replace(action=shown(action.action), resource=shown(action.resource))
        yield EvaluatedRequest(
            named,
            policies,
            bounds.lenient if is_open and parts.mode != "deny" else bounds.strict,
            partial,
            _open_parts(action, partial, policies) if is_open else (),
        )


def _evaluation_request(request: AuthorizationRequest, action: ForeignAction) -> EvaluationRequest:
    account_id = action.account_id or request.caller.account_id
    keys = {
        **(account_keys(request.state, account_id, request.now) if account_id != UNKNOWN else {}),
        **principal_keys(request.state, request.caller, request.now),
        **request.extra_keys,
        **action.keys,
    }
    return EvaluationRequest(action.action, action.resource, keys, principals=frozenset((ANYTHING,)))


def _policies(request: AuthorizationRequest, action: ForeignAction, account_id: str) -> ApplicablePolicies:
    """Return the policies that apply to a request for resources of an account."""
    policies = applicable_policies(request.state, request.caller, request.now)
    if action.service not in catalog.rcp_services():
        return policies
    levels = resource_control_levels(request.state, account_id, request.now)
    return replace(policies, resource_control=levels) if levels else policies


def _bounds(
    request: AuthorizationRequest, action: ForeignAction, partial: PartialRequest, policies: ApplicablePolicies
) -> PartialDecision:
    bounds = decide_partial(partial, policies)
    if bounds.strict.allowed and action.account_id not in {"", UNKNOWN, request.caller.account_id}:
        # Without its resource-based policy, nobody can tell.
        return bounds._replace(strict=Decision(allowed=False, kind=PolicyKind.RESOURCE))
    return bounds


def _denial_elsewhere(request: AuthorizationRequest, account_id: str, partial: PartialRequest) -> Decision | None:
    """Return a denial by a resource control policy of another account, of which the resource may be."""
    action = partial.request.action
    if action.partition(":")[0] not in catalog.rcp_services():
        return None
    for policy in other_resource_control(request.state, account_id, request.now):
        for statement in parse_policy(policy.document).deny_statements(action):
            if applicability(statement, partial) is not False:
                return Decision(allowed=False, kind=PolicyKind.RESOURCE_CONTROL, policy=policy, statement=statement)
    return None


def _open_parts(action: ForeignAction, partial: PartialRequest, policies: ApplicablePolicies) -> tuple[str, ...]:
    """Return what is not known and would have to be for a decision, in words."""
    parts: dict[str, None] = {}
    if UNKNOWN in action.action:
        parts[f"the action: AWS documents none for this operation of {action.service}"] = None
    for _, _, policy in policies_in_order(policies):
        for statement in parse_policy(policy.document).statements_about(action.action):
            if applicability(statement, partial) is None:
                keys = unknown_keys(statement, partial)
                parts |= dict.fromkeys(f"the condition key {_spelled(key, action)}" for key in keys)
                if not keys and UNKNOWN in action.resource:
                    parts[f"the resource, of which only {shown(action.resource)} is known"] = None
    if parts:
        return tuple(parts)
    if action.account_id == UNKNOWN:
        return (f"the account of {shown(action.resource)}",)
    return (f"the policy of {action.resource}, which is in another account",)


def _spelled(key: str, action: ForeignAction) -> str:
    start, slash, rest = key.partition("/")
    if not slash or f"{start}/" not in action.open_keys:
        return action.open_keys.get(key, key)
    return action.open_keys[f"{start}/"] + rest
