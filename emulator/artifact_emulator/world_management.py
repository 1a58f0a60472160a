"""Operations on whole worlds, for the control API and the console: create, load, reset and delete them.

Each also clears what the emulator keeps beside the state: fault rules, call log, decision log.
"""

from artifact_emulator.world_runtime import runtime_of
from artifact_state.world import World
from artifact_state.world_registry import WorldRegistry


def create_world(worlds: WorldRegistry, name: str, *, fork: str | None = None, contents: World | None = None) -> World:
    """Create a world, empty, as a fork or with `contents`, such as those of a scenario; replace one of the same name.

    Raises InvalidName, WorldNotFound, RegistryFull.
    """
    world = worlds.create(name, fork=fork) if contents is None else worlds.create_from(name, contents)
    # The default world's runtime outlives its contents.
    runtime_of(world).clear()
    return world


def reset_world(world: World) -> None:
    """Reset a world to its initial contents."""
    world.reset()
    runtime_of(world).clear()


def delete_world(worlds: WorldRegistry, name: str) -> None:
    """Delete a world and its snapshots; reset the default world instead.

    Raises WorldNotFound.
    """
    world = worlds.find(name)
    worlds.delete(name)
    runtime_of(world).clear()
