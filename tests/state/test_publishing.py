"""Publishing: reports that come, change and go while a world lives."""

from dataclasses import replace
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
from artifact_state.world import World
from tests.support.call_counting import count_calls
from tests.support.domain import NOW, STANDALONE, act, expect_refusal, world_with_organization

SOC = "report-f1DIWBmGa2Lhsadg"
NEW = VersionDraft(name="Sample", series="SOC")
WITHDRAWN = VersionChange(state=Publication.UNPUBLISHED)
PUBLISHER = principals.service_principal("artifact.amazonaws.com")


@pytest.fixture
def world() -> World:
    """Give a world."""
    return world_with_organization()


def publish(world: World, draft: VersionDraft = NEW, **changed: Any) -> tuple[Report, ReportVersion]:
    """Publish a version of a report."""
    with world.transaction(PUBLISHER) as tx:
        return publishing.publish_version(tx, replace(draft, **changed))


def change(world: World, report_id: str, number: int, wanted: VersionChange, **named: Any) -> ReportVersion:
    """Change a version of a report."""
    with world.transaction(PUBLISHER) as tx:
        return publishing.change_version(tx, report_id, number, wanted, **named)[1]


def withdraw(world: World, report_id: str) -> Report:
    """Withdraw a report."""
    with world.transaction(PUBLISHER) as tx:
        return publishing.withdraw_report(tx, report_id)


def current(world: World) -> dict[str, int]:
    """Tell the current version of each report that is shown."""
    return {one[0].id: one[1].version for _, one in reports.published_reports(world.state) if one}


class TestPublish:
    """publish."""

    def test_a_new_report(self, world: World) -> None:
        """It is the last of all, has an id and one version, and can be had at once by everyone."""
        report, version = publish(world)
        assert list(current(world))[-1] == report.id
        assert (version.version, version.created_at, version.sequence_number) == (1, NOW, 1)
        assert version.available
        _, one, token = act(world, reports.term_for_report, report.id, None, account=STANDALONE)
        assert act(world, reports.get_report, report.id, None, token, account=STANDALONE) == (report, one)
        assert world.events[-2] == ReportPublished(at=NOW, report_id=report.id, version=1)

    def test_a_new_report_of_a_given_id(self, world: World) -> None:
        """The id and the number may be chosen."""
        report, version = publish(world, id="report-AAAAAAAAAAAAAAAA", version=7)
        assert (report.id, version.version) == ("report-AAAAAAAAAAAAAAAA", 7)
        assert publish(world, VersionDraft(id=report.id))[1].version == 8

    def test_in_the_order_of_publication(self, world: World) -> None:
        """New reports follow the catalogue's, whatever their ids, and a listing may go on after any of them."""
        made = [publish(world, id=f"report-{letter * 16}")[0].id for letter in "zAm"]
        whole = list(reports.published_reports(world.state))
        assert [one[0].id for _, one in whole if one][-3:] == made
        for at, (place, _) in enumerate(whole):
            assert list(reports.published_reports(world.state, place)) == whole[at + 1 :]

    def test_a_version_of_the_catalogues(self, world: World) -> None:
        """It is the current one, in the report's old place; the catalogue itself is as it was."""
        places = list(current(world))
        report, version = publish(world, VersionDraft(id=SOC))
        assert (version.version, version.acceptance_type) == (6, TermAcceptance.EXPLICIT)
        assert current(world)[SOC] == 6
        assert list(current(world)) == places
        assert len(report.versions) == 6
        before = catalog.report(SOC)
        assert before
        assert len(before.versions) == 5

    def test_an_older_version(self, world: World) -> None:
        """A number between others is no new current version."""
        report, _ = publish(world, version=5)
        publish(world, VersionDraft(id=report.id, version=2))
        assert [one.version for one in world.state.reports[report.id].versions] == [2, 5]
        assert current(world)[report.id] == 5

    def test_renames(self, world: World) -> None:
        """What is said of the report holds for all its versions; what is not said stays."""
        report, _ = publish(world, category="Alignments and Frameworks")
        renamed, _ = publish(world, VersionDraft(id=report.id, name="Another"))
        assert (renamed.name, renamed.series, renamed.category) == ("Another", "SOC", "Alignments and Frameworks")

    @pytest.mark.parametrize(
        ("state", "upload"),
        [(Publication.PUBLISHED, Upload.PROCESSING), (Publication.UNPUBLISHED, Upload.COMPLETE)],
    )
    def test_what_cannot_be_had(self, world: World, state: Publication, upload: Upload) -> None:
        """A version that is withdrawn, or not uploaded, does not stand before the one that can be had."""
        publish(world, VersionDraft(id=SOC, state=state, upload_state=upload))
        assert current(world)[SOC] == 5

    def test_a_period(self, world: World) -> None:
        """Without one it is the year before; of half a one the other half is a year away."""
        year = timedelta(days=365)
        _, one = publish(world)
        assert (one.period_start, one.period_end) == (NOW - year, NOW)
        _, one = publish(world, period_start=NOW)
        assert (one.period_start, one.period_end) == (NOW, NOW + year)
        _, one = publish(world, period_end=NOW - year)
        assert (one.period_start, one.period_end) == (NOW - 2 * year, NOW - year)

    def test_a_report_with_its_history(self, world: World) -> None:
        """What AWS once answered can be handed in as it was."""
        then = NOW - timedelta(days=9)
        draft = replace(
            NEW, state=Publication.UNPUBLISHED, created_at=then, last_modified_at=NOW, deleted_at=NOW, sequence_number=4
        )
        _, one = publish(world, draft)
        assert (one.created_at, one.last_modified_at, one.deleted_at, one.sequence_number) == (then, NOW, NOW, 4)

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
    def test_of_no_report(self, world: World, draft: VersionDraft) -> None:
        """A new report needs a name and a series, a period runs forward, and a life too."""
        before = world.state
        with pytest.raises(InvalidDraft):
            publish(world, draft)
        assert world.state is before

    def test_a_version_that_is_there(self, world: World) -> None:
        """No number is given twice, be the first one withdrawn."""
        before = world.state
        for number in (1, 5):
            with pytest.raises(DuplicateVersion):
                publish(world, VersionDraft(id=SOC, version=number))
        assert world.state is before

    def test_while_the_terms_are_read(self, world: World) -> None:
        """The terms of the version before do not open the new one; their own version they do."""
        _, _, token = act(world, reports.term_for_report, SOC, None)
        publish(world, VersionDraft(id=SOC))
        with expect_refusal(world, InvalidToken):
            act(world, reports.get_report, SOC, None, token)
        assert act(world, reports.get_report, SOC, 5, token)


class TestChange:
    """change."""

    def test_withdraws_and_publishes_again(self, world: World) -> None:
        """A withdrawn version is neither shown nor had; published again, it was never deleted."""
        gone = change(world, SOC, 5, WITHDRAWN)
        assert (gone.state, gone.deleted_at, gone.sequence_number) == (Publication.UNPUBLISHED, NOW, 2)
        assert current(world)[SOC] == 4
        with expect_refusal(world, ReportNotFound):
            act(world, reports.term_for_report, SOC, 5)
        back = change(world, SOC, 5, VersionChange(state=Publication.PUBLISHED))
        assert (back.deleted_at, back.sequence_number) == (None, 3)
        assert current(world)[SOC] == 5
        assert world.events[-1] == ReportChanged(at=NOW, report_id=SOC, version=5)

    def test_keeps_when_it_was_withdrawn(self, world: World) -> None:
        """What is withdrawn cannot be withdrawn again; the change is noted."""
        change(world, SOC, 5, WITHDRAWN)
        world.clock.advance(timedelta(days=1))
        again = change(world, SOC, 5, WITHDRAWN)
        assert (again.deleted_at, again.last_modified_at) == (NOW, NOW + timedelta(days=1))

    def test_of_a_token_under_way(self, world: World) -> None:
        """Terms that were shown do not open a version that was withdrawn since."""
        _, _, token = act(world, reports.term_for_report, SOC, None)
        change(world, SOC, 5, WITHDRAWN)
        with expect_refusal(world, ReportNotFound):
            act(world, reports.get_report, SOC, 5, token)

    @pytest.mark.parametrize("upload", [Upload.PROCESSING, Upload.FAILED, Upload.FAULT])
    def test_of_an_upload(self, world: World, upload: Upload) -> None:
        """A report whose only document is not there is shown, and cannot be had until it is."""
        report, _ = publish(world, upload_state=upload, status_message="Wait.")
        assert current(world)[report.id] == 1
        with expect_refusal(world, ReportNotReady):
            act(world, reports.term_for_report, report.id, None)
        come = change(world, report.id, 1, VersionChange(upload_state=Upload.COMPLETE, status_message=""))
        assert (come.upload_state, come.status_message) == (Upload.COMPLETE, "")
        assert act(world, reports.term_for_report, report.id, None)

    def test_leaves_the_rest(self, world: World) -> None:
        """What is not told stays."""
        report, version = publish(world, status_message="Here.")
        changed = change(world, report.id, 1, VersionChange(acceptance_type=TermAcceptance.PASSTHROUGH))
        assert changed == replace(version, acceptance_type=TermAcceptance.PASSTHROUGH, sequence_number=2)

    def test_only_of_what_was_looked_at(self, world: World) -> None:
        """Of two writers that saw the same version, one is refused."""
        change(world, SOC, 5, WITHDRAWN, sequence_number=1)
        before = world.state
        with pytest.raises(VersionOutdated):
            change(world, SOC, 5, VersionChange(state=Publication.PUBLISHED), sequence_number=1)
        assert world.state is before

    @pytest.mark.parametrize(("report_id", "number"), [("report-0000000000000000", 1), (SOC, 6), (SOC, 0)])
    def test_of_what_is_not_there(self, world: World, report_id: str, number: int) -> None:
        """No report, or no such version."""
        with expect_refusal(world, ReportNotFound):
            change(world, report_id, number, WITHDRAWN)


class TestWithdraw:
    """withdraw."""

    def test_all_versions(self, world: World) -> None:
        """The report is shown to nobody; what was withdrawn long ago stays as it was."""
        first = reports.report_version(world.state, SOC, 1)[1]
        report = withdraw(world, SOC)
        assert SOC not in current(world)
        assert {one.state for one in report.versions} == {Publication.UNPUBLISHED}
        assert report.versions[0] == first
        assert [one for _, one in reports.published_versions(world.state, SOC)] == [None] * 5

    def test_of_a_new_report(self, world: World) -> None:
        """It keeps its place for the day it is published again."""
        one, other = publish(world)[0].id, publish(world)[0].id
        withdraw(world, one)
        assert list(current(world))[-1] == other
        change(world, one, 1, VersionChange(state=Publication.PUBLISHED))
        assert list(current(world))[-2:] == [one, other]

    def test_of_no_report(self, world: World) -> None:
        """There is no such report."""
        with expect_refusal(world, ReportNotFound):
            withdraw(world, "report-0000000000000000")


class TestWorlds:
    """What is published, and where."""

    def test_are_apart(self, world: World) -> None:
        """A report that is published in one world is in no other."""
        report, _ = publish(world)
        assert report.id not in current(world_with_organization())

    def test_begin_again(self, world: World) -> None:
        """A reset forgets what was published."""
        report, _ = publish(world)
        world.reset()
        assert report.id not in current(world)


class TestCost:
    """What many published reports cost."""

    def test_does_not_grow(self) -> None:
        """Neither a page, wherever it begins, nor a new report costs more where many were published."""
        few, many = world_with_organization(), world_with_organization()
        for world, size in ((few, 50), (many, 2_000)):
            for _ in range(size):
                publish(world)
        last = [place for place, _ in reports.published_reports(many.state)][-25]

        def page(world: World, after: int) -> None:
            assert len(list(islice(reports.published_reports(world.state, after), 20))) == 20

        for deed_of_few, deed_of_many in (
            (partial(page, few, -1), partial(page, many, -1)),
            (partial(page, few, len(catalog.reports())), partial(page, many, last)),
            (partial(publish, few), partial(publish, many)),
        ):
            assert count_calls(many, deed_of_many) <= 1.5 * count_calls(few, deed_of_few)
