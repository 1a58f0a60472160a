"""Publishing: reports and versions that are added, changed and withdrawn during the life of a world.

AWS and third parties publish reports, for which AWS has no operation. All accounts see a change at once, because
reports do not belong to an account.
Source: https://docs.aws.amazon.com/artifact/latest/APIReference/API_ReportDetail.html
"""

from datetime import datetime, timedelta

from artifact_state import ids
from artifact_state.artifact.reports import report_of
from artifact_state.catalog import Publication, Report, ReportVersion, TermAcceptance, Upload
from artifact_state.errors import ReportNotFound
from artifact_state.events import ReportChanged, ReportPublished
from artifact_state.record import Record, replace
from artifact_state.world import Transaction

REPORT_FIELDS = ("name", "description", "series", "category", "company_name", "product_name")
"""The fields of a draft that describe the report rather than its version."""
_YEAR = timedelta(days=365)


class InvalidDraft(ValueError):
    """The draft does not describe a valid version of a report."""


class DuplicateVersion(Exception):
    """The report already has a version with this number."""


class VersionOutdated(Exception):
    """The version has changed since the sequence number of the request."""


class VersionDraft(Record):
    """A new version of a report; a field that is None has the value of the latest version or a default."""

    id: str | None = None
    version: int | None = None
    name: str | None = None
    description: str | None = None
    series: str | None = None
    category: str | None = None
    company_name: str | None = None
    product_name: str | None = None
    state: Publication = Publication.PUBLISHED
    upload_state: Upload = Upload.COMPLETE
    status_message: str = ""
    period_start: datetime | None = None
    period_end: datetime | None = None
    created_at: datetime | None = None
    last_modified_at: datetime | None = None
    deleted_at: datetime | None = None
    acceptance_type: TermAcceptance | None = None
    sequence_number: int = 1


class VersionChange(Record):
    """A change of a version; a field that is None keeps its value."""

    state: Publication | None = None
    upload_state: Upload | None = None
    status_message: str | None = None
    acceptance_type: TermAcceptance | None = None


def publish_version(tx: Transaction, draft: VersionDraft) -> tuple[Report, ReportVersion]:
    """Add a version to a report, or create a report with its first version.

    The report's own fields in the draft, such as its name, apply to all versions.
    Raises InvalidDraft, DuplicateVersion.
    """
    existing = report_of(tx.state, draft.id) if draft.id else None
    version = _new_version(tx, draft, existing)
    if existing and existing.version(version.version):
        raise DuplicateVersion(f"The report {existing.id} already has a version {version.version}.")
    report = _described(draft, existing) if existing else _new_report(tx, draft)
    if not version.term_id:
        version = replace(version, term_id=report.id.replace("report-", "term-"))
    versions = sorted((*report.versions, version), key=lambda version: version.version)
    _put(tx, replace(report, versions=tuple(versions)))
    tx.record(ReportPublished(at=tx.now, report_id=report.id, version=version.version))
    return tx.state.reports[report.id], version


def change_version(
    tx: Transaction, report_id: str, number: int, change: VersionChange, sequence_number: int | None = None
) -> tuple[Report, ReportVersion]:
    """Change a version: withdraw it, publish it again, or change the state of its document.

    If a sequence number is given, the version must still have it.
    Raises ReportNotFound, VersionOutdated.
    """
    report = report_of(tx.state, report_id)
    version = report.version(number) if report else None
    if report is None or version is None:
        raise ReportNotFound(f"{report_id}:{number}")
    if sequence_number not in (None, version.sequence_number):
        raise VersionOutdated(f"The sequence number of {report_id}:{number} is {version.sequence_number}.")
    changed = _changed(tx, version, change)
    report = replace(report, versions=tuple(changed if other is version else other for other in report.versions))
    _put(tx, report)
    tx.record(ReportChanged(at=tx.now, report_id=report_id, version=number))
    return report, changed


def withdraw_report(tx: Transaction, report_id: str) -> Report:
    """Withdraw all published versions of a report.

    Raises ReportNotFound.
    """
    report = report_of(tx.state, report_id)
    if report is None:
        raise ReportNotFound(report_id)
    for version in report.versions:
        if version.published:
            report, _ = change_version(tx, report_id, version.version, VersionChange(state=Publication.UNPUBLISHED))
    return report


def _new_version(tx: Transaction, draft: VersionDraft, report: Report | None) -> ReportVersion:
    latest = report.versions[-1] if report else None
    created_at = draft.created_at or tx.now
    version = ReportVersion(
        version=draft.version or (latest.version + 1 if latest else 1),
        state=draft.state,
        upload_state=draft.upload_state,
        status_message=draft.status_message,
        period_start=draft.period_start or (draft.period_end or created_at) - _YEAR,
        period_end=draft.period_end or (draft.period_start + _YEAR if draft.period_start else created_at),
        created_at=created_at,
        last_modified_at=draft.last_modified_at or created_at,
        deleted_at=draft.deleted_at,
        acceptance_type=draft.acceptance_type or (latest.acceptance_type if latest else TermAcceptance.EXPLICIT),
        term_id=latest.term_id if latest else "",
        sequence_number=draft.sequence_number,
    )
    if version.period_start > version.period_end:
        raise InvalidDraft("The period ends before it starts.")
    if version.last_modified_at < version.created_at or (version.deleted_at or tx.now) < version.created_at:
        raise InvalidDraft("The version is created after it is modified or deleted.")
    if version.published and version.deleted_at:
        raise InvalidDraft("A published version cannot have been deleted.")
    return version


def _new_report(tx: Transaction, draft: VersionDraft) -> Report:
    if draft.name is None or draft.series is None:
        raise InvalidDraft("A new report needs a name and a series.")
    report_id = draft.id or ids.report_id(tx.state.seed, tx.serial())
    empty = Report(
        id=report_id,
        name=draft.name,
        description=draft.name,
        series=draft.series,
        category="Certifications and Attestations",
        company_name="Amazon Web Services",
        product_name="AWS",
        versions=(),
    )
    return _described(draft, empty)


def _described(draft: VersionDraft, report: Report) -> Report:
    changes = {name: value for name in REPORT_FIELDS if (value := getattr(draft, name)) is not None}
    return replace(report, **changes)


def _changed(tx: Transaction, version: ReportVersion, change: VersionChange) -> ReportVersion:
    state = change.state or version.state
    return replace(
        version,
        state=state,
        upload_state=change.upload_state or version.upload_state,
        status_message=version.status_message if change.status_message is None else change.status_message,
        acceptance_type=change.acceptance_type or version.acceptance_type,
        last_modified_at=tx.now,
        deleted_at=_deleted_at(tx, version, state),
        sequence_number=version.sequence_number + 1,
    )


def _deleted_at(tx: Transaction, version: ReportVersion, state: Publication) -> datetime | None:
    """Return when a version was withdrawn, or None if it is published or never was."""
    if state is Publication.PUBLISHED:
        return None
    return tx.now if version.published else version.deleted_at


def _put(tx: Transaction, report: Report) -> None:
    if report_of(tx.state, report.id) is None:
        tx.set(report_order=tx.state.report_order.set(tx.serial(), report.id))
    tx.insert("reports", report.id, report)
