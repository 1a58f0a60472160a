"""How often a service may be called: the records of `request_rates.json`, which only a throttled world needs."""

from dataclasses import dataclass
from typing import Any

from artifact_state.catalog.quota_records import RequestRate
from artifact_state.catalog.records import Certainty


@dataclass(frozen=True, slots=True, kw_only=True)
class SharedRate:
    """How often one account may call operations of a service, all of them together."""

    service: str
    operations: frozenset[str]
    """Those that share the rate; every operation of the service if there are none."""
    rate: RequestRate
    certainty: Certainty = Certainty.CONFIRMED

    def holds_for(self, service: str, operation: str) -> bool:
        """Tell whether an operation is among those that share the rate."""
        return service == self.service and (not self.operations or operation in self.operations)


def shared_rate_from(entry: dict[str, Any]) -> SharedRate:
    """Make a rate of what the file says."""
    return SharedRate(
        service=entry["service"],
        operations=frozenset(entry.get("operations", ())),
        rate=RequestRate(per_second=entry["per_second"], burst=entry["burst"]),
        certainty=Certainty(entry.get("certainty", "confirmed")),
    )
