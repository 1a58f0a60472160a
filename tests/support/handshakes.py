"""Handshakes between accounts and the organization that `tests.support.domain` sets up."""

from typing import Any

from artifact_state.model import Handshake, HandshakeState, PartyKind
from artifact_state.organizations import handshake_responses
from artifact_state.organizations.handshakes import account_invitations, lifecycle, listing
from artifact_state.world import World
from tests.support.domain import MANAGEMENT, STANDALONE, act, transaction


def invite(world: World, target: str = STANDALONE, *, account: str = MANAGEMENT, **named: Any) -> Handshake:
    """Invite an account by its id or its e-mail address."""
    kind = PartyKind.EMAIL if "@" in target else PartyKind.ACCOUNT
    return act(world, account_invitations.invite_account, kind, target, account=account, **named)


def accept(world: World, handshake: Handshake, account: str = STANDALONE, **named: Any) -> Handshake:
    """Accept a handshake as an account."""
    return act(world, handshake_responses.accept_handshake, handshake.id, account=account, **named)


def decline(world: World, handshake: Handshake, account: str = STANDALONE) -> Handshake:
    """Decline a handshake as an account."""
    return act(world, handshake_responses.decline_handshake, handshake.id, account=account)


def cancel(world: World, handshake: Handshake, account: str = MANAGEMENT) -> Handshake:
    """Cancel a handshake as an account."""
    return act(world, handshake_responses.cancel_handshake, handshake.id, account=account)


def add_invited(world: World, account: str = STANDALONE) -> None:
    """Add an account to the organization by an invitation."""
    accept(world, invite(world, account), account)


def handshake_state(world: World, handshake: Handshake) -> HandshakeState:
    """Return the present state of a handshake."""
    return lifecycle.handshake_state(world.state, world.state.handshakes[handshake.id], world.clock.now())


def sent_ids(world: World, *filters: object, account: str = MANAGEMENT) -> list[str]:
    """Return the ids of the handshakes that the account's organization sent, as listed."""
    with transaction(world, account) as tx:
        places = listing.list_sent_handshakes(tx, *filters)  # type: ignore[arg-type]
        return [handshake.id for _, handshake in places if handshake]


def received_ids(world: World, *filters: object, account: str = STANDALONE) -> list[str]:
    """Return the ids of the handshakes that an account received, as listed."""
    with transaction(world, account) as tx:
        places = listing.list_received_handshakes(tx, *filters)  # type: ignore[arg-type]
        return [handshake.id for _, handshake in places if handshake]
