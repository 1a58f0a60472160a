"""What a simulation found of an action, as AWS tells it: of all resources together, and of each."""

import re
from collections.abc import Sequence
from itertools import chain
from typing import TYPE_CHECKING, Any

from artifact_state import catalog
from artifact_state.language.policy_language import ANYTHING
from artifact_state.language.statement_positions import Position, positions_of
from artifact_state.language.wildcards import is_like
from artifact_state.permissions.simulation import GIVEN_RESOURCE, IDENTITY, Simulated, gravest

if TYPE_CHECKING:
    from artifact_emulator.shapes.iam import replies

_VARIABLE = re.compile(r"\$\{[^}]*\}")


def result_of(found: Sequence[Simulated]) -> "replies.EvaluationResult":
    """Tell what was found of one action on every resource.

    AWS's model lists other types of policies than AWS answers, which says `IAM Policy` of whatever is attached to an
    identity: https://github.com/hashicorp/terraform-provider-aws/blob/main/internal/service/iam/
    """
    first = found[0]
    anything = first.question.resource == ANYTHING
    told = gravest([one.told for one in found])
    contributing = [one for one in found if one.told == told]
    result: dict[str, Any] = {
        "EvalActionName": first.question.action,
        "EvalResourceName": _form_of(first),
        "EvalDecision": told,
        "MatchedStatements": _once(chain.from_iterable(map(_statements, contributing))),
        "MissingContextValues": sorted({key for one in found for key in one.missing}),
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
        result["EvalDecisionDetails"] = {kind: gravest([one[kind] for one in details if kind in one]) for kind in kinds}
    if not anything:
        result["ResourceSpecificResults"] = [_specific(one) for one in found]
    reply: replies.EvaluationResult = result  # type: ignore[assignment]
    return reply


def _specific(one: Simulated) -> dict[str, Any]:
    result: dict[str, Any] = {
        "EvalResourceName": one.question.resource,
        "EvalResourceDecision": one.told,
        "MatchedStatements": _statements(one),
        "MissingContextValues": one.missing,
    }
    if one.details is not None:
        result["EvalDecisionDetails"] = one.details
    if one.layers.boundary is not None:
        result["PermissionsBoundaryDecisionDetail"] = {"AllowedByPermissionsBoundary": one.allowed_by_boundary}
    return result


def _form_of(one: Simulated) -> str:
    """Give the form of the ARNs of what an action is about: that which fits the resource, if there are several."""
    if one.question.resource == ANYTHING:
        return ANYTHING
    forms = list(catalog.resource_formats(one.question.action).values())
    fitting = [form for form in forms if is_like(_VARIABLE.sub("*", form), one.question.resource)]
    return (*fitting, *forms, ANYTHING)[0]


def _statements(one: Simulated) -> list[dict[str, Any]]:
    return [
        {
            "SourcePolicyId": policy.arn_or_name.rpartition("/")[2],
            "SourcePolicyType": "resource" if policy.arn_or_name == GIVEN_RESOURCE else IDENTITY,
            "StartPosition": _position(positions_of(policy.document)[statement.place - 1][0]),
            "EndPosition": _position(positions_of(policy.document)[statement.place - 1][1]),
        }
        for policy, statement in one.matched
    ]


def _position(place: Position) -> dict[str, int]:
    return {"Line": place.line, "Column": place.column}


def _once(statements: Any) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    for one in statements:
        if one not in found:
            found.append(one)
    return found
