"""Errors in the shapes of all protocols, and in the words of services that have words of their own for a problem."""

from collections.abc import Callable, Mapping
from typing import NamedTuple

from artifact_emulator.aws.errors.aws_error import AwsError
from artifact_emulator.aws.protocols import ReplyFormat, json11, query, rest_json
from artifact_emulator.gateway.operations import ForeignCall
from artifact_emulator.http import Reply


class _Words(NamedTuple):
    """The code, the message and the status of a problem; None keeps those of the protocol."""

    code: str
    message: str | None = None
    status: int | None = None


# Sources: https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html
# https://docs.aws.amazon.com/ec2/latest/devguide/errors-overview.html
_WORDS: Mapping[str, Mapping[str, _Words]] = {
    "s3": {
        "InvalidClientTokenId": _Words(
            "InvalidAccessKeyId", "The AWS Access Key Id you provided does not exist in our records."
        ),
        "MissingAuthenticationToken": _Words("AccessDenied", "Access Denied"),
        "ExpiredToken": _Words("ExpiredToken", "The provided token has expired.", 400),
        "Throttling": _Words("SlowDown", "Please reduce your request rate.", 503),
    },
    "ec2": {
        "InvalidClientTokenId": _Words(
            "AuthFailure", "AWS was not able to validate the provided access credentials", 401
        ),
        "SignatureDoesNotMatch": _Words(
            "AuthFailure", "AWS was not able to validate the provided access credentials", 401
        ),
        "ExpiredToken": _Words("RequestExpired", "Request has expired.", 400),
        "Throttling": _Words("RequestLimitExceeded", "Request limit exceeded.", 503),
    },
}
"""By service and the code of the query protocol."""


def refuse(foreign: ForeignCall, error: AwsError, request_id: str) -> Reply:
    """Return the reply that tells a client of an error."""
    words = _WORDS.get(foreign.service, {}).get(error.code)
    if words is not None:
        error = AwsError(words.code, words.message or error.message, words.status or error.status)
    write = _SHAPES.get(foreign.protocol)
    if write is None:
        # Other protocols are JSON; that of REST names the code in a header.
        shape: ReplyFormat = rest_json if foreign.protocol == "rest-json" else json11
        return shape.refuse(None, error, request_id)
    return write(foreign, error, request_id)


def _rest_xml(foreign: ForeignCall, error: AwsError, request_id: str) -> Reply:
    if foreign.service != "s3":
        return query.refuse(None, error, request_id)
    # Unlike other services, S3 does not wrap its errors.
    body = f"{_HEAD}<Error>{_code(error)}<RequestId>{request_id}</RequestId></Error>"
    return Reply(error.status, (_XML, ("x-amz-request-id", request_id)), body.encode())


def _ec2(_foreign: ForeignCall, error: AwsError, request_id: str) -> Reply:
    # Source: https://docs.aws.amazon.com/ec2/latest/devguide/errors-overview.html
    errors = f"<Errors><Error>{_code(error)}</Error></Errors>"
    body = f"{_HEAD}<Response>{errors}<RequestID>{request_id}</RequestID></Response>"
    return Reply(error.status, (_XML, ("x-amzn-RequestId", request_id)), body.encode())


def _query(_foreign: ForeignCall, error: AwsError, request_id: str) -> Reply:
    return query.refuse(None, error, request_id)


def _cbor(_foreign: ForeignCall, error: AwsError, request_id: str) -> Reply:
    # Source: https://smithy.io/2.0/additional-specs/protocols/smithy-rpc-v2.html
    body = b"\xa2" + b"".join(map(_cbor_text, ("__type", error.code, "message", error.message)))
    headers = ("Content-Type", "application/cbor"), ("smithy-protocol", "rpc-v2-cbor"), ("x-amzn-RequestId", request_id)
    return Reply(error.status, headers, body)


def _cbor_text(text: str) -> bytes:
    """Return text in CBOR: https://www.rfc-editor.org/rfc/rfc8949#section-3.1."""
    encoded = text.encode()
    return b"\x7a" + len(encoded).to_bytes(4) + encoded


def _code(error: AwsError) -> str:
    return f"<Code>{error.code}</Code><Message>{query.xml_text(error.message)}</Message>"


_HEAD = '<?xml version="1.0" encoding="UTF-8"?>\n'
_XML = ("Content-Type", "application/xml")
_SHAPES: Mapping[str, Callable[[ForeignCall, AwsError, str], Reply]] = {
    "query": _query,
    "ec2": _ec2,
    "rest-xml": _rest_xml,
    "smithy-rpc-v2-cbor": _cbor,
}
