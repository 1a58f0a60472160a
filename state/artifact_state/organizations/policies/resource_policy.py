"""The resource policy of an organization, with which it delegates actions to its members. There is at most one.

Source: https://docs.aws.amazon.com/organizations/latest/userguide/orgs-policy-delegate.html
"""

import json
import re
from dataclasses import replace
from typing import Any, NoReturn

from artifact_state import ids
from artifact_state.authority import require_management, require_management_or_delegate
from artifact_state.delegation_policy import actions_matching, statements_of
from artifact_state.errors import Constraint, ConstraintViolated, InputReason, InvalidInput, ResourcePolicyNotFound
from artifact_state.events import ResourcePolicyChanged
from artifact_state.model import Organization, PolicyType, ResourcePolicy
from artifact_state.organizations.tags import check_tags
from artifact_state.resource_tags import TagPairs, attach_tags, drop_tags
from artifact_state.world import Transaction

_REQUIRED_ELEMENTS = {"Effect", "Principal", "Action", "Resource"}
_ELEMENTS = _REQUIRED_ELEMENTS | {"Sid", "Condition"}
_PRINCIPAL = re.compile(r"\d{12}|arn:aws[a-z-]*:iam::\d{12}:(root|role/.+|user/.+)|arn:aws[a-z-]*:sts::\d{12}:.+")
_ARN = re.compile(r"\*|arn:aws[a-z-]*:organizations::(\d{12}|aws|\*):.+")


def put_resource_policy(tx: Transaction, content: str, tags: TagPairs = ()) -> ResourcePolicy:
    """Create the organization's resource policy, or replace its content; only a new policy may have tags.

    Unverified: the reason in the error for tags on an existing policy.
    Raises NotInOrganization, WrongAccount, InvalidInput, ConstraintViolated.
    Source: https://docs.aws.amazon.com/organizations/latest/APIReference/API_PutResourcePolicy.html
    """
    organization = require_management(tx)
    _check_document(content)
    if len(content) > tx.quotas.resource_policy_length:
        raise ConstraintViolated(Constraint.POLICY_CONTENT_LIMIT_EXCEEDED)
    check_tags(tx, tags)
    existing = _find(tx, organization)
    if existing is not None and tags:
        raise InvalidInput(InputReason.INVALID_LIST_MEMBER)
    policy = replace(existing, content=content) if existing else _new_policy(tx, organization, content)
    tx.put(policy)
    tx.put(replace(organization, resource_policy_id=policy.id))
    attach_tags(tx, policy.id, tags)
    tx.record(ResourcePolicyChanged(at=tx.now, organization_id=organization.id))
    return policy


def describe_resource_policy(tx: Transaction) -> ResourcePolicy:
    """Return the organization's resource policy.

    Raises NotInOrganization, WrongAccount, ResourcePolicyNotFound.
    """
    return _require(tx, require_management_or_delegate(tx))


def delete_resource_policy(tx: Transaction) -> None:
    """Delete the organization's resource policy, which ends all delegation by it.

    Raises NotInOrganization, WrongAccount, ResourcePolicyNotFound.
    Source: https://docs.aws.amazon.com/organizations/latest/APIReference/API_DeleteResourcePolicy.html
    """
    organization = require_management(tx)
    policy = _require(tx, organization)
    tx.drop(policy)
    tx.put(replace(organization, resource_policy_id=None))
    drop_tags(tx, policy.id)
    tx.record(ResourcePolicyChanged(at=tx.now, organization_id=organization.id))


def _new_policy(tx: Transaction, organization: Organization, content: str) -> ResourcePolicy:
    serial, attempt = tx.serial(), 0
    while (policy_id := ids.resource_policy_id(tx.state.seed, serial, attempt)) in tx.state.resource_policies:
        attempt += 1
    return ResourcePolicy(id=policy_id, organization_id=organization.id, content=content)


def _find(tx: Transaction, organization: Organization) -> ResourcePolicy | None:
    policy_id = organization.resource_policy_id
    return tx.state.resource_policies[policy_id] if policy_id else None


def _require(tx: Transaction, organization: Organization) -> ResourcePolicy:
    policy = _find(tx, organization)
    if policy is None:
        raise ResourcePolicyNotFound(organization.id)
    return policy


def _check_document(content: str) -> None:
    """Refuse a document that is not a valid policy, or that delegates actions which cannot be delegated.

    Raises InvalidInput.
    """
    try:
        document = json.loads(content, parse_constant=_refuse_constant)
    except (ValueError, RecursionError):
        raise InvalidInput(InputReason.INVALID_RESOURCE_POLICY_JSON) from None
    if not isinstance(document, dict) or not document.keys() <= {"Version", "Id", "Statement"}:
        raise InvalidInput(InputReason.INVALID_RESOURCE_POLICY_JSON)
    statements = list(statements_of(document))
    if document.get("Version") not in ("2012-10-17", "2008-10-17") or not statements:
        raise InvalidInput(InputReason.INVALID_RESOURCE_POLICY_JSON)
    for statement in statements:
        _check_statement(statement)


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(name)


def _check_statement(statement: Any) -> None:
    if not isinstance(statement, dict) or not _REQUIRED_ELEMENTS <= statement.keys() <= _ELEMENTS:
        raise InvalidInput(InputReason.INVALID_RESOURCE_POLICY_JSON)
    if statement["Effect"] not in ("Allow", "Deny"):
        raise InvalidInput(InputReason.INVALID_RESOURCE_POLICY_JSON)
    element = statement["Principal"]
    principals = ["*"] if element == "*" else _texts(element.get("AWS") if isinstance(element, dict) else None)
    if not principals or any(name != "*" and not _PRINCIPAL.fullmatch(name) for name in principals):
        raise InvalidInput(InputReason.INVALID_PRINCIPAL)
    actions = _texts(statement["Action"])
    # Unverified: a pattern is accepted if it matches at least one action that can be delegated.
    are_delegable = all(action.startswith("organizations:") and actions_matching(action) for action in actions)
    if not actions or not are_delegable:
        raise InvalidInput(InputReason.UNSUPPORTED_ACTION_IN_RESOURCE_POLICY)
    resources = _texts(statement["Resource"])
    if not resources or any(not _ARN.fullmatch(arn) for arn in resources):
        raise InvalidInput(InputReason.UNSUPPORTED_RESOURCE_IN_RESOURCE_POLICY)
    _check_condition(statement.get("Condition", {}))


def _check_condition(condition: Any) -> None:
    if not isinstance(condition, dict) or not all(isinstance(keys, dict) for keys in condition.values()):
        raise InvalidInput(InputReason.INVALID_RESOURCE_POLICY_JSON)
    for operator, keys in condition.items():
        for key, values in keys.items():
            if key.lower() == "organizations:policytype" and "Like" not in operator:
                _check_policy_types(values)


def _check_policy_types(values: Any) -> None:
    if not set(_texts(values)) <= {policy_type.value for policy_type in PolicyType}:
        raise InvalidInput(InputReason.UNSUPPORTED_POLICY_TYPE_IN_RESOURCE_POLICY)


def _texts(value: Any) -> list[str]:
    """Return a string or a list of strings as a list, and an empty list for any other value."""
    values = value if isinstance(value, list) else [value]
    return values if all(isinstance(text, str) for text in values) else []
