"""The claims of the tokens that an account issues about its principals.

Sources: https://docs.aws.amazon.com/STS/latest/APIReference/API_GetWebIdentityToken.html
https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_providers_outbound_token_claims.html
Observed: https://github.com/radkawar/stackd, testdata/aws/iam/outbound_issuance.json.
"""

import json
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from artifact_state import ids
from artifact_state.errors import IssuedTokenTooLarge, NoOriginIdentity, ScopeNotAllowed, SessionDurationEscalated
from artifact_state.iam.outbound_federation import enabled_issuer
from artifact_state.policy_evaluation.global_condition_keys import principal_keys, principal_tags
from artifact_state.record import Record
from artifact_state.world import Transaction

AWS_CLAIMS = "https://sts.amazonaws.com/"
DEFAULT_DURATION = timedelta(minutes=5)
_MAX_PAYLOAD = 16_384
"""In bytes. Unverified: 14,984 were accepted and some 20,000 refused."""


class IssuedToken(Record):
    """A token before it is signed."""

    claims: dict[str, Any]
    expires_at: datetime


def require_own_subject(*, is_of_origin: bool, has_scope: bool) -> None:
    """Refuse scopes of a token that is not about an identity of origin, and such a token: no session has that identity.

    Raises ScopeNotAllowed, NoOriginIdentity.
    """
    if has_scope and not is_of_origin:
        raise ScopeNotAllowed
    if is_of_origin:
        raise NoOriginIdentity


def issue_token(
    tx: Transaction,
    audiences: Sequence[str],
    *,
    duration: timedelta = DEFAULT_DURATION,
    tags: Sequence[tuple[str, str]] = (),
) -> IssuedToken:
    """Return the claims of a token about the caller.

    Raises OutboundFederationDisabled, SessionDurationEscalated, IssuedTokenTooLarge.
    """
    issuer = enabled_issuer(tx)
    session = tx.state.sessions.get(tx.caller.access_key_id)
    if session is not None and tx.now + duration > session.expires_at:
        raise SessionDurationEscalated
    issued = int(tx.now.timestamp())
    keys = principal_keys(tx.state, tx.caller, tx.now)
    subject = keys["aws:principalarn"][0]
    own: dict[str, Any] = {
        "aws_account": tx.caller.account_id,
        "source_region": tx.caller.region,
        "principal_id": subject,
    }
    if "aws:principalorgid" in keys:
        own |= {"org_id": keys["aws:principalorgid"][0], "ou_path": list(keys["aws:principalorgpaths"])}
    if principal := dict(principal_tags(tx.state, tx.caller, tx.now)):
        own["principal_tags"] = principal
    if tags:
        own["request_tags"] = dict(tags)
    if session is not None:
        own["original_session_exp"] = f"{session.expires_at:%Y-%m-%dT%H:%M:%SZ}"
    claims = {
        "aud": audiences[0] if len(audiences) == 1 else list(audiences),
        "sub": subject,
        AWS_CLAIMS: own,
        "iss": issuer,
        "exp": issued + int(duration.total_seconds()),
        "iat": issued,
        "jti": ids.uuid("issued token", tx.state.seed, tx.serial()),
    }
    if len(json.dumps(claims, separators=(",", ":"), ensure_ascii=False).encode()) > _MAX_PAYLOAD:
        raise IssuedTokenTooLarge
    return IssuedToken(claims=claims, expires_at=tx.now + duration)
