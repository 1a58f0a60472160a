"""The commands `scenario` and `snapshot`."""

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from artifact_emulator.cli.main import main
from artifact_emulator.testing.client import Emulator, RemoteWorld

Run = Callable[..., tuple[int, str]]
BROKEN = """\
organizations:
  - management: {id: 111122223333}
    acounts: []
"""


@pytest.fixture
def world(server: str) -> RemoteWorld:
    """An empty world."""
    world = Emulator(server).world("commands")
    world.emulator.request("PUT", "/_emulator/worlds/commands", {})
    return world


@pytest.fixture
def run(world: RemoteWorld, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """A function that runs a command for that world, in this process, and returns the exit status and the output."""
    monkeypatch.setenv("AWS_ENDPOINT_URL", world.endpoint)

    def run(*arguments: object) -> tuple[int, str]:
        status = main([*map(str, arguments)])
        captured = capsys.readouterr()
        assert bool(captured.err) == captured.err.startswith("artifact-emulator: ")
        return status, captured.out + captured.err

    return run


def test_installed_command_loads_and_exports(world: RemoteWorld, tmp_path: Path) -> None:
    """The installed command loads a scenario and exports the same one; its output can be cut off by `head`."""
    command = Path(sys.executable).with_name("artifact-emulator")
    options = ["--endpoint", world.emulator.endpoint, "--world", world.name]
    for arguments in (
        ["load", "landing-zone", *options],
        ["export", "-o", tmp_path / "exported.yaml", *options],
        ["diff", "landing-zone", tmp_path / "exported.yaml"],
    ):
        subprocess.run([command, "scenario", *arguments], check=True, capture_output=True)
    piped = subprocess.run(
        f"'{command}' scenario show landing-zone | head -1", shell=True, check=True, capture_output=True, text=True
    )
    assert (piped.stdout, piped.stderr) == ("scenario: 1\n", "")


class TestScenarios:
    """Scenarios without a running emulator."""

    @pytest.fixture(autouse=True)
    def no_emulator(self, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:  # noqa: ARG002 - run sets the variable first
        """Direct the commands to a port where no emulator listens."""
        monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:9")

    def test_built_in_scenarios_are_listed(self, run: Run) -> None:
        """Each built-in scenario is listed with its description."""
        status, output = run("scenario", "list", "--json")
        descriptions = {scenario["name"]: scenario["description"] for scenario in json.loads(output)}
        assert status == 0
        assert descriptions.keys() >= {"organization", "after-disable", "landing-zone"}
        status, output = run("scenario", "list")
        assert status == 0
        assert all(f"{name} " in output and description in output for name, description in descriptions.items())

    def test_shown_scenario_can_be_used_as_file(self, run: Run, tmp_path: Path) -> None:
        """The output of `show`, written to a file, is the same scenario."""
        file = tmp_path / "mine.yaml"
        file.write_text(run("scenario", "show", "organization")[1])
        assert run("scenario", "diff", "organization", file) == (0, "")
        assert run("scenario", "show", file)[1] == file.read_text()
        assert json.loads(run("scenario", "show", "organization", "--json")[1])["organizations"]

    def test_schema_is_the_published_one(self, run: Run) -> None:
        """The schema for editors is that of the documentation."""
        published = Path(__file__).parents[2] / "docs" / "scenario.schema.json"
        assert json.loads(run("scenario", "schema")[1]) == json.loads(published.read_text())

    def test_invalid_file_is_reported_with_line(self, run: Run, tmp_path: Path) -> None:
        """An invalid file is reported with line and correction, a valid one with the number of its resources."""
        file = tmp_path / "broken.yaml"
        file.write_text(BROKEN)
        status, output = run("scenario", "validate", file)
        assert status == 1
        assert f"{file}:3: " in output
        assert "did you mean accounts?" in output
        assert output.count("\n") == 1
        status, output = run("scenario", "validate", file, "--json")
        assert (status, json.loads(output)["valid"]) == (1, False)
        file.write_text(BROKEN.replace("acounts", "accounts"))
        assert run("scenario", "validate", file)[0] == 0
        expected = {"valid": True, "organizations": 1, "accounts": 1}
        assert json.loads(run("scenario", "validate", file, "--json")[1]) == expected

    def test_differences_of_scenarios_are_printed(self, run: Run) -> None:
        """Differences are printed with both values, and the status is 1."""
        status, output = run("scenario", "diff", "organization", "agreement-accepted")
        assert status == 1
        assert output.startswith("--- organization\n+++ agreement-accepted\n")
        assert '\n+ organizations[111122223333].trusted_services: ["artifact.amazonaws.com"]\n' in output
        assert '- seed: "organization"\n+ seed: "agreement-accepted"\n' in output
        differences = json.loads(run("scenario", "diff", "organization", "agreement-accepted", "--json")[1])
        assert {"place": "seed", "before": '"organization"', "after": '"agreement-accepted"'} in differences

    def test_unknown_scenario_is_refused(self, run: Run) -> None:
        """What is no scenario is output to be none; for `diff` the status tells it from a difference."""
        assert run("scenario", "show", "organisation")[0] == 1
        status, output = run("scenario", "diff", "organisation", "organization")
        assert status == 2
        assert "did you mean organization?" in output

    def test_missing_emulator_is_reported(self, run: Run) -> None:
        """Without an emulator the error says how to start one."""
        for arguments in (["export"], ["load", "organization"]):
            status, output = run("scenario", *arguments)
            assert status == 1
            assert "`artifact-emulator serve`" in output
            assert output.count("\n") == 1


class TestWorlds:
    """Scenarios of worlds in a running emulator."""

    def test_loaded_scenario_remains_after_reset(self, run: Run, world: RemoteWorld) -> None:
        """The world has the contents of the scenario, again after a reset."""
        assert run("scenario", "load", "artifact-enabled")[0] == 0
        management = world.client("organizations", "111122223333")
        management.remove_account_from_organization(AccountId="222233334444")
        assert len(management.list_accounts()["Accounts"]) == 2
        world.reset()
        assert len(management.list_accounts()["Accounts"]) == 3

    def test_invalid_scenario_changes_nothing(self, run: Run, world: RemoteWorld, tmp_path: Path) -> None:
        """An invalid scenario is refused, and the world stays as it is."""
        run("scenario", "load", "organization")
        before = world.scenario()
        file = tmp_path / "broken.yaml"
        file.write_text(BROKEN)
        status, output = run("scenario", "load", file)
        assert status == 1
        assert f"{file}:3: " in output
        assert world.scenario() == before

    def test_world_is_compared_with_its_scenario(self, run: Run, world: RemoteWorld) -> None:
        """The differences between a world and its scenario are the changes since it was loaded."""
        run("scenario", "load", "organization")
        assert run("scenario", "diff", "organization", "world:commands") == (0, "")
        management = world.client("organizations", "111122223333")
        management.remove_account_from_organization(AccountId="222233334444")
        status, output = run("scenario", "diff", "organization", "world:commands")
        assert status == 1
        assert "\n- organizations[111122223333].accounts[222233334444]: present\n" in output

    @pytest.mark.parametrize("name", ["exported.yaml", "exported.json"])
    def test_export_can_be_loaded(self, run: Run, tmp_path: Path, name: str) -> None:
        """An export is YAML, or JSON in a file of that suffix, and can be loaded again."""
        run("scenario", "load", "landing-zone")
        file = tmp_path / name
        assert run("scenario", "export", "-o", file) == (0, "")
        assert file.read_text().startswith("{") == (file.suffix == ".json")
        assert run("scenario", "load", file)[0] == 0
        assert run("scenario", "diff", "landing-zone", "world:commands") == (0, "")
        assert run("scenario", "export", "--output", tmp_path / "nowhere" / name)[0] == 1

    def test_export_without_file_is_printed(self, run: Run) -> None:
        """Without a file the export is printed, as YAML or JSON."""
        run("scenario", "load", "organization")
        assert "\norganizations:\n" in run("scenario", "export")[1]
        assert json.loads(run("scenario", "export", "--json")[1])["organizations"]

    def test_export_warns_of_contents_that_a_scenario_cannot_describe(
        self, run: Run, world: RemoteWorld, tmp_path: Path
    ) -> None:
        """A warning and a comment in the file name the contents that are left out."""
        identities = world.client("iam", "111122223333")
        identities.create_user(UserName="ann")
        identities.create_access_key(UserName="ann")
        file = tmp_path / "exported.yaml"
        warning = "artifact-emulator: warning: a scenario cannot describe access_keys (1); a snapshot contains them\n"
        assert run("scenario", "export", "-o", file) == (0, warning)
        assert "#   access_keys: 1\n" in file.read_text()
        assert world.scenario_omissions() == {"access_keys": 1}


class TestSnapshots:
    """The command `snapshot`."""

    def test_snapshot_is_exported_and_imported(self, run: Run, world: RemoteWorld, tmp_path: Path) -> None:
        """A world restored from an exported file is the same."""
        run("scenario", "load", "agreement-accepted")
        file = tmp_path / "saved.json"
        assert run("snapshot", "save", "saved") == (0, "")
        assert run("snapshot", "export", "saved", file) == (0, "")
        assert json.loads(run("snapshot", "export", "saved")[1]) == json.loads(file.read_text())
        assert run("snapshot", "delete", "saved") == (0, "")
        management = world.client("organizations", "111122223333")
        organization = management.describe_organization()["Organization"]
        world.emulator.request("PUT", "/_emulator/worlds/commands", {})
        assert run("snapshot", "import", "imported", file) == (0, "")
        assert run("snapshot", "restore", "imported") == (0, "")
        assert management.describe_organization()["Organization"] == organization
        assert len(world.client("artifact", "222233334444").list_customer_agreements()["customerAgreements"]) == 1

    def test_snapshots_are_listed_oldest_first(self, run: Run) -> None:
        """Snapshots are listed in the order in which they were saved."""
        for name in ("b", "a"):
            run("snapshot", "save", name)
        assert run("snapshot", "list")[1].splitlines()[-2:] == ["b", "a"]
        assert json.loads(run("snapshot", "list", "--json")[1])[-2:] == ["b", "a"]
        assert json.loads(run("snapshot", "save", "a", "--json")[1]) == {"world": "commands", "snapshot": "a"}

    @pytest.mark.parametrize("text", ["", "{", "{}", "null", "[]", '{"artifact_emulator_snapshot": 7}'])
    def test_damaged_file_is_refused(self, run: Run, tmp_path: Path, text: str) -> None:
        """A file that is not a snapshot is refused in one line, and no snapshot is created."""
        file = tmp_path / "damaged.json"
        file.write_text(text)
        status, output = run("snapshot", "import", "damaged", file)
        assert status == 1
        assert "snapshot" in output
        assert output.count("\n") == 1
        assert "damaged" not in run("snapshot", "list")[1].splitlines()

    def test_missing_snapshot_is_refused(self, run: Run, tmp_path: Path) -> None:
        """A snapshot or file that does not exist is refused in one line."""
        for arguments in (["restore", "none"], ["export", "none"], ["import", "none", tmp_path / "none"]):
            status, output = run("snapshot", *arguments)
            assert (status, output.count("\n")) == (1, 1)
