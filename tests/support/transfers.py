"""Billing transfers between four organizations, made by rules of the domain."""

from datetime import UTC, datetime

from artifact_state.clock import Clock
from artifact_state.model import FeatureSet, Handshake, PartyKind, State, Transfer, TransferStatus
from artifact_state.organizations import organization
from artifact_state.organizations.billing_transfers import invitations, transfers
from artifact_state.resource_tags import TagPairs
from artifact_state.world import Options, World
from tests.support import handshakes
from tests.support.domain import NOW, act, quotas_with, transaction

RECEIVER, SOURCE, THIRD, FOURTH = "111122223333", "222233334444", "333344445555", "444455556666"
MEMBER, STANDALONE = "555566667777", "999988887777"
MISSING_TRANSFER = "rt-00000000"
DECEMBER, JANUARY, FEBRUARY = (
    datetime(2026, 12, 1, tzinfo=UTC),
    datetime(2027, 1, 1, tzinfo=UTC),
    datetime(2027, 2, 1, tzinfo=UTC),
)
END_OF_NOVEMBER = datetime(2026, 11, 30, 23, 59, 59, 999000, tzinfo=UTC)
END_OF_DECEMBER = datetime(2026, 12, 31, 23, 59, 59, 999000, tzinfo=UTC)


def world_with_organizations(**quotas: int) -> World:
    """Return a world with four organizations, one of which has a member; each may pay the bills of ten others."""
    quotas = {"inbound_transfers": 10} | quotas
    world = World(
        options=Options(quotas=quotas_with(**quotas)), clock=Clock(frozen_at=NOW), state=State(seed="transfers")
    )
    for account in (RECEIVER, SOURCE, THIRD, FOURTH):
        act(world, organization.create_organization, FeatureSet.ALL, account=account)
    handshakes.accept(world, handshakes.invite(world, MEMBER, account=SOURCE), MEMBER)
    return world


def invite_to_transfer(
    world: World,
    target: str = SOURCE,
    *,
    account: str = RECEIVER,
    starts_at: datetime = DECEMBER,
    pairs: TagPairs = (),
) -> Handshake:
    """Invite an organization to have its bills paid by an account's."""
    kind = PartyKind.EMAIL if "@" in target else PartyKind.ACCOUNT
    terms = invitations.Terms(starts_at=starts_at, name="Bills", notes="Please", tags=pairs)
    return act(world, invitations.invite_to_transfer, kind, target, terms, account=account)


def accept(world: World, invitation: Handshake, account: str = SOURCE) -> Transfer:
    """Accept an invitation and return the transfer."""
    handshakes.accept(world, invitation, account)
    return transfer_of(world, invitation)


def create_transfer(world: World, source: str = SOURCE, receiver: str = RECEIVER) -> Transfer:
    """Have one organization pay another's bills, and return the transfer."""
    return accept(world, invite_to_transfer(world, source, account=receiver), source)


def end(world: World, invitation: Handshake, how: str) -> None:
    """End an invitation of the receiver to the source: `declined`, `canceled` or `expired`."""
    if how == "declined":
        handshakes.decline(world, invitation, SOURCE)
    elif how == "canceled":
        handshakes.cancel(world, invitation, RECEIVER)
    else:
        world.clock.freeze(invitation.expires_at)


def transfer_of(world: World, invitation: Handshake) -> Transfer:
    """Return the transfer that an invitation proposes."""
    return world.state.transfers[str(invitation.transfer_id)]


def status_of(world: World, transfer: Transfer) -> TransferStatus:
    """Return the present status of a transfer."""
    return transfers.transfer_status(world.state, world.state.transfers[transfer.id], world.clock.now())


def inbound(world: World, account: str = RECEIVER, through: str | None = None) -> list[Transfer]:
    """Return the transfers with which an account's organization pays the bills of others, as listed."""
    with transaction(world, account) as tx:
        return [transfer for _, transfer in transfers.list_inbound_transfers(tx, through) if transfer]


def outbound(world: World, account: str = SOURCE) -> list[Transfer]:
    """Return the transfers with which others pay the bills of an account's organization, as listed."""
    with transaction(world, account) as tx:
        return [transfer for _, transfer in transfers.list_outbound_transfers(tx) if transfer]
