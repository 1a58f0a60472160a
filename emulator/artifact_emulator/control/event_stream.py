"""The event feed of a world as server-sent events.

Each connection reads new records from the feed when it is woken. A slow client therefore delays
nothing and keeps no record in memory; it misses the records that the feed drops meanwhile.
Source: https://html.spec.whatwg.org/multipage/server-sent-events.html
"""

import asyncio
import re
from collections.abc import AsyncGenerator, Collection
from contextlib import suppress
from urllib.parse import parse_qsl
from weakref import WeakSet

from pydantic import ValidationError

from artifact_emulator import control
from artifact_emulator.activity.event_feed import FeedEntry
from artifact_emulator.control.event_query import EventQuery, parse_event_query, unknown_name
from artifact_emulator.control.origin import refusal_of
from artifact_emulator.http import Reply, Request
from artifact_emulator.validation_texts import error_text
from artifact_emulator.world_runtime import runtime_of
from artifact_state.world import World
from artifact_state.world_registry import WorldRegistry

HEARTBEAT = 15.0
"""The seconds between comments on an idle stream, so that no proxy takes it for a lost connection."""
_PULSE = 0.5
"""The seconds after which the stream looks for events that no call announces, such as an expiry."""
_BATCH = 100
"""The calls that are read at once: other connections wait meanwhile."""
_HEADERS = (
    ("Content-Type", "text/event-stream; charset=utf-8"),
    ("Cache-Control", "no-store"),
    # Keeps nginx from buffering events: https://nginx.org/en/docs/http/ngx_http_proxy_module.html
    ("X-Accel-Buffering", "no"),
)


class EventStreams:
    """The open event streams of an application, up to a limit."""

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._open: WeakSet[AsyncGenerator[bytes, None]] = WeakSet()

    def follow(self, request: Request, world: World, worlds: WorldRegistry, allowed_hosts: Collection[str]) -> Reply:
        """Reply with the stream of a world's events."""
        if len(self._open) >= self._limit:
            return control.problem(429, "Too many streams", f"There are {self._limit} event streams, the limit.")
        reply = _follow(request, world, worlds, allowed_hosts)
        if reply.stream is not None:
            self._open.add(reply.stream)
        return reply


def _follow(request: Request, world: World, worlds: WorldRegistry, allowed_hosts: Collection[str]) -> Reply:
    if refusal := refusal_of(request.headers, allowed_hosts):
        return control.problem(403, "Forbidden", refusal)
    if request.method != "GET":
        return control.method_not_allowed(request, "GET")
    try:
        query = parse_event_query(parse_qsl(request.query, keep_blank_values=True))
    except ValidationError as error:
        return control.problem(400, "Bad request", error_text(error))
    if mistake := unknown_name(query.name):
        return control.problem(400, "Bad request", mistake)
    latest = runtime_of(world).event_feed(world).update()
    number = _last_id(request, query)
    # A higher number comes from a client of another server: it begins at the present.
    stream = _events(world, query, latest if number is None else min(number, latest), worlds)
    return Reply(200, _HEADERS, stream=stream, is_endless=True)


def _last_id(request: Request, query: EventQuery) -> int | None:
    header = request.headers.get("last-event-id", "")
    return int(header) if re.fullmatch("[0-9]{1,18}", header) else query.after


async def _events(world: World, query: EventQuery, number: int, worlds: WorldRegistry) -> AsyncGenerator[bytes, None]:
    # A world that does not exist yet has no events: once it does, the client connects again.
    is_kept = worlds.existing(world.name) is world
    loop, wake = asyncio.get_running_loop(), asyncio.Event()
    instruments = runtime_of(world)

    def notify() -> None:
        # The loop may be closed already.
        with suppress(RuntimeError):
            loop.call_soon_threadsafe(wake.set)

    with instruments.call_log.subscribed(notify):
        # Sent at once, so that the client knows that it is connected.
        yield f"retry: 1000\nid: {number}\n: artifact-emulator\n\n".encode()
        sent_at = loop.time()
        while worlds.existing(world.name) is (world if is_kept else None):
            new, number = instruments.event_feed(world).since(number, _BATCH)
            events = [_encoded(event) for event in new if query.matches(event.record)]
            if events or loop.time() - sent_at >= HEARTBEAT:
                yield b"".join(events) or b": still here\n\n"
                sent_at = loop.time()
            if number < instruments.call_log.latest_number():
                await asyncio.sleep(0)
                continue
            with suppress(TimeoutError):
                await asyncio.wait_for(wake.wait(), _PULSE)
            wake.clear()


def _encoded(event: FeedEntry) -> bytes:
    return b"id: %d\ndata: %b\n\n" % (event.number, event.encoded)
