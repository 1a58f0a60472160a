"""The services of AWS by name: those that are emulated here, and those whose calls are passed to a backend."""

from collections.abc import Set as AbstractSet

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


def service_names() -> AbstractSet[str]:
    """Return the names of all services, which are those in botocore and those that requests are signed for."""
    # Imported here, as below: most servers have no backend, and only mistakes need all names.
    from artifact_emulator.gateway.service_tables import index

    return PROFILES.keys() | index()["id"].keys() | index()["signed"].keys()


def has_operation(name: str) -> bool:
    """Return whether any service has an operation of a name."""
    return any(name in bindings(service).operations for service in PROFILES) or name in _foreign_operations()


def operation_names() -> AbstractSet[str]:
    """Return the names of the operations of all services."""
    return _foreign_operations().union(*(bindings(service).operations for service in PROFILES))


def _foreign_operations() -> frozenset[str]:
    from artifact_emulator.gateway import service_tables

    return service_tables.operation_names()
