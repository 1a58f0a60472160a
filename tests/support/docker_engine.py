"""A Docker Engine that has one image, that of this project, and runs its command as a process on a free port.

It answers what Testcontainers asks. Source: https://docs.docker.com/reference/api/engine/version/v1.44/
"""

import json
import shlex
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any

from tests.support.dockerfile import Image
from tests.support.server_process import ServerProcess, clean_environment, server_process

IMAGE = "artifact-emulator"
_ID = "c0ffee" * 10 + "0123"


class Engine(ThreadingHTTPServer):
    """The engine, with the container that it was last asked to create."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.container: dict[str, Any] = {}
        self.running: ServerProcess | None = None
        self.processes = ExitStack()

    @property
    def address(self) -> str:
        """The address for DOCKER_HOST."""
        return f"tcp://127.0.0.1:{self.server_port}"

    def create(self, container: dict[str, Any]) -> dict[str, Any]:
        """Note a container."""
        self.container = container
        return {"Id": _ID, "Warnings": []}

    def start(self) -> None:
        """Run the command of the image with the environment of the image and of the container."""
        image = Image()
        given = dict(word.split("=", 1) for rest in image.of("ENV") for word in shlex.split(rest) if "HOST=" in word)
        given |= dict(word.split("=", 1) for word in self.container["Env"] or [])
        command = [sys.executable, "-m", "artifact_emulator", *(self.container.get("Cmd") or image.list_of("CMD"))]
        self.running = self.processes.enter_context(server_process(command, env=clean_environment(**given)))

    def inspection(self) -> dict[str, Any]:
        """Return the description of the container."""
        (port,) = self.container["ExposedPorts"]
        bound = [{"HostIp": "127.0.0.1", "HostPort": str(self.running.port)}] if self.running else None
        return {
            "Id": _ID,
            "Name": "/emulator",
            "Config": {"Image": self.container["Image"]},
            "State": {"Status": "running" if self.running else "created", "Running": bool(self.running)},
            "NetworkSettings": {"Ports": {port: bound}},
        }

    def remove(self) -> None:
        """End the process."""
        self.processes.close()
        self.running = None


class _Handler(BaseHTTPRequestHandler):
    server: Engine

    def do_GET(self) -> None:
        """Answer a read."""
        match self._path():
            case ["version"]:
                self._send(200, {"ApiVersion": "1.44", "MinAPIVersion": "1.24", "Version": "25.0", "Os": "linux"})
            case ["info"]:
                self._send(200, {"OperatingSystem": "Debian", "ServerVersion": "25.0"})
            case ["images", name, "json"] if name.partition(":")[0] == IMAGE:
                self._send(200, {"Id": f"sha256:{_ID}", "RepoTags": [f"{IMAGE}:latest"]})
            case ["containers", _, "json"]:
                self._send(200, self.server.inspection())
            case _:
                self._send(404, {"message": f"no such thing: {self.path}"})

    def do_POST(self) -> None:
        """Create or start a container."""
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        match self._path():
            case ["containers", "create"]:
                self._send(201, self.server.create(json.loads(body)))
            case ["containers", _, "start"]:
                self.server.start()
                self._send(204)
            case _:
                self._send(404, {"message": f"no such thing: {self.path}"})

    def do_DELETE(self) -> None:
        """Remove the container."""
        self.server.remove()
        self._send(204)

    def log_message(self, *_: object) -> None:
        """Print nothing."""

    def _path(self) -> list[str]:
        """Return the words of the path, without the version of the API and the query."""
        words = self.path.partition("?")[0].strip("/").split("/")
        return words[1:] if words[0].startswith("v1.") else words

    def _send(self, status: int, content: object = None) -> None:
        body = b"" if content is None else json.dumps(content).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


@contextmanager
def docker_engine() -> Iterator[Engine]:
    """Serve an engine for the duration of the block."""
    with Engine() as engine:
        Thread(target=engine.serve_forever, daemon=True).start()
        try:
            yield engine
        finally:
            engine.remove()
            engine.shutdown()
