"""Bodies that come in chunks of AWS's own, each signed, or none: what was meant, and whether the chain is whole.

SDKs send a body of unknown length so. Each chunk's signature has the one before it under it.
Source: https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-streaming.html
"""

import hmac
from collections.abc import Iterator
from dataclasses import dataclass, replace
from hashlib import sha256

from artifact_emulator.aws.signing.sigv4 import ALGORITHM, Claim, signing_key
from artifact_emulator.http import Request

_ENCODING = "aws-chunked"
_SIGNED = f"STREAMING-{ALGORITHM}-PAYLOAD"
_EMPTY = sha256(b"").hexdigest()
_TRAILER_SIGNATURE = b"x-amz-trailer-signature:"


@dataclass(frozen=True, slots=True)
class _Chunk:
    data: bytes
    signature: str


def unchunked(request: Request) -> Request:
    """Give a request with the body that its chunks make; as it came when it has none, or none that can be read."""
    if _ENCODING not in request.headers.get("content-encoding", ""):
        return request
    try:
        chunks, _ = _read(request.body)
    except ValueError:
        return request
    return replace(request, body=b"".join(one.data for one in chunks))


def has_valid_chunks(request: Request, claim: Claim, secret: str) -> bool:
    """Tell whether every chunk of a body that is signed so has its signature; any other body has none to check."""
    if not request.headers.get("x-amz-content-sha256", "").startswith(_SIGNED):
        return True
    try:
        chunks, trailer = _read(request.body)
    except ValueError:
        return False
    key, before = signing_key(secret, claim), claim.signature
    for chunk in chunks:
        about = ("PAYLOAD", _EMPTY, sha256(chunk.data).hexdigest())
        if not _follows(key, claim, before, about, chunk.signature):
            return False
        before = chunk.signature
    lines = [line for line in trailer.split(b"\r\n") if line]
    if not lines:
        return not request.headers["x-amz-content-sha256"].endswith("-TRAILER")
    signature = lines.pop().removeprefix(_TRAILER_SIGNATURE).decode("latin-1")
    return _follows(
        key, claim, before, ("TRAILER", sha256(b"".join(one + b"\n" for one in lines)).hexdigest()), signature
    )


def _follows(key: bytes, claim: Claim, before: str, about: tuple[str, ...], signature: str) -> bool:
    kind, *hashes = about
    to_sign = "\n".join((f"{ALGORITHM}-{kind}", claim.instant, claim.scope, before, *hashes))
    right = hmac.new(key, to_sign.encode(), sha256).hexdigest()
    return hmac.compare_digest(right.encode(), signature.encode())


def _read(body: bytes) -> tuple[list[_Chunk], bytes]:
    """Part a body into its chunks, the last of them empty, and what follows them.

    Raises ValueError.
    """
    found = list(_chunks(body))
    return [chunk for chunk, _ in found], body[found[-1][1] :]


def _chunks(body: bytes) -> Iterator[tuple[_Chunk, int]]:
    """Give each chunk, and the place behind it.

    Raises ValueError.
    """
    place, size = 0, 1
    while size:
        end = body.index(b"\r\n", place, place + 1_000)
        length, _, said = body[place:end].partition(b";chunk-signature=")
        size, start = int(length, 16), end + 2
        data = body[start : start + size]
        # After the last chunk its trailer may begin at once.
        if size < 0 or len(data) < size or (size and body[start + size : start + size + 2] != b"\r\n"):
            raise ValueError(place)
        place = start + size + 2 if size else start
        yield _Chunk(data, said.decode("latin-1")), place
