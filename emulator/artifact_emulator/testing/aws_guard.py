"""Protection against calls to AWS by clients that code under test created before the test, such as on import."""

from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

from botocore.awsrequest import AWSPreparedRequest

from artifact_emulator.aws.service_profile import PROFILES

_AWS_DOMAINS = (".amazonaws.com", ".amazonaws.com.cn", ".api.aws", ".aws.amazon.com")

Send = Callable[[Any, AWSPreparedRequest], Any]


class UnintendedAwsCall(RuntimeError):
    """A call of an emulated service would have gone to AWS, with the credentials that its client read there."""


def guarded(send: Send) -> Send:
    """Return a `send` method that refuses requests to AWS's own endpoints of the emulated services."""

    def guarded_send(session: Any, request: AWSPreparedRequest) -> Any:
        host = urlsplit(request.url).hostname or ""
        if host.endswith(_AWS_DOMAINS) and host.partition(".")[0].partition("-fips")[0] in PROFILES:
            raise UnintendedAwsCall(
                f"This call would have gone to AWS itself, to {host}: its client was created before the test's world, "
                "such as on import. Create it in a function that the test calls, or use the fixture "
                "artifact_emulation, which answers it."
            )
        return send(session, request)

    return guarded_send
