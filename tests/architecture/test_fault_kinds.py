"""A fault kind that is added only half-way fails here: every user of the table of kinds knows every kind."""

import asyncio
from typing import get_args
from unittest.mock import Mock

import pytest

from artifact_emulator.app import App
from artifact_emulator.cli.faults import _fault
from artifact_emulator.cli.main import create_parser
from artifact_emulator.faults.effect import NO_EFFECT
from artifact_emulator.faults.kinds import KINDS, Action, Kind
from artifact_emulator.faults.rule_format import FaultBody
from artifact_emulator.http import Cut, Reply
from artifact_emulator.server.connection import Connection
from artifact_emulator.server.dispatcher import Dispatcher
from artifact_emulator.services import bindings
from artifact_emulator.testing.world_client import WorldClient
from artifact_emulator.world_runtime import runtime_of
from tests.support.control_api import control_result

# The operation, the JSON value and the command-line value of an example for each kind.
EXAMPLES: dict[str, tuple[str, str, object, str | None]] = {
    "error": ("organizations", "ListRoots", {"code": "AccessDeniedException"}, "AccessDeniedException"),
    "latency_ms": ("organizations", "ListRoots", {"min": 5, "max": 10}, "min=5,max=10"),
    "reset": ("organizations", "ListRoots", True, None),
    "truncate": ("organizations", "ListRoots", True, None),
    "creation_failure": ("organizations", "CreateAccount", "INTERNAL_FAILURE", "INTERNAL_FAILURE"),
    "deletion_fails": ("iam", "DeleteServiceLinkedRole", True, None),
    "inquiry_failure": ("artifact", "CreateComplianceInquiry", "malware", "malware"),
}
every_kind = pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)


class TestKinds:
    """Each kind in the table."""

    def test_each_action_has_exactly_one_kind(self) -> None:
        """The table lists every type of action once, under distinct names."""
        assert sorted(str(kind.action) for kind in KINDS) == sorted(map(str, get_args(Action)))
        assert len({kind.name for kind in KINDS}) == len(KINDS)
        assert {kind.name for kind in KINDS} == EXAMPLES.keys()

    @every_kind
    def test_rule_of_each_kind_changes_effect(self, kind: Kind) -> None:
        """A rule that is set over the control API is listed as it was set, and changes the effect on a call."""
        app = App()
        service, operation, value, _ = EXAMPLES[kind.name]
        body = {"service": service, "operation": operation, kind.name: value}
        listed = control_result(app, "POST", "/_emulator/faults", body)
        assert {other.name: listed[other.name] for other in KINDS if other.name in listed} == {kind.name: value}
        faults = runtime_of(app.world).faults
        (rule,) = faults.rules()
        assert type(rule.rule.action) is kind.action
        assert faults.apply(bindings(service), operation, "111122223333", app.world.clock.now()) != NO_EFFECT

    @every_kind
    def test_control_api_describes_each_kind(self, kind: Kind) -> None:
        """The body has a member of the kind's name with its description, and an example of it."""
        assert FaultBody.model_fields[kind.name].description == kind.description
        assert any(kind.name in example for example in FaultBody.model_json_schema()["examples"])

    @every_kind
    def test_command_has_an_option_for_each_kind(self, kind: Kind) -> None:
        """`faults set` sends the member of the kind."""
        service, operation, value, argument = EXAMPLES[kind.name]
        option = [f"--{kind.name.replace('_', '-')}", *([argument] if argument else [])]
        options = create_parser().parse_args(["faults", "set", service, operation, *option])
        assert _fault(options) == {kind.name: value}

    @every_kind
    def test_client_documents_each_kind(self, kind: Kind) -> None:
        """`set_fault` names the member of the kind."""
        assert f"`{kind.name}`" in (WorldClient.set_fault.__doc__ or "")


class TestCuts:
    """The ways in which a fault loses a reply."""

    @pytest.mark.parametrize("cut", get_args(Cut))
    def test_server_sends_no_cut_reply_as_a_whole(self, monkeypatch: pytest.MonkeyPatch, cut: Cut) -> None:
        """The client receives less than the whole body, and the connection is reset."""
        app = App()
        monkeypatch.setattr(app, "handle", lambda _: Reply(200, (), b"the whole body", cut=cut))
        transport = Mock()
        transport.is_closing.return_value = False

        async def call() -> None:
            connection = Connection(Dispatcher(app), set())
            connection.connection_made(transport)
            connection.data_received(b"POST / HTTP/1.1\r\n\r\n")
            await asyncio.sleep(0.01)

        asyncio.run(call())
        written = b"".join(write.args[0] for write in transport.write.call_args_list)
        assert b"the whole body" not in written
        assert transport.abort.called
