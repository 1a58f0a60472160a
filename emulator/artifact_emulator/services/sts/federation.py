"""Federated sign-in, which is always refused: accounts of the emulator have no identity providers."""

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
    """Refuse a token, whose provider the account does not know."""
    federation.assume_with_web_identity(_issuer_of(request.web_identity_token))


def assume_role_with_saml(
    call: RequestContext, request: "requests.AssumeRoleWithSAMLRequest"
) -> "replies.AssumeRoleWithSAMLResponse":
    """Refuse an assertion, whose provider the account does not know."""
    federation.assume_with_saml()


def get_web_identity_token(
    call: RequestContext, request: "requests.GetWebIdentityTokenRequest"
) -> "replies.GetWebIdentityTokenResponse":
    """Refuse to issue a token: the account has not enabled outbound federation."""
    federation.issue_web_identity_token()


def get_delegated_access_token(
    call: RequestContext, request: "requests.GetDelegatedAccessTokenRequest"
) -> "replies.GetDelegatedAccessTokenResponse":
    """Refuse a trade-in token as expired: the emulator issues none."""
    federation.exchange_token(call.tx)


def _issuer_of(token: str) -> str | None:
    """Return the issuer of a JWT, or None if the token is not a JWT with an issuer."""
    parts = token.split(".")
    try:
        claims = json.loads(urlsafe_b64decode(parts[1] + "=" * (-len(parts[1]) % 4)))
    except (ValueError, IndexError):
        return None
    issuer = claims.get("iss") if isinstance(claims, dict) else None
    return issuer if len(parts) == 3 and isinstance(issuer, str) else None
