"""What an organization's resource policy lets member accounts do: the decision, statement by statement.

An action that is not delegable is not let through, whatever a statement says; a Deny counts more
than any Allow.
Source: https://docs.aws.amazon.com/organizations/latest/userguide/orgs-policy-delegate.html
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from artifact_state import arns, catalog
from artifact_state.model import Caller
from artifact_state.policy_syntax.policy import ANYTHING, Question, policy_of
from artifact_state.policy_syntax.wildcards import is_like

Context = Mapping[str, str]
"""The condition keys of a call, in lower case."""


def may_ask(content: str, caller: Caller, action: str) -> bool:
    """Tell whether some statement lets the caller use an action on something: what it is, is not known yet."""
    if action not in catalog.delegable_actions():
        return False
    question = Question(action=action, resource=ANYTHING, keys={}, principals=_names_of(caller))
    about = [one for one in policy_of(content).about(action) if one.names(question)]
    if any(not one.allows and not one.conditions and one.covers(question) for one in about):
        return False
    return any(one.allows for one in about)


def allows(content: str, caller: Caller, action: str, *, resources: Sequence[str], context: Context) -> bool:
    """Tell whether the policy lets the caller use an action on resources, named by their ARNs."""
    if action not in catalog.delegable_actions():
        return False
    policy, names = policy_of(content), _names_of(caller)
    keys = {key: (value,) for key, value in context.items()}
    asked = [Question(action=action, resource=arn, keys=keys, principals=names) for arn in resources or (ANYTHING,)]
    return all(policy.denying(one) is None and policy.allowing(one) is not None for one in asked)


def actions_matching(pattern: str) -> frozenset[str]:
    """Name the delegable actions that a pattern of a policy stands for."""
    return frozenset(one for one in catalog.delegable_actions() if is_like(pattern.lower(), one.lower()))


def _names_of(caller: Caller) -> frozenset[str]:
    """Tell by which names a statement may mean a caller: his own, his account's, or everybody's."""
    account = arns.root_user(caller.partition, caller.account_id)
    return frozenset({caller.arn, caller.account_id, account, "*"})


def statements_of(document: Mapping[str, Any]) -> Iterator[Any]:
    """Go through the statements of a document that may be malformed."""
    found = document.get("Statement", [])
    return iter(found if isinstance(found, list) else [found])
