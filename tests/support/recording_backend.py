"""A backend that records the requests that it gets, byte for byte as far as HTTP tells, and answers as a test says."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


@dataclass(frozen=True)
class Received:
    """A request that the backend got."""

    method: str
    target: str
    headers: dict[str, str]
    """The fields by their names in lower case."""
    body: bytes
    client: tuple[str, int]
    """The address of the connection."""


@dataclass(frozen=True)
class Answer:
    """What the backend answers."""

    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b"{}"
    chunks: tuple[bytes, ...] = ()
    """The parts of a body whose length is not declared."""
    missing: int = 0
    """The bytes that are declared and not sent."""


Respond = Callable[[Received], Answer | None]
"""Returns the answer to a request, or None to close the connection without one."""


class RecordingBackend:
    """A running backend."""

    def __init__(self, port: int) -> None:
        self.port = port
        self.received: list[Received] = []
        self.respond: Respond = lambda _: Answer()

    @property
    def url(self) -> str:
        """Return the address."""
        return f"http://127.0.0.1:{self.port}"

    def only(self) -> Received:
        """Return the one request that was received."""
        (received,) = self.received
        return received


@contextmanager
def recording_backend() -> Iterator[RecordingBackend]:
    """Start a backend, and stop it at the end of the block."""
    server = _Server(("127.0.0.1", 0), _Handler)
    backend = RecordingBackend(server.server_port)
    server.backend = backend  # type: ignore[attr-defined]
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield backend
    finally:
        server.shutdown()
        server.server_close()


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, *_: Any) -> None:
        """Ignore that the client is gone."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def handle_any(self) -> None:
        """Record a request and answer it."""
        backend: RecordingBackend = self.server.backend  # type: ignore[attr-defined]
        headers = {name.lower(): value for name, value in self.headers.items()}
        body = self.rfile.read(int(headers.get("content-length", 0)))
        received = Received(self.command, self.path, headers, body, self.client_address)
        backend.received.append(received)
        answer = backend.respond(received)
        if answer is None:
            self.close_connection = True
            return
        self.send_response(answer.status)
        for name, value in answer.headers.items():
            self.send_header(name, value)
        if answer.chunks:
            self.send_header("Transfer-Encoding", "chunked")
        elif answer.status not in (204, 304) and "Content-Length" not in answer.headers:
            self.send_header("Content-Length", str(len(answer.body) + answer.missing))
        self.end_headers()
        for chunk in answer.chunks:
            self.wfile.write(b"%x\r\n%s\r\n" % (len(chunk), chunk))
        if answer.chunks:
            self.wfile.write(b"0\r\n\r\n")
        elif self.command != "HEAD":
            self.wfile.write(answer.body)
        self.close_connection = bool(answer.missing)

    do_GET = do_POST = do_PUT = do_DELETE = do_HEAD = do_PATCH = do_OPTIONS = handle_any  # noqa: N815 - their names in http.server.

    def log_message(self, *_: Any) -> None:
        """Log nothing."""
