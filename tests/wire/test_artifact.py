"""Artifact on the wire: what each operation of the story answers, and how it refuses."""

import json
import re
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

import pytest

from artifact_emulator.http import Request
from tests.support.reply_checks import parse_reply
from tests.support.wire_client import Answer, Client
from tests.wire.conftest import NOW

SERVICE = "artifact"
ACCOUNT_AGREEMENT = "agreement-9c1kBcYznTkcpRIm"
ORGANIZATION_AGREEMENT = "agreement-y03aUwMAEorHtqjv"
REPORT = "report-f1DIWBmGa2Lhsadg"
ARTIFACT = "artifact.amazonaws.com"


def told(got: Answer) -> tuple[int, str, str | None]:
    """Give what a client looks at: the status, the code, the reason."""
    return got.status, got.code, got.data.get("reason")


def instant(text: datetime) -> datetime:
    """Give an instant as the REST protocol carries it: in milliseconds."""
    return text.replace(microsecond=text.microsecond // 1000 * 1000)


def read_agreement(client: Client, agreement_id: str) -> dict[str, Any]:
    """Go the documented way to an agreement's text; give what accepts it."""
    nda = client.do(SERVICE, "GetNdaForAgreement", agreementId=agreement_id)
    accepted = client.do(
        SERVICE,
        "AcceptNdaForAgreement",
        agreementId=agreement_id,
        agreementRevisionId=nda["agreementRevisionId"],
        ndaToken=nda["acceptNdaForAgreementToken"],
    )
    shown = client.do(SERVICE, "GetAgreement", agreementId=agreement_id, ndaToken=accepted["getAgreementToken"])
    return {
        "agreementId": agreement_id,
        "agreementRevisionId": shown["agreementRevisionId"],
        "acceptanceTermsToken": shown["acceptanceTermsToken"],
        "executeAgreementToken": shown["executeAgreementToken"],
    }


def accept(client: Client, agreement_id: str) -> dict[str, Any]:
    """Accept an agreement; give its summary."""
    summary: dict[str, Any] = client.do(SERVICE, "AcceptAgreement", **read_agreement(client, agreement_id))[
        "customerAgreement"
    ]
    return summary


def trust(management: Client) -> None:
    """Enable trusted access for Artifact."""
    management.do("organizations", "EnableAWSServiceAccess", ServicePrincipal=ARTIFACT)


def download(client: Client, url: str) -> bytes:
    """Fetch a document's URL from the same core; give what is served."""
    parts = urlsplit(url)
    got = client.app.handle(Request("GET", parts.path, parts.query, {"host": parts.netloc}, b""))
    assert got.status == 200, got
    return got.body


class TestListAgreements:
    """ListAgreements."""

    def test_answers_the_catalogue_to_everyone(self, stranger: Client, member: Client) -> None:
        """A member and a standalone account are told of the same agreements, account and organization ones."""
        listed = stranger.do(SERVICE, "ListAgreements")["agreements"]
        assert listed == member.do(SERVICE, "ListAgreements")["agreements"]
        subjects = {one["id"]: one["subjects"] for one in listed}
        assert subjects[ACCOUNT_AGREEMENT] == ["ACCOUNT"]
        assert subjects[ORGANIZATION_AGREEMENT] == ["ORGANIZATION"]

    def test_names_an_agreement_as_aws_does(self, stranger: Client) -> None:
        """An agreement's ARN has neither region nor account."""
        listed = {one["id"]: one for one in stranger.do(SERVICE, "ListAgreements")["agreements"]}
        one = listed[ACCOUNT_AGREEMENT]
        assert one["arn"] == f"arn:aws:artifact:::agreement/{ACCOUNT_AGREEMENT}"
        assert one["name"] == "AWS Business Associate Addendum"

    def test_of_govcloud(self, stranger: Client) -> None:
        """The caller's region says which partition's agreements there are."""
        client = Client(stranger.app, stranger.account, region="us-gov-west-1")
        listed = client.do(SERVICE, "ListAgreements")["agreements"]
        assert "agreement-Og8HCNyYwYNp8AR1" in {one["id"] for one in listed}
        assert {one["arn"].split(":")[1] for one in listed} == {"aws-us-gov"}

    def test_pages(self, stranger: Client) -> None:
        """Page by page, the pages are the whole list."""
        whole = stranger.do(SERVICE, "ListAgreements")["agreements"]
        pages, token = [], None
        while True:
            page = stranger.do(SERVICE, "ListAgreements", maxResults=3, **({"nextToken": token} if token else {}))
            pages += page["agreements"]
            if not (token := page.get("nextToken")):
                break
        assert pages == whole

    @pytest.mark.parametrize("size", [0, 301, -1, 10**18])
    def test_of_a_page_too_small_or_too_large(self, stranger: Client, size: int) -> None:
        """A page has 1 to 300 agreements; botocore sends any."""
        got = stranger.expect_error(SERVICE, "ListAgreements", maxResults=size)
        assert told(got) == (400, "ValidationException", "fieldValidationFailed")
        assert [one["name"] for one in got.data["fieldList"]] == ["maxResults"]

    @pytest.mark.parametrize("token", ["x", "A" * 32, "é", "\U0001f600"])
    def test_with_a_token_that_it_did_not_give(self, stranger: Client, token: str) -> None:
        """Any other token is refused, and named."""
        got = stranger.expect_error(SERVICE, "ListAgreements", nextToken=token)
        assert told(got) == (400, "ValidationException", "fieldValidationFailed")
        assert [one["name"] for one in got.data["fieldList"]] == ["nextToken"]


class TestAcceptAgreement:
    """The documented chain: GetNdaForAgreement, AcceptNdaForAgreement, GetAgreement, AcceptAgreement."""

    def test_of_an_account(self, stranger: Client) -> None:
        """A standalone account accepts an agreement for itself."""
        summary = accept(stranger, ACCOUNT_AGREEMENT)
        whole = {one["id"]: one for one in stranger.do(SERVICE, "ListAgreements")["agreements"]}[ACCOUNT_AGREEMENT]
        assert summary == {
            "name": whole["name"],
            "arn": f"arn:aws:artifact::{stranger.account}:customer-agreement/{summary['id']}",
            "id": summary["id"],
            "agreementArn": whole["arn"],
            "awsAccountId": stranger.account,
            "effectiveStart": instant(NOW),
            "state": "ACTIVE",
            "description": whole["description"],
            "acceptanceTerms": whole["acceptanceTerms"],
            "terminateTerms": whole["terminateTerms"],
            "type": "DEFAULT",
        }

    def test_of_an_organization(self, management: Client, member: Client) -> None:
        """The management account accepts for every account; a member sees who did."""
        trust(management)
        summary = accept(management, ORGANIZATION_AGREEMENT)
        organization = management.do("organizations", "DescribeOrganization")["Organization"]
        assert summary["organizationArn"] == organization["Arn"]
        assert member.do(SERVICE, "ListCustomerAgreements") == {"customerAgreements": [summary]}
        assert summary["awsAccountId"] == management.account

    def test_shows_documents(self, stranger: Client) -> None:
        """The NDA and the agreement are PDF files behind URLs of this very server."""
        nda = stranger.do(SERVICE, "GetNdaForAgreement", agreementId=ACCOUNT_AGREEMENT)
        assert download(stranger, nda["documentPresignedUrl"]).startswith(b"%PDF-")

    def test_gives_the_nda_a_revision_of_its_own(self, stranger: Client) -> None:
        """The revision of the NDA is another than the agreement's."""
        nda = stranger.do(SERVICE, "GetNdaForAgreement", agreementId=ACCOUNT_AGREEMENT)
        assert nda["agreementRevisionId"] != read_agreement(stranger, ACCOUNT_AGREEMENT)["agreementRevisionId"]

    @pytest.mark.parametrize("operation", ["GetNdaForAgreement", "AcceptNdaForAgreement", "GetAgreement"])
    def test_of_an_unknown_agreement(self, stranger: Client, operation: str) -> None:
        """An id of the right form that AWS does not have is not found, and told back."""
        unknown = "agreement-0000000000000000"
        revision = {"agreementRevisionId": "0" * 8 + "-0000-0000-0000-" + "0" * 12}
        token = {"ndaToken": "nda-token-" + "0" * 24}
        needed = {"GetNdaForAgreement": {}, "AcceptNdaForAgreement": revision | token, "GetAgreement": token}
        got = stranger.expect_error(SERVICE, operation, agreementId=unknown, **needed[operation])
        assert told(got) == (404, "ResourceNotFoundException", None)
        assert (got.data["resourceType"], got.data["resourceId"]) == ("agreement", unknown)

    @pytest.mark.parametrize("agreement_id", ["bad", ACCOUNT_AGREEMENT + "x", REPORT, ACCOUNT_AGREEMENT + "\n", ""])
    def test_of_what_is_no_agreement_id(self, stranger: Client, agreement_id: str) -> None:
        """An id of another kind breaks the shape."""
        got = stranger.expect_error(SERVICE, "GetNdaForAgreement", agreementId=agreement_id)
        assert told(got) == (400, "ValidationException", "fieldValidationFailed")
        assert [one["name"] for one in got.data["fieldList"]] == ["agreementId"]

    @pytest.mark.parametrize("member_name", ["acceptanceTermsToken", "executeAgreementToken"])
    def test_with_a_token_of_another_purpose(self, stranger: Client, member_name: str) -> None:
        """The two tokens of an agreement cannot stand for each other."""
        wanted = read_agreement(stranger, ACCOUNT_AGREEMENT)
        other = {"acceptanceTermsToken": "executeAgreementToken", "executeAgreementToken": "acceptanceTermsToken"}
        wanted[member_name] = wanted[other[member_name]]
        got = stranger.expect_error(SERVICE, "AcceptAgreement", **wanted)
        assert told(got) == (400, "ValidationException", "invalidToken")
        assert got.data["fieldList"][0]["name"] in other

    def test_with_a_used_token(self, stranger: Client) -> None:
        """Tokens are good once."""
        wanted = read_agreement(stranger, ACCOUNT_AGREEMENT)
        stranger.do(SERVICE, "AcceptAgreement", **wanted)
        got = stranger.expect_error(SERVICE, "AcceptAgreement", **wanted)
        assert told(got) == (400, "ValidationException", "invalidToken")

    def test_with_a_lapsed_token(self, stranger: Client) -> None:
        """Tokens are good for a while."""
        wanted = read_agreement(stranger, ACCOUNT_AGREEMENT)
        stranger.app.world.clock.advance(timedelta(minutes=15))
        got = stranger.expect_error(SERVICE, "AcceptAgreement", **wanted)
        assert told(got) == (400, "ValidationException", "invalidToken")

    def test_with_every_member_missing(self, stranger: Client) -> None:
        """Every missing member is named."""
        got = stranger.expect_error(SERVICE, "AcceptAgreement")
        assert told(got) == (400, "ValidationException", "fieldValidationFailed")
        assert {one["name"] for one in got.data["fieldList"]} == set(read_agreement(stranger, ACCOUNT_AGREEMENT))

    def test_of_an_organization_by_others(self, management: Client, member: Client, stranger: Client) -> None:
        """A member and a standalone account are denied with 403."""
        trust(management)
        for client in (member, stranger):
            got = client.expect_error(SERVICE, "AcceptAgreement", **read_agreement(client, ORGANIZATION_AGREEMENT))
            assert told(got) == (403, "AccessDeniedException", None)

    def test_of_an_organization_without_trusted_access(self, management: Client) -> None:
        """Trusted access comes first."""
        wanted = read_agreement(management, ORGANIZATION_AGREEMENT)
        got = management.expect_error(SERVICE, "AcceptAgreement", **wanted)
        assert told(got) == (403, "AccessDeniedException", None)


class TestListCustomerAgreements:
    """ListCustomerAgreements."""

    def test_is_empty_at_first(self, stranger: Client) -> None:
        """The required list is there, and empty."""
        assert stranger.do(SERVICE, "ListCustomerAgreements") == {"customerAgreements": []}

    def test_hides_while_trusted_access_is_off(self, management: Client, member: Client) -> None:
        """Agreements remain but cannot be reached, and come back as they were."""
        trust(management)
        summary = accept(management, ORGANIZATION_AGREEMENT)
        management.do("organizations", "DisableAWSServiceAccess", ServicePrincipal=ARTIFACT)
        for client in (management, member):
            assert client.do(SERVICE, "ListCustomerAgreements") == {"customerAgreements": []}
            got = client.expect_error(SERVICE, "GetCustomerAgreement", customerAgreementId=summary["id"])
            assert told(got) == (403, "AccessDeniedException", None)
        trust(management)
        for client in (management, member):
            assert client.do(SERVICE, "ListCustomerAgreements") == {"customerAgreements": [summary]}

    def test_is_empty_for_a_removed_account(self, management: Client, member: Client) -> None:
        """A removed account no longer has access to any organization agreement."""
        trust(management)
        summary = accept(management, ORGANIZATION_AGREEMENT)
        management.do("organizations", "RemoveAccountFromOrganization", AccountId=member.account)
        assert member.do(SERVICE, "ListCustomerAgreements") == {"customerAgreements": []}
        got = member.expect_error(SERVICE, "GetCustomerAgreement", customerAgreementId=summary["id"])
        assert told(got) == (404, "ResourceNotFoundException", None)


class TestGetCustomerAgreement:
    """GetCustomerAgreement."""

    def test_answers_its_owner_the_token_that_ends_it(self, stranger: Client) -> None:
        """The owner may download and terminate."""
        summary = accept(stranger, ACCOUNT_AGREEMENT)
        got = stranger.do(SERVICE, "GetCustomerAgreement", customerAgreementId=summary["id"])
        assert got["terminateAgreementToken"].startswith("agreement-token-")
        assert got["terminateTerms"] == summary["terminateTerms"]
        assert download(stranger, got["documentPresignedUrl"]).startswith(b"%PDF-")

    def test_answers_a_member_no_token(self, management: Client, member: Client) -> None:
        """Members view and download, and terminate nothing."""
        trust(management)
        summary = accept(management, ORGANIZATION_AGREEMENT)
        got = member.do(SERVICE, "GetCustomerAgreement", customerAgreementId=summary["id"])
        assert "terminateAgreementToken" not in got
        assert download(member, got["documentPresignedUrl"]).startswith(b"%PDF-")

    def test_of_another_account(self, stranger: Client, management: Client) -> None:
        """Another account's agreement does not exist."""
        summary = accept(stranger, ACCOUNT_AGREEMENT)
        got = management.expect_error(SERVICE, "GetCustomerAgreement", customerAgreementId=summary["id"])
        assert told(got) == (404, "ResourceNotFoundException", None)
        assert (got.data["resourceType"], got.data["resourceId"]) == ("customer-agreement", summary["id"])


class TestTerminateAgreement:
    """TerminateAgreement."""

    def test_answers_a_short_summary(self, stranger: Client) -> None:
        """Seven members, the end among them; the agreement is in the list no more."""
        summary = accept(stranger, ACCOUNT_AGREEMENT)
        token = stranger.do(SERVICE, "GetCustomerAgreement", customerAgreementId=summary["id"])
        stranger.app.world.clock.advance(timedelta(minutes=1))
        ended = stranger.do(
            SERVICE,
            "TerminateAgreement",
            customerAgreementId=summary["id"],
            terminateAgreementToken=token["terminateAgreementToken"],
        )["customerAgreement"]
        assert ended == {
            "agreementArn": summary["agreementArn"],
            "arn": summary["arn"],
            "effectiveEnd": instant(NOW) + timedelta(minutes=1),
            "effectiveStart": instant(NOW),
            "id": summary["id"],
            "name": summary["name"],
            "state": "CUSTOMER_TERMINATED",
        }
        assert stranger.do(SERVICE, "ListCustomerAgreements") == {"customerAgreements": []}

    def test_by_a_member(self, management: Client, member: Client) -> None:
        """Members never terminate; 403."""
        trust(management)
        summary = accept(management, ORGANIZATION_AGREEMENT)
        token = management.do(SERVICE, "GetCustomerAgreement", customerAgreementId=summary["id"])
        got = member.expect_error(
            SERVICE,
            "TerminateAgreement",
            customerAgreementId=summary["id"],
            terminateAgreementToken=token["terminateAgreementToken"],
        )
        assert told(got) == (403, "AccessDeniedException", None)

    def test_with_a_token_of_another_kind(self, stranger: Client) -> None:
        """A token that was not given for this is refused, and named."""
        summary = accept(stranger, ACCOUNT_AGREEMENT)
        got = stranger.expect_error(
            SERVICE,
            "TerminateAgreement",
            customerAgreementId=summary["id"],
            terminateAgreementToken="agreement-token-" + "0" * 24,
        )
        assert told(got) == (400, "ValidationException", "invalidToken")
        assert [one["name"] for one in got.data["fieldList"]] == ["terminateAgreementToken"]


class TestGetReport:
    """Reports: ListReports, ListReportVersions, GetReportMetadata, GetTermForReport, GetReport."""

    def test_is_listed_for_everyone(self, stranger: Client, member: Client) -> None:
        """Reports need no organization and no trusted access."""
        listed = stranger.do(SERVICE, "ListReports")["reports"]
        assert listed == member.do(SERVICE, "ListReports")["reports"]
        assert {"ISO", "PCI", "SOC"} <= {one["series"] for one in listed}

    def test_is_described(self, stranger: Client) -> None:
        """The metadata are the summary and five members more."""
        summary = next(one for one in stranger.do(SERVICE, "ListReports")["reports"] if one["id"] == REPORT)
        details = stranger.do(SERVICE, "GetReportMetadata", reportId=REPORT)["reportDetails"]
        assert details.items() >= summary.items()
        assert details.keys() - summary.keys() == {"createdAt", "lastModifiedAt", "termArn", "sequenceNumber"}
        assert details["arn"] == f"arn:aws:artifact:us-east-1::report/{REPORT}:{details['version']}"

    def test_has_versions(self, stranger: Client) -> None:
        """Versions come the oldest first, and each can be described by its number."""
        versions = stranger.do(SERVICE, "ListReportVersions", reportId=REPORT)["reports"]
        assert len(versions) > 1
        assert [one["version"] for one in versions] == sorted(one["version"] for one in versions)
        for one in versions:
            told_of = stranger.do(SERVICE, "GetReportMetadata", reportId=REPORT, reportVersion=one["version"])
            assert told_of["reportDetails"].items() >= one.items()

    def test_is_downloaded_once_its_terms_were_shown(self, stranger: Client) -> None:
        """The term's token opens the report."""
        term = stranger.do(SERVICE, "GetTermForReport", reportId=REPORT)
        got = stranger.do(SERVICE, "GetReport", reportId=REPORT, termToken=term["termToken"])
        assert download(stranger, got["documentPresignedUrl"]).startswith(b"%PDF-")
        assert download(stranger, term["documentPresignedUrl"]).startswith(b"%PDF-")

    def test_by_another_account(self, stranger: Client, member: Client) -> None:
        """A token is good for the account that it was given to."""
        term = stranger.do(SERVICE, "GetTermForReport", reportId=REPORT)
        got = member.expect_error(SERVICE, "GetReport", reportId=REPORT, termToken=term["termToken"])
        assert told(got) == (400, "ValidationException", "invalidToken")
        assert [one["name"] for one in got.data["fieldList"]] == ["termToken"]

    @pytest.mark.parametrize("operation", ["GetReportMetadata", "GetTermForReport", "ListReportVersions"])
    def test_of_an_unknown_report(self, stranger: Client, operation: str) -> None:
        """An unknown report is not found, and told back."""
        got = stranger.expect_error(SERVICE, operation, reportId="report-0000000000000000")
        assert told(got) == (404, "ResourceNotFoundException", None)
        assert (got.data["resourceType"], got.data["resourceId"]) == ("report", "report-0000000000000000")

    @pytest.mark.parametrize("operation", ["GetReportMetadata", "GetTermForReport"])
    def test_of_an_unknown_version(self, stranger: Client, operation: str) -> None:
        """An unknown version of a known report is not found either."""
        got = stranger.expect_error(SERVICE, operation, reportId=REPORT, reportVersion=4711)
        assert told(got) == (404, "ResourceNotFoundException", None)

    @pytest.mark.parametrize("version", [0, -1, 10**30])
    def test_of_what_is_no_version(self, stranger: Client, version: int) -> None:
        """A version is a whole number from 1 on."""
        got = stranger.expect_error(SERVICE, "GetReportMetadata", reportId=REPORT, reportVersion=version)
        assert told(got)[:2] == (400, "ValidationException")


class TestDocument:
    """The URL of a document."""

    def test_is_shaped_like_awss(self, stranger: Client) -> None:
        """A presigned URL says its algorithm, its credential, its date and its life time, and is signed."""
        url = stranger.do(SERVICE, "GetTermForReport", reportId=REPORT)["documentPresignedUrl"]
        for name in ("Algorithm=AWS4-HMAC-SHA256", "Credential=ASIA", "Date=20261123T120005Z", "Expires=300"):
            assert f"X-Amz-{name}" in url
        assert re.search("X-Amz-Signature=[0-9a-f]{64}$", url)

    @pytest.mark.parametrize(
        ("part", "old", "new"),
        [
            ("path", ".pdf", ".pdx"),
            ("path", "999988887777", "111122223333"),
            ("query", "Expires=300", "Expires=900"),
            ("query", "Signature=", "Signature=\xe9"),
            ("query", "X-Amz-Credential", "X-Credential"),
            ("query", "X-Amz-Signature", "X-Signature"),
        ],
        ids=["path", "account", "expiry", "signature", "credential", "unsigned"],
    )
    def test_that_was_altered(self, stranger: Client, part: str, old: str, new: str) -> None:
        """Whatever is altered breaks the link; the answer is S3's, in XML."""
        url = urlsplit(stranger.do(SERVICE, "GetTermForReport", reportId=REPORT)["documentPresignedUrl"])
        asked = Request("GET", url.path, url.query, {"host": url.netloc}, b"")
        assert old in getattr(asked, part)
        altered: dict[str, Any] = {part: getattr(asked, part).replace(old, new)}
        got = stranger.app.handle(replace(asked, **altered))
        assert got.status == 403
        code = b"AccessDenied" if "X-Signature" in new else b"SignatureDoesNotMatch"
        assert b"<Code>%s</Code>" % code in got.body
        assert dict(got.headers)["Content-Type"] == "application/xml"

    def test_that_expired(self, stranger: Client) -> None:
        """After five minutes the link is good no more."""
        url = urlsplit(stranger.do(SERVICE, "GetTermForReport", reportId=REPORT)["documentPresignedUrl"])
        stranger.app.world.clock.advance(timedelta(minutes=5))
        got = stranger.app.handle(Request("GET", url.path, url.query, {"host": url.netloc}, b""))
        assert (got.status, b"Request has expired" in got.body) == (403, True)
        for told in (
            b"<X-Amz-Expires>300</X-Amz-Expires>",
            b"<Expires>2026-11-23T12:05:05Z</Expires>",
            b"<ServerTime>2026-11-23T12:05:05Z</ServerTime>",
        ):
            assert told in got.body

    @pytest.mark.parametrize(
        ("asked", "status", "part"),
        [
            ("bytes=0-4", 206, slice(0, 5)),
            ("bytes=10-", 206, slice(10, None)),
            ("bytes=-6", 206, slice(-6, None)),
            ("bytes=0-99999999", 206, slice(0, None)),
            ("bytes=0-1,3-4", 200, slice(0, None)),
            ("pages=1", 200, slice(0, None)),
            ("bytes=4-1", 200, slice(0, None)),
            ("nonsense", 200, slice(0, None)),
        ],
    )
    def test_range(self, stranger: Client, asked: str, status: int, part: slice) -> None:
        """One range is served as a part, with its place; anything else gets the whole."""
        url = urlsplit(stranger.do(SERVICE, "GetTermForReport", reportId=REPORT)["documentPresignedUrl"])
        plain = Request("GET", url.path, url.query, {"host": url.netloc}, b"")
        whole = stranger.app.handle(plain)
        assert dict(whole.headers)["Accept-Ranges"] == "bytes"
        got = stranger.app.handle(replace(plain, headers={"host": url.netloc, "range": asked}))
        assert (got.status, got.body) == (status, whole.body[part])
        assert dict(got.headers)["ETag"] == dict(whole.headers)["ETag"]
        start, end, size = *part.indices(len(whole.body))[:2], len(whole.body)
        assert dict(got.headers).get("Content-Range") == (f"bytes {start}-{end - 1}/{size}" if status == 206 else None)

    @pytest.mark.parametrize(
        ("method", "status", "code"), [("HEAD", 403, "SignatureDoesNotMatch"), ("PUT", 405, "Method")]
    )
    def test_by_another_method(self, stranger: Client, method: str, status: int, code: str) -> None:
        """The method is signed, as at S3: a link for GET is none for HEAD."""
        url = urlsplit(stranger.do(SERVICE, "GetTermForReport", reportId=REPORT)["documentPresignedUrl"])
        got = stranger.app.handle(Request(method, url.path, url.query, {"host": url.netloc}, b""))
        assert (got.status, code.encode() in got.body) == (status, True)

    def test_has_s3s_headers(self, stranger: Client) -> None:
        """A document says when it was made; an answer has an id, in a refusal twice."""
        url = urlsplit(stranger.do(SERVICE, "GetTermForReport", reportId=REPORT)["documentPresignedUrl"])
        asked = Request("GET", url.path, url.query, {"host": url.netloc}, b"")
        served = dict(stranger.app.handle(asked).headers)
        assert served["Last-Modified"] == "Mon, 23 Nov 2026 12:00:05 GMT"
        assert served["x-amz-request-id"]
        got = stranger.app.handle(replace(asked, query=""))
        assert f"<RequestId>{dict(got.headers)['x-amz-request-id']}</RequestId><HostId>" in got.body.decode()

    @pytest.mark.parametrize("asked", ["bytes=99999999-", "bytes=-0"])
    def test_range_of_nothing(self, stranger: Client, asked: str) -> None:
        """What lies beyond the end cannot be had, nor the last no bytes."""
        url = urlsplit(stranger.do(SERVICE, "GetTermForReport", reportId=REPORT)["documentPresignedUrl"])
        headers = {"host": url.netloc, "range": asked}
        got = stranger.app.handle(Request("GET", url.path, url.query, headers, b""))
        assert (got.status, b"<Code>InvalidRange</Code>" in got.body) == (416, True)


class TestEnvelope:
    """How Artifact answers, whatever the operation."""

    def test_of_an_error(self, stranger: Client) -> None:
        """The code travels in a header, the message in lower case in the body, beside the members."""
        request = stranger.request(SERVICE, "GetReportMetadata", reportId="report-0000000000000000")
        reply = stranger.app.handle(request)
        assert dict(reply.headers)["x-amzn-errortype"] == "ResourceNotFoundException"
        assert json.loads(reply.body).keys() == {"message", "resourceId", "resourceType"}
        assert parse_reply(reply, SERVICE)["Error"]["Code"] == "ResourceNotFoundException"

    def test_has_iso_timestamps(self, stranger: Client) -> None:
        """Instants are text in ISO 8601, in UTC."""
        accept(stranger, ACCOUNT_AGREEMENT)
        reply = stranger.app.handle(stranger.request(SERVICE, "ListCustomerAgreements"))
        assert json.loads(reply.body)["customerAgreements"][0]["effectiveStart"] == "2026-11-23T12:00:05.123Z"
