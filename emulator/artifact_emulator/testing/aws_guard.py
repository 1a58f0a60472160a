"""Protection against calls that do not reach the test's world, such as those of clients that were created on import."""

import warnings
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

from botocore.awsrequest import AWSPreparedRequest

from artifact_emulator.aws.service_profile import PROFILES
from artifact_emulator.testing.transports import MOTO_REPLACED_CREDENTIALS, has_credentials_of_moto
from artifact_emulator.testing.world_client import DEFAULT_ACCOUNT

_AWS_DOMAINS = (".amazonaws.com", ".amazonaws.com.cn", ".api.aws", ".aws.amazon.com")

Send = Callable[[Any, AWSPreparedRequest], Any]


class UnintendedAwsCall(RuntimeError):
    """A call of an emulated service would have gone to AWS, with the credentials that its client read there."""


def guarded(send: Send) -> Send:
    """Return a `send` method that refuses requests to AWS's own endpoints of the emulated services.

    It warns of calls with moto's credentials, whose caller is not the one that the test expects.
    """

    def guarded_send(session: Any, request: AWSPreparedRequest) -> Any:
        if host := _emulated_host(request):
            raise UnintendedAwsCall(
                f"This call would have gone to AWS itself, to {host}: its client was created before the test's world, "
                "such as on import. Create it in a function that the test calls, or use the fixture "
                "artifact_emulation, which answers it."
            )
        if has_credentials_of_moto(request):
            warnings.warn(f"the caller is {DEFAULT_ACCOUNT}, because {MOTO_REPLACED_CREDENTIALS}", stacklevel=2)
        return send(session, request)

    return guarded_send


def warning_of_moto(answer: Callable[..., Any]) -> Callable[..., Any]:
    """Return an `answer` of moto's mock that warns when it answers a call of the emulated services."""

    def warning_answer(stubber: Any, event_name: str, request: AWSPreparedRequest, **options: Any) -> Any:
        response = answer(stubber, event_name, request, **options)
        if response is not None and (host := _emulated_host(request)):
            warnings.warn(
                f"moto answers a call to {host}, in place of the test's world: the client does not use the world's "
                "endpoint, because it was created before the test or names another endpoint",
                stacklevel=2,
            )
        return response

    return warning_answer


def _emulated_host(request: AWSPreparedRequest) -> str:
    """Return the host of a request if it is AWS's own endpoint of an emulated service, else ""."""
    host = urlsplit(request.url).hostname or ""
    is_emulated = host.partition(".")[0].partition("-fips")[0] in PROFILES
    return host if host.endswith(_AWS_DOMAINS) and is_emulated else ""
