"""AWS JSON 1.1 with malformed bodies and headers: the error is AWS's, and nothing changes."""

import json

import pytest

from artifact_emulator.http import Request
from artifact_state.record import replace
from tests.support.wire_client import Client, refused

SERVICE = "organizations"
DEPTH = 100_000


@pytest.fixture
def request_(management: Client) -> Request:
    """Return a request that would succeed."""
    return management.request(SERVICE, "EnableAWSServiceAccess", ServicePrincipal="artifact.amazonaws.com")


class TestBody:
    """A body that is not a JSON object in UTF-8, or has unusual members."""

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
    def test_malformed_body_is_a_serialization_exception(
        self, management: Client, request_: Request, body: bytes
    ) -> None:
        """A body that cannot be parsed is a SerializationException, whatever the reason."""
        error = refused(management.app, replace(request_, body=body), SERVICE, "EnableAWSServiceAccess")
        assert (error.status, error.code) == (400, "SerializationException")

    @pytest.mark.parametrize("value", ["1", "true", "1.5", "1e999", "{}", "[]", '["artifact.amazonaws.com"]'])
    def test_member_of_the_wrong_type_is_a_serialization_exception(
        self, management: Client, request_: Request, value: str
    ) -> None:
        """A member that is not a string is a SerializationException too, not a broken constraint."""
        body = f'{{"ServicePrincipal": {value}}}'.encode()
        error = refused(management.app, replace(request_, body=body), SERVICE, "EnableAWSServiceAccess")
        assert (error.status, error.code) == (400, "SerializationException")

    def test_deeply_nested_body_is_never_an_internal_error(self, management: Client, request_: Request) -> None:
        """A value that is nested as deeply as the parser supports, or deeper, is never an internal error."""
        for depth in range(900, 1020):
            body = b'{"ServicePrincipal": ' + b"[" * depth + b"]" * depth + b"}"
            error = refused(management.app, replace(request_, body=body), SERVICE, "EnableAWSServiceAccess")
            assert error.code == "SerializationException"

    @pytest.mark.parametrize("body", [b"", b"{}", b'{"ServicePrincipal": null}'])
    def test_missing_member_is_named_as_required(self, management: Client, request_: Request, body: bytes) -> None:
        """An empty body is an empty object, and null is absent."""
        error = refused(management.app, replace(request_, body=body), SERVICE, "EnableAWSServiceAccess")
        assert (error.code, error.data["Reason"]) == ("InvalidInputException", "INPUT_REQUIRED:SERVICE_PRINCIPAL")

    def test_unknown_member_is_ignored(self, management: Client, request_: Request) -> None:
        """An unknown member is ignored."""
        body = json.dumps({"ServicePrincipal": "artifact.amazonaws.com", "Unknown": {"a": [1]}}).encode()
        assert management.app.handle(replace(request_, body=body)).status == 200

    @pytest.mark.parametrize(
        "text", ["a\x00b", "a\x0bb", "]]>", "\U0001f600", "a\u2028b", "<script>alert(1)</script>", '"\\', "\x7f"]
    )
    def test_text_that_breaks_a_pattern_is_refused(self, management: Client, text: str) -> None:
        """Text that breaks a pattern is refused with the reason."""
        error = management.expect_error(SERVICE, "EnableAWSServiceAccess", ServicePrincipal=text)
        assert (error.code, error.data["Reason"]) == ("InvalidInputException", "INVALID_PATTERN:SERVICE_PRINCIPAL")

    @pytest.mark.parametrize("name", ["\U0001f600", "Grüße", "a\nb", "\x7f"])
    def test_account_name_outside_ascii_is_refused(self, management: Client, name: str) -> None:
        """An account name must be printable ASCII."""
        error = management.expect_error(SERVICE, "CreateAccount", AccountName=name, Email="a@example.com")
        assert (error.code, error.data["Reason"]) == ("InvalidInputException", "INVALID_PATTERN:ACCOUNT_NAME")

    def test_text_is_returned_unchanged(self, management: Client) -> None:
        """Text that a pattern allows is returned unchanged."""
        name = "]]> & <b>\"'\\ %41 +"
        creation = management.do(SERVICE, "CreateAccount", AccountName=name, Email="a@example.com")
        assert creation["CreateAccountStatus"]["AccountName"] == name


class TestHeaders:
    """A request with other headers, method or path."""

    @pytest.mark.parametrize(
        "content_type",
        ["application/json", "text/plain", "application/x-www-form-urlencoded", "application/x-amz-json", ""],
    )
    def test_other_content_type_is_an_unknown_operation(
        self, management: Client, request_: Request, content_type: str
    ) -> None:
        """With another content type, the operation is unknown."""
        headers = {**request_.headers, "content-type": content_type}
        error = refused(management.app, replace(request_, headers=headers), SERVICE)
        assert (error.status, error.code) == (400, "UnknownOperationException")

    @pytest.mark.parametrize(
        "content_type", ["application/x-amz-json-1.0", "Application/X-AMZ-JSON-1.1; charset=utf-8"]
    )
    def test_equivalent_content_type_is_accepted(
        self, management: Client, request_: Request, content_type: str
    ) -> None:
        """The older version, another case and a charset are accepted."""
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
    def test_unknown_target_is_refused(self, management: Client, request_: Request, target: str) -> None:
        """An unknown operation, or one of another service, is refused in JSON."""
        headers = {**request_.headers, "x-amz-target": target}
        error = refused(management.app, replace(request_, headers=headers), SERVICE)
        assert (error.status, error.code) in ((400, "UnknownOperationException"), (501, "NotImplemented"))

    def test_request_without_a_target_is_refused(self, management: Client, request_: Request) -> None:
        """A JSON body without a target is refused in JSON."""
        headers = {name: value for name, value in request_.headers.items() if name != "x-amz-target"}
        error = refused(management.app, replace(request_, headers=headers), SERVICE)
        assert (error.status, error.code) == (400, "UnknownOperationException")

    @pytest.mark.parametrize("method", ["GET", "HEAD", "PUT", "DELETE", "OPTIONS", "PATCH", "BREW"])
    def test_method_other_than_post_is_refused(self, management: Client, request_: Request, method: str) -> None:
        """An operation is called by POST only."""
        error = refused(management.app, replace(request_, method=method), SERVICE)
        assert (error.status, error.code) == (400, "UnknownOperationException")

    @pytest.mark.parametrize("path", ["/organizations", "//", "/%2e", "", "*"])
    def test_path_other_than_the_root_is_refused(self, management: Client, request_: Request, path: str) -> None:
        """An operation is called at the root only."""
        error = refused(management.app, replace(request_, path=path), SERVICE)
        assert (error.status, error.code) == (400, "UnknownOperationException")


class TestEnvelope:
    """The envelope of a reply."""

    def test_error_has_type_message_and_reason(self, stranger: Client) -> None:
        """The body of an error has the code as __type, the message as Message, and the reason."""
        reply = stranger.app.handle(stranger.request(SERVICE, "CreateOrganization", FeatureSet="SOME"))
        assert reply.status == 400
        assert json.loads(reply.body) == {
            "__type": "InvalidInputException",
            "Message": "You specified an invalid value.",
            "Reason": "INVALID_ENUM:FEATURE_SET",
        }

    def test_operation_without_output_has_an_empty_body(self, management: Client, request_: Request) -> None:
        """An operation without output has the status 200 and an empty body."""
        reply = management.app.handle(request_)
        assert (reply.status, reply.body) == (200, b"")

    def test_timestamps_have_milliseconds(self, management: Client) -> None:
        """Timestamps are seconds since 1970 with three decimals."""
        reply = management.app.handle(
            management.request(SERVICE, "CreateAccount", AccountName="A", Email="a@example.com")
        )
        assert b'"RequestedTimestamp":1795435205.123' in reply.body

    def test_request_ids_are_unique(self, management: Client) -> None:
        """No two replies have the same request id."""
        ids = {
            dict(management.app.handle(management.request(SERVICE, "ListRoots")).headers)["x-amzn-RequestId"]
            for _ in range(20)
        }
        assert len(ids) == 20
