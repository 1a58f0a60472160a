"""The services that are not emulated here, as far as fault rules and the call log need them: names and operations."""

from collections.abc import Mapping
from functools import lru_cache

from artifact_emulator.aws.service_model import Operation, Protocol, Service
from artifact_emulator.gateway.service_tables import service_table

_PROTOCOLS: Mapping[str, Protocol] = {"rest-json": "rest-json", "query": "query", "ec2": "query", "rest-xml": "query"}
"""The protocol of ours with whose codes a service refuses; those that are not listed use the codes of JSON."""


def foreign_service_named(name: str) -> Service:
    """Return a service by its name in botocore.

    Raises KeyError.
    """
    table = service_table(name)
    return foreign_service(name, table.signing_name, table.protocol)


@lru_cache(maxsize=512)
def foreign_service(name: str, signed: str, protocol: str) -> Service:
    """Return a service that signs for a name; no errors are known."""
    operations = {operation: Operation(name=operation) for operation in service_table(name).operations}
    return Service(
        name=name,
        own_signing_name=signed,
        protocol=_PROTOCOLS.get(protocol, "json"),
        version="",
        operations=operations,
        errors={},
    )
