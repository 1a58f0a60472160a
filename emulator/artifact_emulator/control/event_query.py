"""The filter for records of the event feed, used by the list and by the stream."""

from collections.abc import Iterable
from contextlib import suppress

from pydantic import BaseModel, ConfigDict, Field, field_validator

from artifact_emulator import known_services
from artifact_emulator.activity import service_events
from artifact_emulator.activity.cloudtrail_records import SOURCE_SUFFIX, CloudTrailRecord, event_source
from artifact_emulator.validation_texts import ACCOUNT_ID
from artifact_state.closest_name import closest


class EventQuery(BaseModel):
    """A filter for records: those that match every given member."""

    model_config = ConfigDict(extra="forbid")

    account: str | None = Field(
        None, pattern=ACCOUNT_ID, description="The account of the caller, or the account of a service event."
    )
    name: str | None = Field(None, description="The name of the operation or of the service event.")
    service: str | None = Field(None, description="The service, such as organizations, or its event source.")
    source: str | None = Field(None, description="The same as `service`, such as organizations.amazonaws.com.")
    error: str | None = Field(
        None,
        description="The error code in the form of the service or of CloudTrail; empty for calls that succeeded.",
    )
    after: int | None = Field(
        None, ge=-1, description="Only records after this one: a last_id, or the id of an event of the stream."
    )

    @field_validator("service", "source")
    @classmethod
    def _event_source(cls, value: str | None) -> str | None:
        """Return the event source of a service."""
        return None if value is None else _event_source_of(value)

    def matches(self, record: CloudTrailRecord) -> bool:
        """Return whether a record matches, regardless of `after`."""
        content = record.content
        return (
            self.account in (None, content["userIdentity"].get("accountId", record.account_id))
            and self.name in (None, content["eventName"])
            and {self.service, self.source} <= {None, content["eventSource"]}
            and (self.error is None or _without_suffix(self.error) == _without_suffix(content.get("errorCode", "")))
        )


def _without_suffix(code: str) -> str:
    """Return an error code without the end in which services and CloudTrail differ."""
    return code.removesuffix("Exception")


def unknown_name(name: str | None) -> str | None:
    """Return what is wrong with the name of an operation that no record has, or None if it may have one later."""
    if name is None or name in service_events.NAMES or known_services.has_operation(name):
        return None
    names = known_services.operation_names() | service_events.NAMES
    return f"name: there is no operation {name}{closest(name, names)}"


def _event_source_of(name: str) -> str:
    """Return the event source of a service, given by its name or by the source itself.

    Raises ValueError.
    """
    service = name.removesuffix(SOURCE_SUFFIX)
    with suppress(KeyError):
        return event_source(known_services.service_named(service))
    if service not in known_services.service_names():
        raise ValueError(f"there is no service {name}{closest(service, known_services.service_names())}")
    return f"{service}{SOURCE_SUFFIX}"


def parse_event_query(pairs: Iterable[tuple[str, str]]) -> EventQuery:
    """Return the filter that the pairs of a query string describe.

    Raises pydantic's ValidationError.
    """
    return EventQuery.model_validate(dict(pairs))
