"""The errors of fault injection and request rates: which ones an operation can return, in the words of its service."""

from collections.abc import Mapping
from math import ceil

from artifact_emulator.aws.errors.aws_error import AwsError
from artifact_emulator.aws.service_model import Protocol, Service
from artifact_emulator.aws.service_profile import PROFILES, ThrottlingError
from artifact_emulator.faults.kinds import Error

# Errors that every operation may return although no model declares them.
# Sources: https://docs.aws.amazon.com/IAM/latest/APIReference/CommonErrors.html and the other services' same page.
COMMON_STATUSES: Mapping[Protocol, Mapping[str, int]] = {
    "json": {"ThrottlingException": 400, "RequestExpired": 400, "ServiceUnavailable": 503, "InternalFailure": 500},
    "rest-json": {"ServiceUnavailable": 503, "InternalFailure": 500},
    "query": {"Throttling": 400, "RequestExpired": 400, "ServiceUnavailable": 503, "InternalFailure": 500},
}
_REQUIRED_MEMBERS = {
    "reason": "other",
    "resourceId": "fault",
    "resourceType": "fault",
    "serviceCode": "artifact",
    "quotaCode": "fault",
}
"""Members that AWS Artifact's errors must have besides a message, for clients that parse them by their model."""
_MESSAGES = {
    "ConcurrentModificationException": "The target of the operation is currently being modified by a different "
    "request. Try again later.",
    "ThrottlingException": "Rate exceeded",
    "Throttling": "Rate exceeded",
    "ServiceException": "AWS Organizations can't complete your request because of an internal service error. Try again "
    "later.",
}
_DEFAULT_MESSAGE = "An error that a fault rule of the control API injected."


def error_codes(service: Service, operation: str) -> set[str]:
    """Return the codes of all errors that an operation may return."""
    declared = {service.errors[shape].code for shape in service.operations[operation].errors}
    return declared | COMMON_STATUSES[service.protocol].keys()


def can_return(service: Service, operation: str, code: str) -> bool:
    """Return whether an operation may return an error; of services that are not emulated, no errors are known."""
    return service.name not in PROFILES or code in error_codes(service, operation)


def throttling_error_of(service: Service) -> ThrottlingError:
    """Return the error of a caller that exceeds a request rate of a service."""
    if service.name in PROFILES:
        return PROFILES[service.name].throttling_error
    # Unverified for single services: the codes that AWS documents for all services of a protocol.
    code = "Throttling" if service.protocol == "query" else "ThrottlingException"
    return ThrottlingError(code, _MESSAGES[code], 429 if service.protocol == "rest-json" else 400)


def throttled(service: Service, wait: float = 0.0) -> AwsError:
    """Return the error of a caller that exceeds a request rate, with the seconds to wait if the service states them."""
    code, message, status = throttling_error_of(service)
    shapes = (shape for shape in service.errors.values() if shape.code == code)
    states_wait = any("retryAfterSeconds" in shape.members for shape in shapes)
    return AwsError(code, message, status, members={"retryAfterSeconds": max(1, ceil(wait))} if states_wait else None)


def injected_error(service: Service, error: Error) -> AwsError:
    """Return an error as a service words it."""
    if error in (Error(code=throttling_error_of(service).code), Error(code="Throttling")):
        return throttled(service)
    declared = next((shape for shape in service.errors.values() if shape.code == error.code), None)
    status = declared.status if declared else COMMON_STATUSES[service.protocol].get(error.code, 400)
    message = error.message or _MESSAGES.get(error.code, _DEFAULT_MESSAGE)
    names = declared.members if declared else ()
    members = {name: _REQUIRED_MEMBERS[name] for name in names if name in _REQUIRED_MEMBERS}
    return AwsError(error.code, message, status, members=members | ({"Reason": error.reason} if error.reason else {}))
