"""awsJson1.1 with bodies and headers as they should not be: AWS's error, and nothing changed."""

import json
from dataclasses import replace

import pytest

from artifact_emulator.http import Request
from tests.support.wire_client import Client, refused

SERVICE = "organizations"
DEPTH = 100_000


@pytest.fixture
def request_(management: Client) -> Request:
    """Give a request that would succeed."""
    return management.request(SERVICE, "EnableAWSServiceAccess", ServicePrincipal="artifact.amazonaws.com")


class TestBody:
    """A body that is no JSON object of UTF-8."""

    @pytest.mark.parametrize(
        "body",
        [
            b"{",
            b"   ",
            b"null",
            b"[]",
            b'"text"',
            b"1",
            b"{} {}",
            b"{'ServicePrincipal': 'a'}",
            b'{"ServicePrincipal": NaN}',
            b'{"ServicePrincipal": -Infinity}',
            b'{"ServicePrincipal": ' + b"9" * 5000 + b"}",
            b'{"ServicePrincipal": "\xff"}',
            b"\xef\xbb\xbf{}",
            '{"ServicePrincipal": "artifact.amazonaws.com"}'.encode("utf-16"),
            rb'{"ServicePrincipal": "\ud800"}',
            rb'{"\uDFFFServicePrincipal": "x"}',
            rb'{"Unknown": ["\udc00x"], "ServicePrincipal": "artifact.amazonaws.com"}',
            '{"ServicePrincipal": "artifact.amazonaws.com"}'.encode("utf-32-le"),
            b'{"ServicePrincipal": ' + b"[" * DEPTH + b"]" * DEPTH + b"}",
            b'{"ServicePrincipal": ' * DEPTH,
            b"ServicePrincipal=artifact.amazonaws.com",
            b"<ServicePrincipal/>",
            b"\x00",
        ],
        ids=lambda body: repr(body[:30]),
    )
    def test_is_a_serialization_exception(self, management: Client, request_: Request, body: bytes) -> None:
        """The body cannot be read: 400 SerializationException, whatever it is."""
        got = refused(management.app, replace(request_, body=body), SERVICE, "EnableAWSServiceAccess")
        assert (got.status, got.code) == (400, "SerializationException")

    @pytest.mark.parametrize("value", ["1", "true", "1.5", "1e999", "{}", "[]", '["artifact.amazonaws.com"]'])
    def test_has_a_member_of_the_wrong_type(self, management: Client, request_: Request, value: str) -> None:
        """A member that is no text is a SerializationException too, not a broken constraint."""
        body = f'{{"ServicePrincipal": {value}}}'.encode()
        got = refused(management.app, replace(request_, body=body), SERVICE, "EnableAWSServiceAccess")
        assert (got.status, got.code) == (400, "SerializationException")

    def test_is_nested_at_the_edge_of_what_can_be_read(self, management: Client, request_: Request) -> None:
        """However deep a value is nested, the answer is never the emulator's own failure."""
        for depth in range(900, 1020):
            body = b'{"ServicePrincipal": ' + b"[" * depth + b"]" * depth + b"}"
            got = refused(management.app, replace(request_, body=body), SERVICE, "EnableAWSServiceAccess")
            assert got.code == "SerializationException"

    @pytest.mark.parametrize("body", [b"", b"{}", b'{"ServicePrincipal": null}'])
    def test_leaves_a_member_out(self, management: Client, request_: Request, body: bytes) -> None:
        """An empty body is an empty object, and null is absent."""
        got = refused(management.app, replace(request_, body=body), SERVICE, "EnableAWSServiceAccess")
        assert (got.code, got.data["Reason"]) == ("InvalidInputException", "INPUT_REQUIRED")

    def test_may_have_more_than_the_model(self, management: Client, request_: Request) -> None:
        """An unknown member is ignored."""
        body = json.dumps({"ServicePrincipal": "artifact.amazonaws.com", "Unknown": {"a": [1]}}).encode()
        assert management.app.handle(replace(request_, body=body)).status == 200

    @pytest.mark.parametrize(
        "text", ["a\x00b", "a\x0bb", "]]>", "\U0001f600", "a\u2028b", "<script>alert(1)</script>", '"\\', "\x7f"]
    )
    def test_has_hostile_text(self, management: Client, text: str) -> None:
        """Text that breaks a pattern is refused with the reason, and never quoted unescaped."""
        got = management.expect_error(SERVICE, "EnableAWSServiceAccess", ServicePrincipal=text)
        assert (got.code, got.data["Reason"]) == ("InvalidInputException", "INVALID_PATTERN")

    @pytest.mark.parametrize("name", ["\U0001f600", "Grüße", "a\nb", "\x7f"])
    def test_has_an_account_name_that_is_not_ascii(self, management: Client, name: str) -> None:
        """An account's name is printable ASCII."""
        got = management.expect_error(SERVICE, "CreateAccount", AccountName=name, Email="a@example.com")
        assert (got.code, got.data["Reason"]) == ("InvalidInputException", "INVALID_PATTERN")

    def test_keeps_text_as_it_is(self, management: Client) -> None:
        """What a pattern lets through comes back letter for letter."""
        name = "]]> & <b>\"'\\ %41 +"
        asked = management.do(SERVICE, "CreateAccount", AccountName=name, Email="a@example.com")
        assert asked["CreateAccountStatus"]["AccountName"] == name


class TestHeaders:
    """A request whose headers do not say what it is."""

    @pytest.mark.parametrize(
        "content_type",
        ["application/json", "text/plain", "application/x-www-form-urlencoded", "application/x-amz-json", ""],
    )
    def test_of_another_content_type(self, management: Client, request_: Request, content_type: str) -> None:
        """The operation is not known under another content type."""
        headers = {**request_.headers, "content-type": content_type}
        got = refused(management.app, replace(request_, headers=headers), SERVICE)
        assert (got.status, got.code) == (400, "UnknownOperationException")

    @pytest.mark.parametrize(
        "content_type", ["application/x-amz-json-1.0", "Application/X-AMZ-JSON-1.1; charset=utf-8"]
    )
    def test_of_a_content_type_that_will_do(self, management: Client, request_: Request, content_type: str) -> None:
        """The older version, another case and a charset are no obstacle."""
        headers = {**request_.headers, "content-type": content_type}
        assert management.app.handle(replace(request_, headers=headers)).status == 200

    @pytest.mark.parametrize(
        "target",
        [
            "AWSOrganizationsV20161128.Nothing",
            "AWSOrganizationsV20161128.",
            "AWSOrganizationsV20161128.enable_aws_service_access",
            "AWSOrganizationsV20161128.EnableAWSServiceAccess.More",
            "AWSOrganizationsV20161128",
            "AWSOrganizationsV20200101.EnableAWSServiceAccess",
            "EnableAWSServiceAccess",
            "",
            ".",
            "\xff.\xfe",
            "<script>",
        ],
    )
    def test_of_another_target(self, management: Client, request_: Request, target: str) -> None:
        """An operation that is unknown, or another service's, is refused in JSON."""
        headers = {**request_.headers, "x-amz-target": target}
        got = refused(management.app, replace(request_, headers=headers), SERVICE)
        assert (got.status, got.code) in ((400, "UnknownOperationException"), (501, "NotImplemented"))

    def test_without_a_target(self, management: Client, request_: Request) -> None:
        """A JSON body that names no operation is refused as such."""
        headers = {name: value for name, value in request_.headers.items() if name != "x-amz-target"}
        got = refused(management.app, replace(request_, headers=headers), SERVICE)
        assert (got.status, got.code) == (400, "UnknownOperationException")

    @pytest.mark.parametrize("method", ["GET", "HEAD", "PUT", "DELETE", "OPTIONS", "PATCH", "BREW"])
    def test_of_another_method(self, management: Client, request_: Request, method: str) -> None:
        """An operation is posted, and nothing else."""
        got = refused(management.app, replace(request_, method=method), SERVICE)
        assert (got.status, got.code) == (400, "UnknownOperationException")

    @pytest.mark.parametrize("path", ["/organizations", "//", "/%2e", "", "*"])
    def test_of_another_path(self, management: Client, request_: Request, path: str) -> None:
        """There is one path."""
        got = refused(management.app, replace(request_, path=path), SERVICE)
        assert (got.status, got.code) == (400, "UnknownOperationException")


class TestEnvelope:
    """What travels around an answer."""

    def test_of_an_error(self, stranger: Client) -> None:
        """The code is in the body's __type, the message under a capital letter, the reason beside it."""
        reply = stranger.app.handle(stranger.request(SERVICE, "CreateOrganization", FeatureSet="SOME"))
        assert reply.status == 400
        assert json.loads(reply.body) == {
            "__type": "InvalidInputException",
            "Message": "You specified an invalid value.",
            "Reason": "INVALID_ENUM",
        }

    def test_of_nothing(self, management: Client, request_: Request) -> None:
        """An operation without output answers 200 and an empty body."""
        reply = management.app.handle(request_)
        assert (reply.status, reply.body) == (200, b"")

    def test_has_timestamps_in_milliseconds(self, management: Client) -> None:
        """Instants are numbers: seconds since 1970, with three decimals."""
        reply = management.app.handle(
            management.request(SERVICE, "CreateAccount", AccountName="A", Email="a@example.com")
        )
        assert b'"RequestedTimestamp":1795435205.123' in reply.body

    def test_has_a_request_id_of_its_own(self, management: Client) -> None:
        """No two answers have the same request id."""
        ids = {
            dict(management.app.handle(management.request(SERVICE, "ListRoots")).headers)["x-amzn-RequestId"]
            for _ in range(20)
        }
        assert len(ids) == 20
