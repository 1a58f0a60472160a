"""Invitations to transfer billing: sending them, their quota, and responses to them."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

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
    NotInOrganization,
    NotParty,
    TargetNotFound,
    UnsupportedInPartition,
    WrongAccount,
)
from artifact_state.events import TransferAccepted
from artifact_state.model import Handshake, HandshakeAction, HandshakeState, PartyKind, TransferStatus
from artifact_state.organizations import accounts, handshake_responses, tags
from artifact_state.organizations.billing_transfers import invitations, transfers
from artifact_state.organizations.handshakes import lifecycle, listing
from artifact_state.resource_tags import TagPairs
from artifact_state.world import World
from tests.support.accounts import INSTANT
from tests.support.domain import NOW, act, expect_refusal, transaction
from tests.support.handshakes import cancel, decline
from tests.support.transfers import (
    DECEMBER,
    FEBRUARY,
    FOURTH,
    JANUARY,
    MEMBER,
    RECEIVER,
    SOURCE,
    STANDALONE,
    THIRD,
    accept,
    create_transfer,
    end,
    inbound,
    invite_to_transfer,
    outbound,
    status_of,
    transfer_of,
    world_with_organizations,
)


@pytest.fixture
def world() -> World:
    """Return a world with four organizations."""
    return world_with_organizations()


class TestInviteToTransfer:
    """invite_to_transfer."""

    def test_invitation_expires_a_day_before_start(self, world: World) -> None:
        """An invitation is REQUESTED until 24 hours before the start of the transfer."""
        invitation = invite_to_transfer(world)
        transfer = transfer_of(world, invitation)
        world.clock.freeze(DECEMBER - timedelta(hours=24) - INSTANT)
        assert status_of(world, transfer) is TransferStatus.REQUESTED
        state = lifecycle.handshake_state(world.state, invitation, world.clock.now())
        assert state is HandshakeState.REQUESTED
        world.clock.advance(INSTANT)
        assert status_of(world, transfer) is TransferStatus.EXPIRED

    def test_receiver_invites_source_of_bills(self, world: World) -> None:
        """The inviting organization is the receiver of the invited one's bills, and both list the transfer."""
        transfer = transfer_of(world, invite_to_transfer(world))
        assert (transfer.management_account_id, transfer.source_account_id) == (RECEIVER, SOURCE)
        assert (transfer.name, transfer.starts_at, transfer.ends_at) == ("Bills", DECEMBER, None)
        assert inbound(world) == outbound(world) == [transfer]
        assert inbound(world, SOURCE) == outbound(world, RECEIVER) == []

    def test_source_can_be_invited_by_email(self, world: World) -> None:
        """A management account can be invited by its e-mail address."""
        transfer = transfer_of(world, invite_to_transfer(world, f"account-{SOURCE}@example.com"))
        assert transfer.source_account_id == SOURCE

    def test_both_parties_list_handshake(self, world: World) -> None:
        """Sender and recipient list the handshake; a member of the source does not find it."""
        invitation = invite_to_transfer(world)
        with transaction(world, RECEIVER) as tx:
            sent = list(listing.list_sent_handshakes(tx, HandshakeAction.TRANSFER_RESPONSIBILITY))
        with transaction(world, SOURCE) as tx:
            received = list(listing.list_received_handshakes(tx, HandshakeAction.TRANSFER_RESPONSIBILITY))
        assert sent == received == [(invitation.serial, invitation)]
        with expect_refusal(world, HandshakeNotFound):
            act(world, lifecycle.describe_handshake, invitation.id, account=MEMBER)

    @pytest.mark.parametrize(
        ("starts_at", "reason"),
        [
            (DECEMBER + timedelta(days=1), InputReason.START_DATE_NOT_BEGINNING_OF_MONTH),
            (DECEMBER - timedelta(milliseconds=1), InputReason.START_DATE_NOT_BEGINNING_OF_MONTH),
            (DECEMBER + timedelta(milliseconds=1), InputReason.START_DATE_NOT_BEGINNING_OF_DAY),
            (DECEMBER + timedelta(hours=1), InputReason.START_DATE_NOT_BEGINNING_OF_DAY),
            (datetime(2026, 11, 1, tzinfo=UTC), InputReason.START_DATE_TOO_EARLY),
            (FEBRUARY, InputReason.START_DATE_TOO_LATE),
            (datetime(9999, 12, 1, tzinfo=UTC), InputReason.START_DATE_TOO_LATE),
        ],
    )
    def test_invalid_start_is_refused(self, world: World, starts_at: datetime, reason: InputReason) -> None:
        """A transfer starts at midnight on the first day of one of the next two months."""
        with expect_refusal(world, InvalidInput, reason):
            invite_to_transfer(world, starts_at=starts_at)

    def test_month_after_next_is_latest_start(self, world: World) -> None:
        """The month after next is the latest start, across the end of a year too."""
        assert transfer_of(world, invite_to_transfer(world, starts_at=JANUARY)).starts_at == JANUARY
        world.clock.freeze(datetime(2026, 12, 31, 23, tzinfo=UTC))
        assert transfer_of(world, invite_to_transfer(world, THIRD, starts_at=FEBRUARY)).starts_at == FEBRUARY

    def test_start_without_time_to_respond_is_too_early(self, world: World) -> None:
        """A start that leaves no time to respond is too early."""
        world.clock.freeze(DECEMBER - timedelta(hours=24))
        with expect_refusal(world, InvalidInput, InputReason.START_DATE_TOO_EARLY):
            invite_to_transfer(world)
        world.clock.freeze(DECEMBER - timedelta(hours=24) - INSTANT)
        invite_to_transfer(world)

    @pytest.mark.parametrize(
        ("kind", "target", "reason"),
        [
            (PartyKind.ORGANIZATION, "o-1234567890", InputReason.INVALID_PARTY_TYPE_TARGET),
            (PartyKind.ACCOUNT, "1234", InputReason.INVALID_PATTERN),
            (PartyKind.EMAIL, "nobody", InputReason.INVALID_EMAIL_ADDRESS_TARGET),
        ],
    )
    def test_invalid_target_is_refused(self, world: World, kind: PartyKind, target: str, reason: InputReason) -> None:
        """Only a valid account id or a valid e-mail address can be invited."""
        terms = invitations.Terms(starts_at=DECEMBER, name="Bills")
        with expect_refusal(world, InvalidInput, reason):
            act(world, invitations.invite_to_transfer, kind, target, terms)

    @pytest.mark.parametrize("target", [MEMBER, STANDALONE, "nobody@example.com"])
    def test_only_management_account_can_be_invited(self, world: World, target: str) -> None:
        """A member, a standalone account and an unknown address are refused."""
        with expect_refusal(world, HandshakeConstraintViolated, HandshakeConstraint.TARGET_ACCOUNT_VALIDATION_FAILURE):
            invite_to_transfer(world, target)

    def test_receiver_cannot_invite_itself(self, world: World) -> None:
        """Source and receiver are two organizations."""
        with expect_refusal(world, HandshakeConstraintViolated, HandshakeConstraint.SOURCE_AND_TARGET_CANNOT_MATCH):
            invite_to_transfer(world, RECEIVER)

    def test_only_management_account_invites(self, world: World) -> None:
        """A member and a standalone account are refused."""
        with expect_refusal(world, WrongAccount):
            invite_to_transfer(world, RECEIVER, account=MEMBER)
        with expect_refusal(world, NotInOrganization):
            invite_to_transfer(world, account=STANDALONE)

    @pytest.mark.parametrize("region", ["cn-north-1", "us-gov-west-1"])
    def test_other_partitions_do_not_support_transfers(self, world: World, region: str) -> None:
        """Billing can be transferred in AWS's commercial partition only."""
        terms = invitations.Terms(starts_at=DECEMBER, name="Bills")
        with expect_refusal(world, UnsupportedInPartition):
            act(world, invitations.invite_to_transfer, PartyKind.ACCOUNT, SOURCE, terms, region=region)

    def test_second_open_invitation_is_refused(self, world: World) -> None:
        """While an invitation awaits its response, the same target cannot be invited again; afterwards it can."""
        first = invite_to_transfer(world)
        with expect_refusal(world, DuplicateHandshake):
            invite_to_transfer(world, starts_at=JANUARY)
        decline(world, first, SOURCE)
        invite_to_transfer(world)

    def test_source_of_current_transfer_cannot_be_invited(self, world: World) -> None:
        """An organization cannot invite another one whose bills it already pays."""
        create_transfer(world)
        with expect_refusal(
            world, HandshakeConstraintViolated, HandshakeConstraint.RESPONSIBILITY_TRANSFER_ALREADY_EXISTS
        ):
            invite_to_transfer(world, starts_at=JANUARY)

    def test_suspended_account_neither_invites_nor_accepts(self, world: World) -> None:
        """An account that AWS suspended can neither invite nor accept."""
        reason = Constraint.ACCOUNT_NOT_ACTIVE_FOR_TRANSFER_RESPONSIBILITY
        act(world, accounts.suspend_account, RECEIVER)
        with expect_refusal(world, ConstraintViolated, reason):
            invite_to_transfer(world)
        act(world, accounts.suspend_account, RECEIVER, suspended=False)
        invitation = invite_to_transfer(world)
        act(world, accounts.suspend_account, SOURCE)
        with expect_refusal(world, ConstraintViolated, reason):
            accept(world, invitation)

    @pytest.mark.parametrize(
        ("pairs", "error", "reason"),
        [
            ((("aws:x", "1"),), InvalidInput, InputReason.INVALID_SYSTEM_TAGS_PARAMETER),
            ((("a", "1"), ("a", "2")), InvalidInput, InputReason.DUPLICATE_TAG_KEY),
            (tuple((f"k{number}", "") for number in range(51)), ConstraintViolated, Constraint.MAX_TAG_LIMIT_EXCEEDED),
        ],
    )
    def test_invalid_tags_are_refused(self, world: World, pairs: TagPairs, error: type, reason: object) -> None:
        """Tags that a transfer could not have refuse the invitation."""
        with expect_refusal(world, error, reason):
            invite_to_transfer(world, pairs=pairs)


class TestInboundQuota:
    """The quota of inbound transfers."""

    def test_aws_quota_allows_no_transfer(self) -> None:
        """By AWS's own quota, which AWS raises on request, the first invitation is refused."""
        world = world_with_organizations(inbound_transfers=0)
        with expect_refusal(world, ConstraintViolated, Constraint.RESPONSIBILITY_TRANSFER_MAX_INBOUND_QUOTA_VIOLATION):
            invite_to_transfer(world)

    @pytest.mark.parametrize("ending", ["declined", "canceled", "expired", "withdrawn"])
    def test_quota_counts_pending_and_active_transfers(self, ending: str) -> None:
        """An invitation counts until it is declined, canceled or expires, and a transfer until it is withdrawn."""
        world = world_with_organizations(inbound_transfers=1)
        invitation = invite_to_transfer(world)
        with expect_refusal(world, ConstraintViolated, Constraint.RESPONSIBILITY_TRANSFER_MAX_INBOUND_QUOTA_VIOLATION):
            invite_to_transfer(world, THIRD, starts_at=JANUARY)
        if ending != "withdrawn":
            end(world, invitation, ending)
        else:
            transfer = accept(world, invitation)
            with expect_refusal(
                world, ConstraintViolated, Constraint.RESPONSIBILITY_TRANSFER_MAX_INBOUND_QUOTA_VIOLATION
            ):
                invite_to_transfer(world, THIRD, starts_at=JANUARY)
            act(world, transfers.terminate_transfer, transfer.id)
        invite_to_transfer(world, THIRD, starts_at=JANUARY)
        with expect_refusal(world, ConstraintViolated, Constraint.RESPONSIBILITY_TRANSFER_MAX_INBOUND_QUOTA_VIOLATION):
            invite_to_transfer(world, FOURTH, starts_at=JANUARY)


class TestResponses:
    """accept_handshake, decline_handshake and cancel_handshake of an invitation to transfer."""

    def test_accepted_transfer_has_tags_and_is_recorded(self, world: World) -> None:
        """The transfer is ACCEPTED and has its tags, and an event names both management accounts."""
        invitation = invite_to_transfer(world, pairs=(("team", "blue"),))
        assert invitation.transfer_id not in world.state.tags
        transfer = accept(world, invitation)
        assert status_of(world, transfer) is TransferStatus.ACCEPTED
        assert [tag.key for tag in world.state.tags[transfer.id]] == ["team"]
        accepted = [event for event in world.events if isinstance(event, TransferAccepted)]
        assert accepted == [TransferAccepted(at=NOW, transfer_id=transfer.id, account_ids=(SOURCE, RECEIVER))]
        with expect_refusal(world, HandshakeAlreadyInState):
            accept(world, invitation)

    def test_transfer_outlives_its_handshake(self, world: World) -> None:
        """A transfer remains accepted long after its handshake is no longer visible."""
        transfer = create_transfer(world)
        world.clock.advance(timedelta(days=400))
        assert status_of(world, transfer) is TransferStatus.ACCEPTED
        assert inbound(world) == outbound(world) == [transfer]

    @pytest.mark.parametrize(
        ("respond", "account", "status"),
        [
            (handshake_responses.decline_handshake, SOURCE, TransferStatus.DECLINED),
            (handshake_responses.cancel_handshake, RECEIVER, TransferStatus.CANCELED),
        ],
    )
    def test_declined_or_canceled_transfer_stays_listed(
        self, world: World, respond: Callable[..., Handshake], account: str, status: TransferStatus
    ) -> None:
        """A transfer that was declined or canceled stays listed and cannot be accepted any more."""
        invitation = invite_to_transfer(world)
        act(world, respond, invitation.id, account=account)
        transfer = transfer_of(world, invitation)
        assert status_of(world, transfer) is status
        assert inbound(world) == outbound(world) == [transfer]
        with expect_refusal(world, InvalidHandshakeTransition):
            accept(world, invitation)

    def test_expired_invitation_takes_no_response(self, world: World) -> None:
        """An expired invitation cannot be accepted, declined or canceled."""
        invitation = invite_to_transfer(world)
        world.clock.freeze(DECEMBER - timedelta(hours=24))
        for respond, account in (
            (handshake_responses.accept_handshake, SOURCE),
            (handshake_responses.decline_handshake, SOURCE),
            (handshake_responses.cancel_handshake, RECEIVER),
        ):
            with expect_refusal(world, InvalidHandshakeTransition):
                act(world, respond, invitation.id, account=account)

    def test_other_party_cannot_give_response(self, world: World) -> None:
        """The receiver of the bills cannot accept; their source cannot cancel."""
        invitation = invite_to_transfer(world)
        with expect_refusal(world, NotParty):
            accept(world, invitation, RECEIVER)
        with expect_refusal(world, NotParty):
            cancel(world, invitation, SOURCE)

    def test_source_accepts_one_receiver_at_a_time(self, world: World) -> None:
        """An organization whose bills are paid accepts no other receiver until it withdraws the transfer."""
        transfer = create_transfer(world)
        invitation = invite_to_transfer(world, account=THIRD)
        with expect_refusal(world, ConstraintViolated, Constraint.RESPONSIBILITY_TRANSFER_MAX_OUTBOUND_QUOTA_VIOLATION):
            accept(world, invitation)
        act(world, transfers.terminate_transfer, transfer.id, account=SOURCE)
        assert status_of(world, accept(world, invitation)) is TransferStatus.ACCEPTED

    def test_only_receiver_changes_tags(self, world: World) -> None:
        """The receiver can tag the transfer like its accounts; its source cannot."""
        transfer = create_transfer(world)
        act(world, tags.tag_resource, transfer.id, (("a", "1"),))
        assert [tag.key for tag in world.state.tags[transfer.id]] == ["a"]
        with expect_refusal(world, TargetNotFound):
            act(world, tags.tag_resource, transfer.id, (("b", "1"),), account=SOURCE)
