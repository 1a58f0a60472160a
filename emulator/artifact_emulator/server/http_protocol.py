"""An HTTP protocol for uvicorn that writes each reply with one system call, and can reset a connection.

A client that receives head and body separately is woken twice. Faults need resets to lose a reply on its way.
"""

import asyncio
import socket
import struct
from typing import Any, cast

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from artifact_emulator.server.asgi import RESET


class HttpProtocol(HttpToolsProtocol):
    """A connection that writes head and body of a reply together."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Use a transport that collects what is written."""
        super().connection_made(_BufferedTransport(transport, self.loop))  # type: ignore[arg-type]

    def on_message_begin(self) -> None:
        """Offer the application a function that resets the connection."""
        super().on_message_begin()
        cast("dict[str, Any]", self.scope)[RESET] = self._reset

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
        if self._buffer:
            self._transport.write(b"".join(self._buffer))
            self._buffer.clear()
