"""Who calls: from the credential of a request to a principal of the world.

A 12-digit access key id is the root user of that account. Keys that the emulator handed out are
looked up and their signatures verified. Any other placeholder is the root user of the default
account; in strict mode it is nobody.
"""

from datetime import UTC, datetime
from typing import Literal

from artifact_emulator.aws.errors.aws_error import AwsError, UnknownCaller, unknown_caller
from artifact_emulator.aws.service_model import Protocol, Service
from artifact_emulator.aws.signing.aws_chunked import is_whole
from artifact_emulator.aws.signing.sigv4 import Claim, Incomplete, claim_of, is_signed_with
from artifact_emulator.http import Request
from artifact_state.model import Caller, Session
from artifact_state.principals import has_lapsed, holder_of, root_of, session_of
from artifact_state.sts.session_restrictions import session_allows
from artifact_state.world import World

Credentials = Literal["loose", "strict"]
DEFAULT_ACCOUNT = "123456789012"
ANYBODY = Caller(account_id="anonymous", arn="anonymous", user_id="anonymous")
"""Whoever calls an operation that takes another's word in place of a signature."""
_MINTED_PREFIX = "ASIA"


def partition_of(region: str) -> str:
    """Tell the partition that a region is in."""
    if region.startswith("us-gov-"):
        return "aws-us-gov"
    return "aws-cn" if region.startswith("cn-") else "aws"


def identify(request: Request, world: World, protocol: Protocol, credentials: Credentials = "loose") -> Caller:
    """Tell the principal that signed a request.

    Raises Failure, as the protocol's services word it.
    """
    try:
        claim = claim_of(request)
    except Incomplete as error:
        raise unknown_caller(UnknownCaller.INCOMPLETE, protocol, str(error)) from None
    if claim is None:
        raise unknown_caller(UnknownCaller.MISSING, protocol)
    key, partition = claim.access_key_id, partition_of(claim.region)
    state = world.state
    session = session_of(state, key)
    if session is not None:
        _verify(request, claim, session, world, protocol)
        holder = holder_of(world.state, session, partition=partition, region=claim.region)
        if holder is None:
            raise unknown_caller(UnknownCaller.UNKNOWN_KEY, protocol)
        return holder
    if key in state.access_keys:
        return _owner_of(request, claim, world, protocol)
    if credentials == "strict" or _looks_minted(key):
        raise unknown_caller(UnknownCaller.UNKNOWN_KEY, protocol)
    account_id = key if len(key) == 12 and key.isascii() and key.isdecimal() else DEFAULT_ACCOUNT
    return root_of(account_id, partition=partition, region=claim.region, access_key_id=key)


def require_session_allowed(world: World, caller: Caller, service: Service, operation: str) -> None:
    """Take temporary credentials for nothing that AWS takes them not for.

    Raises Failure.
    """
    session = session_of(world.state, caller.access_key_id)
    if session is None or session_allows(session, service.name, operation):
        return
    if service.name == "iam":
        raise unknown_caller(UnknownCaller.UNKNOWN_KEY, service.protocol)
    # Unverified: that AWS says so of other operations than the two that give such credentials.
    raise AwsError("AccessDenied", f"Cannot call {operation} with session credentials", 403)


def _verify(request: Request, claim: Claim, session: Session, world: World, protocol: Protocol) -> None:
    if claim.token != session.token:
        raise unknown_caller(UnknownCaller.UNKNOWN_KEY, protocol)
    if has_lapsed(session, world.clock.now()):
        raise unknown_caller(UnknownCaller.EXPIRED, protocol)
    _verify_signature(request, claim, session.secret, world, protocol)


def _verify_signature(request: Request, claim: Claim, secret: str, world: World, protocol: Protocol) -> None:
    """Refuse a signature that is not of now, not of the owner of a secret key, or leaves out the host.

    Clients sign by their machine's clock, and tests turn the world's: a signature that is timely by either is timely.
    Raises Failure.
    """
    # Imported here: placeholders' signatures are not looked at.
    from artifact_emulator.aws.signing.signing_time import untimely

    try:
        wrong = untimely(claim, (datetime.now(UTC), world.clock.now()), protocol)
    except Incomplete as error:
        raise unknown_caller(UnknownCaller.INCOMPLETE, protocol, str(error)) from None
    if wrong is None and "host" not in claim.signed_headers:
        wrong = "'Host' must be a 'SignedHeader' in the AWS Authorization."
    if wrong is not None:
        raise unknown_caller(UnknownCaller.WRONG_SIGNATURE, protocol, wrong)
    if not is_signed_with(request, claim, secret) or not is_whole(request, claim, secret):
        raise unknown_caller(UnknownCaller.WRONG_SIGNATURE, protocol)


def _owner_of(request: Request, claim: Claim, world: World, protocol: Protocol) -> Caller:
    """Tell the user, or the root user, whose access key signed a request.

    A key that is switched off or deleted is as none; so is one with a session token, which it does not have.
    Raises Failure.
    """
    # Most worlds have no users: they come into memory with the first key.
    from artifact_state.iam.access_keys import principal_of

    state = world.state
    key = state.access_keys[claim.access_key_id]
    # Unverified: whether AWS refuses a key that is switched off before or after it looks at the signature.
    if not key.active or claim.token is not None:
        raise unknown_caller(UnknownCaller.UNKNOWN_KEY, protocol)
    _verify_signature(request, claim, key.secret, world, protocol)
    return principal_of(state, key, partition=partition_of(claim.region), region=claim.region)


def _looks_minted(key: str) -> bool:
    """Tell temporary keys of a world that is gone from the placeholders of documentation."""
    return len(key) == 20 and key.startswith(_MINTED_PREFIX) and not key.endswith("EXAMPLE")
