"""Worlds made of scenarios, by the domain's own operations, so that nothing is there that could not be.

A scenario says what is the case, and not since when: all of it comes to be at one instant. If any part of it cannot
be, nothing is made.
"""

from dataclasses import replace

from artifact_state import catalog
from artifact_state.artifact import agreements, settings
from artifact_state.clock import Clock, InstantOutOfRange
from artifact_state.iam import linked_roles
from artifact_state.iam.roles import mark_role_deleted, role_of
from artifact_state.model import (
    CreationState,
    FeatureSet,
    NotificationSubscription,
    Organization,
    PartyKind,
    PolicyType,
    RootFeature,
    State,
    TerminatedBy,
)
from artifact_state.organizations import (
    account_closure,
    account_creation,
    accounts,
    delegation,
    handshake_responses,
    hierarchy,
    organization,
    root_access,
    tags,
    trusted_access,
)
from artifact_state.organizations.handshakes import account_invitations
from artifact_state.organizations.policies import attachments, policies, policy_types, resource_policy, targets
from artifact_state.scenarios.load_identities import make_identities
from artifact_state.scenarios.load_reports import make_report
from artifact_state.scenarios.references import Place, ScenarioError, Workshop, document, instead, placed, step
from artifact_state.scenarios.schema import (
    Accepted,
    EndedAgreement,
    KnownAccount,
    ManagementAccount,
    MemberAccount,
    OrganizationPolicy,
    OrganizationScenario,
    Scenario,
    StandaloneAccount,
    Unit,
)
from artifact_state.world import Options, World, default_quotas

__all__ = ["Place", "ScenarioError", "load"]

_ARTIFACT = frozenset({agreements.ARTIFACT_DOCUMENTED_PRINCIPAL, agreements.ARTIFACT_SYNC_PRINCIPAL})
_MANY = 100_000
Pairs = tuple[tuple[str, str], ...]


def load(scenario: Scenario, options: Options | None = None) -> World:
    """Make the world that a scenario describes.

    Raises ScenarioError.
    """
    try:
        clock = Clock(frozen_at=scenario.clock or Clock().now())
    except InstantOutOfRange as error:
        raise ScenarioError(("clock",), str(error)) from None
    # What was true before the scenario took no time, and met no quota of a day or a month.
    quotas = replace(
        default_quotas(),
        invitations_per_day=_MANY,
        concurrent_account_closures=_MANY,
        closures_in_small_organization=_MANY,
        closure_share=100,
    )
    options = options or Options()
    world = World(
        options=Options(quotas=quotas, services=options.services), clock=clock, state=State(seed=scenario.seed)
    )
    _make(Workshop(world), scenario)
    if scenario.clock is None:
        clock.resume()
    # Anew, so that a reset leads back to just this.
    return World(options=options, clock=clock, state=world.state)


def _make(shop: Workshop, scenario: Scenario) -> None:
    """Make everything, in the order in which one thing needs another."""
    for place, one in placed(("accounts",), scenario.accounts):
        _make_standalone(shop, place, one)
    for place, wanted in placed(("organizations",), scenario.organizations):
        _OrganizationMaker(shop, place, wanted).make()
    make_identities(shop, scenario)
    for place, report in placed(("reports",), scenario.reports):
        make_report(shop, place, report)
    for place, one in placed(("accounts",), scenario.accounts):
        _suspend(shop, place, one.id, one.state)


def _make_standalone(shop: Workshop, place: Place, one: StandaloneAccount) -> None:
    shop.locate(one.id, one.partition)
    _introduce(shop, place, one)
    _settle(shop, place, one.id, one)


def _introduce(shop: Workshop, place: Place, one: KnownAccount) -> None:
    shop.name(place, one.id, one.id, one.name)
    shop.check_email(place, one.email, one.id)
    with shop.do(place, one.id) as tx:
        if one.name or one.email:
            accounts.set_account_details(tx, one.id, name=one.name, email=one.email)


def _settle(shop: Workshop, place: Place, account_id: str, one: KnownAccount | MemberAccount) -> None:
    """Let an account have what it chose and accepted for itself."""
    if one.notifications is not None:
        with shop.do((*place, "notifications"), account_id) as tx:
            wanted = "SUBSCRIBED" if one.notifications else "NOT_SUBSCRIBED"
            settings.update_notifications(tx, NotificationSubscription[wanted])
    _accept_all(shop, (*place, "agreements"), account_id, one.agreements, for_organization=False)


def _suspend(shop: Workshop, place: Place, account_id: str, state: str) -> None:
    if state == "suspended":
        with shop.do((*place, "state"), account_id) as tx:
            accounts.suspend_account(tx, account_id)


def _accept_all(shop: Workshop, place: Place, account_id: str, accepted: Accepted, *, for_organization: bool) -> None:
    for where, one in placed(place, accepted):
        reference, ended = (one.agreement, one.terminated) if isinstance(one, EndedAgreement) else (one, None)
        partition = shop.partition_of(account_id)
        agreement = _agreement(where, reference, partition, for_organization=for_organization)
        if agreement.offline:
            _sign_offline(shop, where, account_id, agreement, ended)
            continue
        with shop.do(where, account_id) as tx:
            _, token = agreements.get_nda(tx, agreement.id)
            token = agreements.accept_nda(tx, agreement.id, agreement.nda_revision_id, token)
            _, terms, execute = agreements.get_agreement(tx, agreement.id, token)
            acceptance = agreements.accept_agreement(
                tx, agreement.id, agreement.revision_id, terms_token=terms, execute_token=execute
            )
            if ended is TerminatedBy.AWS:
                agreements.terminate_by_aws(tx, acceptance.id)
            if ended is TerminatedBy.CUSTOMER:
                _, termination = agreements.get_customer_agreement(tx, acceptance.id)
                agreements.terminate_agreement(tx, acceptance.id, str(termination))


def _sign_offline(
    shop: Workshop, place: Place, account_id: str, agreement: catalog.Agreement, ended: TerminatedBy | None
) -> None:
    if ended is TerminatedBy.CUSTOMER:
        raise ScenarioError((*place, "terminated"), "no customer terminates an agreement that was signed offline")
    with shop.do(place, account_id) as tx:
        acceptance = agreements.sign_offline(tx, agreement.id)
        if ended is TerminatedBy.AWS:
            agreements.terminate_by_aws(tx, acceptance.id)


def _agreement(place: Place, reference: str, partition: str, *, for_organization: bool) -> catalog.Agreement:
    known = (*catalog.agreements(partition), *catalog.offline_agreements(partition))
    offered = [one for one in known if one.for_organization is for_organization]
    found = next((one for one in offered if reference in (one.id, one.name)), None)
    if found is None:
        kind = "organization" if for_organization else "account"
        names = instead(reference, [one.name for one in offered])
        raise ScenarioError(place, f"there is no {kind} agreement {reference!r}{names}")
    return found


class _OrganizationMaker:
    """Makes one organization, part after part, as its management account."""

    def __init__(self, shop: Workshop, place: Place, wanted: OrganizationScenario) -> None:
        self._shop = shop
        self._place = place
        self._wanted = wanted
        self._management = wanted.management.id
        self._root_id = ""

    def make(self) -> None:
        """Make everything, in the order in which one thing needs another."""
        made = self._begin()
        self._trust()
        self._enable_policies(made)
        for place, unit in placed((*self._place, "units"), self._wanted.units):
            self._unit(place, self._root_id, "", unit)
        self._arrange((*self._place, "management"), self._management, self._wanted.management)
        _settle(self._shop, (*self._place, "management"), self._management, self._wanted.management)
        members = [
            (place, one, self._member(place, one)) for place, one in placed((*self._place, "accounts"), self._accounts)
        ]
        for place, one in placed((*self._place, "former_accounts"), self._wanted.former_accounts):
            self._former_member(place, one)
        self._attach_policies()
        _accept_all(
            self._shop, (*self._place, "agreements"), self._management, self._wanted.agreements, for_organization=True
        )
        self._delegate()
        self._enable_root_access()
        self._distrust()
        self._invite()
        self._set_linked_role()
        for place, one, account_id in members:
            self._end(place, account_id, one.state)
        self._end((*self._place, "management"), self._management, self._wanted.management.state)

    @property
    def _accounts(self) -> list[MemberAccount]:
        return self._wanted.accounts

    def _begin(self) -> Organization:
        self._shop.locate(self._management, self._wanted.partition)
        _introduce(self._shop, (*self._place, "management"), self._wanted.management)
        with self._shop.do((*self._place, "management"), self._management) as tx:
            made = organization.create_organization(tx, FeatureSet[self._wanted.features])
            if self._wanted.tags:
                tags.tag_resource(tx, made.root_id, _pairs(self._wanted.tags))
        self._root_id = made.root_id
        return made

    def _for_a_while(self) -> list[str]:
        """Name the services that were trusted when something was done, and are no longer."""
        trusted = self._wanted.trusted_services
        needed = [one.service for one in self._wanted.delegated_administrators]
        if self._wanted.agreements and _ARTIFACT.isdisjoint(trusted):
            needed.append(agreements.ARTIFACT_DOCUMENTED_PRINCIPAL)
        if self._wanted.root_access:
            needed.append(root_access.IAM_PRINCIPAL)
        return [one for one in dict.fromkeys(needed) if one not in trusted]

    def _trust(self) -> None:
        for place, principal in placed((*self._place, "trusted_services"), self._wanted.trusted_services):
            added = self._shop.world.options.services
            if catalog.service_of(principal, added) is None:
                services = (*catalog.trusted_services(), *added)
                known = [name for service in services for name in service.principals]
                raise ScenarioError(place, f"there is no service {principal!r} to trust{instead(principal, known)}")
            with self._shop.do(place, self._management) as tx:
                trusted_access.enable_service_access(tx, principal)
        for principal in self._for_a_while():
            with self._shop.do(self._reason_of(principal), self._management) as tx:
                trusted_access.enable_service_access(tx, principal)

    def _distrust(self) -> None:
        for principal in self._for_a_while():
            with self._shop.do(self._reason_of(principal), self._management) as tx:
                trusted_access.disable_service_access(tx, principal)

    def _reason_of(self, principal: str) -> Place:
        """Tell the place that makes it necessary to have trusted a service."""
        for at, one in enumerate(self._wanted.delegated_administrators):
            if one.service == principal:
                return (*self._place, "delegated_administrators", at, "service")
        is_of_root = principal == root_access.IAM_PRINCIPAL
        return (*self._place, "root_access" if is_of_root else "agreements")

    def _enable_root_access(self) -> None:
        for place, feature in placed((*self._place, "root_access"), self._wanted.root_access):
            with self._shop.do(place, self._management) as tx:
                root_access.enable_root_feature(tx, RootFeature(feature))

    def _enable_policies(self, made: Organization) -> None:
        always = PolicyType.SERVICE_CONTROL_POLICY
        if not self._wanted.service_control_policies and always in made.enabled_policy_types:
            with self._shop.do((*self._place, "service_control_policies"), self._management) as tx:
                policy_types.disable_policy_type(tx, self._root_id, always)
        for place, policy_type in placed((*self._place, "policy_types"), self._wanted.policy_types):
            if policy_type not in made.enabled_policy_types:
                with self._shop.do(place, self._management) as tx:
                    policy_types.enable_policy_type(tx, self._root_id, policy_type)

    def _unit(self, place: Place, parent_id: str, above: str, one: Unit) -> None:
        path = f"{above}/{step(one.name)}".removeprefix("/")
        with self._shop.do((*place, "name"), self._management) as tx:
            if one.name in tx.state.units[parent_id].names:
                raise ScenarioError((*place, "name"), f"{path} is there twice; give one of them another name")
            made = hierarchy.create_unit(tx, parent_id, one.name, _pairs(one.tags))
        self._shop.keep_unit(place, self._management, path, made.id)
        for where, below in placed((*place, "units"), one.units):
            self._unit(where, made.id, path, below)

    def _member(self, place: Place, one: MemberAccount) -> str:
        self._shop.check_email(place, one.email, one.id)
        if one.id is not None:
            self._shop.locate(one.id, self._wanted.partition)
        account_id = self._created(place, one) if one.joined == "created" else self._invited(place, one)
        self._shop.locate(account_id, self._wanted.partition)
        self._shop.name(place, account_id, one.id, one.name)
        self._arrange(place, account_id, one)
        _settle(self._shop, place, account_id, one)
        return account_id

    def _arrange(self, place: Place, account_id: str, one: MemberAccount | ManagementAccount) -> None:
        with self._shop.do(place, self._management) as tx:
            if one.unit is not None:
                unit_id = self._shop.unit((*place, "unit"), self._management, one.unit)
                hierarchy.move_account(tx, account_id, self._root_id, unit_id)
            if one.tags:
                tags.tag_resource(tx, account_id, _pairs(one.tags))

    def _created(self, place: Place, one: MemberAccount) -> str:
        if one.name is None:
            raise ScenarioError(place, "an account that was created has a name: give it one with `name`")
        if one.id is not None and one.id in self._shop.world.state.accounts:
            raise ScenarioError((*place, "id"), f"the account {one.id} is there already")
        email = one.email or f"{_slug(one.name)}@example.com"
        with self._shop.do(place, self._management) as tx:
            made = account_creation.create_account(
                tx, name=one.name, email=email, role_name=one.access_role, account_id=one.id
            )
            if account_creation.creation_state(made, tx.now) is not CreationState.SUCCEEDED or made.account_id is None:
                why = made.failure.value if made.failure else "IN_PROGRESS"
                raise ScenarioError((*place, "email"), f"{email} cannot be an account's ({why}); give another address")
            if one.access_role is None:
                mark_role_deleted(
                    tx, role_of(tx.state, made.account_id, account_creation.DEFAULT_ACCESS_ROLE, tx.now), tx.now
                )
        return made.account_id

    def _invited(self, place: Place, one: MemberAccount) -> str:
        if one.id is None:
            raise ScenarioError(place, f"{one.name} was invited, and so had an id before: give it one with `id`")
        with self._shop.do(place, one.id) as tx:
            if one.name or one.email:
                accounts.set_account_details(tx, one.id, name=one.name, email=one.email)
        with self._shop.do(place, self._management) as tx:
            handshake = account_invitations.invite_account(tx, PartyKind.ACCOUNT, one.id)
        with self._shop.do(place, one.id) as tx:
            handshake_responses.accept_handshake(tx, handshake.id)
        return one.id

    def _former_member(self, place: Place, one: MemberAccount) -> None:
        account_id = self._member(place, one)
        with self._shop.do(place, self._management) as tx:
            accounts.remove_account(tx, account_id)
        self._end(place, account_id, one.state)

    def _attach_policies(self) -> None:
        for place, policy in placed((*self._place, "policies"), self._wanted.policies):
            self._policy(place, policy)
        for place, one in placed((*self._place, "detached"), self._wanted.detached):
            managed = [one for one in map(attachments.aws_managed_policy, PolicyType) if one is not None]
            found = next((known for known in managed if one.policy in (known.id, known.name)), None)
            if found is None:
                names = instead(one.policy, [known.name for known in managed])
                raise ScenarioError((*place, "policy"), f"there is no policy of AWS {one.policy!r}{names}")
            for where, target in placed((*place, "targets"), one.targets):
                with self._shop.do(where, self._management) as tx:
                    targets.detach_policy(tx, found.id, self._shop.target(where, self._management, target))
        if delegating := self._wanted.resource_policy:
            with self._shop.do((*self._place, "resource_policy"), self._management) as tx:
                resource_policy.put_resource_policy(tx, document(delegating.content), _pairs(delegating.tags))

    def _policy(self, place: Place, policy: OrganizationPolicy) -> None:
        text = policies.PolicyText(name=policy.name, description=policy.description, content=document(policy.content))
        with self._shop.do((*place, "content"), self._management) as tx:
            kept = policies.create_policy(tx, policy.type, text, _pairs(policy.tags))
        for where, target in placed((*place, "attach"), policy.attach):
            with self._shop.do(where, self._management) as tx:
                targets.attach_policy(tx, kept.id, self._shop.target(where, self._management, target))

    def _delegate(self) -> None:
        for place, one in placed((*self._place, "delegated_administrators"), self._wanted.delegated_administrators):
            with self._shop.do(place, self._management) as tx:
                account_id = self._shop.account((*place, "account"), one.account)
                delegation.register_delegated_administrator(tx, account_id, one.service)

    def _invite(self) -> None:
        for place, one in placed((*self._place, "invitations"), self._wanted.invitations):
            kind = PartyKind.ACCOUNT if one.account else PartyKind.EMAIL
            target = one.account or str(one.email)
            with self._shop.do(place, self._management) as tx:
                account_invitations.invite_account(tx, kind, target, notes=one.notes, tags=_pairs(one.tags))

    def _set_linked_role(self) -> None:
        wanted = self._wanted.linked_role
        if wanted is None:
            return
        with self._shop.do((*self._place, "linked_role"), self._management) as tx:
            linked_roles.ensure_linked_role(tx, self._management, linked_roles.ARTIFACT_PRINCIPAL)
            linked = catalog.linked_role_of(linked_roles.ARTIFACT_PRINCIPAL)
            if not wanted and linked is not None:
                role = role_of(tx.state, self._management, linked.name, tx.now)
                if linked_roles.linked_role_usages(tx, role):
                    why = "AWS Artifact is trusted and so uses its role; let it not be trusted, or the role be there"
                    raise ScenarioError((*self._place, "linked_role"), why)
                mark_role_deleted(tx, role, tx.now)

    def _end(self, place: Place, account_id: str, state: str) -> None:
        """Let happen last what would keep the rest from happening."""
        if state == "closed":
            with self._shop.do((*place, "state"), self._management) as tx:
                account_closure.close_account(tx, account_id)
        _suspend(self._shop, place, account_id, state)


def _pairs(held: dict[str, str]) -> Pairs:
    return tuple(held.items())


def _slug(name: str) -> str:
    letters = "".join(letter if letter.isascii() and letter.isalnum() else "-" for letter in name.lower())
    return "-".join(filter(None, letters.split("-"))) or "account"
