"""Roles for the users of identity providers, and tokens about an account's own principals."""

import json
from base64 import urlsafe_b64decode
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from artifact_emulator.services.context import RequestContext
from artifact_emulator.services.sts.sessions import duration_of, policy_arns_of, role_session_reply
from artifact_state.errors import IdentityTokenProblem, InvalidIdentityToken
from artifact_state.iam.outbound_federation import account_of_issuer
from artifact_state.model.identities import IdentityProvider
from artifact_state.sts import federation, issued_tokens, sessions, web_identity
from artifact_state.sts.session_options import SessionOptions
from artifact_state.world import Transaction

if TYPE_CHECKING:
    from artifact_emulator.shapes.sts import replies, requests


def assume_role_with_web_identity(
    call: RequestContext, request: "requests.AssumeRoleWithWebIdentityRequest"
) -> "replies.AssumeRoleWithWebIdentityResponse":
    """Issue session credentials of a role to the user of an identity provider."""
    tx, token = call.tx, request.web_identity_token
    provider = web_identity.provider_of_issuer(tx, request.role_arn, _issuer_of(token))
    claims = _verified_claims(tx, provider, token)
    audience = web_identity.audience_of(tx, provider, claims)
    options = SessionOptions(
        duration=duration_of(request.duration_seconds),
        policy=request.policy,
        policy_arns=policy_arns_of(request.policy_arns),
        min_token_size=request.minimum_session_token_size or 0,
        condition_keys={"sts:rolesessionname": (request.role_session_name,), **call.request_keys},
    )
    options = web_identity.with_claims(provider, claims, options)
    session = sessions.assume_role_with_web_identity(tx, request.role_arn, request.role_session_name, provider, options)
    shared = role_session_reply(call, session)
    reply: replies.AssumeRoleWithWebIdentityResponse = {
        **shared,  # type: ignore[typeddict-item] # The two replies have these members in common.
        "SubjectFromWebIdentityToken": str(claims.get("sub", "")),
        "Provider": session.identity_provider,
        "Audience": audience,
    }
    return reply


def assume_role_with_saml(
    call: RequestContext, request: "requests.AssumeRoleWithSAMLRequest"
) -> "replies.AssumeRoleWithSAMLResponse":
    """Refuse an assertion, whose provider the account does not know."""
    federation.assume_with_saml()


def get_web_identity_token(
    call: RequestContext, request: "requests.GetWebIdentityTokenRequest"
) -> "replies.GetWebIdentityTokenResponse":
    """Issue a token about the caller for services outside AWS."""
    issued_tokens.require_own_subject(
        is_of_origin=request.subject_mode == "OriginIdentity", has_scope=request.scope is not None
    )
    seconds = request.duration_seconds
    token = issued_tokens.issue_token(
        call.tx,
        request.audience,
        duration=issued_tokens.DEFAULT_DURATION if seconds is None else timedelta(seconds=seconds),
        tags=[(tag.key, tag.value) for tag in request.tags or ()],
    )
    # Imported here: cryptography takes longer to load than most calls.
    from artifact_emulator.aws.signing import json_web_tokens

    signed = json_web_tokens.sign(call.tx.state.seed, token.claims, request.signing_algorithm)
    # Observed: with milliseconds, unlike the other instants of AWS STS (outbound_issuance.json).
    expiration = f"{token.expires_at.replace(tzinfo=None).isoformat(timespec='milliseconds')}Z"
    return {"WebIdentityToken": signed, "Expiration": expiration}  # type: ignore[typeddict-item]


def get_delegated_access_token(
    call: RequestContext, request: "requests.GetDelegatedAccessTokenRequest"
) -> "replies.GetDelegatedAccessTokenResponse":
    """Refuse a trade-in token as expired: the emulator issues none."""
    federation.exchange_token(call.tx)


def _verified_claims(tx: Transaction, provider: IdentityProvider, token: str) -> dict[str, Any]:
    """Return the claims of a token that its issuer signed: one outside AWS, or an account that issues tokens.

    Raises InvalidIdentityToken.
    """
    # Imported here: cryptography takes longer to load than most calls.
    from artifact_emulator.aws.signing import json_web_tokens

    issuer = f"https://{provider.name}"
    if account_of_issuer(tx.state, issuer) is not None:
        keys = json_web_tokens.published_keys(tx.state.seed)
    elif issuer in tx.state.issuer_keys:
        keys = json.loads(tx.state.issuer_keys[issuer])
    else:
        raise InvalidIdentityToken(IdentityTokenProblem.NO_KEYS)
    try:
        return json_web_tokens.verify(token, keys)
    except json_web_tokens.InvalidSignature:
        raise InvalidIdentityToken(IdentityTokenProblem.SIGNATURE) from None


def _issuer_of(token: str) -> str | None:
    """Return the issuer of a JWT, or None if the token is not a JWT with an issuer."""
    parts = token.split(".")
    try:
        claims = json.loads(urlsafe_b64decode(parts[1] + "=" * (-len(parts[1]) % 4)))
    except (ValueError, IndexError):
        return None
    issuer = claims.get("iss") if isinstance(claims, dict) else None
    return issuer if len(parts) == 3 and isinstance(issuer, str) else None
