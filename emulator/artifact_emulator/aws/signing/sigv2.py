"""AWS Signature Version 2, which Amazon S3 still accepts and SDKs choose for presigned URLs of unknown endpoints.

Source: https://docs.aws.amazon.com/AmazonS3/latest/API/RESTAuthentication.html
"""

import hmac
from base64 import b64encode
from datetime import datetime
from hashlib import sha1
from urllib.parse import parse_qsl

from artifact_emulator.aws.signing.sigv4 import Claim
from artifact_emulator.http import Request

ALGORITHM = "AWS"
_REGION = "us-east-1"
"""The signature names no region."""
_SUBRESOURCES = {
    "accelerate", "acl", "analytics", "cors", "delete", "encryption", "inventory", "lifecycle", "location", "logging",
    "metrics", "notification", "object-lock", "partNumber", "policy", "replication", "requestPayment",
    "response-cache-control", "response-content-disposition", "response-content-encoding",
    "response-content-language", "response-content-type", "response-expires", "restore", "select", "select-type",
    "retention", "legal-hold", "tagging", "torrent", "uploadId", "uploads", "versionId", "versioning", "versions",
    "website",
}  # fmt: skip
"""The parameters of a query that are signed."""


def claim_of(request: Request) -> Claim | None:
    """Return the claim in the Authorization header or the query of a request, or None if it has none."""
    scheme, _, header = request.headers.get("authorization", "").partition(" ")
    key, _, signature = header.partition(":")
    token, expires = request.headers.get("x-amz-security-token"), ""
    if scheme != ALGORITHM:
        query = dict(parse_qsl(request.query))
        key, signature, expires = (query.get(name, "") for name in ("AWSAccessKeyId", "Signature", "Expires"))
        token = query.get("x-amz-security-token")
    if not key or not signature:
        return None
    return Claim(key, "", _REGION, "s3", ("host",), signature, token, expires, algorithm=ALGORITHM)


def is_expired(claim: Claim, now: datetime) -> bool:
    """Return whether a presigned request is no longer valid."""
    return claim.instant.isdecimal() and now.timestamp() > int(claim.instant[:12])


def is_signed_with(request: Request, claim: Claim, secret: str) -> bool:
    """Return whether a request was signed with a secret key; the host may name the bucket."""
    bucket = request.headers.get("host", "").partition(".")[0]
    paths = (f"{request.base}{request.path}", f"/{bucket}{request.base}{request.path}")
    return any(hmac.compare_digest(_signature(request, claim, secret, path), claim.signature) for path in paths)


def _signature(request: Request, claim: Claim, secret: str, path: str) -> str:
    query = dict(parse_qsl(request.query, keep_blank_values=True))
    # SDKs sign headers and send them in the query.
    fields = {**request.headers, **{name.lower(): value for name, value in query.items()}}
    date = claim.instant or ("" if "x-amz-date" in fields else fields.get("date", ""))
    named = sorted((name, " ".join(value.split())) for name, value in fields.items() if name.startswith("x-amz-"))
    resource = "&".join(
        f"{name}={query[name]}" if query[name] else name for name in sorted(query) if name in _SUBRESOURCES
    )
    text = "".join(
        (
            f"{request.method}\n{fields.get('content-md5', '')}\n{fields.get('content-type', '')}\n{date}\n",
            *(f"{name}:{value}\n" for name, value in named),
            path,
            resource and f"?{resource}",
        )
    )
    return b64encode(hmac.new(secret.encode(), text.encode(), sha1).digest()).decode()
