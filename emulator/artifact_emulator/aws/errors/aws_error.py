"""What can go wrong on the wire, before a rule of the domain is asked or instead of it."""

from collections.abc import Mapping
from enum import Enum
from typing import Any

from artifact_emulator.aws.service_model import Protocol


class AwsError(Exception):
    """One error as it will travel: code, message, HTTP status, further members and headers."""

    def __init__(self, code: str, message: str, status: int = 400, *, members: Mapping[str, Any] | None = None) -> None:
        super().__init__(code, message)
        self.code = code
        self.message = message
        self.status = status
        self.members = dict(members or {})


class NotEmulated(AwsError):
    """The answer to what AWS has and the emulator has not: an operation, or one with certain members."""

    def __init__(self, name: str) -> None:
        super().__init__(
            "NotImplemented", f"artifact-emulator does not emulate {name}; AWS does. See docs/fidelity.md.", 501
        )
        self.name = name


class UnknownCaller(Enum):
    """Why a request's signature says nothing of who sent it."""

    MISSING = "missing"
    INCOMPLETE = "incomplete"
    UNKNOWN_KEY = "unknown key"
    WRONG_SIGNATURE = "wrong signature"
    EXPIRED = "expired"


_WRONG_SIGNATURE = (
    "The request signature we calculated does not match the signature you provided. "
    "Check your AWS Secret Access Key and signing method. Consult the service documentation for details."
)
# Sources: https://docs.aws.amazon.com/STS/latest/APIReference/CommonErrors.html and facts/organizations 2.1.
_UNKNOWN_CALLER: dict[UnknownCaller, tuple[str, str, int, str, int]] = {
    UnknownCaller.MISSING: (
        "MissingAuthenticationTokenException",
        "Request is missing Authentication Token",
        400,
        "MissingAuthenticationToken",
        403,
    ),
    UnknownCaller.INCOMPLETE: (
        "IncompleteSignatureException",
        "The request signature does not conform to AWS standards.",
        400,
        "IncompleteSignature",
        400,
    ),
    UnknownCaller.UNKNOWN_KEY: (
        "UnrecognizedClientException",
        "The security token included in the request is invalid.",
        400,
        "InvalidClientTokenId",
        403,
    ),
    UnknownCaller.WRONG_SIGNATURE: (
        "InvalidSignatureException",
        _WRONG_SIGNATURE,
        400,
        "SignatureDoesNotMatch",
        403,
    ),
    UnknownCaller.EXPIRED: (
        "ExpiredTokenException", "The security token included in the request is expired", 400, "ExpiredToken", 403
    ),
}  # fmt: skip


def unknown_caller(why: UnknownCaller, protocol: Protocol, message: str = "") -> AwsError:
    """Give the error of a caller who cannot be told, in the words of a protocol's services, or in closer ones."""
    code, words, status, query_code, query_status = _UNKNOWN_CALLER[why]
    message = message or words
    if protocol == "query":
        return AwsError(query_code, message, query_status)
    return AwsError(code, message, 403 if protocol == "rest-json" else status)


def unknown_operation(protocol: Protocol, name: str, version: str) -> AwsError:
    """Give the error of an operation that AWS does not have."""
    if protocol == "query" and not name:
        return AwsError("MissingAction", "The request must contain the parameter Action.", 400)
    if protocol == "query":
        return AwsError("InvalidAction", f"Could not find operation {name} for version {version}", 400)
    message = f"The operation {name} does not exist." if name else "The request names no operation."
    return AwsError("UnknownOperationException", message, 404 if protocol == "rest-json" else 400)


def not_emulated(name: str) -> NotEmulated:
    """Give the answer to an operation that AWS has and the emulator has not."""
    return NotEmulated(name)


def unforeseen(protocol: Protocol, request_id: str) -> AwsError:
    """Give the answer to an error of the emulator's own; the log has the rest."""
    message = f"An internal error of artifact-emulator, not of your call. Its log tells more under {request_id}."
    codes = {"json": "ServiceException", "rest-json": "InternalServerException", "query": "ServiceFailure"}
    return AwsError(codes[protocol], message, 500)
