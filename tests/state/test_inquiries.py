from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from artifact_state.artifact import inquiries
from artifact_state.artifact.inquiries import InquiryRequest
from artifact_state.artifact.inquiry_answers import answer_query
from artifact_state.errors import InquiryConflict, InquiryNotFound, InvalidMember
from artifact_state.events import InquiryChanged
from artifact_state.model import Feedback, Inquiry, InquiryFailure, InquirySource, InquiryStatus, QueryStatus
from artifact_state.world import World
from tests.support.domain import MANAGEMENT, NOW, STANDALONE, act, list_all, world_with_organization

KNOWN, UNKNOWN = "Which SOC report covers encryption?", "Do penguins fly?"
HOUR = timedelta(hours=1)
MALWARE = b"X5O!P%@AP[4\\PZX54(P^)7CC)7}$" + b"EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"
RATED = Feedback(rating="THUMBS_UP", query=1, revision=None, reasons=(), comment=None, submitted_at=NOW)


@pytest.fixture
def world() -> World:
    """Give a world in which inquiries take an hour, and people another."""
    return world_with_organization(inquiry_delay=HOUR, review_delay=HOUR)


def ask(world: World, content: str | bytes = KNOWN, token: str | None = None, **changes: Any) -> Inquiry:
    """Ask something."""
    return act(world, inquiries.create_inquiry, InquiryRequest(name="Mine", content=content, **changes), token=token)


def status(world: World, inquiry: Inquiry) -> InquiryStatus:
    """Tell how an inquiry stands now."""
    return inquiries.inquiry_status(inquiry, world.state, world.clock.now())


def refuses(world: World, error: Any, rule: Any, *arguments: Any, account: str = MANAGEMENT, **named: Any) -> None:
    """Expect a refusal that leaves the state the same object."""
    before = world.state
    with pytest.raises(error):
        act(world, rule, *arguments, account=account, **named)
    assert world.state is before


class TestCreate:
    """CreateComplianceInquiry."""

    def test_is_worked_on_for_a_while(self, world: World) -> None:
        """How it stands follows from the clock: nothing is written when it is done."""
        inquiry = ask(world)
        assert isinstance(world.events[-1], InquiryChanged)
        assert (inquiry.source, inquiry.queries) == (InquirySource.TEXT, (KNOWN,))
        before = world.state
        assert status(world, inquiry) is InquiryStatus.PROCESSING
        world.clock.advance(HOUR)
        assert status(world, inquiry) is InquiryStatus.COMPLETED
        assert world.state is before

    def test_people_look_at_what_no_report_answers(self, world: World) -> None:
        """Where full support was asked for; a question that the reports speak of needs nobody."""
        file = f"{KNOWN}\n{UNKNOWN}".encode()
        inquiry, ai_only = ask(world, file, ai_only=False), ask(world, file)
        world.clock.advance(HOUR)
        assert status(world, inquiry) is InquiryStatus.HUMAN_REVIEW
        assert inquiries.query_status(inquiry, world.state, UNKNOWN, world.clock.now()) is QueryStatus.HUMAN_REVIEW
        assert status(world, ai_only) is InquiryStatus.COMPLETED
        assert inquiries.updated_at(inquiry, world.state, world.clock.now()) == NOW + HOUR
        world.clock.advance(HOUR)
        assert status(world, inquiry) is InquiryStatus.COMPLETED
        assert inquiries.updated_at(inquiry, world.state, world.clock.now()) == NOW + 2 * HOUR
        assert inquiries.updated_at(ai_only, world.state, world.clock.now()) == NOW + HOUR

    def test_people_look_at_no_text(self, world: World) -> None:
        """Full support is for files; a single question is answered by AI."""
        refuses(world, InvalidMember, inquiries.create_inquiry, InquiryRequest(name="Mine", content=KNOWN, ai_only=False))
        inquiry = ask(world, UNKNOWN)
        world.clock.advance(HOUR)
        assert status(world, inquiry) is InquiryStatus.COMPLETED
        assert not inquiries.needs_review(inquiry, world.state, UNKNOWN)

    def test_file(self, world: World) -> None:
        """A file has a question a line; lines that are blank are none."""
        inquiry = ask(world, f"{KNOWN}\r\n\n  {UNKNOWN}  \n".encode())
        assert (inquiry.source, inquiry.queries) == (InquirySource.FILE, (KNOWN, UNKNOWN))

    @pytest.mark.parametrize(
        ("content", "failure"),
        [(MALWARE, InquiryFailure.MALWARE), (b"\xff\xfe", InquiryFailure.INTERNAL), (b" \n", InquiryFailure.INTERNAL)],
    )
    def test_file_that_fails(self, world: World, content: bytes, failure: InquiryFailure) -> None:
        """Malware, what is no text and what has no question fail once they are looked at."""
        inquiry = ask(world, content)
        assert inquiry.failure is failure
        assert status(world, inquiry) is InquiryStatus.PROCESSING
        world.clock.advance(HOUR)
        assert status(world, inquiry) is InquiryStatus.FAILED

    def test_question_that_is_not_supported(self, world: World) -> None:
        """A line that no text could have been fails by itself."""
        inquiry = ask(world, f"<b>{KNOWN}</b>\n{'x' * 2049}\n{KNOWN}".encode())
        world.clock.advance(HOUR)
        found = [inquiries.query_status(inquiry, world.state, one, world.clock.now()) for one in inquiry.queries]
        assert found == [QueryStatus.FAILED, QueryStatus.FAILED, QueryStatus.COMPLETED]

    def test_token(self, world: World) -> None:
        """The same token gives the same inquiry to the same request, in the same account, and a conflict to another."""
        inquiry = ask(world, token="once")
        before = world.state
        assert ask(world, token="once") is inquiry
        assert world.state is before
        refuses(world, InquiryConflict, inquiries.create_inquiry, InquiryRequest(name="Other", content=KNOWN), token="once")
        other = act(
            world, inquiries.create_inquiry, InquiryRequest(name="Mine", content=KNOWN), token="once", account=STANDALONE
        )
        assert other.id != inquiry.id
        ask(world, KNOWN.encode(), token="file", sections=("A",))
        other_sections = InquiryRequest(name="Mine", content=KNOWN.encode(), sections=("B",))
        refuses(world, InquiryConflict, inquiries.create_inquiry, other_sections, token="file")

    def test_reserved_tags(self, world: World) -> None:
        """AWS's own prefix is reserved."""
        asked = InquiryRequest(name="Mine", content=KNOWN, tags=(("AWS:a", "1"),))
        refuses(world, InvalidMember, inquiries.create_inquiry, asked)


class TestRead:
    """GetComplianceInquiryMetadata and the lists."""

    def test_is_its_accounts_own(self, world: World) -> None:
        """Another account finds neither the inquiry nor itself in the list."""
        first, second = ask(world), ask(world, UNKNOWN)
        assert list_all(world, inquiries.inquiries) == [first, second]
        assert list_all(world, inquiries.inquiries, account=STANDALONE) == []
        assert act(world, inquiries.inquiry_of, first.id) is first
        for rule in (inquiries.inquiry_of, inquiries.inquiry_tags):
            refuses(world, InquiryNotFound, rule, first.id, account=STANDALONE)

    def test_answer(self, world: World) -> None:
        """An answer names the reports that speak of most of the question's words, at most three."""
        inquiry = ask(world, f"{KNOWN}\n{UNKNOWN}\n<b>".encode())
        assert answer_query(world.state, inquiry, KNOWN, NOW) is None
        known, unknown, unsupported = (answer_query(world.state, inquiry, one, NOW + HOUR) for one in inquiry.queries)
        assert known
        assert "Controls" in known.citations[0].label
        assert 1 <= len(known.citations) <= 3
        assert unknown
        assert unknown.citations == ()
        assert "sample" in unknown.text
        assert "Somebody" not in unknown.text
        assert unsupported is None

    def test_answer_of_people(self, world: World) -> None:
        """What people have to look at has no answer until they have."""
        inquiry = ask(world, UNKNOWN.encode(), ai_only=False)
        assert answer_query(world.state, inquiry, UNKNOWN, NOW + HOUR) is None
        answer = answer_query(world.state, inquiry, UNKNOWN, NOW + 2 * HOUR)
        assert answer
        assert "Somebody looked at it." in answer.text


class TestExport:
    """ExportComplianceInquiry."""

    def test_once_it_is_worked_on(self, world: World) -> None:
        """What is still worked on or has failed cannot be exported, nor can a question that is not there."""
        inquiry, failed = ask(world), ask(world, MALWARE)
        refuses(world, InvalidMember, inquiries.require_exportable, inquiry.id, None)
        world.clock.advance(HOUR)
        assert act(world, inquiries.require_exportable, inquiry.id, [1]) is inquiry
        refuses(world, InvalidMember, inquiries.require_exportable, failed.id, None)
        for number in (0, 2):
            refuses(world, InvalidMember, inquiries.require_exportable, inquiry.id, [number])
        refuses(world, InquiryNotFound, inquiries.require_exportable, inquiry.id, None, account=STANDALONE)


class TestFeedback:
    """PutComplianceInquiryFeedback."""

    def test_is_kept(self, world: World) -> None:
        """What somebody says is kept with the inquiry."""
        inquiry = ask(world)
        refuses(world, InquiryConflict, inquiries.put_feedback, inquiry.id, RATED)
        world.clock.advance(HOUR)
        act(world, inquiries.put_feedback, inquiry.id, RATED)
        assert world.state.inquiries[inquiry.id].feedback == (RATED,)

    def test_token(self, world: World) -> None:
        """The same token counts once, whenever it comes; with another feedback it conflicts."""
        inquiry = ask(world)
        world.clock.advance(HOUR)
        first = act(world, inquiries.put_feedback, inquiry.id, RATED, token="once")
        later = replace(RATED, submitted_at=NOW + HOUR)
        assert act(world, inquiries.put_feedback, inquiry.id, later, token="once") == first
        refuses(
            world, InquiryConflict, inquiries.put_feedback, inquiry.id, replace(RATED, rating="DOWN"), token="once"
        )

    @pytest.mark.parametrize("changes", [{"query": 0}, {"query": 2}, {"revision": 2}])
    def test_of_what_is_not_there(self, world: World, changes: dict[str, Any]) -> None:
        """A question or a version of an answer that there is not."""
        inquiry = ask(world)
        world.clock.advance(HOUR)
        refuses(world, InvalidMember, inquiries.put_feedback, inquiry.id, replace(RATED, **changes))


class TestTags:
    """TagResource, UntagResource and ListTagsForResource."""

    def test_are_set_and_taken_away(self, world: World) -> None:
        """Tags are set at once or later; a key that is not there is no error."""
        inquiry = ask(world, tags=(("a", "1"),))
        act(world, inquiries.tag_inquiry, inquiry.id, {"a": "2", "b": "3"})
        assert act(world, inquiries.inquiry_tags, inquiry.id) == {"a": "2", "b": "3"}
        act(world, inquiries.untag_inquiry, inquiry.id, ["a", "c"])
        assert act(world, inquiries.inquiry_tags, inquiry.id) == {"b": "3"}
        act(world, inquiries.untag_inquiry, inquiry.id, ["b"])
        assert not world.state.tags

    def test_limits(self, world: World) -> None:
        """Fifty fit, and AWS's prefix is reserved."""
        inquiry = ask(world)
        act(world, inquiries.tag_inquiry, inquiry.id, {str(at): "" for at in range(50)})
        refuses(world, InvalidMember, inquiries.tag_inquiry, inquiry.id, {"one more": ""})
        refuses(world, InvalidMember, inquiries.tag_inquiry, inquiry.id, {"aws:a": ""})
        refuses(world, InvalidMember, inquiries.untag_inquiry, inquiry.id, ["aws:a"])
        refuses(world, InquiryNotFound, inquiries.tag_inquiry, inquiry.id, {}, account=STANDALONE)
