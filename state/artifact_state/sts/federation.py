"""Another's word: identity providers, of which no account here has any, and what was said in code.

What AWS answers where a provider is not registered, or a feature not switched on, is answered always.
Source: https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRoleWithWebIdentity.html
"""

from typing import NoReturn

from artifact_state import ids
from artifact_state.errors import (
    IdentityTokenProblem,
    InvalidAccessKey,
    InvalidAuthorizationMessage,
    InvalidIdentityToken,
    OutboundFederationDisabled,
    TradeInTokenExpired,
)
from artifact_state.sts.session_restrictions import require_active_region
from artifact_state.world import Transaction


def assume_with_web_identity(issuer: str | None) -> NoReturn:
    """Refuse the token of a provider that no account knows; one that names no issuer is no token.

    Raises InvalidIdentityToken.
    """
    if issuer is None:
        raise InvalidIdentityToken(IdentityTokenProblem.NOT_A_JWT)
    raise InvalidIdentityToken(IdentityTokenProblem.UNKNOWN_ISSUER, issuer)


def assume_with_saml() -> NoReturn:
    """Refuse the assertion of a provider that no account knows.

    Raises InvalidIdentityToken.
    """
    raise InvalidIdentityToken(IdentityTokenProblem.UNKNOWN_PROVIDER)


def issue_web_identity_token() -> NoReturn:
    """Refuse what no account has switched on.

    Raises OutboundFederationDisabled.
    """
    raise OutboundFederationDisabled


def exchange_token(tx: Transaction) -> NoReturn:
    """Refuse a token that was never given, as one that is good no longer.

    Raises RegionNotActivated, TradeInTokenExpired.
    """
    require_active_region(tx)
    raise TradeInTokenExpired


def decode_authorization_message() -> NoReturn:
    """Refuse what was never said: the services here say in clear why they refuse.

    Raises InvalidAuthorizationMessage.
    """
    raise InvalidAuthorizationMessage


def account_of_access_key(key: str) -> str:
    """Tell the account of an access key, which is written in it; a 12-digit key is its account.

    Raises InvalidAccessKey.
    """
    account_id = key if len(key) == 12 and key.isdecimal() else ids.account_of_access_key(key)
    if account_id is None:
        raise InvalidAccessKey
    return account_id
