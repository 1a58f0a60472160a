"""What the emulator keeps beside each world: the faults that befall its calls."""

from artifact_emulator.faults import Faults
from artifact_state.world import World


class Instruments:
    """The instruments of one world."""

    def __init__(self, world: World) -> None:
        self.faults = Faults(seed=world.state.seed)

    def clear(self) -> None:
        """Begin again."""
        self.faults.clear()


def instruments_of(world: World) -> Instruments:
    """Give a world's instruments."""
    found = world.companion
    if not isinstance(found, Instruments):
        found = world.companion = Instruments(world)
    return found
