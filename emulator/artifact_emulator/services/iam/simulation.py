"""Policies simulated: what they would decide, and which condition keys they read."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from artifact_emulator.call import Call
from artifact_emulator.failures import not_emulated
from artifact_emulator.listings.alphabetical import Alphabetical
from artifact_state.language.wildcards import Keys
from artifact_state.permissions import simulation
from artifact_state.permissions.decision import Kind, Layers
from artifact_state.permissions.simulation import Simulated

if TYPE_CHECKING:
    from artifact_emulator.shapes.iam import replies, requests

_SHORTEST, _LONGEST = 5, 256
"""Of the names of condition keys."""
_NOT_LOOKED_AT = (
    "ordered_organization_policy_input_list",
    "policy_exclusion_list",
    "resource_policy",
    "resource_owner",
    "caller_arn",
    "resource_handling_option",
)


def simulate_custom_policy(
    call: Call, request: "requests.SimulateCustomPolicyRequest"
) -> "replies.SimulatePolicyResponse":
    """Tell what policies would decide that nobody need have."""
    boundaries = request.permissions_boundary_policy_input_list or ()
    return _simulated(call, request, simulation.custom_layers(request.policy_input_list, boundaries))


def simulate_principal_policy(
    call: Call, request: "requests.SimulatePrincipalPolicyRequest"
) -> "replies.SimulatePolicyResponse":
    """Tell what would be decided of a user, a group or a role."""
    more, boundaries = request.policy_input_list or (), request.permissions_boundary_policy_input_list or ()
    return _simulated(call, request, simulation.principal_layers(call.tx, request.policy_source_arn, more, boundaries))


def get_context_keys_for_custom_policy(
    call: Call, request: "requests.GetContextKeysForCustomPolicyRequest"
) -> "replies.GetContextKeysForPolicyResponse":
    """Name the condition keys that policies read."""
    return {"ContextKeyNames": _nameable(simulation.keys_of(simulation.custom_layers(request.policy_input_list)))}


def get_context_keys_for_principal_policy(
    call: Call, request: "requests.GetContextKeysForPrincipalPolicyRequest"
) -> "replies.GetContextKeysForPolicyResponse":
    """Name the condition keys that the policies of a user, a group or a role read."""
    layers = simulation.principal_layers(call.tx, request.policy_source_arn, request.policy_input_list or ())
    return {"ContextKeyNames": _nameable(simulation.keys_of(layers))}


def _nameable(keys: list[str]) -> list[str]:
    """Leave out what AWS's model lets no condition key be called: the others can be given as context entries."""
    return [key for key in keys if _SHORTEST <= len(key) <= _LONGEST]


def _simulated(
    call: Call,
    request: "requests.SimulateCustomPolicyRequest | requests.SimulatePrincipalPolicyRequest",
    layers: Layers,
) -> "replies.SimulatePolicyResponse":
    _require_known(request)
    resources = request.resource_arns or ()
    listing = Alphabetical("SimulatePolicy", call.tx.caller.account_id, *request.action_names, *resources)
    after = listing.after(request.marker)
    found = _numbered(simulation.simulate(layers, request.action_names, resources, _keys(request.context_entries)))
    page, more = listing.page(
        ((number, one) for number, one in found if number > after), request.max_items, lambda numbered: numbered[0]
    )
    return {"EvaluationResults": [_result(one) for _, one in page], **more}


def _require_known(request: "requests.SimulateCustomPolicyRequest | requests.SimulatePrincipalPolicyRequest") -> None:
    """Refuse what would change the outcome and is not looked at, rather than to answer as if it were not asked.

    Raises Failure.
    """
    unknown = [name for name in _NOT_LOOKED_AT if getattr(request, name, None) is not None]
    if unknown:
        raise not_emulated(f"iam:{type(request).__name__.removesuffix('Request')} with {', '.join(unknown)}")


def _numbered(found: Iterator[Simulated]) -> Iterator[tuple[str, Simulated]]:
    return ((f"{number:08}", one) for number, one in enumerate(found))


def _keys(entries: "list[requests.ContextEntry] | None") -> Keys:
    return {
        entry.context_key_name.lower(): tuple(entry.context_key_values or ())
        for entry in entries or ()
        if entry.context_key_name
    }


def _result(one: Simulated) -> "replies.EvaluationResult":
    decision = one.decision
    told = "allowed" if decision.allowed else "explicitDeny" if decision.explicit else "implicitDeny"
    result: replies.EvaluationResult = {
        "EvalActionName": one.question.action,
        "EvalResourceName": one.question.resource,
        "EvalDecision": told,  # type: ignore[typeddict-item]  # One of the three that AWS has.
        "MatchedStatements": [],
        "MissingContextValues": _nameable(one.missing),
    }
    if decision.policy is not None:
        result["MatchedStatements"] = [
            {
                "SourcePolicyId": decision.policy.arn_or_name.rpartition("/")[2],
                "SourcePolicyType": _type_of(decision.policy.arn_or_name),
            }
        ]
    if one.layers.service_control:
        result["OrganizationsDecisionDetail"] = {
            "AllowedByOrganizations": decision.kind is not Kind.SERVICE_CONTROL or decision.allowed
        }
    if one.layers.boundary is not None:
        result["PermissionsBoundaryDecisionDetail"] = {
            "AllowedByPermissionsBoundary": decision.kind is not Kind.BOUNDARY or decision.allowed
        }
    return result


def _type_of(name: str) -> "replies.PolicySourceType":
    """Tell where a policy comes from, by its ARN; inline ones are told as the user's."""
    if name.startswith("arn:"):
        return "aws-managed" if ":iam::aws:" in name else "user-managed"
    return "none" if name.startswith(simulation.GIVEN) else "user"
