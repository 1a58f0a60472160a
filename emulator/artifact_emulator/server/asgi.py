"""The emulator as an ASGI application.

Source: https://asgi.readthedocs.io/en/latest/specs/www.html
"""

import asyncio
import gc
from collections.abc import AsyncGenerator, Awaitable, Callable, MutableMapping
from typing import Any, assert_never

from artifact_emulator.app import App
from artifact_emulator.http import Cut, Reply, Request
from artifact_emulator.logs import log

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]

RESET = "artifact_emulator.reset"
"""The key of the scope under which the server provides a function that resets the connection."""
_MAX_DIGITS = 18
_LISTS = frozenset(
    b"accept accept-encoding accept-language cache-control connection cookie forwarded te via "
    b"x-forwarded-for x-forwarded-host x-forwarded-proto".split()
)
"""Header fields that a request may repeat; a repeated one of another name has no certain meaning."""
_DISCARD_LIMIT = 64 * 1024 * 1024
"""The bytes of a too large body that are read and discarded, so that the client gets to read the reply."""


class AsgiApp:
    """An ASGI application around the emulator's application."""

    def __init__(self, app: App) -> None:
        self._app = app
        self._in_threads = 0
        """The requests that threads are answering, and that may hold the lock of a world."""
        self._shutdown = asyncio.Event()

    def end(self) -> None:
        """End the streams; all other replies end by themselves."""
        self._shutdown.set()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}
        limit = self._app.body_limit(scope["method"], scope["raw_path"])
        try:
            body = await _body(headers, receive, limit)
        except ConnectionResetError:
            # The client is gone, and half a body could parse as a different call.
            return
        request = Request(
            scope["method"],
            scope["raw_path"].decode("latin-1"),
            scope["query_string"].decode("latin-1"),
            headers,
            body or b"",
        )
        try:
            if body is None:
                reply = self._app.refuse_size(request, limit)
            elif len(headers) < len(scope["headers"]) and (repeated := _repeated(scope["headers"])):
                reply = self._app.refuse_repeated(request, repeated)
            else:
                reply = await self._reply(request)
            if reply.delay:
                await asyncio.sleep(reply.delay)
        except asyncio.CancelledError:
            # The server ends, and the call took longer than its period of grace.
            await _send_whole(scope, send, self._app.refuse_unavailable(request), closing=True)
            return
        if reply.cut is not None:
            await _send_cut(reply, reply.cut, scope, receive, send)
            return
        if reply.stream is None:
            await _send_whole(scope, send, reply, closing=body is None)
            return
        await send(_start(reply, closing=False))
        await self._send_stream(reply.stream, receive, send)

    async def _reply(self, request: Request) -> Reply:
        """Answer a request here if it is fast, and in a thread if it may take long or would have to wait for one."""
        app = self._app
        if not app.is_slow(request) and not (self._in_threads and app.is_locked(request)):
            return app.handle(request)
        handle = _handle_much if app.moves_worlds(request) else App.handle
        self._in_threads += 1
        try:
            return await asyncio.get_running_loop().run_in_executor(None, handle, app, request)
        finally:
            self._in_threads -= 1

    async def _send_stream(self, stream: AsyncGenerator[bytes, None], receive: Receive, send: Send) -> None:
        """Send a stream until it ends, the client disconnects or the server shuts down."""
        sending = asyncio.ensure_future(_send_parts(stream, send))
        ends = (sending, asyncio.ensure_future(_disconnected(receive)), asyncio.ensure_future(self._shutdown.wait()))
        try:
            await asyncio.wait(ends, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in ends:
                task.cancel()
            await asyncio.gather(*ends, return_exceptions=True)
            await stream.aclose()
        if not sending.cancelled() and (error := sending.exception()):
            log.error("a stream failed", exc_info=error)
        await send({"type": "http.response.body", "body": b""})


async def _body(headers: dict[str, str], receive: Receive, limit: int) -> bytes | None:
    """Return the whole body, or None if it is too large.

    Raises ConnectionResetError if the client disconnects first.
    """
    declared = headers.get("content-length", "0")
    # Python reads no more than 4,300 digits.
    if declared.isdecimal() and (len(declared) > _MAX_DIGITS or int(declared) > limit):
        if "expect" not in headers:  # A client that waits for 100 Continue has not sent the body.
            await _discard(receive)
        return None
    message = await _next_part(receive)
    body: bytes = message.get("body", b"")
    if not message.get("more_body"):
        return body if len(body) <= limit else None
    parts, size = [body], len(body)
    while message.get("more_body"):
        message = await _next_part(receive)
        parts.append(message.get("body", b""))
        size += len(parts[-1])
        if size > limit:
            if message.get("more_body"):
                await _discard(receive)
            return None
    return b"".join(parts)


def _handle_much(app: App, request: Request) -> Reply:
    """Answer a request that creates very many objects, none of them in cycles.

    A collection of cycles examines all of them, and no thread runs meanwhile. They are exempt from later ones.
    """
    gc.disable()
    try:
        return app.handle(request)
    finally:
        gc.freeze()
        gc.enable()


def _repeated(headers: list[tuple[bytes, bytes]]) -> str:
    """Return the name of a header field that is given more than once, and is not a list; "" if there is none."""
    seen = set()
    for name, _ in headers:
        if name in seen and name not in _LISTS:
            return name.decode("latin-1")
        seen.add(name)
    return ""


async def _send_whole(scope: Scope, send: Send, reply: Reply, *, closing: bool) -> None:
    await send(_start(reply, closing=closing))
    await send({"type": "http.response.body", "body": b"" if scope["method"] == "HEAD" else reply.body})


async def _send_parts(stream: AsyncGenerator[bytes, None], send: Send) -> None:
    async for data in stream:
        await send({"type": "http.response.body", "body": data, "more_body": True})


async def _disconnected(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


async def _send_cut(reply: Reply, cut: Cut, scope: Scope, receive: Receive, send: Send) -> None:
    """Send what a fault leaves of a reply, and reset the connection."""
    match cut:
        case "reset":
            pass
        case "truncated":
            await send(_start(reply, closing=False))
            await send({"type": "http.response.body", "body": reply.body[: len(reply.body) // 2], "more_body": True})
        case _:
            assert_never(cut)
    await _reset(scope, receive)


async def _reset(scope: Scope, receive: Receive) -> None:
    """Reset the connection and wait for its end, which uvicorn would otherwise report as an incomplete reply."""
    scope[RESET]()
    await receive()


async def _next_part(receive: Receive) -> Message:
    message = await receive()
    if message["type"] == "http.disconnect":
        raise ConnectionResetError
    return message


async def _discard(receive: Receive) -> None:
    left = _DISCARD_LIMIT
    while left > 0:
        message = await _next_part(receive)
        left -= len(message.get("body", b""))
        if not message.get("more_body"):
            return


def _start(reply: Reply, *, closing: bool) -> Message:
    headers = [(name.encode("latin-1"), value.encode("latin-1")) for name, value in reply.headers]
    if reply.status != 204 and reply.stream is None:
        headers.append((b"Content-Length", str(len(reply.body)).encode()))
    if closing:
        # The rest of the body stays unread.
        headers.append((b"Connection", b"close"))
    return {"type": "http.response.start", "status": reply.status, "headers": headers}
