"""What the emulator keeps beside each world: what befalls its calls, and the trail of what was called."""

from collections import Counter
from functools import cached_property
from typing import TYPE_CHECKING

from artifact_emulator.mishaps.faults import Faults
from artifact_emulator.permissions.decisions import Decisions
from artifact_emulator.trail.calls import Trail
from artifact_state.world import World

if TYPE_CHECKING:
    from artifact_emulator.mishaps.strict_client import StrictClient
    from artifact_emulator.mishaps.throttling import Throttle
    from artifact_emulator.trail.happenings import Happenings


class Instruments:
    """The instruments of one world."""

    def __init__(self, world: World) -> None:
        self.faults = Faults(seed=world.state.seed)
        self.trail = Trail()
        self.decisions = Decisions()
        self.missed: Counter[str] = Counter()
        """What was asked for in vain, such as `iam:CreateInstanceProfile`, and how often."""
        self._strict_client: StrictClient | None = None
        self._happenings: Happenings | None = None

    def happenings(self, world: World) -> "Happenings":
        """Give what happens in the world, which is theirs, in one order."""
        if self._happenings is None:
            # Imported here: no AWS call needs it.
            from artifact_emulator.trail.happenings import Happenings

            self._happenings = Happenings(world, self.trail)
        return self._happenings

    @cached_property
    def throttle(self) -> "Throttle":
        """Give the buckets of the world, all full at first."""
        # Imported here: few worlds are throttled.
        from artifact_emulator.mishaps.throttling import Throttle

        return Throttle()

    def strict_client(self, seed: str) -> "StrictClient":
        """Give what vexes the world's clients, which begins again with another seed."""
        if self._strict_client is None or self._strict_client.seed != seed:
            # Imported here: few ask for it.
            from artifact_emulator.mishaps.strict_client import StrictClient

            self._strict_client = StrictClient(seed)
        return self._strict_client

    def calm(self) -> None:
        """Fill the buckets, and let what vexes clients begin again."""
        self.__dict__.pop("throttle", None)
        self._strict_client = None

    def clear(self) -> None:
        """Begin again."""
        self.faults.clear()
        self.trail.clear()
        self.decisions.clear()
        self.missed.clear()
        if self._happenings is not None:
            self._happenings.clear()
        self.calm()


def instruments_of(world: World) -> Instruments:
    """Give a world's instruments."""
    found = world.companion
    if not isinstance(found, Instruments):
        found = world.companion = Instruments(world)
    return found
