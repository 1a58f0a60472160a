"""The decision log of a world: the latest authorization requests, from which their decisions can be explained."""

from collections import OrderedDict
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from artifact_emulator.aws.authorization.request import AuthorizationRequest

CAPACITY = 1_000
"""The number of calls whose authorization requests are kept."""


class DecisionLog:
    """The latest authorization requests of a world, by the request ids of their calls."""

    def __init__(self) -> None:
        self._requests: OrderedDict[str, AuthorizationRequest] = OrderedDict()

    def record(self, request_id: str, request: "AuthorizationRequest") -> None:
        """Add the authorization request of a call, and drop the oldest one if the log is full."""
        self._requests[request_id] = request
        if len(self._requests) > CAPACITY:
            self._requests.popitem(last=False)

    def find(self, request_id: str) -> "AuthorizationRequest | None":
        """Return the authorization request of a call; None if no policy was evaluated, or it is no longer kept."""
        return self._requests.get(request_id)

    def clear(self) -> None:
        """Drop all requests."""
        self._requests.clear()
