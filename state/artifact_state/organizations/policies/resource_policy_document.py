"""The document of an organization's resource policy: what AWS accepts, and the form in which AWS keeps it.

Sources: https://docs.aws.amazon.com/organizations/latest/userguide/orgs-policy-delegate.html
https://github.com/radkawar/stackd/tree/9dc356f5/testdata/aws/iam (organizations_resource_policy.json and
organizations_delegation_writes.json)
"""

import json
import re
from collections.abc import Iterator
from typing import Any

from artifact_state import arns, catalog, name_index
from artifact_state.authority import membership_of
from artifact_state.errors import InputReason, InvalidInput, MalformedPolicyDocument
from artifact_state.iam.initial_roles import roles_in
from artifact_state.model import Organization, PolicyType
from artifact_state.policy_syntax.grammar import (
    EFFECTS,
    OLD_VERSION,
    SYNTAX,
    element_values,
    parse_json,
    require_statements,
)
from artifact_state.policy_syntax.policy import as_list
from artifact_state.policy_syntax.wildcards import is_like
from artifact_state.world import Transaction

_ELEMENTS = {"Effect", "Principal", "Action", "Resource"}
_PRINCIPAL_ARN = re.compile(r"arn:[a-z-]+:(?:iam|sts)::(\d{12}):(root|(?:user|role|assumed-role|federated-user)/.+)")
_SERVICE = re.compile(r"[a-z0-9-]+(\.[a-z0-9-]+){2,}")
_RESOURCE = re.compile(r"\*|arn:aws[a-z-]*:organizations::(\d{12}|aws|\*):.+")


def canonical_document(tx: Transaction, organization: Organization, text: str) -> str:
    """Return a resource policy as AWS keeps it: without white space, with a version, and accounts as ARNs.

    AWS was recorded to keep the order of the members. Unverified: a single statement becomes a list, as it does in
    resource control policies.
    Raises InvalidInput.
    """
    try:
        document = parse_json(text, SYNTAX)
        statements = require_statements(document)
    except MalformedPolicyDocument:
        raise _invalid_json() from None
    canonical = [_canonical_statement(tx, organization, statement) for statement in statements]
    versioned = {**({} if "Version" in document else {"Version": OLD_VERSION}), **document, "Statement": canonical}
    return json.dumps(versioned, separators=(",", ":"), ensure_ascii=False, default=float)


def _canonical_statement(tx: Transaction, organization: Organization, statement: dict[str, Any]) -> dict[str, Any]:
    if not statement.keys() >= _ELEMENTS or statement["Effect"] not in EFFECTS:
        raise _invalid_json()
    if not element_values(statement, "Action") or not element_values(statement, "Resource"):
        raise _invalid_json()
    for action in element_values(statement, "Action"):
        if not _is_delegable(action):
            raise InvalidInput(InputReason.UNSUPPORTED_ACTION_IN_RESOURCE_POLICY, action)
    # Unverified: which resources and policy types AWS refuses.
    for resource in element_values(statement, "Resource"):
        if not _RESOURCE.fullmatch(resource):
            raise InvalidInput(InputReason.UNSUPPORTED_RESOURCE_IN_RESOURCE_POLICY, resource)
    for policy_type in _compared_policy_types(statement.get("Condition", {})):
        if policy_type not in PolicyType.__members__:
            raise InvalidInput(InputReason.UNSUPPORTED_POLICY_TYPE_IN_RESOURCE_POLICY, policy_type)
    return statement | {"Principal": _canonical_principal(tx, organization, statement["Principal"])}


def _is_delegable(pattern: str) -> bool:
    """Return whether a pattern matches actions of AWS Organizations, and none that cannot be delegated."""
    lowered = pattern.lower()
    matching = {action for action in catalog.actions_of("organizations") if is_like(lowered, action)}
    delegable = {action.lower() for action in catalog.delegable_actions()}
    return lowered.startswith("organizations:") and bool(matching) and matching <= delegable


def _compared_policy_types(condition: dict[str, Any]) -> Iterator[str]:
    """Yield the policy types that a condition compares with, without patterns."""
    for operator, keys in condition.items():
        for key, values in keys.items():
            if key.lower() == "organizations:policytype" and "like" not in operator.lower():
                yield from map(str, as_list(values))


def _canonical_principal(tx: Transaction, organization: Organization, principal: Any) -> Any:
    if principal == "*":
        return principal
    if not principal:
        raise _invalid_json()
    return {kind: _canonical_names(tx, organization, kind, names) for kind, names in principal.items()}


def _canonical_names(tx: Transaction, organization: Organization, kind: str, names: Any) -> Any:
    canonical = [_canonical_name(tx, organization, kind, name) for name in as_list(names)]
    if not canonical:
        raise _invalid_json()
    return canonical if isinstance(names, list) else canonical[0]


def _canonical_name(tx: Transaction, organization: Organization, kind: str, name: str) -> str:
    """Return the name of a principal: everyone, a service, or an account of the organization or an identity in it."""
    if (kind == "AWS" and name == "*") or (kind == "Service" and _SERVICE.fullmatch(name)):
        return name
    arn = arns.root_user(organization.partition, name) if re.fullmatch(r"\d{12}", name) else name
    found = _PRINCIPAL_ARN.fullmatch(arn) if kind == "AWS" else None
    if found is None or not _exists(tx, organization, found[1], found[2]):
        raise _invalid_json()
    return arn


def _exists(tx: Transaction, organization: Organization, account_id: str, resource: str) -> bool:
    """Return whether a principal exists in an account of the organization.

    AWS refused an account outside the organization and, once, a role. Unverified: it refuses roles and users that do
    not exist, and accepts the others, as Terraform's acceptance tests suggest.
    """
    membership = membership_of(tx.state, account_id, tx.now)
    if membership is None or membership.organization_id != organization.id:
        return False
    kind, _, path = resource.partition("/")
    if kind == "user":
        return name_index.find(tx.state.users.get(account_id, ()), path.rpartition("/")[2]) is not None
    if kind in ("role", "assumed-role"):
        name = path.partition("/")[0] if kind == "assumed-role" else path.rpartition("/")[2]
        return name_index.find(roles_in(tx.state, account_id), name) is not None
    return True


def _invalid_json() -> InvalidInput:
    return InvalidInput(InputReason.INVALID_RESOURCE_POLICY_JSON)
