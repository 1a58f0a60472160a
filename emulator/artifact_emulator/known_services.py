"""The services of AWS by name: those that are emulated here, and those whose calls are passed to a backend."""

from artifact_emulator.aws.service_model import Service
from artifact_emulator.aws.service_profile import PROFILES
from artifact_emulator.services import bindings


def service_named(name: str) -> Service:
    """Return a service by its name, which is that in botocore.

    Raises KeyError.
    """
    if name in PROFILES:
        return bindings(name)
    # Imported here: most servers have no backend.
    from artifact_emulator.gateway.foreign_services import foreign_service_named

    return foreign_service_named(name)
