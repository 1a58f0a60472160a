"""The actions that an organization's resource policy delegates to member accounts.

Only delegable actions can be allowed, and a Deny statement overrides every Allow statement.
Source: https://docs.aws.amazon.com/organizations/latest/userguide/orgs-policy-delegate.html
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from artifact_state import arns, catalog
from artifact_state.model import Caller
from artifact_state.policy_syntax.policy import ANYTHING, EvaluationRequest, parse_policy
from artifact_state.policy_syntax.wildcards import is_like

Context = Mapping[str, str]
"""The condition keys of a call, in lower case, with one value each."""


def allows_on_some_resource(content: str, caller: Caller, action: str) -> bool:
    """Return whether a policy allows the caller an action on some resource, before the resource is known."""
    if action not in catalog.delegable_actions():
        return False
    request = EvaluationRequest(action=action, resource=ANYTHING, keys={}, principals=_names_of(caller))
    statements = parse_policy(content).statements_about(action)
    matching = [statement for statement in statements if statement.matches_principal(request)]
    denying = (statement for statement in matching if not statement.allows and not statement.conditions)
    if any(statement.matches_resource(request) for statement in denying):
        return False
    return any(statement.allows for statement in matching)


def allows(content: str, caller: Caller, action: str, *, resources: Sequence[str], context: Context) -> bool:
    """Return whether a policy allows the caller an action on all resources, given as ARNs."""
    if action not in catalog.delegable_actions():
        return False
    policy, names = parse_policy(content), _names_of(caller)
    keys = {key: (value,) for key, value in context.items()}
    requests = [
        EvaluationRequest(action=action, resource=arn, keys=keys, principals=names) for arn in resources or (ANYTHING,)
    ]
    return all(policy.first_denying(request) is None and policy.first_allowing(request) for request in requests)


def actions_matching(pattern: str) -> frozenset[str]:
    """Return the delegable actions that match a pattern."""
    return frozenset(action for action in catalog.delegable_actions() if is_like(pattern.lower(), action.lower()))


def _names_of(caller: Caller) -> frozenset[str]:
    """Return the names by which a statement may mean a caller: its own, those of its account, and `*`."""
    account = arns.root_user(caller.partition, caller.account_id)
    return frozenset({caller.arn, caller.account_id, account, "*"})


def statements_of(document: Mapping[str, Any]) -> Iterator[Any]:
    """Iterate over the statements of a document that may be malformed."""
    statements = document.get("Statement", [])
    return iter(statements if isinstance(statements, list) else [statements])
