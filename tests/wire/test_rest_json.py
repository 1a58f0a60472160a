"""AWS REST JSON 1 with malformed paths, queries and bodies: the error is AWS's, and nothing changes."""

import pytest

from artifact_emulator.http import Request
from artifact_state.record import replace
from tests.support.artifact_calls import ACCOUNT_AGREEMENT, read_agreement
from tests.support.wire_client import Answer, Client, refused

SERVICE = "artifact"
DEPTH = 100_000


def summary(error: Answer) -> tuple[int, str, str | None]:
    """Return the status, code and reason of an error."""
    return error.status, error.code, error.data.get("reason")


@pytest.fixture
def list_request(stranger: Client) -> Request:
    """Return a request with members in its query that would succeed."""
    return stranger.request(SERVICE, "ListReports", maxResults=1)


@pytest.fixture
def accept_request(stranger: Client) -> Request:
    """Return a request with a body that would succeed."""
    return stranger.request(SERVICE, "AcceptAgreement", **read_agreement(stranger, ACCOUNT_AGREEMENT))


class TestBody:
    """A body that is not a JSON object in UTF-8."""

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
    def test_malformed_body_cannot_be_parsed(self, stranger: Client, accept_request: Request, body: bytes) -> None:
        """A body that cannot be parsed is a ValidationException with the reason cannotParse."""
        error = refused(stranger.app, replace(accept_request, body=body), SERVICE, "AcceptAgreement")
        assert summary(error) == (400, "ValidationException", "cannotParse")

    @pytest.mark.parametrize("value", ["1", "true", "1e999", "{}", "[]", "[" * 90 + "]" * 90])
    def test_member_of_the_wrong_type_is_named(self, stranger: Client, accept_request: Request, value: str) -> None:
        """A member of the wrong type is named in the field list."""
        body = accept_request.body.replace(f'"{ACCOUNT_AGREEMENT}"'.encode(), value.encode())
        error = refused(stranger.app, replace(accept_request, body=body), SERVICE, "AcceptAgreement")
        assert summary(error) == (400, "ValidationException", "fieldValidationFailed")
        assert [field["name"] for field in error.data["fieldList"]] == ["agreementId"]

    @pytest.mark.parametrize("opening", [b"[", b'{"a":'])
    def test_deeply_nested_body_is_never_an_internal_error(
        self, stranger: Client, accept_request: Request, opening: bytes
    ) -> None:
        """A value that is nested as deeply as the parser supports, or deeper, is never an internal error."""
        closing = b"]" if opening == b"[" else b"}"
        for depth in range(900, 1020):
            body = b'{"agreementId":' + opening * depth + b"1" + closing * depth + b"}"
            error = refused(stranger.app, replace(accept_request, body=body), SERVICE, "AcceptAgreement")
            assert error.code == "ValidationException"

    def test_empty_body_lacks_every_member(self, stranger: Client, accept_request: Request) -> None:
        """An empty body is an empty object, in which every member is missing."""
        error = refused(stranger.app, replace(accept_request, body=b""), SERVICE, "AcceptAgreement")
        assert summary(error) == (400, "ValidationException", "fieldValidationFailed")
        assert len(error.data["fieldList"]) == 4

    @pytest.mark.parametrize("content_type", ["application/x-www-form-urlencoded", "text/xml", "application/cbor", ";"])
    def test_other_content_type_is_an_unsupported_media_type(
        self, stranger: Client, accept_request: Request, content_type: str
    ) -> None:
        """A content type other than JSON is an unsupported media type."""
        headers = {**accept_request.headers, "content-type": content_type}
        error = refused(stranger.app, replace(accept_request, headers=headers), SERVICE, "AcceptAgreement")
        assert summary(error) == (415, "UnsupportedMediaTypeException", None)

    @pytest.mark.parametrize("content_type", ["application/json; charset=utf-8", "APPLICATION/JSON"])
    def test_equivalent_content_type_is_accepted(
        self, stranger: Client, accept_request: Request, content_type: str
    ) -> None:
        """A charset and another case are accepted."""
        headers = {**accept_request.headers, "content-type": content_type}
        assert stranger.app.handle(replace(accept_request, headers=headers)).status == 200


class TestQuery:
    """A malformed query."""

    @pytest.mark.parametrize(
        "text", ["abc", "", "1_0", "1e2", "+1", "%20 1", "%D9%A1", "0x1", "1.0", "%ff", "%00", "9" * 5000, "-", "%"]
    )
    def test_invalid_number_in_the_query_is_named(self, stranger: Client, list_request: Request, text: str) -> None:
        """A number must consist of ASCII digits; otherwise the member is named in the field list."""
        error = refused(stranger.app, replace(list_request, query=f"maxResults={text}"), SERVICE, "ListReports")
        assert summary(error) == (400, "ValidationException", "fieldValidationFailed")
        assert [field["name"] for field in error.data["fieldList"]] == ["maxResults"]

    def test_contradictory_parameter_cannot_be_parsed(self, stranger: Client, list_request: Request) -> None:
        """A parameter with two different values cannot be parsed."""
        error = refused(stranger.app, replace(list_request, query="maxResults=1&maxResults=2"), SERVICE, "ListReports")
        assert summary(error) == (400, "ValidationException", "cannotParse")

    @pytest.mark.parametrize("query", ["", "&&&", "=", "unknown=1", "maxResults=1&maxResults=1", "%", "MAXRESULTS=x"])
    def test_unknown_or_repeated_parameter_is_ignored(
        self, stranger: Client, list_request: Request, query: str
    ) -> None:
        """An unknown parameter is ignored, and so is a repetition of the same value."""
        assert stranger.app.handle(replace(list_request, query=query)).status == 200


class TestPath:
    """An unknown path, method or host."""

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
    def test_unknown_path_is_an_unknown_operation(self, stranger: Client, list_request: Request, path: str) -> None:
        """A path of no operation is an UnknownOperationException with status 404."""
        error = refused(stranger.app, replace(list_request, path=path), SERVICE)
        assert (error.status, error.code) == (404, "UnknownOperationException")

    @pytest.mark.parametrize("method", ["HEAD", "PUT", "DELETE", "OPTIONS", "PATCH", "POST", "BREW", "get"])
    def test_other_method_is_an_unknown_operation(self, stranger: Client, list_request: Request, method: str) -> None:
        """The path of an operation with another method is an UnknownOperationException with status 404."""
        error = refused(stranger.app, replace(list_request, method=method), SERVICE)
        assert (error.status, error.code) == (404, "UnknownOperationException")

    @pytest.mark.parametrize("host", ["[::1", "[foo]", "a b", "\xe9", "", "x/y?z#", "127.0.0.1:99999999", "a\x00"])
    def test_invalid_host_header_is_accepted(self, stranger: Client, host: str) -> None:
        """An invalid Host header is accepted; the links in the reply have it."""
        request = stranger.request(SERVICE, "GetNdaForAgreement", agreementId=ACCOUNT_AGREEMENT)
        reply = stranger.app.handle(replace(request, headers={**request.headers, "host": host}))
        assert reply.status == 200

    def test_documents_are_linked_at_localhost_without_a_host_header(self, stranger: Client) -> None:
        """Without a Host header, as in HTTP/1.0, documents are linked at localhost."""
        request = stranger.request(SERVICE, "GetNdaForAgreement", agreementId=ACCOUNT_AGREEMENT)
        headers = {name: value for name, value in request.headers.items() if name != "host"}
        reply = stranger.app.handle(replace(request, headers=headers))
        assert reply.status == 200
        assert b'"documentPresignedUrl":"http://localhost/' in reply.body
