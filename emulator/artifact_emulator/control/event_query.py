"""The filter for records of the event feed, used by the list and by the stream."""

from collections.abc import Iterable

from pydantic import BaseModel, ConfigDict, Field

from artifact_emulator.activity.cloudtrail_records import CloudTrailRecord


class EventQuery(BaseModel):
    """A filter for records: those that match every given member."""

    model_config = ConfigDict(extra="forbid")

    account: str | None = Field(None, description="The account of the caller, or the account of a service event.")
    name: str | None = Field(None, description="The name of the operation or of the service event.")
    source: str | None = Field(None, description="The event source, such as organizations.amazonaws.com.")
    error: str | None = Field(
        None,
        description="The error code in the form of the service or of CloudTrail; empty for calls that succeeded.",
    )
    after: int | None = Field(
        None, ge=-1, description="Only records after this one: a last_id, or the id of an event of the stream."
    )

    def matches(self, record: CloudTrailRecord) -> bool:
        """Return whether a record matches, regardless of `after`."""
        content = record.content
        return (
            self.account in (None, content["userIdentity"].get("accountId", record.account_id))
            and self.name in (None, content["eventName"])
            and self.source in (None, content["eventSource"])
            and (self.error is None or _without_suffix(self.error) == _without_suffix(content.get("errorCode", "")))
        )


def _without_suffix(code: str) -> str:
    """Return an error code without the end in which services and CloudTrail differ."""
    return code.removesuffix("Exception")


def parse_event_query(pairs: Iterable[tuple[str, str]]) -> EventQuery:
    """Return the filter that the pairs of a query string describe.

    Raises pydantic's ValidationError.
    """
    return EventQuery.model_validate(dict(pairs))
