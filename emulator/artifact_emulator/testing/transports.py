"""The transports of botocore, aiobotocore and moto: who answers a request while an emulation is active.

Nothing leaves the process by mistake. Botocore's clients are answered in this process; other processes, and SDKs that
are not botocore's, find a closed address, which they name in their error.
"""

import asyncio
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from functools import cache, wraps
from importlib import import_module
from importlib.util import find_spec
from typing import Any

from botocore.awsrequest import AWSPreparedRequest, AWSResponse
from botocore.configprovider import ConfiguredEndpointProvider
from botocore.exceptions import ConnectionClosedError
from botocore.httpsession import URLLib3Session

from artifact_emulator.http import Reply

CLOSED_ENDPOINT = "http://127.0.0.1:9/emulate-answers-only-its-own-process-others-need-artifact_world-or-run_server"
"""The endpoint for everything but botocore's clients in this process: nothing listens there, and its path says why."""
_ASYNCHRONOUS = (("aiobotocore.httpsession", "AIOHTTPSession"), ("aiobotocore.httpxsession", "HttpxSession"))
_MOTO = "moto.core.botocore_stubber"
_MOTO_KEY = "FOOBARKEY"
"""The access key that moto's mock sets for the process."""
MOTO_REPLACED_CREDENTIALS = (
    "moto's mock has replaced the credentials of the test: "
    'write @mock_aws(config={"core": {"mock_credentials": False}})'
)

Answer = Callable[[AWSPreparedRequest], Reply | None]
"""Returns the reply to a request, or None if the request may pass to its own endpoint."""
Decide = Callable[[AWSPreparedRequest, Callable[[AWSPreparedRequest], Any]], Any]
"""Returns the answer to a request that moto's mock would answer, for which it may ask moto."""


class MisplacedMock(RuntimeError):
    """moto's mock was entered inside an emulation, and has replaced its credentials."""


class Transports:
    """The replaced methods of the transports, from `install` to `remove`."""

    def __init__(self, answer: Answer, decide: Decide, is_emulated: Callable[[AWSPreparedRequest], bool]) -> None:
        self._answer = answer
        self._decide = decide
        self._is_emulated = is_emulated
        self._originals: dict[tuple[Any, str], Any] = {}

    def install(self) -> None:
        """Replace the methods of the transports that are present; those that are replaced already remain so."""
        self._replace(URLLib3Session, "send", self._synchronous)
        self._replace(ConfiguredEndpointProvider, "provide", _without_closed_endpoint)
        if _has_aiobotocore():
            for module, name in _ASYNCHRONOUS:
                self._replace(getattr(import_module(module), name), "send", self._asynchronous)
        if _MOTO in sys.modules:
            stubber = sys.modules[_MOTO].BotocoreStubber
            self._replace(stubber, "__call__", self._beside_moto)
            self._replace(stubber, "process_request", self._before_moto)

    def remove(self) -> None:
        """Restore the methods."""
        while self._originals:
            (owner, name), original = self._originals.popitem()
            setattr(owner, name, original)

    def _replace(self, owner: Any, name: str, replacement: Callable[[Any], Any]) -> None:
        if (owner, name) not in self._originals:
            self._originals[owner, name] = original = getattr(owner, name)
            setattr(owner, name, wraps(original)(replacement(original)))

    def _synchronous(self, original: Any) -> Any:
        def send(session: object, request: AWSPreparedRequest) -> Any:
            reply = self._answer(request)
            if reply is None:
                return original(session, request)
            if reply.delay:
                time.sleep(reply.delay)
            return AWSResponse(request.url, reply.status, _headers(reply, request), _Raw(reply.body))

        return send

    def _asynchronous(self, original: Any) -> Any:
        async def send(session: object, request: AWSPreparedRequest) -> Any:
            # Imported here: this method runs in aiobotocore only.
            from aiobotocore.awsrequest import AioAWSResponse

            reply = self._answer(request)
            if reply is None:
                return await original(session, request)
            if reply.delay:
                await asyncio.sleep(reply.delay)
            return AioAWSResponse(request.url, reply.status, _headers(reply, request), _AsynchronousRaw(reply.body))

        return send

    def _beside_moto(self, original: Any) -> Any:
        def answer(stubber: Any, event_name: str, request: AWSPreparedRequest, **options: Any) -> Any:
            if not self._is_emulated(request):
                return original(stubber, event_name, request, **options)
            if has_credentials_of_moto(request):
                raise MisplacedMock(
                    f"{MOTO_REPLACED_CREDENTIALS}, enter it before emulate(), or use in its place "
                    '@pytest.mark.artifact_others("moto") or emulate(others="moto")'
                )
            return None

        return answer

    def _before_moto(self, original: Any) -> Any:
        def process_request(stubber: Any, request: AWSPreparedRequest) -> Any:
            return self._decide(request, lambda prepared: original(stubber, prepared))

        return process_request


def has_credentials_of_moto(request: AWSPreparedRequest) -> bool:
    """Return whether a request is signed with the credentials that moto's mock sets for the process."""
    return _MOTO_KEY in str(request.headers.get("Authorization", ""))


@cache
def _has_aiobotocore() -> bool:
    return find_spec("aiobotocore") is not None


def _without_closed_endpoint(original: Any) -> Any:
    def provide(provider: Any) -> Any:
        endpoint = original(provider)
        return None if endpoint == CLOSED_ENDPOINT else endpoint

    return provide


def _headers(reply: Reply, request: AWSPreparedRequest) -> Mapping[str, str]:
    """Return the headers of a reply.

    Raises ConnectionClosedError if a fault cuts the reply.
    """
    if reply.cut:
        raise ConnectionClosedError(endpoint_url=request.url)
    return dict(reply.headers) | {"Content-Length": str(len(reply.body))}


class _Raw:
    """The raw response from which botocore reads the body."""

    def __init__(self, body: bytes) -> None:
        self._body = body

    def stream(self, **_: object) -> Iterator[bytes]:
        yield self._body

    def read(self, *_: object) -> bytes:
        body, self._body = self._body, b""
        return body


class _AsynchronousRaw:
    """The raw response from which aiobotocore reads the body."""

    def __init__(self, body: bytes) -> None:
        self._body = body

    async def read(self, *_: object) -> bytes:
        body, self._body = self._body, b""
        return body

    aread = read  # The name in httpx.
