"""Authentication: find the principal that signed a request.

The signatures of access keys and session credentials that the emulator issued are verified. A 12-digit access key id
that it did not issue stands for the root user of that account, and any other placeholder for the root user of the
default account; with strict credentials both are refused, and with access tokens both have to sign with one. A key that
an emulator issued, in another world or before a reset, is no placeholder.
"""

import re
from datetime import UTC, datetime
from functools import lru_cache
from typing import Literal

from artifact_emulator.aws.errors.aws_error import AuthenticationProblem, AwsError, authentication_error
from artifact_emulator.aws.service_model import Service
from artifact_emulator.aws.signing.aws_chunked import has_valid_chunks
from artifact_emulator.aws.signing.sigv4 import ALGORITHM, Claim, IncompleteSignature, claim_of, is_signed_with
from artifact_emulator.http import Request
from artifact_state import ids
from artifact_state.clock import Clock
from artifact_state.model import Caller, Session, State
from artifact_state.principals import is_expired, is_locked, root_user, session_caller, session_of
from artifact_state.sts.session_restrictions import session_allows

Credentials = Literal["loose", "strict"]
DEFAULT_ACCOUNT = "123456789012"
ANONYMOUS = Caller(account_id="anonymous", arn="anonymous", user_id="anonymous")
"""The caller of an operation that needs no signature, because its input has the assertion of an identity provider."""
_SESSION_KEY_PREFIX = "ASIA"
_REGION = re.compile(r"[a-z]{2,3}(-[a-z]+)+-[0-9]+")
_NEED_NO_SIGNATURE = ("x-amz-security-token", "x-amz-content-sha256")
"""Headers that the verification itself reads: a changed token names no session, a changed hash is not the body's."""


@lru_cache
def partition_of(region: str) -> str:
    """Return the partition of a region."""
    if region.startswith("us-gov-"):
        return "aws-us-gov"
    return "aws-cn" if region.startswith("cn-") else "aws"


def identify(  # noqa: PLR0913, PLR0917 - the request, the world as far as it matters, and the server's two options.
    request: Request,
    state: State,
    clock: Clock,
    service: Service,
    credentials: Credentials = "loose",
    placeholder_secrets: tuple[str, ...] = (),
) -> tuple[Caller, Session | None]:
    """Return the principal that signed a request, and its session if it used session credentials.

    No credentials of a closed account are valid. Raises AwsError, in the words of the service.
    """
    caller, session = _identify(request, state, clock, service, credentials, placeholder_secrets)
    if is_locked(state, caller.account_id):
        raise authentication_error(AuthenticationProblem.UNKNOWN_KEY, service.protocol)
    return caller, session


def _identify(  # noqa: PLR0913, PLR0917 - as above.
    request: Request,
    state: State,
    clock: Clock,
    service: Service,
    credentials: Credentials,
    placeholder_secrets: tuple[str, ...],
) -> tuple[Caller, Session | None]:
    protocol = service.protocol
    try:
        claim = claim_of(request)
    except IncompleteSignature as error:
        raise authentication_error(AuthenticationProblem.INCOMPLETE, protocol, str(error)) from None
    if claim is None and service.signing_name == "s3":
        claim = _claim_of_version_2(request)
    if claim is None:
        raise authentication_error(AuthenticationProblem.MISSING, protocol)
    key, partition = claim.access_key_id, partition_of(claim.region)
    session = session_of(state, key)
    if session is not None:
        _verify_session(request, claim, session, clock, service)
        caller = session_caller(state, session, partition=partition, region=claim.region)
        if caller is None:
            raise authentication_error(AuthenticationProblem.UNKNOWN_KEY, protocol)
        return caller, session
    if key in state.access_keys:
        return _access_key_owner(request, claim, state, clock, service), None
    if credentials == "strict" or _is_unknown_session_key(key) or ids.is_issued_access_key(key):
        raise authentication_error(AuthenticationProblem.UNKNOWN_KEY, protocol)
    if placeholder_secrets:
        _verify_placeholder(request, claim, placeholder_secrets, clock, service)
    account_id = key if len(key) == 12 and key.isascii() and key.isdecimal() else DEFAULT_ACCOUNT
    return root_user(account_id, partition=partition, region=claim.region, access_key_id=key), None


def require_session_allowed(session: Session, service: Service, operation: str) -> None:
    """Refuse session credentials for operations that AWS does not allow them to call.

    Raises AwsError.
    """
    if session_allows(session, service.signing_name, operation):
        return
    if service.signing_name == "iam":
        raise authentication_error(AuthenticationProblem.UNKNOWN_KEY, service.protocol)
    # Unverified: that AWS says so of other operations than the two that give such credentials.
    raise AwsError("AccessDenied", f"Cannot call {operation} with session credentials", 403)


def _verify_session(request: Request, claim: Claim, session: Session, clock: Clock, service: Service) -> None:
    protocol = service.protocol
    if claim.token != session.token:
        raise authentication_error(AuthenticationProblem.UNKNOWN_KEY, protocol)
    if is_expired(session, clock.now()):
        raise authentication_error(AuthenticationProblem.EXPIRED, protocol)
    _verify_signature(request, claim, session.secret, clock, service)


def _verify_placeholder(
    request: Request, claim: Claim, secrets: tuple[str, ...], clock: Clock, service: Service
) -> None:
    """Refuse a placeholder key that signs with none of the secrets."""
    secret = next((secret for secret in secrets if _is_signed_with(request, claim, secret)), secrets[0])
    _verify_signature(request, claim, secret, clock, service)


def _verify_signature(request: Request, claim: Claim, secret: str, clock: Clock, service: Service) -> None:
    """Refuse a signature for another service, of another time, of too few headers, or not made with a secret key.

    Clients sign by their machine's clock, while tests set the clock of the world: a signature is in time if it is by
    either of them. Raises AwsError.
    """
    protocol = service.protocol
    if claim.algorithm != ALGORITHM:
        _verify_version_2(request, claim, secret, clock)
        return
    # Imported here: signatures of placeholder keys are not verified.
    from artifact_emulator.aws.signing.signing_time import time_problem

    try:
        problem = time_problem(claim, (datetime.now(UTC), clock.now()), protocol)
    except IncompleteSignature as error:
        raise authentication_error(AuthenticationProblem.INCOMPLETE, protocol, str(error)) from None
    problem = _scope_problem(claim, service) or problem or _unsigned_header_problem(request, claim)
    if problem is not None:
        raise authentication_error(AuthenticationProblem.WRONG_SIGNATURE, protocol, problem)
    if not is_signed_with(request, claim, secret) or not has_valid_chunks(request, claim, secret):
        raise authentication_error(AuthenticationProblem.WRONG_SIGNATURE, protocol)


def _claim_of_version_2(request: Request) -> Claim | None:
    # Imported here: only Amazon S3 accepts this version.
    from artifact_emulator.aws.signing import sigv2

    return sigv2.claim_of(request)


def _verify_version_2(request: Request, claim: Claim, secret: str, clock: Clock) -> None:
    from artifact_emulator.aws.signing import sigv2

    if all(sigv2.is_expired(claim, now) for now in (datetime.now(UTC), clock.now())):
        raise AwsError("AccessDenied", "Request has expired", 403)
    if not sigv2.is_signed_with(request, claim, secret):
        raise authentication_error(AuthenticationProblem.WRONG_SIGNATURE, "query")


def _is_signed_with(request: Request, claim: Claim, secret: str) -> bool:
    if claim.algorithm == ALGORITHM:
        return is_signed_with(request, claim, secret)
    from artifact_emulator.aws.signing import sigv2

    return sigv2.is_signed_with(request, claim, secret)


def _scope_problem(claim: Claim, service: Service) -> str | None:
    """Return why the scope of a claim is not that of a service, or None.

    SDKs sign for the region of the client, because the emulator's endpoint is not AWS's: any region is valid.
    Observed: https://github.com/disneystreaming/smithy4s/issues/1568
    https://github.com/hashicorp/terraform-provider-aws/issues/34865
    """
    problems = []
    if not _REGION.fullmatch(claim.region):
        problems.append("Credential should be scoped to a valid region. ")
    if claim.service != service.signing_name:
        problems.append(f"Credential should be scoped to correct service: '{service.signing_name}'. ")
    return "".join(problems) or None


def _unsigned_header_problem(request: Request, claim: Claim) -> str | None:
    """Return why a signature covers too few headers, or None: it has to cover Host and those of AWS.

    Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html
    """
    signed = claim.signed_headers
    if "host" not in signed:
        return "'Host' must be a 'SignedHeader' in the AWS Authorization."
    for name in request.headers:
        if name.startswith("x-amz-") and name not in signed and name not in _NEED_NO_SIGNATURE:
            # Unverified: AWS's text for other headers than Host.
            return f"'{name}' must be a 'SignedHeader' in the AWS Authorization."
    return None


def _access_key_owner(request: Request, claim: Claim, state: State, clock: Clock, service: Service) -> Caller:
    """Return the user, or the root user, whose access key signed a request.

    An inactive key is refused like an unknown one, and so is a key that is sent with a session token.
    Raises AwsError.
    """
    # Imported here: most worlds have no access keys.
    from artifact_state.iam.access_keys import principal_of

    key = state.access_keys[claim.access_key_id]
    # Unverified: whether AWS refuses an inactive key before or after it verifies the signature.
    if not key.active or claim.token is not None:
        raise authentication_error(AuthenticationProblem.UNKNOWN_KEY, service.protocol)
    _verify_signature(request, claim, key.secret, clock, service)
    return principal_of(state, key, partition=partition_of(claim.region), region=claim.region)


def _is_unknown_session_key(key: str) -> bool:
    """Return whether a key that no session has looks like one of AWS STS, and not like a placeholder."""
    return len(key) == 20 and key.startswith(_SESSION_KEY_PREFIX) and not key.endswith("EXAMPLE")
