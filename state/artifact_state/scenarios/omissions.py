"""The contents of a world that a scenario cannot describe, so that an export does not lose them silently.

A table or a field that is classified nowhere in this module, such as one that was just added, counts as omitted.
"""

from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any

from artifact_state.authority import is_member
from artifact_state.model import HandshakeState, State
from artifact_state.record import Record, fields
from artifact_state.scenarios.export_organization import open_invitations
from artifact_state.world import World


def _names(text: str) -> frozenset[str]:
    return frozenset(text.split())


_INDEXES = _names(
    "seed serial emails received_handshakes process_handshakes awaited_handshakes root_access_keys alias_accounts "
    "session_order accepted_by token_order report_order inquiry_order inquiry_tokens"
)
"""Fields of the state that are described as a whole, or derived from tables."""
_RECREATED = _names(
    "id account_id organization_id policy_id partition serial created_at updated_at changed_at joined_at requested_at "
    "closed_at gone_at ends_at expires_at settled_at effective_start effective_end since initial_roles"
)
"""Fields that loading creates anew, because a scenario states facts without dates and without most ids."""
_DESCRIBED = {
    "organizations": _names(
        "management_account_id root_id feature_set trusted_services delegations root_features enabled_policy_types "
        "resource_policy_id policies members units fulfilled_creations creating closures recent_closures closing "
        "handshakes latest_handshakes open_invitations recent_invitations inbound outbound"
    ),
    "accounts": _names("name email suspended"),
    "memberships": _names("parent_id method"),
    "units": _names("parent_id name accounts units names"),
    "closures": _names(""),
    "tags": _names("key value"),
    "policies": _names("type name description content targets"),
    "resource_policies": _names("content"),
    "attachments": _names("type detached"),
    "handshakes": _names(
        "action management_account_id recipient_kind recipient notes promised tags process_id transfer_id settled "
        "accepted_by"
    ),
    "roles": _names(
        "name path trust_policy trusted_principals description linked_service managed_policies inline_policies "
        "boundary tags max_session max_signin template_arn template_minor_version"
    ),
    "users": _names("name path tags groups access_keys managed_policies inline_policies boundary login"),
    "groups": _names("name path managed_policies inline_policies"),
    "customer_policies": _names("name path description default_version_id versions last_version tags"),
    "mfa_devices": _names("name seed user_id enabled_at paired_step tags"),
    "instance_profiles": _names("name path role_name tags"),
    "identity_providers": _names("name client_ids thumbprints tags"),
    "saml_providers": _names("name metadata issuer certificates valid_until tags"),
    "issuer_keys": _names(""),
    "account_aliases": _names(""),
    "iam_settings": _names("password_policy token_version role_manager_enabled"),
    "outbound_federation": _names(""),
    "root_logins": _names(""),
    "acceptances": _names("agreement_id terminated_by"),
    "reports": _names("name description series category company_name product_name versions"),
    "notification_subscriptions": _names(""),
}
"""The tables that a scenario describes, and the fields of their records that it describes."""


class Omission(Record):
    """What an export leaves out: the records of a table, or a field of some records."""

    name: str
    """A table such as `sessions`, or a field such as `users.login`."""
    count: int


def omissions(world: World) -> list[Omission]:
    """Return what an export of a world leaves out, by name."""
    state, now = world.state, world.clock.now()
    counts = {"clock.ahead": int(not world.clock.is_frozen and bool(world.clock.ahead))}
    for table in fields(type(state)):
        if table in _INDEXES:
            continue
        contents = getattr(state, table)
        if table not in _DESCRIBED:
            counts[table] = len(contents)
            continue
        for name in _omitted_fields(table, contents):
            counts[name] = counts.get(name, 0) + 1
    for name, count_omitted in _OMITTED_RECORDS.items():
        counts[name] = count_omitted(state, now)
    return [Omission(name=name, count=count) for name, count in sorted(counts.items()) if count]


def _omitted_fields(table: str, contents: Any) -> Iterator[str]:
    """Return the name of each field that is set and not described, once for every record in which it is set."""
    described = _DESCRIBED[table] | _RECREATED
    for entry in contents.values():
        for record in entry if isinstance(entry, tuple) else (entry,):
            if isinstance(record, Record):
                yield from (f"{table}.{name}" for name in _set_fields(record) if name not in described)


def _set_fields(record: Record) -> Iterator[str]:
    for name, default in fields(type(record)).items():
        # The persistent map has no `!=`.
        if not getattr(record, name) == default:  # noqa: SIM201
            yield name


def _omitted_handshakes(state: State, now: datetime) -> int:
    described = {
        handshake.id
        for organization in state.organizations.values()
        for handshake in open_invitations(state, organization, now)
    }
    # Loading a member that was invited creates an accepted invitation.
    return sum(
        handshake.id not in described and handshake.settled is not HandshakeState.ACCEPTED
        for handshake in state.handshakes.values()
    )


def _omitted_memberships(state: State, now: datetime) -> int:
    return sum(not is_member(membership, now) for membership in state.memberships.values())


def _omitted_closures(state: State, now: datetime) -> int:
    return sum(closure.gone_at <= now for closure in state.closures.values())


def _omitted_tags(state: State, _: datetime) -> int:
    tables = (state.units, state.accounts, state.memberships, state.policies, state.resource_policies)
    return sum(all(resource_id not in table for table in tables) for resource_id in state.tags)


def _omitted_policy_versions(state: State, _: datetime) -> int:
    return sum(len(policy.versions) - 1 for policies in state.customer_policies.values() for policy in policies)


_OMITTED_RECORDS: dict[str, Callable[[State, datetime], int]] = {
    "handshakes": _omitted_handshakes,
    "memberships": _omitted_memberships,
    "closures": _omitted_closures,
    "tags": _omitted_tags,
    "customer_policies.versions": _omitted_policy_versions,
}
"""Records of described tables that a scenario leaves out nevertheless."""
