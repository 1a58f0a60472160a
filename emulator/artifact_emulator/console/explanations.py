"""Explanations of denied calls, prepared for their page: the policies of each check, and their statements."""

import json
from collections.abc import Iterator, Mapping
from typing import Any

from artifact_emulator.aws.authorization.explain import explain_decisions
from artifact_emulator.aws.authorization.request import AuthorizationRequest
from artifact_state.policy_syntax.policy import as_list

LABELS = {
    "RESOURCE_CONTROL_POLICY": "Resource control policies",
    "SERVICE_CONTROL_POLICY": "Service control policies",
    "RESOURCE": "Policy of the resource",
    "PRINCIPAL": "Policies of the principal",
    "PERMISSIONS_BOUNDARY": "Permissions boundary",
    "SESSION": "Session policies",
}
RESULTS = {
    "ALLOW": "allows",
    "NO_IMPACT": "not needed",
    "IMPLICIT_DENY": "does not allow",
    "EXPLICIT_DENY": "denies",
}


def explanation_page(request: AuthorizationRequest) -> dict[str, Any]:
    """Return an explanation whose checks have `label`, `result` and the policies that they consider."""
    explanation = explain_decisions(request)
    for evaluation in explanation["evaluations"]:
        for check in evaluation["checks"]:
            check["label"] = LABELS[check["checkType"]]
            check["result"] = "not known" if "notKnown" in check else RESULTS[check["evaluatedEffect"]]
            check["policies"] = list(_policies(check, evaluation["decidedBy"], explanation["policies"]))
    return explanation


def _policies(
    check: Mapping[str, Any], deciding: Mapping[str, Any], policies: list[Mapping[str, Any]]
) -> Iterator[dict[str, Any]]:
    """Yield the name and the statements of each policy that a check considers."""
    matches = {match["uri"]: match["matchedStatements"] for match in check["matchedPolicies"]}
    is_deciding = (check["checkType"], check.get("targetArn")) == (deciding["checkType"], deciding["targetArn"])
    for policy in policies:
        targets = {target["arn"] for target in policy["attachedTo"]}
        if policy["type"] not in check["relevantPolicyTypes"] or check.get("targetArn") not in {None, *targets}:
            continue
        statements = matches.get(policy["uri"], ())
        effects = {each["sid"]: each["evaluatedEffect"] for each in statements if "notKnown" not in each}
        decides = is_deciding and policy["uri"] == deciding["policyUri"]
        yield {
            "name": policy["name"],
            "is_matched": bool(statements),
            "statements": [
                {
                    "text": json.dumps(statement, indent=2),
                    "effect": effects.get(sid),
                    "decides": decides and sid == deciding["sid"],
                }
                for sid, statement in _named_statements(policy["policyDocument"])
            ],
        }


def _named_statements(document: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    for number, statement in enumerate(as_list(document["Statement"]), 1):
        yield statement.get("Sid") or f"Statement{number}", statement
