"""Billing transfers: their description and listing, their name, and their withdrawal."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest

from artifact_state.errors import (
    Constraint,
    ConstraintViolated,
    InputReason,
    InvalidInput,
    InvalidTransferTransition,
    NotInOrganization,
    TransferAlreadyInStatus,
    TransferNotFound,
    UnsupportedInPartition,
    WrongAccount,
)
from artifact_state.events import TransferTerminated
from artifact_state.model import FeatureSet, TransferStatus
from artifact_state.organizations import organization
from artifact_state.organizations.billing_transfers import transfers
from artifact_state.world import World
from tests.support.call_counting import count_calls
from tests.support.domain import NOW, act, expect_refusal, transaction
from tests.support.handshakes import cancel, decline
from tests.support.transfers import (
    DECEMBER,
    END_OF_DECEMBER,
    END_OF_NOVEMBER,
    FOURTH,
    JANUARY,
    MEMBER,
    MISSING_TRANSFER,
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


class TestDescribeAndList:
    """describe_transfer, list_inbound_transfers and list_outbound_transfers."""

    def test_only_sides_see_transfer(self, world: World) -> None:
        """Both management accounts see the transfer; a third account does not find it."""
        transfer = transfer_of(world, invite_to_transfer(world))
        for account in (RECEIVER, SOURCE):
            assert act(world, transfers.describe_transfer, transfer.id, account=account) == transfer
        with expect_refusal(world, TransferNotFound):
            act(world, transfers.describe_transfer, transfer.id, account=THIRD)
        with expect_refusal(world, TransferNotFound):
            act(world, transfers.describe_transfer, MISSING_TRANSFER)

    @pytest.mark.parametrize(
        "rule",
        [
            lambda tx: transfers.describe_transfer(tx, MISSING_TRANSFER),
            transfers.list_inbound_transfers,
            transfers.list_outbound_transfers,
            lambda tx: transfers.rename_transfer(tx, MISSING_TRANSFER, "New"),
            lambda tx: transfers.terminate_transfer(tx, MISSING_TRANSFER),
        ],
        ids=["describe", "inbound", "outbound", "rename", "terminate"],
    )
    def test_only_management_account_of_commercial_partition_is_admitted(
        self, world: World, rule: Callable[..., object]
    ) -> None:
        """A member, a standalone account and an account of another partition are refused by every rule."""
        with expect_refusal(world, WrongAccount):
            act(world, rule, account=MEMBER)
        with expect_refusal(world, NotInOrganization):
            act(world, rule, account=STANDALONE)
        with expect_refusal(world, UnsupportedInPartition):
            act(world, rule, region="cn-north-1")

    def test_transfers_are_listed_in_order_of_invitation(self, world: World) -> None:
        """Transfers are listed in the order of their invitations, and a listing continues after any place."""
        invited = [transfer_of(world, invite_to_transfer(world, target)) for target in (SOURCE, THIRD, FOURTH)]
        assert inbound(world) == invited
        with transaction(world, RECEIVER) as tx:
            assert [
                transfer for _, transfer in transfers.list_inbound_transfers(tx, after=invited[0].serial)
            ] == invited[1:]


class TestRenameTransfer:
    """rename_transfer."""

    def test_receiver_renames_pending_and_accepted_transfer(self, world: World) -> None:
        """The receiver can rename a pending and an accepted transfer; nothing else changes."""
        invitation = invite_to_transfer(world)
        transfer = transfer_of(world, invitation)
        assert act(world, transfers.rename_transfer, transfer.id, "First").name == "First"
        accept(world, invitation)
        act(world, transfers.rename_transfer, transfer.id, "Second")
        renamed = world.state.transfers[transfer.id]
        assert (renamed.name, renamed.starts_at, renamed.handshake_id) == ("Second", DECEMBER, transfer.handshake_id)

    def test_source_cannot_rename_transfer(self, world: World) -> None:
        """The source of the bills cannot change the name."""
        transfer = create_transfer(world)
        with expect_refusal(world, WrongAccount):
            act(world, transfers.rename_transfer, transfer.id, "Mine", account=SOURCE)

    @pytest.mark.parametrize("ending", ["declined", "canceled", "expired", "withdrawn"])
    def test_ended_transfer_cannot_be_renamed(self, world: World, ending: str) -> None:
        """A transfer that is no longer pending or accepted keeps its name."""
        invitation = invite_to_transfer(world)
        if ending != "withdrawn":
            end(world, invitation, ending)
        else:
            act(world, transfers.terminate_transfer, accept(world, invitation).id)
        with expect_refusal(world, ConstraintViolated, Constraint.TRANSFER_RESPONSIBILITY_UPDATE_NOT_ALLOWED):
            act(world, transfers.rename_transfer, str(invitation.transfer_id), "New")

    def test_missing_transfer_cannot_be_renamed(self, world: World) -> None:
        """A missing transfer is not found."""
        with expect_refusal(world, TransferNotFound):
            act(world, transfers.rename_transfer, MISSING_TRANSFER, "New")


class TestTerminateTransfer:
    """terminate_transfer."""

    @pytest.mark.parametrize("account", [RECEIVER, SOURCE])
    def test_either_side_withdraws_at_end_of_month(self, world: World, account: str) -> None:
        """Either side can withdraw; without an end the transfer ends with the month."""
        transfer = create_transfer(world)
        world.events.clear()
        withdrawn = act(world, transfers.terminate_transfer, transfer.id, account=account)
        assert withdrawn.ends_at == END_OF_NOVEMBER
        assert status_of(world, transfer) is TransferStatus.WITHDRAWN
        (event,) = world.events
        assert event == TransferTerminated(
            at=NOW, transfer_id=transfer.id, account_ids=(SOURCE, RECEIVER), ends_at=END_OF_NOVEMBER
        )

    @pytest.mark.parametrize(
        ("ends_at", "end"),
        [
            (END_OF_NOVEMBER, END_OF_NOVEMBER),
            (END_OF_DECEMBER, END_OF_DECEMBER),
            (END_OF_DECEMBER.replace(microsecond=0), END_OF_DECEMBER),
        ],
    )
    def test_transfer_ends_with_this_or_next_month(self, world: World, ends_at: datetime, end: datetime) -> None:
        """A transfer ends with this month or the next; the last second of a month counts as its end."""
        transfer = create_transfer(world)
        assert act(world, transfers.terminate_transfer, transfer.id, ends_at).ends_at == end

    @pytest.mark.parametrize(
        ("ends_at", "reason"),
        [
            (END_OF_NOVEMBER - timedelta(seconds=1), InputReason.END_DATE_NOT_END_OF_MONTH),
            (END_OF_NOVEMBER + timedelta(milliseconds=1), InputReason.END_DATE_NOT_END_OF_MONTH),
            (datetime(2026, 11, 29, 23, 59, 59, 999000, tzinfo=UTC), InputReason.END_DATE_NOT_END_OF_MONTH),
            (datetime(2026, 10, 31, 23, 59, 59, 999000, tzinfo=UTC), InputReason.END_DATE_TOO_EARLY),
            (datetime(2027, 1, 31, 23, 59, 59, 999000, tzinfo=UTC), InputReason.END_DATE_TOO_LATE),
            (datetime(9999, 12, 31, 23, 59, 59, 999000, tzinfo=UTC), InputReason.END_DATE_TOO_LATE),
        ],
    )
    def test_invalid_end_is_refused(self, world: World, ends_at: datetime, reason: InputReason) -> None:
        """Any other end is refused with its reason."""
        transfer = create_transfer(world)
        with expect_refusal(world, InvalidInput, reason):
            act(world, transfers.terminate_transfer, transfer.id, ends_at)

    def test_february_ends_on_its_last_day(self, world: World) -> None:
        """February ends on its last day, in a leap year too."""
        transfer = create_transfer(world)
        world.clock.freeze(datetime(2028, 2, 3, tzinfo=UTC))
        end = act(world, transfers.terminate_transfer, transfer.id).ends_at
        assert end == datetime(2028, 2, 29, 23, 59, 59, 999000, tzinfo=UTC)

    def test_withdrawn_transfer_cannot_be_withdrawn_again(self, world: World) -> None:
        """Neither side can withdraw a transfer again."""
        transfer = create_transfer(world)
        act(world, transfers.terminate_transfer, transfer.id)
        for account in (RECEIVER, SOURCE):
            with expect_refusal(world, TransferAlreadyInStatus):
                act(world, transfers.terminate_transfer, transfer.id, account=account)

    def test_pending_or_canceled_transfer_cannot_be_withdrawn(self, world: World) -> None:
        """A transfer that was not accepted cannot be withdrawn."""
        invitation = invite_to_transfer(world)
        with expect_refusal(world, InvalidTransferTransition):
            act(world, transfers.terminate_transfer, str(invitation.transfer_id))
        cancel(world, invitation, RECEIVER)
        with expect_refusal(world, InvalidTransferTransition):
            act(world, transfers.terminate_transfer, str(invitation.transfer_id))

    def test_missing_transfer_cannot_be_withdrawn(self, world: World) -> None:
        """A missing transfer is not found."""
        with expect_refusal(world, TransferNotFound):
            act(world, transfers.terminate_transfer, MISSING_TRANSFER)

    def test_source_can_be_invited_again_after_withdrawal(self, world: World) -> None:
        """After a withdrawal the source can be invited again; the new transfer is another one."""
        first = create_transfer(world)
        act(world, transfers.terminate_transfer, first.id)
        second = accept(world, invite_to_transfer(world, starts_at=JANUARY))
        assert [status_of(world, transfer) for transfer in inbound(world)] == [
            TransferStatus.WITHDRAWN,
            TransferStatus.ACCEPTED,
        ]
        assert second.id != first.id


class TestDeleteOrganization:
    """The deletion of an organization with transfers."""

    @pytest.mark.parametrize("account", [RECEIVER, THIRD])
    def test_pending_invitation_prevents_deletion_of_both_sides(self, world: World, account: str) -> None:
        """Neither side can be deleted until the invitation has its response or expires."""
        invitation = invite_to_transfer(world, THIRD)
        with expect_refusal(world, ConstraintViolated, Constraint.ACTIVE_RESPONSIBILITY_TRANSFER_PROCESS):
            act(world, organization.delete_organization, account=account)
        world.clock.freeze(invitation.expires_at)
        act(world, organization.delete_organization, account=account)

    @pytest.mark.parametrize("account", [RECEIVER, THIRD])
    def test_declined_invitation_does_not_prevent_deletion(self, world: World, account: str) -> None:
        """Both sides can be deleted after the invitation is declined; the other side still lists it."""
        invitation = invite_to_transfer(world, THIRD)
        decline(world, invitation, THIRD)
        act(world, organization.delete_organization, account=account)
        listed = inbound(world, RECEIVER) if account == THIRD else outbound(world, THIRD)
        assert listed == [transfer_of(world, invitation)]

    @pytest.mark.parametrize("account", [RECEIVER, THIRD])
    def test_transfer_prevents_deletion_until_end_of_last_month(self, world: World, account: str) -> None:
        """A transfer prevents the deletion until the end of its last month."""
        transfer = create_transfer(world, THIRD)
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

    def test_transfer_withdrawn_before_start_does_not_prevent_deletion(self, world: World) -> None:
        """A transfer that never took effect does not prevent the deletion."""
        transfer = create_transfer(world, THIRD)
        act(world, transfers.terminate_transfer, transfer.id)
        act(world, organization.delete_organization, account=THIRD)
        assert inbound(world) == [world.state.transfers[transfer.id]]


class TestCost:
    """The cost of operations in a world with many transfers."""

    def test_cost_does_not_grow_with_number_of_transfers(self) -> None:
        """With many transfers, pending, expired and accepted, no operation costs noticeably more."""
        counts = []
        for size in (4, 200):
            world = world_with_organizations(inbound_transfers=1_000)
            for number in range(size):
                source = f"{number:012}"
                act(world, organization.create_organization, FeatureSet.ALL, account=source)
                invitation = invite_to_transfer(world, source, starts_at=JANUARY if number % 4 else DECEMBER)
                if number % 2:
                    accept(world, invitation, source)
            world.clock.freeze(DECEMBER)
            invitation = invite_to_transfer(world, starts_at=JANUARY)
            transfer = transfer_of(world, invitation)
            counts.append(
                (
                    count_calls(world, lambda: invite_to_transfer(world, THIRD, starts_at=JANUARY)),  # noqa: B023 - called at once
                    count_calls(world, lambda: accept(world, invitation)),  # noqa: B023
                    count_calls(world, lambda: cancel(world, invitation, RECEIVER)),  # noqa: B023
                    count_calls(world, lambda: act(world, transfers.describe_transfer, transfer.id)),  # noqa: B023
                    count_calls(world, lambda: act(world, transfers.rename_transfer, transfer.id, "New")),  # noqa: B023
                )
            )
        assert [many <= few * 1.5 for few, many in zip(*counts, strict=True)] == [True] * 5, counts
