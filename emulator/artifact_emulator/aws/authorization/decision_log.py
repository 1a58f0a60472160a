"""The decision log of a world: the latest authorization requests, from which their decisions can be explained."""

from collections import OrderedDict
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from artifact_emulator.aws.authorization.request import AuthorizationRequest

CAPACITY = 1_000
"""The number of calls whose authorization requests are kept, and of denials besides."""
RETENTION = timedelta(hours=24)
"""The time for which the details of a denial are available.

Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot_access-denied.html
"""


class DecisionLog:
    """The latest authorization requests of a world, by the request ids of their calls.

    A request refers to the state that it was made in, so that recording costs the same in every world. Denials are kept
    apart: calls that are allowed do not displace them.
    """

    def __init__(self) -> None:
        self._requests: OrderedDict[str, AuthorizationRequest] = OrderedDict()
        self._denials: OrderedDict[str, AuthorizationRequest] = OrderedDict()

    def record(self, request_id: str, request: "AuthorizationRequest") -> None:
        """Add the authorization request of a call, and drop the oldest one if the log is full."""
        self._requests[request_id] = request
        if len(self._requests) > CAPACITY:
            self._requests.popitem(last=False)

    def record_denial(self, request_id: str) -> None:
        """Keep the authorization request of a call that was denied, if it was recorded; drop expired denials."""
        request = self._requests.pop(request_id, None)
        if request is None:
            return
        self._denials[request_id] = request
        while len(self._denials) > CAPACITY or not _is_current(next(iter(self._denials.values())), request.now):
            self._denials.popitem(last=False)

    def find(self, request_id: str) -> "AuthorizationRequest | None":
        """Return the authorization request of a call; None if no policy was evaluated, or it is no longer kept."""
        return self._denials.get(request_id) or self._requests.get(request_id)

    def find_denial(self, request_id: str, now: datetime) -> "AuthorizationRequest | None":
        """Return the authorization request of a call that was denied in the last 24 hours."""
        request = self._denials.get(request_id)
        return request if request is not None and _is_current(request, now) else None

    def clear(self) -> None:
        """Drop all requests."""
        self._requests.clear()
        self._denials.clear()


def _is_current(request: "AuthorizationRequest", now: datetime) -> bool:
    return now - request.now < RETENTION
