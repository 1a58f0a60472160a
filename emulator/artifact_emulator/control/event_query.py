"""Which records of a world's events are asked for, as a list or as they come."""

from collections.abc import Iterable

from pydantic import BaseModel, ConfigDict, Field

from artifact_emulator.activity.cloudtrail_records import Record, recorded


class EventQuery(BaseModel):
    """Which records are asked for: those that have all that is given."""

    model_config = ConfigDict(extra="forbid")

    account: str | None = Field(None, description="The account that called, or whose service event it is.")
    name: str | None = Field(None, description="The operation, or the service event.")
    source: str | None = Field(None, description="Such as organizations.amazonaws.com.")
    error: str | None = Field(
        None,
        description="The error's code, as its service or as CloudTrail has it; an empty one asks for what succeeded.",
    )
    after: int | None = Field(
        None, ge=-1, description="Only what came after this: a last_id of before, or the id of an event of the stream."
    )

    def fits(self, record: Record) -> bool:
        """Tell whether a record is of those that are asked for, but for its place."""
        content = record.content
        return (
            self.account in (None, content["userIdentity"].get("accountId", record.account_id))
            and self.name in (None, content["eventName"])
            and self.source in (None, content["eventSource"])
            and (self.error is None or recorded(self.error) == content.get("errorCode", ""))
        )


def asked_events(pairs: Iterable[tuple[str, str]]) -> EventQuery:
    """Read what a query string asks for.

    Raises pydantic's ValidationError.
    """
    return EventQuery.model_validate(dict(pairs))
