"""Reports: for every account, once it was shown their terms."""

from dataclasses import replace
from datetime import timedelta

import pytest

from artifact_state import catalog
from artifact_state.artifact import agreements, reports
from artifact_state.artifact.tokens import issue
from artifact_state.catalog import Publication, Report, Upload
from artifact_state.errors import InvalidToken, ReportNotFound, ReportNotReady
from artifact_state.model import TokenPurpose
from artifact_state.world import World
from tests.support.domain import STANDALONE, act, expect_refusal, world_with_organization

SOC = "report-f1DIWBmGa2Lhsadg"
UPLOADING = "report-VwwcNPWUjtjSvexn"
NOWHERE = "report-0000000000000000"
# Reports of which some versions are withdrawn.
WITHDRAWN = [one for one in catalog.reports() if any(not version.published for version in one.versions)]


def known(report_id: str) -> Report:
    """Give a report of the catalogue."""
    report = catalog.report(report_id)
    assert report is not None
    return report


@pytest.fixture
def world() -> World:
    """Give a world."""
    return world_with_organization()


class TestReports:
    """reports."""

    def test_are_the_current_versions(self, world: World) -> None:
        """Each report once, in its current version; none in place of one that is wholly withdrawn."""
        found = dict(reports.published_reports(world.state))
        assert len(found) == len(catalog.reports())
        assert list(found.values()) == [(one, one.current) if one.current else None for one in catalog.reports()]
        assert None in found.values()

    def test_go_on_after_a_place(self, world: World) -> None:
        """A listing may begin after any place."""
        whole = list(reports.published_reports(world.state))
        for at, (place, _) in enumerate(whole):
            assert list(reports.published_reports(world.state, place)) == whole[at + 1 :]


class TestCurrent:
    """Report.current."""

    @pytest.mark.parametrize(
        ("versions", "current"),
        [
            ("P:COMPLETE P:COMPLETE", 2),
            ("P:COMPLETE P:PROCESSING", 1),
            ("P:COMPLETE U:COMPLETE", 1),
            ("U:COMPLETE P:FAILED", 2),
            ("P:FAULT P:PROCESSING", 2),
            ("U:COMPLETE U:PROCESSING", None),
        ],
    )
    def test_is_the_newest_that_can_be_had(self, versions: str, current: int | None) -> None:
        """A newer one that has no document yet does not stand before it; a withdrawn one never does."""
        report = catalog.reports()[0]
        made = [
            replace(
                report.versions[0],
                version=number,
                state=Publication.PUBLISHED if one[0] == "P" else Publication.UNPUBLISHED,
                upload_state=Upload(one[2:]),
            )
            for number, one in enumerate(versions.split(), start=1)
        ]
        found = replace(report, versions=tuple(made)).current
        assert (found.version if found else None) == current


class TestReportVersions:
    """report_versions."""

    def test_are_the_published_ones(self, world: World) -> None:
        """The oldest first; none in place of a withdrawn one; one whose document is not there is told of."""
        assert WITHDRAWN
        for report in [*WITHDRAWN, known(UPLOADING)]:
            found = [one for _, one in reports.published_versions(world.state, report.id)]
            assert found == [(report, one) if one.published else None for one in report.versions]
        assert [one.upload_state for one in known(UPLOADING).versions] == [Upload.COMPLETE, Upload.PROCESSING]

    def test_go_on_after_a_version(self, world: World) -> None:
        """A listing may begin after any version."""
        whole = list(reports.published_versions(world.state, SOC))
        assert list(reports.published_versions(world.state, SOC, whole[1][0])) == whole[2:]

    def test_of_an_unknown_report(self, world: World) -> None:
        """There is no such report."""
        with expect_refusal(world, ReportNotFound):
            reports.published_versions(world.state, NOWHERE)


class TestReportVersion:
    """report_version."""

    def test_is_the_current_one_unless_told_otherwise(self, world: World) -> None:
        """Without a version, the current one: not the newest, while its document is not there."""
        report, version = reports.report_version(world.state, SOC, None)
        assert version == report.current
        assert reports.report_version(world.state, SOC, 1)[1].version == 1
        assert reports.report_version(world.state, UPLOADING, None)[1].version == 1
        assert reports.report_version(world.state, UPLOADING, 2)[1].version == 2

    @pytest.mark.parametrize(("report", "version"), [(NOWHERE, None), (NOWHERE, 1), (SOC, 4711), (SOC, 0)])
    def test_that_is_not_there(self, world: World, report: str, version: int | None) -> None:
        """Neither the report nor the version is made up."""
        with expect_refusal(world, ReportNotFound):
            reports.report_version(world.state, report, version)

    def test_of_a_withdrawn_report(self, world: World) -> None:
        """A withdrawn version is described when it is asked for by number, and is never the default."""
        wholly = [one for one in WITHDRAWN if not any(version.published for version in one.versions)]
        assert wholly
        for report in wholly:
            with expect_refusal(world, ReportNotFound):
                reports.report_version(world.state, report.id, None)
            assert reports.report_version(world.state, report.id, 1) == (report, report.versions[0])


class TestGetReport:
    """term_for_report and get_report."""

    def test_once_its_terms_were_shown(self, world: World) -> None:
        """The term's token opens the report, once."""
        report, version, token = act(world, reports.term_for_report, SOC, None, account=STANDALONE)
        assert act(world, reports.get_report, SOC, None, token, account=STANDALONE) == (report, version)
        with expect_refusal(world, InvalidToken):
            act(world, reports.get_report, SOC, None, token, account=STANDALONE)

    def test_of_another_version(self, world: World) -> None:
        """The terms of one version do not open another, nor another report."""
        report, version, token = act(world, reports.term_for_report, SOC, None)
        other = self.another(report, version.version)
        with expect_refusal(world, InvalidToken):
            act(world, reports.get_report, SOC, other, token)
        elsewhere = next(one.id for one in catalog.reports() if one.id != SOC and one.current)
        with expect_refusal(world, InvalidToken):
            act(world, reports.get_report, elsewhere, None, token)
        assert act(world, reports.get_report, SOC, version.version, token)

    def test_by_another_account(self, world: World) -> None:
        """A token is good for the account that it was given to."""
        _, _, token = act(world, reports.term_for_report, SOC, None)
        with expect_refusal(world, InvalidToken):
            act(world, reports.get_report, SOC, None, token, account=STANDALONE)

    def test_too_late(self, world: World) -> None:
        """A token lapses."""
        _, _, token = act(world, reports.term_for_report, SOC, None)
        world.clock.advance(timedelta(minutes=15) - timedelta(microseconds=1))
        assert act(world, reports.get_report, SOC, None, token)
        _, _, token = act(world, reports.term_for_report, SOC, None)
        world.clock.advance(timedelta(minutes=15))
        with expect_refusal(world, InvalidToken):
            act(world, reports.get_report, SOC, None, token)

    @pytest.mark.parametrize("purpose", [one for one in TokenPurpose if one is not TokenPurpose.GET_REPORT])
    def test_with_a_token_of_another_purpose(self, world: World, purpose: TokenPurpose) -> None:
        """A token opens one kind of call, be its account and subject the right ones."""
        token = act(world, issue, purpose, f"{SOC}:5")
        with expect_refusal(world, InvalidToken):
            act(world, reports.get_report, SOC, None, token)

    def test_does_not_open_an_agreement(self, world: World) -> None:
        """A report's token is no agreement's."""
        _, _, token = act(world, reports.term_for_report, SOC, None)
        with expect_refusal(world, InvalidToken):
            act(world, agreements.get_agreement, "agreement-9c1kBcYznTkcpRIm", token)
        assert act(world, reports.get_report, SOC, None, token)

    def test_of_a_withdrawn_version(self, world: World) -> None:
        """Neither its terms nor itself can be had."""
        for report in WITHDRAWN:
            version = next(one.version for one in report.versions if not one.published)
            with expect_refusal(world, ReportNotFound):
                act(world, reports.term_for_report, report.id, version)
            with expect_refusal(world, ReportNotFound):
                act(world, reports.get_report, report.id, version, "token")

    def test_whose_document_is_not_there(self, world: World) -> None:
        """A published version cannot be had before its document is there; the one before it can."""
        with expect_refusal(world, ReportNotReady):
            act(world, reports.term_for_report, UPLOADING, 2)
        with expect_refusal(world, ReportNotReady):
            act(world, reports.get_report, UPLOADING, 2, "token")
        _, version, token = act(world, reports.term_for_report, UPLOADING, None)
        assert version.version == 1
        assert act(world, reports.get_report, UPLOADING, None, token)

    @pytest.mark.parametrize("version", [None, 1])
    def test_that_is_not_there(self, world: World, version: int | None) -> None:
        """An unknown report has no terms either."""
        with expect_refusal(world, ReportNotFound):
            act(world, reports.term_for_report, NOWHERE, version)
        with expect_refusal(world, ReportNotFound):
            act(world, reports.get_report, NOWHERE, version, "token")

    @staticmethod
    def another(report: Report, version: int) -> int:
        """Name another version of a report that can be had."""
        return next(one.version for one in report.versions if one.version != version and one.available)
