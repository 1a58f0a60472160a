"""Invitations of accounts: sending them, their quotas and their acceptance."""

from collections.abc import Callable
from datetime import timedelta

import pytest

from artifact_state.authority import organization_of
from artifact_state.errors import (
    AcceptedByMember,
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
    OrganizationFinalizing,
    WrongAccount,
)
from artifact_state.events import AccountDeparted, AccountJoined, DepartureMethod, HandshakeChanged
from artifact_state.model import FeatureSet, Handshake, HandshakeState, JoinedMethod, PartyKind
from artifact_state.organizations import account_closure, accounts, organization
from artifact_state.organizations.handshakes import account_invitations
from artifact_state.record import replace
from artifact_state.resource_tags import TagPairs
from artifact_state.world import World
from tests.support.accounts import INSTANT
from tests.support.domain import (
    MANAGEMENT,
    STANDALONE,
    act,
    create_member,
    current_organization,
    expect_refusal,
    quotas_with,
    world_with_organization,
)
from tests.support.handshakes import accept, cancel, decline, handshake_state, invite, received_ids

OTHER = "444455556666"
TAGS = (("team", "blue"), ("stage", ""))


class TestInviteAccount:
    """invite_account."""

    def test_invitation_is_open_for_fifteen_days(self, world: World) -> None:
        """An invitation is open until fifteen days have passed; its expiry changes no record."""
        invitation = invite(world)
        before = world.state
        world.clock.advance(timedelta(days=15) - INSTANT)
        assert handshake_state(world, invitation) is HandshakeState.OPEN
        world.clock.advance(INSTANT)
        assert handshake_state(world, invitation) is HandshakeState.EXPIRED
        assert world.state is before

    def test_invitation_is_recorded_once(self, world: World) -> None:
        """The events contain one that names the handshake."""
        world.events.clear()
        invitation = invite(world)
        (event,) = world.events
        assert event == HandshakeChanged(
            at=world.clock.now(), organization_id=current_organization(world).id, handshake_id=invitation.id
        )

    def test_invitation_stores_notes_tags_and_features(self, world: World) -> None:
        """Notes, tags and the organization's feature set are stored with the invitation."""
        invitation = invite(world, notes="Welcome", tags=TAGS)
        stored = world.state.handshakes[invitation.id]
        assert (stored.notes, stored.tags, stored.promised) == ("Welcome", TAGS, FeatureSet.ALL)

    @pytest.mark.parametrize(
        ("kind", "target", "reason"),
        [
            (PartyKind.ORGANIZATION, "o-1234567890", InputReason.INVALID_PARTY_TYPE_TARGET),
            (PartyKind.ACCOUNT, "12345678901", InputReason.INVALID_PATTERN),
            (PartyKind.ACCOUNT, "1234567890123", InputReason.INVALID_PATTERN),
            (PartyKind.ACCOUNT, "12345678901²", InputReason.INVALID_PATTERN),
            (PartyKind.ACCOUNT, "\u0661" * 12, InputReason.INVALID_PATTERN),
            (PartyKind.EMAIL, STANDALONE, InputReason.INVALID_EMAIL_ADDRESS_TARGET),
            (PartyKind.EMAIL, "example.com", InputReason.INVALID_EMAIL_ADDRESS_TARGET),
            (PartyKind.EMAIL, "@example.com", InputReason.INVALID_EMAIL_ADDRESS_TARGET),
            (PartyKind.EMAIL, "somebody@", InputReason.INVALID_EMAIL_ADDRESS_TARGET),
            (PartyKind.EMAIL, "some body@example.com", InputReason.INVALID_EMAIL_ADDRESS_TARGET),
        ],
    )
    def test_invalid_target_is_refused(self, world: World, kind: PartyKind, target: str, reason: InputReason) -> None:
        """Only a valid account id or a valid e-mail address can be invited."""
        with expect_refusal(world, InvalidInput, reason):
            act(world, account_invitations.invite_account, kind, target)

    def test_only_management_account_invites(self, world: World) -> None:
        """A member and a standalone account are refused."""
        member = create_member(world)
        with expect_refusal(world, WrongAccount):
            invite(world, account=member)
        with expect_refusal(world, NotInOrganization):
            invite(world, OTHER, account=STANDALONE)

    def test_account_of_organization_cannot_be_invited_by_id(self, world: World) -> None:
        """Neither a member nor the management account can be invited by id."""
        for target in (create_member(world), MANAGEMENT):
            with expect_refusal(world, HandshakeConstraintViolated, HandshakeConstraint.ALREADY_IN_AN_ORGANIZATION):
                invite(world, target)

    def test_second_open_invitation_is_refused(self, world: World) -> None:
        """While an invitation is open, the same target cannot be invited again, in any case of its address."""
        for target, again in ((STANDALONE, STANDALONE), ("new@example.com", "NEW@example.com")):
            invite(world, target)
            with expect_refusal(world, DuplicateHandshake):
                invite(world, again)

    @pytest.mark.parametrize("respond", [decline, cancel])
    def test_account_can_be_invited_again_after_response(
        self, world: World, respond: Callable[[World, Handshake], Handshake]
    ) -> None:
        """A target that declined, or whose invitation was canceled, can be invited again."""
        respond(world, invite(world))
        assert handshake_state(world, invite(world)) is HandshakeState.OPEN

    def test_account_can_be_invited_again_after_expiry(self, world: World) -> None:
        """A target whose invitation expired can be invited again."""
        invite(world)
        world.clock.advance(timedelta(days=15))
        assert handshake_state(world, invite(world)) is HandshakeState.OPEN

    def test_account_can_be_invited_by_two_organizations(self, world: World) -> None:
        """Another organization may invite the same account."""
        act(world, organization.create_organization, FeatureSet.ALL, account=OTHER)
        first, second = invite(world), invite(world, account=OTHER)
        assert received_ids(world) == [first.id, second.id]

    @pytest.mark.parametrize(
        ("pairs", "error", "reason"),
        [
            ((("aws:x", "1"),), InvalidInput, InputReason.INVALID_SYSTEM_TAGS_PARAMETER),
            ((("a", "1"), ("a", "2")), InvalidInput, InputReason.DUPLICATE_TAG_KEY),
            (tuple((f"k{number}", "") for number in range(51)), ConstraintViolated, Constraint.MAX_TAG_LIMIT_EXCEEDED),
        ],
    )
    def test_invalid_tags_are_refused(self, world: World, pairs: TagPairs, error: type, reason: object) -> None:
        """Tags that an account could not have refuse the invitation."""
        with expect_refusal(world, error, reason):
            invite(world, tags=pairs)

    def test_new_organization_cannot_invite_while_finalizing(self) -> None:
        """An organization cannot invite accounts during its finalizing period."""
        world = world_with_organization(finalizing_period=timedelta(hours=1))
        with expect_refusal(world, OrganizationFinalizing):
            invite(world)
        world.clock.advance(timedelta(hours=1))
        assert handshake_state(world, invite(world)) is HandshakeState.OPEN

    def test_unverified_management_account_cannot_invite(self) -> None:
        """A management account whose e-mail address is not verified cannot invite accounts."""
        world = world_with_organization(email_verified=False)
        with expect_refusal(world, EmailNotVerified):
            invite(world)

    @pytest.mark.parametrize("respond", [decline, cancel, accept])
    def test_open_invitations_count_towards_quota_of_accounts(
        self, respond: Callable[[World, Handshake], Handshake]
    ) -> None:
        """An open invitation takes a place among the accounts, for further invitations and for new accounts."""
        world = world_with_organization(quotas=quotas_with(accounts_per_organization=3))
        first, _ = invite(world), invite(world, "new@example.com")
        with expect_refusal(world, HandshakeConstraintViolated, HandshakeConstraint.ACCOUNT_NUMBER_LIMIT_EXCEEDED):
            invite(world, OTHER)
        with expect_refusal(world, ConstraintViolated, Constraint.ACCOUNT_NUMBER_LIMIT_EXCEEDED):
            create_member(world)
        respond(world, first)
        if respond is accept:
            with expect_refusal(world, ConstraintViolated, Constraint.ACCOUNT_NUMBER_LIMIT_EXCEEDED):
                create_member(world)
        else:
            create_member(world)

    def test_expired_invitation_does_not_count_towards_quota_of_accounts(self) -> None:
        """An invitation that expired takes no place among the accounts any more."""
        world = world_with_organization(quotas=quotas_with(accounts_per_organization=2))
        invite(world)
        world.clock.advance(timedelta(days=15))
        invite(world, OTHER)
        with expect_refusal(world, HandshakeConstraintViolated, HandshakeConstraint.ACCOUNT_NUMBER_LIMIT_EXCEEDED):
            invite(world)

    def test_full_organization_cannot_invite(self) -> None:
        """An organization at its quota cannot invite; closed accounts count until their retention ends."""
        world = world_with_organization(quotas=quotas_with(accounts_per_organization=2))
        member = create_member(world)
        act(world, account_closure.close_account, member)
        with expect_refusal(world, HandshakeConstraintViolated, HandshakeConstraint.ACCOUNT_NUMBER_LIMIT_EXCEEDED):
            invite(world)
        world.clock.advance(timedelta(days=90))
        assert handshake_state(world, invite(world)) is HandshakeState.OPEN


class TestDailyQuota:
    """The quota of invitations sent within 24 hours."""

    @pytest.fixture
    def world(self) -> World:
        """Return a world that allows four invitations a day."""
        return world_with_organization(quotas=quotas_with(accounts_per_organization=4, invitations_per_day=4))

    def test_invitation_above_daily_quota_is_refused(self, world: World) -> None:
        """One more invitation is refused until the first is 24 hours old; canceled ones count."""
        for _ in range(4):
            cancel(world, invite(world))
            world.clock.advance(timedelta(hours=1))
        with expect_refusal(world, HandshakeConstraintViolated, HandshakeConstraint.HANDSHAKE_RATE_LIMIT_EXCEEDED):
            invite(world)
        world.clock.advance(timedelta(hours=20) - INSTANT)
        with expect_refusal(world, HandshakeConstraintViolated, HandshakeConstraint.HANDSHAKE_RATE_LIMIT_EXCEEDED):
            invite(world)
        world.clock.advance(INSTANT)
        invite(world)
        with expect_refusal(world, HandshakeConstraintViolated, HandshakeConstraint.HANDSHAKE_RATE_LIMIT_EXCEEDED):
            invite(world, OTHER)

    def test_accepted_invitation_does_not_count(self, world: World) -> None:
        """Once an invitation is accepted, another can be sent the same day."""
        first = invite(world)
        for number in range(3):
            cancel(world, invite(world, f"new-{number}@example.com"))
        accept(world, first)
        assert handshake_state(world, invite(world, OTHER)) is HandshakeState.OPEN

    def test_quota_of_accounts_applies_if_greater(self) -> None:
        """An organization may send as many invitations a day as it may have accounts, if that is more."""
        world = world_with_organization(quotas=quotas_with(accounts_per_organization=5, invitations_per_day=1))
        for _ in range(5):
            cancel(world, invite(world))
        with expect_refusal(world, HandshakeConstraintViolated, HandshakeConstraint.HANDSHAKE_RATE_LIMIT_EXCEEDED):
            invite(world)


class TestAcceptInvitation:
    """accept_handshake of an invitation."""

    def test_accepting_account_becomes_member_with_tags(self, world: World) -> None:
        """The account joins below the root as INVITED, with the tags of the invitation, and cannot accept twice."""
        invitation = invite(world, tags=TAGS)
        world.clock.advance(timedelta(days=1))
        accepted = accept(world, invitation)
        assert (accepted.settled, accepted.settled_at) == (HandshakeState.ACCEPTED, world.clock.now())
        membership = world.state.memberships[STANDALONE]
        assert (membership.method, membership.joined_at) == (JoinedMethod.INVITED, world.clock.now())
        assert membership.parent_id == current_organization(world).root_id
        assert tuple((tag.key, tag.value) for tag in world.state.tags[STANDALONE]) == TAGS
        with expect_refusal(world, HandshakeAlreadyInState):
            accept(world, invitation)

    def test_invitation_by_email_is_accepted_by_its_account(self, world: World) -> None:
        """An invitation to an address is for the account that has the address now."""
        invitation = invite(world, f"Account-{STANDALONE}@example.com")
        with expect_refusal(world, HandshakeNotFound):
            accept(world, invitation, OTHER)
        accept(world, invitation)
        assert organization_of(world.state, STANDALONE, world.clock.now()) == current_organization(world)

    def test_member_of_another_organization_moves_in_one_step(self, world: World) -> None:
        """A member of another organization leaves that one and joins this one in one step."""
        act(world, organization.create_organization, FeatureSet.ALL, account=OTHER)
        accept(world, invite(world, account=OTHER))
        first = organization_of(world.state, OTHER, world.clock.now())
        invitation = invite(world)
        world.events.clear()
        accept(world, invitation)
        second = organization_of(world.state, MANAGEMENT, world.clock.now())
        assert first
        assert second
        assert organization_of(world.state, STANDALONE, world.clock.now()) == second
        now = world.clock.now()
        assert [event for event in world.events if isinstance(event, AccountDeparted | AccountJoined)] == [
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

    def test_moving_account_loses_tags_of_former_organization(self, world: World) -> None:
        """The tags of the former organization are not on the account in the next one."""
        act(world, organization.create_organization, FeatureSet.ALL, account=OTHER)
        accept(world, invite(world, account=OTHER, tags=(("old", ""),)))
        accept(world, invite(world, tags=TAGS))
        assert [tag.key for tag in world.state.tags[STANDALONE]] == ["team", "stage"]

    def test_management_account_of_another_organization_cannot_accept(self, world: World) -> None:
        """The management account of another organization would have to delete that one first."""
        act(world, organization.create_organization, FeatureSet.ALL, account=STANDALONE)
        invitation = invite(world)
        with expect_refusal(world, ManagementAccountCannotLeave):
            accept(world, invitation)

    def test_account_that_may_not_leave_cannot_accept(self) -> None:
        """A created account within its wait period cannot accept the invitation of another organization."""
        world = world_with_organization(leave_wait_period=timedelta(days=4))
        member = create_member(world)
        act(world, organization.create_organization, FeatureSet.ALL, account=OTHER)
        invitation = invite(world, member, account=OTHER)
        with expect_refusal(world, ConstraintViolated, Constraint.WAIT_PERIOD_ACTIVE):
            accept(world, invitation, member)
        world.clock.advance(timedelta(days=4))
        accept(world, invitation, member)

    def test_member_accepts_invitation_in_vain(self, world: World) -> None:
        """A member that was invited by its address accepts: the handshake is accepted, and nothing else changes."""
        invitation = invite(world, f"account-{STANDALONE}@example.com")
        accept(world, invite(world))
        before = world.state
        with pytest.raises(AcceptedByMember):
            accept(world, invitation)
        settled = world.state.handshakes[invitation.id]
        assert (settled.settled, settled.accepted_by) == (HandshakeState.ACCEPTED, STANDALONE)
        assert world.state.memberships == before.memberships
        with expect_refusal(world, HandshakeAlreadyInState):
            accept(world, invitation)
        for respond in (decline, cancel):
            with expect_refusal(world, InvalidHandshakeTransition):
                respond(world, invitation)

    def test_invitation_to_full_organization_cannot_be_accepted(self) -> None:
        """An organization whose quota was lowered to its accounts since cannot take the account."""
        world = world_with_organization(quotas=quotas_with(accounts_per_organization=2))
        invitation = invite(world)
        world.options = replace(world.options, quotas=quotas_with(accounts_per_organization=1))
        with expect_refusal(world, HandshakeConstraintViolated, HandshakeConstraint.ACCOUNT_NUMBER_LIMIT_EXCEEDED):
            accept(world, invitation)

    def test_account_of_another_partition_cannot_accept(self, world: World) -> None:
        """An account joins only an organization of its own partition."""
        invitation = invite(world)
        reason = HandshakeConstraint.ORGANIZATION_FROM_DIFFERENT_SELLER_OF_RECORD
        with expect_refusal(world, HandshakeConstraintViolated, reason):
            accept(world, invitation, region="us-gov-west-1")

    def test_removed_account_can_join_again(self, world: World) -> None:
        """An account that was removed can be invited again and is a member again."""
        accept(world, invite(world))
        act(world, accounts.remove_account, STANDALONE)
        accept(world, invite(world))
        assert STANDALONE in world.state.memberships
