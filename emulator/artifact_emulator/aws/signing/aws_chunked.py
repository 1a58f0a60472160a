"""Bodies in AWS's own chunked encoding, in which SDKs send bodies of unknown length.

The chunks are signed or not; the signature of each chunk covers that of the one before it.
Source: https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-streaming.html
"""

import hmac
from collections.abc import Iterator
from hashlib import sha256

from artifact_emulator.aws.signing.sigv4 import ALGORITHM, Claim, signing_key
from artifact_emulator.http import Request
from artifact_state.record import Record, replace

_ENCODING = "aws-chunked"
_SIGNED = f"STREAMING-{ALGORITHM}-PAYLOAD"
_EMPTY = sha256(b"").hexdigest()
_TRAILER_SIGNATURE = b"x-amz-trailer-signature:"


class _Chunk(Record, kw_only=False):
    data: bytes
    signature: str


def decode_chunks(request: Request) -> Request:
    """Return a request with its chunks joined to one body; the request itself if it has no valid chunks."""
    if _ENCODING not in request.headers.get("content-encoding", ""):
        return request
    try:
        chunks, _ = _read(request.body)
    except ValueError:
        return request
    return replace(request, body=b"".join(chunk.data for chunk in chunks))


def has_valid_chunks(request: Request, claim: Claim, secret: str) -> bool:
    """Return whether every chunk of a body has the right signature; other bodies have no chunks to check.

    Those of a body in a file are not checked, but the signature that comes before them is.
    """
    if not request.headers.get("x-amz-content-sha256", "").startswith(_SIGNED) or request.file is not None:
        return True
    try:
        chunks, trailer = _read(request.body)
    except ValueError:
        return False
    key, previous = signing_key(secret, claim), claim.signature
    for chunk in chunks:
        content = ("PAYLOAD", _EMPTY, sha256(chunk.data).hexdigest())
        if not _is_valid(key, claim, previous, content, chunk.signature):
            return False
        previous = chunk.signature
    lines = [line for line in trailer.split(b"\r\n") if line]
    if not lines:
        return not request.headers["x-amz-content-sha256"].endswith("-TRAILER")
    signature = lines.pop().removeprefix(_TRAILER_SIGNATURE).decode("latin-1")
    headers = b"".join(line + b"\n" for line in lines)
    return _is_valid(key, claim, previous, ("TRAILER", sha256(headers).hexdigest()), signature)


def _is_valid(key: bytes, claim: Claim, previous: str, content: tuple[str, ...], signature: str) -> bool:
    kind, *hashes = content
    to_sign = "\n".join((f"{ALGORITHM}-{kind}", claim.instant, claim.scope, previous, *hashes))
    expected = hmac.new(key, to_sign.encode(), sha256).hexdigest()
    return hmac.compare_digest(expected.encode(), signature.encode())


def _read(body: bytes) -> tuple[list[_Chunk], bytes]:
    """Return the chunks of a body, the last of them empty, and the trailer.

    Raises ValueError.
    """
    chunks = list(_chunks(body))
    return [chunk for chunk, _ in chunks], body[chunks[-1][1] :]


def _chunks(body: bytes) -> Iterator[tuple[_Chunk, int]]:
    """Yield each chunk and the position after it.

    Raises ValueError.
    """
    position, size = 0, 1
    while size:
        end = body.index(b"\r\n", position, position + 1_000)
        length, _, signature = body[position:end].partition(b";chunk-signature=")
        size, start = int(length, 16), end + 2
        data = body[start : start + size]
        # The trailer may follow the last chunk immediately.
        if size < 0 or len(data) < size or (size and body[start + size : start + size + 2] != b"\r\n"):
            raise ValueError(position)
        position = start + size + 2 if size else start
        yield _Chunk(data, signature.decode("latin-1")), position
