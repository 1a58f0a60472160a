"""Handlers of effective policies: describe the merged policies of an account, and list their validation errors."""

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
    """Return the effective policy of an account, without operators."""
    policy = effective.describe_effective_policy(call.tx, PolicyType(request.policy_type), request.target_id)
    return {
        "EffectivePolicy": {
            "PolicyContent": json.dumps(policy.merged.document, separators=(",", ":")),
            "LastUpdatedTimestamp": policy.changed_at,
            "TargetId": policy.membership.account_id,
            "PolicyType": request.policy_type,
        }
    }


def list_accounts_with_invalid_effective_policy(
    call: RequestContext, request: "requests.ListAccountsWithInvalidEffectivePolicyRequest"
) -> "replies.ListAccountsWithInvalidEffectivePolicyResponse":
    """List the accounts whose effective policy of a type is invalid."""
    listing = call.listing("ListAccountsWithInvalidEffectivePolicy", call.tx.caller.account_id, request.policy_type)
    after = listing.after(request.next_token)
    items = effective.list_accounts_with_invalid_policy(call.tx, PolicyType(request.policy_type), after=after)
    page, token = listing.page(items, request.max_results or call.tx.quotas.organizations_page_size)
    return {
        "Accounts": [account_reply(call.tx, account, membership) for account, membership in page],
        "PolicyType": request.policy_type,
        **next_token(token),
    }


def list_effective_policy_validation_errors(
    call: RequestContext, request: "requests.ListEffectivePolicyValidationErrorsRequest"
) -> "replies.ListEffectivePolicyValidationErrorsResponse":
    """List the validation errors of an account's effective policy."""
    account_id, policy_type = request.account_id, request.policy_type
    listing = call.listing("ListEffectivePolicyValidationErrors", call.tx.caller.account_id, account_id, policy_type)
    after = listing.after(request.next_token)
    policy, items = effective.list_validation_errors(call.tx, account_id, PolicyType(policy_type), after=after)
    page, token = listing.page(items, request.max_results or call.tx.quotas.organizations_page_size)
    return {
        "AccountId": account_id,
        "PolicyType": policy_type,
        "Path": path_reply(call.tx, policy.membership),
        "EvaluationTimestamp": policy.changed_at,
        "EffectivePolicyValidationErrors": [_error_reply(error) for error in page],
        **next_token(token),
    }


def _error_reply(error: EffectivePolicyValidationError) -> "replies.EffectivePolicyValidationError":
    return {
        "ErrorCode": "ELEMENTS_TOO_MANY",
        "ErrorMessage": f"'{error.name}' exceeds the allowed maximum limit {error.limit}",
        "PathToError": error.path,
        "ContributingPolicies": list(error.policy_ids),
    }
