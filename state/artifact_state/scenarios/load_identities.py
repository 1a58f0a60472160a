"""Loading of IAM: policies, groups, users and roles, in the order of their dependencies."""

from datetime import timedelta

from artifact_state import arns, catalog
from artifact_state.iam import (
    groups,
    identity_providers,
    inline_policies,
    instance_profiles,
    logins,
    mfa_devices,
    role_changes,
    users,
)
from artifact_state.iam.attached_policies import attach_policy
from artifact_state.iam.initial_roles import trust_policy_for
from artifact_state.iam.linked_roles import ensure_linked_role
from artifact_state.iam.logins import PasswordHashes
from artifact_state.iam.managed_policies import NewPolicy, create_policy
from artifact_state.iam.one_time_passwords import code_at, step_at
from artifact_state.iam.policy_references import boundary_reference
from artifact_state.iam.role_templates import template_of
from artifact_state.iam.roles import role_of
from artifact_state.iam.saml_providers import SamlMetadata, create_saml_provider
from artifact_state.model import Role
from artifact_state.model.identities import Group, User
from artifact_state.scenarios.references import LoadContext, Place, ScenarioError, policy_text, suggestion, with_places
from artifact_state.scenarios.schema import (
    BoundedScenario,
    CustomerPolicyScenario,
    GroupScenario,
    IdentityProviderScenario,
    IdentityScenario,
    InstanceProfileScenario,
    LinkedRoleScenario,
    MfaDeviceScenario,
    RoleScenario,
    SamlProviderScenario,
    Scenario,
    UserScenario,
)
from artifact_state.world import Transaction


def load_identities(context: LoadContext, scenario: Scenario) -> None:
    """Create the identities and policies of all accounts.

    Raises ScenarioError.
    """
    for place, policy in with_places(("customer_policies",), scenario.customer_policies):
        _load_policy(context, place, policy)
    for table in ("groups", "users", "roles"):
        for place, identity in with_places((table,), getattr(scenario, table)):
            _load_identity(context, place, identity)
    for place, role in with_places(("roles",), scenario.roles):
        with context.transaction((*place, "trust"), context.find_account((*place, "account"), role.account)) as tx:
            role_changes.update_trust_policy(tx, role.name, policy_text(role.trust), accept_deleted=True)
    for place, linked in with_places(("linked_roles",), scenario.linked_roles):
        _load_linked_role(context, place, linked)
    for place, profile in with_places(("instance_profiles",), scenario.instance_profiles):
        _load_instance_profile(context, place, profile)
    for place, device in with_places(("mfa_devices",), scenario.mfa_devices):
        _load_mfa_device(context, place, device)
    for place, provider in with_places(("identity_providers",), scenario.identity_providers):
        _load_identity_provider(context, place, provider)
    for place, saml in with_places(("saml_providers",), scenario.saml_providers):
        _load_saml_provider(context, place, saml)


def _load_policy(context: LoadContext, place: Place, policy: CustomerPolicyScenario) -> None:
    with context.transaction(place, context.find_account((*place, "account"), policy.account)) as tx:
        new_policy = NewPolicy(
            name=policy.name,
            document=policy_text(policy.document),
            path=policy.path,
            description=policy.description,
            tags=tuple(policy.tags.items()),
        )
        create_policy(tx, new_policy)


def _load_linked_role(context: LoadContext, place: Place, linked: LinkedRoleScenario) -> None:
    account_id = context.find_account((*place, "account"), linked.account)
    if catalog.linked_role_of(linked.service, context.world.options.services) is None:
        raise ScenarioError((*place, "service"), f"{linked.service} has no service-linked role")
    with context.transaction(place, account_id) as tx:
        ensure_linked_role(tx, account_id, linked.service, suffix=linked.suffix)


def _load_instance_profile(context: LoadContext, place: Place, profile: InstanceProfileScenario) -> None:
    with context.transaction(place, context.find_account((*place, "account"), profile.account)) as tx:
        instance_profiles.create_instance_profile(tx, profile.name, path=profile.path, tags=profile.tags.items())
        if profile.role is not None:
            instance_profiles.add_role(tx, profile.name, profile.role)


def _load_mfa_device(context: LoadContext, place: Place, device: MfaDeviceScenario) -> None:
    with context.transaction(place, context.find_account((*place, "account"), device.account)) as tx:
        created = mfa_devices.create_device(
            tx, device.name, path=device.path, tags=device.tags.items(), seed=device.seed
        )
        if device.user is not None:
            step = step_at(tx.now)
            codes = code_at(created.seed, step - 1), code_at(created.seed, step)
            serial_number = arns.mfa_device(tx.caller.partition, tx.caller.account_id, created.name)
            mfa_devices.enable_device(tx, device.user, serial_number, codes)


def _load_identity_provider(context: LoadContext, place: Place, provider: IdentityProviderScenario) -> None:
    with context.transaction(place, context.find_account((*place, "account"), provider.account)) as tx:
        identity_providers.create_provider(
            tx,
            provider.url,
            client_ids=provider.client_ids,
            thumbprints=provider.thumbprints,
            tags=provider.tags.items(),
        )


def _load_saml_provider(context: LoadContext, place: Place, provider: SamlProviderScenario) -> None:
    metadata = SamlMetadata(
        document=provider.metadata,
        issuer=provider.issuer,
        certificates=tuple(provider.certificates),
        valid_until=provider.valid_until,
    )
    with context.transaction(place, context.find_account((*place, "account"), provider.account)) as tx:
        create_saml_provider(tx, provider.name, metadata, tags=provider.tags.items())


def _load_identity(context: LoadContext, place: Place, identity: IdentityScenario) -> None:
    account_id = context.find_account((*place, "account"), identity.account)
    with context.transaction(place, account_id) as tx:
        _create(tx, identity)
    if isinstance(identity, UserScenario):
        _add_to_groups(context, place, account_id, identity)
        _set_login(context, (*place, "login"), account_id, identity)
    for policy_place, arn in with_places((*place, "policies"), identity.policies):
        with context.transaction(policy_place, account_id) as tx:
            attach_policy(tx, _record_of(tx, identity), arn)
    for name, content in identity.inline.items():
        with context.transaction((*place, "inline", name), account_id) as tx:
            inline_policies.put_inline_policy(tx, _record_of(tx, identity), name, policy_text(content))


def _add_to_groups(context: LoadContext, place: Place, account_id: str, user: UserScenario) -> None:
    for group_place, name in with_places((*place, "groups"), user.groups):
        with context.transaction(group_place, account_id) as tx:
            known = {group.name.lower(): group.name for group in tx.state.groups.get(account_id, ())}
            if name.lower() not in known:
                raise ScenarioError(group_place, f"there is no group {name!r}{suggestion(name, known.values())}")
            groups.add_user(tx, name, user.name)


def _set_login(context: LoadContext, place: Place, account_id: str, user: UserScenario) -> None:
    login = user.login
    if login is None:
        return
    with context.transaction(place, account_id) as tx:
        logins.create_login(
            tx,
            login.password if login.password is not None else PasswordHashes(login.password_hashes),
            user_name=user.name,
            must_be_changed=login.must_be_changed,
            max_signin=_duration(login.max_signin_seconds),
        )


def _create(tx: Transaction, identity: IdentityScenario) -> None:
    if isinstance(identity, GroupScenario):
        groups.create_group(tx, identity.name, path=identity.path)
    if isinstance(identity, UserScenario):
        boundary = boundary_reference(tx, identity.boundary) if identity.boundary else None
        users.create_user(tx, identity.name, path=identity.path, tags=_pairs(identity), boundary=boundary)
    if isinstance(identity, RoleScenario):
        new_role = role_changes.NewRole(
            name=identity.name,
            # Roles can trust each other, so each gets its trust policy once all exist.
            trust_policy=trust_policy_for(aws=tx.caller.account_id),
            path=identity.path,
            description=identity.description,
            max_session=timedelta(seconds=identity.max_session_seconds),
            max_signin=_duration(identity.max_signin_seconds),
            boundary=identity.boundary,
            tags=_pairs(identity),
            template_arn=template_of(identity.template, None).arn if identity.template else "",
        )
        role_changes.create_role(tx, new_role)


def _record_of(tx: Transaction, identity: IdentityScenario) -> User | Group | Role:
    account_id = tx.caller.account_id
    if isinstance(identity, GroupScenario):
        return groups.group_of(tx.state, account_id, identity.name)
    if isinstance(identity, UserScenario):
        return users.user_of(tx.state, account_id, identity.name)
    return role_of(tx.state, account_id, identity.name, tx.now)


def _duration(seconds: int | None) -> timedelta | None:
    return None if seconds is None else timedelta(seconds=seconds)


def _pairs(identity: BoundedScenario) -> tuple[tuple[str, str], ...]:
    return tuple(identity.tags.items())
