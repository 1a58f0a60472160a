"""What makes a state impossible: records that refer to missing ones, and documents that are no documents.

The rules of the domain keep every state possible, so that they need no checks of their own; a file can be damaged.
"""

import json
from collections.abc import Iterator, Mapping
from typing import Any

from artifact_state import catalog
from artifact_state.model import TABLES, PolicyType, State
from artifact_state.ordered_map import OrderedMap

# A table, the field of its records that refers to other records, and the table of those.
_REFERENCES = (
    ("memberships", "organization_id", "organizations"),
    ("memberships", "parent_id", "units"),
    ("units", "organization_id", "organizations"),
    ("units", "parent_id", "units"),
    ("organizations", "root_id", "units"),
    ("organizations", "management_account_id", "memberships"),
    ("organizations", "members", "memberships"),
    ("organizations", "units", "units"),
    ("organizations", "open_invitations", "handshakes"),
    ("organizations", "resource_policy_id", "resource_policies"),
    ("units", "accounts", "memberships"),
    ("units", "units", "units"),
    ("policies", "organization_id", "organizations"),
    ("resource_policies", "organization_id", "organizations"),
    ("handshakes", "organization_id", "organizations"),
    ("handshakes", "transfer_id", "transfers"),
)
_INDEXES = (
    ("accepted_by", "acceptances"),
    ("process_handshakes", "handshakes"),
    ("awaited_handshakes", "handshakes"),
    ("inquiry_order", "inquiries"),
)
_ORDERS = (("session_order", "sessions"), ("token_order", "tokens"), ("report_order", "reports"))
_IDENTITIES = ("roles", "users", "groups", "customer_policies")


def faults_of(state: State) -> Iterator[str]:
    """Yield what is wrong with a state, each with its place."""
    for table, key in TABLES.values():
        for name, record in getattr(state, table).items():
            if key(record) != name:
                yield f"{table}.{name} has the key {key(record)}"
    for place, reference, target in _references(state):
        if reference not in getattr(state, target):
            yield f"{place} refers to {reference}, which is not in state.{target}"
    yield from _faults_of_identities(state)
    for place, document in _documents(state):
        if not _is_policy(document):
            yield f"{place} is not a policy document"


def _references(state: State) -> Iterator[tuple[str, str, str]]:
    for table, field, target in _REFERENCES:
        for name, record in getattr(state, table).items():
            yield from ((f"{table}.{name}.{field}", of, target) for of in _values(getattr(record, field)))
    for table, target in _INDEXES:
        for name, references in getattr(state, table).items():
            yield from ((f"{table}.{name}", reference, target) for reference in references)
    for field, target in _ORDERS:
        yield from ((field, reference, target) for reference in getattr(state, field))
    managed = set(_ids_of_managed_policies())
    for name, attachments in state.attachments.items():
        ids = (attachment.policy_id for attachment in attachments)
        # AWS's own policies are not records.
        yield from ((f"attachments.{name}", of, "policies") for of in ids if of not in managed)
    for organization in state.organizations.values():
        place = f"organizations.{organization.id}.policies"
        for of_type in organization.policies.values():
            yield from ((place, reference, "policies") for reference in of_type.by_creation)


def _ids_of_managed_policies() -> Iterator[str]:
    for policy_type in PolicyType:
        described = catalog.policy_type(policy_type.value)
        if described and described.aws_managed:
            yield described.aws_managed.id


def _values(reference: Any) -> Iterator[str]:
    if isinstance(reference, OrderedMap):
        yield from reference
    elif reference is not None:
        yield reference


def _faults_of_identities(state: State) -> Iterator[str]:
    for table in _IDENTITIES:
        for account_id, records in getattr(state, table).items():
            if any(record.account_id != account_id for record in records):
                yield f"{table}.{account_id} has a record of another account"
    for account_id, policies in state.customer_policies.items():
        for policy in policies:
            if policy.default_version_id not in {version.version_id for version in policy.versions}:
                yield f"customer_policies.{account_id} has a policy without its default version"


def _documents(state: State) -> Iterator[tuple[str, str]]:
    for table in ("policies", "resource_policies"):
        yield from ((f"{table}.{name}", record.content) for name, record in getattr(state, table).items())
    for table in ("roles", "users", "groups"):
        for account_id, identities in getattr(state, table).items():
            for identity in identities:
                documents = [*identity.inline_policies.values()]
                if table == "roles":
                    documents.append(identity.trust_policy)
                yield from ((f"{table}.{account_id}", document) for document in documents)
    for account_id, policies in state.customer_policies.items():
        for policy in policies:
            yield from ((f"customer_policies.{account_id}", version.document) for version in policy.versions)


def _is_policy(document: str) -> bool:
    try:
        content = json.loads(document)
    except (ValueError, RecursionError):
        return False
    return isinstance(content, Mapping)
