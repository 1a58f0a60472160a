"""Publishing: reports that are added, changed and withdrawn during the life of a world."""

from datetime import timedelta
from functools import partial
from itertools import islice
from typing import Any

import pytest

from artifact_state import catalog, principals
from artifact_state.artifact import publishing, reports
from artifact_state.artifact.publishing import (
    DuplicateVersion,
    InvalidDraft,
    VersionChange,
    VersionDraft,
    VersionOutdated,
)
from artifact_state.catalog import Publication, Report, ReportVersion, TermAcceptance, Upload
from artifact_state.errors import InvalidToken, ReportNotFound, ReportNotReady
from artifact_state.events import ReportChanged, ReportPublished
from artifact_state.record import replace
from artifact_state.world import World
from tests.support.call_counting import count_calls
from tests.support.domain import NOW, STANDALONE, act, expect_refusal, world_with_organization

SOC = "report-f1DIWBmGa2Lhsadg"
NEW = VersionDraft(name="Sample", series="SOC")
WITHDRAWN = VersionChange(state=Publication.UNPUBLISHED)
PUBLISHER = principals.service_principal("artifact.amazonaws.com")


@pytest.fixture
def world() -> World:
    """Return a world with an organization."""
    return world_with_organization()


def publish(world: World, draft: VersionDraft = NEW, **changed: Any) -> tuple[Report, ReportVersion]:
    """Publish a version of a report."""
    with world.transaction(PUBLISHER) as tx:
        return publishing.publish_version(tx, replace(draft, **changed))


def change(world: World, report_id: str, number: int, version_change: VersionChange, **named: Any) -> ReportVersion:
    """Change a version of a report."""
    with world.transaction(PUBLISHER) as tx:
        return publishing.change_version(tx, report_id, number, version_change, **named)[1]


def withdraw(world: World, report_id: str) -> Report:
    """Withdraw a report."""
    with world.transaction(PUBLISHER) as tx:
        return publishing.withdraw_report(tx, report_id)


def current(world: World) -> dict[str, int]:
    """Return the current version of each listed report."""
    return {
        published[0].id: published[1].version for _, published in reports.published_reports(world.state) if published
    }


class TestPublish:
    """publish_version."""

    def test_new_report_is_listed_last_and_available_to_every_account(self, world: World) -> None:
        """A new report has an id and one version, and every account can download it at once."""
        report, version = publish(world)
        assert list(current(world))[-1] == report.id
        assert (version.version, version.created_at, version.sequence_number) == (1, NOW, 1)
        assert version.available
        _, _, token = act(world, reports.term_for_report, report.id, None, account=STANDALONE)
        assert act(world, reports.get_report, report.id, None, token, account=STANDALONE) == (report, version)
        assert world.events[-2] == ReportPublished(at=NOW, report_id=report.id, version=1)

    def test_id_and_number_of_a_new_report_can_be_chosen(self, world: World) -> None:
        """The draft can give the id of the report and the number of the version."""
        report, version = publish(world, id="report-AAAAAAAAAAAAAAAA", version=7)
        assert (report.id, version.version) == ("report-AAAAAAAAAAAAAAAA", 7)
        assert publish(world, VersionDraft(id=report.id))[1].version == 8

    def test_new_reports_are_listed_in_the_order_of_publication(self, world: World) -> None:
        """New reports follow those of the catalog, whatever their ids, and a listing can continue after any of them."""
        report_ids = [publish(world, id=f"report-{letter * 16}")[0].id for letter in "zAm"]
        items = list(reports.published_reports(world.state))
        assert [published[0].id for _, published in items if published][-3:] == report_ids
        for index, (position, _) in enumerate(items):
            assert list(reports.published_reports(world.state, position)) == items[index + 1 :]

    def test_new_version_of_a_catalog_report_keeps_its_position(self, world: World) -> None:
        """The new version is current, the report keeps its position, and the catalog does not change."""
        order = list(current(world))
        report, version = publish(world, VersionDraft(id=SOC))
        assert (version.version, version.acceptance_type) == (6, TermAcceptance.EXPLICIT)
        assert current(world)[SOC] == 6
        assert list(current(world)) == order
        assert len(report.versions) == 6
        original = catalog.report(SOC)
        assert original
        assert len(original.versions) == 5

    def test_version_between_others_is_not_current(self, world: World) -> None:
        """A version with a lower number than the latest does not become the current one."""
        report, _ = publish(world, version=5)
        publish(world, VersionDraft(id=report.id, version=2))
        assert [version.version for version in world.state.reports[report.id].versions] == [2, 5]
        assert current(world)[report.id] == 5

    def test_report_fields_of_a_draft_apply_to_all_versions(self, world: World) -> None:
        """The fields of the report in a draft replace the old ones; missing fields keep their values."""
        report, _ = publish(world, category="Alignments and Frameworks")
        renamed, _ = publish(world, VersionDraft(id=report.id, name="Another"))
        assert (renamed.name, renamed.series, renamed.category) == ("Another", "SOC", "Alignments and Frameworks")

    @pytest.mark.parametrize(
        ("state", "upload"),
        [(Publication.PUBLISHED, Upload.PROCESSING), (Publication.UNPUBLISHED, Upload.COMPLETE)],
    )
    def test_unavailable_version_is_not_current(self, world: World, state: Publication, upload: Upload) -> None:
        """A version that is withdrawn or not uploaded does not replace an available one as the current version."""
        publish(world, VersionDraft(id=SOC, state=state, upload_state=upload))
        assert current(world)[SOC] == 5

    def test_period_defaults_to_a_year(self, world: World) -> None:
        """A missing period is the year before; a period with one end is a year long."""
        year = timedelta(days=365)
        _, version = publish(world)
        assert (version.period_start, version.period_end) == (NOW - year, NOW)
        _, version = publish(world, period_start=NOW)
        assert (version.period_start, version.period_end) == (NOW, NOW + year)
        _, version = publish(world, period_end=NOW - year)
        assert (version.period_start, version.period_end) == (NOW - 2 * year, NOW - year)

    def test_draft_can_contain_the_history_of_a_version(self, world: World) -> None:
        """A version can be published with the dates and the sequence number that AWS once returned."""
        created_at = NOW - timedelta(days=9)
        draft = replace(
            NEW,
            state=Publication.UNPUBLISHED,
            created_at=created_at,
            last_modified_at=NOW,
            deleted_at=NOW,
            sequence_number=4,
        )
        _, version = publish(world, draft)
        dates = (version.created_at, version.last_modified_at, version.deleted_at)
        assert (*dates, version.sequence_number) == (created_at, NOW, NOW, 4)

    @pytest.mark.parametrize(
        "draft",
        [
            VersionDraft(),
            VersionDraft(name="Sample"),
            VersionDraft(series="SOC"),
            VersionDraft(id="report-AAAAAAAAAAAAAAAA"),
            replace(NEW, period_start=NOW, period_end=NOW - timedelta(seconds=1)),
            replace(NEW, last_modified_at=NOW, created_at=NOW + timedelta(seconds=1)),
            replace(NEW, state=Publication.UNPUBLISHED, deleted_at=NOW - timedelta(seconds=1)),
            replace(NEW, deleted_at=NOW),
        ],
    )
    def test_invalid_draft_is_refused(self, world: World, draft: VersionDraft) -> None:
        """A new report needs a name and a series, and periods and dates must be in order."""
        before = world.state
        with pytest.raises(InvalidDraft):
            publish(world, draft)
        assert world.state is before

    def test_duplicate_version_is_refused(self, world: World) -> None:
        """A number cannot be used twice, even if its version is withdrawn."""
        before = world.state
        for number in (1, 5):
            with pytest.raises(DuplicateVersion):
                publish(world, VersionDraft(id=SOC, version=number))
        assert world.state is before

    def test_token_is_bound_to_the_version_whose_terms_were_shown(self, world: World) -> None:
        """A token for the terms of the previous version does not open the new one."""
        _, _, token = act(world, reports.term_for_report, SOC, None)
        publish(world, VersionDraft(id=SOC))
        with expect_refusal(world, InvalidToken):
            act(world, reports.get_report, SOC, None, token)
        assert act(world, reports.get_report, SOC, 5, token)


class TestChangeVersion:
    """change_version."""

    def test_withdrawn_version_can_be_published_again(self, world: World) -> None:
        """A withdrawn version is neither listed nor available; published again, it has no deletion date."""
        withdrawn = change(world, SOC, 5, WITHDRAWN)
        assert (withdrawn.state, withdrawn.deleted_at, withdrawn.sequence_number) == (Publication.UNPUBLISHED, NOW, 2)
        assert current(world)[SOC] == 4
        with expect_refusal(world, ReportNotFound):
            act(world, reports.term_for_report, SOC, 5)
        published = change(world, SOC, 5, VersionChange(state=Publication.PUBLISHED))
        assert (published.deleted_at, published.sequence_number) == (None, 3)
        assert current(world)[SOC] == 5
        assert world.events[-1] == ReportChanged(at=NOW, report_id=SOC, version=5)

    def test_withdrawing_again_keeps_the_deletion_date(self, world: World) -> None:
        """Withdrawing a withdrawn version changes its modification date only."""
        change(world, SOC, 5, WITHDRAWN)
        world.clock.advance(timedelta(days=1))
        again = change(world, SOC, 5, WITHDRAWN)
        assert (again.deleted_at, again.last_modified_at) == (NOW, NOW + timedelta(days=1))

    def test_token_does_not_open_a_version_withdrawn_since(self, world: World) -> None:
        """A token does not open a version that was withdrawn after the terms were shown."""
        _, _, token = act(world, reports.term_for_report, SOC, None)
        change(world, SOC, 5, WITHDRAWN)
        with expect_refusal(world, ReportNotFound):
            act(world, reports.get_report, SOC, 5, token)

    @pytest.mark.parametrize("upload", [Upload.PROCESSING, Upload.FAILED, Upload.FAULT])
    def test_report_is_available_once_its_document_is_uploaded(self, world: World, upload: Upload) -> None:
        """A report whose only document is not uploaded is listed but not available."""
        report, _ = publish(world, upload_state=upload, status_message="Wait.")
        assert current(world)[report.id] == 1
        with expect_refusal(world, ReportNotReady):
            act(world, reports.term_for_report, report.id, None)
        uploaded = change(world, report.id, 1, VersionChange(upload_state=Upload.COMPLETE, status_message=""))
        assert (uploaded.upload_state, uploaded.status_message) == (Upload.COMPLETE, "")
        assert act(world, reports.term_for_report, report.id, None)

    def test_unspecified_fields_keep_their_values(self, world: World) -> None:
        """A field that is None in the change keeps its value."""
        report, version = publish(world, status_message="Here.")
        changed = change(world, report.id, 1, VersionChange(acceptance_type=TermAcceptance.PASSTHROUGH))
        assert changed == replace(version, acceptance_type=TermAcceptance.PASSTHROUGH, sequence_number=2)

    def test_outdated_sequence_number_is_refused(self, world: World) -> None:
        """Of two changes with the same sequence number, the second is refused."""
        change(world, SOC, 5, WITHDRAWN, sequence_number=1)
        before = world.state
        with pytest.raises(VersionOutdated):
            change(world, SOC, 5, VersionChange(state=Publication.PUBLISHED), sequence_number=1)
        assert world.state is before

    @pytest.mark.parametrize(("report_id", "number"), [("report-0000000000000000", 1), (SOC, 6), (SOC, 0)])
    def test_unknown_version_is_not_found(self, world: World, report_id: str, number: int) -> None:
        """An unknown report or version cannot be changed."""
        with expect_refusal(world, ReportNotFound):
            change(world, report_id, number, WITHDRAWN)


class TestWithdrawReport:
    """withdraw_report."""

    def test_all_versions_are_withdrawn(self, world: World) -> None:
        """No version is listed any more; versions withdrawn earlier do not change."""
        first = reports.report_version(world.state, SOC, 1)[1]
        report = withdraw(world, SOC)
        assert SOC not in current(world)
        assert {version.state for version in report.versions} == {Publication.UNPUBLISHED}
        assert report.versions[0] == first
        assert [published for _, published in reports.published_versions(world.state, SOC)] == [None] * 5

    def test_withdrawn_report_keeps_its_position(self, world: World) -> None:
        """A report that is published again has its former position in listings."""
        first, second = publish(world)[0].id, publish(world)[0].id
        withdraw(world, first)
        assert list(current(world))[-1] == second
        change(world, first, 1, VersionChange(state=Publication.PUBLISHED))
        assert list(current(world))[-2:] == [first, second]

    def test_unknown_report_is_not_found(self, world: World) -> None:
        """An unknown report cannot be withdrawn."""
        with expect_refusal(world, ReportNotFound):
            withdraw(world, "report-0000000000000000")


class TestWorlds:
    """Published reports of different worlds."""

    def test_report_is_published_in_one_world_only(self, world: World) -> None:
        """A report that is published in one world is not in another."""
        report, _ = publish(world)
        assert report.id not in current(world_with_organization())

    def test_reset_discards_published_reports(self, world: World) -> None:
        """A reset world does not have the reports that were published in it."""
        report, _ = publish(world)
        world.reset()
        assert report.id not in current(world)


class TestCost:
    """The cost of many published reports."""

    def test_cost_of_pages_and_publishing_does_not_grow(self) -> None:
        """A page or a new report costs the same with 50 and with 2,000 published reports."""
        few, many = world_with_organization(), world_with_organization()
        for world, size in ((few, 50), (many, 2_000)):
            for _ in range(size):
                publish(world)
        last = [position for position, _ in reports.published_reports(many.state)][-25]

        def page(world: World, after: int) -> None:
            assert len(list(islice(reports.published_reports(world.state, after), 20))) == 20

        for call_with_few, call_with_many in (
            (partial(page, few, -1), partial(page, many, -1)),
            (partial(page, few, len(catalog.reports())), partial(page, many, last)),
            (partial(publish, few), partial(publish, many)),
        ):
            assert count_calls(many, call_with_many) <= 1.5 * count_calls(few, call_with_few)
