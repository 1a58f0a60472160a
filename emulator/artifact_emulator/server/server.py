"""The server beneath the core: sockets, signals, a ready line, an end without loss.

Why uvicorn: docs/decisions.md, with the figures.
"""

import errno
import os
import signal
import socket
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from threading import Thread
from types import FrameType

import uvicorn

from artifact_emulator.app import App
from artifact_emulator.server.asgi import DEFAULT_BODY_LIMIT, AsgiApp
from artifact_emulator.server.http_protocol import HttpProtocol

DEFAULT_PORT = 4700
LOOPBACK = ("127.0.0.1", "::1")
_TRIES = 20
_NO_IPV6 = (errno.EADDRNOTAVAIL, errno.EAFNOSUPPORT)


def listen(hosts: Sequence[str], port: int) -> list[socket.socket]:
    """Bind one port on every host; 0 chooses a port that is free on all of them.

    A host of IPv6 is left out where the machine has none. Raises OSError when the port is taken.
    """
    for attempt in range(_TRIES):
        sockets: list[socket.socket] = []
        try:
            for host in hosts:
                chosen = sockets[0].getsockname()[1] if sockets else port
                if (bound := _bind(host, chosen)) is not None:
                    sockets.append(bound)
        except OSError:
            for one in sockets:
                one.close()
            if port or attempt == _TRIES - 1:
                raise
        else:
            return sockets
    raise AssertionError("unreachable")


def serve(
    core: App,
    sockets: Sequence[socket.socket],
    *,
    ready: Callable[[], None],
    body_limit: int = DEFAULT_BODY_LIMIT,
    ends_with: int | None = None,
) -> None:
    """Serve until SIGINT or SIGTERM, or until a file descriptor has no more to read; calls in flight are finished."""
    core.warm_up()
    door = AsgiApp(core, body_limit=body_limit)
    config = uvicorn.Config(
        door,
        http=HttpProtocol,
        ws="none",
        lifespan="off",
        log_config=None,
        access_log=False,
        proxy_headers=False,
        server_header=False,
        timeout_keep_alive=60,
        timeout_graceful_shutdown=1,
        backlog=1024,
    )
    _Server(config, door, ready, ends_with).run(sockets=list(sockets))


class _Server(uvicorn.Server):
    """Uvicorn's server, which tells when it listens and ends quietly when it is told to."""

    def __init__(
        self, config: uvicorn.Config, door: AsgiApp, ready: Callable[[], None], ends_with: int | None = None
    ) -> None:
        super().__init__(config)
        self._door = door
        self._ready = ready
        self._ends_with = ends_with

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        if self._ends_with is not None:
            # A thread: no event loop waits for a pipe on every system.
            Thread(target=self._stop_after, args=(self._ends_with,), daemon=True).start()
        self._ready()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        self._door.end()
        await super().shutdown(sockets)

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Stop on a signal, and do not die of it again at the end, as uvicorn's own would."""
        before = {number: signal.signal(number, self._stop) for number in (signal.SIGINT, signal.SIGTERM)}
        try:
            yield
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)

    def _stop_after(self, descriptor: int) -> None:
        while os.read(descriptor, 4096):
            pass
        self.should_exit = True

    def _stop(self, _number: int, _frame: FrameType | None) -> None:
        self.should_exit = True


def _bind(host: str, port: int) -> socket.socket | None:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        bound = socket.socket(family, socket.SOCK_STREAM)
    except OSError:
        return None
    try:
        bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if family == socket.AF_INET6:
            bound.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
        bound.bind((host, port))
    except OSError as error:
        bound.close()
        if family == socket.AF_INET6 and error.errno in _NO_IPV6:
            return None
        raise
    return bound
