"""Reports of AWS Artifact: the records of `reports.json`, apart because a start needs none of them."""

from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from typing import Any


class Publication(Enum):
    """Whether a version can be had."""

    PUBLISHED = "PUBLISHED"
    UNPUBLISHED = "UNPUBLISHED"


class Upload(Enum):
    """How far the document of a version has come."""

    PROCESSING = "PROCESSING"
    COMPLETE = "COMPLETE"
    FAILED = "FAILED"
    FAULT = "FAULT"


class TermAcceptance(Enum):
    """Whether a reader has to agree to the terms of a version in so many words."""

    PASSTHROUGH = "PASSTHROUGH"
    EXPLICIT = "EXPLICIT"


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportVersion:
    """One version of a report."""

    version: int
    state: Publication
    upload_state: Upload
    status_message: str
    period_start: datetime
    period_end: datetime
    created_at: datetime
    last_modified_at: datetime
    deleted_at: datetime | None
    acceptance_type: TermAcceptance
    term_id: str
    """Unverified: AWS does not publish what an ARN of terms is made of."""
    sequence_number: int
    """How often the version was written; AWS uses it for optimistic locking."""

    @property
    def published(self) -> bool:
        """Tell whether the version is shown to everyone, be its document there or not."""
        return self.state is Publication.PUBLISHED

    @property
    def available(self) -> bool:
        """Tell whether the version can be had: it is published and its document is there."""
        return self.published and self.upload_state is Upload.COMPLETE


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """A report of AWS or of a third party, in all its versions."""

    id: str
    name: str
    description: str
    series: str
    category: str
    company_name: str
    product_name: str
    versions: tuple[ReportVersion, ...]
    """The oldest first."""

    @property
    def current(self) -> ReportVersion | None:
        """Give the newest version that can be had, or else the newest that is published; None if all are withdrawn."""
        published = [one for one in reversed(self.versions) if one.published]
        return next((one for one in published if one.available), published[0] if published else None)

    @property
    def latest(self) -> ReportVersion:
        """Give the current version, or else the newest of all."""
        return self.current or self.versions[-1]

    def version(self, number: int) -> ReportVersion | None:
        """Find a version by its number."""
        return next((one for one in self.versions if one.version == number), None)


def reports_from(content: dict[str, Any]) -> tuple[Report, ...]:
    """Make the reports of what the file says, by id."""
    reports = [Report(**entry | {"versions": tuple(map(_version, entry["versions"]))}) for entry in content["reports"]]
    return tuple(sorted(reports, key=lambda one: one.id))


def _version(entry: dict[str, Any]) -> ReportVersion:
    instants = ("period_start", "period_end", "created_at", "last_modified_at", "deleted_at")
    return ReportVersion(
        **entry
        | {name: datetime.fromisoformat(entry[name]) if entry[name] else None for name in instants}
        | {
            "state": Publication(entry["state"]),
            "upload_state": Upload(entry["upload_state"]),
            "acceptance_type": TermAcceptance(entry["acceptance_type"]),
        }
    )
