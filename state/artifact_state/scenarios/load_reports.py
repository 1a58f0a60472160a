"""Reports of a scenario: published anew, or changed where they are known already."""

from dataclasses import replace

from artifact_state.artifact.publishing import InvalidDraft, VersionDraft, publish_version
from artifact_state.artifact.reports import report_of
from artifact_state.catalog import Report, ReportVersion
from artifact_state.scenarios.references import Place, ScenarioError, Workshop, placed
from artifact_state.scenarios.schema import ReportScenario, ReportVersionScenario
from artifact_state.world import Transaction

_ANYBODY = "000000000000"
_REPORT = ("name", "description", "series", "category", "company_name", "product_name")


def make_report(shop: Workshop, place: Place, wanted: ReportScenario) -> None:
    """Publish a report's versions; one that there is already is as the scenario says from now on.

    Raises ScenarioError.
    """
    report_id = wanted.id
    for where, version in placed((*place, "versions"), wanted.versions):
        with shop.do(where, _ANYBODY) as tx:
            known = report_of(tx.state, report_id) if report_id else None
            current = known.version(version.version) if known and version.version else None
            if known is not None and current is not None:
                _change(tx, known, current, wanted, version)
                continue
            report_id = _publish(tx, where, replace(_draft(wanted, version), id=report_id))


def _publish(tx: Transaction, place: Place, draft: VersionDraft) -> str:
    try:
        report, _ = publish_version(tx, draft)
    except InvalidDraft as error:
        raise ScenarioError(place[:-2], str(error)) from None
    return report.id


def _draft(wanted: ReportScenario, version: ReportVersionScenario) -> VersionDraft:
    said = {name: getattr(wanted, name) for name in _REPORT}
    return VersionDraft(**said, **{name: getattr(version, name) for name in type(version).model_fields})


def _change(
    tx: Transaction, known: Report, current: ReportVersion, wanted: ReportScenario, said: ReportVersionScenario
) -> None:
    members = {name: getattr(said, name) for name in said.model_fields_set if getattr(said, name) is not None}
    changed = replace(current, **members)
    named = {name: getattr(wanted, name) for name in _REPORT if getattr(wanted, name) is not None}
    versions = tuple(changed if one is current else one for one in known.versions)
    report = replace(known, **named, versions=versions)
    tx.set(reports=tx.state.reports.insert(report.id, report))
