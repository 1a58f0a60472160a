"""Checks of policy documents: each policy type has its grammar.

Service control and resource control policies are written in IAM's policy language, management policies in settings
and operators. Where AWS's documentation leaves a question open, a document is accepted: refusing a document that AWS
accepts is the worse mistake.
"""

import json
from collections.abc import Callable, Mapping
from typing import Any, NoReturn

from artifact_state.errors import MalformedPolicyDocument
from artifact_state.model import PolicyType
from artifact_state.organizations.policies import authorization_grammar, management_grammar


def check_document(policy_type: PolicyType, content: str) -> None:
    """Refuse a document that is not a valid policy of its type.

    Raises MalformedPolicyDocument.
    """
    _CHECKS.get(policy_type, management_grammar.check_management_policy)(parse_document(content))


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


_CHECKS: Mapping[PolicyType, Callable[[dict[str, Any]], None]] = {
    PolicyType.SERVICE_CONTROL_POLICY: authorization_grammar.check_service_control_policy,
    PolicyType.RESOURCE_CONTROL_POLICY: authorization_grammar.check_resource_control_policy,
    PolicyType.TAG_POLICY: management_grammar.check_tag_policy,
    PolicyType.AISERVICES_OPT_OUT_POLICY: management_grammar.check_ai_opt_out_policy,
    PolicyType.BACKUP_POLICY: management_grammar.check_backup_policy,
    PolicyType.CHATBOT_POLICY: management_grammar.check_chatbot_policy,
    PolicyType.DECLARATIVE_POLICY_EC2: management_grammar.check_ec2_declarative_policy,
    PolicyType.S3_POLICY: management_grammar.check_s3_policy,
    PolicyType.INSPECTOR_POLICY: management_grammar.check_inspector_policy,
    PolicyType.SECURITYHUB_POLICY: management_grammar.check_security_hub_policy,
}
