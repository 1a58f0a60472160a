"""What the emulator keeps beside each world: what befalls its calls, and the trail of what was called."""

from collections import Counter
from functools import cached_property
from typing import TYPE_CHECKING

from artifact_emulator.activity.call_log import CallLog
from artifact_emulator.aws.authorization.decision_log import DecisionLog
from artifact_emulator.faults.rules import Faults
from artifact_state.world import World

if TYPE_CHECKING:
    from artifact_emulator.activity.event_feed import EventFeed
    from artifact_emulator.faults.strict_mode import StrictMode
    from artifact_emulator.faults.throttling import Throttle


class WorldRuntime:
    """The instruments of one world."""

    def __init__(self, world: World) -> None:
        self.faults = Faults(seed=world.state.seed)
        self.trail = CallLog()
        self.decisions = DecisionLog()
        self.missed: Counter[str] = Counter()
        """What was asked for in vain, such as `iam:CreateInstanceProfile`, and how often."""
        self._strict_client: StrictMode | None = None
        self._happenings: EventFeed | None = None

    def happenings(self, world: World) -> "EventFeed":
        """Give what happens in the world, which is theirs, in one order."""
        if self._happenings is None:
            # Imported here: no AWS call needs it.
            from artifact_emulator.activity.event_feed import EventFeed

            self._happenings = EventFeed(world, self.trail)
        return self._happenings

    @cached_property
    def throttle(self) -> "Throttle":
        """Give the buckets of the world, all full at first."""
        # Imported here: few worlds are throttled.
        from artifact_emulator.faults.throttling import Throttle

        return Throttle()

    def strict_client(self, seed: str) -> "StrictMode":
        """Give what vexes the world's clients, which begins again with another seed."""
        if self._strict_client is None or self._strict_client.seed != seed:
            # Imported here: few ask for it.
            from artifact_emulator.faults.strict_mode import StrictMode

            self._strict_client = StrictMode(seed)
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


def runtime_of(world: World) -> WorldRuntime:
    """Give a world's instruments."""
    found = world.runtime
    if not isinstance(found, WorldRuntime):
        found = world.runtime = WorldRuntime(world)
    return found
