"""Publishing: reports and versions that come, change and go while a world lives.

AWS and third parties publish; no operation of AWS does. Every account sees the change at once, for reports
belong to nobody.
Source: https://docs.aws.amazon.com/artifact/latest/APIReference/API_ReportDetail.html
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from artifact_state import ids
from artifact_state.artifact.reports import report_of
from artifact_state.catalog import (Publication, Report, ReportVersion, TermAcceptance, Upload)
from artifact_state.errors import ReportNotFound
from artifact_state.events import ReportChanged, ReportPublished
from artifact_state.world import Transaction

_YEAR = timedelta(days=365)


class NotPublishable(ValueError):
    """The draft makes no report; the text says why."""


class VersionTaken(Exception):
    """The report has a version of this number."""


class Outdated(Exception):
    """The version was written again since its writer looked at it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """A version of a report as it is handed in: what is left out is as in the version before, or the usual."""

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


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """What is to become of a version; None leaves it as it is."""

    state: Publication | None = None
    upload_state: Upload | None = None
    status_message: str | None = None
    acceptance_type: TermAcceptance | None = None


def publish(tx: Transaction, draft: Draft) -> tuple[Report, ReportVersion]:
    """Add a version to a report, or a report with its first one.

    What the draft says of the report, such as its name, holds for all its versions from now on.
    Raises NotPublishable, VersionTaken.
    """
    known = report_of(tx.state, draft.id) if draft.id else None
    version = _version(tx, draft, known)
    if known and known.version(version.version):
        raise VersionTaken(f"The report {known.id} has a version {version.version}.")
    report = _described(draft, known) if known else _new_report(tx, draft)
    if not version.term_id:
        version = replace(version, term_id=report.id.replace("report-", "term-"))
    _keep(tx, replace(report, versions=tuple(sorted((*report.versions, version), key=lambda one: one.version))))
    tx.record(ReportPublished(at=tx.now, report_id=report.id, version=version.version))
    return tx.state.reports[report.id], version


def change(
    tx: Transaction, report_id: str, number: int, wanted: Change, sequence_number: int | None = None
) -> tuple[Report, ReportVersion]:
    """Change a version: withdraw it, publish it again, let its document come or fail.

    With a sequence number, only if the version was not written since it had that number.
    Raises ReportNotFound, Outdated.
    """
    report = report_of(tx.state, report_id)
    version = report.version(number) if report else None
    if report is None or version is None:
        raise ReportNotFound(f"{report_id}:{number}")
    if sequence_number not in (None, version.sequence_number):
        raise Outdated(f"The sequence number of {report_id}:{number} is {version.sequence_number}.")
    changed = _changed(tx, version, wanted)
    report = replace(report, versions=tuple(changed if one is version else one for one in report.versions))
    _keep(tx, report)
    tx.record(ReportChanged(at=tx.now, report_id=report_id, version=number))
    return report, changed


def withdraw(tx: Transaction, report_id: str) -> Report:
    """Withdraw all versions of a report.

    Raises ReportNotFound.
    """
    report = report_of(tx.state, report_id)
    if report is None:
        raise ReportNotFound(report_id)
    for one in report.versions:
        if one.published:
            report, _ = change(tx, report_id, one.version, Change(state=Publication.UNPUBLISHED))
    return report


def _version(tx: Transaction, draft: Draft, report: Report | None) -> ReportVersion:
    before = report.versions[-1] if report else None
    created_at = draft.created_at or tx.now
    version = ReportVersion(
        version=draft.version or (before.version + 1 if before else 1),
        state=draft.state,
        upload_state=draft.upload_state,
        status_message=draft.status_message,
        period_start=draft.period_start or (draft.period_end or created_at) - _YEAR,
        period_end=draft.period_end or (draft.period_start + _YEAR if draft.period_start else created_at),
        created_at=created_at,
        last_modified_at=draft.last_modified_at or created_at,
        deleted_at=draft.deleted_at,
        acceptance_type=draft.acceptance_type or (before.acceptance_type if before else TermAcceptance.EXPLICIT),
        term_id=before.term_id if before else "",
        sequence_number=draft.sequence_number,
    )
    if version.period_start > version.period_end:
        raise NotPublishable("The period ends before it starts.")
    if version.last_modified_at < version.created_at or (version.deleted_at or tx.now) < version.created_at:
        raise NotPublishable("The version was created after it was modified or deleted.")
    if version.published and version.deleted_at:
        raise NotPublishable("A published version was not deleted.")
    return version


def _new_report(tx: Transaction, draft: Draft) -> Report:
    if draft.name is None or draft.series is None:
        raise NotPublishable("A new report needs a name and a series.")
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


def _described(draft: Draft, report: Report) -> Report:
    members = ("name", "description", "series", "category", "company_name", "product_name")
    said = {member: getattr(draft, member) for member in members if getattr(draft, member) is not None}
    return replace(report, **said)


def _changed(tx: Transaction, version: ReportVersion, wanted: Change) -> ReportVersion:
    state = wanted.state or version.state
    return replace(
        version,
        state=state,
        upload_state=wanted.upload_state or version.upload_state,
        status_message=version.status_message if wanted.status_message is None else wanted.status_message,
        acceptance_type=wanted.acceptance_type or version.acceptance_type,
        last_modified_at=tx.now,
        deleted_at=_deleted_at(tx, version, state),
        sequence_number=version.sequence_number + 1,
    )


def _deleted_at(tx: Transaction, version: ReportVersion, state: Publication) -> datetime | None:
    """Tell when a version was withdrawn: one that was never published was not."""
    if state is Publication.PUBLISHED:
        return None
    return tx.now if version.published else version.deleted_at


def _keep(tx: Transaction, report: Report) -> None:
    if report_of(tx.state, report.id) is None:
        tx.set(report_order=tx.state.report_order.set(tx.serial(), report.id))
    tx.set(reports=tx.state.reports.insert(report.id, report))
