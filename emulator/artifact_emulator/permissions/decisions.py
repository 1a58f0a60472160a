"""What was decided of permissions in a world: of the latest calls, whatever was asked of policies."""

from collections import OrderedDict
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from artifact_emulator.permissions.authorizing import Decided

KEPT = 1_000
"""Of how many calls the decisions are kept: the latest."""


class Decisions:
    """The decisions of a world, by the ids of the requests."""

    def __init__(self) -> None:
        self._kept: OrderedDict[str, list[Decided]] = OrderedDict()

    def keep(self, request_id: str, found: "list[Decided]") -> None:
        """Keep what was decided of a call."""
        self._kept[request_id] = found
        while len(self._kept) > KEPT:
            self._kept.popitem(last=False)

    def of(self, request_id: str) -> "list[Decided] | None":
        """Give what was decided of a call; None if no policy was asked."""
        return self._kept.get(request_id)

    def clear(self) -> None:
        """Forget all decisions."""
        self._kept.clear()
