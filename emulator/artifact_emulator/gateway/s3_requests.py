"""What the address and the signature of a request to Amazon S3 say: its bucket, and condition keys.

Sources: https://docs.aws.amazon.com/AmazonS3/latest/userguide/VirtualHosting.html
https://docs.aws.amazon.com/AmazonS3/latest/userguide/access-points-naming.html
"""

import re

from artifact_emulator.aws.signing.sigv4 import ALGORITHM
from artifact_emulator.http import Request

# bucket.s3.region.amazonaws.com, bucket.s3-accelerate.dualstack.amazonaws.com, bucket.s3express-zone.region...
_BUCKET = re.compile(
    r"(?P<bucket>.+)\.s3(?:express)?(?:-(?!control|accesspoint|object-lambda|outposts)[a-z0-9-]+)?\..+"
)
_ACCESS_POINT = re.compile(
    r"(?P<name>[a-z0-9-]+)-(?P<account>\d{12})\.s3-accesspoint(?:-fips)?(?:\.dualstack)?\.(?P<region>[a-z0-9-]+)\..+"
)
_LOCAL = re.compile(
    r"(?P<bucket>.+)\.(?:localhost|localhost\.localstack\.cloud)|(?P<name>.*[a-z].*)\.\d+\.\d+\.\d+\.\d+"
)


def bucket_of(host: str, path: str) -> str | None:
    """Return the bucket, or the access point, that a host names, or None if the path does.

    A host that is neither AWS's nor below `localhost` names none: SDKs then have to use addresses with the path.
    """
    name = host.rpartition(":")[0] if re.search(r":\d+$", host) else host
    point = _ACCESS_POINT.fullmatch(name)
    if point is not None:
        return f"arn:aws:s3:{point['region']}:{point['account']}:accesspoint/{point['name']}"
    match = _BUCKET.fullmatch(name) or _LOCAL.fullmatch(name)
    bucket = next(filter(None, match.groups()), "") if match is not None else ""
    return None if bucket in ("", "s3", "www") or is_control(path) else bucket.removesuffix(".s3")


def is_signed_by_version_2(request: Request) -> bool:
    """Return whether a request has a signature of version 2, which names no service and which only Amazon S3 has."""
    in_query = "AWSAccessKeyId=" in request.query and "Action=" not in request.query
    return in_query or request.headers.get("authorization", "").startswith("AWS ")


def is_control(path: str) -> bool:
    """Return whether a path is one of S3 Control, whose host names an account."""
    return path.startswith("/v20180820/")


def condition_keys(request: Request) -> dict[str, tuple[str, ...]]:
    """Return the condition keys of the signature of a request.

    Source: https://docs.aws.amazon.com/AmazonS3/latest/API/bucket-policy-s3-sigv4-conditions.html
    """
    keys: dict[str, tuple[str, ...]] = {}
    if is_signed_by_version_2(request):
        in_header = "authorization" in request.headers
        return {"s3:authType": ("REST-HEADER" if in_header else "REST-QUERY-STRING",), "s3:signatureversion": ("AWS",)}
    if "x-amz-content-sha256" in request.headers:
        keys["s3:x-amz-content-sha256"] = (request.headers["x-amz-content-sha256"],)
    if request.headers.get("authorization", "").startswith(ALGORITHM):
        return keys | {"s3:authType": ("REST-HEADER",), "s3:signatureversion": (ALGORITHM,)}
    if "X-Amz-Signature=" in request.query:
        return keys | {"s3:authType": ("REST-QUERY-STRING",), "s3:signatureversion": (ALGORITHM,)}
    return keys
