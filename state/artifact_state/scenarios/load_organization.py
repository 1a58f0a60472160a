"""Loading of an organization: its tree, accounts, policies, trusted services and delegations."""

from collections.abc import Iterator

from artifact_state import catalog
from artifact_state.artifact import agreements
from artifact_state.iam import linked_roles
from artifact_state.iam.roles import mark_role_deleted, role_of
from artifact_state.model import CreationState, FeatureSet, PartyKind, PolicyType, RootFeature
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
from artifact_state.scenarios.load_accounts import (
    accept_agreements,
    load_account_contents,
    load_known_account,
    set_details,
    suspend,
)
from artifact_state.scenarios.references import (
    LoadContext,
    Place,
    ScenarioError,
    ScenarioTransaction,
    escape_name,
    policy_text,
    suggestion,
    with_places,
)
from artifact_state.scenarios.schema import (
    DetachedPolicy,
    ManagementAccount,
    MemberAccount,
    OrganizationPolicy,
    OrganizationScenario,
    Unit,
)

_ARTIFACT_PRINCIPALS = frozenset({agreements.ARTIFACT_DOCUMENTED_PRINCIPAL, agreements.ARTIFACT_SYNC_PRINCIPAL})
Pairs = tuple[tuple[str, str], ...]


class OrganizationLoader:
    """Creates one organization as its management account."""

    def __init__(self, context: LoadContext, place: Place, scenario: OrganizationScenario) -> None:
        self._context = context
        self._place = place
        self._scenario = scenario
        self._management = scenario.management.id
        self._root_id = ""

    def load(self) -> None:
        """Create the organization in the order of the dependencies.

        Raises ScenarioError.
        """
        self._create()
        self._enable_trusted_access()
        self._enable_policy_types()
        for place, unit in with_places(self._at("units"), self._scenario.units):
            self._load_unit(place, self._root_id, "", unit)
        management_place = self._at("management")
        self._place_account(management_place, self._management, self._scenario.management)
        load_account_contents(self._context, management_place, self._management, self._scenario.management)
        members = [
            (place, self._load_member(place, member), member.state)
            for place, member in with_places(self._at("accounts"), self._scenario.accounts)
        ]
        for place, member in with_places(self._at("former_accounts"), self._scenario.former_accounts):
            self._load_former_member(place, member)
        self._load_policies()
        accept_agreements(
            self._context, self._at("agreements"), self._management, self._scenario.agreements, for_organization=True
        )
        self._register_delegated_administrators()
        self._enable_root_access()
        self._disable_temporary_access()
        self._send_invitations()
        self._set_artifact_role()
        # A closed or suspended account can do nothing, so its state comes last.
        for place, account_id, state in members:
            self._set_state(place, account_id, state)
        self._set_state(management_place, self._management, self._scenario.management.state)

    def _at(self, *steps: str | int) -> Place:
        return (*self._place, *steps)

    def _transaction(self, place: Place) -> ScenarioTransaction:
        return self._context.transaction(place, self._management)

    def _create(self) -> None:
        self._context.set_partition(self._management, self._scenario.partition)
        load_known_account(self._context, self._at("management"), self._scenario.management)
        with self._transaction(self._at("management")) as tx:
            created = organization.create_organization(tx, FeatureSet[self._scenario.features])
            if self._scenario.tags:
                tags.tag_resource(tx, created.root_id, _pairs(self._scenario.tags))
        self._root_id = created.root_id

    def _temporary_principals(self) -> list[str]:
        """Return the services that need trusted access during loading but have none in the scenario."""
        trusted = self._scenario.trusted_services
        needed = [administrator.service for administrator in self._scenario.delegated_administrators]
        if self._scenario.agreements and _ARTIFACT_PRINCIPALS.isdisjoint(trusted):
            needed.append(agreements.ARTIFACT_DOCUMENTED_PRINCIPAL)
        if self._scenario.root_access:
            needed.append(root_access.IAM_PRINCIPAL)
        return [principal for principal in dict.fromkeys(needed) if principal not in trusted]

    def _enable_trusted_access(self) -> None:
        added = self._context.world.options.services
        for place, principal in with_places(self._at("trusted_services"), self._scenario.trusted_services):
            if catalog.service_of(principal, added) is None:
                services = (*catalog.trusted_services(), *added)
                known = [name for service in services for name in service.principals]
                raise ScenarioError(place, f"there is no service {principal!r} to trust{suggestion(principal, known)}")
            with self._transaction(place) as tx:
                trusted_access.enable_service_access(tx, principal)
        for principal in self._temporary_principals():
            with self._transaction(self._reason_for(principal)) as tx:
                trusted_access.enable_service_access(tx, principal)

    def _disable_temporary_access(self) -> None:
        for principal in self._temporary_principals():
            with self._transaction(self._reason_for(principal)) as tx:
                trusted_access.disable_service_access(tx, principal)

    def _reason_for(self, principal: str) -> Place:
        """Return the place for which a service needs trusted access."""
        for index, administrator in enumerate(self._scenario.delegated_administrators):
            if administrator.service == principal:
                return self._at("delegated_administrators", index, "service")
        return self._at("root_access" if principal == root_access.IAM_PRINCIPAL else "agreements")

    def _enable_root_access(self) -> None:
        for place, feature in with_places(self._at("root_access"), self._scenario.root_access):
            with self._transaction(place) as tx:
                root_access.enable_root_feature(tx, RootFeature(feature))

    def _enable_policy_types(self) -> None:
        places: dict[PolicyType, Place] = {}
        for place, policy_type in self._policy_types():
            places.setdefault(policy_type, place)
        for policy_type, place in places.items():
            with self._transaction(place) as tx:
                policy_types.enable_policy_type(tx, self._root_id, policy_type)

    def _policy_types(self) -> Iterator[tuple[Place, PolicyType]]:
        """Yield the policy types that are enabled, because they are listed or because a policy is attached."""
        if self._scenario.service_control_policies and self._scenario.features == "ALL":
            yield self._at("service_control_policies"), PolicyType.SERVICE_CONTROL_POLICY
        yield from with_places(self._at("policy_types"), self._scenario.policy_types)
        for place, policy in with_places(self._at("policies"), self._scenario.policies):
            if policy.attach:
                yield (*place, "type"), policy.type

    def _load_unit(self, place: Place, parent_id: str, parent_path: str, unit: Unit) -> None:
        path = f"{parent_path}/{escape_name(unit.name)}".removeprefix("/")
        with self._transaction((*place, "name")) as tx:
            if unit.name in tx.state.units[parent_id].names:
                raise ScenarioError((*place, "name"), f"{path} appears twice; give one of them another name")
            unit_id = hierarchy.create_unit(tx, parent_id, unit.name, _pairs(unit.tags)).id
        self._context.register_unit(place, self._management, path, unit_id)
        for child_place, child in with_places((*place, "units"), unit.units):
            self._load_unit(child_place, unit_id, path, child)

    def _load_member(self, place: Place, member: MemberAccount) -> str:
        self._context.check_email(place, member.email, member.id)
        if member.id is not None:
            self._context.set_partition(member.id, self._scenario.partition)
        account_id = self._create_member(place, member) if member.joined == "created" else self._invite(place, member)
        self._context.set_partition(account_id, self._scenario.partition)
        self._context.register_account(place, account_id, member.id, member.name)
        load_account_contents(self._context, place, account_id, member)
        self._context.count_member()
        return account_id

    def _place_account(self, place: Place, account_id: str, account: MemberAccount | ManagementAccount) -> None:
        """Move an account to its organizational unit and tag it."""
        if account.unit is None and not account.tags:
            return
        with self._transaction(place) as tx:
            if account.unit is not None:
                hierarchy.move_account(tx, account_id, self._root_id, self._unit_of(place, account.unit))
            if account.tags:
                tags.tag_resource(tx, account_id, _pairs(account.tags))

    def _unit_of(self, place: Place, unit: str) -> str:
        return self._context.find_unit((*place, "unit"), self._management, unit)

    def _create_member(self, place: Place, member: MemberAccount) -> str:
        """Create an account in its unit and with its tags, which is faster than moving and tagging it afterwards."""
        if member.name is None:
            raise ScenarioError(place, "a created account must have a name: add `name`")
        if member.id is not None and member.id in self._context.world.state.accounts:
            raise ScenarioError((*place, "id"), f"the account {member.id} already exists")
        email = member.email or f"{_slug(member.name)}@example.com"
        with self._transaction(place) as tx:
            creation = account_creation.create_account(
                tx,
                name=member.name,
                email=email,
                role_name=member.access_role,
                tags=_pairs(member.tags),
                account_id=member.id,
                parent_id=None if member.unit is None else self._unit_of(place, member.unit),
            )
            state = account_creation.creation_state(creation, tx.now)
            if state is not CreationState.SUCCEEDED or creation.account_id is None:
                reason = creation.failure.value if creation.failure else state.value
                raise ScenarioError((*place, "email"), f"{email} is not accepted ({reason}); use another address")
            if member.access_role is None:
                default_role = role_of(tx.state, creation.account_id, account_creation.DEFAULT_ACCESS_ROLE, tx.now)
                mark_role_deleted(tx, default_role, tx.now)
        return creation.account_id

    def _invite(self, place: Place, member: MemberAccount) -> str:
        if member.id is None:
            raise ScenarioError(place, f"{member.name} was invited, so it must have an id: add `id`")
        set_details(self._context, place, member.id, member)
        with self._transaction(place) as tx:
            handshake = account_invitations.invite_account(tx, PartyKind.ACCOUNT, member.id)
        with self._context.transaction(place, member.id) as tx:
            handshake_responses.accept_handshake(tx, handshake.id)
        self._place_account(place, member.id, member)
        return member.id

    def _load_former_member(self, place: Place, member: MemberAccount) -> None:
        account_id = self._load_member(place, member)
        with self._transaction(place) as tx:
            accounts.remove_account(tx, account_id)
        self._set_state(place, account_id, member.state)

    def _load_policies(self) -> None:
        for place, policy in with_places(self._at("policies"), self._scenario.policies):
            self._load_policy(place, policy)
        for place, detached in with_places(self._at("detached"), self._scenario.detached):
            self._detach(place, detached)
        if delegation_policy := self._scenario.resource_policy:
            with self._transaction(self._at("resource_policy")) as tx:
                text = policy_text(delegation_policy.content)
                resource_policy.put_resource_policy(tx, text, _pairs(delegation_policy.tags))

    def _load_policy(self, place: Place, policy: OrganizationPolicy) -> None:
        text = policies.PolicyText(
            name=policy.name, description=policy.description, content=policy_text(policy.content)
        )
        with self._transaction((*place, "content")) as tx:
            policy_id = policies.create_policy(tx, policy.type, text, _pairs(policy.tags)).id
        for target_place, reference in with_places((*place, "attach"), policy.attach):
            with self._transaction(target_place) as tx:
                target_id = self._context.find_target(target_place, self._management, reference)
                targets.attach_policy(tx, policy_id, target_id)

    def _detach(self, place: Place, detached: DetachedPolicy) -> None:
        managed = [policy for policy in map(attachments.aws_managed_policy, PolicyType) if policy is not None]
        policy = next((policy for policy in managed if detached.policy in (policy.id, policy.name)), None)
        if policy is None:
            names = suggestion(detached.policy, [policy.name for policy in managed])
            raise ScenarioError((*place, "policy"), f"there is no AWS managed policy {detached.policy!r}{names}")
        for target_place, reference in with_places((*place, "targets"), detached.targets):
            with self._transaction(target_place) as tx:
                target_id = self._context.find_target(target_place, self._management, reference)
                targets.detach_policy(tx, policy.id, target_id)

    def _register_delegated_administrators(self) -> None:
        administrators = self._scenario.delegated_administrators
        for place, administrator in with_places(self._at("delegated_administrators"), administrators):
            with self._transaction(place) as tx:
                account_id = self._context.find_account((*place, "account"), administrator.account)
                delegation.register_delegated_administrator(tx, account_id, administrator.service)

    def _send_invitations(self) -> None:
        for place, invitation in with_places(self._at("invitations"), self._scenario.invitations):
            kind = PartyKind.ACCOUNT if invitation.account else PartyKind.EMAIL
            recipient = invitation.account or str(invitation.email)
            with self._transaction(place) as tx:
                account_invitations.invite_account(
                    tx, kind, recipient, notes=invitation.notes, tags=_pairs(invitation.tags)
                )

    def _set_artifact_role(self) -> None:
        """Create or delete the service-linked role of AWS Artifact, if the scenario says whether it exists."""
        exists = self._scenario.linked_role
        if exists is None:
            return
        with self._transaction(self._at("linked_role")) as tx:
            linked_roles.ensure_linked_role(tx, self._management, linked_roles.ARTIFACT_PRINCIPAL)
            linked = catalog.linked_role_of(linked_roles.ARTIFACT_PRINCIPAL)
            if not exists and linked is not None:
                role = role_of(tx.state, self._management, linked.name, tx.now)
                if linked_roles.linked_role_usages(tx, role):
                    reason = (
                        "AWS Artifact has trusted access and so uses its role: "
                        "disable trusted access, or set `linked_role` to true"
                    )
                    raise ScenarioError(self._at("linked_role"), reason)
                mark_role_deleted(tx, role, tx.now)

    def _set_state(self, place: Place, account_id: str, state: str) -> None:
        if state == "closed":
            with self._transaction((*place, "state")) as tx:
                account_closure.close_account(tx, account_id)
        if state == "suspended":
            suspend(self._context, place, account_id)


def _pairs(tags: dict[str, str]) -> Pairs:
    return tuple(tags.items())


def _slug(name: str) -> str:
    letters = "".join(letter if letter.isascii() and letter.isalnum() else "-" for letter in name.lower())
    return "-".join(filter(None, letters.split("-"))) or "account"
