"""What the emulator answers for itself, beside AWS: health, the control API, the console, and documents."""

import logging
from collections.abc import Collection
from functools import cached_property
from typing import TYPE_CHECKING

from artifact_emulator import console, control, wsgi
from artifact_emulator.documents import links
from artifact_emulator.http import Reply, Request
from artifact_emulator.pipeline import CallExecutor
from artifact_state.world import World

if TYPE_CHECKING:
    from flask import Flask

log = logging.getLogger("artifact_emulator")
PREFIXES = (control.PREFIX, links.PATH, console.PREFIX, control.LOCALSTACK)
_PROBES = {control.HEALTH: control.health, control.LOCALSTACK_HEALTH: control.localstack_health}


class OwnPaths:
    """Answers what is asked below the emulator's own paths; loads each part when it is first asked for."""

    def __init__(self, desk: CallExecutor, allowed_hosts: Collection[str] = ()) -> None:
        self._desk = desk
        self._allowed_hosts = allowed_hosts

    def answer(self, request: Request, world: World) -> Reply:
        """Answer one request; never raises."""
        try:
            if (probe := _PROBES.get(request.path)) is not None:
                return probe(request)
            if request.path.startswith(links.PATH):
                return _document(request, world)
            if request.path == control.EVENTS and "text/event-stream" in request.headers.get("accept", ""):
                return self._events(request, world)
            app = self._console if request.path.startswith(console.PREFIX) else self._control
            return wsgi.respond(app, request)
        except Exception:
            log.exception("%s %s", request.method, request.path)
            return control.problem(500, "Internal error", "The emulator's log tells more.")

    def _events(self, request: Request, world: World) -> Reply:
        # Imported here: no AWS call is told as it comes.
        from artifact_emulator.control import event_stream

        return event_stream.follow(request, world, self._desk.worlds, self._allowed_hosts)

    @cached_property
    def _control(self) -> "Flask":
        # Imported here: no AWS call needs Flask.
        from artifact_emulator.control.app import create_app

        return create_app(self._desk.worlds, self._allowed_hosts)

    @cached_property
    def _console(self) -> "Flask":
        # Imported here: no AWS call needs it.
        from artifact_emulator.console.app import create_app

        return create_app(self._desk, self._allowed_hosts)


def _document(request: Request, world: World) -> Reply:
    # Imported here: no AWS call prints a document.
    from artifact_emulator.documents import downloads

    return downloads.serve(request, world)
