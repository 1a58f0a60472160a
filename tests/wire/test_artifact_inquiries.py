from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

import pytest

from artifact_emulator.http import Request
from tests.support.wire_client import Client
from tests.wire.conftest import NOW

SERVICE = "artifact"
KNOWN, UNKNOWN = "Which SOC report covers encryption?", "Do penguins fly?"


def create(client: Client, content: dict[str, Any] | None = None, **changes: Any) -> dict[str, Any]:
    """Ask something; give the summary."""
    asked = {"name": "Mine", "inquiryContent": content or {"query": KNOWN}, **changes}
    summary: dict[str, Any] = client.do(SERVICE, "CreateComplianceInquiry", **asked)["complianceInquirySummary"]
    return summary


class TestInquiry:
    """The life of an inquiry."""

    def test_from_question_to_document(self, stranger: Client) -> None:
        """It is asked, answered with citations, exported as a document, and rated."""
        asked = create(stranger, tags={"team": "a"})
        assert asked["arn"] == f"arn:aws:artifact:us-east-1:{stranger.account}:compliance-inquiry/{asked['id']}"
        assert (asked["status"], asked["inputSource"]) == ("PROCESSING", "TEXT")
        stranger.app.world.clock.advance(timedelta(seconds=1))
        told = stranger.do(SERVICE, "GetComplianceInquiryMetadata", complianceInquiryId=asked["id"])
        assert told["tags"] == {"team": "a"}
        assert told["complianceInquiryDetail"]["statusMessage"] == "Compliance inquiry processing is complete."
        [query] = stranger.do(SERVICE, "ListComplianceInquiryQueries", complianceInquiryId=asked["id"])["queries"]
        assert (query["queryIdentifier"], query["status"], query["reviewType"]) == (1, "COMPLETED", "AI")
        assert "Controls" in query["citations"][0]["sourceLabel"]
        exported = stranger.do(
            SERVICE, "ExportComplianceInquiry", complianceInquiryId=asked["id"], includeCitations=True
        )
        url = urlsplit(exported["documentPresignedUrl"])
        document = stranger.app.handle(Request("GET", url.path, url.query, {"host": url.netloc}, b""))
        assert (document.status, document.body[:5]) == (200, b"%PDF-")
        rated = stranger.do(
            SERVICE,
            "PutComplianceInquiryFeedback",
            complianceInquiryId=asked["id"],
            rating="THUMBS_DOWN",
            queryIdentifier=1,
            reasonCodes=["OTHER"],
            comment="Too short.",
        )
        assert rated["submittedAt"] > NOW

    def test_file(self, stranger: Client) -> None:
        """A file asks several questions; some of them may fail, or wait for people."""
        stranger.app.world.options = type(stranger.app.world.options)(review_delay=timedelta(hours=1))
        content = {"fileContent": {"content": f"{KNOWN}\n<{UNKNOWN}>\n{UNKNOWN}".encode()}}
        asked = create(stranger, content, supportMode="FULL_SUPPORT")
        stranger.app.world.clock.advance(timedelta(seconds=1))
        queries = stranger.do(SERVICE, "ListComplianceInquiryQueries", complianceInquiryId=asked["id"])["queries"]
        assert [(one["status"], one["statusMessage"]) for one in queries] == [
            ("COMPLETED", "Query processing is complete."),
            ("FAILED", "Query contains restricted or unsupported content."),
            ("PROCESSING", "Query is pending human review."),
        ]
        [summary] = stranger.do(SERVICE, "ListComplianceInquiries")["complianceInquiries"]
        assert (summary["status"], summary["statusMessage"]) == ("HUMAN_REVIEW", "Human review is in progress.")
        stranger.app.world.clock.advance(timedelta(hours=1))
        told = stranger.do(SERVICE, "GetComplianceInquiryMetadata", complianceInquiryId=asked["id"])
        assert told["complianceInquiryDetail"]["statusMessage"].endswith("encountered errors during processing.")

    @pytest.mark.parametrize("asked", [{}, {"supportMode": "AI_ONLY"}, {"supportMode": "FULL_SUPPORT"}])
    def test_support(self, stranger: Client, asked: dict[str, str]) -> None:
        """AI alone answers unless full support is asked for; the inquiry says which it is."""
        content = {"fileContent": {"content": UNKNOWN.encode(), "fileSections": ["Sheet 1"]}}
        inquiry = create(stranger, content, **asked)
        described = stranger.do(SERVICE, "GetComplianceInquiryMetadata", complianceInquiryId=inquiry["id"])
        assert described["complianceInquiryDetail"]["supportMode"] == asked.get("supportMode", "AI_ONLY")
        [query] = stranger.do(SERVICE, "ListComplianceInquiryQueries", complianceInquiryId=inquiry["id"])["queries"]
        assert query["reviewType"] == ("HUMAN" if "FULL_SUPPORT" in asked.values() else "AI")

    def test_pages(self, stranger: Client) -> None:
        """Inquiries and questions come page by page."""
        ids = [create(stranger)["id"] for _ in range(3)]
        first = stranger.do(SERVICE, "ListComplianceInquiries", maxResults=2)
        second = stranger.do(SERVICE, "ListComplianceInquiries", maxResults=2, nextToken=first["nextToken"])
        assert [one["id"] for page in (first, second) for one in page["complianceInquiries"]] == ids
        asked = create(stranger, {"fileContent": {"content": b"a\nb\nc"}})
        page = stranger.do(SERVICE, "ListComplianceInquiryQueries", complianceInquiryId=asked["id"], maxResults=2)
        rest = stranger.do(
            SERVICE, "ListComplianceInquiryQueries", complianceInquiryId=asked["id"], nextToken=page["nextToken"]
        )
        assert [one["query"] for one in (*page["queries"], *rest["queries"])] == ["a", "b", "c"]


class TestRefusals:
    """What is refused, in Artifact's shapes."""

    @pytest.mark.parametrize(
        ("operation", "members"),
        [
            ("GetComplianceInquiryMetadata", {}),
            ("ListComplianceInquiryQueries", {}),
            ("ExportComplianceInquiry", {}),
            ("PutComplianceInquiryFeedback", {"rating": "THUMBS_UP"}),
        ],
    )
    def test_of_another_account(
        self, stranger: Client, management: Client, operation: str, members: dict[str, Any]
    ) -> None:
        """To another account the inquiry does not exist."""
        asked = create(stranger)
        got = management.expect_error(SERVICE, operation, complianceInquiryId=asked["id"], **members)
        assert (got.status, got.code) == (404, "ResourceNotFoundException")

    @pytest.mark.parametrize(
        "content",
        [
            {},
            {"query": "a<b"},
            {"query": "x" * 2049},
            {"query": KNOWN, "fileContent": {"content": b"a"}},
            {"fileContent": {"fileSections": ["a"]}},
            {"fileContent": {"content": b"a", "fileSections": ["a"] * 31}},
        ],
    )
    def test_of_a_question_that_is_none(self, stranger: Client, content: dict[str, Any]) -> None:
        """One kind of content, within its limits."""
        got = stranger.expect_error(SERVICE, "CreateComplianceInquiry", name="Mine", inquiryContent=content)
        assert (got.status, got.code) == (400, "ValidationException")

    def test_of_full_support_of_a_question(self, stranger: Client) -> None:
        """Full support is for files alone."""
        got = stranger.expect_error(
            SERVICE,
            "CreateComplianceInquiry",
            name="Mine",
            inquiryContent={"query": KNOWN},
            supportMode="FULL_SUPPORT",
        )
        assert (got.status, got.code, got.data["reason"]) == (400, "ValidationException", "fieldValidationFailed")
        assert [one["name"] for one in got.data["fieldList"]] == ["supportMode"]

    def test_of_a_token_that_was_used(self, stranger: Client) -> None:
        """The same token for another request is a conflict."""
        create(stranger, clientToken="once")
        got = stranger.expect_error(
            SERVICE,
            "CreateComplianceInquiry",
            name="Other",
            inquiryContent={"query": KNOWN},
            clientToken="once",
        )
        assert (got.status, got.code) == (409, "ConflictException")

    def test_of_feedback_too_early(self, stranger: Client) -> None:
        """What is worked on cannot be rated or exported yet."""
        stranger.app.world.options = type(stranger.app.world.options)(inquiry_delay=timedelta(hours=1))
        asked = create(stranger)
        got = stranger.expect_error(
            SERVICE, "PutComplianceInquiryFeedback", complianceInquiryId=asked["id"], rating="THUMBS_UP"
        )
        assert (got.status, got.code) == (409, "ConflictException")
        got = stranger.expect_error(SERVICE, "ExportComplianceInquiry", complianceInquiryId=asked["id"])
        assert (got.status, got.code) == (400, "ValidationException")


class TestTags:
    """Tags, by an ARN in one segment of the path."""

    def test_round(self, stranger: Client) -> None:
        """Tags are set, told and taken away."""
        arn = create(stranger)["arn"]
        assert stranger.do(SERVICE, "TagResource", resourceArn=arn, tags={"a b": "1", "c": ""}) == {}
        assert stranger.do(SERVICE, "ListTagsForResource", resourceArn=arn)["tags"] == {"a b": "1", "c": ""}
        assert stranger.do(SERVICE, "UntagResource", resourceArn=arn, tagKeys=["a b", "none"]) == {}
        assert stranger.do(SERVICE, "ListTagsForResource", resourceArn=arn)["tags"] == {"c": ""}

    @pytest.mark.parametrize(("operation", "members"), [("TagResource", "tags"), ("UntagResource", "tagKeys")])
    def test_of_awss_own(self, stranger: Client, operation: str, members: str) -> None:
        """Keys of AWS's prefix are refused by the member that has them."""
        arn, given = create(stranger)["arn"], {"tags": {"aws:a": ""}, "tagKeys": ["aws:a"]}
        got = stranger.expect_error(SERVICE, operation, resourceArn=arn, **{members: given[members]})
        assert (got.status, got.code) == (400, "ValidationException")
        assert [one["name"] for one in got.data["fieldList"]] == [members]
        assert "reserved" in got.message

    @pytest.mark.parametrize(
        "spoil", [lambda arn: arn + "x", lambda arn: arn.replace("us-east-1", "eu-west-1"), lambda _: "a"]
    )
    def test_of_what_is_not_there(self, stranger: Client, spoil: Any) -> None:
        """An ARN that is not the inquiry's own, letter for letter, finds nothing."""
        arn = spoil(create(stranger)["arn"])
        got = stranger.expect_error(SERVICE, "ListTagsForResource", resourceArn=arn)
        assert (got.status, got.code) == (404, "ResourceNotFoundException")

    def test_reserved(self, stranger: Client) -> None:
        """AWS's own keys are not the customer's to set."""
        arn = create(stranger)["arn"]
        got = stranger.expect_error(SERVICE, "TagResource", resourceArn=arn, tags={"aws:a": "1"})
        assert (got.status, got.code) == (400, "ValidationException")
