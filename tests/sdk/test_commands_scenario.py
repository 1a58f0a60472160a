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
    """Give a world that is empty."""
    world = Emulator(server).world("commands")
    world.emulator.request("PUT", "/_emulator/worlds/commands", {})
    return world


@pytest.fixture
def run(world: RemoteWorld, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """Give what runs a command of that world, in this process: it gives exit status and standard output."""
    monkeypatch.setenv("AWS_ENDPOINT_URL", world.endpoint)

    def run(*arguments: object) -> tuple[int, str]:
        status = main([*map(str, arguments)])
        said = capsys.readouterr()
        assert bool(said.err) == said.err.startswith("artifact-emulator: ")
        return status, said.out + said.err

    return run


def test_in_a_shell(world: RemoteWorld, tmp_path: Path) -> None:
    """A world that was loaded is exported, and the export is the scenario, all by the installed command."""
    command = Path(sys.executable).with_name("artifact-emulator")
    at = ["--endpoint", world.emulator.endpoint, "--world", world.name]
    for arguments in (
        ["load", "landing-zone", *at],
        ["export", "-o", tmp_path / "exported.yaml", *at],
        ["diff", "landing-zone", tmp_path / "exported.yaml"],
    ):
        subprocess.run([command, "scenario", *arguments], check=True, capture_output=True)
    piped = subprocess.run(
        f"'{command}' scenario show landing-zone | head -1", shell=True, check=True, capture_output=True, text=True
    )
    assert (piped.stdout, piped.stderr) == ("scenario: 1\n", "")


class TestScenarios:
    """Scenarios that nobody has loaded: no emulator need run."""

    @pytest.fixture(autouse=True)
    def nobody(self, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:  # noqa: ARG002 - it sets the variable first
        """Let nobody listen."""
        monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:9")

    def test_list(self, run: Run) -> None:
        """Each built-in scenario is listed with what it is for."""
        status, said = run("scenario", "list", "--json")
        listed = {one["name"]: one["description"] for one in json.loads(said)}
        assert (status, listed.keys() >= {"organization", "after-disable", "landing-zone"}) == (0, True)
        status, said = run("scenario", "list")
        assert status == 0
        assert all(f"{name} " in said and told in said for name, told in listed.items())

    def test_show(self, run: Run, tmp_path: Path) -> None:
        """A scenario that is shown can be written into a file and used."""
        file = tmp_path / "mine.yaml"
        file.write_text(run("scenario", "show", "organization")[1])
        assert run("scenario", "diff", "organization", file) == (0, "")
        assert run("scenario", "show", file)[1] == file.read_text()
        assert json.loads(run("scenario", "show", "organization", "--json")[1])["organizations"]

    def test_schema(self, run: Run) -> None:
        """The schema for editors is the one that is published."""
        published = Path(__file__).parents[2] / "docs" / "scenario.schema.json"
        assert json.loads(run("scenario", "schema")[1]) == json.loads(published.read_text())

    def test_validate(self, run: Run, tmp_path: Path) -> None:
        """A file that is wrong is told with its line and the cure; a sound one with what is in it."""
        file = tmp_path / "broken.yaml"
        file.write_text(BROKEN)
        status, said = run("scenario", "validate", file)
        assert status == 1
        assert f"{file}:3: " in said
        assert "did you mean accounts?" in said
        assert said.count("\n") == 1
        status, said = run("scenario", "validate", file, "--json")
        assert (status, json.loads(said)["valid"]) == (1, False)
        file.write_text(BROKEN.replace("acounts", "accounts"))
        assert run("scenario", "validate", file)[0] == 0
        told = {"valid": True, "organizations": 1, "accounts": 1}
        assert json.loads(run("scenario", "validate", file, "--json")[1]) == told

    def test_diff(self, run: Run) -> None:
        """Two scenarios that differ are told by what each says, and by the status."""
        status, said = run("scenario", "diff", "organization", "agreement-accepted")
        assert status == 1
        assert said.startswith("--- organization\n+++ agreement-accepted\n")
        assert '\n+ organizations[111122223333].trusted_services: ["artifact.amazonaws.com"]\n' in said
        assert '- seed: "organization"\n+ seed: "agreement-accepted"\n' in said
        found = json.loads(run("scenario", "diff", "organization", "agreement-accepted", "--json")[1])
        assert {"place": "seed", "before": '"organization"', "after": '"agreement-accepted"'} in found

    def test_nothing_to_read(self, run: Run) -> None:
        """What is no scenario is said to be none; for `diff` the status tells it from a difference."""
        assert run("scenario", "show", "organisation")[0] == 1
        status, said = run("scenario", "diff", "organisation", "organization")
        assert status == 2
        assert "did you mean organization?" in said

    def test_nobody_answers(self, run: Run) -> None:
        """Without an emulator one line says how to start one."""
        for arguments in (["export"], ["load", "organization"]):
            status, said = run("scenario", *arguments)
            assert status == 1
            assert "`artifact-emulator serve`" in said
            assert said.count("\n") == 1


class TestWorlds:
    """Scenarios of worlds in a running emulator."""

    def test_load(self, run: Run, world: RemoteWorld) -> None:
        """The world begins with the scenario, also after a reset."""
        assert run("scenario", "load", "artifact-enabled")[0] == 0
        management = world.client("organizations", "111122223333")
        management.remove_account_from_organization(AccountId="222233334444")
        assert len(management.list_accounts()["Accounts"]) == 2
        world.reset()
        assert len(management.list_accounts()["Accounts"]) == 3

    def test_load_refused(self, run: Run, world: RemoteWorld, tmp_path: Path) -> None:
        """Of a scenario that is wrong nothing is loaded."""
        run("scenario", "load", "organization")
        before = world.scenario()
        file = tmp_path / "broken.yaml"
        file.write_text(BROKEN)
        status, said = run("scenario", "load", file)
        assert status == 1
        assert f"{file}:3: " in said
        assert world.scenario() == before

    def test_diff(self, run: Run, world: RemoteWorld) -> None:
        """A world is compared with the scenario that it began with: what happened since is the difference."""
        run("scenario", "load", "organization")
        assert run("scenario", "diff", "organization", "world:commands") == (0, "")
        management = world.client("organizations", "111122223333")
        management.remove_account_from_organization(AccountId="222233334444")
        status, said = run("scenario", "diff", "organization", "world:commands")
        assert status == 1
        assert "\n- organizations[111122223333].accounts[222233334444]: present\n" in said

    @pytest.mark.parametrize("name", ["exported.yaml", "exported.json"])
    def test_export(self, run: Run, tmp_path: Path, name: str) -> None:
        """An export is YAML, or JSON where the file is called so, and is loaded again."""
        run("scenario", "load", "landing-zone")
        file = tmp_path / name
        assert run("scenario", "export", "-o", file) == (0, "")
        assert file.read_text().startswith("{") == (file.suffix == ".json")
        assert run("scenario", "load", file)[0] == 0
        assert run("scenario", "diff", "landing-zone", "world:commands") == (0, "")
        assert run("scenario", "export", "--output", tmp_path / "nowhere" / name)[0] == 1

    def test_export_on_standard_output(self, run: Run) -> None:
        """Without a file, an export is printed."""
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

    def test_file(self, run: Run, world: RemoteWorld, tmp_path: Path) -> None:
        """A world goes through a file as it is, and restored it is the same."""
        run("scenario", "load", "agreement-accepted")
        file = tmp_path / "kept.json"
        assert run("snapshot", "save", "kept") == (0, "")
        assert run("snapshot", "export", "kept", file) == (0, "")
        assert json.loads(run("snapshot", "export", "kept")[1]) == json.loads(file.read_text())
        assert run("snapshot", "forget", "kept") == (0, "")
        management = world.client("organizations", "111122223333")
        organization = management.describe_organization()["Organization"]
        world.emulator.request("PUT", "/_emulator/worlds/commands", {})
        assert run("snapshot", "import", "brought", file) == (0, "")
        assert run("snapshot", "restore", "brought") == (0, "")
        assert management.describe_organization()["Organization"] == organization
        assert len(world.client("artifact", "222233334444").list_customer_agreements()["customerAgreements"]) == 1

    def test_list(self, run: Run) -> None:
        """Snapshots are listed in the order of saving, one a line."""
        for name in ("b", "a"):
            run("snapshot", "save", name)
        assert run("snapshot", "list")[1].splitlines()[-2:] == ["b", "a"]
        assert json.loads(run("snapshot", "list", "--json")[1])[-2:] == ["b", "a"]
        assert json.loads(run("snapshot", "save", "a", "--json")[1]) == {"world": "commands", "snapshot": "a"}

    @pytest.mark.parametrize("text", ["", "{", "{}", "null", "[]", '{"artifact_emulator_snapshot": 7}'])
    def test_damaged_file(self, run: Run, tmp_path: Path, text: str) -> None:
        """What is no snapshot is refused in one line, and none of that name comes to be."""
        file = tmp_path / "damaged.json"
        file.write_text(text)
        status, said = run("snapshot", "import", "damaged", file)
        assert status == 1
        assert "snapshot" in said
        assert said.count("\n") == 1
        assert "damaged" not in run("snapshot", "list")[1].splitlines()

    def test_nothing_there(self, run: Run, tmp_path: Path) -> None:
        """A snapshot or a file that is not there is told in one line."""
        for arguments in (["restore", "none"], ["export", "none"], ["import", "none", tmp_path / "none"]):
            status, said = run("snapshot", *arguments)
            assert (status, said.count("\n")) == (1, 1)
