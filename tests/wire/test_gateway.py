"""Where requests go: to an operation, to 501 by name, or nowhere; always in the protocol of the request."""

import json
import logging
from dataclasses import replace
from typing import Any
from uuid import UUID

import pytest

from artifact_emulator.app import App
from artifact_emulator.http import Request
from artifact_emulator.services import bindings, handlers
from tests.support.aws_models import SERVICES, model, operation_model, protocol_of
from tests.support.reply_checks import CONTENT_TYPES, parse_reply
from tests.support.wire_client import Client, answer, refused

NOT_EMULATED = [
    (service, operation)
    for service in SERVICES
    for operation in bindings(service).operations
    if operation not in handlers(service)
]


def asked_for(client: Client, service: str, operation: str) -> Request:
    """Give a request for an operation, whatever members it needs."""
    needed = operation_model(service, operation).input_shape
    in_path = (
        [name for name, one in needed.members.items() if one.serialization.get("location") == "uri"] if needed else []
    )
    return client.request(service, operation, **dict.fromkeys(in_path, "x"))


class TestOperationWithoutHandler:
    """An operation that AWS has and the emulator has not."""

    @pytest.mark.parametrize(
        ("service", "operation"), NOT_EMULATED, ids=[f"{service}-{operation}" for service, operation in NOT_EMULATED]
    )
    def test_answers_501_with_its_name(self, management: Client, service: str, operation: str) -> None:
        """The answer names the operation, so that nobody takes it for a failure of his own."""
        got = refused(management.app, asked_for(management, service, operation), service, operation)
        assert (got.status, got.code) == (501, "NotImplemented")
        assert f"{service}:{operation}" in got.message

    @pytest.mark.parametrize("operation", sorted(bindings("iam").unshaped)[::10])
    def test_without_a_shape_either(self, stranger: Client, operation: str) -> None:
        """IAM's operations that have no shapes are known by their names."""
        got = refused(stranger.app, stranger.request("iam", operation), "iam")
        assert (got.status, got.code) == (501, "NotImplemented")
        assert f"iam:{operation}" in got.message

    def test_knows_every_operation_of_iam(self) -> None:
        """What IAM has is either shaped or known to be unshaped."""
        known = bindings("iam").unshaped | bindings("iam").operations.keys()
        assert known == set(model("iam").operation_names)

    def test_needs_no_credential(self, app: App) -> None:
        """Even who has not signed learns that there is nothing here."""
        request = Request("POST", "/", "", {"content-type": "application/x-amz-json-1.1"}, b"{}")
        headers = {**request.headers, "x-amz-target": "DynamoDB_20120810.ListTables"}
        got = refused(app, replace(request, headers=headers), "organizations")
        assert (got.status, got.code) == (501, "NotImplemented")
        assert "DynamoDB_20120810.ListTables" in got.message

    def test_of_another_query_service(self, stranger: Client) -> None:
        """A form that is signed for another service is that service's."""
        request = stranger.request("iam", "ListRoles")
        headers = {**request.headers, "authorization": request.headers["authorization"].replace("/iam/", "/ec2/")}
        body = b"Action=DescribeInstances&Version=2016-11-15"
        got = refused(stranger.app, replace(request, headers=headers, body=body), "iam")
        assert (got.status, got.code) == (501, "NotImplemented")
        assert "DescribeInstances" in got.message


class TestRequestForNothing:
    """A request from which no service can be told."""

    @pytest.mark.parametrize(
        ("request_", "protocol"),
        [
            (Request("GET", "/", "", {}, b""), "rest-json"),
            (Request("GET", "", "", {}, b""), "rest-json"),
            (Request("POST", "/", "", {}, b""), "rest-json"),
            (Request("POST", "/", "", {}, b"\xff\xfe\x00"), "rest-json"),
            (Request("OPTIONS", "*", "", {"origin": "http://example.com"}, b""), "rest-json"),
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
        ids=lambda one: one if isinstance(one, str) else "",
    )
    def test_is_answered_in_the_protocol_that_it_looks_like(self, app: App, request_: Request, protocol: str) -> None:
        """JSON, REST-JSON or XML: a client of the protocol can read the refusal."""
        service = {"json": "organizations", "rest-json": "artifact", "query": "iam"}[protocol]
        got = refused(app, request_, service)
        assert got.status in (400, 404)
        assert got.code in ("UnknownOperationException", "MissingAction", "InvalidAction", "MalformedQueryString")


class TestUnforeseenFailure:
    """A failure of the emulator's own."""

    @pytest.mark.parametrize(
        ("service", "operation"),
        [
            ("organizations", "DescribeOrganization"),
            ("artifact", "ListReports"),
            ("iam", "ListRoles"),
            ("sts", "GetCallerIdentity"),
        ],
    )
    def test_is_a_500_in_the_protocols_shape(
        self, management: Client, monkeypatch: pytest.MonkeyPatch, service: str, operation: str
    ) -> None:
        """The client reads the service's own code and the request id; the state is the same object."""
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

    def test_is_in_the_log_with_its_traceback(
        self, stranger: Client, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
    ) -> None:
        """Under the request id that the client was told, the log has the traceback."""
        request = stranger.request("iam", "ListRoles")
        monkeypatch.setattr("artifact_emulator.pipeline.handler_of", lambda *_: failing)
        with caplog.at_level(logging.ERROR):
            reply = stranger.app.handle(request)
        assert "a slip of ours" in caplog.text
        assert dict(reply.headers)["x-amzn-RequestId"] in caplog.text


def failing(*_: Any) -> None:
    """Fail as nobody foresaw."""
    raise ZeroDivisionError("a slip of ours")


class TestBodyLimit:
    """A body that is too large to be read."""

    @pytest.mark.parametrize(
        ("service", "operation"), [("organizations", "ListRoots"), ("artifact", "ListReports"), ("iam", "ListRoles")]
    )
    def test_is_refused_in_the_protocol_of_the_request(self, stranger: Client, service: str, operation: str) -> None:
        """413, in a shape that the client can read, with the limit named."""
        reply = stranger.app.refuse_size(stranger.request(service, operation), 1024)
        assert reply.status == 413
        error = parse_reply(reply, service)["Error"]
        assert error["Code"] == "RequestEntityTooLargeException"
        assert "1024" in error["Message"]


class TestOwnPaths:
    """The emulator's own paths, beside AWS's."""

    def test_tell_of_health(self, app: App) -> None:
        """A probe is answered at once, without a credential."""
        reply = app.handle(Request("GET", "/_emulator/health", "", {}, b""))
        assert reply.status == 200
        told = json.loads(reply.body)
        assert told["status"] == "ok"
        assert set(told["services"]) == set(SERVICES)

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
    def test_refuse_with_a_problem(self, app: App, method: str, path: str, status: int) -> None:
        """What is not there is refused as RFC 9457 has it, never with a page."""
        before = app.world.state
        reply = app.handle(Request(method, path, "", {"host": "localhost"}, b""))
        assert reply.status == status
        assert dict(reply.headers)["Content-Type"] == "application/problem+json"
        assert json.loads(reply.body)["status"] == status
        assert app.world.state is before

    @pytest.mark.parametrize("host", ["[::1", "[foo]", "a b", "\xe9", "", "x/y?z#", "127.0.0.1:99999999"])
    def test_bear_an_impossible_host(self, app: App, host: str) -> None:
        """A Host header that is none is the client's error."""
        reply = app.handle(Request("POST", "/_emulator/nothing", "", {"host": host}, b""))
        assert reply.status in (400, 403, 404)

    def test_reset_the_world(self, management: Client) -> None:
        """Reset begins again: nothing is left of what was."""
        reply = management.app.handle(Request("POST", "/_emulator/reset", "", {"host": "localhost"}, b""))
        assert (reply.status, reply.body) == (204, b"")
        assert (
            management.expect_error("organizations", "DescribeOrganization").code == "AWSOrganizationsNotInUseException"
        )

    def test_reset_gives_equal_ids_again(self, management: Client) -> None:
        """After a reset the same calls give the same ids."""
        before = management.do("organizations", "DescribeOrganization")
        management.app.handle(Request("POST", "/_emulator/reset", "", {"host": "localhost"}, b""))
        assert management.do("organizations", "CreateOrganization") == before

    @pytest.mark.parametrize("site", ["cross-site", "same-site", "nonsense"])
    def test_refuse_another_sites_page(self, management: Client, site: str) -> None:
        """A page of another site, in the developer's browser, cannot reset his world."""
        before = management.app.world.state
        headers = {"host": "localhost", "sec-fetch-site": site, "origin": "http://evil.example"}
        reply = management.app.handle(Request("POST", "/_emulator/reset", "", headers, b""))
        assert reply.status == 403
        assert management.app.world.state is before

    @pytest.mark.parametrize("path", ["/_documents/", "/_documents/a/b/c/d.pdf", "/_documents/../../etc/passwd"])
    def test_refuse_a_document_without_a_signature(self, app: App, path: str) -> None:
        """A document needs its link; the refusal is S3's XML."""
        reply = app.handle(Request("GET", path, "", {"host": "localhost"}, b""))
        assert reply.status == 403
        assert b"<Code>AccessDenied</Code>" in reply.body


class TestScope:
    """The service that a request is signed for."""

    def test_tells_two_query_services_apart(self, stranger: Client) -> None:
        """IAM and STS share the path; the version says which it is."""
        assert stranger.do("iam", "ListRoles")["Roles"] == []
        assert stranger.do("sts", "GetCallerIdentity")["Account"] == stranger.account

    @pytest.mark.parametrize("region", ["us-east-1", "eu-west-1", "ap-southeast-2", "aws-global"])
    def test_may_name_any_region(self, app: App, region: str) -> None:
        """An endpoint of one's own is signed for the client's region, whatever it is."""
        client = Client(app, "111122223333", region=region)
        for service, operation in (
            ("organizations", "CreateOrganization"),
            ("artifact", "ListReports"),
            ("iam", "ListRoles"),
            ("sts", "GetCallerIdentity"),
        ):
            request = client.request(service, operation)
            assert answer(app, request, service, operation).status == 200
