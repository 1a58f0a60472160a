"""Results of a policy simulation in AWS's form: for an action on all resources together, and on each resource."""

import re
from collections.abc import Iterable, Sequence
from itertools import chain
from typing import TYPE_CHECKING, Any

from artifact_state import catalog
from artifact_state.policy_evaluation.simulation.simulate import SimulationResult, most_restrictive
from artifact_state.policy_syntax.policy import ANYTHING
from artifact_state.policy_syntax.statement_positions import Position, positions_of
from artifact_state.policy_syntax.wildcards import is_like

if TYPE_CHECKING:
    from artifact_emulator.shapes.iam import replies

_MIN_KEY_LENGTH, _MAX_KEY_LENGTH = 5, 256
_VARIABLE = re.compile(r"\$\{[^}]*\}")


def evaluation_result(results: Sequence[SimulationResult]) -> "replies.EvaluationResult":
    """Return the result for one action from those for each resource.

    The policy types are those of AWS's examples, not those of its model:
    https://docs.aws.amazon.com/IAM/latest/APIReference/API_SimulateCustomPolicy.html#API_SimulateCustomPolicy_Examples
    """
    first = results[0]
    outcome = most_restrictive([result.outcome for result in results])
    contributing = [result for result in results if result.outcome == outcome]
    reply: dict[str, Any] = {
        "EvalActionName": first.request.action,
        "EvalResourceName": _resource_name(results),
        "EvalDecision": outcome,
        "MatchedStatements": _unique(chain.from_iterable(map(_matched_statements, contributing))),
        "MissingContextValues": _unique(
            chain.from_iterable(valid_key_names(result.missing_keys) for result in results)
        ),
    }
    if first.policies.service_control:
        allowed = all(result.allowed_by_organization for result in results)
        reply["OrganizationsDecisionDetail"] = {"AllowedByOrganizations": allowed}
    if first.policies.boundary is not None:
        allowed = all(result.allowed_by_boundary for result in results)
        reply["PermissionsBoundaryDecisionDetail"] = {"AllowedByPermissionsBoundary": allowed}
    details = [result.outcome_by_kind for result in results if result.outcome_by_kind is not None]
    if details:
        kinds = dict.fromkeys(chain.from_iterable(details))
        reply["EvalDecisionDetails"] = {
            kind: most_restrictive([detail[kind] for detail in details if kind in detail]) for kind in kinds
        }
    if first.request.resource != ANYTHING:
        reply["ResourceSpecificResults"] = [_resource_result(result) for result in results]
    typed: replies.EvaluationResult = reply  # type: ignore[assignment]
    return typed


def valid_key_names(keys: list[str]) -> list[str]:
    """Return the keys whose names AWS's model allows for context entries."""
    return [key for key in keys if _MIN_KEY_LENGTH <= len(key) <= _MAX_KEY_LENGTH]


def _resource_result(result: SimulationResult) -> dict[str, Any]:
    reply: dict[str, Any] = {
        "EvalResourceName": result.request.resource,
        "EvalResourceDecision": result.outcome,
        "MatchedStatements": _matched_statements(result),
        "MissingContextValues": valid_key_names(result.missing_keys),
    }
    if result.outcome_by_kind:
        reply["EvalDecisionDetails"] = result.outcome_by_kind
    if result.policies.boundary is not None:
        reply["PermissionsBoundaryDecisionDetail"] = {"AllowedByPermissionsBoundary": result.allowed_by_boundary}
    return reply


def _resource_name(results: Sequence[SimulationResult]) -> str:
    """Return the ARN of a single resource, as in AWS's examples, or the ARN format of several, as in its model.

    If an action has several formats, the one that the first resource matches is returned.
    """
    first = results[0].request
    if len(results) == 1:
        return first.resource
    formats = list(catalog.resource_formats(first.action).values())
    matching = [form for form in formats if is_like(_VARIABLE.sub("*", form), first.resource)]
    return (*matching, *formats, ANYTHING)[0]


def _matched_statements(result: SimulationResult) -> list[dict[str, Any]]:
    return [
        {
            "SourcePolicyId": policy.arn_or_name.rpartition("/")[2],
            "SourcePolicyType": kind,
            "StartPosition": _position(positions_of(policy.document)[statement.number - 1][0]),
            "EndPosition": _position(positions_of(policy.document)[statement.number - 1][1]),
        }
        for kind, policy, statement in result.matched_statements
    ]


def _position(position: Position) -> dict[str, int]:
    return {"Line": position.line, "Column": position.column}


def _unique(values: Iterable[Any]) -> list[Any]:
    """Return values without duplicates; dicts among them cannot be hashed."""
    unique: list[Any] = []
    for value in values:
        if value not in unique:
            unique.append(value)
    return unique
