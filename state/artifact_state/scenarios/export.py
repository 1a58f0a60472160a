"""Worlds written down as scenarios: what a scenario can say of them, ids of accounts told so that they stay.

What is under way, what is over, and since when something is the case, is not said: a snapshot keeps that.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from artifact_state import catalog
from artifact_state.artifact import agreements
from artifact_state.authority import is_member
from artifact_state.errors import RoleNotFound
from artifact_state.iam import linked_roles
from artifact_state.iam.roles import role_of
from artifact_state.model import (
    Acceptance,
    AccountState,
    Handshake,
    HandshakeAction,
    HandshakeState,
    JoinedMethod,
    NotificationSubscription,
    Organization,
    PartyKind,
    Policy,
    PolicyType,
    RootFeature,
    State,
)
from artifact_state.ordered_map import OrderedMap
from artifact_state.organizations import accounts
from artifact_state.organizations.handshakes.lifecycle import handshake_state
from artifact_state.organizations.policies import attachments
from artifact_state.scenarios.export_identities import Identities
from artifact_state.scenarios.export_reports import reports_of
from artifact_state.scenarios.references import step, target_reference
from artifact_state.scenarios.schema import (
    DelegatedAdministrator,
    DetachedPolicy,
    EndedAgreement,
    Invitation,
    ManagementAccount,
    MemberAccount,
    OrganizationPolicy,
    OrganizationScenario,
    ResourcePolicy,
    Scenario,
    StandaloneAccount,
    Unit,
)
from artifact_state.world import World

_ALWAYS = PolicyType.SERVICE_CONTROL_POLICY
_STATES: dict[AccountState, Literal["suspended", "closed"]] = {
    AccountState.SUSPENDED: "suspended",
    AccountState.PENDING_CLOSURE: "closed",
    AccountState.CLOSED: "closed",
}
_WAITING = (HandshakeState.REQUESTED, HandshakeState.OPEN)


def describe(world: World) -> Scenario:
    """Describe a world as a scenario; ids of accounts are told, so that they stay."""
    state, now = world.state, world.clock.now()
    identities = Identities(state, now, world.options.services)
    # Some answers of the domain have an order only within one organization: that of the roots is the order of all.
    ordered = sorted(state.organizations.values(), key=lambda one: state.units[one.root_id].serial)
    return Scenario(
        scenario=1,
        seed=state.seed,
        clock=world.clock.frozen_at,
        accounts=list(_standing_alone(state, now)),
        organizations=[_Description(state, now, one, identities).whole() for one in ordered],
        customer_policies=list(identities.customer_policies()),
        groups=list(identities.groups()),
        users=list(identities.users()),
        roles=list(identities.roles()),
        linked_roles=list(identities.linked_roles()),
        reports=list(reports_of(state)),
    )


def _standing_alone(state: State, now: datetime) -> Iterator[StandaloneAccount]:
    """Describe the accounts in no organization of which there is something to tell."""
    known = {*state.accounts, *state.notification_subscriptions}
    known |= {owner for owner in state.accepted_by if owner.isdecimal()}
    inside = {one.account_id for one in state.memberships.values() if is_member(one, now)}
    for account_id in sorted(known - inside - set(state.closures)):
        described = _standalone(state, account_id)
        if described != StandaloneAccount(id=account_id):
            yield described


def _standalone(state: State, account_id: str) -> StandaloneAccount:
    account = state.accounts.get(account_id)
    return StandaloneAccount(
        id=account_id,
        **_name(state, account_id),
        state="suspended" if account and account.suspended else "active",
        partition=_partition(state, account_id),
        agreements=_accepted(state, account_id),
        notifications=_subscribed(state, account_id),
    )


def _partition(state: State, account_id: str) -> Any:
    """Tell where an account is that is in no organization: where it accepted, or was made as a pair of another."""
    for one in state.accepted_by.get(account_id, OrderedMap()):
        return state.acceptances[one].partition
    return "aws-us-gov" if account_id in state.govcloud_accounts.values() else "aws"


def _name(state: State, account_id: str) -> dict[str, str | None]:
    """Tell what an account is called, unless by what is made of its id."""
    account, usual = accounts.account_of(state, account_id), accounts.account_of(State(), account_id)
    return {
        "name": account.name if account.name != usual.name else None,
        "email": account.email if account.email != usual.email else None,
    }


def _accepted(state: State, owner: str) -> list[str | EndedAgreement]:
    return [_agreement(state.acceptances[one]) for one in state.accepted_by.get(owner, OrderedMap())]


def _agreement(acceptance: Acceptance) -> str | EndedAgreement:
    name = agreements.agreement_of(acceptance).name
    if acceptance.terminated_by is None:
        return name
    return EndedAgreement(agreement=name, terminated=acceptance.terminated_by)


def _subscribed(state: State, account_id: str) -> bool | None:
    return state.notification_subscriptions.get(account_id) is NotificationSubscription.SUBSCRIBED or None


@dataclass(frozen=True, slots=True)
class _Description:
    """The description of one organization."""

    state: State
    now: datetime
    one: Organization
    identities: Identities

    def whole(self) -> OrganizationScenario:
        """Describe all of it."""
        one, types = self.one, self.one.enabled_policy_types
        partition: Any = one.partition
        return OrganizationScenario(
            management=self._management(),
            partition=partition,
            features=one.feature_set.value,
            tags=self._tags(one.root_id),
            units=list(self._units_below(one.root_id)),
            accounts=[self._member(account_id) for account_id in self._members()],
            trusted_services=self._trusted(),
            linked_role=self._linked_role(),
            agreements=_accepted(self.state, one.id),
            root_access=[feature.value for feature in RootFeature if feature in one.root_features],
            delegated_administrators=self._delegates(),
            service_control_policies=_ALWAYS in types or one.feature_set.value != "ALL",
            policy_types=[kind for kind in types if kind is not _ALWAYS],
            policies=[self._policy(policy) for policy in self._policies()],
            detached=list(self._detached()),
            resource_policy=self._resource_policy(),
            invitations=[self._invitation(handshake) for handshake in self._open_invitations()],
        )

    def _management(self) -> ManagementAccount:
        account_id = self.one.management_account_id
        account = accounts.account_of(self.state, account_id)
        return ManagementAccount(
            id=account_id,
            **_name(self.state, account_id),
            state="suspended" if account.suspended else "active",
            unit=self._path(self.state.memberships[account_id].parent_id),
            tags=self._tags(account_id),
            agreements=_accepted(self.state, account_id),
            notifications=_subscribed(self.state, account_id),
        )

    def _members(self) -> list[str]:
        """Name the members other than the management account: not who is still being created, nor who is gone."""
        members = (self.state.memberships[account_id] for account_id in self.one.members)
        management = self.one.management_account_id
        return [one.account_id for one in members if one.account_id != management and is_member(one, self.now)]

    def _member(self, account_id: str) -> MemberAccount:
        membership = self.state.memberships[account_id]
        is_created = membership.method is JoinedMethod.CREATED
        access_role = {"access_role": self.identities.access_role(account_id)} if is_created else {}
        return MemberAccount(
            id=account_id,
            **_name(self.state, account_id),
            unit=self._path(membership.parent_id),
            joined="created" if is_created else "invited",
            state=_STATES.get(accounts.account_state(self.state, account_id, self.now), "active"),
            tags=self._tags(account_id),
            agreements=_accepted(self.state, account_id),
            notifications=_subscribed(self.state, account_id),
            **access_role,
        )

    def _tags(self, resource_id: str) -> dict[str, str]:
        return {tag.key: tag.value for tag in self.state.tags.get(resource_id, ())}

    def _units_below(self, parent_id: str) -> Iterator[Unit]:
        for unit_id in self.state.units[parent_id].units:
            name = self.state.units[unit_id].name
            yield Unit(name=name, units=list(self._units_below(unit_id)), tags=self._tags(unit_id))

    def _path(self, unit_id: str) -> str | None:
        """Tell the names from the root down to a unit; None for the root itself."""
        unit = self.state.units[unit_id]
        if unit.parent_id is None:
            return None
        above = self._path(unit.parent_id)
        return f"{above}/{step(unit.name)}" if above else step(unit.name)

    def _trusted(self) -> list[str]:
        return [trust.principal for trust in sorted(self.one.trusted_services.values(), key=lambda it: it.serial)]

    def _linked_role(self) -> bool | None:
        """Tell whether AWS Artifact's role is there; None where that goes without saying."""
        linked = catalog.linked_role_of(linked_roles.ARTIFACT_PRINCIPAL)
        try:
            is_there = bool(linked and role_of(self.state, self.one.management_account_id, linked.name, self.now))
        except RoleNotFound:
            is_there = False
        accepted = len(self.state.accepted_by.get(self.one.id, OrderedMap())) > 0
        return None if is_there is (accepted or agreements.artifact_is_trusted(self.one)) else is_there

    def _delegates(self) -> list[DelegatedAdministrator]:
        held = sorted((one for some in self.one.delegations.values() for one in some), key=lambda one: one.serial)
        here = (one for one in held if self._is_here(one.account_id))
        return [DelegatedAdministrator(account=one.account_id, service=one.principal) for one in here]

    def _policies(self) -> list[Policy]:
        held = (self.state.policies[one] for kind in self.one.policies.values() for one in kind.by_creation)
        return sorted(held, key=lambda one: one.serial)

    def _policy(self, policy: Policy) -> OrganizationPolicy:
        targets = attachments.policy_targets(self.state, self.one, policy)
        return OrganizationPolicy(
            name=policy.name,
            type=policy.type,
            description=policy.description,
            content=json.loads(policy.content),
            attach=[self._target(one) for _, one in targets if one is not None and self._is_here(one)],
            tags=self._tags(policy.id),
        )

    def _detached(self) -> Iterator[DetachedPolicy]:
        for policy_type in self.one.enabled_policy_types:
            managed = attachments.aws_managed_policy(policy_type)
            if managed is None:
                continue
            there = [self.one.root_id, *self.one.units, *filter(self._is_here, self.one.members)]
            without = [one for one in there if not self._is_attached(one, managed)]
            if without:
                yield DetachedPolicy(policy=managed.name, targets=[self._target(one) for one in without])

    def _is_attached(self, target_id: str, policy: Policy) -> bool:
        if target_id not in self.state.attachments:
            return True
        found = attachments.attached_policies(self.state, self.one, target_id, policy.type)
        return any(one.id == policy.id for _, one in found)

    def _is_here(self, target_id: str) -> bool:
        membership = self.state.memberships.get(target_id)
        return target_id in self.state.units or (membership is not None and is_member(membership, self.now))

    def _target(self, target_id: str) -> str:
        if target_id not in self.state.units:
            return target_id
        path = self._path(target_id)
        return "root" if path is None else target_reference(path)

    def _resource_policy(self) -> ResourcePolicy | None:
        policy_id = self.one.resource_policy_id
        if policy_id is None:
            return None
        content = json.loads(self.state.resource_policies[policy_id].content)
        return ResourcePolicy(content=content, tags=self._tags(policy_id))

    def _open_invitations(self) -> list[Handshake]:
        sent = self.one.handshakes.get(HandshakeAction.INVITE.value, OrderedMap())
        handshakes = (self.state.handshakes[one] for one in sent)
        return [one for one in handshakes if handshake_state(self.state, one, self.now) in _WAITING]

    def _invitation(self, handshake: Handshake) -> Invitation:
        to = "account" if handshake.recipient_kind is PartyKind.ACCOUNT else "email"
        return Invitation(**{to: handshake.recipient}, notes=handshake.notes, tags=dict(handshake.tags))
