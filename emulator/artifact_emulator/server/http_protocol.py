"""Uvicorn's connection, which sends the head and the body of an answer by one call of the system, not by two.

A client that gets the head alone is woken for nothing, and wakes again for the body. And a connection
that can be reset, for faults that lose an answer on its way.
"""

import asyncio
import socket
import struct
from typing import Any, cast

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from artifact_emulator.server.asgi import RESET


class HttpProtocol(HttpToolsProtocol):
    """A connection whose answers leave whole."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Begin, with a transport that waits for the whole answer."""
        super().connection_made(_Patient(transport, self.loop))  # type: ignore[arg-type]

    def on_message_begin(self) -> None:
        """Begin a request, whose application may reset the connection."""
        super().on_message_begin()
        cast("dict[str, Any]", self.scope)[RESET] = self._reset

    def _reset(self) -> None:
        """End the connection as a machine does that has lost it: what was written arrives, an error follows."""
        patient = cast("_Patient", self.transport)
        patient.flush()
        # Not to linger means to reset: https://man7.org/linux/man-pages/man7/socket.7.html
        patient.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        patient.abort()


class _Patient:
    """A transport that keeps what is written until the end of the event loop's turn."""

    def __init__(self, transport: asyncio.Transport, loop: asyncio.AbstractEventLoop) -> None:
        self._transport = transport
        self._loop = loop
        self._kept: list[bytes] = []

    def __getattr__(self, name: str) -> Any:
        return getattr(self._transport, name)

    def write(self, data: bytes) -> None:
        """Keep bytes; all that are kept leave together."""
        if not self._kept:
            self._loop.call_soon(self.flush)
        self._kept.append(data)

    def close(self) -> None:
        """Close once all has left."""
        self.flush()
        self._transport.close()

    def flush(self) -> None:
        """Send what is kept."""
        if self._kept:
            self._transport.write(b"".join(self._kept))
            self._kept.clear()
