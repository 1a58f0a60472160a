"""Limits: what clients can make the emulator keep, and what it refuses."""

import gc
import json
import weakref
from pathlib import Path

import pytest

from artifact_emulator.activity import call_log
from artifact_emulator.app import App
from artifact_emulator.aws.errors.aws_error import AwsError
from artifact_emulator.faults.rules import MAX_RULES
from artifact_emulator.http import Request
from artifact_emulator.limits import DEFAULT_LIMITS, Limits
from artifact_emulator.world_runtime import runtime_of
from artifact_state.record import fields
from tests.support.control_api import control_done, control_refusal, control_reply, control_result
from tests.support.http_connection import authorization
from tests.support.wire_client import Client

PAGE = Path(__file__).parents[2] / "docs" / "limits.md"


class TestWorlds:
    """The worlds of a server."""

    @pytest.mark.parametrize("path", ["/worlds/mine/", "/worlds/mine/_emulator/clock", "/worlds/mine/console/"])
    def test_get_creates_no_world(self, app: App, path: str) -> None:
        """A request that only reads is answered by an empty world, which is not kept."""
        app.handle(Request("GET", path, "", {"host": "localhost"}, b""))
        assert [world.name for world in app.worlds] == ["default"]

    def test_signed_get_creates_a_world(self, app: App) -> None:
        """A signed call creates its world, whatever its method, and is recorded in it."""
        sent = {"host": "localhost", "authorization": authorization("artifact")}
        assert app.handle(Request("GET", "/worlds/mine/v1/report/list", "", sent, b"")).status == 200
        assert len(runtime_of(app.worlds.find("mine")).call_log.calls()) == 1

    def test_number_of_worlds_is_limited(self) -> None:
        """A world beyond the limit is refused by the control API and by AWS calls; an existing one is not."""
        app = App(limits=Limits(worlds=1))
        control_result(app, "PUT", "/_emulator/worlds/one", {})
        assert control_refusal(app, "PUT", "/_emulator/worlds/two", {})[0] == 409
        sent = {"host": "localhost", "authorization": authorization("iam")}
        assert app.handle(Request("POST", "/worlds/two/", "", sent, b"")).status == 409
        control_result(app, "PUT", "/_emulator/worlds/one", {})

    def test_number_of_snapshots_is_limited(self) -> None:
        """A snapshot beyond the limit is refused; one of the same name is replaced."""
        app = App(limits=Limits(snapshots=1))
        control_done(app, "PUT", "/_emulator/snapshots/one")
        control_done(app, "PUT", "/_emulator/snapshots/one")
        assert control_refusal(app, "PUT", "/_emulator/snapshots/two")[0] == 409

    def test_number_of_faults_is_limited(self, app: App) -> None:
        """A fault beyond the limit is refused."""
        fault = {"service": "organizations", "latency_ms": 1}
        for _ in range(MAX_RULES):
            assert control_reply(app, "POST", "/_emulator/faults", fault).status < 300
        assert control_refusal(app, "POST", "/_emulator/faults", fault)[0] == 409

    def test_number_of_streams_is_limited(self) -> None:
        """An event stream beyond the limit is refused; a stream that ended makes room."""
        app = App(limits=Limits(streams=1))
        stream = control_reply(app, "GET", "/_emulator/events", accept="text/event-stream")
        assert stream.status == 200
        assert control_reply(app, "GET", "/_emulator/events", accept="text/event-stream").status == 429
        del stream
        assert control_reply(app, "GET", "/_emulator/events", accept="text/event-stream").status == 200


class TestCallLog:
    """What the records of calls keep."""

    def test_refused_call_keeps_no_exception(self, management: Client) -> None:
        """A record has the facts of an error: nothing else of the call lives on."""
        errors: list[weakref.ref[AwsError]] = []
        original = AwsError.__init__

        def remember(self: AwsError, *arguments: object, **options: object) -> None:
            original(self, *arguments, **options)  # type: ignore[arg-type]
            errors.append(weakref.ref(self))

        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(AwsError, "__init__", remember)
            gc.disable()
            management.expect_error("organizations", "DescribeAccount", AccountId="999999999999")
            gc.enable()
        assert errors
        assert [error() for error in errors] == [None] * len(errors)
        failure = runtime_of(management.app.world).call_log.calls()[-1].failure
        assert failure is not None
        assert failure.code == "AccountNotFoundException"

    def test_large_input_is_not_recorded(self, management: Client) -> None:
        """Parameters above the limit of CloudTrail are omitted."""
        request = management.request("organizations", "ListRoots")
        body = json.dumps({"x": "a" * call_log.MAX_INPUT}).encode()
        sent = {**request.headers, "content-length": str(len(body))}
        assert management.app.handle(Request("POST", "/", "", sent, body)).status == 200
        assert runtime_of(management.app.world).call_log.calls()[-1].members is None

    def test_oldest_records_are_dropped_above_the_bytes(
        self, management: Client, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """The log keeps the latest calls whose inputs fit."""
        monkeypatch.setattr(call_log, "MAX_BYTES", 1_000)
        for _ in range(5):
            management.do("organizations", "TagResource", ResourceId=management.account, Tags=[_long_tag()])
        log = runtime_of(management.app.world).call_log
        assert 0 < len(log.calls()) < 5
        assert sum(call.size for call in log.calls()) <= 1_000


class TestLog:
    """The log of the emulator."""

    def test_control_characters_are_escaped(self, app: App, caplog: pytest.LogCaptureFixture) -> None:
        """A name with a line break or an escape sequence stays on its line."""
        form = {"content-type": "application/x-www-form-urlencoded", "authorization": authorization("ec2")}
        body = b"Action=X%1b[31m%0aWARNING forged&Version=2099-01-01"
        app.handle(Request("POST", "/", "", {"host": "localhost", **form}, body))
        assert [record.getMessage() for record in caplog.records] == [
            "ec2:X\\x1b[31m\\nWARNING forged is not emulated: it answers 501"
        ]


class TestPage:
    """The page about limits."""

    def test_page_lists_every_limit_with_its_default(self) -> None:
        """Each limit that `--limit` changes has a row with its default."""
        page = PAGE.read_text("utf-8")
        missing = [name for name in fields(Limits) if f"| `{name}` | {getattr(DEFAULT_LIMITS, name):,} |" not in page]
        assert missing == []


def _long_tag() -> dict[str, str]:
    return {"Key": "k", "Value": "v" * 250}
