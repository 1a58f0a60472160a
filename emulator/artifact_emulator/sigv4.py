"""Signature Version 4: what a request claims of its signer, and whether the signature is his.

Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv.html
"""

import hmac
import re
from dataclasses import dataclass
from hashlib import sha256
from urllib.parse import parse_qsl, quote

from artifact_emulator.message import Request

ALGORITHM = "AWS4-HMAC-SHA256"
_PART = re.compile(r"([^\s,=]+)=([^,]*?)\s*(?:,|$)")
_EMPTY = sha256(b"").hexdigest()


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

    @property
    def scope(self) -> str:
        """The credential scope."""
        return f"{self.date}/{self.region}/{self.service}/aws4_request"


def claim_of(request: Request) -> Claim | None:
    """Read the claim of a request, in its Authorization header or in its query.

    Gives None for a request that is not signed. Raises ValueError when the claim is incomplete.
    """
    header = request.headers.get("authorization")
    if header is not None:
        algorithm, _, rest = header.partition(" ")
        if algorithm != ALGORITHM:
            raise ValueError(algorithm)
        parts = dict(_PART.findall(rest))
        token = request.headers.get("x-amz-security-token")
        return _claim(parts.get("Credential"), parts.get("SignedHeaders"), parts.get("Signature"), token)
    if "X-Amz-Signature=" in request.query:
        query = dict(parse_qsl(request.query))
        return _claim(
            query.get("X-Amz-Credential"),
            query.get("X-Amz-SignedHeaders"),
            query.get("X-Amz-Signature"),
            query.get("X-Amz-Security-Token"),
        )
    return None


def signature_of(request: Request, claim: Claim, secret: str, payload_hash: str) -> str:
    """Compute the signature that the owner of a secret key gives a request."""
    instant = request.headers.get("x-amz-date") or dict(parse_qsl(request.query)).get("X-Amz-Date", "")
    to_sign = f"{ALGORITHM}\n{instant}\n{claim.scope}\n{_digest(_canonical(request, claim, payload_hash))}"
    return hmac.new(_signing_key(secret, claim), to_sign.encode(), sha256).hexdigest()


def is_signed_with(request: Request, claim: Claim, secret: str) -> bool:
    """Tell whether the signature of a request was made with a secret key."""
    payload_hash = sha256(request.body).hexdigest() if request.body else _EMPTY
    # Compared as bytes: text may be compared only if it is ASCII, and a stranger's need not be.
    return hmac.compare_digest(signature_of(request, claim, secret, payload_hash).encode(), claim.signature.encode())


def _claim(credential: str | None, signed_headers: str | None, signature: str | None, token: str | None) -> Claim:
    if not credential or not signed_headers or not signature:
        raise ValueError("incomplete")
    key, date, region, service, end = credential.rsplit("/", 4)
    if end != "aws4_request" or not key:
        raise ValueError(credential)
    return Claim(key, date, region, service, tuple(signed_headers.split(";")), signature, token)


def _canonical(request: Request, claim: Claim, payload_hash: str) -> str:
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
            quote(request.base + request.path, safe="/-_.~"),
            "&".join(f"{key}={value}" for key, value in query),
            headers,
            ";".join(claim.signed_headers),
            payload_hash,
        )
    )


def _signing_key(secret: str, claim: Claim) -> bytes:
    key = f"AWS4{secret}".encode()
    for part in (claim.date, claim.region, claim.service, "aws4_request"):
        key = hmac.new(key, part.encode(), sha256).digest()
    return key


def _digest(text: str) -> str:
    return sha256(text.encode()).hexdigest()
