"""The server: sockets, signals, and a shutdown that finishes the calls in progress.

docs/decisions.md says why it is our own, with measurements.
"""

import asyncio
import errno
import os
import signal
import socket
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from threading import Thread
from time import monotonic

from artifact_emulator.app import App
from artifact_emulator.server.connection import Connection
from artifact_emulator.server.dispatcher import Dispatcher
from artifact_emulator.server.interpreter import keep_turns_short

DEFAULT_PORT = 4700
DEFAULT_GRACE = 5
"""The seconds for which calls in progress may go on after a signal."""
_LAST_SECONDS = 1
"""The time in which a request has to become complete, and an error has to be sent, when the server ends."""
_POLL_SECONDS = 0.02
_SWEEP_SECONDS = 1
_BACKLOG = 1024
LOOPBACK = ("127.0.0.1", "::1")
_ATTEMPTS = 20
_NO_IPV6 = (errno.EADDRNOTAVAIL, errno.EAFNOSUPPORT)


def listen(hosts: Sequence[str], port: int) -> list[socket.socket]:
    """Bind a port on every host and return the sockets; port 0 stands for one that is free on all hosts.

    IPv6 hosts are skipped on machines without IPv6. Raises OSError if the port is in use.
    """
    for attempt in range(_ATTEMPTS):
        sockets: list[socket.socket] = []
        try:
            for host in hosts:
                number = sockets[0].getsockname()[1] if sockets else port
                if (opened := _bind(host, number)) is not None:
                    sockets.append(opened)
        except OSError:
            for opened in sockets:
                opened.close()
            if port or attempt == _ATTEMPTS - 1:
                raise
        else:
            return sockets
    raise AssertionError("unreachable")


def serve(
    app: App,
    sockets: Sequence[socket.socket],
    *,
    ready: Callable[[], None],
    grace: int = DEFAULT_GRACE,
    ends_with: int | None = None,
) -> bool:
    """Serve until SIGINT, SIGTERM or the end of the file `ends_with`, and return whether all calls came to an end.

    Calls in progress are finished; those that take longer than `grace` seconds are answered with 503, and threads that
    execute them may still run.
    """
    app.warm_up()
    keep_turns_short()
    with asyncio.Runner(loop_factory=_new_event_loop) as runner:
        return runner.run(_serve(app, sockets, ready, grace, ends_with))


async def _serve(
    app: App, sockets: Sequence[socket.socket], ready: Callable[[], None], grace: int, ends_with: int | None
) -> bool:
    loop, stop = asyncio.get_running_loop(), asyncio.Event()
    dispatcher, connections = Dispatcher(app), set[Connection]()
    listeners = [
        await loop.create_server(lambda: Connection(dispatcher, connections), sock=bound, backlog=_BACKLOG)
        for bound in sockets
    ]
    sweeper = asyncio.create_task(_sweep(connections))
    with _signals(lambda: loop.call_soon_threadsafe(stop.set)) as notify:
        if ends_with is not None:
            # A thread, because not every event loop can wait for a pipe.
            Thread(target=_read_to_end, args=(ends_with, notify), daemon=True).start()
        ready()
        await stop.wait()
        for listener in listeners:
            listener.close()
        await _end(connections, grace)
    sweeper.cancel()
    return not dispatcher.is_busy


async def _sweep(connections: set[Connection]) -> None:
    """Close connections of clients that take too long."""
    while True:
        await asyncio.sleep(_SWEEP_SECONDS)
        now = monotonic()
        for connection in list(connections):
            connection.close_if_overdue(now)


async def _end(connections: set[Connection], grace: int) -> None:
    """Close all connections: after a reply that is in progress, or with an error if that takes too long."""
    for connection in list(connections):
        connection.end()
    await _wait_for_end(connections, min(grace, _LAST_SECONDS))
    for connection in list(connections):
        connection.end(waiting=False)
    await _wait_for_end(connections, max(grace - _LAST_SECONDS, 0))
    for connection in list(connections):
        connection.cancel()
    await _wait_for_end(connections, _LAST_SECONDS)
    for connection in list(connections):
        connection.abort()
    await asyncio.sleep(0)


async def _wait_for_end(connections: set[Connection], seconds: float) -> None:
    until = monotonic() + seconds
    while connections and monotonic() < until:  # noqa: ASYNC110 - it would be an event of each connection.
        await asyncio.sleep(_POLL_SECONDS)


@contextmanager
def _signals(notify: Callable[[], object]) -> Iterator[Callable[[], object]]:
    """Call a function on SIGINT and SIGTERM."""
    numbers = (signal.SIGINT, signal.SIGTERM)
    before = {number: signal.signal(number, lambda _number, _frame: notify()) for number in numbers}
    try:
        yield notify
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _read_to_end(descriptor: int, notify: Callable[[], object]) -> None:
    while os.read(descriptor, 4096):
        pass
    # RuntimeError: the event loop is closed, because a signal has ended the server already.
    with suppress(RuntimeError):
        notify()


def _new_event_loop() -> asyncio.AbstractEventLoop:
    try:
        import uvloop
    except ImportError:  # There is none for Windows and for other Pythons.
        return asyncio.new_event_loop()
    return uvloop.new_event_loop()


def _bind(host: str, port: int) -> socket.socket | None:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        opened = socket.socket(family, socket.SOCK_STREAM)
    except OSError:
        return None
    try:
        # On Windows, the option would let two servers listen on one port.
        if os.name == "posix":
            opened.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if family == socket.AF_INET6:
            opened.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
        opened.bind((host, port))
    except OSError as error:
        opened.close()
        if family == socket.AF_INET6 and error.errno in _NO_IPV6:
            return None
        raise
    return opened
