"""What a scenario can say of a world's IAM, apart from what comes by itself when the world is made."""

import json
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from artifact_state import arns, catalog
from artifact_state.artifact import agreements
from artifact_state.authority import organization_of
from artifact_state.iam.groups import groups_of_user
from artifact_state.iam.linked_roles import ARTIFACT_PRINCIPAL, ORGANIZATIONS_PRINCIPAL
from artifact_state.iam.policy_references import arn_of_reference
from artifact_state.iam.roles import roles_of, trust_policy_for
from artifact_state.model import JoinedMethod, Map, Organization, Role, State
from artifact_state.model.identities import Group, User
from artifact_state.ordered_map import OrderedMap
from artifact_state.organizations.account_creation import DEFAULT_ACCESS_ROLE
from artifact_state.scenarios.schema import (
    CustomerPolicyScenario,
    GroupScenario,
    LinkedRoleScenario,
    RoleScenario,
    UserScenario,
)


@dataclass(frozen=True, slots=True)
class Identities:
    """The description of everybody's IAM."""

    state: State
    now: datetime
    services: tuple[catalog.TrustedService, ...]
    """The services that the world has besides AWS's."""

    def customer_policies(self) -> Iterator[CustomerPolicyScenario]:
        """Describe the policies that accounts manage themselves, each by the version in force."""
        for account_id in sorted(self.state.customer_policies):
            for policy in self.state.customer_policies[account_id]:
                yield CustomerPolicyScenario(
                    account=account_id,
                    name=policy.name,
                    path=policy.path,
                    description=policy.description,
                    document=_document(policy.document),
                    tags=_sorted(policy.tags),
                )

    def groups(self) -> Iterator[GroupScenario]:
        """Describe the groups."""
        for account_id in sorted(self.state.groups):
            for group in self.state.groups[account_id]:
                yield GroupScenario(**self._identity(group))

    def users(self) -> Iterator[UserScenario]:
        """Describe the users, without their keys and passwords."""
        for account_id in sorted(self.state.users):
            for user in self.state.users[account_id]:
                groups = [group.name for group in groups_of_user(self.state, user)]
                yield UserScenario(**self._identity(user), **self._bounded(user), groups=groups)

    def roles(self) -> Iterator[RoleScenario]:
        """Describe the roles that neither a service nor the creation of an account made."""
        for account_id in sorted(self.state.roles):
            came_with_it = self.access_role(account_id)
            for role in roles_of(self.state, account_id, "/", self.now):
                if role.linked_service is None and role.name != came_with_it:
                    yield RoleScenario(
                        **self._identity(role),
                        **self._bounded(role),
                        trust=_document(role.trust_policy),
                        description=role.description,
                        max_session_seconds=int(role.max_session.total_seconds()),
                    )

    def linked_roles(self) -> Iterator[LinkedRoleScenario]:
        """Describe the roles of services that come neither with a membership nor with trusted access."""
        for account_id in sorted(self.state.roles):
            expected = set(self._linked_by_itself(account_id))
            for role in roles_of(self.state, account_id, "/", self.now):
                if role.linked_service is not None and role.linked_service not in expected:
                    yield LinkedRoleScenario(account=account_id, service=role.linked_service)

    def access_role(self, account_id: str) -> str | None:
        """Name the role that an account's creation made, if it was created, and the role is there as it was made."""
        membership = self.state.memberships.get(account_id)
        organization = organization_of(self.state, account_id, self.now)
        if membership is None or organization is None or membership.method is not JoinedMethod.CREATED:
            return None
        manager = arns.root_user(organization.partition, organization.management_account_id)
        made = Role(
            id="",
            account_id=account_id,
            name="",
            path="/",
            trust_policy=trust_policy_for(aws=manager),
            description="",
            created_at=self.now,
            managed_policies=("AdministratorAccess",),
        )
        alike = [
            role.name
            for role in roles_of(self.state, account_id, "/", self.now)
            if replace(role, id="", name="", created_at=self.now, gone_at=None) == made
        ]
        return DEFAULT_ACCESS_ROLE if DEFAULT_ACCESS_ROLE in alike else next(iter(alike), None)

    def _linked_by_itself(self, account_id: str) -> Iterator[str]:
        organization = organization_of(self.state, account_id, self.now)
        if organization is None:
            return
        yield ORGANIZATIONS_PRINCIPAL
        if organization.management_account_id != account_id:
            return
        yield ARTIFACT_PRINCIPAL
        for principal in self._ever_trusted(organization):
            service = catalog.service_of(principal, self.services)
            yield from (one.principal for one in service.roles if one.created_in == "management") if service else ()

    def _ever_trusted(self, organization: Organization) -> set[str]:
        """Name the services that must have been trusted for what there is."""
        delegated = {one.principal for held in organization.delegations.values() for one in held}
        if len(self.state.accepted_by.get(organization.id, OrderedMap())):
            delegated.add(agreements.ARTIFACT_DOCUMENTED_PRINCIPAL)
        return {*organization.trusted_services, *delegated}

    def _identity(self, one: User | Group | Role) -> dict[str, Any]:
        return {
            "account": one.account_id,
            "name": one.name,
            "path": one.path,
            "policies": [self._arn(one.account_id, reference) for reference in one.managed_policies],
            "inline": {name: _document(one.inline_policies[name]) for name in sorted(one.inline_policies)},
        }

    def _bounded(self, one: User | Role) -> dict[str, Any]:
        boundary = self._arn(one.account_id, one.boundary) if one.boundary else None
        return {"boundary": boundary, "tags": _sorted(one.tags)}

    def _arn(self, account_id: str, reference: str) -> str:
        organization = organization_of(self.state, account_id, self.now)
        return arn_of_reference(self.state, organization.partition if organization else "aws", account_id, reference)


def _document(text: str) -> dict[str, Any] | str:
    content = json.loads(text)
    return content if isinstance(content, dict) else text


def _sorted(tags: "Map[str, str]") -> dict[str, str]:
    return {key: tags[key] for key in sorted(tags)}
