"""What the emulator answers for itself, beside AWS: health, the control API, and documents."""

import logging
from functools import cached_property
from typing import TYPE_CHECKING

from artifact_emulator import control, links, wsgi
from artifact_emulator.message import Reply, Request
from artifact_state.world import World

if TYPE_CHECKING:
    from flask import Flask

log = logging.getLogger("artifact_emulator")
PREFIXES = (control.PREFIX, links.PATH)


class OwnPaths:
    """Answers what is asked below the emulator's own paths; loads each part when it is first asked for."""

    def __init__(self, world: World) -> None:
        self._world = world

    def answer(self, request: Request) -> Reply:
        """Answer one request; never raises."""
        try:
            if request.path == control.HEALTH:
                return control.health(request)
            if request.path.startswith(links.PATH):
                return self._document(request)
            return wsgi.respond(self._control, request)
        except Exception:
            log.exception("%s %s", request.method, request.path)
            return control.problem(500, "Internal error", "The emulator's log tells more.")

    def _document(self, request: Request) -> Reply:
        # Imported here: no AWS call prints a document.
        from artifact_emulator import downloads

        return downloads.serve(request, self._world)

    @cached_property
    def _control(self) -> "Flask":
        # Imported here: no AWS call needs Flask.
        from artifact_emulator.control.app import create_app

        return create_app(self._world)
