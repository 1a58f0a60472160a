"""A connection on an event loop of its own, with a transport that only remembers what is written."""

import asyncio
import logging
from collections.abc import AsyncGenerator, Callable
from typing import Any

import pytest

from artifact_emulator.app import App
from artifact_emulator.http import Reply, Request
from artifact_emulator.limits import Limits
from artifact_emulator.server.connection import Connection
from artifact_emulator.server.dispatcher import Dispatcher
from tests.support.http_connection import http_request

CALL = http_request("POST", "/", {"Host": "localhost"})
HEAD = http_request("HEAD", "/", {"Host": "localhost"})
OLD_CALL = CALL.replace(b"1.1", b"1.0")


class Transport(asyncio.Transport):
    """A transport without a socket."""

    def __init__(self) -> None:
        super().__init__()
        self.written = b""
        self.is_reading_paused = self.is_closed = False

    def write(self, data: Any) -> None:
        """Remember bytes."""
        self.written += data

    def is_closing(self) -> bool:
        """Return whether the connection was closed."""
        return self.is_closed

    def close(self) -> None:
        """Remember that the connection was closed."""
        self.is_closed = True

    abort = close

    def pause_reading(self) -> None:
        """Remember that nothing more is to be read."""
        self.is_reading_paused = True

    def resume_reading(self) -> None:
        """Remember that more is to be read."""
        self.is_reading_paused = False

    def bodies(self) -> list[bytes]:
        """Return what follows each head."""
        return [reply.partition(b"\r\n\r\n")[2] for reply in self.written.split(b"HTTP/1.1 ")[1:]]


class Scene:
    """A connection to an application whose replies the test chooses."""

    def __init__(self, *replies: Reply, limits: Limits | None = None) -> None:
        app = App(limits=limits or Limits())
        remaining = iter(replies)

        def handle(_request: Request) -> Reply:
            return next(remaining)

        app.handle = handle  # type: ignore[method-assign, assignment]
        self.connections: set[Connection] = set()
        self.connection = Connection(Dispatcher(app), self.connections)
        self.transport = Transport()
        self.connection.connection_made(self.transport)

    async def until(self, condition: Callable[[], bool]) -> None:
        """Run the event loop until a condition holds."""
        async with asyncio.timeout(5):
            while not condition():  # noqa: ASYNC110 - a condition is no event.
                await asyncio.sleep(0.001)


def text(body: str, **options: Any) -> Reply:
    """Return a reply with a body."""
    return Reply(200, (), body.encode(), **options)


async def letters(*parts: bytes, ends: bool = True) -> AsyncGenerator[bytes, None]:
    """Yield parts, and then end or not."""
    for part in parts:
        yield part
    if not ends:
        await asyncio.Event().wait()


class TestOrder:
    """Requests that wait for others."""

    def test_requests_wait_for_a_slow_one(self) -> None:
        """Replies keep the order of the requests, and nothing more is read meanwhile."""

        async def scene() -> None:
            scene = Scene(text("one", delay=0.05), text("two"), text("three"))
            scene.connection.data_received(CALL * 3)
            assert (scene.transport.written, scene.transport.is_reading_paused) == (b"", True)
            await scene.until(lambda: b"three" in scene.transport.written)
            assert scene.transport.bodies() == [b"one", b"two", b"three"]
            assert not scene.transport.is_reading_paused

        asyncio.run(scene())

    def test_pipelined_requests_let_other_connections_have_their_turn(self) -> None:
        """The event loop runs between two requests."""

        async def scene() -> None:
            scene = Scene(*[text("x")] * 50)
            scene.connection.data_received(CALL * 50)
            assert scene.transport.written.count(b"HTTP/1.1 200") == 1
            await scene.until(lambda: scene.transport.written.count(b"HTTP/1.1 200") == 50)

        asyncio.run(scene())

    def test_refusal_follows_replies_to_earlier_requests(self) -> None:
        """An invalid request behind a slow one is refused in its turn, and the connection closes."""

        async def scene() -> None:
            scene = Scene(text("one", delay=0.05))
            scene.connection.data_received(CALL + b"?\r\n\r\n")
            await scene.until(lambda: scene.transport.is_closed)
            assert scene.transport.bodies() == [b"one", b"The request is not valid HTTP."]

        asyncio.run(scene())

    def test_client_that_stops_sending_gets_all_replies(self) -> None:
        """A client may close its side after its last request."""

        async def scene() -> None:
            scene = Scene(text("one", delay=0.05), text("two"))
            scene.connection.data_received(CALL * 2)
            assert scene.connection.eof_received()
            await scene.until(lambda: scene.transport.is_closed)
            assert scene.transport.bodies() == [b"one", b"two"]

        asyncio.run(scene())


class TestBackPressure:
    """A client that does not read."""

    def test_no_request_is_answered_while_client_does_not_read(self) -> None:
        """Replies do not pile up in memory."""

        async def scene() -> None:
            scene = Scene(text("one"), text("two"))
            scene.connection.pause_writing()
            scene.connection.data_received(CALL)
            assert (scene.transport.written, scene.transport.is_reading_paused) == (b"", True)
            scene.connection.resume_writing()
            assert (scene.transport.bodies(), scene.transport.is_reading_paused) == ([b"one"], False)

        asyncio.run(scene())

    def test_stream_waits_for_client(self) -> None:
        """The parts of a stream are not computed before the client has read."""

        async def scene() -> None:
            scene = Scene(Reply(200, (), stream=letters(b"a", b"b")))
            scene.connection.pause_writing()
            scene.connection.resume_writing()
            scene.connection.data_received(CALL)
            scene.connection.pause_writing()
            for _ in range(10):
                await asyncio.sleep(0)
            assert scene.transport.bodies() == [b"1\r\na\r\n"]
            scene.connection.resume_writing()
            await scene.until(lambda: scene.transport.written.endswith(b"0\r\n\r\n"))
            assert scene.transport.bodies() == [b"1\r\na\r\n1\r\nb\r\n0\r\n\r\n"]

        asyncio.run(scene())

    @pytest.mark.parametrize("closing", [True, False])
    def test_client_that_never_reads_is_disconnected(self, *, closing: bool) -> None:
        """Data that waits to be sent does not keep a connection open beyond the limit."""

        async def scene() -> None:
            scene = Scene(limits=Limits(idle_seconds=1))
            scene.connection.pause_writing()
            scene.transport.is_closed = closing
            aborted: list[bool] = []
            scene.transport.abort = lambda: aborted.append(True)  # type: ignore[method-assign]
            now = scene.connection._parser.active_at
            scene.connection.close_if_overdue(now + 0.5)
            assert not aborted
            scene.connection.close_if_overdue(now + 1.5)
            assert aborted

        asyncio.run(scene())


class TestStream:
    """Streams."""

    @pytest.mark.parametrize(
        ("call", "body", "fields"),
        [
            (CALL, b"3\r\nabc\r\n1\r\nd\r\n0\r\n\r\n", [b"transfer-encoding: chunked"]),
            (OLD_CALL, b"abcd", [b"connection: close"]),
            (HEAD, b"", [b"transfer-encoding: chunked"]),
        ],
        ids=["HTTP/1.1", "HTTP/1.0", "HEAD"],
    )
    def test_stream_has_an_end(self, call: bytes, body: bytes, fields: list[bytes]) -> None:
        """A stream ends with a last chunk, or with the connection; the reply to HEAD has none."""

        async def scene() -> None:
            scene = Scene(Reply(200, (), stream=letters(b"abc", b"d")), text("next"))
            scene.connection.data_received(call)
            await scene.until(lambda: scene.transport.is_closed or scene.connection._task is None)
            assert scene.transport.bodies() == [body]
            head = scene.transport.written.partition(b"\r\n\r\n")[0].split(b"\r\n")
            assert [line for line in head if line.startswith((b"transfer", b"connection", b"content-length"))] == fields
            assert scene.transport.is_closed == (call == OLD_CALL)

        asyncio.run(scene())

    def test_reply_without_content_has_no_stream(self) -> None:
        """A 204 has neither chunks nor a field that announces them."""

        async def scene() -> None:
            scene = Scene(Reply(204, (), stream=letters()))
            scene.connection.data_received(CALL)
            await scene.until(lambda: scene.connection._task is None)
            assert b"transfer-encoding" not in scene.transport.written
            assert scene.transport.bodies() == [b""]

        asyncio.run(scene())

    @pytest.mark.parametrize("is_endless", [True, False])
    def test_end_of_server_ends_endless_streams_only(self, *, is_endless: bool) -> None:
        """Events end at once and properly; of another stream, no part looks like the whole."""

        async def scene() -> None:
            scene = Scene(Reply(200, (), stream=letters(b"a", ends=False), is_endless=is_endless))
            scene.connection.data_received(CALL)
            await scene.until(lambda: scene.transport.written.endswith(b"a\r\n"))
            scene.connection.end()
            await asyncio.sleep(0.02)
            assert scene.transport.is_closed == is_endless
            scene.connection.cancel()
            await scene.until(lambda: scene.transport.is_closed)
            assert scene.transport.written.endswith(b"0\r\n\r\n") == is_endless

        asyncio.run(scene())

    def test_disconnect_ends_stream(self) -> None:
        """The generator of a stream is closed when the client is gone."""

        async def scene() -> None:
            stream = letters(b"a", ends=False)
            scene = Scene(Reply(200, (), stream=stream, is_endless=True))
            scene.connection.data_received(CALL)
            await scene.until(lambda: scene.transport.written.endswith(b"a\r\n"))
            assert not scene.connection.eof_received()
            scene.connection.connection_lost(None)
            await scene.until(lambda: scene.connection._task is None)
            assert [part async for part in stream] == []
            assert scene.connections == set()

        asyncio.run(scene())

    def test_stream_that_fails_ends_connection(self, caplog: pytest.LogCaptureFixture) -> None:
        """The client sees that the stream is not complete, and the log has the reason."""

        async def failing() -> AsyncGenerator[bytes, None]:
            yield b"a"
            raise RuntimeError("out of order")

        async def scene() -> None:
            scene = Scene(Reply(200, (), stream=failing()))
            scene.connection.data_received(CALL)
            await scene.until(lambda: scene.transport.is_closed)
            assert not scene.transport.written.endswith(b"0\r\n\r\n")

        with caplog.at_level(logging.ERROR):
            asyncio.run(scene())
        assert "out of order" in caplog.text


class TestReply:
    """The bytes of a reply."""

    def test_reply_names_its_length(self) -> None:
        """Status, date and the length of the body are in the head; a reply without content has no length."""

        async def scene() -> None:
            scene = Scene(Reply(200, (("X-A", "b"),), b"abc"), Reply(204, ()), Reply(304, ()), text("x" * 2_000_000))
            for _ in range(4):
                scene.connection.data_received(CALL)
            first, second, third, large = scene.transport.written.split(b"HTTP/1.1 ")[1:]
            assert first.startswith(b"200 OK\r\ndate: ")
            assert first.endswith(b"GMT\r\nX-A: b\r\ncontent-length: 3\r\n\r\nabc")
            assert b"length" not in second + third
            assert large.endswith(b"content-length: 2000000\r\n\r\n" + b"x" * 2_000_000)

        asyncio.run(scene())

    def test_reply_to_head_has_length_and_no_body(self) -> None:
        """HEAD is answered with the length that GET would have."""

        async def scene() -> None:
            scene = Scene(text("abc"))
            scene.connection.data_received(HEAD)
            assert scene.transport.written.endswith(b"content-length: 3\r\n\r\n")

        asyncio.run(scene())

    def test_last_reply_says_that_connection_closes(self) -> None:
        """A client that is told does not send another request."""

        async def scene() -> None:
            scene = Scene(text("one", delay=0.05), text("two"))
            scene.connection.data_received(CALL * 2)
            scene.connection.end()
            await scene.until(lambda: scene.transport.is_closed)
            one, two = scene.transport.written.split(b"HTTP/1.1 ")[1:]
            assert (b"connection: close" in one, b"connection: close" in two) == (False, True)

        asyncio.run(scene())
