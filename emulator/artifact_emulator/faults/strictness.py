"""Worlds that are as strict as AWS: the effect that AWS's request rates and strict mode have on a call."""

from artifact_emulator.aws.service_model import Operation, Service
from artifact_emulator.faults.effect import NO_EFFECT, Effect
from artifact_emulator.faults.errors import throttled
from artifact_emulator.faults.throttling import rates_of
from artifact_emulator.world_runtime import runtime_of
from artifact_state.model import Caller
from artifact_state.world import World, default_quotas


def effect_on(world: World, caller: Caller, service: Service, operation: Operation) -> Effect:
    """Return the effect of strict mode on a call.

    Raises AwsError if the caller exceeds a request rate that the world enforces.
    """
    options, now = world.options, world.clock.now()
    runtime = runtime_of(world)
    if options.throttling == "aws":
        quotas = options.quotas or default_quotas()
        rates = rates_of(service.name, operation.name, caller.account_id, world.state, quotas)
        wait = runtime.throttle.take(rates, now)
        if wait:
            raise throttled(service, wait)
    if options.strict_client is None:
        return NO_EFFECT
    strict_mode = runtime.strict_mode(options.strict_client)
    return strict_mode.effect_on(service, operation.name, caller.account_id, world.state, now)
