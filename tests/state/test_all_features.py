"""From consolidated billing to all features: who is asked, what that ends, when it is done."""

from datetime import timedelta

import pytest

from artifact_state.clock import Clock
from artifact_state.errors import (
    Constraint,
    ConstraintViolated,
    HandshakeAlreadyInState,
    HandshakeConstraint,
    HandshakeConstraintViolated,
    HandshakeNotFound,
    InvalidHandshakeTransition,
    NotInOrganization,
    NotParty,
    RoleNotFound,
    WrongAccount,
)
from artifact_state.events import AllFeaturesEnabled
from artifact_state.iam import linked_roles
from artifact_state.iam.roles import role_of
from artifact_state.model import FeatureSet, Handshake, HandshakeAction, HandshakeState, PartyKind, PolicyType, State
from artifact_state.organizations import account_closure, account_creation, accounts, handshake_responses, organization
from artifact_state.organizations.handshakes import account_invitations, all_features, lifecycle, listing
from artifact_state.world import Options, World
from tests.support.call_counting import count_calls
from tests.support.domain import (
    MANAGEMENT,
    NOW,
    STANDALONE,
    act,
    create_member,
    current_organization,
    expect_refusal,
    quotas_with,
    transaction,
    world_with_organization,
)

INVITED = "222233334444"
ANOTHER = "333344445555"
ROLE = "AWSServiceRoleForOrganizations"
DAYS = timedelta(days=1)


def billing(**options: object) -> World:
    """Give a world with an organization of consolidated billing."""
    world = World(options=Options(**options), clock=Clock(frozen_at=NOW), state=State(seed="state"))  # type: ignore[arg-type]
    act(world, organization.create_organization, FeatureSet.CONSOLIDATED_BILLING)
    return world


@pytest.fixture
def world() -> World:
    """Give a world with an organization of consolidated billing and one invited account."""
    world = billing()
    join(world, INVITED)
    return world


def invite(world: World, account: str) -> Handshake:
    """Invite an account."""
    return act(world, account_invitations.invite_account, PartyKind.ACCOUNT, account)


def join(world: World, account: str) -> None:
    """Let an account come in by invitation."""
    act(world, handshake_responses.accept_handshake, invite(world, account).id, account=account)


def begin(world: World) -> Handshake:
    """Begin to enable all features."""
    return act(world, all_features.enable_all_features)


def asked(world: World, process: Handshake) -> dict[str, Handshake]:
    """Tell the handshakes of a process by their recipients, as the management account lists them."""
    with transaction(world, MANAGEMENT) as tx:
        listed = list(listing.list_sent_handshakes(tx, None, process.id))
    return {one.recipient: one for _, one in listed if one}


def state_of(world: World, handshake: Handshake) -> HandshakeState:
    """Tell where a handshake stands now."""
    return lifecycle.handshake_state(world.state, world.state.handshakes[handshake.id], world.clock.now())


def approve(world: World, process: Handshake, account: str) -> None:
    """Accept, as a member, what it is asked."""
    act(world, handshake_responses.accept_handshake, asked(world, process)[account].id, account=account)


def lose_role(world: World, account: str) -> None:
    """Delete the role of Organizations in an account."""
    act(world, linked_roles.delete_linked_role, ROLE, account=account)
    with pytest.raises(RoleNotFound):
        role_of(world.state, account, ROLE, world.clock.now())


class TestEnableAllFeatures:
    """enable_all_features."""

    def test_asks_the_invited_accounts(self, world: World) -> None:
        """Each invited account is asked to approve; created ones and the management account are not."""
        create_member(world)
        join(world, ANOTHER)
        process = begin(world)
        children = asked(world, process)
        assert list(children) == [INVITED, ANOTHER]
        assert {one.action for one in children.values()} == {HandshakeAction.APPROVE_ALL_FEATURES}
        assert (process.recipient_kind, process.recipient) == (PartyKind.ORGANIZATION, current_organization(world).id)
        assert state_of(world, process) is HandshakeState.REQUESTED

    def test_can_be_finished_at_once_without_invited_accounts(self) -> None:
        """An organization that has only created accounts can finish at once."""
        world = billing()
        create_member(world)
        assert state_of(world, begin(world)) is HandshakeState.OPEN

    def test_asks_for_the_role_that_was_lost(self, world: World) -> None:
        """A created account without its role is asked to make it again, and makes it by accepting."""
        created, whole = create_member(world, "created"), create_member(world, "whole")
        lose_role(world, created)
        process = begin(world)
        child = asked(world, process)[created]
        assert child.action is HandshakeAction.ADD_ORGANIZATIONS_SERVICE_LINKED_ROLE
        assert whole not in asked(world, process)
        approve(world, process, created)
        assert role_of(world.state, created, ROLE, world.clock.now()).linked_service == "organizations.amazonaws.com"

    def test_approval_makes_the_lost_role_of_an_invited_account(self, world: World) -> None:
        """An invited account that lost its role gets it back by approving."""
        lose_role(world, INVITED)
        process = begin(world)
        assert asked(world, process)[INVITED].action is HandshakeAction.APPROVE_ALL_FEATURES
        approve(world, process, INVITED)
        assert role_of(world.state, INVITED, ROLE, world.clock.now()).linked_service == "organizations.amazonaws.com"

    def test_closed_and_coming_accounts_are_not_asked(self) -> None:
        """Neither an account that is closed nor one that is still being created has to approve."""
        world = billing(creation_delay=timedelta(hours=1))
        join(world, INVITED)
        act(world, account_creation.create_account, name="coming", email="coming@example.com")
        with transaction(world, MANAGEMENT) as tx:
            # An organization of consolidated billing cannot close accounts, but their owners can.
            account_closure._close(tx, INVITED, tx.serial())
        assert asked(world, begin(world)) == {}

    def test_only_the_management_account(self, world: World) -> None:
        """A member and a stranger cannot begin it."""
        with expect_refusal(world, WrongAccount):
            act(world, all_features.enable_all_features, account=INVITED)
        with expect_refusal(world, NotInOrganization):
            act(world, all_features.enable_all_features, account=STANDALONE)

    def test_an_organization_that_has_them(self) -> None:
        """All features cannot be enabled twice."""
        world = world_with_organization()
        with expect_refusal(
            world, HandshakeConstraintViolated, HandshakeConstraint.ORGANIZATION_ALREADY_HAS_ALL_FEATURES
        ):
            begin(world)

    def test_while_it_is_under_way(self, world: World) -> None:
        """There is one process at a time; a new one can begin when the first is canceled or has expired."""
        reason = HandshakeConstraint.ORGANIZATION_IS_ALREADY_PENDING_ALL_FEATURES_MIGRATION
        first = begin(world)
        with expect_refusal(world, HandshakeConstraintViolated, reason):
            begin(world)
        act(world, handshake_responses.cancel_handshake, first.id)
        begin(world)
        world.clock.advance(90 * DAYS - timedelta(microseconds=1))
        with expect_refusal(world, HandshakeConstraintViolated, reason):
            begin(world)
        world.clock.advance(timedelta(microseconds=1))
        begin(world)

    def test_large_organizations(self) -> None:
        """An organization that is too large for it needs AWS's help."""
        world = billing(quotas=quotas_with(accounts_in_all_features_migration=2))
        create_member(world, "first")
        begin(world)
        act(world, handshake_responses.cancel_handshake, next(iter(world.state.process_handshakes)))
        create_member(world, "second")
        reason = Constraint.ALL_FEATURES_MIGRATION_ORGANIZATION_SIZE_LIMIT_EXCEEDED
        with expect_refusal(world, ConstraintViolated, reason):
            begin(world)


class TestApproval:
    """What the parent's state owes to its children."""

    def test_opens_when_all_have_approved(self, world: World) -> None:
        """The process is REQUESTED until the last account has approved, then OPEN."""
        join(world, ANOTHER)
        process = begin(world)
        approve(world, process, ANOTHER)
        assert state_of(world, process) is HandshakeState.REQUESTED
        approve(world, process, INVITED)
        assert state_of(world, process) is HandshakeState.OPEN

    def test_declined(self, world: World) -> None:
        """An account that declines holds the process up until it is removed."""
        process = begin(world)
        child = asked(world, process)[INVITED]
        act(world, handshake_responses.decline_handshake, child.id, account=INVITED)
        assert state_of(world, process) is HandshakeState.REQUESTED
        act(world, accounts.remove_account, INVITED)
        assert state_of(world, process) is HandshakeState.OPEN

    def test_of_an_account_that_left(self, world: World) -> None:
        """An account that left need not approve, and cannot."""
        process = begin(world)
        child = asked(world, process)[INVITED]
        act(world, accounts.leave_organization, account=INVITED)
        assert state_of(world, process) is HandshakeState.OPEN
        with expect_refusal(world, NotInOrganization):
            act(world, handshake_responses.accept_handshake, child.id, account=INVITED)

    def test_of_an_account_that_is_elsewhere(self, world: World) -> None:
        """Nor can one that has gone to another organization."""
        process = begin(world)
        child = asked(world, process)[INVITED]
        act(world, organization.create_organization, FeatureSet.ALL, account=STANDALONE)
        offer = act(world, account_invitations.invite_account, PartyKind.ACCOUNT, INVITED, account=STANDALONE)
        act(world, handshake_responses.accept_handshake, offer.id, account=INVITED)
        with expect_refusal(world, NotParty):
            act(world, handshake_responses.accept_handshake, child.id, account=INVITED)

    def test_of_an_account_that_came_back(self) -> None:
        """An account that left and came back by a new invitation agreed to all features with that."""
        world = billing(invitations_during_migration=True)
        join(world, INVITED)
        process = begin(world)
        act(world, accounts.leave_organization, account=INVITED)
        join(world, INVITED)
        assert state_of(world, process) is HandshakeState.OPEN

    def test_of_an_account_that_is_closed_meanwhile(self, world: World) -> None:
        """An account that is closed while the others approve holds nobody up."""
        process = begin(world)
        with transaction(world, MANAGEMENT) as tx:
            account_closure._close(tx, INVITED, tx.serial())
        assert state_of(world, process) is HandshakeState.OPEN

    def test_only_its_own(self, world: World) -> None:
        """A member sees and answers what it is asked, not what the others are, nor the process itself."""
        join(world, ANOTHER)
        process = begin(world)
        child = asked(world, process)[INVITED]
        with expect_refusal(world, HandshakeNotFound):
            act(world, handshake_responses.accept_handshake, child.id, account=ANOTHER)
        with expect_refusal(world, HandshakeNotFound):
            act(world, lifecycle.describe_handshake, process.id, account=INVITED)
        with expect_refusal(world, NotParty):
            act(world, handshake_responses.accept_handshake, child.id)

    def test_is_listed_by_the_member(self, world: World) -> None:
        """The member lists what it is asked, by action and by parent; the management account received nothing."""
        process = begin(world)
        child = asked(world, process)[INVITED]
        for filters in ((HandshakeAction.APPROVE_ALL_FEATURES, None), (None, process.id)):
            with transaction(world, INVITED) as tx:
                listed = [one for _, one in listing.list_received_handshakes(tx, *filters) if one]
            assert listed == [child]
        with transaction(world, MANAGEMENT) as tx:
            assert not list(listing.list_received_handshakes(tx))

    def test_a_foreign_process_is_not_listed(self, world: World) -> None:
        """The children of another organization's process are its own."""
        process = begin(world)
        act(world, organization.create_organization, FeatureSet.ALL, account=STANDALONE)
        with transaction(world, STANDALONE) as tx:
            assert not list(listing.list_sent_handshakes(tx, None, process.id))


class TestFinish:
    """The last acceptance."""

    def test_enables_all_features(self, world: World) -> None:
        """The management account accepts: all features and service control policies are on, and told of."""
        process = begin(world)
        approve(world, process, INVITED)
        lose_role(world, MANAGEMENT)
        act(world, handshake_responses.accept_handshake, process.id)
        own = current_organization(world)
        assert own.feature_set is FeatureSet.ALL
        assert own.enabled_policy_types == (PolicyType.SERVICE_CONTROL_POLICY,)
        assert AllFeaturesEnabled(at=world.clock.now(), organization_id=own.id) in world.events
        assert role_of(world.state, MANAGEMENT, ROLE, world.clock.now()).linked_service == "organizations.amazonaws.com"
        assert state_of(world, process) is HandshakeState.ACCEPTED
        with expect_refusal(world, HandshakeAlreadyInState):
            act(world, handshake_responses.accept_handshake, process.id)

    def test_not_before_all_have_approved(self, world: World) -> None:
        """While an account is awaited the process cannot be finished."""
        process = begin(world)
        with expect_refusal(world, InvalidHandshakeTransition):
            act(world, handshake_responses.accept_handshake, process.id)

    def test_only_by_the_management_account(self, world: World) -> None:
        """No member can finish the process, not even by its id."""
        process = begin(world)
        approve(world, process, INVITED)
        with expect_refusal(world, HandshakeNotFound):
            act(world, handshake_responses.accept_handshake, process.id, account=INVITED)

    def test_what_was_not_answered_is_canceled(self, world: World) -> None:
        """A request to an account that has left ends with the process."""
        process = begin(world)
        child = asked(world, process)[INVITED]
        act(world, accounts.leave_organization, account=INVITED)
        assert state_of(world, child) is HandshakeState.OPEN
        act(world, handshake_responses.accept_handshake, process.id)
        assert state_of(world, child) is HandshakeState.CANCELED

    def test_invitations_afterwards(self, world: World) -> None:
        """Once it is finished accounts can be invited again, to all features."""
        process = begin(world)
        approve(world, process, INVITED)
        act(world, handshake_responses.accept_handshake, process.id)
        assert invite(world, ANOTHER).promised is FeatureSet.ALL


class TestEnd:
    """A process that comes to nothing."""

    @pytest.mark.parametrize("how", ["canceled", "declined", "expired"])
    def test_cancels_its_requests(self, world: World, how: str) -> None:
        """All requests of the process are canceled with it, and cannot be accepted any more."""
        join(world, ANOTHER)
        process = begin(world)
        approve(world, process, ANOTHER)
        child, done = (asked(world, process)[one] for one in (INVITED, ANOTHER))
        if how == "canceled":
            act(world, handshake_responses.cancel_handshake, process.id)
        elif how == "declined":
            act(world, handshake_responses.decline_handshake, process.id)
        else:
            world.clock.advance(90 * DAYS)
        assert state_of(world, process) is HandshakeState[how.upper()]
        assert state_of(world, child) is HandshakeState.CANCELED
        assert world.state.handshakes[done.id].settled is HandshakeState.ACCEPTED
        with expect_refusal(world, InvalidHandshakeTransition):
            act(world, handshake_responses.accept_handshake, child.id, account=INVITED)
        with expect_refusal(world, InvalidHandshakeTransition):
            act(world, handshake_responses.accept_handshake, process.id)
        assert current_organization(world).feature_set is FeatureSet.CONSOLIDATED_BILLING

    def test_is_seen_for_thirty_days(self, world: World) -> None:
        """The process and its requests are shown for thirty days after its end."""
        process = begin(world)
        child = asked(world, process)[INVITED]
        world.clock.advance(120 * DAYS - timedelta(microseconds=1))
        assert list(asked(world, process)) == [INVITED]
        act(world, lifecycle.describe_handshake, child.id, account=INVITED)
        world.clock.advance(timedelta(microseconds=1))
        assert asked(world, process) == {}
        with expect_refusal(world, HandshakeNotFound):
            act(world, lifecycle.describe_handshake, child.id, account=INVITED)

    def test_a_request_alone_can_be_canceled(self, world: World) -> None:
        """The management account may take one request back; the account is awaited nevertheless."""
        process = begin(world)
        child = asked(world, process)[INVITED]
        act(world, handshake_responses.cancel_handshake, child.id)
        assert state_of(world, child) is HandshakeState.CANCELED
        assert state_of(world, process) is HandshakeState.REQUESTED


class TestInvitations:
    """What the process does to invitations."""

    def test_those_that_were_open_are_canceled(self, world: World) -> None:
        """An invitation to consolidated billing ends when the process begins, as of that instant."""
        old, fresh = invite(world, STANDALONE), invite(world, ANOTHER)
        world.clock.advance(DAYS)
        process = begin(world)
        assert state_of(world, fresh) is HandshakeState.CANCELED
        with expect_refusal(world, InvalidHandshakeTransition):
            act(world, handshake_responses.accept_handshake, old.id, account=STANDALONE)
        act(world, handshake_responses.cancel_handshake, process.id)
        world.clock.advance(30 * DAYS - timedelta(microseconds=1))
        act(world, lifecycle.describe_handshake, old.id, account=STANDALONE)
        world.clock.advance(timedelta(microseconds=1))
        with expect_refusal(world, HandshakeNotFound):
            act(world, lifecycle.describe_handshake, old.id, account=STANDALONE)

    def test_those_that_had_ended_stay_as_they_were(self, world: World) -> None:
        """What was answered or had expired before is not canceled after the event."""
        declined, expired = invite(world, STANDALONE), invite(world, ANOTHER)
        act(world, handshake_responses.decline_handshake, declined.id, account=STANDALONE)
        world.clock.advance(15 * DAYS)
        begin(world)
        assert state_of(world, declined) is HandshakeState.DECLINED
        assert state_of(world, expired) is HandshakeState.EXPIRED

    def test_can_be_sent_again_after_it(self, world: World) -> None:
        """An invitation that the process canceled can be sent again, and then stands."""
        invite(world, STANDALONE)
        act(world, handshake_responses.cancel_handshake, begin(world).id)
        again = invite(world, STANDALONE)
        assert (again.promised, state_of(world, again)) == (FeatureSet.CONSOLIDATED_BILLING, HandshakeState.OPEN)

    def test_none_are_sent_meanwhile(self, world: World) -> None:
        """While the process is under way nobody is invited."""
        begin(world)
        reason = HandshakeConstraint.INVITE_DISABLED_DURING_ENABLE_ALL_FEATURES
        with expect_refusal(world, HandshakeConstraintViolated, reason):
            invite(world, STANDALONE)
        world.clock.advance(90 * DAYS)
        assert state_of(world, invite(world, STANDALONE)) is HandshakeState.OPEN

    @pytest.mark.parametrize("ends", ["finished", "canceled", "expired"])
    def test_if_they_are_sent_meanwhile(self, ends: str) -> None:
        """Where they may be sent, they promise all features, and end if the process comes to nothing."""
        world = billing(invitations_during_migration=True)
        process = begin(world)
        if ends == "expired":
            world.clock.advance(80 * DAYS)
        invitation = invite(world, STANDALONE)
        assert invitation.promised is FeatureSet.ALL
        assert asked(world, process) == {}
        if ends == "finished":
            act(world, handshake_responses.accept_handshake, process.id)
        elif ends == "canceled":
            act(world, handshake_responses.cancel_handshake, process.id)
        else:
            world.clock.advance(10 * DAYS)
        expected = HandshakeState.OPEN if ends == "finished" else HandshakeState.CANCELED
        assert state_of(world, invitation) is expected


class TestCost:
    """What the process costs where there are many accounts."""

    def test_does_not_look_at_everybody(self) -> None:
        """To look at the process, to answer it and to cancel it cost the same, whether a few or many are asked."""
        counts = []
        for size in (5, 500):
            world = billing(quotas=quotas_with(accounts_per_organization=1_000))
            members = [f"{at:012}" for at in range(size)]
            for member in members:
                join(world, member)
            invitation, process = invite(world, STANDALONE), begin(world)
            children = asked(world, process)
            for member in members[: size // 2]:
                act(world, handshake_responses.accept_handshake, children[member].id, account=member)
            last = children[members[-1]]
            counts.append(
                (
                    count_calls(world, lambda: state_of(world, process)),  # noqa: B023 - called at once
                    count_calls(world, lambda: state_of(world, last)),  # noqa: B023
                    count_calls(world, lambda: state_of(world, invitation)),  # noqa: B023
                    count_calls(world, lambda: act(world, handshake_responses.accept_handshake, last.id, account=last.recipient)),  # noqa: B023
                    count_calls(world, lambda: act(world, handshake_responses.cancel_handshake, process.id)),  # noqa: B023
                )
            )
        assert [many <= few * 1.5 for few, many in zip(*counts, strict=True)] == [True] * 5, counts
