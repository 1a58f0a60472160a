"""Signature Version 4: what a request claims of its signer, and whether the signature is his.

Sources: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html
https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-troubleshooting.html
"""

import hmac
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC
from hashlib import sha256
from urllib.parse import parse_qsl, quote

from artifact_emulator.http import Request

ALGORITHM = "AWS4-HMAC-SHA256"
UNSIGNED = "UNSIGNED-PAYLOAD"
INSTANT = "%Y%m%dT%H%M%SZ"
"""How signers write when they sign."""
_FAMILY = "AWS4-"
_STREAMING = "STREAMING-"
_PARTS = ("Credential", "Signature", "SignedHeaders")
_IN_QUERY = tuple(f"X-Amz-{name}" for name in ("Algorithm", *_PARTS, "Date"))


class Incomplete(ValueError):
    """A claim from which something is missing, or of another kind than AWS's services take; the text says what."""


@dataclass(frozen=True, slots=True)
class Claim:
    """What a signed request says: whose key, for which day, region and service, and the signature."""

    access_key_id: str
    date: str
    region: str
    service: str
    signed_headers: tuple[str, ...]
    signature: str
    token: str | None = None
    """The session token, which temporary credentials bring with them."""
    instant: str = ""
    """When it was signed, as the signer wrote it."""
    lifetime: str | None = None
    """For how many seconds a presigned request is good, as it is written there; None for any other."""

    @property
    def scope(self) -> str:
        """The credential scope."""
        return f"{self.date}/{self.region}/{self.service}/aws4_request"


def claim_of(request: Request) -> Claim | None:
    """Read the claim of a request, in its Authorization header or in its query.

    Gives None for a request that is not signed. Raises Incomplete.
    """
    header = request.headers.get("authorization")
    if header is not None:
        return _in_header(request, header)
    return _in_query(request) if "X-Amz-Signature=" in request.query else None


def signature_of(request: Request, claim: Claim, secret: str, payload_hash: str) -> str:
    """Compute the signature that the owner of a secret key gives a request."""
    to_sign = f"{ALGORITHM}\n{claim.instant}\n{claim.scope}\n{_digest(_canonical(request, claim, payload_hash))}"
    return hmac.new(signing_key(secret, claim), to_sign.encode(), sha256).hexdigest()


def is_signed_with(request: Request, claim: Claim, secret: str) -> bool:
    """Tell whether the signature of a request was made with a secret key.

    That of a body which came in signed chunks is the first of a chain; `aws_chunked` follows the others.
    """
    # Compared as bytes: text may be compared only if it is ASCII, and a stranger's need not be.
    signature = signature_of(request, claim, secret, payload_hash(request, claim)).encode()
    return hmac.compare_digest(signature, claim.signature.encode())


def payload_hash(request: Request, claim: Claim) -> str:
    """Give what stands for the body in a signature: its hash, unless a signed header says that it is not looked at."""
    said = request.headers.get("x-amz-content-sha256", "")
    # Unverified: which of these services take a body that is not signed; the SDKs send one where a service does.
    if said.startswith((UNSIGNED, _STREAMING)) and "x-amz-content-sha256" in claim.signed_headers:
        return said
    return sha256(request.body).hexdigest()


def signing_key(secret: str, claim: Claim) -> bytes:
    """Derive the key that signs for a day, a region and a service."""
    key = f"AWS4{secret}".encode()
    for part in (claim.date, claim.region, claim.service, "aws4_request"):
        key = hmac.new(key, part.encode(), sha256).digest()
    return key


def _in_header(request: Request, header: str) -> Claim | None:
    algorithm, _, rest = header.strip().partition(" ")
    if not algorithm:
        raise Incomplete("Authorization header cannot be empty.")
    if not algorithm.startswith(_FAMILY):
        return None  # Another scheme, such as Bearer, authenticates nobody to AWS.
    parts = {name.strip(): value.strip() for name, _, value in (one.partition("=") for one in rest.split(","))}
    missing = [f"Authorization header requires '{name}' parameter." for name in _PARTS if not parts.get(name)]
    if missing:
        raise Incomplete(f"{' '.join(missing)} Authorization={algorithm}")
    _require_ours(algorithm)
    token, instant = request.headers.get("x-amz-security-token"), _instant_of(request.headers)
    signed = _names(parts["SignedHeaders"])
    return Claim(*_elements(parts["Credential"]), signed, parts["Signature"], token, instant)


def _instant_of(headers: Mapping[str, str]) -> str:
    """Give the time of signing as signatures have it; a Date header, which is written otherwise, may stand for it."""
    if "x-amz-date" in headers or "date" not in headers:
        return headers.get("x-amz-date", "")
    # Imported here: no SDK signs by it.
    from email.utils import parsedate_to_datetime

    try:
        return parsedate_to_datetime(headers["date"]).astimezone(UTC).strftime(INSTANT)
    except (ValueError, OverflowError):
        return headers["date"]


def _in_query(request: Request) -> Claim:
    query = dict(parse_qsl(request.query))
    missing = [f"AWS query-string parameters must include '{name}'." for name in _IN_QUERY if not query.get(name)]
    if missing:
        raise Incomplete(f"{' '.join(missing)} Re-examine the query-string parameters.")
    _require_ours(query["X-Amz-Algorithm"])
    signed, signature = _names(query["X-Amz-SignedHeaders"]), query["X-Amz-Signature"]
    token, lifetime = query.get("X-Amz-Security-Token"), query.get("X-Amz-Expires", "")
    return Claim(*_elements(query["X-Amz-Credential"]), signed, signature, token, query["X-Amz-Date"], lifetime)


def _require_ours(algorithm: str) -> None:
    """Refuse other algorithms, SigV4A among them: no service here takes them.

    Raises Incomplete.
    """
    if algorithm != ALGORITHM:
        raise Incomplete(f"Unsupported AWS 'algorithm': '{algorithm}' (only {ALGORITHM} for now).")


def _elements(credential: str) -> tuple[str, str, str, str]:
    """Part a credential: the key, and its scope's day, region and service.

    Raises Incomplete.
    """
    key, *scope = credential.rsplit("/", 4)
    if len(scope) != 4 or not key or scope[3] != "aws4_request":
        raise Incomplete(
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
            # Every service but S3 encodes the path that was encoded already.
            quote(_normal(request.base + request.path), safe="/-_.~"),
            "&".join(f"{key}={value}" for key, value in query),
            headers,
            ";".join(claim.signed_headers),
            payload,
        )
    )


def _normal(path: str) -> str:
    """Leave empty steps out of a path, and those that lead nowhere or back, as signers do."""
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
