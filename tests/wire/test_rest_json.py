"""restJson1 with paths, queries and bodies as they should not be: AWS's error, and nothing changed."""

from dataclasses import replace

import pytest

from artifact_emulator.http import Request
from tests.support.artifact_calls import ACCOUNT_AGREEMENT, read_agreement
from tests.support.wire_client import Answer, Client, refused

SERVICE = "artifact"
DEPTH = 100_000


def told(got: Answer) -> tuple[int, str, str | None]:
    """Give what a client looks at: the status, the code, the reason."""
    return got.status, got.code, got.data.get("reason")


@pytest.fixture
def listing(stranger: Client) -> Request:
    """Give a request with members in its query that would succeed."""
    return stranger.request(SERVICE, "ListReports", maxResults=1)


@pytest.fixture
def accepting(stranger: Client) -> Request:
    """Give a request with a body that would succeed."""
    return stranger.request(SERVICE, "AcceptAgreement", **read_agreement(stranger, ACCOUNT_AGREEMENT))


class TestBody:
    """A body that is no JSON object of UTF-8."""

    @pytest.mark.parametrize(
        "body",
        [
            b"{",
            b" ",
            b"null",
            b"[1]",
            b'{"agreementId": NaN}',
            b'{"agreementId": ' + b"9" * 5000 + b"}",
            b'{"agreementId": "\xff"}',
            '{"agreementId": "a"}'.encode("utf-16"),
            rb'{"agreementId": "\ud800"}',
            rb'{"\uDFFFagreementId": "x"}',
            rb'{"unknown": ["\udc00x"]}',
            b'{"agreementId": ' + b"[" * DEPTH + b"]" * DEPTH + b"}",
            b'{"agreementId": ' * DEPTH,
            b"<agreementId/>",
        ],
        ids=lambda body: repr(body[:30]),
    )
    def test_cannot_be_parsed(self, stranger: Client, accepting: Request, body: bytes) -> None:
        """The body cannot be read: ValidationException with the reason cannotParse."""
        got = refused(stranger.app, replace(accepting, body=body), SERVICE, "AcceptAgreement")
        assert told(got) == (400, "ValidationException", "cannotParse")

    @pytest.mark.parametrize("value", ["1", "true", "1e999", "{}", "[]", "[" * 90 + "]" * 90])
    def test_has_a_member_of_the_wrong_type(self, stranger: Client, accepting: Request, value: str) -> None:
        """The member is named, and its value quoted as far as it can be written."""
        body = accepting.body.replace(f'"{ACCOUNT_AGREEMENT}"'.encode(), value.encode())
        got = refused(stranger.app, replace(accepting, body=body), SERVICE, "AcceptAgreement")
        assert told(got) == (400, "ValidationException", "fieldValidationFailed")
        assert [one["name"] for one in got.data["fieldList"]] == ["agreementId"]

    @pytest.mark.parametrize("opening", [b"[", b'{"a":'])
    def test_is_nested_at_the_edge_of_what_can_be_read(
        self, stranger: Client, accepting: Request, opening: bytes
    ) -> None:
        """However deep a value is nested, the answer is never the emulator's own failure."""
        closing = b"]" if opening == b"[" else b"}"
        for depth in range(900, 1020):
            body = b'{"agreementId":' + opening * depth + b"1" + closing * depth + b"}"
            got = refused(stranger.app, replace(accepting, body=body), SERVICE, "AcceptAgreement")
            assert got.code == "ValidationException"

    def test_is_empty(self, stranger: Client, accepting: Request) -> None:
        """An empty body is an empty object: every member is missing."""
        got = refused(stranger.app, replace(accepting, body=b""), SERVICE, "AcceptAgreement")
        assert told(got) == (400, "ValidationException", "fieldValidationFailed")
        assert len(got.data["fieldList"]) == 4

    @pytest.mark.parametrize("content_type", ["application/x-www-form-urlencoded", "text/xml", "application/cbor", ";"])
    def test_is_of_another_content_type(self, stranger: Client, accepting: Request, content_type: str) -> None:
        """Anything but JSON is an unsupported media type."""
        headers = {**accepting.headers, "content-type": content_type}
        got = refused(stranger.app, replace(accepting, headers=headers), SERVICE, "AcceptAgreement")
        assert told(got) == (415, "UnsupportedMediaTypeException", None)

    @pytest.mark.parametrize("content_type", ["application/json; charset=utf-8", "APPLICATION/JSON"])
    def test_is_of_a_content_type_that_will_do(self, stranger: Client, accepting: Request, content_type: str) -> None:
        """A charset and another case are no obstacle."""
        headers = {**accepting.headers, "content-type": content_type}
        assert stranger.app.handle(replace(accepting, headers=headers)).status == 200


class TestQuery:
    """A query as it should not be."""

    @pytest.mark.parametrize(
        "text", ["abc", "", "1_0", "1e2", "+1", "%20 1", "%D9%A1", "0x1", "1.0", "%ff", "%00", "9" * 5000, "-", "%"]
    )
    def test_has_a_number_that_is_none(self, stranger: Client, listing: Request, text: str) -> None:
        """A number is written in ASCII digits, and named when it is not."""
        got = refused(stranger.app, replace(listing, query=f"maxResults={text}"), SERVICE, "ListReports")
        assert told(got) == (400, "ValidationException", "fieldValidationFailed")
        assert [one["name"] for one in got.data["fieldList"]] == ["maxResults"]

    def test_contradicts_itself(self, stranger: Client, listing: Request) -> None:
        """A parameter that is given twice, differently, cannot be read."""
        got = refused(stranger.app, replace(listing, query="maxResults=1&maxResults=2"), SERVICE, "ListReports")
        assert told(got) == (400, "ValidationException", "cannotParse")

    @pytest.mark.parametrize("query", ["", "&&&", "=", "unknown=1", "maxResults=1&maxResults=1", "%", "MAXRESULTS=x"])
    def test_has_nothing_that_matters(self, stranger: Client, listing: Request, query: str) -> None:
        """What is no member is ignored, and so is a repetition."""
        assert stranger.app.handle(replace(listing, query=query)).status == 200


class TestPath:
    """A path as it should not be."""

    @pytest.mark.parametrize(
        "path",
        [
            "/",
            "",
            "*",
            "/v1/report",
            "/v1/report/list/",
            "//v1/report/list",
            "/V1/report/list",
            "/v1/report%2Flist",
            "/v1/../v1/report/list",
            "/tags/",
            "/tags/a/b",
            "/\xe9",
            "/<script>alert(1)</script>",
            "/worlds",
            "/favicon.ico",
            "/" + "a" * 10_000,
        ],
        ids=lambda path: path[:20],
    )
    def test_leads_nowhere(self, stranger: Client, listing: Request, path: str) -> None:
        """AWS has no such operation: 404, in JSON."""
        got = refused(stranger.app, replace(listing, path=path), SERVICE)
        assert (got.status, got.code) == (404, "UnknownOperationException")

    @pytest.mark.parametrize("method", ["HEAD", "PUT", "DELETE", "OPTIONS", "PATCH", "POST", "BREW", "get"])
    def test_is_asked_with_another_method(self, stranger: Client, listing: Request, method: str) -> None:
        """A path is an operation with its own method only."""
        got = refused(stranger.app, replace(listing, method=method), SERVICE)
        assert (got.status, got.code) == (404, "UnknownOperationException")

    @pytest.mark.parametrize("host", ["[::1", "[foo]", "a b", "\xe9", "", "x/y?z#", "127.0.0.1:99999999", "a\x00"])
    def test_is_asked_of_an_impossible_host(self, stranger: Client, host: str) -> None:
        """A Host header that is none does no harm: the answer's URL has it, and leads nowhere."""
        request = stranger.request(SERVICE, "GetNdaForAgreement", agreementId=ACCOUNT_AGREEMENT)
        reply = stranger.app.handle(replace(request, headers={**request.headers, "host": host}))
        assert reply.status == 200

    def test_is_asked_without_a_host(self, stranger: Client) -> None:
        """HTTP/1.0 has no Host header; the documents are linked below localhost then."""
        request = stranger.request(SERVICE, "GetNdaForAgreement", agreementId=ACCOUNT_AGREEMENT)
        headers = {name: value for name, value in request.headers.items() if name != "host"}
        reply = stranger.app.handle(replace(request, headers=headers))
        assert reply.status == 200
        assert b'"documentPresignedUrl":"http://localhost/' in reply.body
