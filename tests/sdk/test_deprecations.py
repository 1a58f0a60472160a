"""Names of version 0.1 that keep working for one version, with a warning."""

import json
import re
from importlib import import_module
from pathlib import Path

import pytest

import artifact_emulator
from artifact_emulator.cli.main import main
from artifact_emulator.control.strictness import warn_of_old_name
from artifact_emulator.http import Request
from artifact_emulator.testing.client import Emulator, RemoteWorld
from artifact_emulator.testing.in_process import Emulation
from artifact_emulator.testing.subprocess_server import ServerFailed, run_server
from artifact_state.world import World

UPGRADE = Path(__file__).parents[2] / "docs" / "upgrade.md"
CHANGELOG = Path(__file__).parents[2] / "CHANGELOG.md"


def deprecation(old: str, new: str) -> str:
    """Return the warning about an old name of a command."""
    return f"artifact-emulator: warning: `{old}` is deprecated and will be removed in 0.3.0: use `{new}`\n"


class TestPython:
    """Modules, functions and methods."""

    @pytest.mark.parametrize(
        ("module", "name", "new_module"),
        [
            ("artifact_emulator.client", "RemoteWorld", "artifact_emulator.testing.client"),
            ("artifact_emulator.models", "MODELS", "artifact_emulator.sdk_models"),
            ("artifact_emulator.testing.inprocess", "emulate", "artifact_emulator.testing.in_process"),
            ("artifact_emulator.testing.launch", "run_server", "artifact_emulator.testing.subprocess_server"),
            ("artifact_emulator.testing.accepting", "accept_agreement", "artifact_emulator.testing.agreements"),
        ],
    )
    def test_old_module_has_names_of_new_one(self, module: str, name: str, new_module: str) -> None:
        """An import from the old module gives the same object and warns of the new module."""
        with pytest.warns(DeprecationWarning, match=f"is now {new_module}.{name}"):
            assert getattr(import_module(module), name) is getattr(import_module(new_module), name)
        with pytest.raises(AttributeError):
            _ = import_module(module).nonsense

    def test_old_function_is_new_one(self) -> None:
        """`launched` and `DidNotStart` are the objects of their new names."""
        module = import_module("artifact_emulator.testing.subprocess_server")
        with pytest.warns(DeprecationWarning, match="run_server"):
            assert module.launched is run_server
        with pytest.warns(DeprecationWarning, match="ServerFailed"):
            assert module.DidNotStart is ServerFailed
        with pytest.warns(DeprecationWarning, match="run_server"):
            assert artifact_emulator.launched is run_server

    def test_old_methods_of_world_call_new_ones(self) -> None:
        """Each old method takes the arguments of the new one, and warns in the caller's own file."""
        emulation = Emulation()
        for old, new, arguments in (
            ("begin", "load_scenario", ("organization",)),
            ("save", "save_snapshot", ("before",)),
            ("restore", "restore_snapshot", ("before",)),
            ("forget", "delete_snapshot", ("before",)),
            ("be_strict", "set_strict_mode", ("seed",)),
            ("ask", "request", ("POST", "clock", {"freeze": "2100-01-01T00:00:00Z"})),
        ):
            with pytest.warns(DeprecationWarning, match=rf"^{old}\(\) is now {new}\(\)$") as warnings:
                getattr(emulation, old)(*arguments)
            assert warnings[0].filename == __file__
        with pytest.warns(DeprecationWarning, match="core is now app"):
            assert emulation.core is emulation.app
        assert len(emulation.world.state.organizations) == 1
        assert emulation.snapshots() == []
        assert emulation.request("GET", "strict-mode") == {"enabled": True, "seed": "seed"}
        assert emulation.now().isoformat() == "2100-01-01T00:00:00+00:00"

    def test_old_methods_of_state_call_new_ones(self) -> None:
        """A world's `become` and `still` are `replace_with` and `locked`, with a warning."""
        world, other = World(), World()
        with pytest.warns(DeprecationWarning, match=r"^become\(\) is now replace_with\(\)$"):
            world.become(other)
        assert world.state is other.state
        with pytest.warns(DeprecationWarning, match=r"^still\(\) is now locked\(\)$"):
            still = world.still()
        with still:
            assert world.is_locked

    def test_old_methods_of_remote_world_and_emulator_exist(self) -> None:
        """`drop`, `ask` and `listen` are there, too."""
        assert callable(RemoteWorld.drop)
        assert callable(Emulator.ask)
        assert callable(Emulator.listen)


class TestControlApi:
    """Members and paths."""

    def test_old_members_and_paths_are_answered(self) -> None:
        """`befell` equals `matched`, `missed` equals `not_emulated_calls`, and strict-client is strict-mode."""
        emulation = Emulation()
        emulation.set_fault("organizations", error={"code": "Throttling"})
        (fault,) = emulation.faults()
        assert fault["befell"] == fault["matched"] == 0
        capabilities = emulation.request("GET", "capabilities")
        assert capabilities["missed"] == capabilities["not_emulated_calls"] == {}
        assert emulation.request("PUT", "strict-client", {"enabled": True})["enabled"]
        assert emulation.request("GET", "strict-mode")["enabled"]

    def test_old_path_names_its_successor(self, caplog: pytest.LogCaptureFixture) -> None:
        """The answer has the headers of deprecation, and the log one warning with the new path."""
        warn_of_old_name.cache_clear()
        app = Emulation().app
        request = Request("GET", "/worlds/mine/_emulator/strict-client", "", {"host": "localhost"}, b"")
        replies = [app.handle(request) for _ in range(2)]
        headers = dict(replies[1].headers)
        assert re.fullmatch(r"@\d+", headers["Deprecation"])
        assert headers["Link"] == '</worlds/mine/_emulator/strict-mode>; rel="successor-version"'
        (record,) = caplog.records
        assert record.getMessage().endswith("use /_emulator/strict-mode")

    def test_description_marks_old_path_as_deprecated(self) -> None:
        """The OpenAPI document has both paths; only the old one is deprecated."""
        paths = Emulation().request("GET", "openapi.json")["paths"]
        assert all(operation["deprecated"] for operation in paths["/_emulator/strict-client"].values())
        assert not any(operation.get("deprecated") for operation in paths["/_emulator/strict-mode"].values())


class TestCommands:
    """Verbs and options."""

    def test_old_verbs_do_the_same(self, server: str, capsys: pytest.CaptureFixture[str]) -> None:
        """`worlds make`, `worlds drop` and `snapshot forget` work, and each warns once with the new name."""
        at_endpoint = ("--endpoint", server, "--json")
        assert main(["worlds", "make", "old", *at_endpoint]) == 0
        output, errors = capsys.readouterr()
        assert json.loads(output)["name"] == "old"
        assert errors == deprecation("worlds make", "worlds create")
        assert main(["snapshot", "save", "before", "--world", "old", *at_endpoint]) == 0
        assert main(["snapshot", "forget", "before", "--world", "old", *at_endpoint]) == 0
        assert capsys.readouterr().err == deprecation("snapshot forget", "snapshot delete")
        assert main(["worlds", "drop", "old", *at_endpoint]) == 0
        output, errors = capsys.readouterr()
        assert json.loads(output)["dropped"] == "old"
        assert errors == deprecation("worlds drop", "worlds delete")

    @pytest.mark.parametrize(("arguments", "seed"), [(("7",), "7"), ((), "")])
    def test_old_switch_does_the_same(
        self, arguments: tuple[str, ...], seed: str, capsys: pytest.CaptureFixture[str]
    ) -> None:
        """`serve --strict-client` is `--strict-mode`, with or without a seed, and warns; `--help` omits it."""
        assert main(["serve", "--json", "--strict-client", *arguments, "--show-config"]) == 0
        output, errors = capsys.readouterr()
        assert json.loads(output)["strict-mode"] == {"value": seed, "origin": "--strict-mode"}
        assert errors == deprecation("serve --strict-client", "serve --strict-mode")
        with pytest.raises(SystemExit):
            main(["serve", "--help"])
        assert "strict-client" not in capsys.readouterr().out

    def test_page_about_upgrades_names_each_old_name(self) -> None:
        """What is deprecated is listed on the page about upgrades, to which the changelog leads."""
        assert "docs/upgrade.md" in CHANGELOG.read_text().partition("### Deprecated")[2].partition("\n### ")[0]
        text = UPGRADE.read_text()
        methods = (
            "be_strict",
            "begin",
            "ask",
            "listen",
            "drop",
            "save",
            "restore",
            "forget",
            "launched",
            "DidNotStart",
        )
        for name in (
            *methods,
            "befell",
            "missed",
            "core",
            "client",
            "inprocess",
            "strict-client",
            "worlds make",
            "dropped",
        ):
            assert re.search(rf"\b{name}\b", text), name
