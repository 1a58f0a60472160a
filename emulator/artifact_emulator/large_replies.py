"""Streams of large replies, which are computed while the client receives them."""

import asyncio
from collections.abc import AsyncGenerator, Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import cache


async def in_threads(chunks: Iterator[bytes]) -> AsyncGenerator[bytes, None]:
    """Yield chunks, each of which is computed in a thread when the client has received the one before."""
    loop = asyncio.get_running_loop()
    while chunk := await loop.run_in_executor(_threads(), next, chunks, b""):
        yield chunk


@cache
def _threads() -> ThreadPoolExecutor:
    # Only one thread: each further one could get its turn before the event loop.
    return ThreadPoolExecutor(1, thread_name_prefix="large-reply")
