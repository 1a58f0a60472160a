"""Export of IAM: policies, groups, users and roles that loading does not imply."""

import json
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from artifact_state import arns, catalog
from artifact_state.artifact.agreements import ARTIFACT_DOCUMENTED_PRINCIPAL
from artifact_state.authority import organization_of
from artifact_state.iam.groups import groups_of_user
from artifact_state.iam.initial_roles import ORGANIZATIONS_PRINCIPAL, accounts_with_roles, trust_policy_for
from artifact_state.iam.linked_roles import ARTIFACT_PRINCIPAL
from artifact_state.iam.policy_references import arn_of_reference
from artifact_state.iam.roles import roles_of
from artifact_state.iam.trust_policies import shown_trust_policy
from artifact_state.model import JoinedMethod, Map, Organization, Role, State
from artifact_state.model.identities import Group, Login, User
from artifact_state.ordered_map import OrderedMap
from artifact_state.organizations.account_creation import DEFAULT_ACCESS_ROLE
from artifact_state.record import Record, replace
from artifact_state.scenarios.export_accounts import standalone_partition
from artifact_state.scenarios.schema import (
    CustomerPolicyScenario,
    GroupScenario,
    IdentityProviderScenario,
    InstanceProfileScenario,
    JsonWebKeySet,
    LinkedRoleScenario,
    LoginScenario,
    MfaDeviceScenario,
    RoleScenario,
    SamlProviderScenario,
    TokenIssuerScenario,
    UserScenario,
)
from artifact_state.steps import in_order


class IdentityExporter(Record, kw_only=False):
    """Describes the identities and policies of all accounts."""

    state: State
    now: datetime
    services: tuple[catalog.TrustedService, ...]
    """The services that the world has in addition to AWS's."""

    def customer_policies(self) -> Iterator[CustomerPolicyScenario]:
        """Return the customer managed policies, each with its default version."""
        for account_id in in_order(self.state.customer_policies):
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
        """Return the groups."""
        for account_id in in_order(self.state.groups):
            for group in self.state.groups[account_id]:
                yield GroupScenario(**self._identity(group))

    def users(self) -> Iterator[UserScenario]:
        """Return the users, without their access keys."""
        for account_id in in_order(self.state.users):
            for user in self.state.users[account_id]:
                groups = [group.name for group in groups_of_user(self.state, user)]
                yield UserScenario(
                    **self._identity(user), **self._bounded(user), groups=groups, login=_login(user.login)
                )

    def roles(self) -> Iterator[RoleScenario]:
        """Return the roles that neither a service nor the creation of an account created."""
        for account_id in in_order(accounts_with_roles(self.state)):
            access_role = self.access_role(account_id)
            for role in roles_of(self.state, account_id, "/", self.now):
                if role.linked_service is None and role.name != access_role:
                    yield RoleScenario(
                        **self._identity(role),
                        **self._bounded(role),
                        trust=_document(shown_trust_policy(self.state, self._partition(account_id), role, self.now)),
                        description=role.description,
                        max_session_seconds=int(role.max_session.total_seconds()),
                        max_signin_seconds=_seconds(role.max_signin),
                        template=role.template_arn or None,
                    )

    def instance_profiles(self) -> Iterator[InstanceProfileScenario]:
        """Return the instance profiles."""
        for account_id in in_order(self.state.instance_profiles):
            for profile in self.state.instance_profiles[account_id]:
                yield InstanceProfileScenario(
                    account=account_id,
                    name=profile.name,
                    path=profile.path,
                    role=profile.role_name or None,
                    tags=_sorted(profile.tags),
                )

    def mfa_devices(self) -> Iterator[MfaDeviceScenario]:
        """Return the virtual MFA devices with their seeds."""
        for account_id in in_order(self.state.mfa_devices):
            names = {user.id: user.name for user in self.state.users.get(account_id, ())}
            for device in self.state.mfa_devices[account_id]:
                path, _, name = f"/{device.name}".rpartition("/")
                yield MfaDeviceScenario(
                    account=account_id,
                    name=name,
                    path=f"{path}/",
                    seed=device.seed,
                    user=names.get(device.user_id),
                    tags=_sorted(device.tags),
                )

    def identity_providers(self) -> Iterator[IdentityProviderScenario]:
        """Return the OpenID Connect providers."""
        for account_id in in_order(self.state.identity_providers):
            for provider in self.state.identity_providers[account_id]:
                yield IdentityProviderScenario(
                    account=account_id,
                    url=f"https://{provider.name}",
                    client_ids=list(provider.client_ids),
                    thumbprints=list(provider.thumbprints),
                    tags=_sorted(provider.tags),
                )

    def saml_providers(self) -> Iterator[SamlProviderScenario]:
        """Return the SAML providers with their metadata."""
        for account_id in in_order(self.state.saml_providers):
            for provider in self.state.saml_providers[account_id]:
                yield SamlProviderScenario(
                    account=account_id,
                    name=provider.name,
                    issuer=provider.issuer,
                    certificates=list(provider.certificates),
                    metadata=provider.metadata,
                    valid_until=provider.valid_until,
                    tags=_sorted(provider.tags),
                )

    def token_issuers(self) -> Iterator[TokenIssuerScenario]:
        """Return the issuers outside AWS with their keys."""
        for issuer in in_order(self.state.issuer_keys):
            key_set = JsonWebKeySet(keys=json.loads(self.state.issuer_keys[issuer])["keys"])
            yield TokenIssuerScenario(issuer=issuer, jwks=key_set)

    def linked_roles(self) -> Iterator[LinkedRoleScenario]:
        """Return the service-linked roles that neither a membership nor trusted access implies."""
        for account_id in in_order(accounts_with_roles(self.state)):
            implied = set(self._implied_linked_roles(account_id))
            for role in roles_of(self.state, account_id, "/", self.now):
                if role.linked_service is not None and role.linked_service not in implied:
                    linked = catalog.linked_role_of(role.linked_service, self.services)
                    suffix = role.name.removeprefix(f"{linked.name}_") if linked and role.name != linked.name else None
                    yield LinkedRoleScenario(account=account_id, service=role.linked_service, suffix=suffix)

    def access_role(self, account_id: str) -> str | None:
        """Return the name of the role that an account's creation created, if the role still exists unchanged."""
        membership = self.state.memberships.get(account_id)
        organization = organization_of(self.state, account_id, self.now)
        if membership is None or organization is None or membership.method is not JoinedMethod.CREATED:
            return None
        manager = arns.root_user(organization.partition, organization.management_account_id)
        created = Role(
            id="",
            account_id=account_id,
            name="",
            path="/",
            trust_policy=trust_policy_for(aws=manager),
            description="",
            created_at=self.now,
            managed_policies=("AdministratorAccess",),
        )
        names = [
            role.name
            for role in roles_of(self.state, account_id, "/", self.now)
            if replace(role, id="", name="", created_at=self.now, gone_at=None) == created
        ]
        return DEFAULT_ACCESS_ROLE if DEFAULT_ACCESS_ROLE in names else next(iter(names), None)

    def _implied_linked_roles(self, account_id: str) -> Iterator[str]:
        organization = organization_of(self.state, account_id, self.now)
        if organization is None:
            return
        yield ORGANIZATIONS_PRINCIPAL
        if organization.management_account_id != account_id:
            return
        yield ARTIFACT_PRINCIPAL
        for principal in self._services_trusted_on_load(organization):
            service = catalog.service_of(principal, self.services)
            if service is not None:
                yield from (role.principal for role in service.roles if role.created_in == "management")

    def _services_trusted_on_load(self, organization: Organization) -> set[str]:
        """Return the services that have trusted access in the scenario or need it during loading."""
        principals = {delegation.principal for group in organization.delegations.values() for delegation in group}
        if len(self.state.accepted_by.get(organization.id, OrderedMap())):
            principals.add(ARTIFACT_DOCUMENTED_PRINCIPAL)
        return {*organization.trusted_services, *principals}

    def _identity(self, identity: User | Group | Role) -> dict[str, Any]:
        inline_policies = identity.inline_policies
        return {
            "account": identity.account_id,
            "name": identity.name,
            "path": identity.path,
            "policies": [self._arn(identity.account_id, reference) for reference in identity.managed_policies],
            "inline": {name: _document(inline_policies[name]) for name in sorted(inline_policies)},
        }

    def _bounded(self, identity: User | Role) -> dict[str, Any]:
        boundary = self._arn(identity.account_id, identity.boundary) if identity.boundary else None
        return {"boundary": boundary, "tags": _sorted(identity.tags)}

    def _arn(self, account_id: str, reference: str) -> str:
        return arn_of_reference(self.state, self._partition(account_id), account_id, reference)

    def _partition(self, account_id: str) -> str:
        organization = organization_of(self.state, account_id, self.now)
        return organization.partition if organization else standalone_partition(self.state, account_id)


def _login(login: Login | None) -> LoginScenario | None:
    if login is None:
        return None
    return LoginScenario(
        password_hashes=[login.password_hash, *login.former_hashes],
        must_be_changed=login.must_be_changed,
        max_signin_seconds=_seconds(login.max_signin),
    )


def _seconds(duration: timedelta | None) -> int | None:
    return None if duration is None else int(duration.total_seconds())


def _document(text: str) -> dict[str, Any] | str:
    content = json.loads(text)
    return content if isinstance(content, dict) else text


def _sorted(tags: "Map[str, str]") -> dict[str, str]:
    return {key: tags[key] for key in sorted(tags)}
