"""The place where requests are executed: on the event loop, or in threads if they take long."""

import asyncio
from functools import cached_property, partial
from typing import TYPE_CHECKING

from artifact_emulator.app import App
from artifact_emulator.http import Reply, Request
from artifact_emulator.server.interpreter import free_memory_in_small_steps

if TYPE_CHECKING:
    from concurrent.futures import ThreadPoolExecutor


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
        self._in_threads += 1
        future = asyncio.get_running_loop().run_in_executor(self._threads, App.handle_in_parts, self.app, request)
        future.add_done_callback(partial(self._end_thread, request))
        return await asyncio.shield(future)

    @cached_property
    def _threads(self) -> "ThreadPoolExecutor":
        # Imported here: few requests are slow. The default threads of the event loop would have to end before it.
        from concurrent.futures import ThreadPoolExecutor

        free_memory_in_small_steps()
        return ThreadPoolExecutor(thread_name_prefix="artifact-emulator")

    def _end_thread(self, request: Request, future: asyncio.Future[Reply]) -> None:
        self._in_threads -= 1
        is_read = future.cancelled() or future.exception() or future.result().pending is None
        if request.file is not None and is_read:
            request.file.close()
