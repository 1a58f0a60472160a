"""Requests to the control API: bodies, origins, and the OpenAPI document."""

import json
from typing import Any

import pytest
from openapi_spec_validator import validate

from artifact_emulator.app import App
from artifact_emulator.http import Request
from tests.support.control_api import control_refusal, control_reply, control_result
from tests.support.wire_client import Client


class TestRequests:
    """Requests to the control API."""

    @pytest.mark.parametrize("kind", ["application/x-www-form-urlencoded", "text/plain", ""])
    def test_other_media_type_is_refused(self, app: App, kind: str) -> None:
        """A body must be declared as JSON: pages of other sites can send forms and plain text without permission."""
        status, detail = control_refusal(app, "POST", "/_emulator/clock", {"advance_seconds": 1}, content_type=kind)
        assert (status, "application/json" in detail) == (415, True)

    def test_invalid_json_is_refused_with_position(self, app: App) -> None:
        """The error names the position of the syntax error."""
        status, detail = control_refusal(app, "POST", "/_emulator/clock", b'{"advance_seconds": 1')
        assert (status, "line 1 column" in detail) == (400, True)

    @pytest.mark.parametrize("body", [None, [], b"null", b'"{}"', b"1"])
    def test_json_without_object_is_refused(self, app: App, body: Any) -> None:
        """The error says that an object is expected."""
        status, detail = control_refusal(app, "POST", "/_emulator/clock", body)
        assert status == 400
        assert "expected a JSON object" in detail or "give one of" in detail

    @pytest.mark.parametrize("path", ["/_emulator/clock", "/worlds/mine/_emulator/clock"])
    def test_too_large_body_is_refused_as_problem(self, app: App, path: str) -> None:
        """The refusal of a too large body has the form of the control API."""
        reply = app.refuse_size(Request("POST", path, "", {"host": "localhost"}, b""), 5)
        assert dict(reply.headers)["Content-Type"] == "application/problem+json"
        assert (reply.status, json.loads(reply.body)["status"]) == (413, 413)

    def test_unsupported_method_is_refused_with_supported_ones(self, app: App) -> None:
        """The Allow header lists the methods: https://www.rfc-editor.org/rfc/rfc9110#section-15.5.6."""
        reply = control_reply(app, "PATCH", "/_emulator/clock")
        assert reply.status == 405
        assert {"GET", "POST"} <= set(dict(reply.headers)["Allow"].split(", "))

    @pytest.mark.parametrize(
        ("method", "path", "headers"),
        [
            ("DELETE", "/_emulator/health", {}),
            ("POST", "/_emulator/events", {"accept": "text/event-stream"}),
            ("PUT", "/_emulator/faults", {}),
        ],
    )
    def test_all_paths_refuse_a_method_in_the_same_words(
        self, app: App, method: str, path: str, headers: dict[str, str]
    ) -> None:
        """Paths with and without Flask have the same title, detail and Allow header."""
        reply = control_reply(app, method, path, **headers)
        problem = json.loads(reply.body)
        assert (reply.status, problem["title"]) == (405, "Method not allowed")
        assert problem["detail"] == f"{path} supports {dict(reply.headers)['Allow']}, not {method}."

    def test_unknown_path_is_refused_with_description(self, app: App) -> None:
        """The error names the OpenAPI document."""
        assert "openapi.json" in control_refusal(app, "GET", "/_emulator/nothing")[1]


class TestOrigin:
    """Hosts and origins of requests."""

    @pytest.mark.parametrize("host", ["evil.example", "evil.example:4700", "127.0.0.1.evil.example", "[::1", ""])
    def test_foreign_host_name_is_refused(self, app: App, host: str) -> None:
        """A foreign name is refused even if it resolves to this machine; the error names the option that allows it."""
        status, detail = control_refusal(app, "POST", "/_emulator/reset", host=host)
        assert (status, "--allow-host" in detail) == (403, True)

    @pytest.mark.parametrize(
        "headers",
        [
            {"sec-fetch-site": "cross-site"},
            {"sec-fetch-site": "same-site"},
            {"origin": "https://evil.example"},
            {"origin": "null"},
            {"origin": "http://localhost:3000"},
            {"origin": "https://evil.example", "sec-fetch-site": "none"},
        ],
    )
    @pytest.mark.parametrize("path", ["/_emulator/reset", "/worlds/mine/_emulator/reset"])
    def test_pages_of_other_sites_are_refused(self, app: App, path: str, headers: dict[str, str]) -> None:
        """Requests of other sites are recognized by Sec-Fetch-Site or, where it is missing, by Origin."""
        control_reply(app, "GET", "/worlds/mine/_emulator/clock")
        assert control_refusal(app, "POST", path, None, **headers)[0] == 403

    @pytest.mark.parametrize(
        "headers",
        [
            {"sec-fetch-site": "same-origin"},
            {"sec-fetch-site": "none"},
            {"origin": "http://localhost:4700"},
            # Behind a proxy that changes the Host header.
            {"origin": "https://me.proxy.example", "sec-fetch-site": "same-origin"},
        ],
    )
    def test_own_pages_are_allowed(self, app: App, headers: dict[str, str]) -> None:
        """Requests of the console's pages and typed addresses are allowed."""
        assert control_reply(app, "POST", "/_emulator/reset", None, **headers).status == 204

    @pytest.mark.parametrize("host", ["localhost", "127.0.0.1:4700", "[::1]:4700", "10.0.0.7", "me.localhost", "box"])
    def test_local_and_allowed_hosts_are_accepted(self, host: str) -> None:
        """Local names, addresses and explicitly allowed names are accepted."""
        app = App(allowed_hosts=["box"])
        assert control_reply(app, "GET", "/_emulator/clock", host=host).status == 200

    def test_aws_call_is_accepted_from_any_host(self, app: App) -> None:
        """AWS calls are signed, so their Host header is not checked."""
        request = Client(app).request("sts", "GetCallerIdentity")
        assert isinstance(request.headers, dict)
        request.headers["host"] = "anything.example"
        assert app.handle(request).status == 200


class TestOpenApi:
    """`/_emulator/openapi.json`."""

    def test_document_has_paths_and_schemas(self, app: App) -> None:
        """The document is OpenAPI 3.1 with paths and the schemas of bodies."""
        document = control_result(app, "GET", "/_emulator/openapi.json")
        assert document["openapi"].startswith("3.1")
        assert {"/_emulator/reset", "/_emulator/clock", "/_emulator/worlds/{name}"} <= document["paths"].keys()
        assert "ClockChange" in document["components"]["schemas"]

    def test_document_is_valid(self, app: App) -> None:
        """The document conforms to OpenAPI 3.1."""
        validate(control_result(app, "GET", "/_emulator/openapi.json"))

    def test_every_operation_describes_success_and_error(self, app: App) -> None:
        """Each operation has a success response and problem details as the default; worlds are servers."""
        document = control_result(app, "GET", "/_emulator/openapi.json")
        operations = [operation for path in document["paths"].values() for operation in path.values()]
        assert len(operations) > 35
        for operation in operations:
            success, error = operation["responses"].items()
            assert success[0] in ("200", "204")
            assert error[0] == "default"
            assert error[1]["content"].keys() == {"application/problem+json"}
        assert [server["url"] for server in document["servers"]] == ["/", "/worlds/{world}"]

    def test_examples_of_bodies_are_accepted(self, app: App) -> None:
        """Every example of a request body is accepted."""
        document = control_result(app, "GET", "/_emulator/openapi.json")
        tried = 0
        for path, methods in document["paths"].items():
            for method, operation in methods.items():
                schema = (
                    operation.get("requestBody", {}).get("content", {}).get("application/json", {}).get("schema", {})
                )
                body = document["components"]["schemas"].get(schema.get("$ref", "").rpartition("/")[2], {})
                for example in body.get("examples", ()):
                    reply = control_reply(app, method.upper(), path.replace("{name}", "mine"), example)
                    assert reply.status == 200, example
                    tried += 1
        assert tried >= 15


class TestMisspelledMembers:
    """Members that a request does not have."""

    @pytest.mark.parametrize(
        ("method", "path", "body", "closest"),
        [
            ("PATCH", "delays", {"creaton": 1}, "creation"),
            ("POST", "faults", {"service": "iam", "erorr": {"code": "Throttling"}}, "error"),
            ("POST", "clock", {"freze": "2100-01-01T00:00:00Z"}, "freeze"),
            ("PUT", "worlds/mine", {"scenari": "organization"}, "scenario"),
        ],
    )
    def test_closest_member_is_named(
        self, app: App, method: str, path: str, body: dict[str, object], closest: str
    ) -> None:
        """The error names the member, and the one that was probably meant."""
        reply = control_reply(app, method, f"/_emulator/{path}", body)
        assert (reply.status, f"did you mean {closest}?" in reply.body.decode()) == (400, True), reply.body
