"""Respond to handshakes: the recipient accepts or declines, the sender cancels, and the proposal takes effect.

This module stands above `handshakes` and `billing_transfers`, because acceptance of a handshake may do either's work.
Source: https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_accounts_accept-decline-invite.html
"""

from collections.abc import Callable, Mapping

from artifact_state.errors import HandshakeAlreadyInState, InvalidHandshakeTransition, NotParty
from artifact_state.model import Handshake, HandshakeAction, HandshakeState
from artifact_state.organizations.billing_transfers.invitations import accept_transfer, drop_pending_transfer
from artifact_state.organizations.handshakes.account_invitations import accept_invitation
from artifact_state.organizations.handshakes.all_features import approve_all_features, complete_all_features
from artifact_state.organizations.handshakes.lifecycle import (
    describe_handshake,
    handshake_state,
    is_recipient,
    record_response,
)
from artifact_state.world import Transaction

_ON_ACCEPTANCE: Mapping[HandshakeAction, Callable[[Transaction, Handshake], None]] = {
    HandshakeAction.INVITE: accept_invitation,
    HandshakeAction.ENABLE_ALL_FEATURES: complete_all_features,
    HandshakeAction.APPROVE_ALL_FEATURES: approve_all_features,
    HandshakeAction.ADD_ORGANIZATIONS_SERVICE_LINKED_ROLE: approve_all_features,
    HandshakeAction.TRANSFER_RESPONSIBILITY: accept_transfer,
}


def accept_handshake(tx: Transaction, handshake_id: str) -> Handshake:
    """Accept a handshake as its recipient, and carry out its proposal.

    Raises HandshakeNotFound, NotParty, HandshakeAlreadyInState, InvalidHandshakeTransition, AcceptedByMember,
    NotInOrganization, WrongAccount, HandshakeConstraintViolated, ConstraintViolated, ManagementAccountCannotLeave.
    Source: https://docs.aws.amazon.com/organizations/latest/APIReference/API_AcceptHandshake.html
    """
    handshake = _received_handshake(tx, handshake_id)
    _check_transition(tx, handshake, HandshakeState.ACCEPTED)
    _ON_ACCEPTANCE[handshake.action](tx, handshake)
    return record_response(tx, handshake, HandshakeState.ACCEPTED)


def decline_handshake(tx: Transaction, handshake_id: str) -> Handshake:
    """Decline a handshake as its recipient.

    Raises HandshakeNotFound, NotParty, HandshakeAlreadyInState, InvalidHandshakeTransition.
    Source: https://docs.aws.amazon.com/organizations/latest/APIReference/API_DeclineHandshake.html
    """
    return _end(tx, _received_handshake(tx, handshake_id), HandshakeState.DECLINED)


def cancel_handshake(tx: Transaction, handshake_id: str) -> Handshake:
    """Cancel a handshake as the management account that sent it.

    Raises HandshakeNotFound, NotParty, HandshakeAlreadyInState, InvalidHandshakeTransition.
    Source: https://docs.aws.amazon.com/organizations/latest/APIReference/API_CancelHandshake.html
    """
    handshake = describe_handshake(tx, handshake_id)
    if tx.caller.account_id != handshake.management_account_id:
        raise NotParty
    return _end(tx, handshake, HandshakeState.CANCELED)


def _received_handshake(tx: Transaction, handshake_id: str) -> Handshake:
    handshake = describe_handshake(tx, handshake_id)
    if not is_recipient(tx.state, handshake, tx.caller.account_id):
        raise NotParty
    return handshake


def _end(tx: Transaction, handshake: Handshake, response: HandshakeState) -> Handshake:
    _check_transition(tx, handshake, response)
    if handshake.action is HandshakeAction.TRANSFER_RESPONSIBILITY:
        drop_pending_transfer(tx, handshake)
    return record_response(tx, handshake, response)


def _check_transition(tx: Transaction, handshake: Handshake, response: HandshakeState) -> None:
    state = handshake_state(tx.state, handshake, tx.now)
    if state is response:
        raise HandshakeAlreadyInState(handshake.id)
    if state not in (HandshakeState.REQUESTED, HandshakeState.OPEN):
        raise InvalidHandshakeTransition(handshake.id)
