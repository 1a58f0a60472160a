"""An HTTP connection: the emulator answers its requests in order, and the client gets the replies as fast as it reads.

A request that is fast is answered at once, without a task. Any other has a task, and later requests wait for it.
"""

import asyncio
import socket
import struct
from collections.abc import AsyncGenerator
from functools import lru_cache
from http import HTTPStatus
from time import gmtime, monotonic, strftime, time
from typing import assert_never

from artifact_emulator.http import Cut, Reply, Request
from artifact_emulator.logs import log
from artifact_emulator.server.dispatcher import Dispatcher
from artifact_emulator.server.request_parser import RequestParser
from artifact_state.record import replace

_WITHOUT_CONTENT = (204, 304)
"""Statuses of replies without content and its length: https://www.rfc-editor.org/rfc/rfc9110#section-8.6."""


class Connection(asyncio.Protocol):
    """A connection of a client, which is in the set of all while it exists."""

    _transport: asyncio.Transport

    def __init__(self, dispatcher: Dispatcher, connections: "set[Connection]") -> None:
        self._dispatcher = dispatcher
        self._connections = connections
        self._limits = dispatcher.app.limits
        self._loop = asyncio.get_running_loop()
        self._parser = RequestParser(dispatcher.app)
        self._task: asyncio.Task[None] | None = None
        """The task that answers a request."""
        self._streamed: Reply | None = None
        self._writable = asyncio.Event()
        self._writable.set()
        self._is_reading = True
        self._is_ending = False

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Begin, unless there are too many connections."""
        self._transport = transport
        self._connections.add(self)
        if len(self._connections) > self._limits.connections:
            self._parser.refuse(503, f"There are {self._limits.connections} connections, the limit.")
            self._advance()

    def connection_lost(self, _error: Exception | None) -> None:
        """Drop the requests that are not answered."""
        self._connections.discard(self)
        self._parser.close()
        self.cancel()

    def data_received(self, data: bytes) -> None:
        """Parse data, and answer a request that is complete."""
        self._parser.feed(data)
        self._advance()

    def eof_received(self) -> bool:
        """Return whether requests still have to be answered: a client may close its side after the last."""
        self._parser.is_last = True
        return self._streamed is None and (self._task is not None or bool(self._parser.requests))

    def pause_writing(self) -> None:
        """Write nothing more until the client has read."""
        self._parser.active_at = monotonic()
        self._writable.clear()

    def resume_writing(self) -> None:
        """Continue."""
        self._parser.active_at = monotonic()
        self._writable.set()
        self._advance()

    def close_if_overdue(self, now: float) -> None:
        """Close the connection if the client takes too long to send a request or to read a reply."""
        is_stuck = self._transport.is_closing() or not self._writable.is_set()
        if now - self._parser.active_at < self._limits.idle_seconds or (self._task and not is_stuck):
            return
        if is_stuck:
            self.abort()
        elif self._parser.is_arriving:
            self._parser.refuse(408, f"The request was not complete after {self._limits.idle_seconds} seconds.")
            self._advance()
        else:
            self._transport.close()

    def end(self, *, waiting: bool = True) -> None:
        """Close the connection once its requests are answered, waiting for one that is arriving or not."""
        self._is_ending = True
        self._parser.is_last |= not (waiting and self._parser.is_arriving)
        if self._streamed and self._streamed.is_endless:
            self.cancel()
        self._advance()

    def cancel(self) -> None:
        """End the stream or the call in progress."""
        if self._task:
            self._task.cancel()

    def abort(self) -> None:
        """Close the connection at once."""
        self._transport.abort()

    def _advance(self) -> None:
        """Answer the next request if it is its turn, and close the connection after the last."""
        requests = self._parser.requests
        if self._task is None and self._writable.is_set():
            if requests:
                self._answer(*requests.popleft())
                if requests and self._task is None:
                    # Other connections get their turn first.
                    self._loop.call_soon(self._advance)
            if not requests and self._task is None:
                self._wait_for_request()
        if self._is_reading == bool(requests) and not self._transport.is_closing():
            self._is_reading = not requests
            (self._transport.resume_reading if self._is_reading else self._transport.pause_reading)()

    def _wait_for_request(self) -> None:
        if self._is_done():
            self._transport.close()
        elif self._parser.awaits_continue:
            self._parser.awaits_continue = False
            self._write(b"HTTP/1.1 100 Continue\r\n\r\n")

    def _answer(self, request: Request, reply: Reply | None) -> None:
        if reply is None and self._dispatcher.is_fast(request):
            reply = self._dispatcher.app.handle(request)
        if reply is None or reply.delay or reply.cut or reply.stream or reply.pending:
            self._task = self._loop.create_task(self._answer_slowly(request, reply))
            self._task.add_done_callback(self._end_task)
        else:
            self._send(request, reply)

    async def _answer_slowly(self, request: Request, reply: Reply | None) -> None:
        try:
            reply = reply or await self._dispatcher.handle_in_thread(request)
            if reply.pending:
                reply = _completed(await reply.pending(), reply)
            if reply.delay:
                await asyncio.sleep(reply.delay)
        except asyncio.CancelledError:
            # The client is gone, or the call takes longer than the server's period of grace.
            reply = self._dispatcher.app.refuse_unavailable(request)
        if self._transport.is_closing():
            return
        if reply.cut:
            self._cut(reply, reply.cut)
        elif reply.stream and request.method != "HEAD" and reply.status not in _WITHOUT_CONTENT:
            await self._send_stream(reply, reply.stream)
        else:
            self._send(request, reply)

    def _end_task(self, task: asyncio.Task[None]) -> None:
        self._task = None
        self._streamed = None
        if task.cancelled() or task.exception():
            self.abort()
        if not task.cancelled() and (error := task.exception()):
            log.error("a reply failed", exc_info=error)
        self._advance()

    def _send(self, request: Request, reply: Reply) -> None:
        # In one piece: one system call, and a client that is woken once.
        self._write(_head(reply, is_last=self._is_done()) + (b"" if request.method == "HEAD" else reply.body))

    async def _send_stream(self, reply: Reply, stream: AsyncGenerator[bytes, None]) -> None:
        """Send a stream as fast as the client reads, until it ends.

        The end of the server or of the connection cancels it; the client must not take a part for the whole.
        """
        self._streamed, is_last = reply, self._is_done()
        is_plain = is_last or reply.length is not None
        self._write(_head(reply, is_last=is_last))
        try:
            async for data in stream:
                self._write(data if is_plain else b"%x\r\n%b\r\n" % (len(data), data))
                await self._writable.wait()
        except asyncio.CancelledError:
            if not reply.is_endless:
                raise
        finally:
            await stream.aclose()
        if not is_plain and not self._transport.is_closing():
            self._write(b"0\r\n\r\n")

    def _cut(self, reply: Reply, cut: Cut) -> None:
        """Send what a fault leaves of a reply, and reset the connection."""
        match cut:
            case "reset":
                pass
            case "truncated":
                self._write(_head(reply, is_last=False) + reply.body[: len(reply.body) // 2])
            case _:
                assert_never(cut)
        # Closing with a linger time of 0 resets the connection: https://man7.org/linux/man-pages/man7/socket.7.html
        linger = struct.pack("ii", 1, 0)
        self._transport.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
        self.abort()

    def _write(self, data: bytes) -> None:
        self._parser.active_at = monotonic()
        self._transport.write(data)

    def _is_done(self) -> bool:
        """Return whether nothing follows the reply to the current request."""
        parser = self._parser
        return not parser.requests and (parser.is_last or (self._is_ending and not parser.is_arriving))


def _completed(reply: Reply, pending: Reply) -> Reply:
    """Return a reply as it is sent, once it is no longer pending; headers of ours replace those of the same name."""
    own = {name.lower() for name, _ in pending.headers}
    headers = (*(field for field in reply.headers if field[0].lower() not in own), *pending.headers)
    return replace(reply, headers=headers, delay=pending.delay, cut=pending.cut)


def _head(reply: Reply, *, is_last: bool) -> bytes:
    """Return the head of a reply."""
    lines = [_opening(reply.status, int(time()))]
    lines += [f"{name}: {value}\r\n" for name, value in reply.headers]
    if reply.status not in _WITHOUT_CONTENT:
        if reply.length is not None:
            lines.append(f"content-length: {reply.length}\r\n")
        elif reply.stream is None:
            lines.append(f"content-length: {len(reply.body)}\r\n")
        elif not is_last:
            lines.append("transfer-encoding: chunked\r\n")
    if is_last:
        lines.append("connection: close\r\n")
    return f"{''.join(lines)}\r\n".encode("latin-1")


@lru_cache(16)
def _opening(status: int, second: int) -> str:
    date = strftime("%a, %d %b %Y %H:%M:%S GMT", gmtime(second))
    return f"HTTP/1.1 {status} {HTTPStatus(status).phrase}\r\ndate: {date}\r\n"
