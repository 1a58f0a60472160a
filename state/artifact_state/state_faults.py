"""What makes a state impossible: values without the form of their field, and records that contradict each other.

The rules of the domain keep every state possible, so that they need no checks of their own; a file can be damaged.
"""

from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

from artifact_state import catalog, ids
from artifact_state.field_forms import faults_in
from artifact_state.iam.initial_roles import roles_in
from artifact_state.iam.policy_references import LINKED_ROLE_PATH, policy_by_reference
from artifact_state.model import TABLES, HandshakeState, Map, PartyKind, PolicyType, State
from artifact_state.ordered_map import OrderedMap
from artifact_state.record import fields


class _Reference(NamedTuple):
    """Fields of records that contain keys of a table."""

    table: str
    path: str
    """The field, or fields within each other; "" for the values of the table itself."""
    target: str
    back: str = ""
    """The field of the record referred to that contains the key of the record that refers to it."""
    is_complete: bool = False
    """Whether each record of the target is referred to."""


_REFERENCES = (
    _Reference("memberships", "organization_id", "organizations"),
    _Reference("memberships", "parent_id", "units"),
    _Reference("units", "organization_id", "organizations"),
    _Reference("units", "parent_id", "units"),
    _Reference("organizations", "closures", "memberships"),
    _Reference("organizations", "inbound.every", "transfers"),
    _Reference("organizations", "inbound.accepted", "transfers"),
    _Reference("organizations", "inbound.pending", "transfers"),
    _Reference("organizations", "outbound.every", "transfers"),
    _Reference("organizations", "outbound.accepted", "transfers"),
    _Reference("organizations", "outbound.pending", "transfers"),
    _Reference("policies", "organization_id", "organizations"),
    _Reference("resource_policies", "organization_id", "organizations"),
    _Reference("handshakes", "organization_id", "organizations"),
    _Reference("handshakes", "transfer_id", "transfers"),
    _Reference("handshakes", "process_id", "handshakes"),
    _Reference("transfers", "handshake_id", "handshakes"),
    _Reference("transfers", "organization_id", "organizations"),
    _Reference("received_handshakes", "", "handshakes"),
    _Reference("emails", "", "accounts"),
    _Reference("inquiry_tokens", "", "inquiries"),
    _Reference("report_order", "", "reports"),
    _Reference("account_aliases", "", "alias_accounts"),
    _Reference("alias_accounts", "", "account_aliases"),
    _Reference("organizations", "root_id", "units", back="organization_id"),
    _Reference("organizations", "management_account_id", "memberships", back="organization_id"),
    _Reference("units", "accounts", "memberships", back="parent_id", is_complete=True),
    _Reference("units", "units", "units", back="parent_id"),
    _Reference("units", "names", "units", back="parent_id"),
    _Reference("organizations", "members", "memberships", back="organization_id", is_complete=True),
    _Reference("organizations", "units", "units", back="organization_id"),
    _Reference("organizations", "delegations.account_id", "memberships", back="organization_id"),
    _Reference("organizations", "handshakes", "handshakes", back="organization_id"),
    _Reference("organizations", "open_invitations", "handshakes", back="organization_id"),
    _Reference("organizations", "resource_policy_id", "resource_policies", back="organization_id"),
    _Reference("organizations", "policies.by_creation", "policies", back="organization_id", is_complete=True),
    _Reference("organizations", "policies.names", "policies", back="organization_id"),
    _Reference("process_handshakes", "", "handshakes", back="process_id"),
    _Reference("awaited_handshakes", "", "handshakes", back="process_id"),
    _Reference("accepted_by", "", "acceptances", is_complete=True),
    _Reference("inquiry_order", "", "inquiries", back="account_id", is_complete=True),
    _Reference("session_order", "", "sessions", is_complete=True),
    _Reference("token_order", "", "tokens", is_complete=True),
    _Reference("users", "access_keys", "access_keys", back="account_id"),
    _Reference("root_access_keys", "", "access_keys", back="account_id"),
)
_NAMED = ("roles", "users", "groups", "customer_policies", "mfa_devices", "instance_profiles")
"""The tables of records in the order of their names."""
_BY_ACCOUNT = (*_NAMED, "identity_providers", "saml_providers", "iam_settings", "credential_reports")
"""The tables of the records of accounts, by account."""
_SETTLED = (None, HandshakeState.ACCEPTED, HandshakeState.DECLINED, HandshakeState.CANCELED)


def faults_of(state: State) -> Iterator[str]:
    """Yield what is wrong with a state, each with its place."""
    for table in fields(State):
        contents = getattr(state, table)
        if isinstance(contents, Map):
            for name, value in contents.items():
                yield from (f"{place} is not valid" for place in faults_in(value, f"{table}.{name}"))
    for table, key in TABLES.values():
        for name, record in getattr(state, table).items():
            if key(record) != name:
                yield f"{table}.{name} has the key {key(record)}"
    for reference in _REFERENCES:
        yield from _reference_faults(state, reference)
    for check in (_tree_faults, _policy_faults, _identity_faults, _record_faults):
        yield from check(state)


def _reference_faults(state: State, reference: _Reference) -> Iterator[str]:
    table, path, target, back, is_complete = reference
    records, found = getattr(state, target), set()
    for name, value in _entries(getattr(state, table)):
        for key in _texts(_follow(value, path)):
            place = ".".join(filter(None, (table, name, path)))
            record = records.get(key)
            if record is None:
                yield f"{place} refers to {key}, which is not in state.{target}"
            elif back and getattr(record, back) != name:
                yield f"{place} refers to {key}, which belongs to {getattr(record, back)}"
            if is_complete:
                found.add(key)
    if is_complete and len(found) < len(records):
        missing = next(key for key in records if key not in found)
        yield f"{target}.{missing} is missing in state.{table}"


def _entries(table: Any) -> Iterator[tuple[str, Any]]:
    return iter(table.items()) if isinstance(table, Map) else iter((("", table),))


def _follow(value: Any, path: str) -> Any:
    for name in filter(None, path.split(".")):
        value = tuple(getattr(item, name) for item in _parts(value))
    return value


def _parts(value: Any) -> Iterator[Any]:
    """Yield the records in a value, which may be one."""
    if isinstance(value, Map):
        value = tuple(value.values())
    if isinstance(value, tuple | OrderedMap):
        for item in value:
            yield from _parts(item)
    else:
        yield value


def _texts(value: Any) -> Iterator[str]:
    return (text for text in _parts(value) if text is not None and text != "")


def _tree_faults(state: State) -> Iterator[str]:
    """Find units outside the tree of their organization, and accounts in the unit of another one."""
    for unit in state.units.values():
        root_id = state.organizations[unit.organization_id].root_id
        if (unit.parent_id is None) != (unit.id == root_id) or (unit.parent_id and unit.parent_id not in state.units):
            yield f"units.{unit.id} is not below the root of its organization"
            return
        steps, parent_id = 0, unit.parent_id
        while parent_id is not None and steps <= len(state.units):
            parent_id, steps = state.units[parent_id].parent_id, steps + 1
        if parent_id is not None:
            yield f"units.{unit.id} is below itself"
            return
        if unit.parent_id and state.units[unit.parent_id].units.get(unit.serial) != unit.id:
            yield f"units.{unit.id} is missing in its parent"
    for membership in state.memberships.values():
        if state.units[membership.parent_id].organization_id != membership.organization_id:
            yield f"memberships.{membership.account_id} is in a unit of another organization"


def _policy_faults(state: State) -> Iterator[str]:
    """Find attachments of unknown policies, and policies below another type."""
    types = {policy_type.value for policy_type in PolicyType}
    managed = {described.aws_managed.id for described in catalog.policy_types() if described.aws_managed}
    for target, attachments in state.attachments.items():
        for attachment in attachments:
            policy = state.policies.get(attachment.policy_id)
            is_known = attachment.policy_id in managed if policy is None else policy.type is attachment.type
            # The attachment of AWS's own policy is stored only where it is detached.
            if not is_known or attachment.detached != (policy is None):
                yield f"attachments.{target} is not an attachment of a policy"
    for organization in state.organizations.values():
        for name, policies in organization.policies.items():
            if name not in types or any(state.policies[key].type.value != name for key in policies.by_creation):
                yield f"organizations.{organization.id}.policies.{name} is not a type of its policies"


def _identity_faults(state: State) -> Iterator[str]:
    """Find identities under another account or out of order, and references to missing policies, groups and roles."""
    for table in _BY_ACCOUNT:
        for account_id, value in getattr(state, table).items():
            records = value if isinstance(value, tuple) else (value,)
            place = f"{table}.{account_id}"
            if any(record.account_id != account_id for record in records):
                yield f"{place} has a record of another account"
            names = [record.name.lower() for record in records] if table in _NAMED else []
            if names != sorted(set(names)):
                yield f"{place} is not in the order of its names"
            for record in records:
                if problem := _identity_problem(state, record):
                    yield f"{place} has a record with {problem}"


def _identity_problem(state: State, record: Any) -> str:
    account_id = record.account_id
    boundary = getattr(record, "boundary", None)
    references = [*getattr(record, "managed_policies", ()), *((boundary,) if boundary else ())]
    if any(policy_by_reference(state, account_id, reference) is None for reference in references):
        return "a policy that does not exist"
    group_names = {group.name.lower() for group in state.groups.get(account_id, ())}
    if not group_names.issuperset(getattr(record, "groups", ())):
        return "a group that does not exist"
    role_name = getattr(record, "role_name", "")
    if role_name and all(role.name != role_name for role in roles_in(state, account_id)):
        return "a role that does not exist"
    versions = [version.version_id for version in getattr(record, "versions", ())]
    if getattr(record, "default_version_id", None) not in (versions or [None]):
        return "a default version that does not exist"
    return ""


def _record_faults(state: State) -> Iterator[str]:
    for table, is_valid in _CHECKS.items():
        for name, value in _entries(getattr(state, table)):
            if not all(is_valid(state, record) for record in _parts(value)):
                yield f"{table}.{name} contradicts itself"


def _is_handshake(state: State, handshake: Any) -> bool:
    is_organization = handshake.recipient_kind is PartyKind.ORGANIZATION
    return (
        handshake.settled in _SETTLED
        and (handshake.settled is None) == (handshake.settled_at is None)
        and is_organization == (handshake.recipient == handshake.organization_id)
        and handshake.management_account_id == state.organizations[handshake.organization_id].management_account_id
    )


def _is_acceptance(_: State, acceptance: Any) -> bool:
    try:
        catalog.accepted_agreement(acceptance.partition, acceptance.agreement_id)
    except LookupError:
        return False
    return True


def _has_creations(_: State, organization: Any) -> bool:
    creations = (*organization.fulfilled_creations, *organization.failed_creations, *organization.creating)
    return all(ids.creation_serial(creation.id) == creation.serial for creation in creations)


_CHECKS: dict[str, Callable[[State, Any], bool]] = {
    "organizations": _has_creations,
    "handshakes": _is_handshake,
    "acceptances": _is_acceptance,
    "inquiries": lambda _, inquiry: inquiry.created_at <= inquiry.completes_at <= inquiry.reviewed_at,
    "reports": lambda _, report: bool(report.versions),
    "roles": lambda _, role: (role.linked_service is not None) == role.path.startswith(LINKED_ROLE_PATH),
}
"""What must hold of a record by itself, by table."""
