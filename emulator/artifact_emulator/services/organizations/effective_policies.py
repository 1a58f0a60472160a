"""Handlers of effective policies: describe the merged policies of an account, and list their validation errors."""

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from artifact_emulator.aws.pagination import next_token
from artifact_emulator.services.context import RequestContext
from artifact_emulator.services.organizations.accounts import account_replies, path_reply
from artifact_state.model import PolicyType
from artifact_state.organizations.policies import effective
from artifact_state.organizations.policies.effective_errors import EffectivePolicyFault, EffectivePolicyValidationError

if TYPE_CHECKING:
    from artifact_emulator.shapes.organizations import replies, requests


def describe_effective_policy(
    call: RequestContext, request: "requests.DescribeEffectivePolicyRequest"
) -> "replies.DescribeEffectivePolicyResponse":
    """Return the effective policy of an account, without operators."""
    policy = effective.describe_effective_policy(call.tx, PolicyType(request.policy_type), request.target_id)
    return {
        "EffectivePolicy": {
            "PolicyContent": policy.content,
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
        "Accounts": account_replies(call, page),
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
    evaluation: replies.ListEffectivePolicyValidationErrorsResponse = {}
    if policy.errors:  # AWS returns these members only with errors.
        evaluation = {"Path": path_reply(call.tx, policy.membership), "EvaluationTimestamp": policy.changed_at}
    return {
        "AccountId": account_id,
        "PolicyType": policy_type,
        "EffectivePolicyValidationErrors": [_error_reply(error) for error in page],
        **evaluation,
        **next_token(token),
    }


def _error_reply(error: EffectivePolicyValidationError) -> "replies.EffectivePolicyValidationError":
    code, message = _ERRORS[error.fault]
    return {
        "ErrorCode": code,
        "ErrorMessage": message(error),
        "PathToError": "/".join(error.path),
        "ContributingPolicies": list(error.policy_ids),
    }


_NAMED_KEYS = 5
"""The number of tag keys that AWS names in a message."""


def _sharing_message(error: EffectivePolicyValidationError) -> str:
    named, others = ", ".join(error.members[:_NAMED_KEYS]), len(error.members) - _NAMED_KEYS
    return (
        f"Resource type '{error.value}' has {len(error.members)} tags for '{error.name}', which exceeds the maximum "
        f"limit of {error.limit}. Contributing tag keys include: {named} and {others} more"
    )


def _conflict_message(error: EffectivePolicyValidationError) -> str:
    fields = ",".join(f"{name}={value}" for name, value in error.fields)
    return f"Dependent fields {fields} in policy block {error.name} are invalid when used together"


# Observed: https://github.com/radkawar/stackd/blob/9dc356f5e5cc49d2d334178a09c1398dd1c62617/testdata/aws/iam/organizations_policy_validation.json
_ERRORS: Mapping[EffectivePolicyFault, tuple[str, Callable[[EffectivePolicyValidationError], str]]] = {
    EffectivePolicyFault.MISSING_MEMBER: ("KEY_REQUIRED", lambda error: f"'{error.name}' is missing"),
    EffectivePolicyFault.TOO_FEW: (
        "ELEMENTS_TOO_FEW",
        lambda error: f"'{error.name}' is less than the allowed minimum limit {error.limit}",
    ),
    EffectivePolicyFault.TOO_MANY: (
        "ELEMENTS_TOO_MANY",
        lambda error: f"'{error.name}' exceeds the allowed maximum limit {error.limit}",
    ),
    EffectivePolicyFault.TOO_MANY_SHARE_A_VALUE: ("ELEMENTS_TOO_MANY", _sharing_message),
    EffectivePolicyFault.TOO_LARGE: (
        "ELEMENTS_TOO_MANY",
        lambda error: (
            f"Effective policy size is {error.size} bytes, which exceeds the maximum limit of {error.limit} bytes"
        ),
    ),
    EffectivePolicyFault.CONFLICT: ("CROSS_ATTRIBUTE_VALIDATION", _conflict_message),
}
