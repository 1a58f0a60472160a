"""Keep clients that were made before a test, as by an import, from calling AWS itself in the midst of it."""

from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

from botocore.awsrequest import AWSPreparedRequest

_OF_AWS = (".amazonaws.com", ".amazonaws.com.cn", ".api.aws", ".aws.amazon.com")
_EMULATED = ("organizations", "artifact", "iam", "sts", "cloudtrail")

Send = Callable[[Any, AWSPreparedRequest], Any]


class UnintendedAwsCall(RuntimeError):
    """A call that would have gone to AWS, with whatever credentials its client has read, in place of the emulator."""


def guarded(send: Send) -> Send:
    """Give a way to send that refuses to reach AWS's own endpoints of what the emulator emulates."""

    def send_here(session: Any, request: AWSPreparedRequest) -> Any:
        host = urlsplit(request.url).hostname or ""
        if host.endswith(_OF_AWS) and host.partition(".")[0].partition("-fips")[0] in _EMULATED:
            raise UnintendedAwsCall(
                f"This call would have gone to AWS itself, to {host}: its client was made before the test's world, "
                "as by an import. Make it in a function that the test calls, or use the fixture artifact_emulation, "
                "which answers it."
            )
        return send(session, request)

    return send_here
