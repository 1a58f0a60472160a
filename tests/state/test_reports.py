"""Reports: for every account, once it was shown their terms."""

from datetime import timedelta

import pytest

from artifact_state import catalog, reports
from artifact_state.catalog import Report
from artifact_state.errors import InvalidToken, ReportNotFound
from artifact_state.world import World
from tests.state.acting import STRANGER, a_world, act, refused

SOC = "report-f1DIWBmGa2Lhsadg"
NOWHERE = "report-0000000000000000"
# Reports of which some versions are withdrawn.
WITHDRAWN = [one for one in catalog.reports() if any(not version.published for version in one.versions)]


@pytest.fixture
def world() -> World:
    """Give a world."""
    return a_world()


class TestReports:
    """reports."""

    def test_are_the_newest_published_versions(self) -> None:
        """Each published report once, in its newest published version; a withdrawn one not at all."""
        found = {report.id: version for _, (report, version) in reports.reports()}
        for report in catalog.reports():
            published = [version for version in report.versions if version.published]
            assert found.get(report.id) == (published[-1] if published else None)
        assert len(found) < len(catalog.reports())

    def test_go_on_after_a_place(self) -> None:
        """A listing may begin after any place."""
        whole = list(reports.reports())
        assert list(reports.reports(whole[3][0])) == whole[4:]


class TestReportVersions:
    """report_versions."""

    def test_are_the_published_ones(self) -> None:
        """The oldest first; a withdrawn version is left out."""
        assert WITHDRAWN
        for report in WITHDRAWN:
            found = [version for _, (_, version) in reports.report_versions(report.id)]
            assert found == [one for one in report.versions if one.published]

    def test_go_on_after_a_version(self) -> None:
        """A listing may begin after any version."""
        whole = list(reports.report_versions(SOC))
        assert list(reports.report_versions(SOC, whole[0][0])) == whole[1:]

    def test_of_an_unknown_report(self) -> None:
        """There is no such report."""
        with pytest.raises(ReportNotFound):
            reports.report_versions(NOWHERE)


class TestReportVersion:
    """report_version."""

    def test_is_the_newest_unless_told_otherwise(self) -> None:
        """Without a version, the newest published one."""
        report, version = reports.report_version(SOC, None)
        assert version == report.latest
        first = report.versions[0].version
        assert reports.report_version(SOC, first)[1].version == first

    @pytest.mark.parametrize(("report", "version"), [(NOWHERE, None), (NOWHERE, 1), (SOC, 4711), (SOC, 0)])
    def test_that_is_not_there(self, report: str, version: int | None) -> None:
        """Neither the report nor the version is made up."""
        with pytest.raises(ReportNotFound):
            reports.report_version(report, version)

    def test_of_a_withdrawn_report(self) -> None:
        """A withdrawn version is described when it is asked for by number, and is never the default."""
        wholly = [one for one in WITHDRAWN if not any(version.published for version in one.versions)]
        assert wholly
        for report in wholly:
            with pytest.raises(ReportNotFound):
                reports.report_version(report.id, None)
            assert reports.report_version(report.id, report.versions[0].version)


class TestGetReport:
    """term_for_report and get_report."""

    def test_once_its_terms_were_shown(self, world: World) -> None:
        """The term's token opens the report, once."""
        report, version, token = act(world, reports.term_for_report, SOC, None, account=STRANGER)
        assert act(world, reports.get_report, SOC, None, token, account=STRANGER) == (report, version)
        with refused(world, InvalidToken):
            act(world, reports.get_report, SOC, None, token, account=STRANGER)

    def test_of_another_version(self, world: World) -> None:
        """The terms of one version do not open another, nor another report."""
        report, version, token = act(world, reports.term_for_report, SOC, None)
        other = self.another(report, version.version)
        with refused(world, InvalidToken):
            act(world, reports.get_report, SOC, other, token)
        elsewhere = next(one.id for _, (one, _) in reports.reports() if one.id != SOC)
        with refused(world, InvalidToken):
            act(world, reports.get_report, elsewhere, None, token)
        assert act(world, reports.get_report, SOC, version.version, token)

    def test_by_another_account(self, world: World) -> None:
        """A token is good for the account that it was given to."""
        _, _, token = act(world, reports.term_for_report, SOC, None)
        with refused(world, InvalidToken):
            act(world, reports.get_report, SOC, None, token, account=STRANGER)

    def test_too_late(self, world: World) -> None:
        """A token lapses."""
        _, _, token = act(world, reports.term_for_report, SOC, None)
        world.clock.advance(timedelta(minutes=15))
        with refused(world, InvalidToken):
            act(world, reports.get_report, SOC, None, token)

    @pytest.mark.parametrize("version", [None, 1])
    def test_that_is_not_there(self, world: World, version: int | None) -> None:
        """An unknown report has no terms either."""
        with refused(world, ReportNotFound):
            act(world, reports.term_for_report, NOWHERE, version)
        with refused(world, ReportNotFound):
            act(world, reports.get_report, NOWHERE, version, "token")

    @staticmethod
    def another(report: Report, version: int) -> int:
        """Name another version of a report."""
        return next(one.version for one in report.versions if one.version != version)
