"""Handshakes: create them, record responses to them, and derive their state.

Stored is the proposal and the response to it. Everything else follows from instants and from other handshakes: that a
handshake has expired, that another one superseded it, that the last step of a process is open, that it is no longer
visible.
Sources: https://docs.aws.amazon.com/organizations/latest/APIReference/API_Handshake.html
https://docs.aws.amazon.com/organizations/latest/userguide/orgs_getting-started_concepts.html
"""

from __future__ import annotations  # HashTrieMap takes no parameters at run time.

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
from artifact_state.record import replace
from artifact_state.world import Transaction

_MAX_DROPPED = 10
"""How many invisible invitations a new one deletes: enough to keep up, too few to cost noticeable time."""


def handshake_state(state: State, handshake: Handshake, now: datetime) -> HandshakeState:
    """Return the state of a handshake at an instant."""
    if final := final_state(state, handshake, now):
        return final[0]
    if handshake.action is HandshakeAction.TRANSFER_RESPONSIBILITY:
        # Source: https://docs.aws.amazon.com/awsaccountbilling/latest/aboutv2/orgs_transfer_billing-view-invitation.html
        return HandshakeState.REQUESTED
    if handshake.action is HandshakeAction.ENABLE_ALL_FEATURES and _awaits_approval(state, handshake, now):
        return HandshakeState.REQUESTED
    return HandshakeState.OPEN


def final_state(state: State, handshake: Handshake, now: datetime) -> tuple[HandshakeState, datetime] | None:
    """Return the state in which a handshake ended and the instant, or None if it has not ended."""
    if handshake.settled is not None and handshake.settled_at is not None:
        return handshake.settled, handshake.settled_at
    if superseded_at := _superseded_at(state, handshake, now):
        return HandshakeState.CANCELED, superseded_at
    return (HandshakeState.EXPIRED, handshake.expires_at) if now >= handshake.expires_at else None


def describe_handshake(tx: Transaction, handshake_id: str) -> Handshake:
    """Return a handshake to either of its parties.

    Raises HandshakeNotFound.
    Source: https://docs.aws.amazon.com/organizations/latest/APIReference/API_DescribeHandshake.html
    """
    handshake = tx.state.handshakes.get(handshake_id)
    if handshake is None or not is_visible(tx, handshake):
        raise HandshakeNotFound(handshake_id)
    if not (is_recipient(tx.state, handshake, tx.caller.account_id) or _reads_for_sender(tx, handshake)):
        raise HandshakeNotFound(handshake_id)
    return handshake


def is_visible(tx: Transaction, handshake: Handshake) -> bool:
    """Return whether a handshake is visible: its organization exists, and it ended no more than 30 days ago."""
    if handshake.organization_id not in tx.state.organizations:
        return False
    final = final_state(tx.state, handshake, tx.now)
    return final is None or tx.now < final[1] + tx.quotas.settled_handshake_visibility


def is_recipient(state: State, handshake: Handshake, account_id: str) -> bool:
    """Return whether a handshake was sent to an account's id, its current e-mail address or its own organization."""
    if handshake.recipient_kind is PartyKind.EMAIL:
        return handshake.recipient.lower() == account_of(state, account_id).email.lower()
    if handshake.recipient_kind is PartyKind.ORGANIZATION:
        return handshake.management_account_id == account_id
    return handshake.recipient == account_id


def parent_handshake_id(handshake: Handshake) -> str | None:
    """Return the id of the handshake that began the process to which this one belongs.

    An invitation sent during a process does not belong to it.
    """
    return None if handshake.action is HandshakeAction.INVITE else handshake.process_id


def all_features_process(tx: Transaction, organization: Organization) -> Handshake | None:
    """Return the handshake that began the enabling of all features, or None if that is not in progress."""
    process = latest_handshake(tx.state, organization, HandshakeAction.ENABLE_ALL_FEATURES, organization.id)
    return process if process and final_state(tx.state, process, tx.now) is None else None


def latest_handshake(
    state: State, organization: Organization, action: HandshakeAction, recipient: str
) -> Handshake | None:
    """Return the last handshake of an action that an organization sent to a recipient."""
    handshake_id = organization.latest_handshakes.get(_latest_key(action, recipient))
    return state.handshakes.get(handshake_id) if handshake_id else None


def check_target(kind: PartyKind, target: str) -> None:
    """Refuse a target that is not a valid account id or e-mail address.

    Raises InvalidInput.
    """
    if kind is PartyKind.ORGANIZATION:
        raise InvalidInput(InputReason.INVALID_PARTY_TYPE_TARGET)
    if kind is PartyKind.ACCOUNT and not (len(target) == 12 and target.isascii() and target.isdecimal()):
        raise InvalidInput(InputReason.INVALID_PATTERN)
    if kind is PartyKind.EMAIL and ("@" not in target[1:-1] or any(map(str.isspace, target))):
        raise InvalidInput(InputReason.INVALID_EMAIL_ADDRESS_TARGET)


def check_duplicate(tx: Transaction, organization: Organization, action: HandshakeAction, recipient: str) -> None:
    """Refuse a second handshake of an action to a recipient while the first awaits its response.

    Raises DuplicateHandshake.
    """
    latest = latest_handshake(tx.state, organization, action, recipient)
    if latest and final_state(tx.state, latest, tx.now) is None:
        raise DuplicateHandshake(latest.id)


def create_handshake(
    tx: Transaction, organization_id: str, action: HandshakeAction, to: tuple[PartyKind, str], expires_at: datetime
) -> Handshake:
    """Create a handshake of an organization; also delete invitations of it that are no longer visible."""
    _drop_invisible_invitations(tx, tx.state.organizations[organization_id], action)
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
        by_action = _with(tx.state.received_handshakes.get(recipient.lower(), Map()), handshake)
        tx.insert("received_handshakes", recipient.lower(), by_action)
    tx.record(HandshakeChanged(at=tx.now, organization_id=organization.id, handshake_id=handshake.id))
    return handshake


def open_invitations(tx: Transaction, organization: Organization) -> OrderedMap[str]:
    """Return the ids of the invitations that await a response; they end in the order in which they were sent."""
    remaining = organization.open_invitations
    for serial, invitation_id in remaining.after(-1):
        invitation = tx.state.handshakes.get(invitation_id)
        if invitation and final_state(tx.state, invitation, tx.now) is None:
            break
        remaining = remaining.delete(serial)
    return remaining


def record_response(tx: Transaction, handshake: Handshake, response: HandshakeState) -> Handshake:
    """Record the response to a handshake, which ends it."""
    accepted_by = tx.caller.account_id if response is HandshakeState.ACCEPTED else None
    settled = replace(handshake, settled=response, settled_at=tx.now, accepted_by=accepted_by)
    tx.put(settled)
    sender = tx.state.organizations[handshake.organization_id]
    if handshake.serial in sender.open_invitations:
        tx.put(replace(sender, open_invitations=sender.open_invitations.delete(handshake.serial)))
    tx.record(HandshakeChanged(at=tx.now, organization_id=handshake.organization_id, handshake_id=handshake.id))
    return settled


def _superseded_at(state: State, handshake: Handshake, now: datetime) -> datetime | None:
    """Return when another handshake made this one pointless, as if it had been canceled, or None.

    An invitation to consolidated billing ends when the enabling of all features begins. The handshakes of that process
    end with it, even if it expires at the same instant as they do: AWS reports them as canceled.
    Source: https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_org_support-all-features.html
    """
    if handshake.process_id is not None:
        final = final_state(state, state.handshakes[handshake.process_id], now)
        outlives = final and final[0] is HandshakeState.ACCEPTED and handshake.action is HandshakeAction.INVITE
        return final[1] if final and not outlives and final[1] <= handshake.expires_at else None
    if handshake.promised is FeatureSet.CONSOLIDATED_BILLING:
        sent = state.organizations[handshake.organization_id].handshakes
        processes = sent.get(HandshakeAction.ENABLE_ALL_FEATURES.value, OrderedMap())
        process = next(processes.after(handshake.serial), None)
        began_at = state.handshakes[process[1]].requested_at if process else handshake.expires_at
        return began_at if began_at < handshake.expires_at else None
    return None


def _awaits_approval(state: State, process: Handshake, now: datetime) -> bool:
    """Return whether a member still has to approve; one that has left or was closed need not."""
    requests = map(state.handshakes.__getitem__, state.awaited_handshakes.get(process.id, OrderedMap()))
    return any(_must_respond(state, request, now) for request in requests)


def _must_respond(state: State, request: Handshake, now: datetime) -> bool:
    membership = membership_of(state, request.recipient, now)
    return (
        membership is not None
        and membership.organization_id == request.organization_id
        and membership.serial < request.serial
        and request.recipient not in state.closures
    )


def _reads_for_sender(tx: Transaction, handshake: Handshake) -> bool:
    try:
        return require_management_or_delegate(tx).id == handshake.organization_id
    except Denied:
        return False


def _with(by_action: Map[str, OrderedMap[str]], handshake: Handshake) -> Map[str, OrderedMap[str]]:
    action = handshake.action.value
    return by_action.insert(action, by_action.get(action, OrderedMap()).set(handshake.serial, handshake.id))


def _without(by_action: Map[str, OrderedMap[str]], handshake: Handshake) -> Map[str, OrderedMap[str]]:
    action = handshake.action.value
    return by_action.insert(action, by_action[action].delete(handshake.serial))


def _latest_key(action: HandshakeAction, recipient: str) -> str:
    return f"{action.value} {recipient.lower()}"


def _drop_invisible_invitations(tx: Transaction, organization: Organization, action: HandshakeAction) -> None:
    """Delete the oldest invitations that are no longer visible; no other action is sent in great numbers."""
    if action is not HandshakeAction.INVITE:
        return
    sent = organization.handshakes.get(action.value, OrderedMap())
    for _, handshake_id in islice(sent.after(-1), _MAX_DROPPED):
        handshake = tx.state.handshakes[handshake_id]
        if is_visible(tx, handshake):
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
    received, recipient = tx.state.received_handshakes, handshake.recipient.lower()
    tx.insert("received_handshakes", recipient, _without(received[recipient], handshake))
    tx.drop(handshake)
