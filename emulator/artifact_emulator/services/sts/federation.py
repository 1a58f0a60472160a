"""Roles for the users of identity providers, and tokens about an account's own principals."""

import json
from base64 import urlsafe_b64decode
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from artifact_emulator.aws.errors.aws_error import NotEmulated
from artifact_emulator.services.context import RequestContext
from artifact_emulator.services.sts.sessions import duration_of, policy_arns_of, role_session_reply
from artifact_state import arns
from artifact_state.errors import IdentityTokenProblem, InvalidIdentityToken
from artifact_state.iam.outbound_federation import account_of_issuer
from artifact_state.model.identities import IdentityProvider, SamlProvider
from artifact_state.sts import federation, issued_tokens, saml, sessions, web_identity
from artifact_state.sts.saml import Assertion
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
    provider_arn = arns.identity_provider(tx.caller.partition, provider.account_id, provider.name)
    identity = sessions.ProvidedIdentity(provider_arn=provider_arn, action=web_identity.ACTION)
    session = sessions.assume_role_with_identity(tx, request.role_arn, request.role_session_name, identity, options)
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
    """Issue session credentials of a role to the user of a SAML provider."""
    tx = call.tx
    provider = saml.provider_of_arn(tx, request.principal_arn)
    assertion = _verified_assertion(tx, provider, request.saml_assertion)
    saml.require_valid(tx, provider, assertion)
    name = saml.session_name(assertion)
    options = SessionOptions(
        duration=duration_of(request.duration_seconds),
        policy=request.policy,
        policy_arns=policy_arns_of(request.policy_arns),
        min_token_size=request.minimum_session_token_size or 0,
        condition_keys={"sts:rolesessionname": (name,), **call.request_keys},
    )
    options = saml.with_assertion(tx, provider, assertion, request.role_arn, options)
    identity = sessions.ProvidedIdentity(provider_arn=request.principal_arn, action=saml.ACTION)
    session = sessions.assume_role_with_identity(tx, request.role_arn, name, identity, options)
    shared = role_session_reply(call, session)
    reply: replies.AssumeRoleWithSAMLResponse = {
        **shared,  # type: ignore[typeddict-item] # The two replies have these members in common.
        "Subject": assertion.subject,
        "SubjectType": assertion.subject_type,
        "Issuer": assertion.issuer,
        "Audience": assertion.recipient,
        "NameQualifier": saml.name_qualifier(provider),
    }
    return reply


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


def _verified_assertion(tx: Transaction, provider: SamlProvider, response: str) -> Assertion:
    """Return the assertion of a response that its provider signed.

    Raises InvalidIdentityToken, NotEmulated.
    """
    try:
        # Imported here: it is slow, and only some users have its packages.
        from artifact_emulator.aws.signing import saml as saml_documents
    except ModuleNotFoundError:
        raise NotEmulated("SAML without the packages lxml and signxml (the extra artifact-emulator[saml])") from None
    try:
        return Assertion(**saml_documents.read_assertion(response, provider.certificates, tx.now))
    except saml_documents.InvalidDocument:
        raise InvalidIdentityToken(IdentityTokenProblem.NOT_A_RESPONSE) from None
    except saml_documents.InvalidSignature:
        raise InvalidIdentityToken(IdentityTokenProblem.RESPONSE_SIGNATURE) from None


def _issuer_of(token: str) -> str | None:
    """Return the issuer of a JWT, or None if the token is not a JWT with an issuer."""
    parts = token.split(".")
    try:
        claims = json.loads(urlsafe_b64decode(parts[1] + "=" * (-len(parts[1]) % 4)))
    except (ValueError, IndexError):
        return None
    issuer = claims.get("iss") if isinstance(claims, dict) else None
    return issuer if len(parts) == 3 and isinstance(issuer, str) else None
