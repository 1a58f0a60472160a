"""The kinds of policy documents of IAM and STS, the rules in which they differ, and the parser for all of them.

The policies of AWS Organizations share the grammar; their further rules are in `organizations.policies`.
Public reports show the differences:
https://github.com/hashicorp/terraform-provider-aws/pull/12267 (white space before a trust policy)
https://github.com/dan-v/awslambdaproxy/pull/3 (before an inline policy, while the trust policy is accepted)
https://github.com/Graylog2/graylog-plugin-aws/issues/172 (an inline policy without a version)
https://github.com/ansible-collections/amazon.aws/pull/2778 (a session policy that is not JSON)
https://github.com/radkawar/stackd/blob/9dc356f5e5cc49d2d334178a09c1398dd1c62617/testdata/aws/iam/condition_values.json
"""

from collections.abc import Mapping
from enum import Enum
from typing import Any

from artifact_state.errors import MalformedPolicyDocument
from artifact_state.policy_syntax.conditions import ValueKind
from artifact_state.policy_syntax.grammar import SYNTAX, VERSION, parse_json, require_statements, unreadable_values
from artifact_state.policy_syntax.legacy import LEGACY, require_legacy_form
from artifact_state.record import Record

_INVALID_JSON = "This policy contains invalid Json"
_LEADING_SPACE = "JSON strings must not have leading spaces"


class DocumentKind(Enum):
    """The kinds of documents, with the operations that take them."""

    INLINE = "PutUserPolicy, PutGroupPolicy, PutRolePolicy"
    MANAGED = "CreatePolicy, CreatePolicyVersion"
    TRUST = "CreateRole, UpdateAssumeRolePolicy"
    SESSION = "AssumeRole and the other operations of STS that take a policy"
    SIMULATED = "SimulateCustomPolicy, SimulatePrincipalPolicy"
    INSPECTED = "GetContextKeysForCustomPolicy, GetContextKeysForPrincipalPolicy"


class DocumentRules(Record):
    """The rules in which kinds of documents differ."""

    invalid_json: str
    """The message for a text that is not JSON."""
    needs_version: bool = False
    """Whether the version must be the newer one; otherwise it may be the older one, and missing."""
    may_be_empty: bool = False
    """Whether the document needs no statements."""
    legacy: bool = False
    """Whether IAM's older parser reads the document too."""
    leading_space: str | None = None
    """The message for white space before the brace; None if it is accepted, or if the older parser refuses it."""
    unreadable_values: str | None = None
    """The message for a value that a condition operator cannot read; None if it is accepted."""


RULES: Mapping[DocumentKind, DocumentRules] = {
    DocumentKind.INLINE: DocumentRules(invalid_json=SYNTAX, legacy=True, unreadable_values=LEGACY),
    DocumentKind.MANAGED: DocumentRules(invalid_json=SYNTAX, needs_version=True, legacy=True, unreadable_values=LEGACY),
    # Unverified: the message for unreadable values in a trust policy.
    DocumentKind.TRUST: DocumentRules(
        invalid_json=_INVALID_JSON, leading_space=_LEADING_SPACE, unreadable_values=LEGACY
    ),
    # Unverified: the other rules for session policies than that for unreadable values, and those for simulations.
    DocumentKind.SESSION: DocumentRules(invalid_json=_INVALID_JSON),
    DocumentKind.SIMULATED: DocumentRules(invalid_json=SYNTAX),
    DocumentKind.INSPECTED: DocumentRules(invalid_json=SYNTAX, may_be_empty=True),
}
"""The rules of each kind."""
_ALWAYS_REFUSED = {ValueKind.BINARY}
"""The kinds of values that must be readable in every document."""


def parse_document(text: str, kind: DocumentKind) -> list[dict[str, Any]]:
    """Return the statements of a document, whose elements conform to the grammar and the rules of its kind.

    Raises MalformedPolicyDocument.
    """
    rules = RULES[kind]
    policy = parse_json(text, rules.invalid_json)
    if rules.leading_space is not None and text[:1].isspace():
        raise MalformedPolicyDocument(rules.leading_space)
    statements = require_statements(policy, may_be_empty=rules.may_be_empty)
    if rules.needs_version and policy.get("Version") != VERSION:
        raise MalformedPolicyDocument(f"Policy document must be version {VERSION} or greater.")
    if rules.legacy:
        require_legacy_form(text, policy, statements)
    for statement in statements:
        for unreadable in unreadable_values(statement):
            if rules.unreadable_values is not None or unreadable in _ALWAYS_REFUSED:
                raise MalformedPolicyDocument(rules.unreadable_values or SYNTAX)
    return statements
