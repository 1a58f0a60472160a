"""A connection to a backend: one request at a time, whose answer is read as fast as the client takes it.

Source: https://www.rfc-editor.org/rfc/rfc9112
"""

import asyncio
from collections import deque
from collections.abc import AsyncGenerator
from typing import BinaryIO

from httptools import HttpParserError, HttpResponseParser

_PIECE = 256 * 1024
"""The bytes of a body that are sent or read at a time; an answer of no more is not streamed."""
_MAX_UNREAD = 4 * _PIECE
"""The bytes of an answer that wait for the client before the backend has to wait."""
_INFORMATIONAL = range(100, 200)
_WITHOUT_BODY = (204, 304)
Headers = list[tuple[str, str]]


class BackendFailed(Exception):
    """A backend that gave no answer, or only a part; the message says why, `was_sent` whether it may have the call."""

    def __init__(self, message: str, *, was_sent: bool = True) -> None:
        super().__init__(message)
        self.was_sent = was_sent


class BackendConnection(asyncio.Protocol):
    """A connection, which httptools calls for the parts of an answer."""

    _transport: asyncio.Transport

    def __init__(self) -> None:
        self.is_reusable = True
        """Whether another request may be sent once the answer is complete."""
        self._loop = asyncio.get_running_loop()
        self._writable = asyncio.Event()
        self._writable.set()
        self._waiter: asyncio.Future[None] | None = None
        self._begin("")

    def _begin(self, method: str) -> None:
        """Expect an answer to a request."""
        self.status = 0
        self.headers: Headers = []
        self.length: int | None = None
        """The declared length of the body."""
        self._method = method
        self._parser = HttpResponseParser(self)
        self._parts: deque[bytes] = deque()
        self._unread = 0
        self._has_head = self._is_chunked = self.is_complete = False
        self._failure = ""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Keep the transport."""
        self._transport = transport

    def connection_lost(self, error: Exception | None) -> None:
        """End an answer whose length is that of the connection, or fail."""
        self.is_reusable = False
        if self._has_head and self.length is None and not self._is_chunked and error is None:
            self.is_complete = True
        self._failure = self._failure or (str(error).lower() if error else "it closed the connection")
        self._writable.set()
        self._wake()

    def data_received(self, data: bytes) -> None:
        """Parse a part of the answer."""
        if self.is_complete or not self._method:
            self.close()  # An answer to nothing.
            return
        try:
            self._parser.feed_data(data)
        except HttpParserError:
            if not self.is_complete:
                self._failure = "its answer is not valid HTTP"
                self.close()
        if self._unread > _MAX_UNREAD:
            self._transport.pause_reading()
        self._wake()

    def pause_writing(self) -> None:
        """Send nothing more until the backend has read."""
        self._writable.clear()

    def resume_writing(self) -> None:
        """Continue."""
        self._writable.set()

    def on_header(self, name: bytes, value: bytes) -> None:
        """Add a field of the head, or drop one of a trailer."""
        if not self._has_head:
            self.headers.append((name.decode("latin-1"), value.decode("latin-1")))

    def on_headers_complete(self) -> None:
        """Note what the head tells of the body."""
        status = self._parser.get_status_code()
        if status in _INFORMATIONAL:
            self.headers = []
            return
        self.status, self._has_head = status, True
        for name, value in self.headers:
            if (lower := name.lower()) == "content-length" and value.isdecimal():
                self.length = int(value)
            elif lower == "transfer-encoding":
                self._is_chunked = True
        self.is_reusable = self._parser.should_keep_alive()
        if self._method == "HEAD" or status in _WITHOUT_BODY:
            # The parser would wait for a body of the declared length.
            self.is_complete = True

    def on_body(self, part: bytes) -> None:
        """Add a part of the body."""
        self._parts.append(part)
        self._unread += len(part)

    def on_message_complete(self) -> None:
        """End the answer."""
        self.is_complete = self._has_head

    def close(self) -> None:
        """Close the connection at once."""
        self.is_reusable = False
        self._transport.abort()

    async def exchange(self, method: str, head: bytes, body: bytes | BinaryIO) -> bytes | None:
        """Send a request and return the body of the answer, or None if it follows in pieces.

        Raises BackendFailed.
        """
        self._begin(method)
        if isinstance(body, bytes):
            self._transport.write(head + body)
        else:
            await self._send_file(head, body)
        while not self.is_complete and not (self._has_head and self._is_streamed()):
            await self._wait()
        return b"".join(self._parts) if self.is_complete else None

    async def pieces(self, seconds: int) -> AsyncGenerator[bytes, None]:
        """Yield the body of an answer as it arrives; the backend waits for a client that reads slowly.

        Raises BackendFailed.
        """
        while self._parts or not self.is_complete:
            if not self._parts:
                async with asyncio.timeout(seconds):
                    await self._wait()
                continue
            data = b"".join(self._parts)
            self._parts.clear()
            self._unread = 0
            if not self._transport.is_closing():
                self._transport.resume_reading()
            yield data

    async def _send_file(self, head: bytes, file: BinaryIO) -> None:
        file.seek(0)
        self._transport.write(head)
        # A backend may answer, and close the connection, before it has the whole body.
        while not self._has_head and not self._transport.is_closing() and (piece := file.read(_PIECE)):
            self._transport.write(piece)
            await self._writable.wait()
        if file.read(1):
            self.is_reusable = False

    def _is_streamed(self) -> bool:
        return self.length is None or self.length > _PIECE

    async def _wait(self) -> None:
        """Wait for a part of the answer.

        Raises BackendFailed if none can follow.
        """
        if self._transport.is_closing():
            raise BackendFailed(self._failure or "it closed the connection")
        self._waiter = self._loop.create_future()
        await self._waiter

    def _wake(self) -> None:
        if self._waiter is not None and not self._waiter.done():
            self._waiter.set_result(None)
