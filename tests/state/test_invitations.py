"""Invitations and handshakes at large: sent, answered, expired, listed, forgotten."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any, NamedTuple

import pytest

from artifact_state.authority import organization_of
from artifact_state.errors import (
    Constraint,
    ConstraintViolated,
    DuplicateHandshake,
    EmailNotVerified,
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
    OrganizationFinalizing,
    WrongAccount,
)
from artifact_state.events import AccountDeparted, AccountJoined, DepartureMethod, HandshakeChanged
from artifact_state.model import FeatureSet, Handshake, HandshakeAction, HandshakeState, JoinedMethod, PartyKind
from artifact_state.organizations import account_closure, account_creation, accounts, handshake_responses, organization
from artifact_state.organizations.handshakes import account_invitations, lifecycle, listing
from artifact_state.resource_tags import TagPairs
from artifact_state.world import Transaction, World
from tests.support.call_counting import count_calls
from tests.support.domain import (
    MANAGEMENT,
    STANDALONE,
    act,
    create_member,
    current_organization,
    expect_refusal,
    quotas_with,
    transaction,
    world_with_organization,
)

OTHER = "444455556666"
MOMENT = timedelta(microseconds=1)
TAGS = (("team", "blue"), ("stage", ""))


@pytest.fixture
def world() -> World:
    """Give a world with an organization of all features."""
    return world_with_organization()


def invite(world: World, target: str = STANDALONE, *, account: str = MANAGEMENT, **named: Any) -> Handshake:
    """Invite an account by its id or its e-mail address."""
    kind = PartyKind.EMAIL if "@" in target else PartyKind.ACCOUNT
    return act(world, account_invitations.invite_account, kind, target, account=account, **named)


def state_of(world: World, handshake: Handshake) -> HandshakeState:
    """Tell where a handshake stands now."""
    return lifecycle.handshake_state(world.state, world.state.handshakes[handshake.id], world.clock.now())


def sent(world: World, *filters: object, account: str = MANAGEMENT) -> list[str]:
    """List the ids of what the organization sent."""
    with transaction(world, account) as tx:
        return [one.id for _, one in listing.list_sent_handshakes(tx, *filters) if one]  # type: ignore[arg-type]


def received(world: World, *filters: object, account: str = STANDALONE) -> list[str]:
    """List the ids of what an account received."""
    with transaction(world, account) as tx:
        return [one.id for _, one in listing.list_received_handshakes(tx, *filters) if one]  # type: ignore[arg-type]


class TestInviteAccount:
    """invite_account."""

    def test_is_open_for_fifteen_days(self, world: World) -> None:
        """An invitation is open until fifteen days have passed, to the microsecond."""
        invitation = invite(world)
        world.clock.advance(timedelta(days=15) - MOMENT)
        assert state_of(world, invitation) is HandshakeState.OPEN
        world.clock.advance(MOMENT)
        assert state_of(world, invitation) is HandshakeState.EXPIRED

    def test_tells_of_itself(self, world: World) -> None:
        """The log has one entry that names the handshake."""
        world.events.clear()
        invitation = invite(world)
        (event,) = world.events
        assert event == HandshakeChanged(
            at=world.clock.now(), organization_id=current_organization(world).id, handshake_id=invitation.id
        )

    def test_keeps_what_it_says(self, world: World) -> None:
        """Notes, tags and the features that the recipient is told of are kept with the invitation."""
        invitation = invite(world, notes="Welcome", tags=TAGS)
        kept = world.state.handshakes[invitation.id]
        assert (kept.notes, kept.tags, kept.promised) == ("Welcome", TAGS, FeatureSet.ALL)

    @pytest.mark.parametrize(
        ("kind", "target", "reason"),
        [
            (PartyKind.ORGANIZATION, "o-1234567890", InputReason.INVALID_PARTY_TYPE_TARGET),
            (PartyKind.ACCOUNT, "12345678901", InputReason.INVALID_PATTERN_TARGET_ID),
            (PartyKind.ACCOUNT, "1234567890123", InputReason.INVALID_PATTERN_TARGET_ID),
            (PartyKind.ACCOUNT, "12345678901²", InputReason.INVALID_PATTERN_TARGET_ID),
            (PartyKind.EMAIL, "example.com", InputReason.INVALID_EMAIL_ADDRESS_TARGET),
            (PartyKind.EMAIL, "@example.com", InputReason.INVALID_EMAIL_ADDRESS_TARGET),
            (PartyKind.EMAIL, "somebody@", InputReason.INVALID_EMAIL_ADDRESS_TARGET),
            (PartyKind.EMAIL, "some body@example.com", InputReason.INVALID_EMAIL_ADDRESS_TARGET),
        ],
    )
    def test_target(self, world: World, kind: PartyKind, target: str, reason: InputReason) -> None:
        """An invitation goes to an account's id or to an e-mail address."""
        with expect_refusal(world, InvalidInput, reason):
            act(world, account_invitations.invite_account, kind, target)

    def test_only_the_management_account(self, world: World) -> None:
        """A member and a stranger cannot invite."""
        member = create_member(world)
        with expect_refusal(world, WrongAccount):
            invite(world, account=member)
        with expect_refusal(world, NotInOrganization):
            invite(world, OTHER, account=STANDALONE)

    def test_members(self, world: World) -> None:
        """Neither a member nor the management account itself can be invited, by id or by address."""
        member = create_member(world, "member")
        for target in (member, "member@example.com", "MEMBER@example.com", MANAGEMENT):
            with expect_refusal(world, HandshakeConstraintViolated, HandshakeConstraint.ALREADY_IN_AN_ORGANIZATION):
                invite(world, target)

    def test_duplicate(self, world: World) -> None:
        """While an invitation is open, no second one goes to the same target, however its letters are written."""
        for target, again in ((STANDALONE, STANDALONE), ("new@example.com", "NEW@example.com")):
            invite(world, target)
            with expect_refusal(world, DuplicateHandshake):
                invite(world, again)

    @pytest.mark.parametrize("answer", [handshake_responses.decline_handshake, handshake_responses.cancel_handshake])
    def test_again_after_an_answer(self, world: World, answer: Callable[..., Handshake]) -> None:
        """An invitation that was declined or canceled can be sent again."""
        invitation = invite(world)
        account = STANDALONE if answer is handshake_responses.decline_handshake else MANAGEMENT
        act(world, answer, invitation.id, account=account)
        assert state_of(world, invite(world)) is HandshakeState.OPEN

    def test_again_after_it_expired(self, world: World) -> None:
        """An invitation that has expired can be sent again."""
        invite(world)
        world.clock.advance(timedelta(days=15))
        assert state_of(world, invite(world)) is HandshakeState.OPEN

    def test_from_two_organizations(self, world: World) -> None:
        """Another organization may invite the same account."""
        act(world, organization.create_organization, FeatureSet.ALL, account=OTHER)
        first, second = invite(world), invite(world, account=OTHER)
        assert received(world) == [first.id, second.id]

    @pytest.mark.parametrize(
        ("pairs", "error", "reason"),
        [
            ((("aws:x", "1"),), InvalidInput, InputReason.INVALID_SYSTEM_TAGS_PARAMETER),
            ((("a", "1"), ("a", "2")), InvalidInput, InputReason.DUPLICATE_TAG_KEY),
            (tuple((f"k{at}", "") for at in range(51)), ConstraintViolated, Constraint.MAX_TAG_LIMIT_EXCEEDED),
        ],
    )
    def test_tags(self, world: World, pairs: TagPairs, error: type, reason: object) -> None:
        """Tags that an account could not have send no invitation."""
        with expect_refusal(world, error, reason):
            invite(world, tags=pairs)

    def test_young_organizations(self) -> None:
        """An organization that is still being finalized invites nobody."""
        world = world_with_organization(finalizing_period=timedelta(hours=1))
        with expect_refusal(world, OrganizationFinalizing):
            invite(world)
        world.clock.advance(timedelta(hours=1))
        assert state_of(world, invite(world)) is HandshakeState.OPEN

    def test_owners_that_are_not_verified(self) -> None:
        """A management account whose address is not verified invites nobody."""
        world = world_with_organization(email_verified=False)
        with expect_refusal(world, EmailNotVerified):
            invite(world)

    def test_room(self) -> None:
        """An organization with as many accounts as it may have invites nobody; closed accounts count until they go."""
        world = world_with_organization(quotas=quotas_with(accounts_per_organization=2))
        member = create_member(world)
        act(world, account_closure.close_account, member)
        with expect_refusal(world, HandshakeConstraintViolated, HandshakeConstraint.ACCOUNT_NUMBER_LIMIT_EXCEEDED):
            invite(world)
        world.clock.advance(timedelta(days=90))
        assert state_of(world, invite(world)) is HandshakeState.OPEN


class TestRate:
    """How many invitations may be sent within 24 hours."""

    @pytest.fixture
    def world(self) -> World:
        """Give a world that allows three invitations a day."""
        return world_with_organization(quotas=quotas_with(accounts_per_organization=3, invitations_per_day=3))

    def test_more_than_a_day_allows(self, world: World) -> None:
        """One more is refused until the first is 24 hours old."""
        for at in range(3):
            invite(world, f"new-{at}@example.com")
            world.clock.advance(timedelta(hours=1))
        with expect_refusal(world, HandshakeConstraintViolated, HandshakeConstraint.HANDSHAKE_RATE_LIMIT_EXCEEDED):
            invite(world)
        world.clock.advance(timedelta(hours=21) - MOMENT)
        with expect_refusal(world, HandshakeConstraintViolated, HandshakeConstraint.HANDSHAKE_RATE_LIMIT_EXCEEDED):
            invite(world)
        world.clock.advance(MOMENT)
        invite(world)
        with expect_refusal(world, HandshakeConstraintViolated, HandshakeConstraint.HANDSHAKE_RATE_LIMIT_EXCEEDED):
            invite(world, OTHER)

    def test_accepted_ones_do_not_count(self, world: World) -> None:
        """As soon as one invitation is accepted, another can be sent that same day."""
        first = invite(world)
        for at in range(2):
            invite(world, f"new-{at}@example.com")
        act(world, handshake_responses.accept_handshake, first.id, account=STANDALONE)
        assert state_of(world, invite(world, OTHER)) is HandshakeState.OPEN

    def test_canceled_ones_count(self, world: World) -> None:
        """An invitation that was canceled was sent nevertheless."""
        for _ in range(3):
            act(world, handshake_responses.cancel_handshake, invite(world).id)
        with expect_refusal(world, HandshakeConstraintViolated, HandshakeConstraint.HANDSHAKE_RATE_LIMIT_EXCEEDED):
            invite(world)

    def test_the_greater_quota_counts(self) -> None:
        """An organization may send as many a day as it may have accounts, if that is more."""
        world = world_with_organization(quotas=quotas_with(accounts_per_organization=5, invitations_per_day=1))
        for at in range(5):
            invite(world, f"new-{at}@example.com")
        with expect_refusal(world, HandshakeConstraintViolated, HandshakeConstraint.HANDSHAKE_RATE_LIMIT_EXCEEDED):
            invite(world)


class TestAcceptInvitation:
    """accept_handshake of an invitation."""

    def test_makes_a_member(self, world: World) -> None:
        """The account joins below the root as INVITED, with the tags of the invitation, and may not accept twice."""
        invitation = invite(world, tags=TAGS)
        accepted = act(world, handshake_responses.accept_handshake, invitation.id, account=STANDALONE)
        assert (accepted.settled, accepted.settled_at) == (HandshakeState.ACCEPTED, world.clock.now())
        membership = world.state.memberships[STANDALONE]
        own = current_organization(world)
        assert (membership.method, membership.parent_id) == (JoinedMethod.INVITED, own.root_id)
        assert tuple((one.key, one.value) for one in world.state.tags[STANDALONE]) == TAGS
        with expect_refusal(world, HandshakeAlreadyInState):
            act(world, handshake_responses.accept_handshake, invitation.id, account=STANDALONE)

    def test_by_address(self, world: World) -> None:
        """An invitation to an address is for the account that has the address now."""
        invitation = invite(world, f"Account-{STANDALONE}@example.com")
        with expect_refusal(world, HandshakeNotFound):
            act(world, handshake_responses.accept_handshake, invitation.id, account=OTHER)
        act(world, handshake_responses.accept_handshake, invitation.id, account=STANDALONE)
        assert organization_of(world.state, STANDALONE, world.clock.now()) == current_organization(world)

    def test_straight_from_another_organization(self, world: World) -> None:
        """A member of another organization leaves that one and joins this one in one step."""
        act(world, organization.create_organization, FeatureSet.ALL, account=OTHER)
        act(world, handshake_responses.accept_handshake, invite(world, account=OTHER).id, account=STANDALONE)
        first = organization_of(world.state, OTHER, world.clock.now())
        invitation = invite(world)
        world.events.clear()
        act(world, handshake_responses.accept_handshake, invitation.id, account=STANDALONE)
        second = organization_of(world.state, MANAGEMENT, world.clock.now())
        assert first
        assert second
        assert organization_of(world.state, STANDALONE, world.clock.now()) == second
        now = world.clock.now()
        assert [one for one in world.events if isinstance(one, AccountDeparted | AccountJoined)] == [
            AccountDeparted(
                at=now,
                organization_id=first.id,
                management_account_id=first.management_account_id,
                account_id=STANDALONE,
                method=DepartureMethod.LEFT,
            ),
            AccountJoined(
                at=now,
                organization_id=second.id,
                management_account_id=MANAGEMENT,
                account_id=STANDALONE,
                invited=True,
            ),
        ]

    def test_tags_of_the_old_organization_are_gone(self, world: World) -> None:
        """What one organization tagged an account with does not come along to the next."""
        act(world, organization.create_organization, FeatureSet.ALL, account=OTHER)
        act(world, handshake_responses.accept_handshake, invite(world, account=OTHER, tags=(("old", ""),)).id, account=STANDALONE)
        act(world, handshake_responses.accept_handshake, invite(world, tags=TAGS).id, account=STANDALONE)
        assert [one.key for one in world.state.tags[STANDALONE]] == ["team", "stage"]

    def test_a_management_account_cannot_come(self, world: World) -> None:
        """The management account of another organization would have to delete that one first."""
        act(world, organization.create_organization, FeatureSet.ALL, account=STANDALONE)
        invitation = invite(world)
        with expect_refusal(world, ManagementAccountCannotLeave):
            act(world, handshake_responses.accept_handshake, invitation.id, account=STANDALONE)

    def test_an_account_that_may_not_leave_cannot_come(self) -> None:
        """A created account that has to wait before it leaves its organization cannot go straight to another."""
        world = world_with_organization(leave_wait_period=timedelta(days=4))
        member = create_member(world)
        act(world, organization.create_organization, FeatureSet.ALL, account=OTHER)
        invitation = invite(world, member, account=OTHER)
        with expect_refusal(world, ConstraintViolated, Constraint.WAIT_PERIOD_ACTIVE):
            act(world, handshake_responses.accept_handshake, invitation.id, account=member)
        world.clock.advance(timedelta(days=4))
        act(world, handshake_responses.accept_handshake, invitation.id, account=member)

    def test_members(self, world: World) -> None:
        """An account that came in by another invitation cannot accept a second one of the same organization."""
        by_id, by_address = invite(world), invite(world, f"account-{STANDALONE}@example.com")
        act(world, handshake_responses.accept_handshake, by_id.id, account=STANDALONE)
        with expect_refusal(world, HandshakeConstraintViolated, HandshakeConstraint.ALREADY_IN_AN_ORGANIZATION):
            act(world, handshake_responses.accept_handshake, by_address.id, account=STANDALONE)

    def test_room(self) -> None:
        """An organization that has filled up since takes nobody."""
        world = world_with_organization(quotas=quotas_with(accounts_per_organization=2))
        invitation = invite(world)
        create_member(world)
        with expect_refusal(world, HandshakeConstraintViolated, HandshakeConstraint.ACCOUNT_NUMBER_LIMIT_EXCEEDED):
            act(world, handshake_responses.accept_handshake, invitation.id, account=STANDALONE)

    def test_another_partition(self, world: World) -> None:
        """An account joins only an organization of its own partition."""
        invitation = invite(world)
        reason = HandshakeConstraint.ORGANIZATION_FROM_DIFFERENT_SELLER_OF_RECORD
        with expect_refusal(world, HandshakeConstraintViolated, reason):
            act(world, handshake_responses.accept_handshake, invitation.id, account=STANDALONE, region="us-gov-west-1")


class Answer(NamedTuple):
    """An answer: how it is given, by whom, and what the handshake is then."""

    rule: Callable[[Transaction, str], Handshake]
    account: str
    state: HandshakeState


ANSWERS = [
    Answer(handshake_responses.accept_handshake, STANDALONE, HandshakeState.ACCEPTED),
    Answer(handshake_responses.decline_handshake, STANDALONE, HandshakeState.DECLINED),
    Answer(handshake_responses.cancel_handshake, MANAGEMENT, HandshakeState.CANCELED),
]
every_answer = pytest.mark.parametrize("answer", ANSWERS, ids=["accept", "decline", "cancel"])


class TestAnswers:
    """accept_handshake, decline_handshake and cancel_handshake."""

    @every_answer
    def test_settles(self, world: World, answer: Answer) -> None:
        """An answer gives the handshake its state for good, and tells of it once."""
        invitation = invite(world)
        world.events.clear()
        assert act(world, answer.rule, invitation.id, account=answer.account).settled is answer.state
        assert [type(one) for one in world.events].count(HandshakeChanged) == 1
        world.clock.advance(timedelta(days=20))
        assert state_of(world, invitation) is answer.state

    @every_answer
    def test_twice(self, world: World, answer: Answer) -> None:
        """The same answer again finds the handshake in that state already; another answer comes too late."""
        invitation = invite(world)
        act(world, answer.rule, invitation.id, account=answer.account)
        for again in ANSWERS:
            with expect_refusal(world, HandshakeAlreadyInState if again is answer else InvalidHandshakeTransition):
                act(world, again.rule, invitation.id, account=again.account)

    @every_answer
    def test_too_late(self, world: World, answer: Answer) -> None:
        """What has expired takes no answer."""
        invitation = invite(world)
        world.clock.advance(timedelta(days=15))
        with expect_refusal(world, InvalidHandshakeTransition):
            act(world, answer.rule, invitation.id, account=answer.account)

    @every_answer
    def test_of_the_other_party(self, world: World, answer: Answer) -> None:
        """The recipient cannot cancel, and the sender can neither accept nor decline."""
        invitation = invite(world)
        with expect_refusal(world, NotParty):
            act(world, answer.rule, invitation.id, account=MANAGEMENT if answer.account == STANDALONE else STANDALONE)

    @every_answer
    def test_of_nobody(self, world: World, answer: Answer) -> None:
        """A third account learns nothing of the handshake, and nobody of one that does not exist."""
        invitation = invite(world)
        with expect_refusal(world, HandshakeNotFound):
            act(world, answer.rule, invitation.id, account=OTHER)
        with expect_refusal(world, HandshakeNotFound):
            act(world, answer.rule, "h-" + "0" * 32, account=answer.account)

    def test_a_member_cannot_cancel(self, world: World) -> None:
        """An account of the organization that did not send the handshake is no party to it."""
        member = create_member(world)
        invitation = invite(world)
        with expect_refusal(world, HandshakeNotFound):
            act(world, handshake_responses.cancel_handshake, invitation.id, account=member)


class TestDescribe:
    """describe_handshake."""

    def test_both_parties(self, world: World) -> None:
        """Sender and recipient see the same handshake; a member does not."""
        member = create_member(world)
        invitation = invite(world)
        for account in (MANAGEMENT, STANDALONE):
            assert act(world, lifecycle.describe_handshake, invitation.id, account=account) == invitation
        with expect_refusal(world, HandshakeNotFound):
            act(world, lifecycle.describe_handshake, invitation.id, account=member)

    @pytest.mark.parametrize("ends", ["answered", "expired"])
    def test_for_thirty_days_after_the_end(self, world: World, ends: str) -> None:
        """What has ended can be seen for thirty days more, then it is not found, nor listed by either party."""
        invitation = invite(world)
        if ends == "answered":
            act(world, handshake_responses.decline_handshake, invitation.id, account=STANDALONE)
        else:
            world.clock.advance(timedelta(days=15))
        world.clock.advance(timedelta(days=30) - MOMENT)
        act(world, lifecycle.describe_handshake, invitation.id)
        assert sent(world) == received(world) == [invitation.id]
        world.clock.advance(MOMENT)
        assert sent(world) == received(world) == []
        for account in (MANAGEMENT, STANDALONE):
            with expect_refusal(world, HandshakeNotFound):
                act(world, lifecycle.describe_handshake, invitation.id, account=account)

    def test_of_a_deleted_organization(self, world: World) -> None:
        """The handshakes of an organization go with it."""
        invitation = invite(world)
        act(world, organization.delete_organization)
        assert received(world) == []
        with expect_refusal(world, HandshakeNotFound):
            act(world, handshake_responses.accept_handshake, invitation.id, account=STANDALONE)


class TestLists:
    """sent_handshakes and received_handshakes."""

    def test_order(self, world: World) -> None:
        """Both lists are in the order of sending, and go on after a place."""
        invited = [invite(world, target) for target in (STANDALONE, OTHER, f"account-{STANDALONE}@example.com")]
        assert sent(world) == [one.id for one in invited]
        assert received(world) == [invited[0].id, invited[2].id]
        with transaction(world, MANAGEMENT) as tx:
            rest = list(listing.list_sent_handshakes(tx, after=invited[0].serial))
        assert [place for place, _ in rest] == [one.serial for one in invited[1:]]

    def test_a_former_address(self, world: World) -> None:
        """An invitation to an address that an account no longer has is not its any more."""
        invitation = invite(world, f"account-{STANDALONE}@example.com")
        with transaction(world, STANDALONE) as tx:
            tx.put(replace(accounts.account_of(tx.state, STANDALONE), email="new@example.com"))
        assert received(world) == []
        with expect_refusal(world, HandshakeNotFound):
            act(world, lifecycle.describe_handshake, invitation.id, account=STANDALONE)

    def test_by_action(self, world: World) -> None:
        """A filter by action leaves the others out."""
        invitation = invite(world)
        for listed in (sent, received):
            assert listed(world, HandshakeAction.INVITE) == [invitation.id]
            assert listed(world, HandshakeAction.APPROVE_ALL_FEATURES) == []

    def test_two_filters(self, world: World) -> None:
        """Only one filter may be given."""
        for rule, account in (
            (listing.list_sent_handshakes, MANAGEMENT),
            (listing.list_received_handshakes, STANDALONE),
        ):
            with expect_refusal(world, InvalidInput, InputReason.MAX_LIMIT_EXCEEDED_FILTER):
                act(world, rule, HandshakeAction.INVITE, "h-" + "0" * 32, account=account)

    def test_an_unknown_parent(self, world: World) -> None:
        """A process that does not exist has no handshakes, and an invitation is none."""
        invitation = invite(world)
        for parent in ("h-" + "0" * 32, invitation.id):
            assert sent(world, None, parent) == received(world, None, parent) == []

    def test_who_may_list(self, world: World) -> None:
        """Any account lists what it received; what was sent is for the management account."""
        member = create_member(world)
        assert received(world, account=member) == []
        with expect_refusal(world, WrongAccount):
            act(world, listing.list_sent_handshakes, account=member)
        with expect_refusal(world, NotInOrganization):
            act(world, listing.list_sent_handshakes, account=STANDALONE)


class TestForgetting:
    """What becomes of handshakes that nobody sees any more."""

    def test_a_new_invitation_clears_the_old_away(self, world: World) -> None:
        """Nothing is kept of invitations that ended more than thirty days ago, once a new one is sent."""
        for at in range(3):
            invite(world, f"new-{at}@example.com")
        act(world, handshake_responses.accept_handshake, invite(world).id, account=STANDALONE)
        world.clock.advance(timedelta(days=45))
        latest = invite(world, OTHER)
        assert list(world.state.handshakes) == [latest.id]
        own = current_organization(world)
        assert [list(one) for one in own.handshakes.values()] == [[latest.id]]
        assert list(own.latest_handshakes.values()) == [latest.id]
        kept = [list(one) for of in world.state.received_handshakes.values() for one in of.values()]
        assert [one for one in kept if one] == [[latest.id]]

    def test_what_can_be_seen_is_kept(self, world: World) -> None:
        """An invitation that has ended stays as long as it is shown."""
        first = invite(world)
        world.clock.advance(timedelta(days=44))
        second = invite(world)
        assert sent(world) == [first.id, second.id]

    def test_the_latest_to_a_target_stays_known(self, world: World) -> None:
        """Clearing the first invitation to a target away leaves the second one a duplicate's match."""
        invite(world)
        world.clock.advance(timedelta(days=16))
        invite(world)
        world.clock.advance(timedelta(days=14))
        act(world, handshake_responses.cancel_handshake, invite(world, OTHER).id)
        with expect_refusal(world, DuplicateHandshake):
            invite(world)


class TestCost:
    """What handshakes cost where there are many."""

    @pytest.mark.parametrize("days", [0, 1, 16, 40, 50])
    def test_does_not_grow(self, days: int) -> None:
        """A hundred times the invitations, however old, cost no more than a few steps deeper into a tree."""
        counts = []
        for size in (10, 1_000):
            world = world_with_organization(quotas=quotas_with(accounts_per_organization=10_000))
            for at in range(size):
                invitation = invite(world, f"{at:012}")
                if at % 2:
                    act(world, handshake_responses.decline_handshake, invitation.id, account=f"{at:012}")
            world.clock.advance(timedelta(days=days))
            new = invite(world, OTHER)
            counts.append(
                [
                    count_calls(world, lambda: invite(world)),  # noqa: B023 - called at once
                    count_calls(world, lambda: act(world, handshake_responses.accept_handshake, new.id, account=OTHER)),  # noqa: B023
                    count_calls(world, lambda: act(world, handshake_responses.cancel_handshake, new.id)),  # noqa: B023
                    count_calls(world, lambda: act(world, lifecycle.describe_handshake, new.id)),  # noqa: B023
                    count_calls(world, lambda: act(world, organization.delete_organization)),  # noqa: B023
                ]
            )
        few, many = counts
        # A new invitation clears ten old ones away; that is as much as it ever does.
        allowance = [2_500 if days > 30 else 0, 0, 0, 0, 0]
        assert [many[at] <= few[at] * 1.5 + allowance[at] for at in range(5)] == [True] * 5, counts

    def test_creating_stays_apart(self, world: World) -> None:
        """Creating an account costs the same, whatever was sent."""
        before = count_calls(world, lambda: act(world, account_creation.create_account, name="a", email="a@example.com"))
        for at in range(300):
            invite(world, f"{at:012}")
        after = count_calls(world, lambda: act(world, account_creation.create_account, name="a", email="a@example.com"))
        assert after <= before * 1.2
