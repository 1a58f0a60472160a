import json

import pytest

from artifact_emulator import __version__
from artifact_emulator.app import App
from artifact_emulator.services import bindings
from tests.wire.botocore_wire import SERVICES, Client, model
from tests.wire.test_control import call, refused, told

CAPABILITIES = "/_emulator/capabilities"


class TestHealth:
    """`/_emulator/health`, and `/_localstack/health` beside it."""

    @pytest.mark.parametrize("base", ["", "/worlds/mine"])
    def test_as_localstack_has_it(self, core: App, base: str) -> None:
        """Tools that wait for LocalStack find the services, the version and an edition."""
        got = told(core, "GET", f"{base}/_localstack/health")
        assert got == {
            "edition": "artifact-emulator",
            "version": __version__,
            "services": dict.fromkeys(SERVICES, "running"),
        }
        assert got["services"] == told(core, "GET", "/_emulator/health")["services"]

    def test_is_read(self, core: App) -> None:
        """Both are read, and nothing else of LocalStack's is there."""
        for path in ("/_emulator/health", "/_localstack/health"):
            assert call(core, "HEAD", path).status == 200
            assert refused(core, "POST", path)[0] == 405
        assert refused(core, "GET", "/_localstack/state/save")[0] == 404

    def test_comes_at_once(self, core: App) -> None:
        """No probe waits for what the control API must load."""
        request = Client(core, "111122223333").request("sts", "GetCallerIdentity")
        for path in ("/_emulator/health", "/_localstack/health", "/worlds/mine/_localstack/health"):
            asked = type(request)("GET", path, "", {}, b"")
            assert not core.is_slow(asked)


class TestCapabilities:
    """`/_emulator/capabilities`."""

    @pytest.mark.parametrize("service", SERVICES)
    def test_are_all_that_aws_has(self, core: App, service: str) -> None:
        """Every operation of AWS's own model is in one of two lists."""
        got = told(core, "GET", CAPABILITIES)["services"][service]
        assert set(model(service).operation_names) <= {*got["emulated"], *got["not_emulated"]}
        assert not {*got["emulated"]} & {*got["not_emulated"]}
        assert (got["api_version"], got["protocol"]) == (bindings(service).version, bindings(service).protocol)
        assert got["emulated"] == sorted(got["emulated"])

    @pytest.mark.parametrize("service", SERVICES)
    def test_are_true(self, stranger: Client, service: str) -> None:
        """What is listed as not emulated answers 501."""
        got = told(stranger.core, "GET", CAPABILITIES)["services"][service]
        for name in got["not_emulated"]:
            if name in bindings(service).operations:
                assert stranger.core.handle(stranger.request(service, name)).status == 501
        name = got["emulated"][0]
        assert stranger.core.handle(stranger.request(service, name)).status != 501

    def test_missed(self, stranger: Client, caplog: pytest.LogCaptureFixture) -> None:
        """What a world was asked for in vain is counted, and told to the log once."""
        assert told(stranger.core, "GET", CAPABILITIES)["missed"] == {}
        for name in ("CreateInstanceProfile", "CreateVirtualMFADevice", "CreateInstanceProfile"):
            assert stranger.core.handle(stranger.request("iam", name)).status == 501
        missed = {"iam:CreateInstanceProfile": 2, "iam:CreateVirtualMFADevice": 1}
        assert list(told(stranger.core, "GET", CAPABILITIES)["missed"].items()) == list(missed.items())
        assert [one.getMessage() for one in caplog.records] == [
            f"{name} is not emulated: it answers 501" for name in missed
        ]
        assert told(stranger.core, "GET", f"/worlds/other{CAPABILITIES}")["missed"] == {}
        call(stranger.core, "POST", "/_emulator/reset")
        assert told(stranger.core, "GET", CAPABILITIES)["missed"] == {}

    def test_of_organizations(self, core: App) -> None:
        """All of AWS Organizations is emulated."""
        assert told(core, "GET", CAPABILITIES)["services"]["organizations"]["not_emulated"] == []

    def test_described(self, core: App) -> None:
        """The description of the control API names what is new in it."""
        paths = json.loads(call(core, "GET", "/_emulator/openapi.json").body)["paths"]
        assert {CAPABILITIES, "/_emulator/throttling", "/_emulator/strict-client", "/_emulator/events"} <= paths.keys()
