"""A state machine of accounts, organizations and agreements, compared with a model of plain dictionaries."""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from operator import attrgetter
from typing import Any

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from artifact_state.artifact import agreements
from artifact_state.authority import organization_of
from artifact_state.clock import Clock
from artifact_state.errors import InvalidToken, Refused, RoleNameTaken, RoleNotFound
from artifact_state.iam import linked_roles
from artifact_state.iam.roles import role_of
from artifact_state.model import Acceptance, CreationFailure, FeatureSet, PartyKind, State
from artifact_state.organizations import (
    account_closure,
    account_creation,
    accounts,
    handshake_responses,
    organization,
    trusted_access,
)
from artifact_state.organizations.handshakes import account_invitations
from artifact_state.principals import root_user
from artifact_state.record import replace
from artifact_state.world import Options, Transaction, World, default_quotas
from tests.properties.plain_model import (
    ARTIFACT_PRINCIPALS,
    ARTIFACT_ROLE,
    PlainAgreement,
    PlainInvitation,
    PlainModel,
    PlainOrganization,
)

START = datetime(2026, 11, 23, 12, tzinfo=UTC)
FIRST_ACCOUNTS = ["111122223333", "222233334444", "333344445555"]
ORGANIZATION_AGREEMENTS = ["agreement-y03aUwMAEorHtqjv", "agreement-YpDMFXTePE7kEg4b"]
ACCOUNT_AGREEMENT = "agreement-9c1kBcYznTkcpRIm"


def draw_from(choices: "Callable[[LifeCycleMachine], Sequence[str]]") -> st.SearchStrategy[str]:
    """Return a strategy that draws from the values that a machine has when the rule runs."""
    return st.runner().flatmap(lambda machine: st.sampled_from(choices(machine)))


ACCOUNT = draw_from(lambda machine: machine.model.accounts)
# Most calls of random accounts are refused, so management accounts are drawn more often.
CALLER = draw_from(lambda machine: machine.model.accounts + 3 * machine.model.management_accounts())
ACCEPTED = draw_from(lambda machine: [*machine.model.agreements, *3 * machine.model.agreements_in_force()])
INVITATION = draw_from(lambda machine: list(machine.model.invitations) or machine.deleted_invitations)
PRINCIPAL = st.sampled_from(sorted(ARTIFACT_PRINCIPALS))


class LifeCycleMachine(RuleBasedStateMachine):
    """A world and its model: both must refuse the same calls and be equal after each step."""

    model: PlainModel

    def __init__(self) -> None:
        super().__init__()
        self.world = new_world(timedelta(0))
        self.model = PlainModel(START, list(FIRST_ACCOUNTS))
        self.deleted_invitations: list[str] = []
        self.ids: set[str] = set()
        self.steps: list[Callable[[World], object]] = []

    @initialize(creation_delay=st.sampled_from([timedelta(0), timedelta(0), timedelta(hours=1)]))
    def create_world(self, creation_delay: timedelta) -> None:
        """Create a world with an organization, a member, trusted access and an accepted agreement."""
        self.world = new_world(creation_delay)
        management = FIRST_ACCOUNTS[0]
        self.create_organization(management, FeatureSet.ALL)
        self.create_account(management, "first")
        self.enable_trusted_access(management, linked_roles.ARTIFACT_PRINCIPAL)
        self.accept_for_organization(management, ORGANIZATION_AGREEMENTS[0])

    @rule(caller=ACCOUNT, features=st.sampled_from([*FeatureSet, FeatureSet.ALL]))
    def create_organization(self, caller: str, features: FeatureSet) -> None:
        """Create an organization."""
        expected = self.model.refusal_of_new_organization(caller)
        if created := self.call(expected, caller, organization.create_organization, features):
            self.record_id(created.id)
            plain = PlainOrganization(created.id, caller, features is FeatureSet.ALL, members=[caller])
            self.model.organizations[created.id] = plain

    @precondition(lambda machine: machine.model.organizations)
    @rule(caller=ACCOUNT)
    def delete_organization(self, caller: str) -> None:
        """Delete an organization."""
        expected = self.model.refusal_of_deletion(caller)
        plain = self.model.organization_of(caller)
        self.call(expected, caller, organization.delete_organization)
        if plain and not expected:
            invitations = self.model.invitations.values()
            self.deleted_invitations += [
                invitation.id for invitation in invitations if invitation.organization == plain.id
            ]
            self.model.delete_organization(plain)

    @rule(caller=CALLER, principal=PRINCIPAL)
    def enable_trusted_access(self, caller: str, principal: str) -> None:
        """Enable trusted access by one of the principals of AWS Artifact."""
        expected = self.model.refusal_of_trusted_access(caller)
        self.call(expected, caller, trusted_access.enable_service_access, principal)
        plain = self.model.organization_of(caller)
        if plain and not expected:
            if principal not in plain.trusted:
                plain.trusted.append(principal)
            self.model.artifact_roles.setdefault(caller, "")

    @rule(caller=CALLER, principal=PRINCIPAL)
    def disable_trusted_access(self, caller: str, principal: str) -> None:
        """Disable trusted access by one of the principals of AWS Artifact."""
        expected = self.model.refusal_of_trusted_access(caller)
        self.call(expected, caller, trusted_access.disable_service_access, principal)
        plain = self.model.organization_of(caller)
        if plain and not expected and principal in plain.trusted:
            plain.trusted.remove(principal)

    @rule(caller=CALLER, agreement=st.sampled_from(ORGANIZATION_AGREEMENTS))
    def accept_for_organization(self, caller: str, agreement: str) -> None:
        """Accept an agreement on behalf of all member accounts."""
        plain = self.model.organization_of(caller)
        self.accept(caller, agreement, plain.id if plain else None)

    @rule(caller=ACCOUNT)
    def accept_for_account(self, caller: str) -> None:
        """Accept an agreement for one account."""
        self.accept(caller, ACCOUNT_AGREEMENT, None)

    @precondition(lambda machine: machine.model.agreements)
    @rule(caller=CALLER, accepted=ACCEPTED)
    def terminate(self, caller: str, accepted: str) -> None:
        """Terminate an accepted agreement, with its own token if reading it returns one."""
        refusal = self.model.refusal_of_reading(caller, accepted)
        reading = self.call(refusal, caller, agreements.get_customer_agreement, accepted)
        expected = self.model.refusal_of_termination(caller, accepted)
        token = reading[1] if reading else None
        assert (token is not None) == (expected is None)
        self.call(expected, caller, agreements.terminate_agreement, accepted, token or "agreement-token-of-another")
        self.model.agreements[accepted].ended |= expected is None

    @rule(caller=CALLER, name=st.sampled_from("abcdefgh"))
    def create_account(self, caller: str, name: str) -> None:
        """Create a member account; the request fails if the e-mail address is taken."""
        expected = self.model.refusal_of_management(caller)
        email = f"{name}@example.com"
        creation = self.call(expected, caller, lambda tx: account_creation.create_account(tx, name=name, email=email))
        if creation is None:
            return
        self.record_id(creation.id)
        plain = self.model.organization_of(caller)
        assert plain
        if owner := self.model.emails.get(email):
            is_pending = owner in plain.members and self.model.now < self.model.created_at[owner]
            assert creation.failure is (
                CreationFailure.CONCURRENT_ACCOUNT_MODIFICATION if is_pending else CreationFailure.EMAIL_ALREADY_EXISTS
            )
            return
        assert creation.failure is None
        self.record_id(creation.account_id)
        self.model.emails[email] = creation.account_id
        self.model.accounts.append(creation.account_id)
        self.model.created_at[creation.account_id] = self.model.now + self.world.options.creation_delay
        plain.members.append(creation.account_id)

    @rule(caller=CALLER, recipient=ACCOUNT)
    def invite(self, caller: str, recipient: str) -> None:
        """Invite an account."""
        expected = self.model.refusal_of_invitation(caller, recipient)
        invitation = self.call(expected, caller, account_invitations.invite_account, PartyKind.ACCOUNT, recipient)
        plain = self.model.organization_of(caller)
        if invitation and plain:
            self.record_id(invitation.id)
            self.model.invitations[invitation.id] = PlainInvitation(
                invitation.id, plain.id, caller, recipient, self.model.now
            )

    @precondition(lambda machine: machine.model.invitations or machine.deleted_invitations)
    @rule(invitation=INVITATION, caller=st.none() | ACCOUNT)
    def join(self, invitation: str, caller: str | None) -> None:
        """Accept an invitation as its recipient or as any account."""
        plain = self.model.invitations.get(invitation)
        caller = caller or (plain.recipient if plain else FIRST_ACCOUNTS[0])
        expected = self.model.refusal_of_joining(caller, invitation)
        self.call(expected, caller, handshake_responses.accept_handshake, invitation)
        if plain and not expected:
            plain.accepted_at = self.model.now
            if self.model.organization_of(caller):
                self.model.remove_member(caller)
            self.model.organizations[plain.organization].members.append(caller)

    @rule(caller=CALLER, account=ACCOUNT)
    def remove_account(self, caller: str, account: str) -> None:
        """Remove a member account."""
        expected = self.model.refusal_of_removal(caller, account)
        self.call(expected, caller, accounts.remove_account, account)
        if not expected:
            self.model.remove_member(account)

    @rule(caller=ACCOUNT)
    def leave_organization(self, caller: str) -> None:
        """Leave an organization."""
        expected = self.model.refusal_of_leaving(caller)
        self.call(expected, caller, accounts.leave_organization)
        if not expected:
            self.model.remove_member(caller)

    @rule(caller=CALLER, account=ACCOUNT)
    def close_account(self, caller: str, account: str) -> None:
        """Close a member account."""
        expected = self.model.refusal_of_closing(caller, account)
        self.call(expected, caller, account_closure.close_account, account)
        if not expected:
            self.model.closed_at[account] = self.model.now

    @rule(caller=ACCOUNT)
    def create_role(self, caller: str) -> None:
        """Create the role of AWS Artifact explicitly."""
        expected = RoleNameTaken(ARTIFACT_ROLE) if caller in self.model.artifact_roles else None
        self.call(expected, caller, linked_roles.create_linked_role, linked_roles.ARTIFACT_PRINCIPAL)
        self.model.artifact_roles.setdefault(caller, "")

    @rule(caller=CALLER)
    def delete_role(self, caller: str) -> None:
        """Delete the role of AWS Artifact; the deletion fails while AWS Artifact uses it."""
        expected = None if caller in self.model.artifact_roles else RoleNotFound(ARTIFACT_ROLE)
        task = self.call(expected, caller, linked_roles.delete_linked_role, ARTIFACT_ROLE)
        if task is not None:
            self.record_id(task.id)
            assert bool(task.usages) == self.model.is_role_used(caller)
            if not task.usages:
                del self.model.artifact_roles[caller]

    @rule(days=st.sampled_from([1, 14, 15, 30, 90]))
    def wait(self, days: int) -> None:
        """Advance the clock: accounts are created, invitations expire, closed accounts are removed."""
        self.apply(lambda world: world.clock.advance(timedelta(days=days)))
        self.model.now += timedelta(days=days)

    @invariant()
    def accounts_equal_model(self) -> None:
        """The agreements, the membership and the role of every account are as in the model; reading changes nothing."""
        before = self.world.state
        for account in self.model.accounts:
            with self.world.transaction(root_user(account)) as tx:
                visible = [acceptance.id for _, acceptance in agreements.customer_agreements(tx)]
            assert visible == self.model.visible_agreements(account)
            plain = self.model.organization_of(account)
            current = organization_of(self.world.state, account, self.model.now)
            assert (current and current.id) == (plain and plain.id)
            self.compare_role(account)
        assert self.world.state is before

    @invariant()
    def organizations_equal_model(self) -> None:
        """The accounts and the trusted services of every organization are as in the model, in the same order."""
        assert set(self.world.state.organizations) == set(self.model.organizations)
        for plain in self.model.organizations.values():
            with self.world.transaction(root_user(plain.management)) as tx:
                members = [account.id for _, (account, _) in accounts.list_accounts(tx)]
            assert members == self.model.members(plain)
            trusted = self.world.state.organizations[plain.id].trusted_services
            trusts = sorted(trusted.values(), key=attrgetter("serial"))
            assert [trust.principal for trust in trusts] == plain.trusted

    @invariant()
    def state_is_consistent(self) -> None:
        """Every membership is listed in its organization and in its unit, and nothing else is."""
        state = self.world.state
        organizations = {account: owner.id for owner in state.organizations.values() for account in owner.members}
        parents = {account: unit.id for unit in state.units.values() for account in unit.accounts}
        memberships = state.memberships.values()
        assert organizations == {membership.account_id: membership.organization_id for membership in memberships}
        assert parents == {membership.account_id: membership.parent_id for membership in memberships}

    def teardown(self) -> None:
        """Repeat all steps in a world with the same seed: the states must be equal, ids included."""
        repeated = new_world(self.world.options.creation_delay)
        for step in self.steps:
            step(repeated)
        assert repeated.state == self.world.state

    def accept(self, caller: str, agreement: str, organization_id: str | None) -> None:
        """Accept an agreement by the complete chain of tokens."""
        for_organization = agreement in ORGANIZATION_AGREEMENTS
        expected = self.model.refusal_of_acceptance(caller, for_organization=for_organization)
        nda, token = self.call(None, caller, agreements.get_nda, agreement)
        token = self.call(None, caller, agreements.accept_nda, agreement, nda.nda_revision_id, token)
        _, terms, execute = self.call(None, caller, agreements.get_agreement, agreement, token)

        def acceptance(terms_token: str, execute_token: str) -> Callable[[Transaction], Acceptance]:
            return lambda tx: agreements.accept_agreement(
                tx, agreement, nda.revision_id, terms_token=terms_token, execute_token=execute_token
            )

        # The refusal of the second token must not use up the first one.
        self.call(expected or InvalidToken("executeAgreementToken"), caller, acceptance(terms, terms))
        accepted = self.call(expected, caller, acceptance(terms, execute))
        self.call(expected or InvalidToken("acceptanceTermsToken"), caller, acceptance(terms, execute))
        if accepted is None:
            return
        if existing_id := self.model.accepted_id(caller, agreement):
            assert accepted.id == existing_id
            return
        self.record_id(accepted.id)
        self.model.agreements[accepted.id] = PlainAgreement(accepted.id, agreement, caller, organization_id)

    def compare_role(self, account: str) -> None:
        """Assert that the role of AWS Artifact exists in an account as in the model, and is the same as before."""
        try:
            role_id = role_of(self.world.state, account, ARTIFACT_ROLE, self.model.now).id
        except RoleNotFound:
            role_id = None
        known_id = self.model.artifact_roles.get(account)
        if known_id == "" and role_id:
            self.record_id(role_id)
            self.model.artifact_roles[account] = known_id = role_id
        assert role_id == known_id

    def call(self, expected: Refused | None, caller: str, operation: Callable[..., Any], *arguments: Any) -> Any:
        """Run an operation, and assert that it is refused as expected, with the state the same object, or allowed."""
        before = self.world.state
        refusal, result = self.apply(lambda world: attempt(world, caller, operation, *arguments))
        assert (type(refusal), refusal and refusal.args) == (type(expected), expected and expected.args)
        assert refusal is None or self.world.state is before
        return result

    def apply(self, step: Callable[[World], Any]) -> Any:
        """Apply a step to the world, and keep it for the repetition."""
        self.steps.append(step)
        return step(self.world)

    def record_id(self, new_id: str) -> None:
        """Record the id of a new resource, and assert that no other had it before."""
        assert new_id not in self.ids
        self.ids.add(new_id)


def new_world(creation_delay: timedelta) -> World:
    """Return an empty world with a frozen clock."""
    quotas = replace(default_quotas(), concurrent_account_creations=1000)
    options = Options(creation_delay=creation_delay, quotas=quotas)
    return World(clock=Clock(frozen_at=START), state=State(seed="life"), options=options)


def attempt(world: World, caller: str, operation: Callable[..., Any], *arguments: Any) -> tuple[Refused | None, Any]:
    """Run an operation in a transaction, and return its refusal or its result."""
    try:
        with world.transaction(root_user(caller)) as tx:
            return None, operation(tx, *arguments)
    except Refused as refusal:
        return refusal, None


TestLifeCycles = LifeCycleMachine.TestCase
TestLifeCycles.settings = settings(
    max_examples=120, stateful_step_count=50, deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
