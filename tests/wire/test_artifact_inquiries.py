"""The compliance inquiries of AWS Artifact on the wire."""

from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

import pytest

from artifact_emulator.http import Request
from tests.support.artifact_calls import SERVICE, invalid_members
from tests.support.wire_client import Client
from tests.wire.conftest import NOW

KNOWN, UNKNOWN = "Which SOC report covers encryption?", "Do penguins fly?"


def create(client: Client, content: dict[str, Any] | None = None, **changes: Any) -> dict[str, Any]:
    """Create an inquiry, and return its summary."""
    request = {"name": "Mine", "inquiryContent": content or {"query": KNOWN}, **changes}
    summary: dict[str, Any] = client.do(SERVICE, "CreateComplianceInquiry", **request)["complianceInquirySummary"]
    return summary


class TestInquiry:
    """The life of an inquiry."""

    def test_inquiry_is_answered_exported_and_rated(self, stranger: Client) -> None:
        """An inquiry is answered with citations, exported as a document, and rated."""
        inquiry = create(stranger, tags={"team": "a"})
        assert inquiry["arn"] == f"arn:aws:artifact:us-east-1:{stranger.account}:compliance-inquiry/{inquiry['id']}"
        assert (inquiry["status"], inquiry["inputSource"]) == ("PROCESSING", "TEXT")
        stranger.app.world.clock.advance(timedelta(seconds=1))
        metadata = stranger.do(SERVICE, "GetComplianceInquiryMetadata", complianceInquiryId=inquiry["id"])
        assert metadata["tags"] == {"team": "a"}
        assert metadata["complianceInquiryDetail"]["statusMessage"] == "Compliance inquiry processing is complete."
        [query] = stranger.do(SERVICE, "ListComplianceInquiryQueries", complianceInquiryId=inquiry["id"])["queries"]
        assert (query["queryIdentifier"], query["status"], query["reviewType"]) == (1, "COMPLETED", "AI")
        assert "Controls" in query["citations"][0]["sourceLabel"]
        exported = stranger.do(
            SERVICE, "ExportComplianceInquiry", complianceInquiryId=inquiry["id"], includeCitations=True
        )
        url = urlsplit(exported["documentPresignedUrl"])
        document = stranger.app.handle(Request("GET", url.path, url.query, {"host": url.netloc}, b""))
        assert (document.status, document.body[:5]) == (200, b"%PDF-")
        feedback = stranger.do(
            SERVICE,
            "PutComplianceInquiryFeedback",
            complianceInquiryId=inquiry["id"],
            rating="THUMBS_DOWN",
            queryIdentifier=1,
            reasonCodes=["OTHER"],
            comment="Too short.",
        )
        assert feedback["submittedAt"] > NOW

    def test_queries_of_a_file_have_their_own_status(self, stranger: Client) -> None:
        """Queries of a file can be completed, unsupported, or in human review."""
        stranger.app.world.options = type(stranger.app.world.options)(review_delay=timedelta(hours=1))
        content = {"fileContent": {"content": f"{KNOWN}\n<{UNKNOWN}>\n{UNKNOWN}".encode()}}
        inquiry = create(stranger, content, supportMode="FULL_SUPPORT")
        stranger.app.world.clock.advance(timedelta(seconds=1))
        queries = stranger.do(SERVICE, "ListComplianceInquiryQueries", complianceInquiryId=inquiry["id"])["queries"]
        assert [(query["status"], query["statusMessage"]) for query in queries] == [
            ("COMPLETED", "Query processing is complete."),
            ("FAILED", "Query contains restricted or unsupported content."),
            ("PROCESSING", "Query is pending human review."),
        ]
        [summary] = stranger.do(SERVICE, "ListComplianceInquiries")["complianceInquiries"]
        assert (summary["status"], summary["statusMessage"]) == ("HUMAN_REVIEW", "Human review is in progress.")
        stranger.app.world.clock.advance(timedelta(hours=1))
        metadata = stranger.do(SERVICE, "GetComplianceInquiryMetadata", complianceInquiryId=inquiry["id"])
        assert metadata["complianceInquiryDetail"]["statusMessage"].endswith("encountered errors during processing.")

    @pytest.mark.parametrize("mode", [{}, {"supportMode": "AI_ONLY"}, {"supportMode": "FULL_SUPPORT"}])
    def test_support_mode_defaults_to_ai_only(self, stranger: Client, mode: dict[str, str]) -> None:
        """AI answers alone unless full support is requested, and the inquiry has the mode."""
        content = {"fileContent": {"content": UNKNOWN.encode(), "fileSections": ["Sheet 1"]}}
        inquiry = create(stranger, content, **mode)
        metadata = stranger.do(SERVICE, "GetComplianceInquiryMetadata", complianceInquiryId=inquiry["id"])
        assert metadata["complianceInquiryDetail"]["supportMode"] == mode.get("supportMode", "AI_ONLY")
        [query] = stranger.do(SERVICE, "ListComplianceInquiryQueries", complianceInquiryId=inquiry["id"])["queries"]
        assert query["reviewType"] == ("HUMAN" if "FULL_SUPPORT" in mode.values() else "AI")

    def test_inquiries_and_queries_are_paginated(self, stranger: Client) -> None:
        """Inquiries and queries are listed page by page."""
        ids = [create(stranger)["id"] for _ in range(3)]
        first = stranger.do(SERVICE, "ListComplianceInquiries", maxResults=2)
        second = stranger.do(SERVICE, "ListComplianceInquiries", maxResults=2, nextToken=first["nextToken"])
        assert [inquiry["id"] for page in (first, second) for inquiry in page["complianceInquiries"]] == ids
        inquiry = create(stranger, {"fileContent": {"content": b"a\nb\nc"}})
        page = stranger.do(SERVICE, "ListComplianceInquiryQueries", complianceInquiryId=inquiry["id"], maxResults=2)
        rest = stranger.do(
            SERVICE, "ListComplianceInquiryQueries", complianceInquiryId=inquiry["id"], nextToken=page["nextToken"]
        )
        assert [query["query"] for query in (*page["queries"], *rest["queries"])] == ["a", "b", "c"]


class TestRefusals:
    """Refused calls."""

    @pytest.mark.parametrize(
        ("operation", "members"),
        [
            ("GetComplianceInquiryMetadata", {}),
            ("ListComplianceInquiryQueries", {}),
            ("ExportComplianceInquiry", {}),
            ("PutComplianceInquiryFeedback", {"rating": "THUMBS_UP"}),
        ],
    )
    def test_inquiry_of_another_account_is_not_found(
        self, stranger: Client, management: Client, operation: str, members: dict[str, Any]
    ) -> None:
        """Another account does not find the inquiry."""
        inquiry = create(stranger)
        got = management.expect_error(SERVICE, operation, complianceInquiryId=inquiry["id"], **members)
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
    def test_invalid_content_is_refused(self, stranger: Client, content: dict[str, Any]) -> None:
        """An inquiry has one kind of content, within its limits."""
        got = stranger.expect_error(SERVICE, "CreateComplianceInquiry", name="Mine", inquiryContent=content)
        assert (got.status, got.code) == (400, "ValidationException")

    def test_full_support_of_a_text_query_is_refused(self, stranger: Client) -> None:
        """Full support is available for files only."""
        got = stranger.expect_error(
            SERVICE,
            "CreateComplianceInquiry",
            name="Mine",
            inquiryContent={"query": KNOWN},
            supportMode="FULL_SUPPORT",
        )
        assert (got.status, got.code, got.data["reason"]) == (400, "ValidationException", "fieldValidationFailed")
        assert invalid_members(got) == ["supportMode"]

    def test_client_token_of_another_request_is_a_conflict(self, stranger: Client) -> None:
        """The same client token for another request is a conflict."""
        create(stranger, clientToken="once")
        got = stranger.expect_error(
            SERVICE,
            "CreateComplianceInquiry",
            name="Other",
            inquiryContent={"query": KNOWN},
            clientToken="once",
        )
        assert (got.status, got.code) == (409, "ConflictException")

    def test_inquiry_in_progress_cannot_be_rated_or_exported(self, stranger: Client) -> None:
        """An inquiry in progress can be neither rated nor exported."""
        stranger.app.world.options = type(stranger.app.world.options)(inquiry_delay=timedelta(hours=1))
        inquiry = create(stranger)
        got = stranger.expect_error(
            SERVICE, "PutComplianceInquiryFeedback", complianceInquiryId=inquiry["id"], rating="THUMBS_UP"
        )
        assert (got.status, got.code) == (409, "ConflictException")
        got = stranger.expect_error(SERVICE, "ExportComplianceInquiry", complianceInquiryId=inquiry["id"])
        assert (got.status, got.code) == (400, "ValidationException")


class TestTags:
    """Tags of inquiries, with the ARN as one segment of the path."""

    def test_tags_are_added_listed_and_removed(self, stranger: Client) -> None:
        """Tags can be added, listed and removed."""
        arn = create(stranger)["arn"]
        assert stranger.do(SERVICE, "TagResource", resourceArn=arn, tags={"a b": "1", "c": ""}) == {}
        assert stranger.do(SERVICE, "ListTagsForResource", resourceArn=arn)["tags"] == {"a b": "1", "c": ""}
        assert stranger.do(SERVICE, "UntagResource", resourceArn=arn, tagKeys=["a b", "none"]) == {}
        assert stranger.do(SERVICE, "ListTagsForResource", resourceArn=arn)["tags"] == {"c": ""}

    @pytest.mark.parametrize(("operation", "members"), [("TagResource", "tags"), ("UntagResource", "tagKeys")])
    def test_reserved_tag_keys_are_refused(self, stranger: Client, operation: str, members: str) -> None:
        """The error names the member that has a key with AWS's prefix."""
        arn, values = create(stranger)["arn"], {"tags": {"aws:a": ""}, "tagKeys": ["aws:a"]}
        got = stranger.expect_error(SERVICE, operation, resourceArn=arn, **{members: values[members]})
        assert (got.status, got.code) == (400, "ValidationException")
        assert invalid_members(got) == [members]
        assert "reserved" in got.message

    @pytest.mark.parametrize(
        "alter", [lambda arn: arn + "x", lambda arn: arn.replace("us-east-1", "eu-west-1"), lambda _: "a"]
    )
    def test_other_arn_is_not_found(self, stranger: Client, alter: Any) -> None:
        """An ARN must equal the ARN of the inquiry."""
        arn = alter(create(stranger)["arn"])
        got = stranger.expect_error(SERVICE, "ListTagsForResource", resourceArn=arn)
        assert (got.status, got.code) == (404, "ResourceNotFoundException")

    def test_reserved_tag_key_cannot_be_added(self, stranger: Client) -> None:
        """Keys with AWS's prefix cannot be added."""
        arn = create(stranger)["arn"]
        got = stranger.expect_error(SERVICE, "TagResource", resourceArn=arn, tags={"aws:a": "1"})
        assert (got.status, got.code) == (400, "ValidationException")
