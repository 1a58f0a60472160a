"""Handshakes: an organization invites an account, which accepts or lets it lapse.

What is stored is what was proposed and how it was settled; that it has expired follows from the time.
Source: https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_accounts_invites.html
"""

from dataclasses import replace
from datetime import datetime, timedelta

from artifact_state import ids
from artifact_state.accounts import account_of, account_with_email, check_departure, depart, join
from artifact_state.authority import membership_of, require_management
from artifact_state.errors import (
    DuplicateInvitation,
    HandshakeAlreadyInState,
    HandshakeConstraint,
    HandshakeConstraintViolated,
    HandshakeNotFound,
    HandshakeTransitionInvalid,
    InputReason,
    InvalidInput,
    NotParty,
)
from artifact_state.events import HandshakeChanged
from artifact_state.model import (
    Handshake,
    HandshakeAction,
    HandshakeState,
    JoinedMethod,
    PartyKind,
    State,
)
from artifact_state.ordered import Ordered
from artifact_state.world import Transaction

# Source: https://docs.aws.amazon.com/organizations/latest/userguide/orgs_reference_limits.html
INVITATION_LIFETIME = timedelta(days=15)
SETTLED_VISIBLE_FOR = timedelta(days=30)


def handshake_state(handshake: Handshake, now: datetime) -> HandshakeState:
    """Tell where a handshake stands at an instant."""
    if handshake.settled is not None:
        return handshake.settled
    # An invitation that nobody answered expires after 15 days.
    return HandshakeState.EXPIRED if now >= handshake.expires_at else HandshakeState.OPEN


def invite_account(tx: Transaction, kind: PartyKind, target: str, *, notes: str | None = None) -> Handshake:
    """Invite an account, by its id or by its e-mail address, to join the organization.

    Raises NotInOrganization, WrongAccount, InvalidInput, HandshakeConstraintViolated, DuplicateInvitation.
    Source: https://docs.aws.amazon.com/organizations/latest/APIReference/API_InviteAccountToOrganization.html
    """
    organization = require_management(tx)
    _check_target(kind, target)
    account_id = target if kind is PartyKind.ACCOUNT else account_with_email(tx.state, target)
    membership = membership_of(tx.state, account_id, tx.now) if account_id else None
    if membership and membership.organization_id == organization.id:
        raise HandshakeConstraintViolated(HandshakeConstraint.ALREADY_IN_AN_ORGANIZATION)
    received = tx.state.invitations.get(target.lower(), Ordered())
    for handshake in map(tx.state.handshakes.__getitem__, received):
        same = handshake.organization_id == organization.id
        if same and handshake_state(handshake, tx.now) is HandshakeState.OPEN:
            raise DuplicateInvitation(handshake.id)
    serial = tx.serial()
    handshake = Handshake(
        id=ids.handshake_id(tx.state.seed, serial),
        serial=serial,
        action=HandshakeAction.INVITE,
        organization_id=organization.id,
        management_account_id=organization.management_account_id,
        recipient_kind=kind,
        recipient=target,
        notes=notes,
        requested_at=tx.now,
        expires_at=tx.now + INVITATION_LIFETIME,
    )
    tx.put(handshake)
    tx.put(replace(organization, handshakes=organization.handshakes.set(serial, handshake.id)))
    tx.set(invitations=tx.state.invitations.insert(target.lower(), received.set(serial, handshake.id)))
    tx.record(HandshakeChanged(at=tx.now, organization_id=organization.id, handshake_id=handshake.id))
    return handshake


def describe_handshake(tx: Transaction, handshake_id: str) -> Handshake:
    """Tell a handshake to either of its parties.

    Raises HandshakeNotFound.
    """
    handshake = tx.state.handshakes.get(handshake_id)
    if handshake is None or not _is_visible(handshake, tx.now):
        raise HandshakeNotFound(handshake_id)
    if tx.caller.account_id != handshake.management_account_id and not is_recipient(
        tx.state, handshake, tx.caller.account_id
    ):
        raise HandshakeNotFound(handshake_id)
    return handshake


def accept_handshake(tx: Transaction, handshake_id: str) -> Handshake:
    """Accept an invitation, as the account that it was sent to.

    A member of another organization leaves that one first, if it may.
    Raises HandshakeNotFound, NotParty, HandshakeAlreadyInState, HandshakeTransitionInvalid,
    HandshakeConstraintViolated, ManagementAccountCannotLeave, ConstraintViolated.
    Source: https://docs.aws.amazon.com/organizations/latest/APIReference/API_AcceptHandshake.html
    """
    handshake = describe_handshake(tx, handshake_id)
    if not is_recipient(tx.state, handshake, tx.caller.account_id):
        raise NotParty
    state = handshake_state(handshake, tx.now)
    if state is HandshakeState.ACCEPTED:
        raise HandshakeAlreadyInState(handshake_id)
    if state is not HandshakeState.OPEN:
        raise HandshakeTransitionInvalid(handshake_id)
    _leave_for(tx, handshake)
    settled = replace(handshake, settled=HandshakeState.ACCEPTED, settled_at=tx.now)
    tx.put(settled)
    tx.record(HandshakeChanged(at=tx.now, organization_id=handshake.organization_id, handshake_id=handshake.id))
    organization = tx.state.organizations[handshake.organization_id]
    join(tx, organization, tx.caller.account_id, JoinedMethod.INVITED, at=tx.now)
    return settled


def is_recipient(state: State, handshake: Handshake, account_id: str) -> bool:
    """Tell whether a handshake was sent to an account, by its id or by its present e-mail address."""
    if handshake.recipient_kind is PartyKind.ACCOUNT:
        return handshake.recipient == account_id
    return handshake.recipient.lower() == account_of(state, account_id).email.lower()


def withdraw_handshakes(tx: Transaction, organization_id: str) -> None:
    """Let all handshakes of an organization that is deleted be no more."""
    for handshake_id in tx.state.organizations[organization_id].handshakes:
        handshake = tx.state.handshakes[handshake_id]
        received = tx.state.invitations[handshake.recipient.lower()].delete(handshake.serial)
        tx.drop(handshake)
        tx.set(invitations=tx.state.invitations.insert(handshake.recipient.lower(), received))


def _is_visible(handshake: Handshake, now: datetime) -> bool:
    ended = handshake.settled_at or handshake.expires_at
    return now < ended + SETTLED_VISIBLE_FOR


def _check_target(kind: PartyKind, target: str) -> None:
    if kind is PartyKind.ORGANIZATION:
        raise InvalidInput(InputReason.INVALID_PARTY_TYPE_TARGET)
    if kind is PartyKind.ACCOUNT and not (len(target) == 12 and target.isascii() and target.isdecimal()):
        raise InvalidInput(InputReason.INVALID_PATTERN_TARGET_ID)
    if kind is PartyKind.EMAIL and ("@" not in target[1:-1] or any(map(str.isspace, target))):
        raise InvalidInput(InputReason.INVALID_EMAIL_ADDRESS_TARGET)


def _leave_for(tx: Transaction, handshake: Handshake) -> None:
    membership = membership_of(tx.state, tx.caller.account_id, tx.now)
    if membership is None:
        return
    if membership.organization_id == handshake.organization_id:
        raise HandshakeConstraintViolated(HandshakeConstraint.ALREADY_IN_AN_ORGANIZATION)
    check_departure(tx, membership)
    depart(tx, membership)
