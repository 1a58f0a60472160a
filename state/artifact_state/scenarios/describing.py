"""Worlds written down as scenarios: what a scenario can say of them, ids of accounts told so that they stay."""

import json
from collections.abc import Iterator
from datetime import datetime
from typing import Literal

from artifact_state import accounts, agreements, creations
from artifact_state.model import AccountState, NotificationSubscription, Organization, PolicyType, State
from artifact_state.policy_references import OWN
from artifact_state.scenarios.forms import (
    DelegatedAdministrator,
    IdentityScenario,
    KnownAccount,
    MemberAccount,
    OrganizationPolicy,
    OrganizationScenario,
    RoleScenario,
    Scenario,
    Unit,
)
from artifact_state.world import World

_ALWAYS = PolicyType.SERVICE_CONTROL_POLICY
_STATES: dict[AccountState, Literal["suspended", "closed"]] = {
    AccountState.SUSPENDED: "suspended",
    AccountState.PENDING_CLOSURE: "closed",
    AccountState.CLOSED: "closed",
}


def describe(world: World) -> Scenario:
    """Describe a world as a scenario; ids of accounts are told, so that they stay."""
    state, now = world.state, world.clock.now()
    ordered = sorted(state.organizations.values(), key=lambda one: one.created_at)
    inside = set(state.memberships)
    outside = [one for one in sorted(state.accounts.values(), key=lambda one: one.id) if one.id not in inside]
    return Scenario(
        scenario=1,
        seed=state.seed,
        clock=world.clock.frozen_at,
        accounts=[KnownAccount(id=one.id, name=one.name, email=one.email) for one in outside],
        organizations=[_described(state, one, now) for one in ordered],
        users=list(_users(state)),
        roles=list(_roles(state, now)),
    )


def _described(state: State, one: Organization, now: datetime) -> OrganizationScenario:
    management = state.accounts.get(one.management_account_id)
    known = KnownAccount(
        id=one.management_account_id,
        name=management.name if management else None,
        email=management.email if management else None,
    )
    members = [member for member in one.members if member != one.management_account_id]
    return OrganizationScenario(
        management=known,
        features=one.feature_set.value,
        units=list(_units_below(state, one.root_id)),
        accounts=[_member_of(state, member, now) for member in members if state.memberships[member].joined_at <= now],
        trusted_services=[trust.principal for trust in sorted(one.trusted_services.values(), key=lambda it: it.serial)],
        former_accounts=[],
        agreements=[agreement.agreement_id for agreement in agreements.organization_acceptances(state, one)],
        delegated_administrators=[
            DelegatedAdministrator(account=member, service=held.principal)
            for member, held_ones in sorted(one.delegations.items())
            for held in held_ones
        ],
        policy_types=[kind for kind in one.enabled_policy_types if kind is not _ALWAYS],
        policies=list(_policies_of(state, one)),
        invitations=[],
    )


def _units_below(state: State, parent_id: str) -> Iterator[Unit]:
    for unit_id in state.units[parent_id].units:
        held = {tag.key: tag.value for tag in state.tags.get(unit_id, ())}
        yield Unit(name=state.units[unit_id].name, units=list(_units_below(state, unit_id)), tags=held)


def _path(state: State, unit_id: str) -> str | None:
    names: list[str] = []
    unit = state.units[unit_id]
    while unit.parent_id is not None:
        names.insert(0, unit.name)
        unit = state.units[unit.parent_id]
    return "/".join(names) or None


def _member_of(state: State, account_id: str, now: datetime) -> MemberAccount:
    account, membership = accounts.account_of(state, account_id), state.memberships[account_id]
    subscription = state.notification_subscriptions.get(account_id)
    own = (state.acceptances[one] for one in state.accepted_by.get(account_id, ()))
    return MemberAccount(
        id=account_id,
        name=account.name,
        email=account.email,
        unit=_path(state, membership.parent_id),
        joined="created" if membership.method.value == "CREATED" else "invited",
        state=_STATES.get(accounts.account_state(state, account_id, now), "active"),
        tags={tag.key: tag.value for tag in state.tags.get(account_id, ())},
        agreements=[one.agreement_id for one in own if one.effective_end is None],
        notifications=None if subscription is None else subscription is NotificationSubscription.SUBSCRIBED,
    )


def _policies_of(state: State, one: Organization) -> Iterator[OrganizationPolicy]:
    for held in one.policies.values():
        for policy_id in held.by_creation:
            policy = state.policies[policy_id]
            yield OrganizationPolicy(
                name=policy.name,
                type=policy.type,
                description=policy.description,
                content=json.loads(policy.content),
                attach=[_target_of(state, one, target) for _, target in policy.targets.after(held.enabled_at - 1)],
            )


def _target_of(state: State, one: Organization, target_id: str) -> str:
    if target_id == one.root_id:
        return "root"
    return (_path(state, target_id) or target_id) if target_id in state.units else target_id


def _users(state: State) -> Iterator[IdentityScenario]:
    for account_id in sorted(state.users):
        for user in state.users[account_id]:
            yield IdentityScenario(
                account=account_id,
                name=user.name,
                path=user.path,
                policies=[_arn(one) for one in user.managed_policies if not one.startswith(OWN)],
                inline={name: json.loads(user.inline_policies[name]) for name in sorted(user.inline_policies)},
            )


def _roles(state: State, now: datetime) -> Iterator[RoleScenario]:
    """Tell the roles that neither a service nor the creation of an account made."""
    for account_id in sorted(state.roles):
        for role in state.roles[account_id]:
            is_gone = role.gone_at is not None and role.gone_at <= now
            if role.linked_service is None and role.name != creations.DEFAULT_ACCESS_ROLE and not is_gone:
                yield RoleScenario(
                    account=account_id,
                    name=role.name,
                    path=role.path,
                    description=role.description,
                    trust=json.loads(role.trust_policy),
                    policies=[_arn(one) for one in role.managed_policies if not one.startswith(OWN)],
                    inline={name: json.loads(role.inline_policies[name]) for name in sorted(role.inline_policies)},
                )


def _arn(reference: str) -> str:
    return f"arn:aws:iam::aws:policy/{reference}"
