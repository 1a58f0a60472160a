"""Refusals about sessions, federation and tokens."""

from enum import Enum

from artifact_state.errors.base import Denied, Refused
from artifact_state.errors.iam import TagRule


class IdentityTokenProblem(Enum):
    """Why a token or an assertion of an identity provider is refused."""

    NOT_A_JWT = "the token is not a JSON Web Token"
    UNKNOWN_ISSUER = "the account has no OpenID Connect provider for the token's issuer"
    NO_KEYS = "no keys of the issuer are known"
    SIGNATURE = "none of the issuer's keys signed the token"
    AUDIENCE = "the token is for an audience that the provider does not have"
    UNKNOWN_PROVIDER = "the named SAML provider does not exist"
    NOT_A_RESPONSE = "the assertion is not a SAML response in Base64"
    RESPONSE_SIGNATURE = "no certificate of the provider belongs to the signature of the response"
    ISSUER = "the assertion has another issuer than the metadata of the provider"
    RECIPIENT = "the subject is confirmed for no sign-in page of AWS, or without an expiration"
    AUDIENCE_OF_ASSERTION = "the assertion is not meant for AWS"
    SESSION_NAME_MISSING = "the assertion gives the session no name"
    SESSION_NAME = "the name of the session has other characters than AWS takes"
    SOURCE_IDENTITY = "the source identity has other characters than AWS takes"


class NotTrusted(Denied):
    """The role's trust policy does not allow the caller to assume it, or the role does not exist."""

    def __init__(self, role_arn: str, action: str = "sts:AssumeRole") -> None:
        super().__init__(role_arn, action)
        self.role_arn = role_arn
        self.action = action
        """The action that is not allowed; setting tags and a source identity are actions of their own."""


class IdentityNotTrusted(Denied):
    """The role's trust policy does not allow the user of an identity provider to assume it, or it does not exist."""

    def __init__(self, action: str) -> None:
        super().__init__(action)
        self.action = action


class RootCannotAssumeRole(Denied):
    """A root user cannot assume a role."""


class MultiFactorIncomplete(Denied):
    """The request has a multi-factor device without a code, or a code without a device."""


class MultiFactorFailed(Denied):
    """The multi-factor device is not one of the caller's, or had too many codes."""


class MultiFactorCodeInvalid(Denied):
    """The code is not that of the multi-factor device, or was used before."""


class SourceIdentityAlreadySet(Denied):
    """The calling session already has a source identity, which cannot be changed."""


class RegionNotActivated(Denied):
    """STS is not activated in this region for the account."""

    def __init__(self, account_id: str) -> None:
        super().__init__(account_id)
        self.account_id = account_id


class InvalidRoleArn(Refused):
    """The ARN is not a valid ARN of a role."""

    def __init__(self, arn: str) -> None:
        super().__init__(arn)
        self.arn = arn


class InvalidSessionTags(Refused):
    """The session's tags conflict with each other or with tags of the calling session."""

    def __init__(self, reason: TagRule) -> None:
        super().__init__(reason)
        self.reason = reason


class TooManySessionPolicies(Refused):
    """The request has more managed session policies than a session may have."""

    def __init__(self, limit: int) -> None:
        super().__init__(limit)
        self.limit = limit


class SessionTooLong(Refused):
    """The requested duration exceeds the role's maximum, or the maximum for role chaining."""

    def __init__(self, *, chained: bool) -> None:
        super().__init__()
        self.chained = chained


class SessionTooLarge(Refused):
    """The session's policies and tags exceed the size that its credentials can carry."""

    def __init__(self, share: int, *, tags_alone: bool) -> None:
        super().__init__(share)
        self.share = share
        """The used share of that size, in percent."""
        self.tags_alone = tags_alone


class InvalidSubjectCredentials(Refused):
    """Only session credentials can be scoped down."""


class NothingToScopeDown(Refused):
    """The request has neither a policy nor a duration."""


class InsufficientSessionLifetime(Refused):
    """The requested duration exceeds the remaining lifetime of the calling session."""


class TooManyScopeDownPolicies(Denied):
    """The calling session has as many scope-down policies as a session may have."""


class InvalidIdentityToken(Refused):
    """The token or assertion of an identity provider is invalid, or its provider is unknown."""

    def __init__(self, reason: IdentityTokenProblem, issuer: str = "") -> None:
        super().__init__(reason, issuer)
        self.reason = reason
        self.issuer = issuer


class IdentityTokenExpired(Refused):
    """The token of an identity provider has expired."""

    def __init__(self, now: int, expiration: int) -> None:
        super().__init__(now, expiration)
        self.now = now
        self.expiration = expiration


class AssertionExpired(Refused):
    """The assertion of an identity provider is not valid yet, or no longer."""


class OutboundFederationDisabled(Refused):
    """The account does not issue tokens about its principals."""

    def __init__(self, account_id: str) -> None:
        super().__init__(account_id)
        self.account_id = account_id


class SessionDurationEscalated(Denied):
    """The token would be valid for longer than the session credentials that request it."""


class NoOriginIdentity(Refused):
    """The calling session has no identity of origin, which the token would be about."""


class ScopeNotAllowed(Refused):
    """Scopes need a token about an identity of origin."""


class IssuedTokenTooLarge(Refused):
    """The claims of the token exceed the size that a token can have."""


class TradeInTokenExpired(Refused):
    """The trade-in token has expired."""


class InvalidAccessKey(Refused):
    """The access key id is not valid."""


class InvalidAuthorizationMessage(Refused):
    """The encoded authorization message is not one that a denial contained."""
