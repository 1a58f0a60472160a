"""What was asked of policies in a world, of the latest calls: what they decide follows from it, whenever asked."""

from collections import OrderedDict
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from artifact_emulator.aws.authorization.request import Asked

KEPT = 1_000
"""Of how many calls it is kept what was asked: the latest."""


class DecisionLog:
    """What was asked in a world, by the ids of the requests."""

    def __init__(self) -> None:
        self._kept: OrderedDict[str, Asked] = OrderedDict()

    def keep(self, request_id: str, asked: "Asked") -> None:
        """Keep what was asked of policies for a call."""
        self._kept[request_id] = asked
        if len(self._kept) > KEPT:
            self._kept.popitem(last=False)

    def of(self, request_id: str) -> "Asked | None":
        """Give what was asked for a call; None if no policy was asked."""
        return self._kept.get(request_id)

    def clear(self) -> None:
        """Forget all that was asked."""
        self._kept.clear()
