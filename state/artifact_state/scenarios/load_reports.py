"""Loading of reports: new ones are published, known ones are changed."""

from artifact_state.artifact.publishing import REPORT_FIELDS, InvalidDraft, VersionDraft, publish_version
from artifact_state.artifact.reports import report_of
from artifact_state.catalog import Report, ReportVersion
from artifact_state.record import replace
from artifact_state.scenarios.references import LoadContext, Place, ScenarioError, with_places
from artifact_state.scenarios.schema import ReportScenario, ReportVersionScenario
from artifact_state.world import Transaction

_PUBLISHER = "000000000000"
"""A caller for the transactions; reports belong to no account."""


def load_report(context: LoadContext, place: Place, scenario: ReportScenario) -> None:
    """Publish the versions of a report; overwrite the versions that exist already.

    Raises ScenarioError.
    """
    report_id = scenario.id
    for version_place, version in with_places((*place, "versions"), scenario.versions):
        with context.transaction(version_place, _PUBLISHER) as tx:
            report = report_of(tx.state, report_id) if report_id else None
            current = report.version(version.version) if report and version.version else None
            if report is not None and current is not None:
                _overwrite(tx, report, current, scenario, version)
            else:
                report_id = _publish(tx, place, replace(_draft_of(scenario, version), id=report_id))


def _publish(tx: Transaction, place: Place, draft: VersionDraft) -> str:
    try:
        report, _ = publish_version(tx, draft)
    except InvalidDraft as error:
        raise ScenarioError(place, str(error)) from None
    return report.id


def _draft_of(scenario: ReportScenario, version: ReportVersionScenario) -> VersionDraft:
    report_fields = {name: getattr(scenario, name) for name in REPORT_FIELDS}
    return VersionDraft(**report_fields, **{name: getattr(version, name) for name in type(version).model_fields})


def _overwrite(
    tx: Transaction, report: Report, current: ReportVersion, scenario: ReportScenario, version: ReportVersionScenario
) -> None:
    version_fields = {name: value for name in version.model_fields_set if (value := getattr(version, name)) is not None}
    changed = replace(current, **version_fields)
    report_fields = {name: value for name in REPORT_FIELDS if (value := getattr(scenario, name)) is not None}
    versions = tuple(changed if other is current else other for other in report.versions)
    tx.insert("reports", report.id, replace(report, **report_fields, versions=versions))
