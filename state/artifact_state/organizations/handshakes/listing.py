"""List the handshakes that an account received and those that an organization sent.

Source: https://docs.aws.amazon.com/organizations/latest/APIReference/API_HandshakeFilter.html
"""

from __future__ import annotations  # HashTrieMap takes no parameters at run time.

from collections.abc import Iterable, Iterator
from heapq import merge

from artifact_state.authority import require_management_or_delegate
from artifact_state.errors import InputReason, InvalidInput
from artifact_state.model import Handshake, HandshakeAction, Map
from artifact_state.ordered_map import OrderedMap
from artifact_state.organizations.accounts import account_of
from artifact_state.organizations.handshakes.lifecycle import is_visible, parent_handshake_id
from artifact_state.world import Transaction

Place = tuple[int, Handshake | None]
"""A place in a listing and the handshake there, or None if the listing leaves it out."""


def list_received_handshakes(
    tx: Transaction, action: HandshakeAction | None = None, process_id: str | None = None, after: int = -1
) -> Iterator[Place]:
    """Iterate over the handshakes sent to the caller's account, by id or e-mail address, in the order of sending.

    Raises InvalidInput.
    Source: https://docs.aws.amazon.com/organizations/latest/APIReference/API_ListHandshakesForAccount.html
    """
    _check_filter(action, process_id)
    account_id = tx.caller.account_id
    recipients = (account_id, account_of(tx.state, account_id).email.lower())
    received = tx.state.received_handshakes
    lists = [ids for recipient in recipients for ids in _of_action(received.get(recipient, Map()), action)]
    visible = _visible(tx, lists, after)
    return (
        (place, handshake if handshake and process_id in (None, parent_handshake_id(handshake)) else None)
        for place, handshake in visible
    )


def list_sent_handshakes(
    tx: Transaction, action: HandshakeAction | None = None, process_id: str | None = None, after: int = -1
) -> Iterator[Place]:
    """Iterate over the handshakes that the organization sent, in the order of sending.

    Raises NotInOrganization, WrongAccount, InvalidInput.
    Source: https://docs.aws.amazon.com/organizations/latest/APIReference/API_ListHandshakesForOrganization.html
    """
    organization = require_management_or_delegate(tx)
    _check_filter(action, process_id)
    if process_id is None:
        return _visible(tx, _of_action(organization.handshakes, action), after)
    # Unverified: another organization's process has no handshakes here; AWS declares no error for it.
    process = tx.state.handshakes.get(process_id)
    is_own = process is not None and process.organization_id == organization.id
    return _visible(tx, [tx.state.process_handshakes.get(process_id, OrderedMap())] if is_own else [], after)


def _check_filter(action: HandshakeAction | None, process_id: str | None) -> None:
    if action is not None and process_id is not None:
        raise InvalidInput(InputReason.MAX_LIMIT_EXCEEDED_FILTER)


def _of_action(by_action: Map[str, OrderedMap[str]], action: HandshakeAction | None) -> Iterable[OrderedMap[str]]:
    return by_action.values() if action is None else [by_action.get(action.value, OrderedMap())]


def _visible(tx: Transaction, lists: Iterable[OrderedMap[str]], after: int) -> Iterator[Place]:
    for place, handshake_id in merge(*(ids.after(after) for ids in lists)):
        handshake = tx.state.handshakes[handshake_id]
        yield place, handshake if is_visible(tx, handshake) else None
