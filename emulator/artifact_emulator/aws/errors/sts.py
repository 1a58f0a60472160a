"""The errors of AWS STS."""

from artifact_emulator.aws.errors.rows import TAG_RULE_MESSAGES, Row, Rows, fixed_row
from artifact_state import arns, errors
from artifact_state.errors import IdentityTokenProblem
from artifact_state.model import Caller


def _not_trusted(refusal: errors.NotTrusted, caller: Caller) -> Row:
    message = f"User: {caller.arn} is not authorized to perform: {refusal.action} on resource: {refusal.role_arn}"
    return "AccessDenied", message


def _root_not_assumable(refusal: errors.RootNotAssumable, caller: Caller) -> Row:
    arn = arns.root_user(caller.partition, refusal.account_id) if refusal.account_id.isdecimal() else refusal.account_id
    return "AccessDenied", f"User: {caller.arn} is not authorized to perform: sts:AssumeRoot on resource: {arn}"


def _session_too_long(refusal: errors.SessionTooLong, caller: Caller) -> Row:
    if refusal.chained:
        return (
            "ValidationError",
            "The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by role chaining.",
        )
    return "ValidationError", "The requested DurationSeconds exceeds the MaxSessionDuration set for this role."


# Observed on AWS.
_POLICY_TOO_LARGE = "Packed policy consumes {}% of allotted space, please use smaller policy."
_TAGS_TOO_LARGE = "Packed size of session tags consumes {}% of allotted space."
_REGION_INACTIVE = (
    "STS is not activated in this region for account:{}. Your account administrator can activate STS in this region "
    "using the IAM Console."
)
_IDENTITY_TOKEN_MESSAGES = {
    IdentityTokenProblem.NOT_A_JWT: "The ID Token provided is not a valid JWT. "
    "(You may see this error if you sent an Access Token)",
    IdentityTokenProblem.UNKNOWN_ISSUER: "No OpenIDConnect provider found in your account for {}",
    # Recorded with two spaces: https://github.com/awslabs/aws-sdk-rust/issues/827
    IdentityTokenProblem.NO_KEYS: "Couldn't retrieve verification key from your identity provider,  please reference "
    "AssumeRoleWithWebIdentity documentation for requirements",
    # Unverified: AWS's message.
    IdentityTokenProblem.SIGNATURE: "The signature of the ID Token is not valid.",
    # Observed: https://github.com/awslabs/amazon-eks-irsa-cfn/pull/18
    IdentityTokenProblem.AUDIENCE: "Incorrect token audience",
    IdentityTokenProblem.UNKNOWN_PROVIDER: "Specified provider doesn't exist",
    IdentityTokenProblem.NOT_A_RESPONSE: "Invalid base64 SAMLResponse",
    IdentityTokenProblem.RESPONSE_SIGNATURE: "Response signature invalid",
    IdentityTokenProblem.ISSUER: "Issuer not present in specified provider",
    # Unverified: the messages about the recipient, the audience and the source identity.
    IdentityTokenProblem.RECIPIENT: "Response does not contain a valid recipient.",
    IdentityTokenProblem.AUDIENCE_OF_ASSERTION: "Response does not contain the required audience.",
    IdentityTokenProblem.SESSION_NAME_MISSING: "RoleSessionName is required in AuthnResponse",
    IdentityTokenProblem.SESSION_NAME: "RoleSessionName in AuthnResponse must match [a-zA-Z_0-9+=,.@-]{{2,64}}",
    IdentityTokenProblem.SOURCE_IDENTITY: "Source Identity in AuthnResponse must match [a-zA-Z_0-9+=,.@-]{{2,64}}",
}
ROWS: Rows = {
    errors.NotTrusted: _not_trusted,
    errors.RootCannotAssumeRole: fixed_row("AccessDenied", "Roles may not be assumed by root accounts."),
    errors.MultiFactorIncomplete: fixed_row(
        "AccessDenied",
        "MultiFactorAuthentication failed, must provide both MFA serial number and one time pass code.",
    ),
    # Recorded with two spaces.
    errors.MultiFactorFailed: fixed_row(
        "AccessDenied",
        "MultiFactorAuthentication failed, unable to validate MFA code.  Please verify your MFA serial number is valid "
        "and associated with this user.",
    ),
    # Recorded with a space at its end.
    errors.MultiFactorCodeInvalid: fixed_row(
        "AccessDenied", "MultiFactorAuthentication failed with invalid MFA one time pass code. "
    ),
    # Unverified: the code, and the rest of the message.
    errors.SourceIdentityAlreadySet: fixed_row(
        "AccessDenied", "The source identity is already set, and cannot be changed."
    ),
    errors.InvalidRoleArn: lambda refusal, caller: ("ValidationError", f"{refusal.arn} is invalid"),
    errors.InvalidSessionTags: lambda refusal, caller: ("InvalidParameterValue", TAG_RULE_MESSAGES[refusal.reason]),
    # Unverified: AWS's text.
    errors.TooManySessionPolicies: lambda refusal, caller: (
        "ValidationError",
        f"The number of managed session policies exceeds the limit of {refusal.limit}.",
    ),
    errors.RootNotAssumable: _root_not_assumable,
    errors.InvalidTaskPolicy: fixed_row("ValidationError", "Request must contain valid AWS managed task policy ARN"),
    errors.SessionTooLong: _session_too_long,
    # Unverified: the messages about scoped credentials, and the codes of the two that AWS's model does not declare.
    errors.InvalidSubjectCredentials: fixed_row(
        "InvalidSubjectCredentialsException", "Only temporary security credentials can be scoped down."
    ),
    errors.NothingToScopeDown: fixed_row(
        "ValidationError", "The request must have at least one of Policy and DurationSeconds."
    ),
    errors.InsufficientSessionLifetime: fixed_row(
        "InsufficientSessionLifetimeException",
        "The requested duration exceeds the remaining lifetime of the calling session.",
    ),
    errors.TooManyScopeDownPolicies: fixed_row("AccessDenied", "A session can have at most 3 scope-down policies."),
    errors.InvalidIdentityToken: lambda refusal, caller: (
        "InvalidIdentityTokenException",
        _IDENTITY_TOKEN_MESSAGES[refusal.reason].format(refusal.issuer),
    ),
    # Observed: https://github.com/aws/aws-sdk-java-v2/issues/5709
    errors.IdentityTokenExpired: lambda refusal, caller: (
        "ExpiredTokenException",
        f"Token expired: current date/time {refusal.now} must be before the expiration date/time {refusal.expiration}",
    ),
    # Observed: https://github.com/aws-actions/configure-aws-credentials/issues/357
    errors.IdentityNotTrusted: lambda refusal, caller: ("AccessDenied", f"Not authorized to perform {refusal.action}"),
    # Unverified: the message is the error's description in AWS's documentation.
    errors.AssertionExpired: fixed_row("ExpiredTokenException", "Token must be redeemed within 5 minutes of issuance"),
    errors.OutboundFederationDisabled: fixed_row(
        "OutboundWebIdentityFederationDisabledException", "OutboundWebIdentityFederation is disabled."
    ),
    # Unverified: the message is the error's description in AWS's model.
    errors.SessionDurationEscalated: fixed_row(
        "SessionDurationEscalationException",
        "The requested token duration would extend the session beyond its original expiration time.",
    ),
    # Unverified: both messages.
    errors.NoOriginIdentity: fixed_row(
        "ValidationError",
        "The calling session's trusted identity propagation context has no aws:OriginIdentity/Subject.",
    ),
    errors.ScopeNotAllowed: fixed_row(
        "ValidationError", "Scope can be specified only when SubjectMode is OriginIdentity."
    ),
    errors.IssuedTokenTooLarge: fixed_row(
        "JWTPayloadSizeExceededException", "JWT payload exceeds maximum allowed size"
    ),
    errors.TradeInTokenExpired: fixed_row(
        "ExpiredTradeInTokenException", "The trade-in token provided in the request has expired."
    ),
    errors.InvalidAccessKey: fixed_row("ValidationError", "The access key ID is not valid."),
    errors.InvalidAuthorizationMessage: fixed_row(
        "InvalidAuthorizationMessageException", "The encoded authorization message is not valid."
    ),
    errors.SessionTooLarge: lambda refusal, caller: (
        "PackedPolicyTooLargeException",
        (_TAGS_TOO_LARGE if refusal.tags_alone else _POLICY_TOO_LARGE).format(refusal.share),
    ),
    errors.RegionNotActivated: lambda refusal, caller: (
        "RegionDisabledException",
        _REGION_INACTIVE.format(refusal.account_id),
    ),
    errors.MalformedPolicyDocument: lambda refusal, caller: ("MalformedPolicyDocumentException", refusal.message),
    errors.EntityNotFound: lambda refusal, caller: ("ValidationError", f"Policy {refusal.name} does not exist."),
}
