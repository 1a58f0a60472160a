import json
from datetime import timedelta
from typing import Any

import pytest

from artifact_emulator.app import App
from tests.support.control_api import control_done, control_refusal, control_reply, control_result
from tests.support.wire_client import Client
from tests.wire.conftest import NOW

SNAPSHOT = "/_emulator/snapshots/before"


@pytest.fixture
def exported(management: Client) -> Any:
    """Give the file of a snapshot of the management account's world."""
    control_done(management.app, "PUT", SNAPSHOT)
    return control_result(management.app, "GET", SNAPSHOT)


class TestExport:
    """`GET /_emulator/snapshots/<name>`."""

    def test_is_of_the_saved_world(self, management: Client) -> None:
        """The file tells the world as it was saved, whatever has happened since."""
        control_done(management.app, "PUT", SNAPSHOT)
        management.do("organizations", "DeleteOrganization")
        document = control_result(management.app, "GET", SNAPSHOT)
        assert len(document["state"]["organizations"]) == 1

    def test_is_readable(self, management: Client) -> None:
        """The file says first what it is and who wrote it, and has a line for each thing."""
        control_done(management.app, "PUT", SNAPSHOT)
        reply = control_reply(management.app, "GET", SNAPSHOT)
        assert dict(reply.headers)["Content-Type"] == "application/json"
        assert list(json.loads(reply.body))[:3] == ["artifact_emulator_snapshot", "version", "clock"]
        assert reply.body.count(b"\n") > 50

    def test_of_nothing(self, app: App) -> None:
        """A snapshot that is not there cannot be exported."""
        assert control_refusal(app, "GET", SNAPSHOT)[0] == 404


class TestImport:
    """`PUT /_emulator/snapshots/<name>` with a file."""

    def test_brings_a_world_from_elsewhere(self, exported: Any) -> None:
        """A world that was exported is restored in another emulator, its clock included, and goes on as it would."""
        other = App()
        control_done(other, "PUT", "/_emulator/snapshots/brought", exported)
        assert not other.world.state.organizations
        control_done(other, "POST", "/_emulator/snapshots/brought/restore")
        assert control_result(other, "GET", "/_emulator/clock") == {
            "now": NOW.isoformat().replace("+00:00", "Z"),
            "frozen": True,
        }
        client = Client(other, "111122223333")
        assert (
            client.do("organizations", "DescribeOrganization")["Organization"]["Id"]
            in exported["state"]["organizations"]
        )

    def test_equals_what_was_saved(self, management: Client, exported: Any) -> None:
        """The very same state comes back from the file."""
        before = management.app.world.state
        management.app.world.clock.advance(timedelta(days=1))
        management.do("organizations", "DeleteOrganization")
        control_done(management.app, "PUT", SNAPSHOT, exported)
        control_done(management.app, "POST", f"{SNAPSHOT}/restore")
        assert management.app.world.state == before

    def test_is_exported_as_it_came(self, app: App, exported: Any) -> None:
        """A file that was imported is exported the same."""
        control_done(app, "PUT", "/_emulator/snapshots/brought", exported)
        assert control_result(app, "GET", "/_emulator/snapshots/brought") == exported

    @pytest.mark.parametrize(
        ("document", "why"),
        [
            (b"{", "not valid JSON"),
            (b"\xff", "not valid JSON"),
            ([1], "not a snapshot"),
            ({"state": {}}, "not a snapshot"),
            ({"artifact_emulator_snapshot": 9, "state": {}}, "format 9"),
            ({"artifact_emulator_snapshot": 1}, "no state"),
            ({"artifact_emulator_snapshot": 1, "state": {"serial": "many"}}, "state.serial"),
            ({"artifact_emulator_snapshot": 1, "state": {}, "clock": {"frozen_at": "noon"}}, "clock.frozen_at"),
            ({"artifact_emulator_snapshot": 1, "state": {}, "options": {"creation_delay": "x"}}, "creation_delay"),
        ],
    )
    def test_refuses_damage(self, management: Client, exported: Any, document: Any, why: str) -> None:
        """What is no snapshot is refused with the reason, and the one of that name stays."""
        status, detail = control_refusal(management.app, "PUT", SNAPSHOT, document)
        assert status == 400
        assert why in detail
        assert control_result(management.app, "GET", SNAPSHOT) == exported

    def test_empty_body_saves(self, management: Client) -> None:
        """Without a file, or with an empty object, the world itself is saved."""
        control_done(management.app, "PUT", SNAPSHOT, {})
        assert control_result(management.app, "GET", SNAPSHOT)["state"]["organizations"]
