"""Export of reports: those that differ from the catalog."""

from collections.abc import Iterator

from artifact_state import catalog
from artifact_state.artifact.publishing import REPORT_FIELDS
from artifact_state.catalog import Report, ReportVersion
from artifact_state.model import State
from artifact_state.record import fields
from artifact_state.scenarios.schema import ReportScenario, ReportVersionScenario

_DERIVED_FIELD = "term_id"


def export_reports(state: State) -> Iterator[ReportScenario]:
    """Return the reports that were published or changed: those of the catalog first, then the new ones in order."""
    changed = sorted(report_id for report_id in state.reports if catalog.report(report_id) is not None)
    for report_id in (*changed, *state.report_order):
        scenario = _report(state.reports[report_id], catalog.report(report_id))
        if scenario is not None:
            yield scenario


def _report(report: Report, original: Report | None) -> ReportScenario | None:
    """Return the description of a report's differences from the catalog, or None if there are none."""
    changes = {
        name: value for name in REPORT_FIELDS if (value := getattr(report, name)) != getattr(original, name, None)
    }
    originals = {version.version: version for version in original.versions} if original else {}
    versions = [version for version in report.versions if version != originals.get(version.version)]
    if not changes and not versions:
        return None
    # A scenario has at least one version, so an unchanged one is repeated if only the report itself changed.
    return ReportScenario(id=report.id, **changes, versions=list(map(_version, versions or report.versions[-1:])))


def _version(version: ReportVersion) -> ReportVersionScenario:
    names = fields(ReportVersion).keys() - {_DERIVED_FIELD}
    return ReportVersionScenario(**{name: getattr(version, name) for name in names})
