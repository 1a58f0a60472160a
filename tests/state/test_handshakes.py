"""Invitations as the story needs them: sent, seen by both parties, accepted or not."""

from datetime import timedelta

import pytest

from artifact_state.errors import (
    Constraint,
    ConstraintViolated,
    DuplicateHandshake,
    HandshakeAlreadyInState,
    HandshakeConstraint,
    HandshakeConstraintViolated,
    HandshakeNotFound,
    InputReason,
    InvalidHandshakeTransition,
    InvalidInput,
    ManagementAccountCannotLeave,
    NotInOrganization,
    NotParty,
    WrongAccount,
)
from artifact_state.model import FeatureSet, Handshake, HandshakeState, JoinedMethod, PartyKind
from artifact_state.organizations import accounts, handshake_responses, organization
from artifact_state.organizations.handshakes import account_invitations, lifecycle
from artifact_state.world import World
from tests.support.domain import (
    MANAGEMENT,
    NOW,
    STANDALONE,
    act,
    create_member,
    expect_refusal,
    world_with_organization,
)

OTHER = "222233334444"


@pytest.fixture
def world() -> World:
    """Give a world with an organization."""
    return world_with_organization()


def invite(
    world: World, target: str = STANDALONE, kind: PartyKind = PartyKind.ACCOUNT, by: str = MANAGEMENT
) -> Handshake:
    """Invite an account."""
    return act(world, account_invitations.invite_account, kind, target, account=by)


def accept(world: World, handshake: Handshake, account: str = STANDALONE) -> Handshake:
    """Accept a handshake."""
    return act(world, handshake_responses.accept_handshake, handshake.id, account=account)


def state_of(world: World, handshake: Handshake) -> HandshakeState:
    """Tell where a handshake stands now."""
    kept = act(world, lifecycle.describe_handshake, handshake.id)
    return lifecycle.handshake_state(world.state, kept, world.clock.now())


class TestInviteAccount:
    """invite_account."""

    def test_waits_for_fifteen_days(self, world: World) -> None:
        """An invitation is open until it is answered or expires; that it has expired follows from the time."""
        invited = invite(world)
        before = world.state
        assert state_of(world, invited) is HandshakeState.OPEN
        world.clock.advance(timedelta(days=15, microseconds=-1))
        assert state_of(world, invited) is HandshakeState.OPEN
        world.clock.advance(timedelta(microseconds=1))
        assert state_of(world, invited) is HandshakeState.EXPIRED
        assert world.state is before

    def test_of_a_member(self, world: World) -> None:
        """A member cannot be invited to its own organization, neither by id nor by address."""
        member = create_member(world)
        for kind, target in ((PartyKind.ACCOUNT, member), (PartyKind.EMAIL, "Member@example.com")):
            with expect_refusal(world, HandshakeConstraintViolated, HandshakeConstraint.ALREADY_IN_AN_ORGANIZATION):
                invite(world, target, kind)

    def test_twice(self, world: World) -> None:
        """While one is open there is no second; once it has expired there may be."""
        first = invite(world)
        with expect_refusal(world, DuplicateHandshake):
            invite(world)
        world.clock.advance(timedelta(days=15))
        assert invite(world).id != first.id

    def test_by_several_organizations(self, world: World) -> None:
        """An account may be invited by many."""
        act(world, organization.create_organization, FeatureSet.ALL, account=OTHER)
        assert invite(world).id != invite(world, by=OTHER).id

    @pytest.mark.parametrize(
        ("kind", "target", "reason"),
        [
            (PartyKind.ORGANIZATION, "o-1234567890", InputReason.INVALID_PARTY_TYPE_TARGET),
            (PartyKind.ACCOUNT, "12345678901", InputReason.INVALID_PATTERN_TARGET_ID),
            (PartyKind.ACCOUNT, "12345678901x", InputReason.INVALID_PATTERN_TARGET_ID),
            (PartyKind.ACCOUNT, "\u0661" * 12, InputReason.INVALID_PATTERN_TARGET_ID),
            (PartyKind.EMAIL, STANDALONE, InputReason.INVALID_EMAIL_ADDRESS_TARGET),
            (PartyKind.EMAIL, "@example.com", InputReason.INVALID_EMAIL_ADDRESS_TARGET),
            (PartyKind.EMAIL, "a b@example.com", InputReason.INVALID_EMAIL_ADDRESS_TARGET),
        ],
    )
    def test_of_what_is_no_account(self, world: World, kind: PartyKind, target: str, reason: InputReason) -> None:
        """Only twelve digits are an account, and only an address is an address."""
        with expect_refusal(world, InvalidInput, reason):
            invite(world, target, kind)

    def test_by_a_member_or_a_stranger(self, world: World) -> None:
        """Only the management account may."""
        member = create_member(world)
        with expect_refusal(world, WrongAccount):
            invite(world, by=member)
        with expect_refusal(world, NotInOrganization):
            invite(world, by=STANDALONE)


class TestDescribeHandshake:
    """describe_handshake."""

    def test_by_either_party(self, world: World) -> None:
        """Sender and recipient are told the same."""
        invited = invite(world)
        seen = [act(world, lifecycle.describe_handshake, invited.id, account=one) for one in (MANAGEMENT, STANDALONE)]
        assert seen == [invited, invited]

    def test_by_nobody_else(self, world: World) -> None:
        """To any other account it does not exist, a member of the organization included."""
        invited, member = invite(world), create_member(world)
        for account in (member, OTHER):
            with expect_refusal(world, HandshakeNotFound):
                act(world, lifecycle.describe_handshake, invited.id, account=account)
        with expect_refusal(world, HandshakeNotFound):
            act(world, lifecycle.describe_handshake, "h-00000000")

    def test_for_thirty_days_after_its_end(self, world: World) -> None:
        """A settled or expired handshake is seen for thirty days more."""
        invited = invite(world)
        world.clock.advance(timedelta(days=45, microseconds=-1))
        assert state_of(world, invited) is HandshakeState.EXPIRED
        world.clock.advance(timedelta(microseconds=1))
        with expect_refusal(world, HandshakeNotFound):
            act(world, lifecycle.describe_handshake, invited.id)


class TestAcceptHandshake:
    """accept_handshake."""

    def test_makes_a_member(self, world: World) -> None:
        """The invited account joins below the root, as an invited one, now."""
        invited = invite(world)
        world.clock.advance(timedelta(days=1))
        accepted = accept(world, invited)
        membership = world.state.memberships[STANDALONE]
        assert membership.organization_id == invited.organization_id
        assert (membership.method, membership.joined_at) == (JoinedMethod.INVITED, NOW + timedelta(days=1))
        assert state_of(world, accepted) is HandshakeState.ACCEPTED

    def test_by_its_address(self, world: World) -> None:
        """An invitation to an address is accepted by the account that has it."""
        invited = invite(world, f"account-{STANDALONE}@example.com", PartyKind.EMAIL)
        with expect_refusal(world, HandshakeNotFound):
            accept(world, invited, OTHER)
        accept(world, invited)
        assert STANDALONE in world.state.memberships

    def test_by_its_sender(self, world: World) -> None:
        """The sender is a party, but not the one that accepts."""
        invited = invite(world)
        with expect_refusal(world, NotParty):
            accept(world, invited, MANAGEMENT)

    def test_twice(self, world: World) -> None:
        """What is accepted is accepted."""
        invited = invite(world)
        accept(world, invited)
        with expect_refusal(world, HandshakeAlreadyInState):
            accept(world, invited)

    def test_too_late(self, world: World) -> None:
        """An expired invitation leads nowhere."""
        invited = invite(world)
        world.clock.advance(timedelta(days=15))
        with expect_refusal(world, InvalidHandshakeTransition):
            accept(world, invited)

    def test_as_a_member_already(self, world: World) -> None:
        """An account that has become a member meanwhile cannot become one again."""
        by_id, by_address = invite(world), invite(world, f"account-{STANDALONE}@example.com", PartyKind.EMAIL)
        accept(world, by_id)
        with expect_refusal(world, HandshakeConstraintViolated, HandshakeConstraint.ALREADY_IN_AN_ORGANIZATION):
            accept(world, by_address)

    def test_as_a_member_of_another(self, world: World) -> None:
        """An account may go straight from one organization to another."""
        act(world, organization.create_organization, FeatureSet.ALL, account=OTHER)
        accept(world, invite(world))
        accept(world, invite(world, by=OTHER))
        assert world.state.memberships[STANDALONE].organization_id == world.state.memberships[OTHER].organization_id
        assert STANDALONE not in set(
            world.state.organizations[world.state.memberships[MANAGEMENT].organization_id].members
        )

    def test_as_the_management_account_of_another(self, world: World) -> None:
        """A management account cannot leave its own organization for another."""
        act(world, organization.create_organization, FeatureSet.ALL, account=OTHER)
        invited = invite(world, OTHER)
        with expect_refusal(world, ManagementAccountCannotLeave):
            accept(world, invited, OTHER)

    def test_as_a_member_that_may_not_leave_yet(self) -> None:
        """A created account that must wait cannot go by another's invitation either."""
        world = world_with_organization(leave_wait_period=timedelta(days=4))
        member = create_member(world)
        act(world, organization.create_organization, FeatureSet.ALL, account=OTHER)
        invited = invite(world, member, by=OTHER)
        with expect_refusal(world, ConstraintViolated, Constraint.WAIT_PERIOD_ACTIVE):
            accept(world, invited, member)

    def test_lets_a_removed_account_come_back(self, world: World) -> None:
        """Removed and invited again, an account is a member again."""
        accept(world, invite(world))
        act(world, accounts.remove_account, STANDALONE)
        accept(world, invite(world))
        assert STANDALONE in world.state.memberships
