"""Results of a policy simulation in AWS's form: for an action on all resources together, and on each resource."""

from collections.abc import Iterable, Sequence
from itertools import chain
from typing import TYPE_CHECKING, Any

from artifact_state.model import Caller
from artifact_state.policy_evaluation.simulation.resources import name_of_resources
from artifact_state.policy_evaluation.simulation.simulate import (
    IMPLICIT,
    MatchedStatement,
    SimulationResult,
    most_restrictive,
)
from artifact_state.policy_syntax.statement_positions import Position, positions_of

if TYPE_CHECKING:
    from artifact_emulator.shapes.iam import replies

_MIN_KEY_LENGTH, _MAX_KEY_LENGTH = 5, 256


def evaluation_result(
    caller: Caller, action: str, resources: Sequence[str], results: Sequence[SimulationResult]
) -> "replies.EvaluationResult":
    """Return the result for one action on resources, none for `*`, from those on each.

    The policy types are those of AWS's examples, not those of its model:
    https://docs.aws.amazon.com/IAM/latest/APIReference/API_SimulateCustomPolicy.html#API_SimulateCustomPolicy_Examples
    """
    outcome = most_restrictive(result.outcome for result in results)
    missing = chain.from_iterable(_valid_key_names(result.missing_keys) for result in results)
    # A statement is named if it led to the outcome on any resource.
    matched = dict.fromkeys(chain.from_iterable(result.matched_statements for result in results))
    reply: dict[str, Any] = {
        "EvalActionName": action,
        "EvalDecision": outcome,
        "MatchedStatements": _statements(matched),
        "MissingContextValues": list(dict.fromkeys(missing)) if outcome == IMPLICIT else [],
        **_boundary_detail(results),
    }
    name = name_of_resources(caller, action, resources)
    if name is not None:
        reply["EvalResourceName"] = name
    if results[0].allowed_by_organization is not None:
        allowed = all(result.allowed_by_organization for result in results)
        reply["OrganizationsDecisionDetail"] = {"AllowedByOrganizations": allowed}
    # Where the service control policies do not allow, AWS reports nothing of the resource:
    # https://github.com/aws-containers/amazon-ecs-exec-checker/issues/70
    evaluated = [result for result in results if result.allowed_by_organization is not False]
    if resources and evaluated:
        kinds = dict.fromkeys(chain.from_iterable(result.outcome_by_kind for result in evaluated))
        reply["EvalDecisionDetails"] = {
            kind: most_restrictive(
                result.outcome_by_kind[kind] for result in evaluated if kind in result.outcome_by_kind
            )
            for kind in kinds
        }
        reply["ResourceSpecificResults"] = [_resource_result(result) for result in evaluated]
    typed: replies.EvaluationResult = reply  # type: ignore[assignment]
    return typed


def _valid_key_names(keys: Iterable[str]) -> list[str]:
    """Return the keys whose names AWS's model allows for context entries."""
    return [key for key in keys if _MIN_KEY_LENGTH <= len(key) <= _MAX_KEY_LENGTH]


def _resource_result(result: SimulationResult) -> dict[str, Any]:
    details = {
        "MatchedStatements": _statements(result.matched_statements),
        "MissingContextValues": _valid_key_names(result.missing_keys),
        "EvalDecisionDetails": result.outcome_by_kind,
    }
    return {
        "EvalResourceName": result.resource,
        "EvalResourceDecision": result.outcome,
        **{name: detail for name, detail in details.items() if detail},
        **_boundary_detail([result]),
    }


def _boundary_detail(results: Sequence[SimulationResult]) -> dict[str, Any]:
    """Return the member about the permissions boundary, if there is one."""
    allowed = [result.allowed_by_boundary for result in results if result.allowed_by_boundary is not None]
    return {"PermissionsBoundaryDecisionDetail": {"AllowedByPermissionsBoundary": all(allowed)}} if allowed else {}


def _statements(matched: Iterable[MatchedStatement]) -> list[dict[str, Any]]:
    return [
        {
            "SourcePolicyId": policy.arn_or_name.rpartition("/")[2],
            "SourcePolicyType": kind,
            "StartPosition": _position(positions_of(policy.document)[number - 1][0]),
            "EndPosition": _position(positions_of(policy.document)[number - 1][1]),
        }
        for kind, policy, number in matched
    ]


def _position(position: Position) -> dict[str, int]:
    return {"Line": position.line, "Column": position.column}
