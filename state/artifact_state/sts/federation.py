"""Federation: the refusals of AWS STS for accounts without identity providers, and the account of an access key.

No account has an identity provider or outbound federation, so that these operations always refuse.
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
    """Refuse a token, whose issuer no account knows; `issuer` is None if the token is not a JWT.

    Raises InvalidIdentityToken.
    """
    if issuer is None:
        raise InvalidIdentityToken(IdentityTokenProblem.NOT_A_JWT)
    raise InvalidIdentityToken(IdentityTokenProblem.UNKNOWN_ISSUER, issuer)


def assume_with_saml() -> NoReturn:
    """Refuse an assertion, whose provider no account knows.

    Raises InvalidIdentityToken.
    """
    raise InvalidIdentityToken(IdentityTokenProblem.UNKNOWN_PROVIDER)


def issue_web_identity_token() -> NoReturn:
    """Refuse to issue a token, as in an account that has not enabled outbound federation.

    Raises OutboundFederationDisabled.
    """
    raise OutboundFederationDisabled


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
