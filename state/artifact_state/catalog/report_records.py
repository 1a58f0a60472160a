"""The records of `reports.json`: the reports of AWS Artifact."""

from datetime import datetime
from enum import Enum

from artifact_state.record import Record


class Publication(Enum):
    """Whether a version of a report is published or withdrawn."""

    PUBLISHED = "PUBLISHED"
    UNPUBLISHED = "UNPUBLISHED"


class Upload(Enum):
    """The state of a version's document."""

    PROCESSING = "PROCESSING"
    COMPLETE = "COMPLETE"
    FAILED = "FAILED"
    FAULT = "FAULT"


class TermAcceptance(Enum):
    """Whether a reader must accept the terms of a version explicitly."""

    PASSTHROUGH = "PASSTHROUGH"
    EXPLICIT = "EXPLICIT"


class ReportVersion(Record):
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
    """Unverified: AWS does not document the format of a term's ARN."""
    sequence_number: int
    """The number of changes to the version, which AWS uses for optimistic locking."""

    @property
    def published(self) -> bool:
        """Whether the version is listed, with or without its document."""
        return self.state is Publication.PUBLISHED

    @property
    def available(self) -> bool:
        """Whether the version can be downloaded: it is published and its document is complete."""
        return self.published and self.upload_state is Upload.COMPLETE


class Report(Record):
    """A report of AWS or of a third party with all its versions."""

    id: str
    name: str
    description: str
    series: str
    category: str
    company_name: str
    product_name: str
    versions: tuple[ReportVersion, ...]
    """In the order of publication."""

    @property
    def current(self) -> ReportVersion | None:
        """The newest available version, else the newest published version, else None."""
        newest = None
        for version in reversed(self.versions):
            if version.available:
                return version
            if newest is None and version.published:
                newest = version
        return newest

    @property
    def latest(self) -> ReportVersion:
        """The current version, else the newest version."""
        return self.current or self.versions[-1]

    def version(self, number: int) -> ReportVersion | None:
        """Return the version with a number, or None."""
        return next((version for version in self.versions if version.version == number), None)
