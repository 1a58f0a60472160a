"""Routing: a request reaches its operation, or is refused in its own protocol."""

import json
import logging
from typing import Any
from uuid import UUID

import pytest

from artifact_emulator.app import App
from artifact_emulator.http import Request
from artifact_emulator.services import bindings
from artifact_state.record import replace
from tests.support.aws_models import SERVICES, model, operation_model, protocol_of
from tests.support.reply_checks import CONTENT_TYPES, parse_reply
from tests.support.wire_client import Client, answer, refused

SHAPED = [(service, next(iter(bindings(service).operations))) for service in SERVICES]


def request_for(client: Client, service: str, operation: str) -> Request:
    """Return a request for an operation, with placeholders for the members in its path."""
    shape = operation_model(service, operation).input_shape
    members = shape.members.items() if shape else ()
    in_path = [name for name, member in members if member.serialization.get("location") == "uri"]
    return client.request(service, operation, **dict.fromkeys(in_path, "x"))


class TestOperationWithoutHandler:
    """An operation of AWS that is not emulated."""

    @pytest.mark.parametrize(("service", "operation"), SHAPED, ids=[service for service, _ in SHAPED])
    def test_shaped_operation_without_a_handler_answers_501_with_its_name(
        self, management: Client, monkeypatch: pytest.MonkeyPatch, service: str, operation: str
    ) -> None:
        """An operation that has shapes and no handler yet is named, so that it is not mistaken for a client's error."""
        monkeypatch.setattr("artifact_emulator.pipeline.handler_of", lambda *_: None)
        error = refused(management.app, request_for(management, service, operation), service, operation)
        assert (error.status, error.code) == (501, "NotImplemented")
        assert f"{service}:{operation}" in error.message

    @pytest.mark.parametrize("operation", sorted(bindings("iam").unshaped)[::10])
    def test_iam_operation_without_shapes_answers_501_with_its_name(self, stranger: Client, operation: str) -> None:
        """IAM's operations without shapes are known by name."""
        error = refused(stranger.app, stranger.request("iam", operation), "iam")
        assert (error.status, error.code) == (501, "NotImplemented")
        assert f"iam:{operation}" in error.message

    def test_every_iam_operation_is_shaped_or_named_as_unshaped(self) -> None:
        """Every operation of IAM has shapes or is named as unshaped."""
        names = bindings("iam").unshaped | bindings("iam").operations.keys()
        assert names == set(model("iam").operation_names)

    def test_unsigned_call_of_another_service_answers_501(self, app: App) -> None:
        """An unsigned request of another service gets the name of the operation that is not emulated."""
        request = Request("POST", "/", "", {"content-type": "application/x-amz-json-1.1"}, b"{}")
        headers = {**request.headers, "x-amz-target": "DynamoDB_20120810.ListTables"}
        error = refused(app, replace(request, headers=headers), "organizations")
        assert (error.status, error.code) == (501, "NotImplemented")
        assert "dynamodb:ListTables" in error.message

    def test_form_signed_for_another_service_answers_501(self, stranger: Client) -> None:
        """A form that is signed for another service names an operation of that service."""
        request = stranger.request("iam", "ListRoles")
        headers = {**request.headers, "authorization": request.headers["authorization"].replace("/iam/", "/ec2/")}
        body = b"Action=DescribeInstances&Version=2016-11-15"
        error = refused(stranger.app, replace(request, headers=headers, body=body), "iam")
        assert (error.status, error.code) == (501, "NotImplemented")
        assert "DescribeInstances" in error.message

    @pytest.mark.parametrize(
        "prefix", ["CloudTrail_20131101", "com.amazonaws.cloudtrail.v20131101.CloudTrail_20131101"]
    )
    def test_target_may_lack_its_namespace(self, stranger: Client, prefix: str) -> None:
        """The header X-Amz-Target names CloudTrail's operations with or without their namespace."""
        request = stranger.request("cloudtrail", "LookupEvents")
        request = replace(request, headers={**request.headers, "x-amz-target": f"{prefix}.LookupEvents"})
        assert answer(stranger.app, request, "cloudtrail", "LookupEvents").status == 200

    @pytest.mark.parametrize(
        "target", ["example.CloudTrail_20131101.LookupEvents", "LookupEvents", ".LookupEvents", ""]
    )
    def test_target_of_another_prefix_is_no_operation(self, stranger: Client, target: str) -> None:
        """A request that is signed for a service and has a target of another is refused as an unknown operation."""
        request = stranger.request("cloudtrail", "LookupEvents")
        request = replace(request, headers={**request.headers, "x-amz-target": target})
        error = refused(stranger.app, request, "cloudtrail")
        assert (error.status, error.code) == (400, "UnknownOperationException")


class TestRequestWithoutOperation:
    """A request that names no operation of any service."""

    @pytest.mark.parametrize(
        ("request_", "protocol"),
        [
            (Request("GET", "/", "", {}, b""), "rest-json"),
            (Request("GET", "", "", {}, b""), "rest-json"),
            (Request("POST", "/", "", {}, b""), "rest-json"),
            (Request("POST", "/", "", {}, b"\xff\xfe\x00"), "rest-json"),
            (Request("OPTIONS", "*", "", {}, b""), "rest-json"),
            (Request("POST", "/", "", {"content-type": "text/html"}, b"<html></html>"), "rest-json"),
            (Request("POST", "/", "", {"content-type": "application/x-amz-json-1.1"}, b"{}"), "json"),
            (Request("POST", "/", "", {"x-amz-target": ""}, b"{}"), "json"),
            (Request("POST", "/", "", {"content-type": "application/x-www-form-urlencoded"}, b""), "query"),
            (Request("POST", "/", "", {"content-type": "APPLICATION/X-WWW-FORM-URLENCODED"}, b""), "query"),
            (Request("GET", "/", "Action=", {}, b""), "query"),
            (Request("POST", "/", "Action=", {"content-type": "text/plain"}, b""), "query"),
            (Request("GET", "/", "Action=%ff", {}, b""), "query"),
            (Request("PUT", "/", "Action=ListRoles", {}, b""), "query"),
        ],
        ids=lambda value: value if isinstance(value, str) else "",
    )
    def test_request_without_an_operation_is_refused_in_its_protocol(
        self, app: App, request_: Request, protocol: str
    ) -> None:
        """The error is in JSON, REST JSON or XML, so that a client of the protocol can parse it."""
        service = {"json": "organizations", "rest-json": "artifact", "query": "iam"}[protocol]
        error = refused(app, request_, service)
        assert error.status in (400, 404)
        assert error.code in ("UnknownOperationException", "MissingAction", "InvalidAction", "MalformedQueryString")


class TestInternalError:
    """An error of the emulator itself."""

    @pytest.mark.parametrize(
        ("service", "operation"),
        [
            ("organizations", "DescribeOrganization"),
            ("artifact", "ListReports"),
            ("iam", "ListRoles"),
            ("sts", "GetCallerIdentity"),
        ],
    )
    def test_internal_error_is_a_500_in_the_services_form(
        self, management: Client, monkeypatch: pytest.MonkeyPatch, service: str, operation: str
    ) -> None:
        """The client gets the service's own code and the request id; the state is the same object."""
        request = management.request(service, operation)
        monkeypatch.setattr("artifact_emulator.pipeline.handler_of", lambda *_: failing)
        before = management.app.world.state
        reply = management.app.handle(request)
        assert reply.status == 500
        assert management.app.world.state is before
        headers = dict(reply.headers)
        assert headers["Content-Type"] == CONTENT_TYPES[protocol_of(service)]
        error = parse_reply(reply, service, operation)["Error"]
        assert (
            error["Code"]
            == {
                "organizations": "ServiceException",
                "artifact": "InternalServerException",
                "iam": "ServiceFailure",
                "sts": "ServiceFailure",
            }[service]
        )
        assert str(UUID(headers["x-amzn-RequestId"])) in error["Message"]

    def test_internal_error_is_logged_with_traceback_and_request_id(
        self, stranger: Client, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
    ) -> None:
        """The log has the traceback with the request id of the reply."""
        request = stranger.request("iam", "ListRoles")
        monkeypatch.setattr("artifact_emulator.pipeline.handler_of", lambda *_: failing)
        with caplog.at_level(logging.ERROR):
            reply = stranger.app.handle(request)
        assert "ZeroDivisionError: unexpected" in caplog.text
        assert dict(reply.headers)["x-amzn-RequestId"] in caplog.text


def failing(*_: Any) -> None:
    """Fail with an unexpected error."""
    raise ZeroDivisionError("unexpected")


class TestBodyLimit:
    """A body that exceeds the limit."""

    @pytest.mark.parametrize(
        ("service", "operation"), [("organizations", "ListRoots"), ("artifact", "ListReports"), ("iam", "ListRoles")]
    )
    def test_oversized_body_is_refused_in_the_protocol_of_the_request(
        self, stranger: Client, service: str, operation: str
    ) -> None:
        """The reply is a 413 that names the limit, in the protocol of the request."""
        reply = stranger.app.refuse_size(stranger.request(service, operation), 1024)
        assert reply.status == 413
        error = parse_reply(reply, service)["Error"]
        assert error["Code"] == "RequestEntityTooLargeException"
        assert "1024" in error["Message"]


class TestOwnPaths:
    """The emulator's own paths."""

    def test_health_check_needs_no_credentials(self, app: App) -> None:
        """A health check is answered without credentials."""
        reply = app.handle(Request("GET", "/_emulator/health", "", {}, b""))
        assert reply.status == 200
        health = json.loads(reply.body)
        assert health["status"] == "ok"
        assert set(health["services"]) == set(SERVICES)

    @pytest.mark.parametrize(
        ("method", "path", "status"),
        [
            ("POST", "/_emulator/health", 405),
            ("GET", "/_emulator/reset", 405),
            ("GET", "/_emulator", 404),
            ("GET", "/_emulator/", 404),
            ("GET", "/_emulatorx", 404),
            ("POST", "/_emulator/reset/", 404),
            ("POST", "/_emulator/%ff", 404),
            ("BREW", "/_emulator/reset", 405),
        ],
    )
    def test_unknown_own_path_is_refused_with_problem_details(
        self, app: App, method: str, path: str, status: int
    ) -> None:
        """An unknown path or method is refused with problem details of RFC 9457, never with HTML."""
        before = app.world.state
        reply = app.handle(Request(method, path, "", {"host": "localhost"}, b""))
        assert reply.status == status
        assert dict(reply.headers)["Content-Type"] == "application/problem+json"
        assert json.loads(reply.body)["status"] == status
        assert app.world.state is before

    @pytest.mark.parametrize("host", ["[::1", "[foo]", "a b", "\xe9", "", "x/y?z#", "127.0.0.1:99999999"])
    def test_invalid_host_header_is_a_client_error(self, app: App, host: str) -> None:
        """An invalid Host header is answered with a client error."""
        reply = app.handle(Request("POST", "/_emulator/nothing", "", {"host": host}, b""))
        assert reply.status in (400, 403, 404)

    def test_reset_empties_the_world(self, management: Client) -> None:
        """After a reset the world is empty."""
        reply = management.app.handle(Request("POST", "/_emulator/reset", "", {"host": "localhost"}, b""))
        assert (reply.status, reply.body) == (204, b"")
        assert (
            management.expect_error("organizations", "DescribeOrganization").code == "AWSOrganizationsNotInUseException"
        )

    def test_same_calls_after_a_reset_give_the_same_ids(self, management: Client) -> None:
        """The same calls give the same ids after a reset."""
        before = management.do("organizations", "DescribeOrganization")
        management.app.handle(Request("POST", "/_emulator/reset", "", {"host": "localhost"}, b""))
        assert management.do("organizations", "CreateOrganization") == before

    @pytest.mark.parametrize("site", ["cross-site", "same-site", "nonsense"])
    def test_request_from_a_page_of_another_site_is_refused(self, management: Client, site: str) -> None:
        """A page of another site in the developer's browser cannot reset the world."""
        before = management.app.world.state
        headers = {"host": "localhost", "sec-fetch-site": site, "origin": "http://evil.example"}
        reply = management.app.handle(Request("POST", "/_emulator/reset", "", headers, b""))
        assert reply.status == 403
        assert management.app.world.state is before

    @pytest.mark.parametrize("path", ["/_documents/", "/_documents/a/b/c/d.pdf", "/_documents/../../etc/passwd"])
    def test_document_without_a_signed_link_is_refused(self, app: App, path: str) -> None:
        """A document needs its signed link; the refusal is in the XML of Amazon S3."""
        reply = app.handle(Request("GET", path, "", {"host": "localhost"}, b""))
        assert reply.status == 403
        assert b"<Code>AccessDenied</Code>" in reply.body


class TestSigningScope:
    """The service and the region that a request is signed for."""

    def test_version_tells_query_services_apart(self, stranger: Client) -> None:
        """IAM and AWS STS share the path; the version of the API tells them apart."""
        assert stranger.do("iam", "ListRoles")["Roles"] == []
        assert stranger.do("sts", "GetCallerIdentity")["Account"] == stranger.account

    @pytest.mark.parametrize("region", ["us-east-1", "eu-west-1", "ap-southeast-2", "aws-global"])
    def test_requests_may_be_signed_for_any_region(self, app: App, region: str) -> None:
        """A client signs for its own region, and every region is accepted."""
        client = Client(app, "111122223333", region=region)
        for service, operation in (
            ("organizations", "CreateOrganization"),
            ("artifact", "ListReports"),
            ("iam", "ListRoles"),
            ("sts", "GetCallerIdentity"),
        ):
            request = client.request(service, operation)
            assert answer(app, request, service, operation).status == 200
