"""The server's door: from ASGI to the core's request, and back from its reply.

Source: https://asgi.readthedocs.io/en/latest/specs/www.html
"""

import asyncio
import logging
from collections.abc import AsyncGenerator, Awaitable, Callable, MutableMapping
from typing import Any, assert_never

from artifact_emulator.app import App
from artifact_emulator.http import Cut, Reply, Request

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]

log = logging.getLogger("artifact_emulator")
RESET = "artifact_emulator.reset"
"""Under this name the server leaves the way to reset the connection."""
DEFAULT_BODY_LIMIT = 16 * 1024 * 1024
_DISCARDED = 64 * 1024 * 1024
"""How much of a body that is too large is let in, and forgotten, so that its sender comes to read the answer."""


class AsgiApp:
    """An ASGI application over the core."""

    def __init__(self, core: App, *, body_limit: int = DEFAULT_BODY_LIMIT) -> None:
        self._core = core
        self._body_limit = body_limit
        self._ending = asyncio.Event()

    def end(self) -> None:
        """End the answers that go on for ever; all others end by themselves."""
        self._ending.set()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}
        try:
            body = await self._body(headers, receive)
        except ConnectionResetError:
            # Half a body may be a whole call of another meaning; and nobody is there to be answered.
            return
        request = Request(
            scope["method"],
            scope["raw_path"].decode("latin-1"),
            scope["query_string"].decode("latin-1"),
            headers,
            body or b"",
        )
        if body is None:
            reply = self._core.refuse_size(request, self._body_limit)
        elif self._core.is_slow(request):
            reply = await asyncio.get_running_loop().run_in_executor(None, self._core.handle, request)
        else:
            reply = self._core.handle(request)
        if reply.delay:
            await asyncio.sleep(reply.delay)
        if reply.cut is not None:
            await _send_cut(reply, reply.cut, scope, receive, send)
            return
        await send(_start(reply, closing=body is None))
        if reply.stream is not None:
            await self._flow(reply.stream, receive, send)
            return
        await send({"type": "http.response.body", "body": b"" if scope["method"] == "HEAD" else reply.body})

    async def _flow(self, stream: AsyncGenerator[bytes, None], receive: Receive, send: Send) -> None:
        """Send what comes, until nothing does, the client goes or the server ends."""
        flowing = asyncio.ensure_future(_pour(stream, send))
        ends = (flowing, asyncio.ensure_future(_gone(receive)), asyncio.ensure_future(self._ending.wait()))
        try:
            await asyncio.wait(ends, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for one in ends:
                one.cancel()
            await asyncio.gather(*ends, return_exceptions=True)
            await stream.aclose()
        if not flowing.cancelled() and (error := flowing.exception()):
            log.error("a stream ended", exc_info=error)
        await send({"type": "http.response.body", "body": b""})

    async def _body(self, headers: dict[str, str], receive: Receive) -> bytes | None:
        """Read the whole body; None as soon as it is sure to be too large.

        Raises ConnectionResetError when the client is gone before its end.
        """
        declared = headers.get("content-length", "0")
        if declared.isdecimal() and int(declared) > self._body_limit:
            if "expect" not in headers:  # Who waits to be asked for the body is not asked.
                await _discard(receive)
            return None
        message = await _part(receive)
        body: bytes = message.get("body", b"")
        if not message.get("more_body"):
            return body if len(body) <= self._body_limit else None
        parts, size = [body], len(body)
        while message.get("more_body"):
            message = await _part(receive)
            parts.append(message.get("body", b""))
            size += len(parts[-1])
            if size > self._body_limit:
                if message.get("more_body"):
                    await _discard(receive)
                return None
        return b"".join(parts)


async def _pour(stream: AsyncGenerator[bytes, None], send: Send) -> None:
    async for data in stream:
        await send({"type": "http.response.body", "body": data, "more_body": True})


async def _gone(receive: Receive) -> None:
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
    """Reset the connection, and wait until it is gone: a server has nothing to complain of then."""
    scope[RESET]()
    await receive()


async def _part(receive: Receive) -> Message:
    message = await receive()
    if message["type"] == "http.disconnect":
        raise ConnectionResetError
    return message


async def _discard(receive: Receive) -> None:
    left = _DISCARDED
    while left > 0:
        message = await _part(receive)
        left -= len(message.get("body", b""))
        if not message.get("more_body"):
            return


def _start(reply: Reply, *, closing: bool) -> Message:
    headers = [(name.encode("latin-1"), value.encode("latin-1")) for name, value in reply.headers]
    if reply.status != 204 and reply.stream is None:
        headers.append((b"Content-Length", str(len(reply.body)).encode()))
    if closing:
        # The rest of the body will not be read.
        headers.append((b"Connection", b"close"))
    return {"type": "http.response.start", "status": reply.status, "headers": headers}
