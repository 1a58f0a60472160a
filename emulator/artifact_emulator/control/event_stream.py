"""What is called in a world and what happens there, told as it comes: server-sent events.

Whoever follows looks for what is new when a bell rings, so a slow reader holds nobody up and keeps
nothing alive: what is forgotten meanwhile it misses.
Source: https://html.spec.whatwg.org/multipage/server-sent-events.html
"""

import asyncio
import json
from collections.abc import AsyncGenerator, Collection
from contextlib import suppress
from urllib.parse import parse_qsl

from pydantic import ValidationError

from artifact_emulator import control
from artifact_emulator.activity.event_feed import Numbered
from artifact_emulator.control.event_query import EventQuery, asked_events
from artifact_emulator.control.origin import refusal_of
from artifact_emulator.http import Reply, Request
from artifact_emulator.world_runtime import runtime_of
from artifact_state.world import World
from artifact_state.world_registry import NoSuchWorld, WorldRegistry

HEARTBEAT = 15.0
"""How many seconds there is silence at most: a proxy may take more for a lost connection."""
_PULSE = 0.5
"""How many seconds what happens without a call waits at most until it is told."""
_HEADERS = (
    ("Content-Type", "text/event-stream; charset=utf-8"),
    ("Cache-Control", "no-store"),
    # For nginx, which would keep events back: https://nginx.org/en/docs/http/ngx_http_proxy_module.html
    ("X-Accel-Buffering", "no"),
)


def follow(request: Request, world: World, worlds: WorldRegistry, allowed_hosts: Collection[str]) -> Reply:
    """Answer whoever wants to be told what comes."""
    if refusal := refusal_of(request.headers, allowed_hosts):
        return control.problem(403, "Forbidden", refusal)
    if request.method != "GET":
        return control.problem(405, "Method not allowed", f"{control.EVENTS} is read with GET.")
    try:
        query = asked_events(parse_qsl(request.query, keep_blank_values=True))
    except ValidationError as error:
        details = (f"{'.'.join(map(str, one['loc']))}: {one['msg']}" for one in error.errors())
        return control.problem(400, "Bad request", "; ".join(details))
    latest = runtime_of(world).happenings(world).notice()
    number = _last_id(request, query)
    # Of more than was ever numbered a client knows that spoke with another server: it begins anew.
    return Reply(200, _HEADERS, stream=_told(world, query, latest if number is None else min(number, latest), worlds))


def _last_id(request: Request, query: EventQuery) -> int | None:
    told = request.headers.get("last-event-id", "")
    return int(told) if told.isdecimal() else query.after


async def _told(world: World, query: EventQuery, number: int, worlds: WorldRegistry) -> AsyncGenerator[bytes, None]:
    loop, bell = asyncio.get_running_loop(), asyncio.Event()
    instruments = runtime_of(world)

    def ring() -> None:
        # A loop that is closed has nobody to tell.
        with suppress(RuntimeError):
            loop.call_soon_threadsafe(bell.set)

    with instruments.trail.watched(ring):
        # At once, so that the client knows that it is heard.
        yield f"retry: 1000\nid: {number}\n: artifact-emulator\n\n".encode()
        heard = loop.time()
        while _is_there(world, worlds):
            new, number = instruments.happenings(world).since(number)
            found = [_written(one) for one in new if query.fits(one.record)]
            if found or loop.time() - heard >= HEARTBEAT:
                yield b"".join(found) or b": still here\n\n"
                heard = loop.time()
            with suppress(TimeoutError):
                await asyncio.wait_for(bell.wait(), _PULSE)
            bell.clear()


def _is_there(world: World, worlds: WorldRegistry) -> bool:
    """Tell whether a world is still the one of its name."""
    try:
        return worlds.find(world.name) is world
    except NoSuchWorld:
        return False


def _written(one: Numbered) -> bytes:
    return f"id: {one.number}\ndata: {json.dumps(one.record.content)}\n\n".encode()
