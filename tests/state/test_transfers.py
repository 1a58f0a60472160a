"""Responsibility transfers: who pays whose bills, from month to month."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest

from artifact_state.clock import Clock
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
    InvalidTransferTransition,
    NotInOrganization,
    NotParty,
    TargetNotFound,
    TransferAlreadyInStatus,
    TransferNotFound,
    UnsupportedInPartition,
    WrongAccount,
)
from artifact_state.events import TransferAccepted, TransferTerminated
from artifact_state.model import (
    FeatureSet,
    Handshake,
    HandshakeAction,
    HandshakeState,
    PartyKind,
    State,
    Transfer,
    TransferStatus,
)
from artifact_state.organizations import accounts, handshake_responses, organization, tags
from artifact_state.organizations.billing_transfers import invitations, transfers
from artifact_state.organizations.handshakes import account_invitations, lifecycle, listing
from artifact_state.resource_tags import TagPairs
from artifact_state.world import Options, World
from tests.support.call_counting import count_calls
from tests.support.domain import NOW, act, expect_refusal, quotas_with, transaction

RECEIVER, SOURCE, THIRD, FOURTH = "111122223333", "222233334444", "333344445555", "444455556666"
STRANGER, MEMBER = "999988887777", "555566667777"
MOMENT = timedelta(microseconds=1)
DECEMBER, JANUARY, FEBRUARY = (
    datetime(2026, 12, 1, tzinfo=UTC),
    datetime(2027, 1, 1, tzinfo=UTC),
    datetime(2027, 2, 1, tzinfo=UTC),
)
END_OF_NOVEMBER = datetime(2026, 11, 30, 23, 59, 59, 999000, tzinfo=UTC)
END_OF_DECEMBER = datetime(2026, 12, 31, 23, 59, 59, 999000, tzinfo=UTC)


def many_organizations(**quotas: int) -> World:
    """Give a world with four organizations, of which two have a member."""
    generous = {"inbound_transfers": 10} | quotas
    world = World(
        options=Options(quotas=quotas_with(**generous)), clock=Clock(frozen_at=NOW), state=State(seed="transfers")
    )
    for account in (RECEIVER, SOURCE, THIRD, FOURTH):
        act(world, organization.create_organization, FeatureSet.ALL, account=account)
    asked = act(world, account_invitations.invite_account, PartyKind.ACCOUNT, MEMBER, account=SOURCE)
    act(world, handshake_responses.accept_handshake, asked.id, account=MEMBER)
    return world


@pytest.fixture
def world() -> World:
    """Give a world with four organizations."""
    return many_organizations()


def invite(
    world: World,
    target: str = SOURCE,
    *,
    account: str = RECEIVER,
    starts_at: datetime = DECEMBER,
    pairs: TagPairs = (),
) -> Handshake:
    """Invite an organization to let the caller's pay its bills."""
    kind = PartyKind.EMAIL if "@" in target else PartyKind.ACCOUNT
    terms = invitations.Terms(starts_at=starts_at, name="Bills", notes="Please", tags=pairs)
    return act(world, invitations.invite_to_transfer, kind, target, terms, account=account)


def accept(world: World, invitation: Handshake, account: str = SOURCE) -> Transfer:
    """Accept an invitation; give the transfer."""
    act(world, handshake_responses.accept_handshake, invitation.id, account=account)
    return transfer_of(world, invitation)


def agreed(world: World, source: str = SOURCE, receiver: str = RECEIVER) -> Transfer:
    """Let one organization pay another's bills."""
    return accept(world, invite(world, source, account=receiver), source)


def transfer_of(world: World, invitation: Handshake) -> Transfer:
    """Give the transfer of an invitation."""
    return world.state.transfers[str(invitation.transfer_id)]


def status_of(world: World, transfer: Transfer) -> TransferStatus:
    """Tell where a transfer stands now."""
    return transfers.transfer_status(world.state, world.state.transfers[transfer.id], world.clock.now())


def inbound(world: World, account: str = RECEIVER, through: str | None = None) -> list[Transfer]:
    """List the transfers with which an organization pays others' bills."""
    with transaction(world, account) as tx:
        return [one for _, one in transfers.list_inbound_transfers(tx, through) if one]


def outbound(world: World, account: str = SOURCE) -> list[Transfer]:
    """List the transfers with which others pay an organization's bills."""
    with transaction(world, account) as tx:
        return [one for _, one in transfers.list_outbound_transfers(tx) if one]


class TestInvite:
    """invite_to_transfer."""

    def test_waits_until_a_day_before_it_starts(self, world: World) -> None:
        """An invitation is REQUESTED until 24 hours before the start, to the microsecond."""
        invitation = invite(world)
        transfer = transfer_of(world, invitation)
        world.clock.freeze(DECEMBER - timedelta(hours=24) - MOMENT)
        assert status_of(world, transfer) is TransferStatus.REQUESTED
        state = lifecycle.handshake_state(world.state, invitation, world.clock.now())
        assert state is HandshakeState.REQUESTED
        world.clock.advance(MOMENT)
        assert status_of(world, transfer) is TransferStatus.EXPIRED

    def test_keeps_who_pays_for_whom(self, world: World) -> None:
        """The inviting organization is to pay the bills of the invited one."""
        transfer = transfer_of(world, invite(world))
        assert (transfer.management_account_id, transfer.source_account_id) == (RECEIVER, SOURCE)
        assert (transfer.name, transfer.starts_at, transfer.ends_at) == ("Bills", DECEMBER, None)
        assert inbound(world) == outbound(world) == [transfer]
        assert inbound(world, SOURCE) == outbound(world, RECEIVER) == []

    def test_by_address(self, world: World) -> None:
        """A management account can be invited by its e-mail address."""
        transfer = transfer_of(world, invite(world, f"account-{SOURCE}@example.com"))
        assert transfer.source_account_id == SOURCE

    def test_is_a_handshake(self, world: World) -> None:
        """Sender and recipient list the handshake, and nobody else finds it."""
        invitation = invite(world)
        with transaction(world, RECEIVER) as tx:
            sent = [one for _, one in listing.list_sent_handshakes(tx, HandshakeAction.TRANSFER_RESPONSIBILITY)]
        with transaction(world, SOURCE) as tx:
            received = [one for _, one in listing.list_received_handshakes(tx, HandshakeAction.TRANSFER_RESPONSIBILITY)]
        assert sent == received == [invitation]
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
    def test_start(self, world: World, starts_at: datetime, reason: InputReason) -> None:
        """A transfer starts with the first day of the next month or of the one after, at midnight."""
        with expect_refusal(world, InvalidInput, reason):
            invite(world, starts_at=starts_at)

    def test_the_month_after_next(self, world: World) -> None:
        """Two months ahead is the latest, over the end of the year too."""
        assert transfer_of(world, invite(world, starts_at=JANUARY)).starts_at == JANUARY
        world.clock.freeze(datetime(2026, 12, 31, 23, tzinfo=UTC))
        assert transfer_of(world, invite(world, THIRD, starts_at=FEBRUARY)).starts_at == FEBRUARY

    def test_too_late_for_an_answer(self, world: World) -> None:
        """A start that leaves no time to accept is too early."""
        world.clock.freeze(DECEMBER - timedelta(hours=24))
        with expect_refusal(world, InvalidInput, InputReason.START_DATE_TOO_EARLY):
            invite(world)
        world.clock.freeze(DECEMBER - timedelta(hours=24) - MOMENT)
        invite(world)

    @pytest.mark.parametrize(
        ("kind", "target", "reason"),
        [
            (PartyKind.ORGANIZATION, "o-1234567890", InputReason.INVALID_PARTY_TYPE_TARGET),
            (PartyKind.ACCOUNT, "1234", InputReason.INVALID_PATTERN_TARGET_ID),
            (PartyKind.EMAIL, "nobody", InputReason.INVALID_EMAIL_ADDRESS_TARGET),
        ],
    )
    def test_target(self, world: World, kind: PartyKind, target: str, reason: InputReason) -> None:
        """An invitation goes to an account's id or to an e-mail address."""
        terms = invitations.Terms(starts_at=DECEMBER, name="Bills")
        with expect_refusal(world, InvalidInput, reason):
            act(world, invitations.invite_to_transfer, kind, target, terms)

    @pytest.mark.parametrize("target", [MEMBER, STRANGER, "nobody@example.com"])
    def test_only_management_accounts_are_invited(self, world: World, target: str) -> None:
        """Neither a member nor a standalone account nor an unknown address has bills to transfer."""
        with expect_refusal(world, HandshakeConstraintViolated, HandshakeConstraint.TARGET_ACCOUNT_VALIDATION_FAILURE):
            invite(world, target)

    def test_nobody_invites_himself(self, world: World) -> None:
        """Source and receiver are two organizations."""
        with expect_refusal(world, HandshakeConstraintViolated, HandshakeConstraint.SOURCE_AND_TARGET_CANNOT_MATCH):
            invite(world, RECEIVER)

    def test_only_management_accounts_invite(self, world: World) -> None:
        """A member and a stranger cannot invite."""
        with expect_refusal(world, WrongAccount):
            invite(world, RECEIVER, account=MEMBER)
        with expect_refusal(world, NotInOrganization):
            invite(world, account=STRANGER)

    @pytest.mark.parametrize("region", ["cn-north-1", "us-gov-west-1"])
    def test_only_in_commercial_regions(self, world: World, region: str) -> None:
        """Billing is transferred in AWS's commercial partition only."""
        terms = invitations.Terms(starts_at=DECEMBER, name="Bills")
        with expect_refusal(world, UnsupportedInPartition):
            act(world, invitations.invite_to_transfer, PartyKind.ACCOUNT, SOURCE, terms, region=region)

    def test_duplicate(self, world: World) -> None:
        """While an invitation waits, no second one goes to the same target; after an answer one may."""
        first = invite(world)
        with expect_refusal(world, DuplicateHandshake):
            invite(world, starts_at=JANUARY)
        act(world, handshake_responses.decline_handshake, first.id, account=SOURCE)
        invite(world)

    def test_while_there_is_a_transfer(self, world: World) -> None:
        """Who pays an organization's bills already cannot invite it again."""
        agreed(world)
        with expect_refusal(
            world, HandshakeConstraintViolated, HandshakeConstraint.RESPONSIBILITY_TRANSFER_ALREADY_EXISTS
        ):
            invite(world, starts_at=JANUARY)

    def test_suspended_accounts(self, world: World) -> None:
        """An account that AWS suspended neither invites nor accepts."""
        reason = Constraint.ACCOUNT_NOT_ACTIVE_FOR_TRANSFER_RESPONSIBILITY
        act(world, accounts.suspend_account, RECEIVER)
        with expect_refusal(world, ConstraintViolated, reason):
            invite(world)
        act(world, accounts.suspend_account, RECEIVER, suspended=False)
        invitation = invite(world)
        act(world, accounts.suspend_account, SOURCE)
        with expect_refusal(world, ConstraintViolated, reason):
            accept(world, invitation)

    @pytest.mark.parametrize(
        ("pairs", "error", "reason"),
        [
            ((("aws:x", "1"),), InvalidInput, InputReason.INVALID_SYSTEM_TAGS_PARAMETER),
            ((("a", "1"), ("a", "2")), InvalidInput, InputReason.DUPLICATE_TAG_KEY),
            (tuple((f"k{at}", "") for at in range(51)), ConstraintViolated, Constraint.MAX_TAG_LIMIT_EXCEEDED),
        ],
    )
    def test_tags(self, world: World, pairs: TagPairs, error: type, reason: object) -> None:
        """Tags that a transfer could not have send no invitation."""
        with expect_refusal(world, error, reason):
            invite(world, pairs=pairs)


class TestInboundQuota:
    """How many bills an organization may pay."""

    def test_is_none_by_default(self) -> None:
        """Without a higher quota, which AWS grants on request, the first invitation is refused."""
        world = many_organizations(inbound_transfers=0)
        with expect_refusal(world, ConstraintViolated, Constraint.RESPONSIBILITY_TRANSFER_MAX_INBOUND_QUOTA_VIOLATION):
            invite(world)

    @pytest.mark.parametrize("end", ["declined", "canceled", "expired", "withdrawn"])
    def test_counts_what_waits_and_what_goes_on(self, end: str) -> None:
        """Invitations count from when they are sent, until they are declined, canceled, expired or withdrawn."""
        world = many_organizations(inbound_transfers=1)
        invitation = invite(world)
        with expect_refusal(world, ConstraintViolated, Constraint.RESPONSIBILITY_TRANSFER_MAX_INBOUND_QUOTA_VIOLATION):
            invite(world, THIRD, starts_at=JANUARY)
        if end == "declined":
            act(world, handshake_responses.decline_handshake, invitation.id, account=SOURCE)
        elif end == "canceled":
            act(world, handshake_responses.cancel_handshake, invitation.id, account=RECEIVER)
        elif end == "expired":
            world.clock.freeze(DECEMBER - timedelta(hours=24))
        else:
            transfer = accept(world, invitation)
            with expect_refusal(
                world, ConstraintViolated, Constraint.RESPONSIBILITY_TRANSFER_MAX_INBOUND_QUOTA_VIOLATION
            ):
                invite(world, THIRD, starts_at=JANUARY)
            act(world, transfers.terminate_transfer, transfer.id)
        invite(world, THIRD, starts_at=JANUARY)
        with expect_refusal(world, ConstraintViolated, Constraint.RESPONSIBILITY_TRANSFER_MAX_INBOUND_QUOTA_VIOLATION):
            invite(world, FOURTH, starts_at=JANUARY)


class TestAnswers:
    """accept_handshake, decline_handshake and cancel_handshake of an invitation to transfer."""

    def test_accepted(self, world: World) -> None:
        """The transfer is ACCEPTED, bears its tags, and both management accounts are told."""
        invitation = invite(world, pairs=(("team", "blue"),))
        assert invitation.transfer_id not in world.state.tags
        transfer = accept(world, invitation)
        assert status_of(world, transfer) is TransferStatus.ACCEPTED
        assert [one.key for one in world.state.tags[transfer.id]] == ["team"]
        told = [one for one in world.events if isinstance(one, TransferAccepted)]
        assert told == [TransferAccepted(at=NOW, transfer_id=transfer.id, account_ids=(SOURCE, RECEIVER))]
        with expect_refusal(world, HandshakeAlreadyInState):
            accept(world, invitation)

    def test_stays_accepted(self, world: World) -> None:
        """A transfer goes on when its handshake is long forgotten."""
        transfer = agreed(world)
        world.clock.advance(timedelta(days=400))
        assert status_of(world, transfer) is TransferStatus.ACCEPTED
        assert inbound(world) == outbound(world) == [transfer]

    @pytest.mark.parametrize(
        ("answer", "account", "status"),
        [
            (handshake_responses.decline_handshake, SOURCE, TransferStatus.DECLINED),
            (handshake_responses.cancel_handshake, RECEIVER, TransferStatus.CANCELED),
        ],
    )
    def test_refused(
        self, world: World, answer: Callable[..., Handshake], account: str, status: TransferStatus
    ) -> None:
        """A transfer that was declined or canceled remains listed, and cannot be accepted any more."""
        invitation = invite(world)
        act(world, answer, invitation.id, account=account)
        transfer = transfer_of(world, invitation)
        assert status_of(world, transfer) is status
        assert inbound(world) == outbound(world) == [transfer]
        with expect_refusal(world, InvalidHandshakeTransition):
            accept(world, invitation)

    def test_expired(self, world: World) -> None:
        """An invitation that was not answered in time takes no answer."""
        invitation = invite(world)
        world.clock.freeze(DECEMBER - timedelta(hours=24))
        for answer, account in (
            (handshake_responses.accept_handshake, SOURCE),
            (handshake_responses.decline_handshake, SOURCE),
            (handshake_responses.cancel_handshake, RECEIVER),
        ):
            with expect_refusal(world, InvalidHandshakeTransition):
                act(world, answer, invitation.id, account=account)

    def test_of_the_other_party(self, world: World) -> None:
        """The receiver of the bills cannot accept, their source cannot cancel."""
        invitation = invite(world)
        with expect_refusal(world, NotParty):
            accept(world, invitation, RECEIVER)
        with expect_refusal(world, NotParty):
            act(world, handshake_responses.cancel_handshake, invitation.id, account=SOURCE)

    def test_only_one_pays(self, world: World) -> None:
        """An organization whose bills are paid by one accepts no other, until it withdraws."""
        transfer = agreed(world)
        invitation = invite(world, account=THIRD)
        with expect_refusal(world, ConstraintViolated, Constraint.RESPONSIBILITY_TRANSFER_MAX_OUTBOUND_QUOTA_VIOLATION):
            accept(world, invitation)
        act(world, transfers.terminate_transfer, transfer.id, account=SOURCE)
        assert status_of(world, accept(world, invitation)) is TransferStatus.ACCEPTED

    def test_tags_can_be_changed_by_the_receiver(self, world: World) -> None:
        """The receiver tags the transfer as it tags its accounts; its source cannot."""
        transfer = agreed(world)
        act(world, tags.tag_resource, transfer.id, (("a", "1"),))
        assert [one.key for one in world.state.tags[transfer.id]] == ["a"]
        with expect_refusal(world, TargetNotFound):
            act(world, tags.tag_resource, transfer.id, (("b", "1"),), account=SOURCE)


class TestChains:
    """Bills that are passed on."""

    def test_a_receiver_cannot_pass_on(self, world: World) -> None:
        """By default who pays another's bills pays his own, too."""
        agreed(world)
        reason = Constraint.RESPONSIBILITY_TRANSFER_MAX_LEVEL_VIOLATION
        with expect_refusal(world, ConstraintViolated, reason):
            invite(world, RECEIVER, account=THIRD)

    def test_who_passes_on_cannot_receive(self, world: World) -> None:
        """By default an organization whose bills are paid by another pays nobody's."""
        agreed(world)
        with expect_refusal(world, ConstraintViolated, Constraint.RESPONSIBILITY_TRANSFER_MAX_LEVEL_VIOLATION):
            invite(world, THIRD, account=SOURCE)

    def test_what_was_possible_when_invited(self, world: World) -> None:
        """A chain that has become too long since the invitation is refused at the acceptance."""
        upwards, downwards = invite(world, RECEIVER, account=THIRD), invite(world)
        accept(world, downwards)
        with expect_refusal(world, ConstraintViolated, Constraint.RESPONSIBILITY_TRANSFER_MAX_LEVEL_VIOLATION):
            accept(world, upwards, RECEIVER)

    def test_no_circles(self) -> None:
        """However long a chain may be, nobody pays his own bills in the end."""
        world = many_organizations(transfer_chain_length=5)
        agreed(world)
        with expect_refusal(world, ConstraintViolated, Constraint.RESPONSIBILITY_TRANSFER_MAX_LEVEL_VIOLATION):
            invite(world, RECEIVER, account=SOURCE)

    @pytest.mark.parametrize("order", [(1, 2, 3), (3, 2, 1), (1, 3, 2)])
    def test_length(self, order: tuple[int, ...]) -> None:
        """A chain of two is the longest where two are allowed, in whatever order it is made."""
        world = many_organizations(transfer_chain_length=2)
        links = {1: (FOURTH, THIRD), 2: (THIRD, SOURCE), 3: (SOURCE, RECEIVER)}
        for at in order[:2]:
            agreed(world, *links[at])
        with expect_refusal(world, ConstraintViolated, Constraint.RESPONSIBILITY_TRANSFER_MAX_LEVEL_VIOLATION):
            invite(world, links[order[2]][0], account=links[order[2]][1])

    def test_a_withdrawn_link_is_none(self) -> None:
        """A chain ends where a transfer is withdrawn."""
        world = many_organizations(transfer_chain_length=2)
        agreed(world, FOURTH, THIRD)
        middle = agreed(world, THIRD, SOURCE)
        act(world, transfers.terminate_transfer, middle.id, account=THIRD)
        assert status_of(world, agreed(world, SOURCE, RECEIVER)) is TransferStatus.ACCEPTED

    def test_all_together(self) -> None:
        """A chain brings together no more transfers than AWS allows, however they are spread."""
        world = many_organizations(transfer_chain_length=2, transfers_in_chain=2)
        agreed(world, THIRD, SOURCE)
        agreed(world, FOURTH, SOURCE)
        with expect_refusal(
            world, ConstraintViolated, Constraint.RESPONSIBILITY_TRANSFER_MAX_TRANSFERS_QUOTA_VIOLATION
        ):
            invite(world, SOURCE, account=RECEIVER)

    def test_all_together_in_one_level(self) -> None:
        """The same of transfers to one receiver."""
        world = many_organizations(transfers_in_chain=1)
        agreed(world)
        with expect_refusal(
            world, ConstraintViolated, Constraint.RESPONSIBILITY_TRANSFER_MAX_TRANSFERS_QUOTA_VIOLATION
        ):
            invite(world, THIRD)

    def test_who_sees_what(self) -> None:
        """Who pays in the end sees what was passed on to him, through the transfer that brings it; others do not."""
        world = many_organizations(transfer_chain_length=2)
        lower, upper = agreed(world, THIRD, SOURCE), agreed(world)
        pending = invite(world, FOURTH, account=SOURCE)
        assert inbound(world) == [upper]
        assert inbound(world, through=upper.id) == [lower]
        act(world, transfers.describe_transfer, lower.id)
        with expect_refusal(world, TransferNotFound):
            act(world, transfers.describe_transfer, str(pending.transfer_id))
        for account in (THIRD, FOURTH):
            with expect_refusal(world, TransferNotFound):
                act(world, transfers.describe_transfer, upper.id, account=account)
        for through in (lower.id, "rt-00000000"):
            with expect_refusal(world, TransferNotFound):
                act(world, transfers.list_inbound_transfers, through)

    def test_everybody_concerned_is_told(self) -> None:
        """Acceptance and termination are told to who pays in the end, too."""
        world = many_organizations(transfer_chain_length=2)
        agreed(world)
        world.events.clear()
        lower = agreed(world, THIRD, SOURCE)
        act(world, transfers.terminate_transfer, lower.id, account=THIRD)
        told = [one for one in world.events if isinstance(one, TransferAccepted | TransferTerminated)]
        everybody = (THIRD, SOURCE, RECEIVER)
        assert told == [
            TransferAccepted(at=NOW, transfer_id=lower.id, account_ids=everybody),
            TransferTerminated(at=NOW, transfer_id=lower.id, account_ids=everybody, ends_at=END_OF_NOVEMBER),
        ]

    def test_who_pays_in_the_end_does_not_withdraw(self) -> None:
        """Only the two sides of a transfer withdraw it, and only its receiver renames it."""
        world = many_organizations(transfer_chain_length=2)
        agreed(world)
        lower = agreed(world, THIRD, SOURCE)
        with expect_refusal(world, WrongAccount):
            act(world, transfers.terminate_transfer, lower.id)
        with expect_refusal(world, WrongAccount):
            act(world, transfers.rename_transfer, lower.id, "Mine")


class TestDescribe:
    """describe_transfer, inbound_transfers and outbound_transfers."""

    def test_both_sides(self, world: World) -> None:
        """Both management accounts find the transfer; members, strangers and others do not."""
        transfer = transfer_of(world, invite(world))
        for account in (RECEIVER, SOURCE):
            assert act(world, transfers.describe_transfer, transfer.id, account=account) == transfer
        with expect_refusal(world, TransferNotFound):
            act(world, transfers.describe_transfer, transfer.id, account=THIRD)
        with expect_refusal(world, TransferNotFound):
            act(world, transfers.describe_transfer, "rt-00000000")

    @pytest.mark.parametrize(
        "rule",
        [
            lambda tx: transfers.describe_transfer(tx, "rt-00000000"),
            transfers.list_inbound_transfers,
            transfers.list_outbound_transfers,
            lambda tx: transfers.rename_transfer(tx, "rt-00000000", "New"),
            lambda tx: transfers.terminate_transfer(tx, "rt-00000000"),
        ],
        ids=["describe", "inbound", "outbound", "rename", "terminate"],
    )
    def test_who_may(self, world: World, rule: Callable[..., object]) -> None:
        """All this is for management accounts, in the commercial partition."""
        with expect_refusal(world, WrongAccount):
            act(world, rule, account=MEMBER)
        with expect_refusal(world, NotInOrganization):
            act(world, rule, account=STRANGER)
        with expect_refusal(world, UnsupportedInPartition):
            act(world, rule, region="cn-north-1")

    def test_order(self, world: World) -> None:
        """Transfers are listed in the order of their invitations, and go on after a place."""
        made = [transfer_of(world, invite(world, target)) for target in (SOURCE, THIRD, FOURTH)]
        assert inbound(world) == made
        with transaction(world, RECEIVER) as tx:
            assert [one for _, one in transfers.list_inbound_transfers(tx, after=made[0].serial)] == made[1:]


class TestRename:
    """rename_transfer."""

    def test_of_the_receiver(self, world: World) -> None:
        """The receiver renames what waits and what is accepted; the rest stays as it was."""
        transfer = transfer_of(world, invite(world))
        assert act(world, transfers.rename_transfer, transfer.id, "First").name == "First"
        act(world, handshake_responses.accept_handshake, transfer.handshake_id, account=SOURCE)
        act(world, transfers.rename_transfer, transfer.id, "Second")
        renamed = world.state.transfers[transfer.id]
        assert (renamed.name, renamed.starts_at, renamed.handshake_id) == ("Second", DECEMBER, transfer.handshake_id)

    def test_of_the_source(self, world: World) -> None:
        """The source of the bills has no say in the name."""
        transfer = agreed(world)
        with expect_refusal(world, WrongAccount):
            act(world, transfers.rename_transfer, transfer.id, "Mine", account=SOURCE)

    @pytest.mark.parametrize("end", ["declined", "canceled", "expired", "withdrawn"])
    def test_of_what_has_ended(self, world: World, end: str) -> None:
        """A transfer that is no longer active keeps its name."""
        invitation = invite(world)
        if end == "declined":
            act(world, handshake_responses.decline_handshake, invitation.id, account=SOURCE)
        elif end == "canceled":
            act(world, handshake_responses.cancel_handshake, invitation.id)
        elif end == "expired":
            world.clock.freeze(DECEMBER)
        else:
            act(world, transfers.terminate_transfer, accept(world, invitation).id)
        with expect_refusal(world, ConstraintViolated, Constraint.TRANSFER_RESPONSIBILITY_UPDATE_NOT_ALLOWED):
            act(world, transfers.rename_transfer, str(invitation.transfer_id), "New")

    def test_unknown(self, world: World) -> None:
        """What does not exist cannot be renamed."""
        with expect_refusal(world, TransferNotFound):
            act(world, transfers.rename_transfer, "rt-00000000", "New")


class TestTerminate:
    """terminate_transfer."""

    @pytest.mark.parametrize("account", [RECEIVER, SOURCE])
    def test_of_either_side(self, world: World, account: str) -> None:
        """Either side withdraws; without an end the transfer ends with the month."""
        transfer = agreed(world)
        world.events.clear()
        withdrawn = act(world, transfers.terminate_transfer, transfer.id, account=account)
        assert withdrawn.ends_at == END_OF_NOVEMBER
        assert status_of(world, transfer) is TransferStatus.WITHDRAWN
        (event,) = world.events
        assert event == TransferTerminated(
            at=NOW, transfer_id=transfer.id, account_ids=(SOURCE, RECEIVER), ends_at=END_OF_NOVEMBER
        )

    @pytest.mark.parametrize(
        ("asked", "end"),
        [
            (END_OF_NOVEMBER, END_OF_NOVEMBER),
            (END_OF_DECEMBER, END_OF_DECEMBER),
            (END_OF_DECEMBER.replace(microsecond=0), END_OF_DECEMBER),
        ],
    )
    def test_end(self, world: World, asked: datetime, end: datetime) -> None:
        """A transfer ends with this month or with the next; the last second of a month is its end."""
        transfer = agreed(world)
        assert act(world, transfers.terminate_transfer, transfer.id, asked).ends_at == end

    @pytest.mark.parametrize(
        ("asked", "reason"),
        [
            (END_OF_NOVEMBER - timedelta(seconds=1), InputReason.END_DATE_NOT_END_OF_MONTH),
            (END_OF_NOVEMBER + timedelta(milliseconds=1), InputReason.END_DATE_NOT_END_OF_MONTH),
            (datetime(2026, 11, 29, 23, 59, 59, 999000, tzinfo=UTC), InputReason.END_DATE_NOT_END_OF_MONTH),
            (datetime(2026, 10, 31, 23, 59, 59, 999000, tzinfo=UTC), InputReason.END_DATE_TOO_EARLY),
            (datetime(2027, 1, 31, 23, 59, 59, 999000, tzinfo=UTC), InputReason.END_DATE_TOO_LATE),
            (datetime(9999, 12, 31, 23, 59, 59, 999000, tzinfo=UTC), InputReason.END_DATE_TOO_LATE),
        ],
    )
    def test_other_ends(self, world: World, asked: datetime, reason: InputReason) -> None:
        """No other end is accepted."""
        transfer = agreed(world)
        with expect_refusal(world, InvalidInput, reason):
            act(world, transfers.terminate_transfer, transfer.id, asked)

    def test_leap_years(self, world: World) -> None:
        """February ends with its last day, whichever that is."""
        transfer = agreed(world)
        world.clock.freeze(datetime(2028, 2, 3, tzinfo=UTC))
        end = act(world, transfers.terminate_transfer, transfer.id).ends_at
        assert end == datetime(2028, 2, 29, 23, 59, 59, 999000, tzinfo=UTC)

    def test_twice(self, world: World) -> None:
        """What is withdrawn cannot be withdrawn again, by neither side."""
        transfer = agreed(world)
        act(world, transfers.terminate_transfer, transfer.id)
        for account in (RECEIVER, SOURCE):
            with expect_refusal(world, TransferAlreadyInStatus):
                act(world, transfers.terminate_transfer, transfer.id, account=account)

    def test_what_was_not_accepted(self, world: World) -> None:
        """An invitation is declined or canceled, not withdrawn."""
        invitation = invite(world)
        with expect_refusal(world, InvalidTransferTransition):
            act(world, transfers.terminate_transfer, str(invitation.transfer_id))
        act(world, handshake_responses.cancel_handshake, invitation.id)
        with expect_refusal(world, InvalidTransferTransition):
            act(world, transfers.terminate_transfer, str(invitation.transfer_id))

    def test_unknown(self, world: World) -> None:
        """What does not exist cannot be withdrawn."""
        with expect_refusal(world, TransferNotFound):
            act(world, transfers.terminate_transfer, "rt-00000000")

    def test_begins_anew(self, world: World) -> None:
        """After a withdrawal a new invitation is needed, and may be sent."""
        first = agreed(world)
        act(world, transfers.terminate_transfer, first.id)
        second = accept(world, invite(world, starts_at=JANUARY))
        assert [status_of(world, one) for one in inbound(world)] == [TransferStatus.WITHDRAWN, TransferStatus.ACCEPTED]
        assert second.id != first.id


class TestDeleteOrganization:
    """delete_organization, as far as transfers stand in its way."""

    @pytest.mark.parametrize("account", [RECEIVER, THIRD])
    def test_while_an_invitation_waits(self, world: World, account: str) -> None:
        """Neither side can be deleted before the invitation is answered or has expired."""
        invitation = invite(world, THIRD)
        with expect_refusal(world, ConstraintViolated, Constraint.ACTIVE_RESPONSIBILITY_TRANSFER_PROCESS):
            act(world, organization.delete_organization, account=account)
        world.clock.freeze(invitation.expires_at)
        act(world, organization.delete_organization, account=account)

    @pytest.mark.parametrize("account", [RECEIVER, THIRD])
    def test_after_a_refusal(self, world: World, account: str) -> None:
        """An invitation that was declined stands in nobody's way; the other side still lists it."""
        invitation = invite(world, THIRD)
        act(world, handshake_responses.decline_handshake, invitation.id, account=THIRD)
        act(world, organization.delete_organization, account=account)
        left = inbound(world, RECEIVER) if account == THIRD else outbound(world, THIRD)
        assert left == [transfer_of(world, invitation)]

    @pytest.mark.parametrize("account", [RECEIVER, THIRD])
    def test_while_a_transfer_goes_on(self, world: World, account: str) -> None:
        """A transfer stands in the way until the end of its last month."""
        transfer = agreed(world, THIRD)
        reason = Constraint.ACTIVE_RESPONSIBILITY_TRANSFER_PROCESS
        with expect_refusal(world, ConstraintViolated, reason):
            act(world, organization.delete_organization, account=account)
        world.clock.freeze(DECEMBER)
        act(world, transfers.terminate_transfer, transfer.id)
        world.clock.freeze(END_OF_DECEMBER)
        with expect_refusal(world, ConstraintViolated, reason):
            act(world, organization.delete_organization, account=account)
        world.clock.advance(timedelta(milliseconds=1))
        act(world, organization.delete_organization, account=account)

    def test_after_a_withdrawal_before_the_start(self, world: World) -> None:
        """A transfer that never started stands in nobody's way."""
        transfer = agreed(world, THIRD)
        act(world, transfers.terminate_transfer, transfer.id)
        act(world, organization.delete_organization, account=THIRD)
        assert inbound(world) == [world.state.transfers[transfer.id]]


class TestCost:
    """What transfers cost where there are many."""

    def test_does_not_grow(self) -> None:
        """Many transfers, waiting, expired and accepted, make the next one no dearer."""
        counts = []
        for size in (4, 200):
            world = many_organizations(inbound_transfers=1_000)
            for at in range(size):
                source = f"{at:012}"
                act(world, organization.create_organization, FeatureSet.ALL, account=source)
                invitation = invite(world, source, starts_at=JANUARY if at % 4 else DECEMBER)
                if at % 2:
                    accept(world, invitation, source)
            world.clock.freeze(DECEMBER)
            invitation = invite(world, starts_at=JANUARY)
            transfer = transfer_of(world, invitation)
            counts.append(
                (
                    count_calls(world, lambda: invite(world, THIRD, starts_at=JANUARY)),  # noqa: B023 - called at once
                    count_calls(world, lambda: accept(world, invitation)),  # noqa: B023
                    count_calls(world, lambda: act(world, handshake_responses.cancel_handshake, invitation.id)),  # noqa: B023
                    count_calls(world, lambda: act(world, transfers.describe_transfer, transfer.id)),  # noqa: B023
                    count_calls(world, lambda: act(world, transfers.rename_transfer, transfer.id, "New")),  # noqa: B023
                )
            )
        assert [many <= few * 1.5 for few, many in zip(*counts, strict=True)] == [True] * 5, counts
