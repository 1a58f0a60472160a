"""Passing a request on to a backend, and its answer back, unchanged but for what belongs to one connection.

urllib3 keeps the connections. It drops one that the backend has closed before it sends anything; a request that may
have been sent is never repeated.
Source: https://www.rfc-editor.org/rfc/rfc9110#section-7.6
"""

import asyncio
from collections.abc import AsyncGenerator, Mapping
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from urllib.parse import urlsplit

from urllib3 import BaseHTTPResponse, Timeout, connection_from_url
from urllib3.exceptions import ConnectTimeoutError, HTTPError, NewConnectionError, ReadTimeoutError
from urllib3.util import SKIP_HEADER

from artifact_emulator.gateway.backends import KINDS, UNRECOGNIZED, Backend
from artifact_emulator.http import Reply, Request

_HOP_BY_HOP = frozenset(
    ("connection", "keep-alive", "proxy-authenticate", "proxy-authorization", "proxy-connection", "te", "trailer")
) | {"transfer-encoding", "upgrade"}
_NOT_SENT = _HOP_BY_HOP | {"expect", "content-length"}
"""The server has told the client to continue, and has the whole body."""
_NOT_RETURNED = _HOP_BY_HOP | {"content-length", "date"}
"""The server writes the length and the date itself."""
_NO_DEFAULTS = {"user-agent": SKIP_HEADER, "accept-encoding": SKIP_HEADER}
"""What urllib3 must not add to requests that lack it."""
_CONNECTIONS = 64
"""The connections that are kept; more are opened if more calls are passed on at a time."""
_CONNECT_SECONDS = 5
_PIECE = 256 * 1024
"""The bytes of an answer that are read at a time; an answer of no more is not streamed."""
_WITHOUT_BODY = (204, 304)


class BackendFailed(Exception):
    """A backend that gave no answer; the message says why, `was_sent` whether it may have the request."""

    def __init__(self, message: str, *, was_sent: bool) -> None:
        super().__init__(message)
        self.was_sent = was_sent


class Forwarder:
    """Passes requests to the backend at an address."""

    def __init__(self, url: str, kind: Backend | None, *, seconds: int) -> None:
        self.url = url.rstrip("/")
        self._kind = kind
        self._base = urlsplit(self.url).path
        timeout = Timeout(connect=_CONNECT_SECONDS, read=seconds)
        self._pool = connection_from_url(self.url, maxsize=_CONNECTIONS, timeout=timeout, retries=False)

    def kind(self) -> Backend:
        """Return the kind of the backend, which is found out once it answers."""
        if self._kind is None:
            self._kind = self._recognize()
        return self._kind

    def send(self, request: Request, account_id: str) -> Reply:
        """Return the answer of the backend to a request of an account.

        Raises BackendFailed.
        """
        headers, query = self.kind().told(request, account_id)
        target = f"{self._base}{request.path or '/'}{query and '?'}{query}"
        response = self._open(request.method, target, _sent_headers(request, headers), request)
        kept = tuple((name, value) for name, value in response.headers.items() if name.lower() not in _NOT_RETURNED)
        declared = response.headers.get("content-length", "")
        length = int(declared) if declared.isdecimal() else None
        if request.method == "HEAD" or response.status in _WITHOUT_BODY:
            response.release_conn()
            return Reply(response.status, kept, length=length)
        if request.takes_stream and (length is None or length > _PIECE):
            return Reply(response.status, kept, stream=_pieces(response, is_whole=length is not None), length=length)
        try:
            return Reply(response.status, kept, response.read(decode_content=False))
        except (HTTPError, OSError) as error:
            raise BackendFailed(f"its answer broke off: {error}", was_sent=True) from None

    def _open(self, method: str, target: str, headers: Mapping[str, str], request: Request) -> BaseHTTPResponse:
        try:
            return self._pool.urlopen(
                method,
                target,
                body=request.file or request.body or None,
                headers=headers,
                redirect=False,
                assert_same_host=False,
                preload_content=False,
                decode_content=False,
            )
        except (NewConnectionError, ConnectTimeoutError) as error:
            raise BackendFailed(_reason(error), was_sent=False) from None
        except ReadTimeoutError:
            raise BackendFailed("it did not answer in time", was_sent=True) from None
        except (HTTPError, OSError) as error:
            raise BackendFailed(_reason(error), was_sent=True) from None

    def _recognize(self) -> Backend:
        """Return the kind whose probe the backend answers.

        Raises BackendFailed.
        """
        for kind in KINDS.values():
            if kind.probe:
                response = self._open("GET", self._base + kind.probe, {}, Request("GET", kind.probe, "", {}, b""))
                response.drain_conn()
                response.release_conn()
                if response.status == 200:
                    return kind
        return UNRECOGNIZED


def _sent_headers(request: Request, headers: Mapping[str, str]) -> dict[str, str]:
    named = {name.strip().lower() for name in headers.get("connection", "").split(",")}
    sent = {name: value for name, value in headers.items() if name not in _NOT_SENT and name not in named}
    if request.file is not None:
        sent["content-length"] = str(request.file.seek(0, 2))
        request.file.seek(0)
    elif request.body or "content-length" in headers:
        sent["content-length"] = str(len(request.body))
    return _NO_DEFAULTS | sent


def _reason(error: Exception) -> str:
    """Return the reason of an error in a few words, without the objects that urllib3 names."""
    cause = error.__cause__ or error.__context__ or error
    return str(getattr(cause, "strerror", None) or cause).lower()


async def _pieces(response: BaseHTTPResponse, *, is_whole: bool) -> AsyncGenerator[bytes, None]:
    """Yield the content of an answer as the client takes it; what arrives at intervals is passed on as it arrives."""
    loop, read = asyncio.get_running_loop(), response.read if is_whole else response.read1
    is_complete = False
    try:
        while piece := await loop.run_in_executor(_threads(), read, _PIECE, False):
            yield piece
        is_complete = True
    finally:
        if is_complete:
            response.release_conn()
        else:
            response.close()


@cache
def _threads() -> ThreadPoolExecutor:
    # A thread waits for the backend, and not for the client.
    return ThreadPoolExecutor(_CONNECTIONS, thread_name_prefix="forwarding")
