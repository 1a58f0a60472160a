"""Effective policies: what all policies of a type come to, and what is wrong with that."""

import json
from typing import TYPE_CHECKING

from artifact_emulator.aws.pagination import next_token
from artifact_emulator.services.context import RequestContext
from artifact_emulator.services.organizations.accounts import account_reply, path_reply
from artifact_state.model import PolicyType
from artifact_state.organizations.policies import effective
from artifact_state.organizations.policies.effective import EffectivePolicyValidationError

if TYPE_CHECKING:
    from artifact_emulator.shapes.organizations import replies, requests


def describe_effective_policy(
    call: RequestContext, request: "requests.DescribeEffectivePolicyRequest"
) -> "replies.DescribeEffectivePolicyResponse":
    """Describe the effective policy of an account, without operators."""
    found = effective.describe_effective_policy(call.tx, PolicyType(request.policy_type), request.target_id)
    return {
        "EffectivePolicy": {
            "PolicyContent": json.dumps(found.merged.document, separators=(",", ":")),
            "LastUpdatedTimestamp": found.changed_at,
            "TargetId": found.membership.account_id,
            "PolicyType": request.policy_type,
        }
    }


def list_accounts_with_invalid_effective_policy(
    call: RequestContext, request: "requests.ListAccountsWithInvalidEffectivePolicyRequest"
) -> "replies.ListAccountsWithInvalidEffectivePolicyResponse":
    """List the accounts for which the policies of a type come to something invalid."""
    listing = call.listing("ListAccountsWithInvalidEffectivePolicy", call.tx.caller.account_id, request.policy_type)
    after = listing.after(request.next_token)
    found = effective.list_accounts_with_invalid_policy(call.tx, PolicyType(request.policy_type), after=after)
    page, token = listing.page(found, request.max_results or call.tx.quotas.organizations_page_size)
    return {
        "Accounts": [account_reply(call.tx, *one) for one in page],
        "PolicyType": request.policy_type,
        **next_token(token),
    }


def list_effective_policy_validation_errors(
    call: RequestContext, request: "requests.ListEffectivePolicyValidationErrorsRequest"
) -> "replies.ListEffectivePolicyValidationErrorsResponse":
    """List what is wrong with the effective policy of an account."""
    account_id, policy_type = request.account_id, request.policy_type
    listing = call.listing("ListEffectivePolicyValidationErrors", call.tx.caller.account_id, account_id, policy_type)
    after = listing.after(request.next_token)
    evaluated, found = effective.list_validation_errors(call.tx, account_id, PolicyType(policy_type), after=after)
    page, token = listing.page(found, request.max_results or call.tx.quotas.organizations_page_size)
    return {
        "AccountId": account_id,
        "PolicyType": policy_type,
        "Path": path_reply(call.tx, evaluated.membership),
        "EvaluationTimestamp": evaluated.changed_at,
        "EffectivePolicyValidationErrors": [_error(one) for one in page],
        **next_token(token),
    }


def _error(problem: EffectivePolicyValidationError) -> "replies.EffectivePolicyValidationError":
    return {
        "ErrorCode": "ELEMENTS_TOO_MANY",
        "ErrorMessage": f"'{problem.name}' exceeds the allowed maximum limit {problem.limit}",
        "PathToError": problem.path,
        "ContributingPolicies": list(problem.policy_ids),
    }
