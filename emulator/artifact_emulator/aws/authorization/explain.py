"""The explanation of a decision: what was consulted, what decided, and what would let the call through.

Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html
"""

import json
from typing import Any

from artifact_emulator.aws.authorization.authorize import EvaluatedRequest, decisions_on
from artifact_emulator.aws.authorization.messages import denial_message
from artifact_emulator.aws.authorization.request import Asked
from artifact_state.policy_evaluation.decision import Decision, Kind, consulted
from artifact_state.policy_syntax.policy import Question

_GUIDE = "https://docs.aws.amazon.com/IAM/latest/UserGuide"
_SCPS = "https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_policies_scps_evaluation.html"
_FLOW = f"{_GUIDE}/reference_policies_evaluation-logic_policy-eval-denyallow.html"
_PAGES = {
    Kind.SERVICE_CONTROL: _SCPS,
    Kind.RESOURCE_CONTROL: "https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_policies_rcps.html",
    Kind.RESOURCE: f"{_GUIDE}/access_policies_identity-vs-resource.html",
    Kind.TRUST: f"{_GUIDE}/id_roles_update-role-trust-policy.html",
    Kind.IDENTITY: _FLOW,
    Kind.BOUNDARY: f"{_GUIDE}/access_policies_boundaries.html",
    Kind.SESSION: f"{_GUIDE}/access_policies.html#policies_session",
}
_NOT_ALLOWED = {
    Kind.SERVICE_CONTROL: "At every level from the root of the organization to the account a service control policy "
    "has to allow the action; at this level none does.",
    Kind.RESOURCE_CONTROL: "At every level a resource control policy has to allow the action; at this level none does.",
    Kind.RESOURCE: "The caller is of another account: the policy of the resource has to allow him too.",
    Kind.TRUST: "A role's trust policy has to allow whoever assumes it.",
    Kind.IDENTITY: "Nothing is allowed that no policy of the caller allows.",
    Kind.BOUNDARY: "The permissions boundary has to allow the action too.",
    Kind.SESSION: "The policies of the session have to allow the action too.",
}
_WHERE = {
    Kind.SERVICE_CONTROL: "Attach a service control policy at this level that has",
    Kind.RESOURCE_CONTROL: "Attach a resource control policy at this level that has",
    Kind.RESOURCE: "Add to the policy of the resource, with the caller as Principal,",
    Kind.TRUST: "Add to the role's trust policy, with the caller as Principal,",
    Kind.IDENTITY: "Attach a policy to the caller, or to his group or role, that has",
    Kind.BOUNDARY: "Add to the permissions boundary",
    Kind.SESSION: "Pass with the session a policy that has",
}


def explained(asked: Asked | None) -> dict[str, Any]:
    """Explain what was decided of a call: one decision for each resource that it is about; none if none was asked."""
    found = list(decisions_on(asked)) if asked else []
    return {
        "allowed": all(one.decision.allowed for one in found),
        "enforced": asked is None or asked.enforced,
        "decisions": [_one(asked.caller.arn, decided) for decided in found] if asked else [],
    }


def _one(caller_arn: str, decided: EvaluatedRequest) -> dict[str, Any]:
    question, decision = decided.question, decided.decision
    return {
        "principal": caller_arn,
        "action": question.action,
        "resource": question.resource,
        "context": {key: list(values) for key, values in sorted(question.keys.items())},
        "allowed": decision.allowed,
        "decided_by": _decider(decision),
        "reason": _reason(decision),
        "message": None if decision.allowed else denial_message(caller_arn, question, decision),
        "cure": None if decision.allowed else _cure(question, decision),
        "documentation": _PAGES[decision.kind],
        "consulted": [
            {
                "kind": kind.value,
                "level": level,
                "policy": policy.arn_or_name,
                "effect": None if statement is None else "Allow" if statement.allows else "Deny",
                "statement": None if statement is None else statement.sid or statement.place,
            }
            for kind, level, policy, statement in consulted(question, decided.layers)
        ],
    }


def _decider(decision: Decision) -> dict[str, Any]:
    return {
        "kind": decision.kind.value,
        "level": decision.level,
        "policy": decision.policy.arn_or_name if decision.policy else None,
        "statement": (decision.statement.sid or decision.statement.place) if decision.statement else None,
    }


def _reason(decision: Decision) -> str:
    statement = f"A statement of {_with_article(decision.kind)}"
    if decision.explicit:
        return f"{statement} denies it, and a denial counts more than anything that allows."
    if decision.allowed:
        return f"{statement} allows it, and nothing denies it or leaves it out."
    return _NOT_ALLOWED[decision.kind]


def _with_article(kind: Kind) -> str:
    return f"an {kind.value}" if kind is Kind.IDENTITY else f"a {kind.value}"


def _cure(question: Question, decision: Decision) -> str:
    if decision.explicit and decision.policy and decision.statement:
        which = decision.statement.sid or f"number {decision.statement.place}"
        return f"Change the statement {which} of {decision.policy.arn_or_name}, or take the policy away."
    statement: dict[str, Any] = {"Effect": "Allow", "Action": question.action}
    if decision.kind is not Kind.TRUST:
        statement["Resource"] = question.resource
    return f"{_WHERE[decision.kind]} {json.dumps(statement)}"
