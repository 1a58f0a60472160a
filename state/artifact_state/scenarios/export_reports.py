"""What a scenario can say of a world's reports: what is otherwise than in the catalogue."""

from collections.abc import Iterator
from dataclasses import fields

from artifact_state import catalog
from artifact_state.catalog import Report, ReportVersion
from artifact_state.model import State
from artifact_state.scenarios.schema import ReportScenario, ReportVersionScenario

_TOLD = ("name", "description", "series", "category", "company_name", "product_name")
_DERIVED = "term_id"


def reports_of(state: State) -> Iterator[ReportScenario]:
    """Describe the reports that were published or changed: those of the catalogue first, then in their order."""
    known = sorted(one for one in state.reports if catalog.report(one) is not None)
    for report_id in (*known, *state.report_order):
        described = _described(state.reports[report_id], catalog.report(report_id))
        if described is not None:
            yield described


def _described(report: Report, known: Report | None) -> ReportScenario | None:
    told = {name: getattr(report, name) for name in _TOLD if getattr(report, name) != getattr(known, name, None)}
    before = {one.version: one for one in known.versions} if known else {}
    versions = [one for one in report.versions if one != before.get(one.version)]
    if not told and not versions:
        return None
    return ReportScenario(id=report.id, **told, versions=[_version(one) for one in versions or report.versions[-1:]])


def _version(version: ReportVersion) -> ReportVersionScenario:
    said = {field.name: getattr(version, field.name) for field in fields(version) if field.name != _DERIVED}
    return ReportVersionScenario(**said)
