"""What the emulator keeps beside each world: the faults that befall its calls, and the trail of what was called."""

from artifact_emulator.decisions import Decisions
from artifact_emulator.faults import Faults
from artifact_emulator.trail import Trail
from artifact_state.world import World


class Instruments:
    """The instruments of one world."""

    def __init__(self, world: World) -> None:
        self.faults = Faults(seed=world.state.seed)
        self.trail = Trail()
        self.decisions = Decisions()

    def clear(self) -> None:
        """Begin again."""
        self.faults.clear()
        self.trail.clear()
        self.decisions.clear()


def instruments_of(world: World) -> Instruments:
    """Give a world's instruments."""
    found = world.companion
    if not isinstance(found, Instruments):
        found = world.companion = Instruments(world)
    return found
