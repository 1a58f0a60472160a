"""Snapshots over the control API: export and import."""

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
    """The exported snapshot of a world with an organization."""
    control_done(management.app, "PUT", SNAPSHOT)
    return control_result(management.app, "GET", SNAPSHOT)


class TestExport:
    """`GET /_emulator/snapshots/<name>`."""

    def test_export_has_the_saved_world(self, management: Client) -> None:
        """The file has the world as it was when it was saved."""
        control_done(management.app, "PUT", SNAPSHOT)
        management.do("organizations", "DeleteOrganization")
        document = control_result(management.app, "GET", SNAPSHOT)
        assert len(document["state"]["organizations"]) == 1

    def test_export_is_readable(self, management: Client) -> None:
        """The file starts with format and version, and has a line for each record."""
        control_done(management.app, "PUT", SNAPSHOT)
        reply = control_reply(management.app, "GET", SNAPSHOT)
        assert dict(reply.headers)["Content-Type"] == "application/json"
        assert list(json.loads(reply.body))[:3] == ["artifact_emulator_snapshot", "version", "clock"]
        assert reply.body.count(b"\n") > 20
        assert max(map(len, reply.body.split(b"\n"))) < 2_000

    def test_unknown_snapshot_cannot_be_exported(self, app: App) -> None:
        """The export of an unknown snapshot is refused."""
        assert control_refusal(app, "GET", SNAPSHOT)[0] == 404


class TestImport:
    """`PUT /_emulator/snapshots/<name>` with a file."""

    def test_import_restores_world_in_another_emulator(self, exported: Any) -> None:
        """State and clock of an exported world are restored in another emulator, where calls continue."""
        other = App()
        control_done(other, "PUT", "/_emulator/snapshots/imported", exported)
        assert not other.world.state.organizations
        control_done(other, "POST", "/_emulator/snapshots/imported/restore")
        assert control_result(other, "GET", "/_emulator/clock") == {
            "now": NOW.isoformat().replace("+00:00", "Z"),
            "frozen": True,
        }
        client = Client(other, "111122223333")
        assert (
            client.do("organizations", "DescribeOrganization")["Organization"]["Id"]
            in exported["state"]["organizations"]
        )

    def test_imported_state_equals_saved_state(self, management: Client, exported: Any) -> None:
        """The restored state equals the saved one."""
        before = management.app.world.state
        management.app.world.clock.advance(timedelta(days=1))
        management.do("organizations", "DeleteOrganization")
        control_done(management.app, "PUT", SNAPSHOT, exported)
        control_done(management.app, "POST", f"{SNAPSHOT}/restore")
        assert management.app.world.state == before

    def test_imported_file_is_exported_unchanged(self, app: App, exported: Any) -> None:
        """The export of an imported snapshot equals the imported file."""
        control_done(app, "PUT", "/_emulator/snapshots/imported", exported)
        assert control_result(app, "GET", "/_emulator/snapshots/imported") == exported

    @pytest.mark.parametrize(
        ("document", "reason"),
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
    def test_damaged_file_is_refused(self, management: Client, exported: Any, document: Any, reason: str) -> None:
        """An invalid file is refused with the reason, and a snapshot of the same name remains."""
        status, detail = control_refusal(management.app, "PUT", SNAPSHOT, document)
        assert status == 400
        assert reason in detail
        assert control_result(management.app, "GET", SNAPSHOT) == exported

    def test_empty_body_saves_the_world(self, management: Client) -> None:
        """Without a file, or with an empty object, the world itself is saved."""
        control_done(management.app, "PUT", SNAPSHOT, {})
        assert control_result(management.app, "GET", SNAPSHOT)["state"]["organizations"]
