"""Compliance inquiries: their status, answers, feedback and tags."""

from datetime import timedelta
from typing import Any

import pytest

from artifact_state.artifact import inquiries
from artifact_state.artifact.inquiries import InquiryRequest
from artifact_state.artifact.inquiry_answers import answer_query
from artifact_state.errors import InquiryConflict, InquiryNotFound, InvalidMember
from artifact_state.events import InquiryChanged
from artifact_state.model import Feedback, Inquiry, InquiryFailure, InquirySource, InquiryStatus, QueryStatus
from artifact_state.record import replace
from artifact_state.world import World
from tests.support.domain import MANAGEMENT, NOW, STANDALONE, act, list_all, world_with_organization

KNOWN, UNKNOWN = "Which SOC report covers encryption?", "Do penguins fly?"
HOUR = timedelta(hours=1)
MALWARE = b"X5O!P%@AP[4\\PZX54(P^)7CC)7}$" + b"EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"
FEEDBACK = Feedback(rating="THUMBS_UP", query=1, revision=None, reasons=(), comment=None, submitted_at=NOW)


@pytest.fixture
def world() -> World:
    """Return a world in which the processing of an inquiry takes an hour, and a human review another."""
    return world_with_organization(inquiry_delay=HOUR, review_delay=HOUR)


def create(world: World, content: str | bytes = KNOWN, token: str | None = None, **changes: Any) -> Inquiry:
    """Create an inquiry."""
    return act(world, inquiries.create_inquiry, InquiryRequest(name="Mine", content=content, **changes), token=token)


def status(world: World, inquiry: Inquiry) -> InquiryStatus:
    """Return the present status of an inquiry."""
    return inquiries.inquiry_status(inquiry, world.state, world.clock.now())


def expect_error(world: World, error: Any, rule: Any, *arguments: Any, account: str = MANAGEMENT, **named: Any) -> None:
    """Assert that a rule is refused and that the state stays the same object."""
    before = world.state
    with pytest.raises(error):
        act(world, rule, *arguments, account=account, **named)
    assert world.state is before


class TestCreateInquiry:
    """create_inquiry, and the status of inquiries."""

    def test_status_follows_from_the_clock(self, world: World) -> None:
        """An inquiry completes after its delay without a change of the state."""
        inquiry = create(world)
        assert isinstance(world.events[-1], InquiryChanged)
        assert (inquiry.source, inquiry.queries) == (InquirySource.TEXT, (KNOWN,))
        before = world.state
        assert status(world, inquiry) is InquiryStatus.PROCESSING
        world.clock.advance(HOUR)
        assert status(world, inquiry) is InquiryStatus.COMPLETED
        assert world.state is before

    def test_unanswered_query_of_a_file_is_reviewed_by_humans(self, world: World) -> None:
        """With full support, a query that no report answers is in human review; other inquiries are completed."""
        file = f"{KNOWN}\n{UNKNOWN}".encode()
        inquiry, ai_only = create(world, file, ai_only=False), create(world, file)
        world.clock.advance(HOUR)
        assert status(world, inquiry) is InquiryStatus.HUMAN_REVIEW
        assert inquiries.query_status(inquiry, world.state, UNKNOWN, world.clock.now()) is QueryStatus.HUMAN_REVIEW
        assert status(world, ai_only) is InquiryStatus.COMPLETED
        assert inquiries.updated_at(inquiry, world.state, world.clock.now()) == NOW + HOUR
        world.clock.advance(HOUR)
        assert status(world, inquiry) is InquiryStatus.COMPLETED
        assert inquiries.updated_at(inquiry, world.state, world.clock.now()) == NOW + 2 * HOUR
        assert inquiries.updated_at(ai_only, world.state, world.clock.now()) == NOW + HOUR

    def test_text_query_is_not_reviewed_by_humans(self, world: World) -> None:
        """Full support is available for files only; a text query is answered by AI."""
        expect_error(
            world, InvalidMember, inquiries.create_inquiry, InquiryRequest(name="Mine", content=KNOWN, ai_only=False)
        )
        inquiry = create(world, UNKNOWN)
        world.clock.advance(HOUR)
        assert status(world, inquiry) is InquiryStatus.COMPLETED
        assert not inquiries.needs_review(inquiry, world.state, UNKNOWN)

    def test_file_has_one_query_a_line(self, world: World) -> None:
        """Blank lines of a file are ignored."""
        inquiry = create(world, f"{KNOWN}\r\n\n  {UNKNOWN}  \n".encode())
        assert (inquiry.source, inquiry.queries) == (InquirySource.FILE, (KNOWN, UNKNOWN))

    @pytest.mark.parametrize(
        ("content", "failure"),
        [(MALWARE, InquiryFailure.MALWARE), (b"\xff\xfe", InquiryFailure.INTERNAL), (b" \n", InquiryFailure.INTERNAL)],
    )
    def test_unreadable_file_fails_after_processing(
        self, world: World, content: bytes, failure: InquiryFailure
    ) -> None:
        """A file with malware, without text or without queries fails once it has been processed."""
        inquiry = create(world, content)
        assert inquiry.failure is failure
        assert status(world, inquiry) is InquiryStatus.PROCESSING
        world.clock.advance(HOUR)
        assert status(world, inquiry) is InquiryStatus.FAILED

    def test_unsupported_query_fails_alone(self, world: World) -> None:
        """A line that is too long or has angle brackets fails, and the other queries of the file complete."""
        inquiry = create(world, f"<b>{KNOWN}</b>\n{'x' * 2049}\n{KNOWN}".encode())
        world.clock.advance(HOUR)
        statuses = [inquiries.query_status(inquiry, world.state, query, world.clock.now()) for query in inquiry.queries]
        assert statuses == [QueryStatus.FAILED, QueryStatus.FAILED, QueryStatus.COMPLETED]

    def test_client_token_makes_the_request_idempotent(self, world: World) -> None:
        """The same token returns the same inquiry for the same request and account; another request conflicts."""
        inquiry = create(world, token="once")
        before = world.state
        assert create(world, token="once") is inquiry
        assert world.state is before
        expect_error(
            world, InquiryConflict, inquiries.create_inquiry, InquiryRequest(name="Other", content=KNOWN), token="once"
        )
        other = act(
            world,
            inquiries.create_inquiry,
            InquiryRequest(name="Mine", content=KNOWN),
            token="once",
            account=STANDALONE,
        )
        assert other.id != inquiry.id
        create(world, KNOWN.encode(), token="file", sections=("A",))
        other_sections = InquiryRequest(name="Mine", content=KNOWN.encode(), sections=("B",))
        expect_error(world, InquiryConflict, inquiries.create_inquiry, other_sections, token="file")

    def test_reserved_tag_key_is_refused(self, world: World) -> None:
        """Tag keys that begin with AWS's prefix are reserved."""
        request = InquiryRequest(name="Mine", content=KNOWN, tags=(("AWS:a", "1"),))
        expect_error(world, InvalidMember, inquiries.create_inquiry, request)


class TestReadInquiry:
    """Reading and listing inquiries, and their answers."""

    def test_inquiry_is_visible_to_its_account_only(self, world: World) -> None:
        """Another account neither finds nor lists the inquiry."""
        first, second = create(world), create(world, UNKNOWN)
        assert list_all(world, inquiries.inquiries) == [first, second]
        assert list_all(world, inquiries.inquiries, account=STANDALONE) == []
        assert act(world, inquiries.inquiry_of, first.id) is first
        for rule in (inquiries.inquiry_of, inquiries.inquiry_tags):
            expect_error(world, InquiryNotFound, rule, first.id, account=STANDALONE)

    def test_answer_cites_the_best_matching_reports(self, world: World) -> None:
        """An answer cites at most three reports, those that share most words with the query."""
        inquiry = create(world, f"{KNOWN}\n{UNKNOWN}\n<b>".encode())
        assert answer_query(world.state, inquiry, KNOWN, NOW) is None
        known, unknown, unsupported = (
            answer_query(world.state, inquiry, query, NOW + HOUR) for query in inquiry.queries
        )
        assert known
        assert "Controls" in known.citations[0].label
        assert 1 <= len(known.citations) <= 3
        assert unknown
        assert unknown.citations == ()
        assert "sample" in unknown.text
        assert "Somebody" not in unknown.text
        assert unsupported is None

    def test_query_in_human_review_has_no_answer(self, world: World) -> None:
        """A query has no answer until its human review is complete."""
        inquiry = create(world, UNKNOWN.encode(), ai_only=False)
        assert answer_query(world.state, inquiry, UNKNOWN, NOW + HOUR) is None
        answer = answer_query(world.state, inquiry, UNKNOWN, NOW + 2 * HOUR)
        assert answer
        assert "Somebody looked at it." in answer.text


class TestRequireExportable:
    """require_exportable."""

    def test_only_completed_inquiries_can_be_exported(self, world: World) -> None:
        """An inquiry that is in progress or failed cannot be exported, nor can an unknown query."""
        inquiry, failed = create(world), create(world, MALWARE)
        expect_error(world, InvalidMember, inquiries.require_exportable, inquiry.id, None)
        world.clock.advance(HOUR)
        assert act(world, inquiries.require_exportable, inquiry.id, [1]) is inquiry
        expect_error(world, InvalidMember, inquiries.require_exportable, failed.id, None)
        for number in (0, 2):
            expect_error(world, InvalidMember, inquiries.require_exportable, inquiry.id, [number])
        expect_error(world, InquiryNotFound, inquiries.require_exportable, inquiry.id, None, account=STANDALONE)


class TestPutFeedback:
    """put_feedback."""

    def test_feedback_is_recorded_with_the_inquiry(self, world: World) -> None:
        """Feedback is accepted once the inquiry has been processed."""
        inquiry = create(world)
        expect_error(world, InquiryConflict, inquiries.put_feedback, inquiry.id, FEEDBACK)
        world.clock.advance(HOUR)
        act(world, inquiries.put_feedback, inquiry.id, FEEDBACK)
        assert world.state.inquiries[inquiry.id].feedback == (FEEDBACK,)

    def test_client_token_makes_feedback_idempotent(self, world: World) -> None:
        """The same token records the feedback once, and conflicts with other feedback."""
        inquiry = create(world)
        world.clock.advance(HOUR)
        first = act(world, inquiries.put_feedback, inquiry.id, FEEDBACK, token="once")
        later = replace(FEEDBACK, submitted_at=NOW + HOUR)
        assert act(world, inquiries.put_feedback, inquiry.id, later, token="once") == first
        expect_error(
            world, InquiryConflict, inquiries.put_feedback, inquiry.id, replace(FEEDBACK, rating="DOWN"), token="once"
        )

    @pytest.mark.parametrize("changes", [{"query": 0}, {"query": 2}, {"revision": 2}])
    def test_unknown_query_or_revision_is_refused(self, world: World, changes: dict[str, Any]) -> None:
        """Feedback must name an existing query and revision."""
        inquiry = create(world)
        world.clock.advance(HOUR)
        expect_error(world, InvalidMember, inquiries.put_feedback, inquiry.id, replace(FEEDBACK, **changes))


class TestTags:
    """Tags of inquiries."""

    def test_tags_are_added_changed_and_removed(self, world: World) -> None:
        """Tags can be set on creation and later; removing a missing key is not an error."""
        inquiry = create(world, tags=(("a", "1"),))
        act(world, inquiries.tag_inquiry, inquiry.id, {"a": "2", "b": "3"})
        assert act(world, inquiries.inquiry_tags, inquiry.id) == {"a": "2", "b": "3"}
        act(world, inquiries.untag_inquiry, inquiry.id, ["a", "c"])
        assert act(world, inquiries.inquiry_tags, inquiry.id) == {"b": "3"}
        act(world, inquiries.untag_inquiry, inquiry.id, ["b"])
        assert not world.state.tags

    def test_limits_of_tags(self, world: World) -> None:
        """An inquiry has at most fifty tags, and keys with the prefix of AWS are reserved."""
        inquiry = create(world)
        act(world, inquiries.tag_inquiry, inquiry.id, {str(number): "" for number in range(50)})
        expect_error(world, InvalidMember, inquiries.tag_inquiry, inquiry.id, {"one more": ""})
        expect_error(world, InvalidMember, inquiries.tag_inquiry, inquiry.id, {"aws:a": ""})
        expect_error(world, InvalidMember, inquiries.untag_inquiry, inquiry.id, ["aws:a"])
        expect_error(world, InquiryNotFound, inquiries.tag_inquiry, inquiry.id, {}, account=STANDALONE)
