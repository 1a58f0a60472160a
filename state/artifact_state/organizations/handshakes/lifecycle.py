"""Handshakes: what an organization proposes to an account or to itself, and how that stands.

Stored is what was proposed and how it was answered. That a handshake has expired, that another one overtook it, that
the last step of a process is open, that it is shown no more: all of it follows from instants and from other handshakes.
Sources: https://docs.aws.amazon.com/organizations/latest/APIReference/API_Handshake.html
https://docs.aws.amazon.com/organizations/latest/userguide/orgs_getting-started_concepts.html
"""

from __future__ import annotations  # HashTrieMap takes no parameters at run time.

from dataclasses import replace
from datetime import datetime
from itertools import islice

from artifact_state import ids
from artifact_state.authority import membership_of, require_management_or_delegate
from artifact_state.errors import Denied, DuplicateHandshake, HandshakeNotFound, InputReason, InvalidInput
from artifact_state.events import HandshakeChanged
from artifact_state.model import (
    FeatureSet,
    Handshake,
    HandshakeAction,
    HandshakeState,
    Map,
    Organization,
    PartyKind,
    State,
)
from artifact_state.ordered_map import OrderedMap
from artifact_state.organizations.accounts import account_of
from artifact_state.world import Transaction

_FORGOTTEN_AT_ONCE = 10
"""How many handshakes that nobody sees any more a new one clears away: enough to keep up, too few to be felt."""
Place = tuple[int, Handshake | None]
"""A place in a listing, and the handshake there unless it is hidden."""


def handshake_state(state: State, handshake: Handshake, now: datetime) -> HandshakeState:
    """Tell where a handshake stands at an instant."""
    if ended := end_of(state, handshake, now):
        return ended[0]
    if handshake.action is HandshakeAction.TRANSFER_RESPONSIBILITY:
        # Source: https://docs.aws.amazon.com/awsaccountbilling/latest/aboutv2/orgs_transfer_billing-view-invitation.html
        return HandshakeState.REQUESTED
    if handshake.action is HandshakeAction.ENABLE_ALL_FEATURES and _awaits_anybody(state, handshake, now):
        return HandshakeState.REQUESTED
    return HandshakeState.OPEN


def end_of(state: State, handshake: Handshake, now: datetime) -> tuple[HandshakeState, datetime] | None:
    """Tell how and when a handshake ended, if it has."""
    if handshake.settled is not None and handshake.settled_at is not None:
        return handshake.settled, handshake.settled_at
    if overtaken_at := _overtaken_at(state, handshake, now):
        return HandshakeState.CANCELED, overtaken_at
    return (HandshakeState.EXPIRED, handshake.expires_at) if now >= handshake.expires_at else None


def describe_handshake(tx: Transaction, handshake_id: str) -> Handshake:
    """Tell a handshake to either of its parties.

    Raises HandshakeNotFound.
    Source: https://docs.aws.amazon.com/organizations/latest/APIReference/API_DescribeHandshake.html
    """
    handshake = tx.state.handshakes.get(handshake_id)
    if handshake is None or not is_shown(tx, handshake):
        raise HandshakeNotFound(handshake_id)
    if not (is_recipient(tx.state, handshake, tx.caller.account_id) or _reads_for_sender(tx, handshake)):
        raise HandshakeNotFound(handshake_id)
    return handshake


def is_shown(tx: Transaction, handshake: Handshake) -> bool:
    """Tell whether a handshake can be seen: it lasts as long as its organization, and 30 days after it has ended."""
    if handshake.organization_id not in tx.state.organizations:
        return False
    ended = end_of(tx.state, handshake, tx.now)
    return ended is None or tx.now < ended[1] + tx.quotas.settled_handshake_visibility


def is_recipient(state: State, handshake: Handshake, account_id: str) -> bool:
    """Tell whether a handshake was sent to an account: by its id, its present e-mail address, or as what it manages."""
    if handshake.recipient_kind is PartyKind.EMAIL:
        return handshake.recipient.lower() == account_of(state, account_id).email.lower()
    if handshake.recipient_kind is PartyKind.ORGANIZATION:
        return handshake.management_account_id == account_id
    return handshake.recipient == account_id


def parent_of(handshake: Handshake) -> str | None:
    """Tell the handshake that began the process of which this one is part; an invitation was only sent during one."""
    return None if handshake.action is HandshakeAction.INVITE else handshake.process_id


def process_of(tx: Transaction, organization: Organization) -> Handshake | None:
    """Tell the handshake that began the enabling of all features, while that is under way."""
    begun = latest_handshake(tx.state, organization, HandshakeAction.ENABLE_ALL_FEATURES, organization.id)
    return begun if begun and end_of(tx.state, begun, tx.now) is None else None


def latest_handshake(
    state: State, organization: Organization, action: HandshakeAction, recipient: str
) -> Handshake | None:
    """Tell the last handshake of an action that an organization sent to a recipient."""
    found = organization.latest_handshakes.get(_latest_key(action, recipient))
    return state.handshakes.get(found) if found else None


def check_target(kind: PartyKind, target: str) -> None:
    """Refuse a target that is no account id or e-mail address.

    Raises InvalidInput.
    """
    if kind is PartyKind.ORGANIZATION:
        raise InvalidInput(InputReason.INVALID_PARTY_TYPE_TARGET)
    if kind is PartyKind.ACCOUNT and not (len(target) == 12 and target.isascii() and target.isdecimal()):
        raise InvalidInput(InputReason.INVALID_PATTERN_TARGET_ID)
    if kind is PartyKind.EMAIL and ("@" not in target[1:-1] or any(map(str.isspace, target))):
        raise InvalidInput(InputReason.INVALID_EMAIL_ADDRESS_TARGET)


def check_duplicate(tx: Transaction, organization: Organization, action: HandshakeAction, recipient: str) -> None:
    """Refuse a second handshake of an action to a recipient while the first waits for its answer.

    Raises DuplicateHandshake.
    """
    latest = latest_handshake(tx.state, organization, action, recipient)
    if latest and end_of(tx.state, latest, tx.now) is None:
        raise DuplicateHandshake(latest.id)


def propose(
    tx: Transaction, organization_id: str, action: HandshakeAction, to: tuple[PartyKind, str], expires_at: datetime
) -> Handshake:
    """Send a handshake, to which the sender may add; what was sent long ago is forgotten on that occasion."""
    _forget(tx, tx.state.organizations[organization_id], action)
    organization = tx.state.organizations[organization_id]
    kind, recipient = to
    serial = tx.serial()
    handshake = Handshake(
        id=ids.handshake_id(tx.state.seed, serial),
        serial=serial,
        action=action,
        organization_id=organization.id,
        management_account_id=organization.management_account_id,
        recipient_kind=kind,
        recipient=recipient,
        requested_at=tx.now,
        expires_at=expires_at,
    )
    tx.put(handshake)
    tx.put(
        replace(
            organization,
            handshakes=_with(organization.handshakes, handshake),
            latest_handshakes=organization.latest_handshakes.insert(_latest_key(action, recipient), handshake.id),
        )
    )
    if kind is not PartyKind.ORGANIZATION:
        received = tx.state.received_handshakes
        kept = _with(received.get(recipient.lower(), Map()), handshake)
        tx.set(received_handshakes=received.insert(recipient.lower(), kept))
    tx.record(HandshakeChanged(at=tx.now, organization_id=organization.id, handshake_id=handshake.id))
    return handshake


def settle(tx: Transaction, handshake: Handshake, answer: HandshakeState) -> Handshake:
    """Keep the answer to a handshake."""
    settled = replace(handshake, settled=answer, settled_at=tx.now)
    tx.put(settled)
    tx.record(HandshakeChanged(at=tx.now, organization_id=handshake.organization_id, handshake_id=handshake.id))
    return settled


def _overtaken_at(state: State, handshake: Handshake, now: datetime) -> datetime | None:
    """Tell when another handshake made this one pointless, as if it had been canceled.

    An invitation to consolidated billing ends when all features begin to be enabled. What belongs to that process ends
    with it, even when both expire: AWS calls that canceled.
    Source: https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_org_support-all-features.html
    """
    if handshake.process_id is not None:
        ended = end_of(state, state.handshakes[handshake.process_id], now)
        is_kept = ended and ended[0] is HandshakeState.ACCEPTED and handshake.action is HandshakeAction.INVITE
        return ended[1] if ended and not is_kept and ended[1] <= handshake.expires_at else None
    if handshake.promised is FeatureSet.CONSOLIDATED_BILLING:
        sent = state.organizations[handshake.organization_id].handshakes
        processes = sent.get(HandshakeAction.ENABLE_ALL_FEATURES.value, OrderedMap())
        begun = next(processes.after(handshake.serial), None)
        begun_at = state.handshakes[begun[1]].requested_at if begun else handshake.expires_at
        return begun_at if begun_at < handshake.expires_at else None
    return None


def _awaits_anybody(state: State, process: Handshake, now: datetime) -> bool:
    """Tell whether a member that was asked has not approved: one that has left since need not, nor a closed one."""
    awaited = map(state.handshakes.__getitem__, state.awaited_handshakes.get(process.id, OrderedMap()))
    return any(_is_member_still(state, one, now) for one in awaited)


def _is_member_still(state: State, asked: Handshake, now: datetime) -> bool:
    membership = membership_of(state, asked.recipient, now)
    return (
        membership is not None
        and membership.organization_id == asked.organization_id
        and membership.serial < asked.serial
        and asked.recipient not in state.closures
    )


def _reads_for_sender(tx: Transaction, handshake: Handshake) -> bool:
    try:
        return require_management_or_delegate(tx).id == handshake.organization_id
    except Denied:
        return False


def _with(lists: Map[str, OrderedMap[str]], handshake: Handshake) -> Map[str, OrderedMap[str]]:
    action = handshake.action.value
    return lists.insert(action, lists.get(action, OrderedMap()).set(handshake.serial, handshake.id))


def _without(lists: Map[str, OrderedMap[str]], handshake: Handshake) -> Map[str, OrderedMap[str]]:
    action = handshake.action.value
    return lists.insert(action, lists[action].delete(handshake.serial))


def _latest_key(action: HandshakeAction, recipient: str) -> str:
    return f"{action.value} {recipient.lower()}"


def _forget(tx: Transaction, organization: Organization, action: HandshakeAction) -> None:
    """Let the oldest invitations be no more that nobody can see; nothing else is sent in great numbers."""
    if action is not HandshakeAction.INVITE:
        return
    sent = organization.handshakes.get(action.value, OrderedMap())
    for _, handshake_id in islice(sent.after(-1), _FORGOTTEN_AT_ONCE):
        handshake = tx.state.handshakes[handshake_id]
        if is_shown(tx, handshake):
            break
        _drop(tx, handshake)


def _drop(tx: Transaction, handshake: Handshake) -> None:
    organization = tx.state.organizations[handshake.organization_id]
    latest, key = organization.latest_handshakes, _latest_key(handshake.action, handshake.recipient)
    tx.put(
        replace(
            organization,
            handshakes=_without(organization.handshakes, handshake),
            latest_handshakes=latest.remove(key) if latest[key] == handshake.id else latest,
        )
    )
    received, name = tx.state.received_handshakes, handshake.recipient.lower()
    tx.set(received_handshakes=received.insert(name, _without(received[name], handshake)))
    tx.drop(handshake)
