"""Worlds, their reset, snapshots and clock over the control API."""

import json
from datetime import timedelta
from typing import Any

import pytest

from artifact_emulator.app import App
from tests.support.control_api import control_done, control_refusal, control_reply, control_result
from tests.support.wire_client import Client
from tests.wire.conftest import NOW


class TestWorlds:
    """`/_emulator/worlds`."""

    def test_worlds_are_listed_with_number_of_resources(self, management: Client) -> None:
        """Each world is listed with its path and the number of its organizations and accounts."""
        control_result(management.app, "PUT", "/_emulator/worlds/mine", {})
        worlds = control_result(management.app, "GET", "/_emulator/worlds")["worlds"]
        assert [(world["name"], world["path"], world["organizations"], world["accounts"]) for world in worlds] == [
            ("default", "", 1, 1),
            ("mine", "/worlds/mine", 0, 0),
        ]

    def test_default_account_is_the_first_management_account(self, management: Client) -> None:
        """A world with an organization names its management account, and an empty one AWS's usual example."""
        control_result(management.app, "PUT", "/_emulator/worlds/mine", {})
        worlds = control_result(management.app, "GET", "/_emulator/worlds")["worlds"]
        assert [world["default_account"] for world in worlds] == [management.account, "123456789012"]

    def test_fork_is_a_copy(self, management: Client) -> None:
        """A fork has the contents of its original and does not change with it."""
        assert (
            control_result(management.app, "PUT", "/_emulator/worlds/fork", {"fork": "default"})["organizations"] == 1
        )
        assert control_result(management.app, "GET", "/_emulator/worlds/fork")["accounts"] == 1
        management.do("organizations", "DeleteOrganization")
        assert control_result(management.app, "GET", "/_emulator/worlds/fork")["organizations"] == 1

    def test_deleted_world_is_gone(self, management: Client) -> None:
        """A deleted world is gone; the default world is emptied instead."""
        control_result(management.app, "PUT", "/_emulator/worlds/mine", {})
        control_done(management.app, "DELETE", "/_emulator/worlds/mine")
        control_done(management.app, "DELETE", "/_emulator/worlds/default")
        assert [
            world["organizations"] for world in control_result(management.app, "GET", "/_emulator/worlds")["worlds"]
        ] == [0]

    @pytest.mark.parametrize(
        ("method", "name", "body", "status"),
        [
            ("GET", "nowhere", None, 404),
            ("DELETE", "nowhere", None, 404),
            ("PUT", "mine", {"fork": "nowhere"}, 404),
            ("PUT", "-", {}, 400),
            ("PUT", "a%20b", {}, 400),
            ("PUT", "mine", {"knife": "default"}, 400),
            ("PUT", "mine", {"fork": 1}, 400),
            ("PUT", "mine", b"{", 400),
            ("PUT", "mine", b"[]", 400),
            ("PUT", "mine", b"\xff", 400),
            ("PUT", "mine", {"fork": "default", "scenario": "organization"}, 400),
            ("PUT", "mine/", {}, 404),
        ],
    )
    def test_invalid_world_is_refused(self, management: Client, method: str, name: str, body: Any, status: int) -> None:
        """An unknown world, an invalid name and an invalid body are refused."""
        assert control_refusal(management.app, method, f"/_emulator/worlds/{name}", body)[0] == status

    def test_world_without_body_is_empty(self, app: App) -> None:
        """Without a body the new world is empty."""
        reply = control_reply(app, "PUT", "/_emulator/worlds/mine", content_type="")
        assert (reply.status, json.loads(reply.body)["organizations"]) == (200, 0)

    def test_recreated_default_world_has_no_faults_and_events(self, management: Client) -> None:
        """Recreating the default world removes its faults and events."""
        control_result(management.app, "POST", "/_emulator/faults", {"service": "iam", "reset": True})
        control_result(management.app, "PUT", "/_emulator/worlds/default", {})
        assert control_result(management.app, "GET", "/_emulator/faults") == {"faults": []}
        assert control_result(management.app, "GET", "/_emulator/events")["events"] == []


class TestReset:
    """`/_emulator/reset`."""

    def test_reset_restores_initial_world(self, management: Client) -> None:
        """State and clock are the initial ones, and faults and events are gone."""
        app = management.app
        control_result(app, "POST", "/_emulator/clock", {"advance_seconds": 5})
        control_result(app, "POST", "/_emulator/faults", {"service": "iam", "reset": True})
        control_done(app, "POST", "/_emulator/reset")
        assert control_result(app, "GET", "/_emulator/worlds")["worlds"][0]["organizations"] == 0
        assert app.world.clock.now() == NOW
        assert control_result(app, "GET", "/_emulator/faults") == {"faults": []}
        assert control_result(app, "GET", "/_emulator/events")["events"] == []

    def test_reset_restores_clock_of_scenario(self, app: App) -> None:
        """The clock returns to the instant of the scenario, whether it runs or was frozen elsewhere."""
        scenario = {"clock": "2030-01-01T00:00:00Z"}
        control_result(app, "PUT", "/_emulator/worlds/mine", {"scenario": scenario})
        for change in ({"resume": True}, {"freeze": "2031-01-01T00:00:00Z"}):
            control_result(app, "POST", "/worlds/mine/_emulator/clock", change)
            control_done(app, "POST", "/worlds/mine/_emulator/reset")
            now = {"now": "2030-01-01T00:00:00Z", "frozen": True}
            assert control_result(app, "GET", "/worlds/mine/_emulator/clock") == now


class TestSnapshots:
    """`/_emulator/snapshots`."""

    def test_restored_world_is_the_saved_one(self, management: Client) -> None:
        """State and clock are those of the snapshot, each time that it is restored."""
        app = management.app
        control_done(app, "PUT", "/_emulator/snapshots/before")
        for _ in range(2):
            before = app.world.state
            management.do("organizations", "DeleteOrganization")
            app.world.clock.advance(timedelta(days=1))
            control_done(app, "POST", "/_emulator/snapshots/before/restore")
            assert app.world.state is before
            assert app.world.clock.now() == NOW

    def test_snapshots_belong_to_one_world(self, app: App) -> None:
        """Each world lists its own snapshots, oldest first, and can delete them."""
        for name in ("b", "a", "b"):
            control_done(app, "PUT", f"/worlds/mine/_emulator/snapshots/{name}")
        assert control_result(app, "GET", "/worlds/mine/_emulator/snapshots") == {"snapshots": ["a", "b"]}
        assert control_result(app, "GET", "/_emulator/snapshots") == {"snapshots": []}
        control_done(app, "DELETE", "/worlds/mine/_emulator/snapshots/a")
        assert control_result(app, "GET", "/worlds/mine/_emulator/snapshots") == {"snapshots": ["b"]}

    def test_unknown_snapshot_and_invalid_name_are_refused(self, app: App) -> None:
        """An unknown snapshot cannot be restored or deleted, and an invalid name cannot be saved."""
        assert control_refusal(app, "POST", "/_emulator/snapshots/nothing/restore")[0] == 404
        assert control_refusal(app, "DELETE", "/_emulator/snapshots/nothing")[0] == 404
        assert control_refusal(app, "PUT", "/_emulator/snapshots/a b")[0] == 400


class TestClock:
    """`/_emulator/clock`."""

    def test_clock_is_frozen_advanced_and_resumed(self, app: App) -> None:
        """The clock is frozen at an instant of any time zone, advanced, and runs again."""
        reply = control_result(app, "POST", "/_emulator/clock", {"freeze": "2026-01-01T01:00:00+01:00"})
        assert reply == {"now": "2026-01-01T00:00:00Z", "frozen": True}
        reply = control_result(app, "POST", "/_emulator/clock", {"advance_seconds": 86400})
        assert reply == {"now": "2026-01-02T00:00:00Z", "frozen": True}
        assert control_result(app, "POST", "/_emulator/clock", {"resume": True})["frozen"] is False
        assert control_result(app, "GET", "/_emulator/clock")["frozen"] is False

    def test_advanced_clock_lets_invitation_expire(self, management: Client) -> None:
        """After 15 days of the world's clock an invitation is expired."""
        target = {"Id": "999988887777", "Type": "ACCOUNT"}
        invitation = management.do("organizations", "InviteAccountToOrganization", Target=target)["Handshake"]
        control_result(management.app, "POST", "/_emulator/clock", {"advance_seconds": 15 * 86400})
        expired = management.do("organizations", "DescribeHandshake", HandshakeId=invitation["Id"])["Handshake"]
        assert (invitation["State"], expired["State"]) == ("OPEN", "EXPIRED")

    def test_clock_belongs_to_one_world(self, app: App) -> None:
        """The clock of another world does not change."""
        control_result(app, "POST", "/worlds/mine/_emulator/clock", {"freeze": "2030-01-01T00:00:00Z"})
        assert app.world.clock.now() == NOW

    @pytest.mark.parametrize(
        "body",
        [
            {},
            {"freeze": "2026-01-01T00:00:00"},
            {"freeze": "tomorrow"},
            {"advance_seconds": -1},
            {"advance_seconds": 1e300},
            {"advance_seconds": "soon"},
            {"resume": False},
            {"freeze": None},
            {"resume": True, "advance_seconds": 1},
            {"stop": True},
            {"freeze": "9999-12-31T23:59:59Z"},
            {"freeze": "0001-01-01T00:00:00Z"},
        ],
    )
    def test_invalid_change_is_refused(self, app: App, body: Any) -> None:
        """An invalid change, two at once, and an instant outside the supported range are refused."""
        assert control_refusal(app, "POST", "/_emulator/clock", body)[0] == 400
        assert app.world.clock.now() == NOW

    @pytest.mark.parametrize("first", [{"freeze": "9000-01-01T00:00:00Z"}, {"resume": True}])
    def test_clock_stops_at_end_of_range(self, app: App, first: Any) -> None:
        """The clock cannot leave its range, and at its end operations that compute later instants still succeed."""
        control_result(app, "POST", "/_emulator/clock", first)
        while control_reply(app, "POST", "/_emulator/clock", {"advance_seconds": 3_000_000_000}).status == 200:
            assert not first.get("freeze")
        assert control_refusal(app, "POST", "/_emulator/clock", {"advance_seconds": 3_000_000_000})[0] == 400
        Client(app, "111122223333").do("organizations", "CreateOrganization")
        target = {"Id": "999988887777", "Type": "ACCOUNT"}
        Client(app, "111122223333").do("organizations", "InviteAccountToOrganization", Target=target)
