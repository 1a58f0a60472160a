"""Health checks, and the list of emulated operations."""

import json

import pytest

from artifact_emulator import __version__
from artifact_emulator.app import App
from artifact_emulator.http import Request
from artifact_emulator.services import bindings
from tests.support.aws_models import SERVICES, model, operation_model
from tests.support.control_api import control_refusal, control_reply, control_result
from tests.support.sdk_requests import AUTHORIZATION
from tests.support.wire_client import Client

CAPABILITIES = "/_emulator/capabilities"
FORM = "application/x-www-form-urlencoded"


class TestHealth:
    """`/_emulator/health` and `/_localstack/health`."""

    @pytest.mark.parametrize("base", ["", "/worlds/mine"])
    def test_localstack_health_names_services_version_and_edition(self, app: App, base: str) -> None:
        """Tools that wait for LocalStack get the services, the version and an edition."""
        health = control_result(app, "GET", f"{base}/_localstack/health")
        assert health == {
            "edition": "artifact-emulator",
            "version": __version__,
            "services": dict.fromkeys(SERVICES, "running"),
        }
        assert health["services"] == control_result(app, "GET", "/_emulator/health")["services"]

    def test_health_is_read_only(self, app: App) -> None:
        """Health is read by GET and HEAD only, and no other path of LocalStack exists."""
        for path in ("/_emulator/health", "/_localstack/health"):
            assert control_reply(app, "HEAD", path).status == 200
            assert control_refusal(app, "POST", path)[0] == 405
        assert control_refusal(app, "GET", "/_localstack/state/save")[0] == 404

    def test_health_check_is_not_slow(self, app: App) -> None:
        """A health check is answered without the control API, which takes time to import."""
        request = Client(app, "111122223333").request("sts", "GetCallerIdentity")
        for path in ("/_emulator/health", "/_localstack/health", "/worlds/mine/_localstack/health"):
            probe = type(request)("GET", path, "", {}, b"")
            assert not app.is_slow(probe)


class TestCapabilities:
    """`/_emulator/capabilities`."""

    @pytest.mark.parametrize("service", SERVICES)
    def test_every_operation_of_aws_is_listed_once(self, app: App, service: str) -> None:
        """Every operation of AWS's model is listed either as emulated or as not emulated."""
        listed = control_result(app, "GET", CAPABILITIES)["services"][service]
        assert set(model(service).operation_names) <= {*listed["emulated"], *listed["not_emulated"]}
        assert not {*listed["emulated"]} & {*listed["not_emulated"]}
        assert (listed["api_version"], listed["protocol"]) == (bindings(service).version, bindings(service).protocol)
        assert listed["emulated"] == sorted(listed["emulated"])

    @pytest.mark.parametrize("service", SERVICES)
    def test_operation_listed_as_not_emulated_answers_501(self, stranger: Client, service: str) -> None:
        """An operation that is listed as not emulated answers 501, and one that is listed as emulated does not."""
        listed = control_result(stranger.app, "GET", CAPABILITIES)["services"][service]
        for name in listed["not_emulated"]:
            if name in bindings(service).operations:
                assert stranger.app.handle(stranger.request(service, name)).status == 501
        name = listed["emulated"][0]
        members = operation_model(service, name).input_shape.members
        labels = {label: "x" for label, shape in members.items() if shape.serialization.get("location") == "uri"}
        assert stranger.app.handle(stranger.request(service, name, **labels)).status != 501

    def test_calls_that_are_not_emulated_are_counted_and_logged_once(
        self, stranger: Client, caplog: pytest.LogCaptureFixture
    ) -> None:
        """A world counts the calls of operations that are not emulated, and the log warns of each operation once."""
        assert control_result(stranger.app, "GET", CAPABILITIES)["missed"] == {}
        for name in ("CreateServiceSpecificCredential", "UploadSSHPublicKey", "CreateServiceSpecificCredential"):
            assert stranger.app.handle(stranger.request("iam", name)).status == 501
        missed = {"iam:CreateServiceSpecificCredential": 2, "iam:UploadSSHPublicKey": 1}
        assert list(control_result(stranger.app, "GET", CAPABILITIES)["missed"].items()) == list(missed.items())
        assert [record.getMessage() for record in caplog.records] == [
            f"{name} is not emulated: it answers 501" for name in missed
        ]
        assert control_result(stranger.app, "GET", f"/worlds/other{CAPABILITIES}")["missed"] == {}
        control_reply(stranger.app, "POST", "/_emulator/reset")
        assert control_result(stranger.app, "GET", CAPABILITIES)["missed"] == {}

    @pytest.mark.parametrize(
        ("signing_name", "method", "path", "headers", "body", "name"),
        [
            ("guardduty", "POST", "/admin/enable", {}, b"{}", "guardduty:EnableOrganizationAdminAccount"),
            (
                "sso",
                "POST",
                "/",
                {"x-amz-target": "SWBExternalService.ListInstances"},
                b"{}",
                "sso-admin:ListInstances",
            ),
            ("s3", "GET", "/", {}, b"", "s3:ListBuckets"),
            ("ec2", "POST", "/", {"content-type": FORM}, b"Action=DescribeVpcs&Version=2016-11-15", "ec2:DescribeVpcs"),
            ("guardduty", "PUT", "/no/such/path", {}, b"", "guardduty:PUT /no/such/path"),
        ],
    )
    def test_operations_of_other_services_are_counted_as_users_know_them(  # noqa: PLR0913 - a request has many parts.
        self, app: App, *, signing_name: str, method: str, path: str, headers: dict[str, str], body: bytes, name: str
    ) -> None:
        """An operation of another service is named as in its SDK, in the answer and in the count."""
        signed = {"authorization": AUTHORIZATION.format(signing_name), **headers}
        reply = app.handle(Request(method, path, "", signed, body))
        assert reply.status == 501
        assert f"does not emulate {name}. With `serve --behind moto`" in reply.body.decode()
        assert control_result(app, "GET", CAPABILITIES)["not_emulated_calls"] == {name: 1}

    def test_every_operation_of_organizations_is_emulated(self, app: App) -> None:
        """No operation of AWS Organizations is listed as not emulated."""
        assert control_result(app, "GET", CAPABILITIES)["services"]["organizations"]["not_emulated"] == []

    def test_openapi_document_has_the_paths(self, app: App) -> None:
        """The OpenAPI document of the control API has the paths of capabilities, strictness and events."""
        paths = json.loads(control_reply(app, "GET", "/_emulator/openapi.json").body)["paths"]
        assert {CAPABILITIES, "/_emulator/throttling", "/_emulator/strict-client", "/_emulator/events"} <= paths.keys()
