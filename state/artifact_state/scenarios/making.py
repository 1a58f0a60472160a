"""Worlds made of scenarios, by the domain's own operations, so that nothing is there that could not be.

Whatever refers to nothing, or to two things at once, is told with the place where it stands; nothing is made then.
"""

import json
from collections.abc import Iterator
from dataclasses import replace
from types import TracebackType
from typing import Any, TypeVar

from artifact_state import (
    accounts,
    agreements,
    answers,
    artifact_settings,
    catalog,
    closures,
    creations,
    delegation,
    hierarchy,
    inline_policies,
    invitations,
    organization,
    policies,
    role_changes,
    tags,
    trusted_access,
    users,
)
from artifact_state.attached_policies import attach_policy as attach_identity_policy
from artifact_state.clock import Clock
from artifact_state.errors import Refused
from artifact_state.model import (
    CreationState,
    FeatureSet,
    NotificationSubscription,
    Organization,
    PartyKind,
    Role,
    State,
)
from artifact_state.model.identities import User
from artifact_state.principals import root_of
from artifact_state.roles import role_of
from artifact_state.scenarios.forms import (
    IdentityScenario,
    KnownAccount,
    MemberAccount,
    OrganizationScenario,
    RoleScenario,
    Scenario,
    Unit,
)
from artifact_state.users import user_of
from artifact_state.world import Options, Transaction, World, default_quotas

P = TypeVar("P")
Place = tuple[str | int, ...]
"""Where something stands in a scenario, such as `("organizations", 0, "accounts", 2)`."""


class ScenarioError(ValueError):
    """A scenario that cannot be: where, and why."""

    def __init__(self, place: Place, why: str) -> None:
        super().__init__(why)
        self.place = place
        self.why = why


def load(scenario: Scenario, options: Options | None = None) -> World:
    """Make the world that a scenario describes.

    Raises ScenarioError.
    """
    clock = Clock(frozen_at=scenario.clock) if scenario.clock else Clock()
    # What was true before the scenario took no time, and met no quota.
    quotas = replace(default_quotas(), invitations_per_day=100_000, closure_share=100)
    world = World(options=Options(quotas=quotas), clock=clock, state=State(seed=scenario.seed))
    _Maker(world, scenario).make()
    world.options = options or Options()
    world.events.clear()
    return world


class _Maker:
    """Makes a world, part after part, and knows by which names its parts are referred to."""

    def __init__(self, world: World, scenario: Scenario) -> None:
        self._world = world
        self._scenario = scenario
        self._accounts: dict[str, str] = {}
        self._units: dict[tuple[str, str], str] = {}

    def make(self) -> None:
        """Make everything, in the order in which one thing needs another."""
        for place, account in _placed(("accounts",), self._scenario.accounts):
            self._introduce(place, account)
        for place, one in _placed(("organizations",), self._scenario.organizations):
            self._organization(place, one)
        for place, user in _placed(("users",), self._scenario.users):
            self._identity(place, user)
        for place, role in _placed(("roles",), self._scenario.roles):
            self._identity(place, role)

    def _do(self, place: Place, account_id: str) -> "_Doing":
        return _Doing(self._world, place, account_id)

    def _introduce(self, place: Place, one: KnownAccount) -> None:
        self._name(place, one.id, one.id, one.name)
        self._check_email(place, one.email, one.id)
        with self._do(place, one.id) as tx:
            if one.name or one.email:
                accounts.introduce_account(tx, one.id, name=one.name, email=one.email)

    def _organization(self, place: Place, one: OrganizationScenario) -> None:
        management = one.management.id
        self._introduce((*place, "management"), one.management)
        with self._do((*place, "management"), management) as tx:
            made = organization.create_organization(tx, FeatureSet[one.features])
        self._policy_types(place, one, made)
        for where, unit in _placed((*place, "units"), one.units):
            self._unit(where, management, made.root_id, "", unit)
        for where, account in _placed((*place, "accounts"), one.accounts):
            self._member(where, management, made.root_id, account)
        for where, account in _placed((*place, "former_accounts"), one.former_accounts):
            account_id = self._member(where, management, made.root_id, account)
            with self._do(where, management) as tx:
                accounts.remove_account(tx, account_id)
        self._policies(place, one, made)
        self._trust(place, one)
        for where, delegate in _placed((*place, "delegated_administrators"), one.delegated_administrators):
            with self._do(where, management) as tx:
                account_id = self._account((*where, "account"), delegate.account)
                delegation.register_delegated_administrator(tx, account_id, delegate.service)
        for where, invitation in _placed((*place, "invitations"), one.invitations):
            with self._do(where, management) as tx:
                invitations.invite_account(tx, PartyKind.ACCOUNT, invitation.account, notes=invitation.notes)
        for where, account in _placed((*place, "accounts"), one.accounts):
            self._end(where, management, account)

    def _policy_types(self, place: Place, one: OrganizationScenario, made: Organization) -> None:
        for where, policy_type in _placed((*place, "policy_types"), one.policy_types):
            if policy_type not in made.enabled_policy_types:
                with self._do(where, one.management.id) as tx:
                    policies.enable_policy_type(tx, made.root_id, policy_type)

    def _unit(self, place: Place, management: str, parent_id: str, above: str, one: Unit) -> None:
        path = f"{above}/{one.name}".removeprefix("/")
        if (management, path) in self._units:
            raise ScenarioError((*place, "name"), f"{path} is there twice; give one of them another name")
        with self._do(place, management) as tx:
            made = hierarchy.create_unit(tx, parent_id, one.name, tuple(one.tags.items()))
        self._units[management, path] = made.id
        for where, below in _placed((*place, "units"), one.units):
            self._unit(where, management, made.id, path, below)

    def _member(self, place: Place, management: str, root_id: str, one: MemberAccount) -> str:
        self._check_email(place, one.email, one.id)
        make = self._created if one.joined == "created" else self._invited
        account_id = make(place, management, one)
        self._name(place, account_id, one.id, one.name)
        with self._do(place, management) as tx:
            if one.unit is not None:
                hierarchy.move_account(tx, account_id, root_id, self._unit_id((*place, "unit"), management, one.unit))
            if one.tags:
                tags.tag_resource(tx, account_id, tuple(one.tags.items()))
        with self._do((*place, "notifications"), account_id) as tx:
            if one.notifications is not None:
                wanted = "SUBSCRIBED" if one.notifications else "NOT_SUBSCRIBED"
                artifact_settings.choose_notifications(tx, NotificationSubscription[wanted])
        for where, agreement in _placed((*place, "agreements"), one.agreements):
            self._accept(where, account_id, agreement, for_organization=False)
        return account_id

    def _created(self, place: Place, management: str, one: MemberAccount) -> str:
        if one.id is not None and one.id in self._world.state.accounts:
            raise ScenarioError((*place, "id"), f"the account {one.id} is there already")
        email = one.email or f"{_slug(one.name)}@example.com"
        with self._do(place, management) as tx:
            made = creations.create_account(tx, name=one.name, email=email, account_id=one.id)
            if creations.creation_state(made, tx.now) is not CreationState.SUCCEEDED or made.account_id is None:
                why = made.failure.value if made.failure else "IN_PROGRESS"
                raise ScenarioError((*place, "email"), f"{email} cannot be an account's ({why}); give another address")
        return made.account_id

    def _invited(self, place: Place, management: str, one: MemberAccount) -> str:
        if one.id is None:
            raise ScenarioError(place, f"{one.name} was invited, and so had an id before: give it one with `id`")
        with self._do(place, one.id) as tx:
            accounts.introduce_account(tx, one.id, name=one.name, email=one.email)
        with self._do(place, management) as tx:
            handshake = invitations.invite_account(tx, PartyKind.ACCOUNT, one.id)
        with self._do(place, one.id) as tx:
            answers.accept_handshake(tx, handshake.id)
        return one.id

    def _policies(self, place: Place, one: OrganizationScenario, made: Organization) -> None:
        for where, policy in _placed((*place, "policies"), one.policies):
            text = policies.Text(name=policy.name, description=policy.description, content=_document(policy.content))
            with self._do((*where, "content"), one.management.id) as tx:
                kept = policies.create_policy(tx, policy.type, text)
            for target_place, target in _placed((*where, "attach"), policy.attach):
                with self._do(target_place, one.management.id) as tx:
                    target_id = self._target(target_place, one.management.id, made.root_id, target)
                    policies.attach_policy(tx, kept.id, target_id)

    def _trust(self, place: Place, one: OrganizationScenario) -> None:
        management = one.management.id
        for where, principal in _placed((*place, "trusted_services"), one.trusted_services):
            with self._do(where, management) as tx:
                trusted_access.enable_service_access(tx, principal)
        artifact = {agreements.ARTIFACT_DOCUMENTED_PRINCIPAL, agreements.ARTIFACT_SYNC_PRINCIPAL}
        for_a_while = bool(one.agreements) and artifact.isdisjoint(one.trusted_services)
        if for_a_while:
            with self._do((*place, "agreements"), management) as tx:
                trusted_access.enable_service_access(tx, agreements.ARTIFACT_DOCUMENTED_PRINCIPAL)
        for where, agreement in _placed((*place, "agreements"), one.agreements):
            self._accept(where, management, agreement, for_organization=True)
        if for_a_while:
            with self._do((*place, "agreements"), management) as tx:
                trusted_access.disable_service_access(tx, agreements.ARTIFACT_DOCUMENTED_PRINCIPAL)

    def _accept(self, place: Place, account_id: str, reference: str, *, for_organization: bool) -> None:
        offered = [one for one in catalog.agreements("aws") if one.for_organization is for_organization]
        found = next((one for one in offered if reference in (one.id, one.name)), None)
        if found is None:
            kind = "organization" if for_organization else "account"
            names = ", ".join(one.name for one in offered)
            raise ScenarioError(place, f"there is no {kind} agreement {reference!r}; there are {names}")
        with self._do(place, account_id) as tx:
            nda, token = agreements.get_nda(tx, found.id)
            token = agreements.accept_nda(tx, found.id, nda.nda_revision_id, token)
            agreement, terms, execute = agreements.get_agreement(tx, found.id, token)
            agreements.accept_agreement(tx, found.id, agreement.revision_id, terms_token=terms, execute_token=execute)

    def _end(self, place: Place, management: str, one: MemberAccount) -> None:
        """Let happen last what would keep the rest from happening."""
        account_id = self._account(place, one.id or one.name)
        if one.state == "closed":
            with self._do((*place, "state"), management) as tx:
                closures.close_account(tx, account_id)
        if one.state == "suspended":
            with self._do((*place, "state"), management) as tx:
                accounts.suspend_account(tx, account_id)

    def _identity(self, place: Place, one: IdentityScenario) -> None:
        account_id = self._account((*place, "account"), one.account)
        with self._do(place, account_id) as tx:
            if isinstance(one, RoleScenario):
                wanted = role_changes.NewRole(
                    name=one.name, trust_policy=_document(one.trust), path=one.path, description=one.description
                )
                role_changes.create_role(tx, wanted)
            else:
                users.create_user(tx, one.name, path=one.path)
        for where, arn in _placed((*place, "policies"), one.policies):
            with self._do(where, account_id) as tx:
                attach_identity_policy(tx, _identity(tx, one), arn)
        for name, document in one.inline.items():
            with self._do((*place, "inline", name), account_id) as tx:
                inline_policies.put_inline_policy(tx, _identity(tx, one), name, _document(document))

    def _name(self, place: Place, account_id: str, given: str | None, name: str | None) -> None:
        """Let an account be referred to by its id and its name; a name that two have refers to neither."""
        if given is not None and given in self._accounts:
            raise ScenarioError((*place, "id"), f"the account {given} is there twice; each account stands in one place")
        self._accounts[account_id] = account_id
        if name is not None:
            self._accounts[name] = "" if name in self._accounts else account_id

    def _check_email(self, place: Place, email: str | None, account_id: str | None) -> None:
        owner = accounts.account_with_email(self._world.state, email) if email else None
        if owner is not None and owner != account_id:
            raise ScenarioError((*place, "email"), f"{email} is the address of {owner} already; give another one")

    def _account(self, place: Place, reference: str) -> str:
        if reference.isdecimal() and len(reference) == 12:
            return reference
        found = self._accounts.get(reference)
        if found == "":
            raise ScenarioError(place, f"{reference!r} is the name of several accounts; use the id")
        if found is None:
            names = ", ".join(sorted(self._accounts))
            raise ScenarioError(place, f"there is no account {reference!r}; there are {names}")
        return found

    def _unit_id(self, place: Place, management: str, path: str) -> str:
        found = self._units.get((management, path))
        if found is None:
            known = ", ".join(path for owner, path in self._units if owner == management) or "none"
            raise ScenarioError(place, f"there is no organizational unit {path!r}; there are {known}")
        return found

    def _target(self, place: Place, management: str, root_id: str, reference: str) -> str:
        if reference == "root":
            return root_id
        unit = self._units.get((management, reference))
        return unit or self._account(place, reference)


class _Doing:
    """A transaction of an account's root user; what the domain refuses is told with its place."""

    def __init__(self, world: World, place: Place, account_id: str) -> None:
        self._transaction = world.transaction(root_of(account_id))
        self._place = place

    def __enter__(self) -> Transaction:
        return self._transaction.__enter__()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._transaction.__exit__(kind, error, trace)
        if isinstance(error, Refused):
            why = getattr(error, "reason", None) or getattr(error, "why", None)
            detail = f" ({getattr(why, 'value', why)})" if why else f" ({error})" if str(error) else ""
            raise ScenarioError(self._place, f"refused: {type(error).__name__}{detail}") from error


def _identity(tx: Transaction, one: IdentityScenario) -> User | Role:
    account_id = tx.caller.account_id
    if isinstance(one, RoleScenario):
        return role_of(tx.state, account_id, one.name, tx.now)
    return user_of(tx.state, account_id, one.name)


def _placed(place: Place, parts: list[P]) -> Iterator[tuple[Place, P]]:
    return (((*place, at), one) for at, one in enumerate(parts))


def _document(content: dict[str, Any] | str) -> str:
    return content if isinstance(content, str) else json.dumps(content)


def _slug(name: str) -> str:
    letters = "".join(letter if letter.isascii() and letter.isalnum() else "-" for letter in name.lower())
    return "-".join(filter(None, letters.split("-"))) or "account"
