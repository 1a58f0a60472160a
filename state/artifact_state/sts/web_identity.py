"""Tokens of OpenID Connect providers, with which roles are assumed: their provider, their audience and their claims.

Sources: https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRoleWithWebIdentity.html
https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_providers_oidc.html
https://docs.aws.amazon.com/IAM/latest/UserGuide/id_session-tags.html
"""

from collections.abc import Mapping
from fnmatch import fnmatchcase
from typing import Any

from artifact_state import catalog
from artifact_state.errors import IdentityTokenExpired, IdentityTokenProblem, InvalidIdentityToken
from artifact_state.iam.identity_providers import provider_of
from artifact_state.model.identities import IdentityProvider
from artifact_state.policy_syntax.wildcards import Multivalued
from artifact_state.record import replace
from artifact_state.sts.session_options import SessionOptions
from artifact_state.world import Transaction

ACTION = "sts:AssumeRoleWithWebIdentity"
_SCHEME = "https://"
_TAGS_CLAIM = "https://aws.amazon.com/tags"
_SOURCE_IDENTITY_CLAIM = "https://aws.amazon.com/source_identity"


def provider_of_issuer(tx: Transaction, role_arn: str, issuer: str | None) -> IdentityProvider:
    """Return the provider of a token's issuer in the account of a role; the issuer is None if the token is not a JWT.

    Raises InvalidIdentityToken.
    """
    if issuer is None:
        raise InvalidIdentityToken(IdentityTokenProblem.NOT_A_JWT)
    account_id = role_arn.split(":")[4:5]
    provider = provider_of(tx.state, account_id[0], issuer.removeprefix(_SCHEME)) if account_id else None
    if provider is None:
        raise InvalidIdentityToken(IdentityTokenProblem.UNKNOWN_ISSUER, issuer)
    return provider


def audience_of(tx: Transaction, provider: IdentityProvider, claims: Mapping[str, Any]) -> str:
    """Return the audience of a token that has not expired and is for an audience of its provider.

    Unverified: that the expiration is checked first.
    Raises IdentityTokenExpired, InvalidIdentityToken.
    """
    now, expiration = int(tx.now.timestamp()), claims.get("exp")
    if not isinstance(expiration, int | float) or now >= expiration:
        raise IdentityTokenExpired(now, int(expiration) if isinstance(expiration, int | float) else 0)
    audience = next((text for text in _audiences(claims) if text in provider.client_ids), None)
    if audience is None:
        raise InvalidIdentityToken(IdentityTokenProblem.AUDIENCE)
    return audience


def with_claims(provider: IdentityProvider, claims: Mapping[str, Any], options: SessionOptions) -> SessionOptions:
    """Return the options of a session with the tags, the source identity and the condition keys of a token."""
    tags = claims.get(_TAGS_CLAIM)
    tags = tags if isinstance(tags, dict) else {}
    principal_tags, transitive = tags.get("principal_tags"), tags.get("transitive_tag_keys")
    keys = {f"{provider.name}:{name}".lower(): value for name, value in _condition_values(provider, claims)}
    return replace(
        options,
        tags=tuple((str(key), str(_listed(value)[0])) for key, value in dict(principal_tags or {}).items()),
        transitive_tags=frozenset(map(str, _listed(transitive or []))),
        source_identity=str(claims.get(_SOURCE_IDENTITY_CLAIM, "")),
        condition_keys={**options.condition_keys, **keys},
    )


def _audiences(claims: Mapping[str, Any]) -> list[str]:
    """Return the audiences of a token: the authorized party, if there is one."""
    return [str(audience) for audience in _listed(claims.get("azp") or claims.get("aud") or [])]


def _condition_values(provider: IdentityProvider, claims: Mapping[str, Any]) -> "list[tuple[str, tuple[str, ...]]]":
    """Return the claims that are condition keys, with their values."""
    names = {
        name
        for pattern, known in catalog.identity_provider_claims().items()
        if fnmatchcase(provider.name, pattern)
        for name in known
    }
    values = {**claims, "aud": _audiences(claims), "oaud": claims.get("aud") if claims.get("azp") else None}
    return [(name, _texts(values[name])) for name in sorted(names) if values.get(name) not in (None, [])]


def _texts(value: Any) -> tuple[str, ...]:
    texts = tuple(str(item).lower() if isinstance(item, bool) else str(item) for item in _listed(value))
    return Multivalued(texts) if isinstance(value, list) and len(texts) > 1 else texts


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]
