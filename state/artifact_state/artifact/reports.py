"""Reports: compliance documents that every account may download after it has been shown their terms.

Reports do not belong to an account, and access needs neither an organization nor trusted access. A published
report is listed for everyone; whether its document is available is stored apart.
Source: https://docs.aws.amazon.com/artifact/latest/ug/downloading-documents.html
"""

from collections.abc import Iterator

from artifact_state import catalog
from artifact_state.artifact.tokens import issue, redeem
from artifact_state.catalog import Report, ReportVersion
from artifact_state.errors import ReportNotFound, ReportNotReady
from artifact_state.model import State, TokenPurpose
from artifact_state.world import Transaction


def report_of(state: State, report_id: str) -> Report | None:
    """Return a report, withdrawn or not, as published in the world or else as in the catalog; None if unknown."""
    return state.reports.get(report_id) or catalog.report(report_id)


def all_reports(state: State, after: int = -1) -> Iterator[tuple[int, Report]]:
    """Return an iterator of all reports, withdrawn ones included: those of the catalog, then those of the world."""
    known = catalog.reports()
    for position in range(after + 1, len(known)):
        report = known[position]
        yield position, state.reports.get(report.id, report)
    for serial, report_id in state.report_order.after(max(after - len(known), -1)):
        yield len(known) + serial, state.reports[report_id]


def published_reports(state: State, after: int = -1) -> Iterator[tuple[int, tuple[Report, ReportVersion] | None]]:
    """Return an iterator of the reports in their current versions, with None in place of withdrawn reports.

    Unverified: AWS does not document in which version a report is listed.
    """
    for position, report in all_reports(state, after):
        yield position, (report, report.current) if report.current else None


def published_versions(
    state: State, report_id: str, after: int = -1
) -> Iterator[tuple[int, tuple[Report, ReportVersion] | None]]:
    """Return an iterator of the versions of a report, the oldest first, with None in place of withdrawn versions.

    Raises ReportNotFound.
    """
    report = _require_report(state, report_id)
    return (
        (version.version, (report, version) if version.published else None)
        for version in report.versions
        if version.version > after
    )


def report_version(state: State, report_id: str, number: int | None) -> tuple[Report, ReportVersion]:
    """Return a version of a report, withdrawn or not; the current version if `number` is None.

    Unverified: AWS documents neither the default version nor the reply for a withdrawn one.
    Raises ReportNotFound.
    """
    report = _require_report(state, report_id)
    version = report.current if number is None else report.version(number)
    if version is None:
        raise ReportNotFound(report_id if number is None else f"{report_id}:{number}")
    return report, version


def term_for_report(tx: Transaction, report_id: str, number: int | None) -> tuple[Report, ReportVersion, str]:
    """Return a version of a report, and a token which proves that the caller was shown its terms.

    Raises ReportNotFound, ReportNotReady.
    """
    report, version = _require_available(tx.state, report_id, number)
    return report, version, issue(tx, TokenPurpose.GET_REPORT, f"{report.id}:{version.version}")


def get_report(tx: Transaction, report_id: str, number: int | None, token: str) -> tuple[Report, ReportVersion]:
    """Return a version of a report whose terms the caller was shown.

    Raises ReportNotFound, ReportNotReady, InvalidToken.
    """
    report, version = _require_available(tx.state, report_id, number)
    redeem(tx, token, TokenPurpose.GET_REPORT, f"{report.id}:{version.version}", member="termToken")
    return report, version


def _require_report(state: State, report_id: str) -> Report:
    report = report_of(state, report_id)
    if report is None:
        raise ReportNotFound(report_id)
    return report


def _require_available(state: State, report_id: str, number: int | None) -> tuple[Report, ReportVersion]:
    """Return a version whose document can be downloaded.

    Unverified: AWS declares a conflict without documenting its cause; no other declared error fits a missing document.
    Raises ReportNotFound, ReportNotReady.
    """
    report, version = report_version(state, report_id, number)
    if not version.published:
        raise ReportNotFound(f"{report_id}:{version.version}")
    if not version.available:
        raise ReportNotReady(f"{report_id}:{version.version}")
    return report, version
