"""Random lives of accounts, organizations and agreements, beside a model in plain dictionaries."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
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
from artifact_state.organizations import account_closure, account_creation, accounts, organization, trusted_access
from artifact_state.organizations.handshakes import account_invitations, responses
from artifact_state.principals import root_of
from artifact_state.world import Options, Transaction, World, default_quotas
from tests.properties.plain_model import (
    ARTIFACT_PRINCIPALS,
    ARTIFACT_ROLE,
    PlainAgreement,
    PlainInvitation,
    PlainModel,
    PlainOrganization,
)

BEGIN = datetime(2026, 11, 23, 12, tzinfo=UTC)
FIRST_ACCOUNTS = ["111122223333", "222233334444", "333344445555"]
ORGANIZATION_AGREEMENTS = ["agreement-y03aUwMAEorHtqjv", "agreement-YpDMFXTePE7kEg4b"]
ACCOUNT_AGREEMENT = "agreement-9c1kBcYznTkcpRIm"


def drawn(choices: "Callable[[LifeCycles], Sequence[str]]") -> st.SearchStrategy[str]:
    """Draw from what the machine knows at this moment."""
    return st.runner().flatmap(lambda machine: st.sampled_from(choices(machine)))


ANYBODY = drawn(lambda machine: machine.model.everybody)
# Most of what anybody tries is refused: let those who may try more often.
MANAGER = drawn(lambda machine: machine.model.everybody + 3 * machine.model.managers())
ACCEPTED = drawn(lambda machine: [*machine.model.agreements, *3 * machine.model.all_in_force()])
INVITATION = drawn(lambda machine: list(machine.model.invitations) or machine.lost_invitations)
PRINCIPAL = st.sampled_from(sorted(ARTIFACT_PRINCIPALS))


class LifeCycles(RuleBasedStateMachine):
    """A world and its model, changed together; they must refuse alike, and look alike after each step."""

    model: PlainModel

    def __init__(self) -> None:
        super().__init__()
        self.world = new_world(timedelta(0))
        self.model = PlainModel(BEGIN, list(FIRST_ACCOUNTS))
        self.lost_invitations: list[str] = []
        self.ids: set[str] = set()
        self.history: list[Callable[[World], object]] = []

    @initialize(creation_delay=st.sampled_from([timedelta(0), timedelta(0), timedelta(hours=1)]))
    def begin_in_the_middle(self, creation_delay: timedelta) -> None:
        """Spare every run the first steps of all stories."""
        self.world = new_world(creation_delay)
        management = FIRST_ACCOUNTS[0]
        self.create_organization(management, FeatureSet.ALL)
        self.create_account(management, "first")
        self.enable(management, linked_roles.ARTIFACT_PRINCIPAL)
        self.accept_for_organization(management, ORGANIZATION_AGREEMENTS[0])

    @rule(caller=ANYBODY, features=st.sampled_from([*FeatureSet, FeatureSet.ALL]))
    def create_organization(self, caller: str, features: FeatureSet) -> None:
        """Make an organization."""
        expected = self.model.refuses_new_organization(caller)
        if made := self.call(expected, caller, organization.create_organization, features):
            self.note(made.id)
            plain = PlainOrganization(made.id, caller, features is FeatureSet.ALL, members=[caller])
            self.model.organizations[made.id] = plain

    @precondition(lambda machine: machine.model.organizations)
    @rule(caller=ANYBODY)
    def delete_organization(self, caller: str) -> None:
        """Delete an organization."""
        expected = self.model.refuses_deletion(caller)
        plain = self.model.organization_of(caller)
        self.call(expected, caller, organization.delete_organization)
        if plain and not expected:
            self.lost_invitations += [one.id for one in self.model.invitations.values() if one.organization == plain.id]
            self.model.delete(plain)

    @rule(caller=MANAGER, principal=PRINCIPAL)
    def enable(self, caller: str, principal: str) -> None:
        """Enable trusted access by one of Artifact's principals."""
        expected = self.model.refuses_trusted_access(caller)
        self.call(expected, caller, trusted_access.enable_service_access, principal)
        plain = self.model.organization_of(caller)
        if plain and not expected:
            if principal not in plain.trusted:
                plain.trusted.append(principal)
            self.model.artifact_roles.setdefault(caller, "")

    @rule(caller=MANAGER, principal=PRINCIPAL)
    def disable(self, caller: str, principal: str) -> None:
        """Disable trusted access by one of Artifact's principals."""
        expected = self.model.refuses_trusted_access(caller)
        self.call(expected, caller, trusted_access.disable_service_access, principal)
        plain = self.model.organization_of(caller)
        if plain and not expected and principal in plain.trusted:
            plain.trusted.remove(principal)

    @rule(caller=MANAGER, agreement=st.sampled_from(ORGANIZATION_AGREEMENTS))
    def accept_for_organization(self, caller: str, agreement: str) -> None:
        """Accept an agreement on behalf of all member accounts."""
        plain = self.model.organization_of(caller)
        self.accept(caller, agreement, plain.id if plain else None)

    @rule(caller=ANYBODY)
    def accept_for_account(self, caller: str) -> None:
        """Accept an agreement for one account."""
        self.accept(caller, ACCOUNT_AGREEMENT, None)

    @precondition(lambda machine: machine.model.agreements)
    @rule(caller=MANAGER, accepted=ACCEPTED)
    def terminate(self, caller: str, accepted: str) -> None:
        """Terminate an accepted agreement, with its own token where one is given."""
        reading = self.model.refuses_reading(caller, accepted)
        got = self.call(reading, caller, agreements.get_customer_agreement, accepted)
        expected = self.model.refuses_termination(caller, accepted)
        token = got[1] if got else None
        assert (token is not None) == (expected is None)
        self.call(expected, caller, agreements.terminate_agreement, accepted, token or "agreement-token-of-another")
        self.model.agreements[accepted].ended |= expected is None

    @rule(caller=MANAGER, name=st.sampled_from("abcdefgh"))
    def create_account(self, caller: str, name: str) -> None:
        """Create a member account; an address that is taken makes the request fail."""
        expected = self.model.refuses_management(caller)
        email = f"{name}@example.com"
        made = self.call(expected, caller, lambda tx: account_creation.create_account(tx, name=name, email=email))
        if made is None:
            return
        self.note(made.id)
        plain = self.model.organization_of(caller)
        assert plain
        if owner := self.model.emails.get(email):
            coming = owner in plain.members and self.model.now < self.model.born_at[owner]
            taken = CreationFailure.CONCURRENT_ACCOUNT_MODIFICATION if coming else CreationFailure.EMAIL_ALREADY_EXISTS
            assert made.failure is taken
            return
        assert made.failure is None
        self.note(made.account_id)
        self.model.emails[email] = made.account_id
        self.model.everybody.append(made.account_id)
        self.model.born_at[made.account_id] = self.model.now + self.world.options.creation_delay
        plain.members.append(made.account_id)

    @rule(caller=MANAGER, recipient=ANYBODY)
    def invite(self, caller: str, recipient: str) -> None:
        """Invite an account."""
        expected = self.model.refuses_invitation(caller, recipient)
        sent = self.call(expected, caller, account_invitations.invite_account, PartyKind.ACCOUNT, recipient)
        plain = self.model.organization_of(caller)
        if sent and plain:
            self.note(sent.id)
            self.model.invitations[sent.id] = PlainInvitation(sent.id, plain.id, caller, recipient, self.model.now)

    @precondition(lambda machine: machine.model.invitations or machine.lost_invitations)
    @rule(invitation=INVITATION, caller=st.none() | ANYBODY)
    def join(self, invitation: str, caller: str | None) -> None:
        """Accept an invitation: its recipient, or anybody."""
        plain = self.model.invitations.get(invitation)
        caller = caller or (plain.recipient if plain else FIRST_ACCOUNTS[0])
        expected = self.model.refuses_joining(caller, invitation)
        self.call(expected, caller, responses.accept_handshake, invitation)
        if plain and not expected:
            plain.accepted_at = self.model.now
            if self.model.organization_of(caller):
                self.model.depart(caller)
            self.model.organizations[plain.organization].members.append(caller)

    @rule(caller=MANAGER, account=ANYBODY)
    def remove(self, caller: str, account: str) -> None:
        """Remove a member account."""
        expected = self.model.refuses_removal(caller, account)
        self.call(expected, caller, accounts.remove_account, account)
        if not expected:
            self.model.depart(account)

    @rule(caller=ANYBODY)
    def leave(self, caller: str) -> None:
        """Leave an organization."""
        expected = self.model.refuses_leaving(caller)
        self.call(expected, caller, accounts.leave_organization)
        if not expected:
            self.model.depart(caller)

    @rule(caller=MANAGER, account=ANYBODY)
    def close(self, caller: str, account: str) -> None:
        """Close a member account."""
        expected = self.model.refuses_closing(caller, account)
        self.call(expected, caller, account_closure.close_account, account)
        if not expected:
            self.model.closed_at[account] = self.model.now

    @rule(caller=ANYBODY)
    def create_role(self, caller: str) -> None:
        """Make the role of AWS Artifact by hand."""
        expected = RoleNameTaken(ARTIFACT_ROLE) if caller in self.model.artifact_roles else None
        self.call(expected, caller, linked_roles.create_linked_role, linked_roles.ARTIFACT_PRINCIPAL)
        self.model.artifact_roles.setdefault(caller, "")

    @rule(caller=MANAGER)
    def delete_role(self, caller: str) -> None:
        """Delete the role of AWS Artifact; the deletion fails while Artifact uses it."""
        expected = None if caller in self.model.artifact_roles else RoleNotFound(ARTIFACT_ROLE)
        task = self.call(expected, caller, linked_roles.delete_linked_role, ARTIFACT_ROLE)
        if task is not None:
            self.note(task.id)
            assert bool(task.usages) == self.model.role_in_use(caller)
            if not task.usages:
                del self.model.artifact_roles[caller]

    @rule(days=st.sampled_from([1, 14, 15, 30, 90]))
    def wait(self, days: int) -> None:
        """Let days pass: accounts are created, invitations expire, closed accounts go for good."""
        self.do(lambda world: world.clock.advance(timedelta(days=days)))
        self.model.now += timedelta(days=days)

    @invariant()
    def every_account_sees_what_it_should(self) -> None:
        """Compare the agreements, the membership and the role of every account; looking changes nothing."""
        before = self.world.state
        for account in self.model.everybody:
            with self.world.transaction(root_of(account)) as tx:
                seen = [one.id for _, one in agreements.customer_agreements(tx)]
            assert seen == self.model.sees(account)
            plain = self.model.organization_of(account)
            found = organization_of(self.world.state, account, self.model.now)
            assert (found and found.id) == (plain and plain.id)
            self.compare_role(account)
        assert self.world.state is before

    @invariant()
    def every_organization_is_what_it_should_be(self) -> None:
        """Compare the organizations' accounts and trusted services, each in its order."""
        assert set(self.world.state.organizations) == set(self.model.organizations)
        for plain in self.model.organizations.values():
            with self.world.transaction(root_of(plain.management)) as tx:
                members = [account.id for _, (account, _) in accounts.member_accounts(tx)]
                trusted = [one.principal for _, one in trusted_access.trusted_services(tx)]
            assert members == self.model.members(plain)
            assert trusted == plain.trusted

    @invariant()
    def the_state_is_whole(self) -> None:
        """Find every membership in its organization and in its place of the tree, and nothing else there."""
        state = self.world.state
        listed = {account: one.id for one in state.organizations.values() for account in one.members}
        placed = {account: one.id for one in state.units.values() for account in one.accounts}
        assert listed == {one.account_id: one.organization_id for one in state.memberships.values()}
        assert placed == {one.account_id: one.parent_id for one in state.memberships.values()}

    def teardown(self) -> None:
        """Live the same life again in a world of the same seed: it must become equal, ids and all."""
        again = new_world(self.world.options.creation_delay)
        for step in self.history:
            step(again)
        assert again.state == self.world.state

    def accept(self, caller: str, agreement: str, organization_id: str | None) -> None:
        """Accept an agreement by the whole chain of tokens."""
        for_organization = agreement in ORGANIZATION_AGREEMENTS
        expected = self.model.refuses_acceptance(caller, for_organization=for_organization)
        nda, token = self.call(None, caller, agreements.get_nda, agreement)
        token = self.call(None, caller, agreements.accept_nda, agreement, nda.nda_revision_id, token)
        _, terms, execute = self.call(None, caller, agreements.get_agreement, agreement, token)

        def accepting(terms_token: str, execute_token: str) -> Callable[[Transaction], Acceptance]:
            return lambda tx: agreements.accept_agreement(
                tx, agreement, nda.revision_id, terms_token=terms_token, execute_token=execute_token
            )

        # The first token is good, and must still be after the refusal of the second.
        self.call(expected or InvalidToken("executeAgreementToken"), caller, accepting(terms, terms))
        accepted = self.call(expected, caller, accepting(terms, execute))
        self.call(expected or InvalidToken("acceptanceTermsToken"), caller, accepting(terms, execute))
        if accepted is None:
            return
        if known := self.model.in_force(caller, agreement):
            assert accepted.id == known
            return
        self.note(accepted.id)
        self.model.agreements[accepted.id] = PlainAgreement(accepted.id, agreement, caller, organization_id)

    def compare_role(self, account: str) -> None:
        """Compare the role of AWS Artifact in an account: whether it is there, and the same as before."""
        try:
            found = role_of(self.world.state, account, ARTIFACT_ROLE, self.model.now).id
        except RoleNotFound:
            found = None
        known = self.model.artifact_roles.get(account)
        if known == "" and found:
            self.note(found)
            self.model.artifact_roles[account] = known = found
        assert found == known

    def call(self, expected: Refused | None, caller: str, operation: Callable[..., Any], *arguments: Any) -> Any:
        """Do one operation; it must be refused as expected, leaving the state the same object, or not at all."""
        before = self.world.state
        refusal, result = self.do(lambda world: attempt(world, caller, operation, *arguments))
        assert (type(refusal), refusal and refusal.args) == (type(expected), expected and expected.args)
        assert refusal is None or self.world.state is before
        return result

    def do(self, step: Callable[[World], Any]) -> Any:
        """Change the world, and remember how."""
        self.history.append(step)
        return step(self.world)

    def note(self, new_id: str) -> None:
        """Note an id that was given to something new: nothing had it before."""
        assert new_id not in self.ids
        self.ids.add(new_id)


def new_world(creation_delay: timedelta) -> World:
    """Give an empty world whose clock stands still."""
    quotas = replace(default_quotas(), concurrent_account_creations=1000)
    options = Options(creation_delay=creation_delay, quotas=quotas)
    return World(clock=Clock(frozen_at=BEGIN), state=State(seed="life"), options=options)


def attempt(world: World, caller: str, operation: Callable[..., Any], *arguments: Any) -> tuple[Refused | None, Any]:
    """Do one operation in a transaction; give how it was refused, or what it gave."""
    try:
        with world.transaction(root_of(caller)) as tx:
            return None, operation(tx, *arguments)
    except Refused as refusal:
        return refusal, None


TestLifeCycles = LifeCycles.TestCase
TestLifeCycles.settings = settings(
    max_examples=120, stateful_step_count=50, deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
