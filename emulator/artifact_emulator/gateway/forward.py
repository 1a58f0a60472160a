"""Passing a request on to a backend, and its answer back, unchanged but for what belongs to one connection.

Connections are kept. A request that may have been sent is never repeated: the backend may have carried it out.
Source: https://www.rfc-editor.org/rfc/rfc9110#section-7.6
"""

import asyncio
import ssl
from collections.abc import AsyncGenerator, Mapping
from urllib.parse import urlsplit

from artifact_emulator.gateway.backend_connection import BackendConnection, BackendFailed
from artifact_emulator.gateway.backends import KINDS, UNRECOGNIZED, Backend
from artifact_emulator.http import Reply, Request

_HOP_BY_HOP = frozenset(
    ("connection", "keep-alive", "proxy-authenticate", "proxy-authorization", "proxy-connection", "te", "trailer")
) | {"transfer-encoding", "upgrade"}
_NOT_SENT = _HOP_BY_HOP | {"expect", "content-length"}
"""The server has told the client to continue, and has the whole body."""
_NOT_RETURNED = _HOP_BY_HOP | {"content-length", "date"}
"""The server writes the length and the date itself."""
_MAX_IDLE = 64
"""The connections that are kept; more are opened if more calls are passed on at a time."""
_CONNECT_SECONDS = 5


class Forwarder:
    """Passes requests to the backend at an address."""

    def __init__(self, url: str, kind: Backend | None, *, seconds: int) -> None:
        self.url = url.rstrip("/")
        self._kind = kind
        self._seconds = seconds
        self._address = urlsplit(self.url)
        self._idle: list[BackendConnection] = []

    async def send(self, request: Request, account_id: str) -> Reply:
        """Return the answer of the backend to a request of an account.

        Raises BackendFailed.
        """
        kind = self._kind
        if kind is None:
            kind = self._kind = await self._recognize()
        headers, query = kind.told(request, account_id)
        return await self._exchange(request, headers, query)

    async def _exchange(self, request: Request, headers: Mapping[str, str], query: str) -> Reply:
        connection = await self._connection()
        is_streamed = False
        try:
            head = _head(request, headers, f"{self._address.path}{request.path or '/'}{query and '?'}{query}")
            async with asyncio.timeout(self._seconds):
                body = await connection.exchange(request.method, head, request.file or request.body)
            kept = tuple(field for field in connection.headers if field[0].lower() not in _NOT_RETURNED)
            if body is None:
                is_streamed = True
                return Reply(connection.status, kept, stream=self._pieces(connection), length=connection.length)
            return Reply(connection.status, kept, body, length=connection.length)
        except TimeoutError:
            raise BackendFailed(f"it did not answer within {self._seconds} seconds") from None
        finally:
            if not is_streamed:
                self._release(connection)

    async def _connection(self) -> BackendConnection:
        """Return a connection that is open, or a new one.

        Raises BackendFailed.
        """
        while self._idle:
            if (connection := self._idle.pop()).is_reusable:
                return connection
        host, is_secure = self._address.hostname or "", self._address.scheme == "https"
        port = self._address.port or (443 if is_secure else 80)
        context = ssl.create_default_context() if is_secure else None
        try:
            async with asyncio.timeout(_CONNECT_SECONDS):
                loop = asyncio.get_running_loop()
                _, connection = await loop.create_connection(BackendConnection, host, port, ssl=context)
        except TimeoutError:
            raise BackendFailed("it does not accept connections", was_sent=False) from None
        except OSError as error:
            raise BackendFailed((error.strerror or str(error)).lower(), was_sent=False) from None
        return connection

    def _release(self, connection: BackendConnection) -> None:
        """Keep a connection whose answer is complete, and close any other."""
        if connection.is_complete and connection.is_reusable and len(self._idle) < _MAX_IDLE:
            self._idle.append(connection)
        else:
            connection.close()

    async def _pieces(self, connection: BackendConnection) -> AsyncGenerator[bytes, None]:
        try:
            async for piece in connection.pieces(self._seconds):
                yield piece
        finally:
            self._release(connection)

    async def _recognize(self) -> Backend:
        """Return the kind whose probe the backend answers.

        Raises BackendFailed.
        """
        for kind in KINDS.values():
            if kind.probe:
                probe = Request("GET", kind.probe, "", {"host": self._address.netloc}, b"")
                reply = await self._exchange(probe, probe.headers, "")
                if reply.stream is not None:
                    await reply.stream.aclose()
                if reply.status == 200:
                    return kind
        return UNRECOGNIZED


def _head(request: Request, headers: Mapping[str, str], target: str) -> bytes:
    named = {name.strip().lower() for name in headers["connection"].split(",")} if "connection" in headers else ()
    lines = [f"{request.method} {target} HTTP/1.1\r\n"]
    lines += [f"{name}: {value}\r\n" for name, value in headers.items() if name not in _NOT_SENT and name not in named]
    if request.file is not None:
        lines.append(f"content-length: {request.file.seek(0, 2)}\r\n")
    elif request.body or "content-length" in headers or "transfer-encoding" in headers:
        lines.append(f"content-length: {len(request.body)}\r\n")
    return f"{''.join(lines)}\r\n".encode("latin-1")
