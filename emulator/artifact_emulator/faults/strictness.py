"""Worlds that are as strict as AWS: callers held to its rates, and clients that are spared nothing it permits."""

from artifact_emulator.aws.service_model import Operation, Service
from artifact_emulator.faults.rules import NO_EFFECT, Effect
from artifact_emulator.faults.throttling import rates_of, throttled
from artifact_emulator.world_runtime import runtime_of
from artifact_state.model import Caller
from artifact_state.world import World, default_quotas


def apply_strictness(world: World, caller: Caller, service: Service, operation: Operation) -> Effect:
    """Give what befalls a call in a world whose owner chose to be strict.

    Raises Failure for a caller who asks too often.
    """
    options, now = world.options, world.clock.now()
    instruments = runtime_of(world)
    if options.throttling == "aws":
        quotas = options.quotas or default_quotas()
        wait = instruments.throttle.take(
            rates_of(service.name, operation.name, caller.account_id, world.state, quotas), now
        )
        if wait:
            raise throttled(service, wait)
    if options.strict_client is None:
        return NO_EFFECT
    return instruments.strict_client(options.strict_client).apply(
        service, operation.name, caller.account_id, world.state, now
    )
