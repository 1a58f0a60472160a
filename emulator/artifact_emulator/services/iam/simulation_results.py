"""What a simulation found of an action, as AWS tells it: of all resources together, and of each."""

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

_SHORTEST, _LONGEST = 5, 256
"""Of the names of condition keys."""
_VARIABLE = re.compile(r"\$\{[^}]*\}")


def evaluation_result(found: Sequence[SimulationResult]) -> "replies.EvaluationResult":
    """Tell what was found of one action on every resource.

    AWS's model lists other types of policies than AWS answers, in its own examples too:
    https://docs.aws.amazon.com/IAM/latest/APIReference/API_SimulateCustomPolicy.html#API_SimulateCustomPolicy_Examples
    """
    first = found[0]
    told = most_restrictive([one.told for one in found])
    contributing = [one for one in found if one.told == told]
    result: dict[str, Any] = {
        "EvalActionName": first.question.action,
        "EvalResourceName": _name_of(found),
        "EvalDecision": told,
        "MatchedStatements": _once(chain.from_iterable(map(_statements, contributing))),
        "MissingContextValues": _once(chain.from_iterable(valid_key_names(one.missing) for one in found)),
    }
    if first.layers.service_control:
        allowed = all(one.allowed_by_organization for one in found)
        result["OrganizationsDecisionDetail"] = {"AllowedByOrganizations": allowed}
    if first.layers.boundary is not None:
        bounded = all(one.allowed_by_boundary for one in found)
        result["PermissionsBoundaryDecisionDetail"] = {"AllowedByPermissionsBoundary": bounded}
    details = [one.details for one in found if one.details is not None]
    if details:
        kinds = dict.fromkeys(chain.from_iterable(details))
        result["EvalDecisionDetails"] = {kind: most_restrictive([one[kind] for one in details if kind in one]) for kind in kinds}
    if first.question.resource != ANYTHING:
        result["ResourceSpecificResults"] = [_specific(one) for one in found]
    reply: replies.EvaluationResult = result  # type: ignore[assignment]
    return reply


def valid_key_names(keys: list[str]) -> list[str]:
    """Leave out what AWS's model lets no condition key be called: the others can be given as context entries."""
    return [key for key in keys if _SHORTEST <= len(key) <= _LONGEST]


def _specific(one: SimulationResult) -> dict[str, Any]:
    result: dict[str, Any] = {
        "EvalResourceName": one.question.resource,
        "EvalResourceDecision": one.told,
        "MatchedStatements": _statements(one),
        "MissingContextValues": valid_key_names(one.missing),
    }
    if one.details:
        result["EvalDecisionDetails"] = one.details
    if one.layers.boundary is not None:
        result["PermissionsBoundaryDecisionDetail"] = {"AllowedByPermissionsBoundary": one.allowed_by_boundary}
    return result


def _name_of(found: Sequence[SimulationResult]) -> str:
    """Name one resource, as AWS's examples do; of several the form of their ARNs, as its model has it.

    Of the forms that an action has, that which fits the first resource.
    """
    first = found[0].question
    if len(found) == 1:
        return first.resource
    forms = list(catalog.resource_formats(first.action).values())
    fitting = [form for form in forms if is_like(_VARIABLE.sub("*", form), first.resource)]
    return (*fitting, *forms, ANYTHING)[0]


def _statements(one: SimulationResult) -> list[dict[str, Any]]:
    return [
        {
            "SourcePolicyId": policy.arn_or_name.rpartition("/")[2],
            "SourcePolicyType": kind,
            "StartPosition": _position(positions_of(policy.document)[statement.place - 1][0]),
            "EndPosition": _position(positions_of(policy.document)[statement.place - 1][1]),
        }
        for kind, policy, statement in one.matched
    ]


def _position(place: Position) -> dict[str, int]:
    return {"Line": place.line, "Column": place.column}


def _once(values: Iterable[Any]) -> list[Any]:
    found: list[Any] = []
    for one in values:
        if one not in found:
            found.append(one)
    return found
