"""Policy documents of IAM: the rules for their statements, checked in IAM's order, and their size.

The messages are those that users of IAM report.
Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_grammar.html
"""

import re
from typing import Any

from artifact_state.errors import IdentityQuota, MalformedPolicyDocument
from artifact_state.iam.identity_quotas import require_quota
from artifact_state.policy_syntax.documents import DocumentKind, parse_document
from artifact_state.policy_syntax.grammar import element_values, has_element
from artifact_state.policy_syntax.policy import as_list
from artifact_state.policy_syntax.resources import require_resource_arn
from artifact_state.world import Transaction

_NOT_VENDOR = re.compile(r"[^A-Za-z0-9.-]")
_NOT_SID = re.compile(r"[^0-9A-Za-z]")
# Unverified: patterns of actions, such as "sts:AssumeRole*".
_TRUST_ACTION = re.compile(r"sts:(assumerole.*|tagsession|setsourceidentity|setcontext)", re.IGNORECASE)


def require_valid_policy(text: str, kind: DocumentKind) -> None:
    """Refuse a text that is not a policy for users, groups and roles.

    Raises MalformedPolicyDocument.
    """
    statements = parse_document(text, kind)
    _require_sids(statements)
    if any(has_element(statement, "Principal") for statement in statements):
        raise MalformedPolicyDocument("Policy document should not specify a principal.")
    for statement in statements:
        for resource in element_values(statement, "Resource"):
            require_resource_arn(resource)
    for statement in statements:
        _require_actions(statement)
    if not all(element_values(statement, "Resource") for statement in statements):
        raise MalformedPolicyDocument("Policy statement must contain resources.")


def require_valid_trust_policy(tx: Transaction, text: str) -> None:
    """Refuse a text that is not a trust policy, in either version of the language; its principals may be unknown.

    Raises MalformedPolicyDocument, QuotaExceeded.
    """
    statements = parse_document(text, DocumentKind.TRUST)
    require_quota(tx, IdentityQuota.TRUST_POLICY_SIZE, policy_size(text))
    for statement in statements:
        _require_trust(statement)


def policy_size(text: str) -> int:
    """Return the number of characters in a policy without its white space, which AWS does not count."""
    return len(re.sub(r"\s", "", text))


def _require_sids(statements: list[dict[str, Any]]) -> None:
    # An empty Sid counts as a missing one.
    sids = [statement["Sid"] for statement in statements if statement.get("Sid")]
    if any(map(_NOT_SID.search, sids)):
        raise MalformedPolicyDocument(
            "Statement IDs (SID) must be alpha-numeric. Check that your input satisfies the regular expression "
            "[0-9A-Za-z]*"
        )
    if len(set(sids)) < len(sids):
        raise MalformedPolicyDocument("Statement IDs (SID) in a single policy must be unique.")


def _require_actions(statement: dict[str, Any]) -> None:
    actions = element_values(statement, "Action")
    if not actions:
        raise MalformedPolicyDocument("Policy statement must contain actions.")
    for action in actions:
        vendor, *names = action.split(":")
        # Unverified: "*" in place of the vendor, as in "*:*", which many policies contain.
        if action == "*" or vendor == "*":
            continue
        if not names:
            raise MalformedPolicyDocument("Actions/Conditions must be prefaced by a vendor, e.g., iam, sdb, ec2, etc.")
        if "*" in vendor or "?" in vendor:
            raise MalformedPolicyDocument("Action vendors (e.g., aws, ec2, etc.) must not contain wildcards.")
        if len(names) > 1:
            raise MalformedPolicyDocument("Actions/Condition can contain only one colon.")
        if _NOT_VENDOR.search(vendor):
            raise MalformedPolicyDocument(f"Vendor {vendor} is not valid")


def _require_trust(statement: dict[str, Any]) -> None:
    if has_element(statement, "Resource"):
        raise MalformedPolicyDocument("Has prohibited field Resource")
    if not has_element(statement, "Principal"):
        raise MalformedPolicyDocument("Missing required field Principal")
    if not element_values(statement, "Action"):
        raise MalformedPolicyDocument("Missing required field Action")
    _require_principals(statement.get("Principal", statement.get("NotPrincipal")))
    if not all(map(_TRUST_ACTION.fullmatch, element_values(statement, "Action"))):
        raise MalformedPolicyDocument("AssumeRole policy may only specify STS AssumeRole actions.")


def _require_principals(principal: Any) -> None:
    if principal == {}:
        raise MalformedPolicyDocument("Missing required field Principal cannot be empty!")
    if isinstance(principal, dict) and not any(map(as_list, principal.values())):
        raise MalformedPolicyDocument("The passed in policy has a statement with no principals!")
