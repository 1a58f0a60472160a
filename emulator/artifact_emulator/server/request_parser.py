"""The requests of a connection: httptools parses them, and limits bound them.

Source: https://www.rfc-editor.org/rfc/rfc9112
"""

from collections import deque
from itertools import chain
from time import monotonic
from typing import BinaryIO, cast

from httptools import HttpParserError, HttpParserUpgrade, HttpRequestParser, parse_url

from artifact_emulator.app import App
from artifact_emulator.http import Reply, Request

_LISTS = frozenset(
    ("accept", "accept-encoding", "accept-language", "cache-control", "connection", "cookie", "forwarded", "te", "via")
) | {"x-forwarded-for", "x-forwarded-host", "x-forwarded-proto"}
"""Header fields that a request may repeat; a repeated one of another name has no certain meaning."""
_DISCARD_LIMIT = 64 * 1024 * 1024
"""The bytes of a too large body that are read and discarded, so that the client gets to read the reply."""

_NO_REQUEST = Request("", "", "", {}, b"")
"""Stands for what is not HTTP, or no request yet."""
_TEXT = (("Content-Type", "text/plain; charset=utf-8"),)


class _Stop(Exception):
    """Ends the parsing of a connection."""


class RequestParser:
    """Parses the bytes of a connection; httptools calls the methods `on_...`."""

    def __init__(self, app: App) -> None:
        self.requests: deque[tuple[Request, Reply | None]] = deque()
        """The complete requests in order, and the replies to those that are refused."""
        self.is_last = False
        """Whether no further request is read."""
        self.is_arriving = False
        """Whether a request has begun and is not complete."""
        self.awaits_continue = False
        """Whether the client sends the body once it is told to continue."""
        self.active_at = monotonic()
        """When the client began a request or sent a part of its body."""
        self._app = app
        self._least_limit = min(app.limits.body_bytes, app.limits.import_bytes, app.limits.passed_bytes)
        """The bytes that any body may have."""
        self._parser = HttpRequestParser(self)
        self._unparsed = 0
        """The bytes since a head, a part of a body, or a request was complete."""

    def feed(self, data: bytes) -> None:
        """Parse bytes."""
        self._unparsed += len(data)
        while not self.is_last:
            try:
                self._parser.feed_data(data)
            except HttpParserUpgrade as upgrade:
                data = self._head_without_upgrade() + data[upgrade.args[0] :]
                continue
            except HttpParserError:
                self.refuse(400, "The request is not valid HTTP.")
            break
        # The time for parsing what does not become complete is the square of its size.
        if self._unparsed > self._app.limits.header_bytes:
            self._refuse_head_size()

    def close(self) -> None:
        """Drop all requests, and the reference of httptools to this object, which no longer parses anything."""
        self.is_last = True
        self.requests.clear()
        del self._parser

    def refuse(self, status: int, text: str) -> None:
        """Read no further request, and end with an error."""
        if not self.is_last:
            self.is_last = True
            self.requests.append((_NO_REQUEST, Reply(status, _TEXT, text.encode())))

    def on_message_begin(self) -> None:
        """Begin a request."""
        self.is_arriving = True
        self.active_at = monotonic()
        self._url = b""
        self._fields: dict[str, str] = {}
        self._repeated = ""
        self._parts: list[bytes] = []
        self._file: BinaryIO | None = None
        self._size = 0

    def on_url(self, url: bytes) -> None:
        """Add a part of the URL."""
        self._url += url

    def on_header(self, field: bytes, value: bytes) -> None:
        """Add a field of the header, or of a trailer, which nobody reads."""
        name = field.decode("latin-1").lower()
        if name in self._fields and name not in _LISTS:
            self._repeated = name
        self._fields[name] = value.decode("latin-1")

    def on_headers_complete(self) -> None:
        """Check the head, and refuse a body that is declared as too large."""
        limits, headers = self._app.limits, self._fields
        self._headers, self._fields = headers, {}
        if len(headers) > limits.header_count:
            self.refuse(431, f"A request may have at most {limits.header_count} header fields.")
            raise _Stop
        if self._unparsed > limits.header_bytes < len(self._url) + sum(map(len, chain.from_iterable(headers.items()))):
            self._refuse_head_size()
            raise _Stop
        self._unparsed = 0
        self._method = self._parser.get_method().decode()
        self._path, self._query = "/", ""
        if self._url != b"/":
            url = parse_url(self._url)
            self._path, self._query = url.path.decode(), (url.query or b"").decode()
        self.awaits_continue = "expect" in headers and headers["expect"].lower() == "100-continue"
        size, self._limit = int(headers.get("content-length", "-1")), self._least_limit
        if not 0 <= size <= self._limit:
            self._limit = self._app.body_limit(self._head())
        if size > self._limit:
            self._limit = -1
            if self.awaits_continue:
                self._add_request()

    def on_body(self, body: bytes) -> None:
        """Add a part of the body, or discard it if the body is too large."""
        self._unparsed = 0
        self.active_at = monotonic()
        self._size += len(body)
        if self._size <= self._limit:
            self._parts.append(body)
            if self._size > self._app.limits.body_bytes:
                self._move_to_file()
            return
        self._parts.clear()
        if self._size > self._limit + _DISCARD_LIMIT:
            self._add_request()

    def on_message_complete(self) -> None:
        """Add the request."""
        if "upgrade" not in self._headers or not self._parser.should_upgrade():
            self._add_request()

    def _move_to_file(self) -> None:
        """Move the parts of a large body to a file, so that they take no memory and need not be put together."""
        # Imported here: few bodies are large.
        from tempfile import TemporaryFile

        if self._file is None:
            self._file = cast("BinaryIO", TemporaryFile())  # noqa: SIM115 - closed with the request.
        self._file.writelines(self._parts)
        self._parts.clear()

    def _head(self) -> Request:
        return Request(self._method, self._path, self._query, self._headers, b"")

    def _add_request(self) -> None:
        self.is_arriving = self.awaits_continue = False
        self._unparsed = 0
        if self._file is not None:
            self._move_to_file()
            self._file.seek(0)
        body = b"".join(self._parts)
        request = Request(self._method, self._path, self._query, self._headers, body, file=self._file)
        self._parts, self._file = [], None
        reply = None
        if self._size > self._limit:
            reply = self._app.refuse_size(request, self._app.body_limit(request))
        elif self._repeated:
            reply = self._app.refuse_repeated(request, self._repeated)
        self.requests.append((request, reply))
        self.is_last = self._size > self._limit or not self._parser.should_keep_alive()
        # HTTP/1.0 keeps a connection only if a header field says so, and this server does not.
        if self.is_last or ("connection" in self._headers and self._parser.get_http_version() == "1.0"):
            self.is_last = True
            raise _Stop

    def _head_without_upgrade(self) -> bytes:
        """Return the head of the request that asks for another protocol, without that, for a new parser.

        A server may ignore the field, but httptools would ignore the body.
        Source: https://www.rfc-editor.org/rfc/rfc9110#section-7.8
        """
        fields = "".join(f"{name}: {value}\r\n" for name, value in self._headers.items() if name != "upgrade")
        line = b"%b %b HTTP/1.1\r\n" % (self._parser.get_method(), self._url)
        self._parser = HttpRequestParser(self)
        return line + fields.encode("latin-1") + b"\r\n"

    def _refuse_head_size(self) -> None:
        self.refuse(431, f"The head of a request may have at most {self._app.limits.header_bytes} bytes.")
