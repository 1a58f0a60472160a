"""Refusals of AWS STS where the emulator has no state, such as trade-in tokens, and the account of an access key."""

from typing import NoReturn

from artifact_state import ids
from artifact_state.errors import (
    InvalidAccessKey,
    InvalidAuthorizationMessage,
    TradeInTokenExpired,
)
from artifact_state.sts.session_restrictions import require_active_region
from artifact_state.world import Transaction


def exchange_token(tx: Transaction) -> NoReturn:
    """Refuse a trade-in token as expired: the emulator issues none.

    Raises RegionNotActivated, TradeInTokenExpired.
    """
    require_active_region(tx)
    raise TradeInTokenExpired


def decode_authorization_message() -> NoReturn:
    """Refuse an encoded message: the services of the emulator do not encode their messages.

    Raises InvalidAuthorizationMessage.
    """
    raise InvalidAuthorizationMessage


def account_of_access_key(key: str) -> str:
    """Return the account that an access key id contains; an account id as the key stands for its account.

    Raises InvalidAccessKey.
    """
    account_id = key if len(key) == 12 and key.isdecimal() else ids.account_of_access_key(key)
    if account_id is None:
        raise InvalidAccessKey
    return account_id
