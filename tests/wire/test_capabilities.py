import json

import pytest

from artifact_emulator import __version__
from artifact_emulator.app import App
from artifact_emulator.services import bindings
from tests.support.aws_models import SERVICES, model
from tests.support.control_api import control_refusal, control_reply, control_result
from tests.support.wire_client import Client

CAPABILITIES = "/_emulator/capabilities"


class TestHealth:
    """`/_emulator/health`, and `/_localstack/health` beside it."""

    @pytest.mark.parametrize("base", ["", "/worlds/mine"])
    def test_as_localstack_has_it(self, app: App, base: str) -> None:
        """Tools that wait for LocalStack find the services, the version and an edition."""
        got = control_result(app, "GET", f"{base}/_localstack/health")
        assert got == {
            "edition": "artifact-emulator",
            "version": __version__,
            "services": dict.fromkeys(SERVICES, "running"),
        }
        assert got["services"] == control_result(app, "GET", "/_emulator/health")["services"]

    def test_is_read(self, app: App) -> None:
        """Both are read, and nothing else of LocalStack's is there."""
        for path in ("/_emulator/health", "/_localstack/health"):
            assert control_reply(app, "HEAD", path).status == 200
            assert control_refusal(app, "POST", path)[0] == 405
        assert control_refusal(app, "GET", "/_localstack/state/save")[0] == 404

    def test_comes_at_once(self, app: App) -> None:
        """No probe waits for what the control API must load."""
        request = Client(app, "111122223333").request("sts", "GetCallerIdentity")
        for path in ("/_emulator/health", "/_localstack/health", "/worlds/mine/_localstack/health"):
            asked = type(request)("GET", path, "", {}, b"")
            assert not app.is_slow(asked)


class TestCapabilities:
    """`/_emulator/capabilities`."""

    @pytest.mark.parametrize("service", SERVICES)
    def test_are_all_that_aws_has(self, app: App, service: str) -> None:
        """Every operation of AWS's own model is in one of two lists."""
        got = control_result(app, "GET", CAPABILITIES)["services"][service]
        assert set(model(service).operation_names) <= {*got["emulated"], *got["not_emulated"]}
        assert not {*got["emulated"]} & {*got["not_emulated"]}
        assert (got["api_version"], got["protocol"]) == (bindings(service).version, bindings(service).protocol)
        assert got["emulated"] == sorted(got["emulated"])

    @pytest.mark.parametrize("service", SERVICES)
    def test_are_true(self, stranger: Client, service: str) -> None:
        """What is listed as not emulated answers 501."""
        got = control_result(stranger.app, "GET", CAPABILITIES)["services"][service]
        for name in got["not_emulated"]:
            if name in bindings(service).operations:
                assert stranger.app.handle(stranger.request(service, name)).status == 501
        name = got["emulated"][0]
        assert stranger.app.handle(stranger.request(service, name)).status != 501

    def test_missed(self, stranger: Client, caplog: pytest.LogCaptureFixture) -> None:
        """What a world was asked for in vain is counted, and told to the log once."""
        assert control_result(stranger.app, "GET", CAPABILITIES)["missed"] == {}
        for name in ("CreateInstanceProfile", "CreateVirtualMFADevice", "CreateInstanceProfile"):
            assert stranger.app.handle(stranger.request("iam", name)).status == 501
        missed = {"iam:CreateInstanceProfile": 2, "iam:CreateVirtualMFADevice": 1}
        assert list(control_result(stranger.app, "GET", CAPABILITIES)["missed"].items()) == list(missed.items())
        assert [one.getMessage() for one in caplog.records] == [
            f"{name} is not emulated: it answers 501" for name in missed
        ]
        assert control_result(stranger.app, "GET", f"/worlds/other{CAPABILITIES}")["missed"] == {}
        control_reply(stranger.app, "POST", "/_emulator/reset")
        assert control_result(stranger.app, "GET", CAPABILITIES)["missed"] == {}

    def test_of_organizations(self, app: App) -> None:
        """All of AWS Organizations is emulated."""
        assert control_result(app, "GET", CAPABILITIES)["services"]["organizations"]["not_emulated"] == []

    def test_described(self, app: App) -> None:
        """The description of the control API names what is new in it."""
        paths = json.loads(control_reply(app, "GET", "/_emulator/openapi.json").body)["paths"]
        assert {CAPABILITIES, "/_emulator/throttling", "/_emulator/strict-client", "/_emulator/events"} <= paths.keys()
