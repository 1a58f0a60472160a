"""An explanation with what AWS's API does not say: the policy that decided, why, and what would allow the call.

Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html
"""

import json
from collections.abc import Iterator
from typing import Any

from artifact_emulator.aws.authorization.details import (
    CHECK_TYPES,
    check_details,
    context_details,
    document_of,
    evaluation_details,
    policy_details,
    sid_of,
)
from artifact_emulator.aws.authorization.evaluated_request import EvaluatedRequest
from artifact_emulator.aws.authorization.explanation import Evaluation, Explanation, uri_of
from artifact_emulator.aws.authorization.messages import denial_message, undecided_message
from artifact_emulator.aws.authorization.request import AuthorizationRequest
from artifact_state import catalog
from artifact_state.policy_evaluation.checks import Check, CheckEffect, unmet_conditions
from artifact_state.policy_evaluation.decision import evaluated_policies
from artifact_state.policy_evaluation.policies import Decision, PolicyKind

_GUIDE = "https://docs.aws.amazon.com/IAM/latest/UserGuide"
_SCPS = "https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_policies_scps_evaluation.html"
_FLOW = f"{_GUIDE}/reference_policies_evaluation-logic_policy-eval-denyallow.html"
_FOR_OTHER_ACCOUNTS = (
    "Call from an account that may use the operation: the management account, or for a handshake one of its parties."
)
_DECIDE_OTHERWISE = (
    "Start with `serve --unknown allow`, or `--unknown audit` for a warning in the log, to let such calls pass; "
    "in tests with emulate(unknown=...)."
)
_PAGES = {
    PolicyKind.SERVICE_CONTROL: _SCPS,
    PolicyKind.RESOURCE_CONTROL: "https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_policies_rcps.html",
    PolicyKind.RESOURCE: f"{_GUIDE}/access_policies_identity-vs-resource.html",
    PolicyKind.TRUST: f"{_GUIDE}/id_roles_update-role-trust-policy.html",
    PolicyKind.IDENTITY: _FLOW,
    PolicyKind.BOUNDARY: f"{_GUIDE}/access_policies_boundaries.html",
    PolicyKind.SESSION: f"{_GUIDE}/access_policies.html#policies_session",
}
_NOT_ALLOWED = {
    PolicyKind.SERVICE_CONTROL: "A service control policy has to allow the action at every level from the root of the "
    "organization to the account; at this level none does.",
    PolicyKind.RESOURCE_CONTROL: "A resource control policy has to allow the action at every level; at this level none "
    "does.",
    PolicyKind.RESOURCE: "The resource is of another account: its policy, if it has one, has to allow the caller.",
    PolicyKind.TRUST: "The role's trust policy has to allow every caller that assumes the role.",
    PolicyKind.IDENTITY: "No policy of the caller allows the action.",
    PolicyKind.BOUNDARY: "The permissions boundary has to allow the action too.",
    PolicyKind.SESSION: "The policies of the session have to allow the action too.",
}
_REMEDIES = {
    PolicyKind.SERVICE_CONTROL: "Attach a service control policy at this level that has",
    PolicyKind.RESOURCE_CONTROL: "Attach a resource control policy at this level that has",
    PolicyKind.RESOURCE: "Add to the policy of the resource, with the caller as Principal,",
    PolicyKind.TRUST: "Add to the role's trust policy, with the caller as Principal,",
    PolicyKind.IDENTITY: "Attach a policy to the caller, or to its group or role, that has",
    PolicyKind.BOUNDARY: "Add to the permissions boundary",
    PolicyKind.SESSION: "Pass with the session a policy that has",
}


def explain_decisions(request: AuthorizationRequest | None) -> dict[str, Any]:
    """Return the evaluations of a call as AWS's API does, with reasons and remedies; none if no policy was evaluated.

    `decisions` repeats them under the names of the previous version.
    """
    if request is None:
        return {
            "allowed": True,
            "enforced": True,
            "requestContext": {},
            "evaluations": [],
            "policies": [],
            "decisions": [],
        }
    explanation = Explanation(request)
    return {
        "allowed": not explanation.is_denied,
        "enforced": request.enforced,
        "requestContext": context_details(explanation.context),
        "evaluations": [_evaluation(explanation, evaluation) for evaluation in explanation.evaluations],
        "policies": [
            {**details, "name": policy.policy.arn_or_name, "policyDocument": document_of(policy)}
            for policy, details in zip(explanation.policies, policy_details(explanation.policies), strict=True)
        ],
        "decisions": [_decision(request, evaluation.result) for evaluation in explanation.evaluations],
    }


def _evaluation(explanation: Explanation, evaluation: Evaluation) -> dict[str, Any]:
    call, result = explanation.request, evaluation.result
    decision = result.decision
    return {
        **evaluation_details(explanation, evaluation),
        "checks": list(_checks(explanation, evaluation)),
        "principal": call.caller.arn,
        "decidedBy": _deciding_statement(explanation, decision),
        "notKnown": list(result.open_parts),
        "reason": _reason(decision) if not result.open_parts else open_reason(result),
        "message": None if decision.allowed else _message(call, result),
        "remedy": None if decision.allowed else _remedy(result),
        "documentation": _PAGES[decision.kind],
    }


def _checks(explanation: Explanation, evaluation: Evaluation) -> Iterator[dict[str, Any]]:
    """Yield the checks; of those whose effect depends on what is not known, the statements that only may apply too."""
    others = evaluation.other_checks or evaluation.checks
    for check, other in zip(evaluation.checks, others, strict=True):
        details = _check(explanation, evaluation, check)
        if check.effect is not other.effect:
            details["notKnown"] = True
            certain = {(match.policy, statement) for match in other.matched for statement in match.statements}
            for match, shown in zip(check.matched, details["matchedPolicies"], strict=True):
                for statement, entry in zip(match.statements, shown["matchedStatements"], strict=True):
                    if (match.policy, statement) not in certain:
                        entry["notKnown"] = True
        yield details


def _check(explanation: Explanation, evaluation: Evaluation, check: Check) -> dict[str, Any]:
    """Return a check with the conditions for want of which it does not allow."""
    details: dict[str, Any] = {**check_details(explanation, check)}
    if check.effect is not CheckEffect.IMPLICIT_DENY:
        return details
    request = evaluation.result.request
    details["unmetConditions"] = [
        {
            "policyUri": uri_of(check.kind, policy),
            "sid": sid_of(statement),
            "operator": condition.operator,
            "key": condition.key,
            "expected": [value.text for value in condition.values],
            "actual": _actual(evaluation.result, condition.key),
        }
        for policy, statement, condition in unmet_conditions(request, evaluation.result.policies, check)
    ]
    return details


def _actual(result: EvaluatedRequest, key: str) -> list[str]:
    is_unknown = result.partial is not None and result.partial.is_unknown(key)
    return ["not known"] if is_unknown else list(result.request.keys.get(key, ()))


def _deciding_statement(explanation: Explanation, decision: Decision) -> dict[str, Any]:
    return {
        "checkType": CHECK_TYPES[decision.kind],
        "targetArn": None if decision.level is None else explanation.target(decision.kind, decision.level),
        "policyUri": uri_of(decision.kind, decision.policy) if decision.policy else None,
        "policyName": decision.policy.arn_or_name if decision.policy else None,
        "sid": sid_of(decision.statement) if decision.statement else None,
    }


def _decision(call: AuthorizationRequest, result: EvaluatedRequest) -> dict[str, Any]:
    """Return an evaluation under the names of the previous version."""
    request, decision = result.request, result.decision
    return {
        "principal": call.caller.arn,
        "action": request.action,
        "resource": request.resource,
        "context": {key: list(values) for key, values in sorted(request.keys.items())},
        "allowed": decision.allowed,
        "decided_by": _deciding_policy(decision),
        "reason": _reason(decision),
        "message": None if decision.allowed else _message(call, result),
        "cure": None if decision.allowed else _remedy(result),
        "documentation": _PAGES[decision.kind],
        "consulted": [
            {
                "kind": kind.value,
                "level": level,
                "policy": policy.arn_or_name,
                "effect": None if statement is None else "Allow" if statement.allows else "Deny",
                "statement": None if statement is None else statement.sid or statement.number,
            }
            for kind, level, policy, statement in evaluated_policies(request, result.policies)
        ],
    }


def _deciding_policy(decision: Decision) -> dict[str, Any]:
    statement = decision.statement
    return {
        "kind": decision.kind.value,
        "level": decision.level,
        "policy": decision.policy.arn_or_name if decision.policy else None,
        "statement": (statement.sid or statement.number) if statement else None,
    }


def _reason(decision: Decision) -> str:
    article = "an" if decision.kind is PolicyKind.IDENTITY else "a"
    statement = f"A statement of {article} {decision.kind.value}"
    if decision.is_explicit_denial:
        return f"{statement} denies it, and a denial counts more than any statement that allows."
    if decision.allowed:
        return f"{statement} allows it, and no policy denies it or fails to allow it."
    return _NOT_ALLOWED[decision.kind]


def _message(call: AuthorizationRequest, result: EvaluatedRequest) -> str:
    request = result.request
    if result.open_parts:
        return undecided_message(call.caller.arn, request.action, request.resource, result.open_parts)
    return denial_message(call, request, result.decision)


def open_reason(result: EvaluatedRequest) -> str:
    """Return why a call was refused or passed on although its policies do not decide."""
    parts = ", ".join(result.open_parts)
    outcome = "allows such a call" if result.decision.allowed else "refuses such a call"
    return f"The policies depend on what the emulator does not know: {parts}. Its setting `unknown` {outcome}."


def _remedy(result: EvaluatedRequest) -> str:
    request, decision = result.request, result.decision
    if result.open_parts:
        return _DECIDE_OTHERWISE
    if decision.is_explicit_denial and decision.policy and decision.statement:
        name = decision.statement.sid or f"number {decision.statement.number}"
        return f"Change the statement {name} of {decision.policy.arn_or_name}, or detach the policy."
    is_delegable = request.action in catalog.delegable_actions()
    if decision.kind is PolicyKind.RESOURCE and request.action.startswith("organizations:") and not is_delegable:
        return _FOR_OTHER_ACCOUNTS
    statement: dict[str, Any] = {"Effect": "Allow", "Action": request.action}
    if decision.kind is not PolicyKind.TRUST:
        statement["Resource"] = request.resource
    return f"{_REMEDIES[decision.kind]} {json.dumps(statement)}"
