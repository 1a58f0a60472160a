"""An HTTP protocol for uvicorn: it writes a reply with one system call, bounds requests, and can reset a connection.

A client that receives head and body separately is woken twice. Faults need resets to lose a reply on its way.
"""

import asyncio
import socket
import struct
from typing import Any, cast

from uvicorn.protocols.http.httptools_impl import STATUS_LINE, HttpToolsProtocol

from artifact_emulator.limits import DEFAULT_LIMITS, Limits
from artifact_emulator.server.asgi import RESET

_MUCH = 1_000_000
"""The bytes that are sent without being copied together."""
_LAST_SECONDS = 1
"""The time in which a request has to become complete when the server ends."""


class HttpProtocol(HttpToolsProtocol):
    """A connection that writes head and body of a reply together, and refuses requests beyond the limits."""

    def __init__(self, *arguments: Any, limits: Limits = DEFAULT_LIMITS, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self._limits = limits
        self._unparsed = 0
        """The bytes since the parser completed a head, a part of a body, or a message."""
        self._refusal: tuple[int, str] | None = None
        self._waiting_since: float | None = None
        """When the client began or last continued what it has not completed; None while the emulator is to reply."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Use a transport that collects what is written."""
        super().connection_made(_BufferedTransport(transport, self.loop))  # type: ignore[arg-type]
        self._waiting_since = self.loop.time()
        if len(self.connections) > self._limits.connections:
            self._refuse(503, f"There are {self._limits.connections} connections, the limit.")

    def data_received(self, data: bytes) -> None:
        """Parse data, and refuse a head or a trailer that does not end; the parser's time is the square of its size."""
        self._unparsed += len(data)
        super().data_received(data)
        if self._unparsed > self._limits.header_bytes and not self.transport.is_closing():
            self._refuse(431, self._head_limit)

    def on_message_begin(self) -> None:
        """Offer the application a function that resets the connection."""
        super().on_message_begin()
        self._waiting_since = self.loop.time()
        cast("dict[str, Any]", self.scope)[RESET] = self._reset

    def on_headers_complete(self) -> None:
        """Start the request, unless its head exceeds a limit."""
        limits = self._limits
        if len(self.headers) > limits.header_count:
            self._refusal = 431, f"A request may have at most {limits.header_count} header fields."
            raise ValueError
        if self._unparsed > limits.header_bytes and self._head_size() > limits.header_bytes:
            self._refusal = 431, self._head_limit
            raise ValueError
        self._unparsed = 0
        super().on_headers_complete()
        # Fields of a trailer must not be merged into the header: https://www.rfc-editor.org/rfc/rfc9110#section-6.5.1
        self.headers = []

    def on_body(self, body: bytes) -> None:
        """Pass on a part of a body."""
        self._unparsed = 0
        self._waiting_since = self.loop.time()
        super().on_body(body)

    def on_message_complete(self) -> None:
        """Wait for the reply of the emulator."""
        self._unparsed = 0
        self._waiting_since = None
        super().on_message_complete()

    def send_400_response(self, msg: str) -> None:
        """Refuse a request that the parser refuses, or that exceeds a limit."""
        self._refuse(*(self._refusal or (400, msg)))

    def close_if_idle(self) -> None:
        """Close the connection if the client takes too long for its request; uvicorn does after a reply."""
        since = self._waiting_since
        if since is None or self.loop.time() - since < self._limits.idle_seconds or self.transport.is_closing():
            return
        if cast("object", self.scope) is None:
            self.transport.close()
        else:
            self._refuse(408, f"The request was not complete after {self._limits.idle_seconds} seconds.")

    def shutdown(self) -> None:
        """Close the connection after the reply in progress, and soon if the request does not become complete."""
        super().shutdown()
        self.loop.call_later(_LAST_SECONDS, self._close_if_incomplete)

    @property
    def _head_limit(self) -> str:
        return f"The head of a request may have at most {self._limits.header_bytes} bytes."

    def _head_size(self) -> int:
        return len(self.url) + sum(len(name) + len(value) for name, value in self.headers)

    def _close_if_incomplete(self) -> None:
        if self._waiting_since is not None:
            self.transport.close()

    def _refuse(self, status: int, text: str) -> None:
        """Send an error and close the connection."""
        self._waiting_since = None
        head = f"content-type: text/plain; charset=utf-8\r\ncontent-length: {len(text)}\r\nconnection: close\r\n\r\n"
        self.transport.write(STATUS_LINE[status] + head.encode() + text.encode())
        self.transport.close()

    def _reset(self) -> None:
        """Reset the connection: the client receives what was written, then an error."""
        transport = cast("_BufferedTransport", self.transport)
        transport.flush()
        # Closing with a linger time of 0 resets the connection: https://man7.org/linux/man-pages/man7/socket.7.html
        transport.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        transport.abort()


class _BufferedTransport:
    """A transport that collects what is written during one iteration of the event loop."""

    def __init__(self, transport: asyncio.Transport, loop: asyncio.AbstractEventLoop) -> None:
        self._transport = transport
        self._loop = loop
        self._buffer: list[bytes] = []

    def __getattr__(self, name: str) -> Any:
        return getattr(self._transport, name)

    def write(self, data: bytes) -> None:
        """Buffer bytes until the end of the iteration."""
        if not self._buffer:
            self._loop.call_soon(self.flush)
        self._buffer.append(data)

    def close(self) -> None:
        """Send the buffer and close the connection."""
        self.flush()
        self._transport.close()

    def flush(self) -> None:
        """Send the buffer."""
        if not self._buffer:
            return
        if sum(map(len, self._buffer)) > _MUCH:
            for data in self._buffer:
                self._transport.write(data)
        else:
            self._transport.write(b"".join(self._buffer))
        self._buffer.clear()
