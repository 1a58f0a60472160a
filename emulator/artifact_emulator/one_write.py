"""Uvicorn's connection, which sends the head and the body of an answer by one call of the system, not by two.

A client that gets the head alone is woken for nothing, and wakes again for the body.
"""

import asyncio
from typing import Any

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol


class OneWriteProtocol(HttpToolsProtocol):
    """A connection whose answers leave whole."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Begin, with a transport that waits for the whole answer."""
        super().connection_made(_Patient(transport, self.loop))  # type: ignore[arg-type]


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
            self._loop.call_soon(self._send)
        self._kept.append(data)

    def close(self) -> None:
        """Close once all has left."""
        self._send()
        self._transport.close()

    def _send(self) -> None:
        if self._kept:
            self._transport.write(b"".join(self._kept))
            self._kept.clear()
