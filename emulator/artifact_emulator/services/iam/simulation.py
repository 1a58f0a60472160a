"""Policy simulation, and the condition keys that policies read."""

from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING

from artifact_emulator.aws.errors.aws_error import NotEmulated
from artifact_emulator.services.context import RequestContext
from artifact_emulator.services.iam.simulation_results import evaluation_result, valid_key_names
from artifact_state.policy_evaluation.policies import ApplicablePolicies
from artifact_state.policy_evaluation.simulation.input import (
    SimulationSettings,
    require_valid_input,
    simulated_policies,
)
from artifact_state.policy_evaluation.simulation.keys import ContextEntry, default_keys, given_keys
from artifact_state.policy_evaluation.simulation.principals import Exclusion, InlinePolicies, policies_of_principal
from artifact_state.policy_evaluation.simulation.simulate import context_keys_of, simulate

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
    layers = simulated_policies(request.policy_input_list, boundaries, documents)
    return _simulate(call, request, layers, request.caller_arn)


def simulate_principal_policy(
    call: RequestContext, request: "requests.SimulatePrincipalPolicyRequest"
) -> "replies.SimulatePolicyResponse":
    """Simulate the policies of a user, group or role, with more from the request."""
    more, boundaries = request.policy_input_list or (), request.permissions_boundary_policy_input_list or ()
    without = [_exclusion(identifier) for identifier in request.policy_exclusion_list or ()]
    layers = policies_of_principal(call.tx, request.policy_source_arn, more, boundaries, without)
    return _simulate(call, request, layers, request.caller_arn or request.policy_source_arn)


def get_context_keys_for_custom_policy(
    call: RequestContext, request: "requests.GetContextKeysForCustomPolicyRequest"
) -> "replies.GetContextKeysForPolicyResponse":
    """List the condition keys that the policies of the request read."""
    return {"ContextKeyNames": valid_key_names(context_keys_of(simulated_policies(request.policy_input_list)))}


def get_context_keys_for_principal_policy(
    call: RequestContext, request: "requests.GetContextKeysForPrincipalPolicyRequest"
) -> "replies.GetContextKeysForPolicyResponse":
    """List the condition keys that the policies of a user, group or role read."""
    layers = policies_of_principal(call.tx, request.policy_source_arn, request.policy_input_list or ())
    return {"ContextKeyNames": valid_key_names(context_keys_of(layers))}


def _simulate(
    call: RequestContext, request: "AnyRequest", layers: ApplicablePolicies, caller_arn: str | None
) -> "replies.SimulatePolicyResponse":
    if request.resource_handling_option is not None:
        # The options describe scenarios of Amazon EC2.
        operation = type(request).__name__.removesuffix("Request")
        raise NotEmulated(f"iam:{operation} with ResourceHandlingOption")
    resources = request.resource_arns or ()
    settings = SimulationSettings(
        given_keys=given_keys(list(_entries(request.context_entries or []))),
        caller_arn=caller_arn,
        resource_policy=request.resource_policy,
        resource_owner=request.resource_owner,
    )
    require_valid_input(request.action_names, resources, settings)
    tx = call.tx
    settings = replace(settings, default_keys=default_keys(tx.state, tx.caller.account_id, caller_arn, tx.now))
    listing = call.name_listing("SimulatePolicy", call.tx.caller.account_id, *request.action_names, *resources)
    after = listing.after(request.marker)
    numbered = ((f"{number:08}", action) for number, action in enumerate(request.action_names))
    remaining = ((number, action) for number, action in numbered if number > after)
    page, more = listing.page(remaining, request.max_items, lambda item: item[0])
    results = [evaluation_result(simulate(layers, action, resources, settings)) for _, action in page]
    return {"EvaluationResults": results, **more}


def _entries(entries: "list[requests.ContextEntry]") -> Iterator[ContextEntry]:
    for entry in entries:
        if entry.context_key_name:
            yield ContextEntry(entry.context_key_name, entry.context_key_type, entry.context_key_values or ())


def _exclusion(identifier: "requests.PolicyIdentifier") -> Exclusion:
    inline = identifier.inline_policy_identifier
    if inline is not None:
        return InlinePolicies(inline.policy_name, inline.attachment_type, inline.attachment_name)
    return identifier.policy_type or identifier.policy_arn or ""
