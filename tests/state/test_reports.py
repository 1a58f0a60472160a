"""Reports: available to every account that was shown their terms."""

from datetime import timedelta

import pytest

from artifact_state import catalog
from artifact_state.artifact import agreements, reports
from artifact_state.artifact.tokens import issue
from artifact_state.catalog import Publication, Report, Upload
from artifact_state.errors import InvalidToken, ReportNotFound, ReportNotReady
from artifact_state.model import TokenPurpose
from artifact_state.record import replace
from artifact_state.world import World
from tests.support.domain import STANDALONE, act, expect_refusal, world_with_organization

SOC = "report-f1DIWBmGa2Lhsadg"
UPLOADING = "report-VwwcNPWUjtjSvexn"
NOWHERE = "report-0000000000000000"
# Reports of which some versions are withdrawn.
WITHDRAWN = [report for report in catalog.reports() if any(not version.published for version in report.versions)]


def known(report_id: str) -> Report:
    """Return a report of the catalog."""
    report = catalog.report(report_id)
    assert report is not None
    return report


@pytest.fixture
def world() -> World:
    """Return a world with an organization."""
    return world_with_organization()


class TestPublishedReports:
    """published_reports."""

    def test_reports_are_listed_in_their_current_versions(self, world: World) -> None:
        """Each report is listed once, with None in place of a report whose versions are all withdrawn."""
        published = dict(reports.published_reports(world.state))
        assert list(published.values()) == [
            (report, report.current) if report.current else None for report in catalog.reports()
        ]
        assert None in published.values()

    def test_reports_are_listed_after_a_position(self, world: World) -> None:
        """A listing can continue after any position."""
        items = list(reports.published_reports(world.state))
        for index, (position, _) in enumerate(items):
            assert list(reports.published_reports(world.state, position)) == items[index + 1 :]


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
    def test_current_version_is_the_newest_available_one(self, versions: str, current: int | None) -> None:
        """A newer version without a document is current only if no other is available; a withdrawn one never is."""
        report = catalog.reports()[0]
        numbered = [
            replace(
                report.versions[0],
                version=number,
                state=Publication.PUBLISHED if version[0] == "P" else Publication.UNPUBLISHED,
                upload_state=Upload(version[2:]),
            )
            for number, version in enumerate(versions.split(), start=1)
        ]
        newest = replace(report, versions=tuple(numbered)).current
        assert (newest.version if newest else None) == current


class TestPublishedVersions:
    """published_versions."""

    def test_published_versions_are_listed_oldest_first(self, world: World) -> None:
        """Withdrawn versions are None; a version without a document is listed."""
        assert WITHDRAWN
        for report in [*WITHDRAWN, known(UPLOADING)]:
            published = [version for _, version in reports.published_versions(world.state, report.id)]
            assert published == [(report, version) if version.published else None for version in report.versions]
        assert [version.upload_state for version in known(UPLOADING).versions] == [Upload.COMPLETE, Upload.PROCESSING]

    def test_versions_are_listed_after_a_version(self, world: World) -> None:
        """A listing can continue after any version."""
        items = list(reports.published_versions(world.state, SOC))
        assert list(reports.published_versions(world.state, SOC, items[1][0])) == items[2:]

    def test_unknown_report_is_not_found(self, world: World) -> None:
        """The versions of an unknown report cannot be listed."""
        with expect_refusal(world, ReportNotFound):
            reports.published_versions(world.state, NOWHERE)


class TestReportVersion:
    """report_version."""

    def test_version_defaults_to_the_current_one(self, world: World) -> None:
        """Without a number it is the current version, which is not the newest while that has no document."""
        report, version = reports.report_version(world.state, SOC, None)
        assert version == report.current
        assert reports.report_version(world.state, SOC, 1)[1].version == 1
        assert reports.report_version(world.state, UPLOADING, None)[1].version == 1
        assert reports.report_version(world.state, UPLOADING, 2)[1].version == 2

    @pytest.mark.parametrize(("report", "version"), [(NOWHERE, None), (NOWHERE, 1), (SOC, 4711), (SOC, 0)])
    def test_unknown_report_or_version_is_not_found(self, world: World, report: str, version: int | None) -> None:
        """An unknown report or version is refused."""
        with expect_refusal(world, ReportNotFound):
            reports.report_version(world.state, report, version)

    def test_withdrawn_version_is_found_by_its_number_only(self, world: World) -> None:
        """A withdrawn version can be described by its number, and is never the default."""
        unpublished = [report for report in WITHDRAWN if not any(version.published for version in report.versions)]
        assert unpublished
        for report in unpublished:
            with expect_refusal(world, ReportNotFound):
                reports.report_version(world.state, report.id, None)
            assert reports.report_version(world.state, report.id, 1) == (report, report.versions[0])


class TestGetReport:
    """term_for_report and get_report."""

    def test_token_of_the_terms_opens_the_report_once(self, world: World) -> None:
        """The token that is issued with the terms opens the report once."""
        report, version, token = act(world, reports.term_for_report, SOC, None, account=STANDALONE)
        assert act(world, reports.get_report, SOC, None, token, account=STANDALONE) == (report, version)
        with expect_refusal(world, InvalidToken):
            act(world, reports.get_report, SOC, None, token, account=STANDALONE)

    def test_token_is_bound_to_its_version(self, world: World) -> None:
        """The token for one version opens neither another version nor another report."""
        report, version, token = act(world, reports.term_for_report, SOC, None)
        other = self.another_version(report, version.version)
        with expect_refusal(world, InvalidToken):
            act(world, reports.get_report, SOC, other, token)
        other_report = next(report.id for report in catalog.reports() if report.id != SOC and report.current)
        with expect_refusal(world, InvalidToken):
            act(world, reports.get_report, other_report, None, token)
        assert act(world, reports.get_report, SOC, version.version, token)

    def test_token_is_bound_to_its_account(self, world: World) -> None:
        """A token is valid for the account to which it was issued."""
        _, _, token = act(world, reports.term_for_report, SOC, None)
        with expect_refusal(world, InvalidToken):
            act(world, reports.get_report, SOC, None, token, account=STANDALONE)

    def test_token_expires_after_a_quarter_of_an_hour(self, world: World) -> None:
        """A token expires 15 minutes after it was issued."""
        _, _, token = act(world, reports.term_for_report, SOC, None)
        world.clock.advance(timedelta(minutes=15) - timedelta(microseconds=1))
        assert act(world, reports.get_report, SOC, None, token)
        _, _, token = act(world, reports.term_for_report, SOC, None)
        world.clock.advance(timedelta(minutes=15))
        with expect_refusal(world, InvalidToken):
            act(world, reports.get_report, SOC, None, token)

    @pytest.mark.parametrize("purpose", [purpose for purpose in TokenPurpose if purpose is not TokenPurpose.GET_REPORT])
    def test_token_of_another_purpose_is_refused(self, world: World, purpose: TokenPurpose) -> None:
        """A token of another purpose is refused, even for the right account and subject."""
        token = act(world, issue, purpose, f"{SOC}:5")
        with expect_refusal(world, InvalidToken):
            act(world, reports.get_report, SOC, None, token)

    def test_report_token_does_not_open_an_agreement(self, world: World) -> None:
        """The token of a report is not valid for an agreement."""
        _, _, token = act(world, reports.term_for_report, SOC, None)
        with expect_refusal(world, InvalidToken):
            act(world, agreements.get_agreement, "agreement-9c1kBcYznTkcpRIm", token)
        assert act(world, reports.get_report, SOC, None, token)

    def test_withdrawn_version_is_not_found(self, world: World) -> None:
        """Neither the terms nor the document of a withdrawn version are available."""
        for report in WITHDRAWN:
            version = next(version.version for version in report.versions if not version.published)
            with expect_refusal(world, ReportNotFound):
                act(world, reports.term_for_report, report.id, version)
            with expect_refusal(world, ReportNotFound):
                act(world, reports.get_report, report.id, version, "token")

    def test_version_without_a_document_is_not_ready(self, world: World) -> None:
        """A published version is not available before its document is; the previous version is."""
        with expect_refusal(world, ReportNotReady):
            act(world, reports.term_for_report, UPLOADING, 2)
        with expect_refusal(world, ReportNotReady):
            act(world, reports.get_report, UPLOADING, 2, "token")
        _, version, token = act(world, reports.term_for_report, UPLOADING, None)
        assert version.version == 1
        assert act(world, reports.get_report, UPLOADING, None, token)

    @pytest.mark.parametrize("version", [None, 1])
    def test_unknown_report_is_not_found(self, world: World, version: int | None) -> None:
        """An unknown report has neither terms nor a document."""
        with expect_refusal(world, ReportNotFound):
            act(world, reports.term_for_report, NOWHERE, version)
        with expect_refusal(world, ReportNotFound):
            act(world, reports.get_report, NOWHERE, version, "token")

    @staticmethod
    def another_version(report: Report, version: int) -> int:
        """Return another available version of a report."""
        return next(other.version for other in report.versions if other.version != version and other.available)
