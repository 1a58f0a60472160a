"""Lists of handshakes: what an account received, what an organization sent.

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
from artifact_state.organizations.handshakes.lifecycle import is_shown, parent_of
from artifact_state.world import Transaction

Place = tuple[int, Handshake | None]
"""A place in a listing, and the handshake there unless it is hidden."""


def received_handshakes(
    tx: Transaction, action: HandshakeAction | None = None, process_id: str | None = None, after: int = -1
) -> Iterator[Place]:
    """Go through what was sent to the caller's account, by its id or by its e-mail address, in the order of sending.

    Raises InvalidInput.
    Source: https://docs.aws.amazon.com/organizations/latest/APIReference/API_ListHandshakesForAccount.html
    """
    _check_filter(action, process_id)
    account_id = tx.caller.account_id
    names = (account_id, account_of(tx.state, account_id).email.lower())
    received = tx.state.received_handshakes
    lists = [one for name in names for one in _of_action(received.get(name, Map()), action)]
    shown = _shown(tx, lists, after)
    return ((place, one if one and process_id in (None, parent_of(one)) else None) for place, one in shown)


def sent_handshakes(
    tx: Transaction, action: HandshakeAction | None = None, process_id: str | None = None, after: int = -1
) -> Iterator[Place]:
    """Go through what the organization sent, in the order of sending.

    Raises NotInOrganization, WrongAccount, InvalidInput.
    Source: https://docs.aws.amazon.com/organizations/latest/APIReference/API_ListHandshakesForOrganization.html
    """
    organization = require_management_or_delegate(tx)
    _check_filter(action, process_id)
    if process_id is None:
        return _shown(tx, _of_action(organization.handshakes, action), after)
    # Unverified: a process that is not the organization's own has no handshakes; AWS declares no error for it.
    begun = tx.state.handshakes.get(process_id)
    own = begun is not None and begun.organization_id == organization.id
    return _shown(tx, [tx.state.process_handshakes.get(process_id, OrderedMap())] if own else [], after)


def _check_filter(action: HandshakeAction | None, process_id: str | None) -> None:
    if action is not None and process_id is not None:
        raise InvalidInput(InputReason.MAX_LIMIT_EXCEEDED_FILTER)


def _of_action(lists: Map[str, OrderedMap[str]], action: HandshakeAction | None) -> Iterable[OrderedMap[str]]:
    return lists.values() if action is None else [lists.get(action.value, OrderedMap())]


def _shown(tx: Transaction, lists: Iterable[OrderedMap[str]], after: int) -> Iterator[Place]:
    for place, handshake_id in merge(*(one.after(after) for one in lists)):
        handshake = tx.state.handshakes[handshake_id]
        yield place, handshake if is_shown(tx, handshake) else None
