"""Policy documents of IAM: what makes a text one, and how its size is counted.

Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_grammar.html
"""

import json
import re
from typing import Any

from artifact_state import catalog
from artifact_state.errors import IdentityQuota, MalformedPolicyDocument, QuotaExceeded

_SYNTAX = "Syntax errors in policy."
_VERSIONS = {"2012-10-17", "2008-10-17"}


def require_policy(text: str) -> None:
    """Let only a policy for users, groups and roles pass.

    Raises MalformedPolicyDocument.
    """
    for statement in _statements(text):
        if statement.keys() & {"Principal", "NotPrincipal"}:
            raise MalformedPolicyDocument("Policy document should not specify a principal.")
        if not statement.keys() & {"Resource", "NotResource"}:
            raise MalformedPolicyDocument("Policy statement must contain resources.")


def require_trust_policy(text: str) -> None:
    """Let only a policy pass that says who may assume a role.

    Raises MalformedPolicyDocument, QuotaExceeded.
    """
    for statement in _statements(text):
        if statement.keys() & {"Resource", "NotResource"}:
            raise MalformedPolicyDocument("Has prohibited field Resource")
        if not statement.keys() & {"Principal", "NotPrincipal"}:
            raise MalformedPolicyDocument("Missing required field Principal")
        if not _is_principal(statement.get("Principal", statement.get("NotPrincipal"))):
            raise MalformedPolicyDocument(_SYNTAX)
        if not all(action == "*" or action.lower().startswith("sts:") for action in _actions(statement)):
            raise MalformedPolicyDocument("AssumeRole policy may only specify STS AssumeRole actions.")
    require_size(text, IdentityQuota.TRUST_POLICY_SIZE)


def require_size(text: str, quota: IdentityQuota, owner: str = "") -> None:
    """Let only so large a policy pass; white space does not count.

    Raises QuotaExceeded.
    """
    if size_of(text) > catalog.iam_quota(quota.value):
        raise QuotaExceeded(quota, owner)


def size_of(text: str) -> int:
    """Count the characters of a policy that are no white space."""
    return len(re.sub(r"\s", "", text))


def _statements(text: str) -> list[dict[str, Any]]:
    try:
        policy = json.loads(text)
    except (ValueError, RecursionError):
        raise MalformedPolicyDocument("This policy contains invalid Json") from None
    if not isinstance(policy, dict) or "Statement" not in policy:
        raise MalformedPolicyDocument(_SYNTAX)
    if policy.get("Version", "2008-10-17") not in _VERSIONS:
        raise MalformedPolicyDocument(_SYNTAX)
    statements = policy["Statement"] if isinstance(policy["Statement"], list) else [policy["Statement"]]
    for statement in statements:
        if not isinstance(statement, dict) or statement.get("Effect") not in ("Allow", "Deny"):
            raise MalformedPolicyDocument(_SYNTAX)
        if len(statement.keys() & {"Action", "NotAction"}) != 1:
            raise MalformedPolicyDocument("Policy statement must contain actions.")
        if not _actions(statement):
            raise MalformedPolicyDocument(_SYNTAX)
    return statements


def _actions(statement: dict[str, Any]) -> list[str]:
    return _texts(statement.get("Action", statement.get("NotAction")))


def _is_principal(principal: Any) -> bool:
    if not isinstance(principal, dict):
        return bool(principal == "*")
    return all(map(_texts, principal.values()))


def _texts(value: Any) -> list[str]:
    """Read a text or a list of texts; anything else has none."""
    texts = value if isinstance(value, list) else [value]
    return texts if all(isinstance(text, str) for text in texts) else []
