"""Policy simulation, and the condition keys that policies read."""

from typing import TYPE_CHECKING

from artifact_emulator.services.context import RequestContext
from artifact_emulator.services.iam.simulation_results import evaluation_result
from artifact_state.errors import InvalidInput, InvalidSimulationInput
from artifact_state.policy_evaluation.simulation.input import (
    SimulatedPolicies,
    SimulationSettings,
    inspected_policies,
    require_valid_input,
    simulated_policies,
)
from artifact_state.policy_evaluation.simulation.keys import ContextEntry, default_keys, given_keys
from artifact_state.policy_evaluation.simulation.principals import Exclusion, InlinePolicies, policies_of_principal
from artifact_state.policy_evaluation.simulation.simulate import context_keys_of, simulate
from artifact_state.policy_syntax.policy import ANYTHING
from artifact_state.record import replace

if TYPE_CHECKING:
    from artifact_emulator.shapes.iam import replies, requests

    AnyRequest = requests.SimulateCustomPolicyRequest | requests.SimulatePrincipalPolicyRequest


def simulate_custom_policy(
    call: RequestContext, request: "requests.SimulateCustomPolicyRequest"
) -> "replies.SimulatePolicyResponse":
    """Simulate policies from the request."""
    boundaries = request.permissions_boundary_policy_input_list or ()
    levels = request.ordered_organization_policy_input_list or ()
    documents = [level.service_control_policy_input_list or () for level in levels]
    policies = simulated_policies(request.policy_input_list, boundaries, documents)
    return _simulate(call, request, policies, request.caller_arn)


def simulate_principal_policy(
    call: RequestContext, request: "requests.SimulatePrincipalPolicyRequest"
) -> "replies.SimulatePolicyResponse":
    """Simulate the policies of a user, group or role, with more from the request."""
    boundaries = request.permissions_boundary_policy_input_list or ()
    additional = simulated_policies(request.policy_input_list or (), boundaries)
    without = [_exclusion(identifier) for identifier in request.policy_exclusion_list or ()]
    policies = policies_of_principal(call.tx, request.policy_source_arn, additional, without)
    return _simulate(call, request, policies, request.caller_arn or request.policy_source_arn)


def get_context_keys_for_custom_policy(
    call: RequestContext, request: "requests.GetContextKeysForCustomPolicyRequest"
) -> "replies.GetContextKeysForPolicyResponse":
    """List the condition keys that the policies of the request read."""
    return {"ContextKeyNames": context_keys_of(inspected_policies(request.policy_input_list))}


def get_context_keys_for_principal_policy(
    call: RequestContext, request: "requests.GetContextKeysForPrincipalPolicyRequest"
) -> "replies.GetContextKeysForPolicyResponse":
    """List the condition keys that the policies of a user, group or role read."""
    additional = inspected_policies(request.policy_input_list or ())
    policies = policies_of_principal(call.tx, request.policy_source_arn, additional)
    return {"ContextKeyNames": context_keys_of(policies)}


def _simulate(
    call: RequestContext, request: "AnyRequest", policies: SimulatedPolicies, caller_arn: str | None
) -> "replies.SimulatePolicyResponse":
    resources = [] if request.resource_arns == [ANYTHING] else request.resource_arns or []
    settings = SimulationSettings(
        operation=type(request).__name__.removesuffix("Request"),
        given_keys=given_keys(list(map(_entry, request.context_entries or []))),
        caller_arn=caller_arn,
        resource_policy=request.resource_policy,
        resource_owner=request.resource_owner,
        resource_handling_option=request.resource_handling_option,
    )
    require_valid_input(request.action_names, resources, settings)
    tx = call.tx
    settings = replace(settings, default_keys=default_keys(tx.state, tx.caller.account_id, caller_arn, tx.now))
    # A marker is no more than the number of actions so far, so that it also fits another simulation.
    listing = call.name_listing("SimulatePolicy", tx.caller.account_id)
    try:
        after = listing.after(request.marker)
    except InvalidInput:
        raise InvalidSimulationInput("Invalid marker for pagination.") from None
    numbered = ((f"{number:08}", action) for number, action in enumerate(request.action_names))
    remaining = ((number, action) for number, action in numbered if number > after)
    page, more = listing.page(remaining, request.max_items, lambda item: item[0])
    results = [
        evaluation_result(tx.caller, action, resources, simulate(policies, action, resources, settings))
        for _, action in page
    ]
    return {"EvaluationResults": results, **more}


def _entry(entry: "requests.ContextEntry") -> ContextEntry:
    return ContextEntry(entry.context_key_name, entry.context_key_type, entry.context_key_values or ())


def _exclusion(identifier: "requests.PolicyIdentifier") -> Exclusion:
    inline = identifier.inline_policy_identifier
    if inline is not None:
        return InlinePolicies(inline.policy_name, inline.attachment_type, inline.attachment_name)
    return identifier.policy_type or identifier.policy_arn or ""
