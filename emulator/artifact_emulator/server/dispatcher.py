"""The place where requests are executed: on the event loop, or in threads if they take long."""

import asyncio
import gc
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import cached_property

from artifact_emulator.app import App
from artifact_emulator.http import Reply, Request


class Dispatcher:
    """Executes requests so that none blocks the event loop."""

    def __init__(self, app: App) -> None:
        self.app = app
        self._in_threads = 0
        """The requests that threads are answering, and that may hold the lock of a world."""

    @property
    def is_busy(self) -> bool:
        """Return whether threads are answering requests."""
        return self._in_threads > 0

    def is_fast(self, request: Request) -> bool:
        """Return whether a request takes little time and does not have to wait for another one."""
        return not self.app.is_slow(request) and not (self._in_threads and self.app.is_locked(request))

    async def handle_in_thread(self, request: Request) -> Reply:
        """Return the reply to a request; a thread continues if the task is cancelled."""
        handle: Callable[[App, Request], Reply] = _handle_much if self.app.moves_worlds(request) else App.handle
        self._in_threads += 1
        future = asyncio.get_running_loop().run_in_executor(self._threads, handle, self.app, request)
        future.add_done_callback(self._end_thread)
        return await asyncio.shield(future)

    @cached_property
    def _threads(self) -> ThreadPoolExecutor:
        # The default ones of the event loop would have to end before it.
        return ThreadPoolExecutor(thread_name_prefix="artifact-emulator")

    def _end_thread(self, _future: asyncio.Future[Reply]) -> None:
        self._in_threads -= 1


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
