"""Chains of billing transfers: their limits, and what the organization at the top sees."""

import pytest

from artifact_state.errors import Constraint, ConstraintViolated, TransferNotFound, WrongAccount
from artifact_state.events import TransferAccepted, TransferTerminated
from artifact_state.model import TransferStatus
from artifact_state.organizations.billing_transfers import transfers
from artifact_state.world import World
from tests.support.domain import NOW, act, expect_refusal
from tests.support.transfers import (
    END_OF_NOVEMBER,
    FOURTH,
    MISSING_TRANSFER,
    RECEIVER,
    SOURCE,
    THIRD,
    accept,
    create_transfer,
    inbound,
    invite_to_transfer,
    status_of,
    world_with_organizations,
)


@pytest.fixture
def world() -> World:
    """Return a world with four organizations."""
    return world_with_organizations()


class TestChains:
    """The limits of chains, and the view of the organization at the top."""

    def test_receiver_cannot_pass_bills_on_by_default(self, world: World) -> None:
        """By default an organization that pays another's bills must pay its own."""
        create_transfer(world)
        reason = Constraint.RESPONSIBILITY_TRANSFER_MAX_LEVEL_VIOLATION
        with expect_refusal(world, ConstraintViolated, reason):
            invite_to_transfer(world, RECEIVER, account=THIRD)

    def test_source_cannot_receive_bills_by_default(self, world: World) -> None:
        """By default an organization whose bills are paid cannot pay the bills of others."""
        create_transfer(world)
        with expect_refusal(world, ConstraintViolated, Constraint.RESPONSIBILITY_TRANSFER_MAX_LEVEL_VIOLATION):
            invite_to_transfer(world, THIRD, account=SOURCE)

    def test_chain_too_long_since_invitation_is_refused_on_acceptance(self, world: World) -> None:
        """A chain that has become too long since the invitation is refused when it is accepted."""
        upwards, downwards = invite_to_transfer(world, RECEIVER, account=THIRD), invite_to_transfer(world)
        accept(world, downwards)
        with expect_refusal(world, ConstraintViolated, Constraint.RESPONSIBILITY_TRANSFER_MAX_LEVEL_VIOLATION):
            accept(world, upwards, RECEIVER)

    def test_chain_cannot_form_circle(self) -> None:
        """However long a chain may be, no organization can end up paying its own bills."""
        world = world_with_organizations(transfer_chain_length=5)
        create_transfer(world)
        with expect_refusal(world, ConstraintViolated, Constraint.RESPONSIBILITY_TRANSFER_MAX_LEVEL_VIOLATION):
            invite_to_transfer(world, RECEIVER, account=SOURCE)

    @pytest.mark.parametrize("order", [(1, 2, 3), (3, 2, 1), (1, 3, 2)])
    def test_chain_length_is_limited_in_any_order(self, order: tuple[int, ...]) -> None:
        """The chain length is limited, in whatever order the transfers are made."""
        world = world_with_organizations(transfer_chain_length=2)
        links = {1: (FOURTH, THIRD), 2: (THIRD, SOURCE), 3: (SOURCE, RECEIVER)}
        for number in order[:2]:
            create_transfer(world, *links[number])
        with expect_refusal(world, ConstraintViolated, Constraint.RESPONSIBILITY_TRANSFER_MAX_LEVEL_VIOLATION):
            invite_to_transfer(world, links[order[2]][0], account=links[order[2]][1])

    def test_withdrawn_transfer_does_not_lengthen_chain(self) -> None:
        """A withdrawn transfer does not count as part of a chain."""
        world = world_with_organizations(transfer_chain_length=2)
        create_transfer(world, FOURTH, THIRD)
        middle = create_transfer(world, THIRD, SOURCE)
        act(world, transfers.terminate_transfer, middle.id, account=THIRD)
        assert status_of(world, create_transfer(world, SOURCE, RECEIVER)) is TransferStatus.ACCEPTED

    def test_transfers_in_chain_are_limited(self) -> None:
        """The number of transfers in one chain is limited, at whatever level they are."""
        world = world_with_organizations(transfer_chain_length=2, transfers_in_chain=2)
        create_transfer(world, THIRD, SOURCE)
        create_transfer(world, FOURTH, SOURCE)
        with expect_refusal(
            world, ConstraintViolated, Constraint.RESPONSIBILITY_TRANSFER_MAX_TRANSFERS_QUOTA_VIOLATION
        ):
            invite_to_transfer(world, SOURCE, account=RECEIVER)

    def test_transfers_to_one_receiver_are_limited(self) -> None:
        """The same limit applies to the transfers of one receiver."""
        world = world_with_organizations(transfers_in_chain=1)
        create_transfer(world)
        with expect_refusal(
            world, ConstraintViolated, Constraint.RESPONSIBILITY_TRANSFER_MAX_TRANSFERS_QUOTA_VIOLATION
        ):
            invite_to_transfer(world, THIRD)

    def test_top_of_chain_sees_transfers_below(self) -> None:
        """The organization at the top sees its source's inbound transfers; the organizations below see only theirs."""
        world = world_with_organizations(transfer_chain_length=2)
        lower, upper = create_transfer(world, THIRD, SOURCE), create_transfer(world)
        pending = invite_to_transfer(world, FOURTH, account=SOURCE)
        assert inbound(world) == [upper]
        assert inbound(world, through=upper.id) == [lower]
        act(world, transfers.describe_transfer, lower.id)
        with expect_refusal(world, TransferNotFound):
            act(world, transfers.describe_transfer, str(pending.transfer_id))
        for account in (THIRD, FOURTH):
            with expect_refusal(world, TransferNotFound):
                act(world, transfers.describe_transfer, upper.id, account=account)
        for through in (lower.id, MISSING_TRANSFER):
            with expect_refusal(world, TransferNotFound):
                act(world, transfers.list_inbound_transfers, through)

    def test_events_name_every_paying_organization(self) -> None:
        """The events of acceptance and termination name the management account at the top too."""
        world = world_with_organizations(transfer_chain_length=2)
        create_transfer(world)
        world.events.clear()
        lower = create_transfer(world, THIRD, SOURCE)
        act(world, transfers.terminate_transfer, lower.id, account=THIRD)
        events = [event for event in world.events if isinstance(event, TransferAccepted | TransferTerminated)]
        account_ids = (THIRD, SOURCE, RECEIVER)
        assert events == [
            TransferAccepted(at=NOW, transfer_id=lower.id, account_ids=account_ids),
            TransferTerminated(at=NOW, transfer_id=lower.id, account_ids=account_ids, ends_at=END_OF_NOVEMBER),
        ]

    def test_top_of_chain_cannot_change_transfers_below(self) -> None:
        """Only the two sides of a transfer withdraw it, and only its receiver renames it."""
        world = world_with_organizations(transfer_chain_length=2)
        create_transfer(world)
        lower = create_transfer(world, THIRD, SOURCE)
        with expect_refusal(world, WrongAccount):
            act(world, transfers.terminate_transfer, lower.id)
        with expect_refusal(world, WrongAccount):
            act(world, transfers.rename_transfer, lower.id, "Mine")
