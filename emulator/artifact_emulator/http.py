"""A request and a reply, as no server in particular has them."""

from collections.abc import AsyncGenerator, Mapping
from dataclasses import dataclass
from typing import Literal

Cut = Literal["reset", "truncated"]
"""How an answer may be lost: the connection is reset before it, or ends in the middle of it."""


@dataclass(frozen=True, slots=True)
class Request:
    """One HTTP request: path and query still encoded, names of headers in lower case."""

    method: str
    path: str
    query: str
    headers: Mapping[str, str]
    body: bytes
    base: str = ""
    """What stood before the path: `/worlds/` and the name of the world, unless it is the default one."""


@dataclass(frozen=True, slots=True)
class Reply:
    """One HTTP reply; its length is its body's, unless a stream follows."""

    status: int
    headers: tuple[tuple[str, str], ...]
    body: bytes = b""
    delay: float = 0.0
    """Seconds for which it is held back."""
    cut: Cut | None = None
    """What is done to it on its way."""
    stream: AsyncGenerator[bytes, None] | None = None
    """What follows the body as long as client and server are there; without one the body is all."""
