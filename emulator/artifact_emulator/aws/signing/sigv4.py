"""AWS Signature Version 4: read the claim of a signed request, and verify its signature.

Sources: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html
https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-troubleshooting.html
"""

import hmac
from collections.abc import Mapping
from datetime import UTC
from functools import lru_cache
from hashlib import file_digest, sha256
from io import BufferedReader
from typing import cast
from urllib.parse import parse_qsl, quote

from artifact_emulator.http import Request
from artifact_state.record import Record, replace

ALGORITHM = "AWS4-HMAC-SHA256"
UNSIGNED = "UNSIGNED-PAYLOAD"
TIME_FORMAT = "%Y%m%dT%H%M%SZ"
"""The format of the time of a signature."""
_ALGORITHM_FAMILY = "AWS4-"
_STREAMING = "STREAMING-"
_S3 = ("s3", "s3express", "s3-outposts", "s3-object-lambda")
"""The names that requests to Amazon S3 are signed for."""
_PARAMETERS = ("Credential", "Signature", "SignedHeaders")
_LAST = ", Signature="
"""How the signature starts in a header that ends with it, as SDKs write it."""
_QUERY_PARAMETERS = tuple(f"X-Amz-{name}" for name in ("Algorithm", *_PARAMETERS, "Date"))


class IncompleteSignature(ValueError):
    """A claim that is incomplete, or of a kind that AWS's services do not accept; the message says why."""


class Claim(Record, kw_only=False):
    """The claim of a signed request: its access key, the day, region and service, and the signature."""

    access_key_id: str
    date: str
    region: str
    service: str
    signed_headers: tuple[str, ...]
    signature: str
    token: str | None = None
    """The session token, if the request was signed with session credentials."""
    instant: str = ""
    """The time of the signature, as the request states it."""
    lifetime: str = ""
    """The seconds for which a presigned request is valid, as it states them."""
    algorithm: str = ALGORITHM

    @property
    def scope(self) -> str:
        """Return the credential scope."""
        return f"{self.date}/{self.region}/{self.service}/aws4_request"


def claim_of(request: Request) -> Claim | None:
    """Return the claim in the Authorization header or the query of a request, or None if it is not signed.

    Raises IncompleteSignature.
    """
    header = request.headers.get("authorization")
    if header is not None:
        return _header_claim(request, header)
    return _query_claim(request) if "X-Amz-Signature=" in request.query else None


def signature_of(request: Request, claim: Claim, secret: str, payload_hash: str) -> str:
    """Return the signature of a request with a secret key."""
    to_sign = f"{ALGORITHM}\n{claim.instant}\n{claim.scope}\n{_digest(_canonical(request, claim, payload_hash))}"
    return hmac.new(signing_key(secret, claim), to_sign.encode(), sha256).hexdigest()


def is_signed_with(request: Request, claim: Claim, secret: str) -> bool:
    """Return whether the signature of a request was made with a secret key.

    If the body has signed chunks, this signature is the first of a chain; `aws_chunked` verifies the others.
    """
    # Compared as bytes, because compare_digest accepts only ASCII text.
    signature = signature_of(request, claim, secret, payload_hash(request, claim)).encode()
    return hmac.compare_digest(signature, claim.signature.encode())


def payload_hash(request: Request, claim: Claim) -> str:
    """Return what represents the body in a signature: its hash, unless a signed header excludes the body."""
    header = request.headers.get("x-amz-content-sha256", "")
    # Unverified: which services accept an unsigned body; SDKs send one if the service does.
    if header.startswith((UNSIGNED, _STREAMING)) and "x-amz-content-sha256" in claim.signed_headers:
        return header
    if claim.service in _S3 and "authorization" not in request.headers:
        return UNSIGNED  # The body of a presigned request is not known when it is signed.
    if request.file is not None:
        request.file.seek(0)
        return file_digest(cast("BufferedReader", request.file), sha256).hexdigest()
    return sha256(request.body).hexdigest()


def signing_key(secret: str, claim: Claim) -> bytes:
    """Return the key that is derived for a day, a region and a service."""
    return _signing_key(secret, claim.date, claim.region, claim.service)


@lru_cache
def _signing_key(secret: str, *scope: str) -> bytes:
    key = f"AWS4{secret}".encode()
    for part in (*scope, "aws4_request"):
        key = hmac.new(key, part.encode(), sha256).digest()
    return key


def _header_claim(request: Request, header: str) -> Claim | None:
    # A client's headers for one service and day differ only in their signatures.
    unsigned, last, signature = header.rpartition(_LAST)
    is_usual = last != "" and signature.isalnum()
    claim = _parsed(f"{unsigned}{last}-" if is_usual else header)
    if claim is None:
        return None
    headers = request.headers
    return replace(
        claim,
        signature=signature if is_usual else claim.signature,
        token=headers.get("x-amz-security-token"),
        instant=_instant_of(headers),
    )


@lru_cache
def _parsed(header: str) -> Claim | None:
    """Return the claim in an Authorization header, without the token and the time, which other headers have."""
    algorithm, _, rest = header.strip().partition(" ")
    if not algorithm:
        raise IncompleteSignature("Authorization header cannot be empty.")
    if not algorithm.startswith(_ALGORITHM_FAMILY):
        return None  # AWS ignores other schemes, such as Bearer.
    parts = {name.strip(): value.strip() for name, _, value in (part.partition("=") for part in rest.split(","))}
    missing = [f"Authorization header requires '{name}' parameter." for name in _PARAMETERS if not parts.get(name)]
    if missing:
        raise IncompleteSignature(f"{' '.join(missing)} Authorization={algorithm}")
    _require_supported(algorithm)
    return Claim(*_elements(parts["Credential"]), _names(parts["SignedHeaders"]), parts["Signature"])


def _instant_of(headers: Mapping[str, str]) -> str:
    """Return the time of the signature in its format; a Date header, which has another format, may state it."""
    if "x-amz-date" in headers or "date" not in headers:
        return headers.get("x-amz-date", "")
    # Imported here: no SDK signs a Date header.
    from email.utils import parsedate_to_datetime

    try:
        return parsedate_to_datetime(headers["date"]).astimezone(UTC).strftime(TIME_FORMAT)
    except (ValueError, OverflowError):
        return headers["date"]


def _query_claim(request: Request) -> Claim:
    query = dict(parse_qsl(request.query))
    missing = [
        f"AWS query-string parameters must include '{name}'." for name in _QUERY_PARAMETERS if not query.get(name)
    ]
    if missing:
        raise IncompleteSignature(f"{' '.join(missing)} Re-examine the query-string parameters.")
    _require_supported(query["X-Amz-Algorithm"])
    signed, signature = _names(query["X-Amz-SignedHeaders"]), query["X-Amz-Signature"]
    elements, token = _elements(query["X-Amz-Credential"]), query.get("X-Amz-Security-Token")
    return Claim(*elements, signed, signature, token, query["X-Amz-Date"], query.get("X-Amz-Expires", ""))


def _require_supported(algorithm: str) -> None:
    """Refuse other algorithms, such as SigV4A, which none of the services accept.

    Raises IncompleteSignature.
    """
    if algorithm != ALGORITHM:
        raise IncompleteSignature(f"Unsupported AWS 'algorithm': '{algorithm}' (only {ALGORITHM} for now).")


def _elements(credential: str) -> tuple[str, str, str, str]:
    """Return the parts of a credential: the key, and the day, region and service of its scope.

    Raises IncompleteSignature.
    """
    key, *scope = credential.rsplit("/", 4)
    if len(scope) != 4 or not key or scope[3] != "aws4_request":
        raise IncompleteSignature(
            f"Credential must have exactly 5 slash-delimited elements, e.g. keyid/date/region/service/term, "
            f"got '{credential}'"
        )
    return key, scope[0], scope[1], scope[2]


def _names(signed_headers: str) -> tuple[str, ...]:
    return tuple(signed_headers.lower().split(";"))


def _canonical(request: Request, claim: Claim, payload: str) -> str:
    query = sorted(
        (quote(key, safe="-_.~"), quote(value, safe="-_.~"))
        for key, value in parse_qsl(request.query, keep_blank_values=True)
        if key != "X-Amz-Signature"
    )
    headers = "".join(f"{name}:{' '.join(request.headers.get(name, '').split())}\n" for name in claim.signed_headers)
    return "\n".join(
        (
            request.method,
            _canonical_path(request.base + request.path, claim.service),
            "&".join(f"{key}={value}" for key, value in query),
            headers,
            ";".join(claim.signed_headers),
            payload,
        )
    )


def _canonical_path(path: str, service: str) -> str:
    """Return the path that is signed; S3, whose keys may have any form, signs it as it is sent."""
    return path if service in _S3 else quote(_normalized(path), safe="/-_.~")


def _normalized(path: str) -> str:
    """Return a path without empty steps, `.` and `..`, as signers do."""
    if "//" not in path and "/." not in path:
        return path
    steps: list[str] = []
    for step in path.split("/"):
        if step == "..":
            del steps[-1:]
        elif step not in ("", "."):
            steps.append(step)
    return f"/{'/'.join(steps)}{'/' if steps and path.endswith('/') else ''}"


def _digest(text: str) -> str:
    return sha256(text.encode()).hexdigest()
