"""Operations on worlds, for the control API and the console: create, reset and delete them, and set faults."""

from artifact_emulator.aws.service_model import Service
from artifact_emulator.aws.service_profile import PROFILES
from artifact_emulator.faults.rules import ActiveRule, FaultRule, ImpossibleFault
from artifact_emulator.known_services import service_named
from artifact_emulator.world_runtime import runtime_of, store_faults
from artifact_state.closest_name import closest
from artifact_state.model import State
from artifact_state.world import NotStored, World
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


def empty_world(world: World) -> None:
    """Remove everything from a world, to which a reset still returns its initial contents."""
    reset_world(world)
    world.restore(World(options=world.options, state=State(seed=world.state.seed)))


def delete_world(worlds: WorldRegistry, name: str) -> None:
    """Delete a world and its snapshots; reset the default world instead.

    Raises WorldNotFound.
    """
    # Nothing here refers to the world while it is freed step by step.
    runtime = runtime_of(worlds.find(name))
    worlds.delete(name)
    runtime.clear()


def set_fault(world: World, rule: FaultRule, *, passes_others: bool) -> ActiveRule:
    """Set a fault rule; calls of services that are not emulated come past faults only if they are passed on.

    Raises ImpossibleFault, TooManyFaults, NotStored.
    """
    service = _service(rule.service)
    if service.name not in PROFILES and not passes_others:
        raise ImpossibleFault(
            f"{service.name} is not emulated, and no call of it is passed on: start with `serve --behind moto`; "
            'in tests, with @pytest.mark.artifact_others("moto") or emulate(others="moto").'
        )
    active = runtime_of(world).faults.add(rule, service, world.clock.now())
    try:
        store_faults(world)
    except NotStored:
        runtime_of(world).faults.remove(active.id)
        raise
    return active


def _service(name: str) -> Service:
    """Return the service that a fault rule names.

    Raises ImpossibleFault.
    """
    try:
        return service_named(name)
    except KeyError:
        hint = closest(name, PROFILES) or f"; those that are emulated are {', '.join(PROFILES)}."
        raise ImpossibleFault(f"There is no service {name}{hint}") from None


def remove_fault(world: World, fault_id: str) -> bool:
    """Remove a fault rule, and return whether it was set.

    Raises NotStored.
    """
    was_set = runtime_of(world).faults.remove(fault_id)
    if was_set:
        store_faults(world)
    return was_set


def clear_faults(world: World) -> None:
    """Remove all fault rules.

    Raises NotStored.
    """
    runtime_of(world).faults.clear()
    store_faults(world)
