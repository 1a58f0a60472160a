"""AWS errors as they go over the wire, and the errors that no rule of the domain raises."""

from collections.abc import Mapping
from enum import Enum
from typing import Any

from artifact_emulator.aws.service_model import Protocol

_FIDELITY = "See https://github.com/artifact-emulator/artifact-emulator/blob/main/docs/fidelity.md"


class AwsError(Exception):
    """An error with the code, message, HTTP status and further members of its reply."""

    def __init__(
        self,
        code: str,
        message: str,
        status: int = 400,
        *,
        members: Mapping[str, Any] | None = None,
        recorded_message: str = "",
    ) -> None:
        super().__init__(code, message)
        self.code = code
        self.message = message
        self.status = status
        self.members = dict(members or {})
        self.recorded_message = recorded_message or message
        """The message in CloudTrail's record, which may say more than the reply."""
        self.fault_id = ""
        """The fault rule that injected the error, "" if none did."""


class DenialError(AwsError):
    """The error of a call that policies deny, whatever the service's code for it."""


class NotEmulated(AwsError):
    """The error of an operation of AWS, or of a combination of members, that the emulator does not have."""

    def __init__(self, name: str, reason: str = "", *, advice: str = _FIDELITY) -> None:
        text = f"artifact-emulator does not emulate {name}{reason}. {advice}"
        super().__init__("NotImplemented", text, 501)
        self.name = name


class AuthenticationProblem(Enum):
    """Why a request cannot be authenticated."""

    MISSING = "missing"
    INCOMPLETE = "incomplete"
    UNKNOWN_KEY = "unknown key"
    WRONG_SIGNATURE = "wrong signature"
    EXPIRED = "expired"


_WRONG_SIGNATURE = (
    "The request signature we calculated does not match the signature you provided. "
    "Check your AWS Secret Access Key and signing method. Consult the service documentation for details."
)
# The code, message and status of JSON services, and the code and status of query services.
# Source: https://docs.aws.amazon.com/STS/latest/APIReference/CommonErrors.html
_AUTHENTICATION_ERRORS: dict[AuthenticationProblem, tuple[str, str, int, str, int]] = {
    AuthenticationProblem.MISSING: (
        "MissingAuthenticationTokenException",
        "Request is missing Authentication Token",
        400,
        "MissingAuthenticationToken",
        403,
    ),
    AuthenticationProblem.INCOMPLETE: (
        "IncompleteSignatureException",
        "The request signature does not conform to AWS standards.",
        400,
        "IncompleteSignature",
        400,
    ),
    AuthenticationProblem.UNKNOWN_KEY: (
        "UnrecognizedClientException",
        "The security token included in the request is invalid.",
        400,
        "InvalidClientTokenId",
        403,
    ),
    AuthenticationProblem.WRONG_SIGNATURE: (
        "InvalidSignatureException",
        _WRONG_SIGNATURE,
        400,
        "SignatureDoesNotMatch",
        403,
    ),
    AuthenticationProblem.EXPIRED: (
        "ExpiredTokenException", "The security token included in the request is expired", 400, "ExpiredToken", 403
    ),
}  # fmt: skip


def authentication_error(problem: AuthenticationProblem, protocol: Protocol, message: str = "") -> AwsError:
    """Return the error of a request that cannot be authenticated, with a more specific message if there is one."""
    code, usual_message, status, query_code, query_status = _AUTHENTICATION_ERRORS[problem]
    message = message or usual_message
    if protocol == "query":
        return AwsError(query_code, message, query_status)
    return AwsError(code, message, 403 if protocol == "rest-json" else status)


def unknown_operation(protocol: Protocol, name: str, version: str) -> AwsError:
    """Return the error of an operation that AWS does not have."""
    if protocol == "query" and not name:
        return AwsError("MissingAction", "The request must contain the parameter Action.", 400)
    if protocol == "query":
        text = f"Could not find operation {name} for version {version or 'NO_VERSION_SPECIFIED'}"
        return AwsError("InvalidAction", text, 400)
    message = f"The operation {name} does not exist." if name else "The request names no operation."
    return AwsError("UnknownOperationException", message, 404 if protocol == "rest-json" else 400)


def internal_error(protocol: Protocol, request_id: str) -> AwsError:
    """Return the error of a failure inside the emulator, whose log has the traceback."""
    message = f"An internal error of artifact-emulator, not of your call. Its log tells more under {request_id}."
    codes = {"json": "ServiceException", "rest-json": "InternalServerException", "query": "ServiceFailure"}
    return AwsError(codes[protocol], message, 500)
