"""The server: sockets, signals, and a shutdown that finishes the calls in progress.

docs/decisions.md says why it is uvicorn, with measurements.
"""

import asyncio
import errno
import gc
import os
import signal
import socket
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from threading import Thread
from types import FrameType
from typing import cast

import uvicorn

from artifact_emulator.app import App
from artifact_emulator.server.asgi import AsgiApp
from artifact_emulator.server.http_protocol import HttpProtocol

DEFAULT_PORT = 4700
DEFAULT_GRACE = 5
"""The seconds for which calls in progress may go on after a signal."""
_CANCELLING_SECONDS = 1
_SWEEP_TICKS = 10
"""The ticks of uvicorn, ten a second, between searches for idle connections."""
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
) -> None:
    """Serve until SIGINT, SIGTERM or the end of the file `ends_with`.

    Calls in progress are finished; those that take longer than `grace` seconds are answered with 503.
    """
    app.warm_up()
    # The modules and the initial world stay: no collection of cycles has to examine them.
    gc.collect()
    gc.freeze()
    asgi_app = AsgiApp(app)
    config = uvicorn.Config(
        asgi_app,
        http=partial(HttpProtocol, limits=app.limits),  # type: ignore[arg-type] # A class, or what creates an instance.
        ws="none",
        lifespan="off",
        log_config=None,
        access_log=False,
        proxy_headers=False,
        server_header=False,
        timeout_keep_alive=app.limits.idle_seconds,
        timeout_graceful_shutdown=grace,
        backlog=1024,
    )
    _Server(config, asgi_app, ready, ends_with).run(sockets=list(sockets))


class _Server(uvicorn.Server):
    """Uvicorn's server, which reports that it is ready and exits normally on a signal."""

    def __init__(
        self, config: uvicorn.Config, asgi_app: AsgiApp, ready: Callable[[], None], ends_with: int | None = None
    ) -> None:
        super().__init__(config)
        self._asgi_app = asgi_app
        self._ready = ready
        self._ends_with = ends_with

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        if self._ends_with is not None:
            # A thread, because not every event loop can wait for a pipe.
            Thread(target=self._stop_at_end, args=(self._ends_with,), daemon=True).start()
        self._ready()

    async def on_tick(self, counter: int) -> bool:
        if counter % _SWEEP_TICKS == 0:
            for connection in list(self.server_state.connections):
                cast("HttpProtocol", connection).close_if_idle()
        return await super().on_tick(counter)

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        self._asgi_app.end()
        await super().shutdown(sockets)
        if self.server_state.tasks:
            # The calls that were cancelled are about to send their last reply.
            await asyncio.wait(list(self.server_state.tasks), timeout=_CANCELLING_SECONDS)
            await asyncio.sleep(0)

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Stop on a signal, without raising it again at the end as uvicorn does."""
        before = {number: signal.signal(number, self._stop) for number in (signal.SIGINT, signal.SIGTERM)}
        try:
            yield
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)

    def _stop_at_end(self, descriptor: int) -> None:
        while os.read(descriptor, 4096):
            pass
        self.should_exit = True

    def _stop(self, _number: int, _frame: FrameType | None) -> None:
        self.should_exit = True


def _bind(host: str, port: int) -> socket.socket | None:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        opened = socket.socket(family, socket.SOCK_STREAM)
    except OSError:
        return None
    try:
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
