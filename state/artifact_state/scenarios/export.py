"""Export: a world as a scenario.

Accounts keep their ids, other ids are created anew. What a scenario cannot describe is listed by `omissions`: a
snapshot contains it.
"""

from collections.abc import Iterator
from datetime import datetime
from itertools import chain
from typing import Any

from artifact_state.authority import is_member
from artifact_state.model import State
from artifact_state.scenarios.export_accounts import (
    accepted_agreements,
    account_name,
    iam_settings,
    notifications,
    standalone_partition,
)
from artifact_state.scenarios.export_identities import IdentityExporter
from artifact_state.scenarios.export_organization import OrganizationExporter
from artifact_state.scenarios.export_reports import export_reports
from artifact_state.scenarios.schema import Scenario, StandaloneAccount
from artifact_state.steps import collected, in_order
from artifact_state.world import World


def export_scenario(world: World) -> Scenario:
    """Return a scenario that describes a world."""
    state, now = world.state, world.clock.now()
    identities = IdentityExporter(state, now, world.options.services)
    # The serials of the roots have the order in which the organizations were created.
    organizations = sorted(state.organizations.values(), key=lambda record: state.units[record.root_id].serial)
    return Scenario(
        scenario=1,
        seed=state.seed,
        clock=world.clock.frozen_at,
        accounts=list(_standalone_accounts(state, now)),
        organizations=[OrganizationExporter(state, now, record, identities).export() for record in organizations],
        customer_policies=list(identities.customer_policies()),
        groups=list(identities.groups()),
        users=list(identities.users()),
        roles=list(identities.roles()),
        instance_profiles=list(identities.instance_profiles()),
        mfa_devices=list(identities.mfa_devices()),
        identity_providers=list(identities.identity_providers()),
        saml_providers=list(identities.saml_providers()),
        token_issuers=list(identities.token_issuers()),
        linked_roles=list(identities.linked_roles()),
        reports=list(export_reports(state)),
    )


def _standalone_accounts(state: State, now: datetime) -> Iterator[StandaloneAccount]:
    """Return the accounts in no organization that differ from an unused account."""
    tables = (state.accounts, state.notification_subscriptions, state.account_aliases, state.iam_settings)
    known = collected(chain(*tables, state.outbound_federation, state.root_logins))
    known.update(owner for owner in state.accepted_by if owner.isdecimal())
    members = {membership.account_id for membership in state.memberships.values() if is_member(membership, now)}
    for account_id in in_order(known):
        if account_id in members or account_id in state.closures:
            continue
        account = _standalone_account(state, account_id)
        if account != StandaloneAccount(id=account_id):
            yield account


def _standalone_account(state: State, account_id: str) -> StandaloneAccount:
    account = state.accounts.get(account_id)
    partition: Any = standalone_partition(state, account_id)
    return StandaloneAccount(
        id=account_id,
        **account_name(state, account_id),
        state="suspended" if account and account.suspended else "active",
        partition=partition,
        iam=iam_settings(state, account_id),
        agreements=accepted_agreements(state, account_id),
        notifications=notifications(state, account_id),
    )
