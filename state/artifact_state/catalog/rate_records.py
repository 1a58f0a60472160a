"""The records of `request_rates.json`: request rates that the operations of a service share."""

from artifact_state.catalog.quota_records import RequestRate
from artifact_state.catalog.records import Certainty
from artifact_state.record import Record


class SharedRate(Record):
    """The rate at which one account may call several operations of a service together."""

    service: str
    operations: frozenset[str]
    """The operations that share the rate; if empty, all operations of the service share it."""
    rate: RequestRate
    certainty: Certainty = Certainty.CONFIRMED

    def holds_for(self, service: str, operation: str) -> bool:
        """Return whether an operation shares the rate."""
        return service == self.service and (not self.operations or operation in self.operations)
