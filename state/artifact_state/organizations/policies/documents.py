"""Policy documents: each policy type has its grammar.

Service control and resource control policies are written in IAM's policy language, management policies in settings
and operators, with a grammar for each type in the catalog.
"""

import json
from datetime import datetime
from typing import Any, NoReturn

from artifact_state import catalog
from artifact_state.errors import MalformedPolicyDocument
from artifact_state.model import PolicyType


def check_document(policy_type: PolicyType, content: str, now: datetime) -> str:
    """Return a document as AWS stores it: a resource control policy in canonical form, all others as they are.

    Whether a schedule runs often enough depends on the instant at which it is checked.
    Raises MalformedPolicyDocument.
    """
    # Only calls that send a document need the grammars.
    from artifact_state.organizations.policies import authorization_grammar, management_grammar  # noqa: PLC0415

    document = parse_document(content)
    if policy_type is PolicyType.SERVICE_CONTROL_POLICY:
        authorization_grammar.check_service_control_policy(document)
        return content
    if policy_type is PolicyType.RESOURCE_CONTROL_POLICY:
        authorization_grammar.check_resource_control_policy(document)
        return json.dumps(authorization_grammar.canonical(document), separators=(",", ":"), ensure_ascii=False)
    try:
        management_grammar.check_management_policy(catalog.policy_grammar(policy_type.value), document, now)
    except RecursionError:
        raise MalformedPolicyDocument("The document is nested too deeply.") from None
    return content


def parse_document(content: str) -> dict[str, Any]:
    """Return the JSON object that a document contains; duplicate keys are refused.

    Raises MalformedPolicyDocument.
    """
    try:
        document = json.loads(content, object_pairs_hook=_object, parse_constant=_refuse_constant)
    except (ValueError, RecursionError):
        raise MalformedPolicyDocument("The document is not valid JSON.") from None
    if not isinstance(document, dict):
        raise MalformedPolicyDocument("The document is not a JSON object.")
    return document


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) < len(pairs):
        raise MalformedPolicyDocument("The document has a duplicate key.")
    return members


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(name)
