"""HTTP requests and replies, independent of any server."""

from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping
from typing import BinaryIO, Literal

from artifact_state.record import Record

READING_METHODS = ("GET", "HEAD", "OPTIONS")
"""The methods of requests that should change nothing."""
Cut = Literal["reset", "truncated"]
"""How a reply is lost: the connection is reset before it, or ends in the middle of it."""


class Request(Record, kw_only=False):
    """An HTTP request, with path and query still encoded and header names in lower case."""

    method: str
    path: str
    query: str
    headers: Mapping[str, str]
    body: bytes
    base: str = ""
    """The path prefix of the world, such as `/worlds/mine`; "" for the default world."""
    file: BinaryIO | None = None
    """The body if it is large; `body` is empty then."""
    takes_stream: bool = False
    """Whether the reply may be a stream because its body is large."""

    @property
    def user_agent(self) -> str:
        """Return the name of the client, "" if it tells none."""
        return self.headers.get("user-agent", "")


class Reply(Record, kw_only=False):
    """An HTTP reply."""

    status: int
    headers: tuple[tuple[str, str], ...]
    body: bytes = b""
    delay: float = 0.0
    """Seconds for which the reply is held back."""
    cut: Cut | None = None
    """How the reply is lost, if it is."""
    stream: AsyncGenerator[bytes, None] | None = None
    """Content that follows the body while client and server stay connected."""
    is_endless: bool = False
    """Whether the stream has no end of its own, so that the server may end it at any time."""
    length: int | None = None
    """The declared length of a stream, or of what HEAD leaves out; by default that of the body, or none of a stream."""
    pending: "Callable[[], Awaitable[Reply]] | None" = None
    """Gets the reply from another server; what it returns is sent with the further headers, delay and cut of this."""
