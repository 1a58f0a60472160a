"""Reports: compliance documents that every account may read once it has been shown their terms.

Reports belong to nobody: no trusted access and no organization is needed. What is published is shown to
everyone; whether its document can be had is another fact.
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
    """Find a report, withdrawn or not: as it was published in the world, or else as the catalogue has it."""
    return state.reports.get(report_id) or catalog.report(report_id)


def every_report(state: State, after: int = -1) -> Iterator[tuple[int, Report]]:
    """Go through all reports, withdrawn ones included: the catalogue's, then those of the world alone."""
    known = catalog.reports()
    for place in range(after + 1, len(known)):
        yield place, state.reports.get(known[place].id, known[place])
    for serial, report_id in state.report_order.after(max(after - len(known), -1)):
        yield len(known) + serial, state.reports[report_id]


def reports(state: State, after: int = -1) -> Iterator[tuple[int, tuple[Report, ReportVersion] | None]]:
    """Go through the reports, each in its current version; in place of a wholly withdrawn one comes None.

    Unverified: AWS does not say in which version a report is listed.
    """
    for place, report in every_report(state, after):
        yield place, (report, report.current) if report.current else None


def report_versions(
    state: State, report_id: str, after: int = -1
) -> Iterator[tuple[int, tuple[Report, ReportVersion] | None]]:
    """Go through the versions of a report, the oldest first; in place of a withdrawn one comes None.

    Raises ReportNotFound.
    """
    report = _require_report(state, report_id)
    return ((one.version, (report, one) if one.published else None) for one in report.versions if one.version > after)


def report_version(state: State, report_id: str, version: int | None) -> tuple[Report, ReportVersion]:
    """Tell one version of a report, the current one unless told otherwise; a withdrawn one can be named.

    Unverified: AWS does not say which version is meant when none is named, nor what is told of a withdrawn one.
    Raises ReportNotFound.
    """
    report = _require_report(state, report_id)
    found = report.current if version is None else report.version(version)
    if found is None:
        raise ReportNotFound(report_id if version is None else f"{report_id}:{version}")
    return report, found


def term_for_report(tx: Transaction, report_id: str, version: int | None) -> tuple[Report, ReportVersion, str]:
    """Give the token that stands for having been shown the terms of a report.

    Raises ReportNotFound, ReportNotReady.
    """
    report, one = _readable(tx.state, report_id, version)
    return report, one, issue(tx, TokenPurpose.GET_REPORT, f"{report.id}:{one.version}")


def get_report(tx: Transaction, report_id: str, version: int | None, token: str) -> tuple[Report, ReportVersion]:
    """Give a report whose terms were shown: those of the very version.

    Raises ReportNotFound, ReportNotReady, InvalidToken.
    """
    report, one = _readable(tx.state, report_id, version)
    redeem(tx, token, TokenPurpose.GET_REPORT, f"{report.id}:{one.version}", member="termToken")
    return report, one


def _require_report(state: State, report_id: str) -> Report:
    report = report_of(state, report_id)
    if report is None:
        raise ReportNotFound(report_id)
    return report


def _readable(state: State, report_id: str, version: int | None) -> tuple[Report, ReportVersion]:
    """Give a version that can be had.

    Unverified: AWS declares a conflict here and does not say which; a document that is not there is none of the
    other errors.
    """
    report, one = report_version(state, report_id, version)
    if not one.published:
        raise ReportNotFound(f"{report_id}:{one.version}")
    if not one.available:
        raise ReportNotReady(f"{report_id}:{one.version}")
    return report, one
