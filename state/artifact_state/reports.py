"""Reports: compliance documents that every account may read once it has accepted their terms.

Reports belong to nobody: no trusted access and no organization is needed.
Source: https://docs.aws.amazon.com/artifact/latest/ug/downloading-documents.html
"""

from collections.abc import Iterator

from artifact_state import catalog
from artifact_state.catalog import Report, ReportVersion
from artifact_state.errors import ReportNotFound
from artifact_state.model import TokenPurpose
from artifact_state.tokens import issue, redeem
from artifact_state.world import Transaction


def reports(after: int = -1) -> Iterator[tuple[int, tuple[Report, ReportVersion]]]:
    """Go through the reports that are published, each in its newest published version."""
    for place, report in enumerate(catalog.reports()):
        published = [version for version in report.versions if version.published]
        if place > after and published:
            yield place, (report, published[-1])


def report_versions(report_id: str, after: int = -1) -> Iterator[tuple[int, tuple[Report, ReportVersion]]]:
    """Go through the published versions of a report, the oldest first.

    Raises ReportNotFound.
    """
    report = _report(report_id)
    return ((one.version, (report, one)) for one in report.versions if one.version > after and one.published)


def report_version(report_id: str, version: int | None) -> tuple[Report, ReportVersion]:
    """Tell one version of a report, the newest published one unless told otherwise.

    Raises ReportNotFound.
    """
    report = _report(report_id)
    for one in reversed(report.versions):
        if one.version == version or (version is None and one.published):
            return report, one
    raise ReportNotFound(f"{report_id}:{version}")


def term_for_report(tx: Transaction, report_id: str, version: int | None) -> tuple[Report, ReportVersion, str]:
    """Give the token that stands for having been shown the terms of a report.

    Raises ReportNotFound.
    """
    report, one = report_version(report_id, version)
    return report, one, issue(tx, TokenPurpose.GET_REPORT, f"{report.id}:{one.version}")


def get_report(tx: Transaction, report_id: str, version: int | None, token: str) -> tuple[Report, ReportVersion]:
    """Give a report whose terms were shown.

    Raises ReportNotFound, InvalidToken.
    """
    report, one = report_version(report_id, version)
    redeem(tx, token, TokenPurpose.GET_REPORT, f"{report.id}:{one.version}", member="termToken")
    return report, one


def _report(report_id: str) -> Report:
    for report in catalog.reports():
        if report.id == report_id:
            return report
    raise ReportNotFound(report_id)
