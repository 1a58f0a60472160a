"""Credentials against another's word: identity providers, of which no account here has any.

What AWS answers where the provider is not registered, or where the feature is not switched on, is answered always.
"""

import json
from base64 import urlsafe_b64decode
from typing import TYPE_CHECKING

from artifact_emulator.services.context import RequestContext
from artifact_state.sts import federation

if TYPE_CHECKING:
    from artifact_emulator.shapes.sts import replies, requests


def assume_role_with_web_identity(
    call: RequestContext, request: "requests.AssumeRoleWithWebIdentityRequest"
) -> "replies.AssumeRoleWithWebIdentityResponse":
    """Refuse the token of a provider that the account does not know."""
    federation.assume_with_web_identity(_issuer_of(request.web_identity_token))


def assume_role_with_saml(
    call: RequestContext, request: "requests.AssumeRoleWithSAMLRequest"
) -> "replies.AssumeRoleWithSAMLResponse":
    """Refuse the assertion of a provider that the account does not know."""
    federation.rely_on_assertion()


def get_web_identity_token(
    call: RequestContext, request: "requests.GetWebIdentityTokenRequest"
) -> "replies.GetWebIdentityTokenResponse":
    """Refuse what the account has not switched on."""
    federation.give_word()


def get_delegated_access_token(
    call: RequestContext, request: "requests.GetDelegatedAccessTokenRequest"
) -> "replies.GetDelegatedAccessTokenResponse":
    """Refuse a token that was never given, as one that is good no longer."""
    federation.exchange_token(call.tx)


def _issuer_of(token: str) -> str | None:
    parts = token.split(".")
    try:
        claims = json.loads(urlsafe_b64decode(parts[1] + "=" * (-len(parts[1]) % 4)))
    except (ValueError, IndexError):
        return None
    issuer = claims.get("iss") if isinstance(claims, dict) else None
    return issuer if len(parts) == 3 and isinstance(issuer, str) else None
