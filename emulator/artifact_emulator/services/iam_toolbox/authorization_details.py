"""The details of denied requests, which AWS calls the Access Troubleshooter.

Sources: https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot_access-denied.html
AWS's model of the service, as of botocore 1.44.8.
"""

from typing import TYPE_CHECKING

from artifact_emulator.aws.authorization.authorization_id import request_id_of
from artifact_emulator.aws.authorization.details import context_details, document_of, evaluation_details, policy_details
from artifact_emulator.aws.authorization.explanation import Explanation
from artifact_emulator.aws.authorization.request import region_of
from artifact_emulator.aws.errors.iam_toolbox import details_not_found
from artifact_emulator.aws.pagination import rest_next_token
from artifact_emulator.services.context import RequestContext
from artifact_emulator.world_runtime import runtime_of
from artifact_state.authority import organization_of
from artifact_state.policy_syntax.wildcards import Keys

if TYPE_CHECKING:
    from artifact_emulator.shapes.iam_toolbox import replies, requests

_PAGE_SIZE = 100
"""Unverified: AWS documents no size."""
_PRINCIPAL_KEYS = ("aws:principal", "aws:user", "aws:source", "aws:token", "aws:multifactor", "aws:assumedroot")


def get_request_authorization_details(
    call: RequestContext, request: "requests.GetRequestAuthorizationDetailsRequest"
) -> "replies.GetRequestAuthorizationDetailsOutput":
    """Return the evaluations and policies of a denied request, as far as they belong to the caller's organization."""
    explanation = _explanation(call, request.authorization_id)
    is_of_principal = _sees(call, explanation, explanation.request.caller.account_id)
    listing = call.listing("GetRequestAuthorizationDetails", call.tx.caller.account_id, request.authorization_id)
    after = listing.after(request.next_token)
    remaining = ((number, item) for number, item in enumerate(explanation.evaluations) if number > after)
    page, token = listing.page(remaining, _PAGE_SIZE)
    evaluations = []
    for evaluation in page:
        details = evaluation_details(explanation, evaluation)
        if not is_of_principal:
            # "Returned when the caller is in the request principal's account or organization."
            del details["checks"], details["matchedPolicies"]
        details["context"] = context_details(_visible_keys(call, explanation, evaluation.context))
        evaluations.append(details)
    policies = [policy for policy in explanation.policies if _sees(call, explanation, policy.account_id)]
    return {
        "requestContext": context_details(_visible_keys(call, explanation, explanation.context)),
        "evaluations": evaluations,
        "policies": policy_details(policies),
        **rest_next_token(token),
    }


def get_request_authorization_policy(
    call: RequestContext, request: "requests.GetRequestAuthorizationPolicyRequest"
) -> "replies.GetRequestAuthorizationPolicyOutput":
    """Return the document of a policy as it was when a request was denied; AWS returns it to the principal's side."""
    explanation = _explanation(call, request.authorization_id)
    if not _sees(call, explanation, explanation.request.caller.account_id):
        raise details_not_found()
    for policy in explanation.policies:
        if policy.uri == request.policy_uri and _sees(call, explanation, policy.account_id):
            return {"policyDocument": document_of(policy)}
    raise details_not_found()


def _explanation(call: RequestContext, authorization_id: str) -> Explanation:
    """Return the explanation of a denial in the caller's region that the caller may see.

    Raises AwsError.
    """
    runtime, tx = runtime_of(call.world), call.tx
    request = runtime.decisions.find_denial(request_id_of(authorization_id), tx.now)
    if request is None:
        raise details_not_found()
    seed = call.world.options.strict_client
    if seed is not None and not runtime.strict_mode(seed).has_recorded(authorization_id, request.now, tx.now):
        raise details_not_found()
    explanation = Explanation(request)
    accounts = {request.caller.account_id, explanation.resource_account_id}
    is_visible = any(_sees(call, explanation, account_id) for account_id in accounts)
    if region_of(request) != tx.caller.region or not explanation.is_denied or not is_visible:
        raise details_not_found()
    return explanation


def _sees(call: RequestContext, explanation: Explanation, account_id: str) -> bool:
    """Return whether the caller is in the organization that an account had then, or in the account if it had none."""
    request, tx = explanation.request, call.tx
    recorded = organization_of(request.state, account_id, request.now)
    if recorded is None:
        return account_id == tx.caller.account_id
    current = organization_of(tx.state, tx.caller.account_id, tx.now)
    return current is not None and current.id == recorded.id


def _visible_keys(call: RequestContext, explanation: Explanation, keys: Keys) -> Keys:
    """Return the keys of the sides that the caller sees. Unverified: which keys AWS counts to which side."""
    hidden: tuple[str, ...] = ()
    if not _sees(call, explanation, explanation.request.caller.account_id):
        hidden += _PRINCIPAL_KEYS
    if not _sees(call, explanation, explanation.resource_account_id):
        hidden += ("aws:resource",)
    return {key: values for key, values in keys.items() if not key.startswith(hidden)} if hidden else keys
