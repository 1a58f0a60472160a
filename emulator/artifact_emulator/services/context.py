"""The context of a call: what a handler is given beside the operation's input."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from artifact_emulator.aws.pagination import Listing, NameListing
from artifact_emulator.faults.effect import NO_EFFECT, Effect
from artifact_emulator.http import Request
from artifact_state.world import Transaction, World


@dataclass(slots=True)
class RequestContext:
    """One AWS call as its handler sees it."""

    request: Request
    world: World
    """For what is not part of the world's state: its call log."""
    effect: Effect = NO_EFFECT
    """What fault injection and strict mode do to the call."""
    tx: Transaction = field(init=False)
    """The transaction of the call, once it is being executed."""

    @property
    def host(self) -> str:
        """Name and port by which the client reached the emulator."""
        return self.request.headers.get("host", "localhost")

    @property
    def base(self) -> str:
        """Path prefix of the world, such as `/worlds/mine`; "" for the default world."""
        return self.request.base

    @property
    def endpoint(self) -> str:
        """Base URL that the client used, such as `http://127.0.0.1:4700`; links to documents start with it."""
        return f"http://{self.host}{self.base}"

    @property
    def user_agent(self) -> str:
        """The client's User-Agent header."""
        return self.request.user_agent

    @property
    def request_keys(self) -> dict[str, tuple[str, ...]]:
        """The condition keys that follow from the HTTP request, not from the operation's input."""
        return {"aws:useragent": (self.user_agent,)}

    def is_allowed(self, service: str, operation: str, members: Mapping[str, Any] | None = None) -> bool:
        """Return whether the caller may call another operation, by default without any input."""
        raise NotImplementedError

    def listing(self, *identity: object) -> Listing:
        """Return the pages of a list that is ordered by number; `identity` binds its tokens to it."""
        return Listing(self.world.name, *identity, page_size=self.effect.page_size)

    def name_listing(self, *identity: object) -> NameListing:
        """Return the pages of a list that is ordered by name; `identity` binds its markers to it."""
        return NameListing(self.world.name, *identity, page_size=self.effect.page_size)
