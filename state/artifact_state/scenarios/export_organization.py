"""Export of an organization: its tree, accounts, policies, trusted services and delegations."""

import json
from collections.abc import Iterator
from datetime import datetime
from typing import Any, Literal

from artifact_state import catalog
from artifact_state.artifact.agreements import artifact_is_trusted
from artifact_state.authority import is_member
from artifact_state.errors import RoleNotFound
from artifact_state.iam import linked_roles
from artifact_state.iam.roles import role_of
from artifact_state.model import (
    AccountState,
    Handshake,
    HandshakeAction,
    HandshakeState,
    JoinedMethod,
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
from artifact_state.record import Record
from artifact_state.scenarios.export_accounts import accepted_agreements, account_name, iam_settings, notifications
from artifact_state.scenarios.export_identities import IdentityExporter
from artifact_state.scenarios.references import escape_name, unit_reference
from artifact_state.scenarios.schema import (
    DelegatedAdministrator,
    DetachedPolicy,
    Invitation,
    ManagementAccount,
    MemberAccount,
    OrganizationPolicy,
    OrganizationScenario,
    ResourcePolicy,
    Unit,
)

_SCP = PolicyType.SERVICE_CONTROL_POLICY
_STATES: dict[AccountState, Literal["suspended", "closed"]] = {
    AccountState.SUSPENDED: "suspended",
    AccountState.PENDING_CLOSURE: "closed",
    AccountState.CLOSED: "closed",
}
_PENDING = (HandshakeState.REQUESTED, HandshakeState.OPEN)


def open_invitations(state: State, organization: Organization, now: datetime) -> list[Handshake]:
    """Return the invitations of an organization that await a response, the oldest first."""
    sent = organization.handshakes.get(HandshakeAction.INVITE.value, OrderedMap())
    handshakes = (state.handshakes[handshake_id] for handshake_id in sent)
    return [handshake for handshake in handshakes if handshake_state(state, handshake, now) in _PENDING]


class OrganizationExporter(Record, kw_only=False):
    """Describes one organization."""

    state: State
    now: datetime
    organization: Organization
    identities: IdentityExporter

    def export(self) -> OrganizationScenario:
        """Return the description of the organization."""
        organization, types = self.organization, self.organization.enabled_policy_types
        partition: Any = organization.partition
        return OrganizationScenario(
            management=self._management_account(),
            partition=partition,
            features=organization.feature_set.value,
            tags=self._tags(organization.root_id),
            units=list(self._units_below(organization.root_id)),
            accounts=[self._member(account_id) for account_id in self._member_ids()],
            trusted_services=self._trusted_services(),
            linked_role=self._artifact_role(),
            agreements=accepted_agreements(self.state, organization.id),
            root_access=[feature.value for feature in RootFeature if feature in organization.root_features],
            delegated_administrators=self._delegated_administrators(),
            service_control_policies=_SCP in types or organization.feature_set.value != "ALL",
            policy_types=[policy_type for policy_type in types if policy_type is not _SCP],
            policies=[self._policy(policy) for policy in self._policies()],
            detached=list(self._detached_policies()),
            resource_policy=self._resource_policy(),
            invitations=[
                self._invitation(handshake) for handshake in open_invitations(self.state, organization, self.now)
            ],
        )

    def _management_account(self) -> ManagementAccount:
        account_id = self.organization.management_account_id
        account = accounts.account_of(self.state, account_id)
        return ManagementAccount(
            id=account_id,
            **account_name(self.state, account_id),
            state="suspended" if account.suspended else "active",
            unit=self._path(self.state.memberships[account_id].parent_id),
            tags=self._tags(account_id),
            iam=iam_settings(self.state, account_id),
            agreements=accepted_agreements(self.state, account_id),
            notifications=notifications(self.state, account_id),
        )

    def _member_ids(self) -> list[str]:
        """Return the current members other than the management account."""
        return [
            account_id
            for account_id in self.organization.members
            if account_id != self.organization.management_account_id and self._exists(account_id)
        ]

    def _member(self, account_id: str) -> MemberAccount:
        membership = self.state.memberships[account_id]
        is_created = membership.method is JoinedMethod.CREATED
        access_role = {"access_role": self.identities.access_role(account_id)} if is_created else {}
        return MemberAccount(
            id=account_id,
            **account_name(self.state, account_id),
            unit=self._path(membership.parent_id),
            joined="created" if is_created else "invited",
            state=_STATES.get(accounts.account_state(self.state, account_id, self.now), "active"),
            tags=self._tags(account_id),
            iam=iam_settings(self.state, account_id),
            agreements=accepted_agreements(self.state, account_id),
            notifications=notifications(self.state, account_id),
            **access_role,
        )

    def _tags(self, resource_id: str) -> dict[str, str]:
        return {tag.key: tag.value for tag in self.state.tags.get(resource_id, ())}

    def _units_below(self, parent_id: str) -> Iterator[Unit]:
        for unit_id in self.state.units[parent_id].units:
            name = self.state.units[unit_id].name
            yield Unit(name=name, units=list(self._units_below(unit_id)), tags=self._tags(unit_id))

    def _path(self, unit_id: str) -> str | None:
        """Return the path of names from the root to a unit, or None for the root itself."""
        unit = self.state.units[unit_id]
        if unit.parent_id is None:
            return None
        parent_path = self._path(unit.parent_id)
        name = escape_name(unit.name)
        return f"{parent_path}/{name}" if parent_path else name

    def _trusted_services(self) -> list[str]:
        trusts = sorted(self.organization.trusted_services.values(), key=lambda trust: trust.serial)
        return [trust.principal for trust in trusts]

    def _artifact_role(self) -> bool | None:
        """Return whether the service-linked role of AWS Artifact exists, or None if loading implies it."""
        linked = catalog.linked_role_of(linked_roles.ARTIFACT_PRINCIPAL)
        try:
            exists = bool(
                linked and role_of(self.state, self.organization.management_account_id, linked.name, self.now)
            )
        except RoleNotFound:
            exists = False
        has_accepted = len(self.state.accepted_by.get(self.organization.id, OrderedMap())) > 0
        return None if exists is (has_accepted or artifact_is_trusted(self.organization)) else exists

    def _delegated_administrators(self) -> list[DelegatedAdministrator]:
        delegations = [delegation for group in self.organization.delegations.values() for delegation in group]
        return [
            DelegatedAdministrator(account=delegation.account_id, service=delegation.principal)
            for delegation in sorted(delegations, key=lambda delegation: delegation.serial)
            if self._exists(delegation.account_id)
        ]

    def _policies(self) -> list[Policy]:
        policies = [
            self.state.policies[policy_id]
            for type_policies in self.organization.policies.values()
            for policy_id in type_policies.by_creation
        ]
        return sorted(policies, key=lambda policy: policy.serial)

    def _policy(self, policy: Policy) -> OrganizationPolicy:
        targets = attachments.policy_targets(self.state, self.organization, policy)
        return OrganizationPolicy(
            name=policy.name,
            type=policy.type,
            description=policy.description,
            content=json.loads(policy.content),
            attach=[
                self._target_reference(target) for _, target in targets if target is not None and self._exists(target)
            ],
            tags=self._tags(policy.id),
        )

    def _detached_policies(self) -> Iterator[DetachedPolicy]:
        targets = [self.organization.root_id, *self.organization.units]
        targets += [account_id for account_id in self.organization.members if self._exists(account_id)]
        for policy_type in self.organization.enabled_policy_types:
            managed = attachments.aws_managed_policy(policy_type)
            if managed is None:
                continue
            detached = [target for target in targets if not self._is_attached(target, managed)]
            if detached:
                yield DetachedPolicy(policy=managed.name, targets=list(map(self._target_reference, detached)))

    def _is_attached(self, target_id: str, policy: Policy) -> bool:
        if target_id not in self.state.attachments:
            return True
        attached = attachments.attached_policies(self.state, self.organization, target_id, policy.type)
        return any(other.id == policy.id for _, other in attached)

    def _exists(self, target_id: str) -> bool:
        """Return whether a target is the root, a unit, or a current member."""
        membership = self.state.memberships.get(target_id)
        return target_id in self.state.units or (membership is not None and is_member(membership, self.now))

    def _target_reference(self, target_id: str) -> str:
        if target_id not in self.state.units:
            return target_id
        path = self._path(target_id)
        return "root" if path is None else unit_reference(path)

    def _resource_policy(self) -> ResourcePolicy | None:
        policy_id = self.organization.resource_policy_id
        if policy_id is None:
            return None
        content = json.loads(self.state.resource_policies[policy_id].content)
        return ResourcePolicy(content=content, tags=self._tags(policy_id))

    def _invitation(self, handshake: Handshake) -> Invitation:
        recipient = "account" if handshake.recipient_kind is PartyKind.ACCOUNT else "email"
        return Invitation(**{recipient: handshake.recipient}, notes=handshake.notes, tags=dict(handshake.tags))
