import re
import subprocess
import sys
from pathlib import Path
from textwrap import dedent

import pytest

from artifact_emulator.launch import DidNotStart, launched

CONFTEST = 'pytest_plugins = ["artifact_emulator.pytest_plugin"]\n'


def run(folder: Path, tests: str, *options: str) -> subprocess.CompletedProcess[str]:
    """Run a suite as its author would: in a folder of its own, by the command."""
    (folder / "conftest.py").write_text(CONFTEST)
    (folder / "test_mine.py").write_text(dedent(tests))
    command = [
        sys.executable,
        "-m",
        "pytest",
        "-q",
        "-p",
        "no:cacheprovider",
        f"--rootdir={folder}",
        *options,
        str(folder),
    ]
    return subprocess.run(command, capture_output=True, text=True, check=False, cwd=folder)


def passed(done: subprocess.CompletedProcess[str]) -> int:
    """Tell how many tests passed; all of them have to."""
    assert done.returncode == 0, done.stdout + done.stderr
    found = re.search(r"(\d+) passed", done.stdout)
    assert found
    return int(found[1])


SUITE = """
    import boto3
    import pytest

    @pytest.mark.parametrize("number", range(200))
    def test_alone(artifact_world, number):
        organizations = artifact_world.client("organizations", "111122223333")
        organizations.create_organization()
        organizations.create_account(Email=f"a{number}@example.com", AccountName="A")
        accounts = organizations.list_accounts()["Accounts"]
        assert [one["Email"] for one in accounts][1:] == [f"a{number}@example.com"]
"""


class TestWorld:
    """The fixture `artifact_world`."""

    @pytest.mark.parametrize("where", ["worker", "run"])
    def test_is_each_tests_own(self, tmp_path: Path, where: str) -> None:
        """Two hundred tests, two at a time, each in a world of its own: none interferes with another."""
        assert passed(run(tmp_path, SUITE, "--numprocesses=2", f"--artifact-emulator={where}")) == 200

    def test_with_a_server_that_runs(self, tmp_path: Path) -> None:
        """A server that runs already is used, and no world is left behind."""
        suite = SUITE.replace("range(200)", "range(3)")
        with launched() as emulator:
            assert passed(run(tmp_path, suite, f"--artifact-emulator={emulator.endpoint}")) == 3
            assert emulator.worlds() == ["default"]

    def test_is_found_by_the_code_under_test(self, tmp_path: Path) -> None:
        """Code that knows nothing of the emulator finds the world by its environment."""
        suite = """
            import boto3

            def test_own_code(artifact_world, artifact_emulator):
                boto3.client("organizations").create_organization()
                described = artifact_world.client("organizations").describe_organization()["Organization"]
                assert described["MasterAccountId"] == "123456789012"
                assert artifact_world.name in artifact_emulator.worlds()
        """
        assert passed(run(tmp_path, suite)) == 1

    def test_has_a_clock_and_snapshots(self, tmp_path: Path) -> None:
        """What the control API can do to a world, the fixture can."""
        suite = """
            from datetime import UTC, datetime, timedelta

            def test_time(artifact_world):
                artifact_world.freeze(datetime(2026, 1, 1, tzinfo=UTC))
                artifact_world.advance(timedelta(days=1))
                assert artifact_world.now() == datetime(2026, 1, 2, tzinfo=UTC)
                artifact_world.resume()
                assert artifact_world.now() > datetime(2026, 1, 2, tzinfo=UTC)

            def test_snapshots(artifact_world):
                organizations = artifact_world.client("organizations")
                artifact_world.save("empty")
                organizations.create_organization()
                fork = artifact_world.fork(artifact_world.name + "-fork")
                artifact_world.restore("empty")
                assert artifact_world.snapshots() == ["empty"]
                fork.client("organizations").describe_organization()
                fork.drop()
                organizations.create_organization()
        """
        assert passed(run(tmp_path, suite)) == 2

    def test_begins_with_a_scenario(self, tmp_path: Path) -> None:
        """The marker names one that is built in, or a file; in the process too."""
        (tmp_path / "mine.yaml").write_text("accounts:\n  - {id: 000011112222, name: Zero, email: zero@example.com}\n")
        suite = f"""
            import pytest

            @pytest.mark.artifact_scenario("agreement-accepted")
            def test_built_in(artifact_world):
                artifact = artifact_world.client("artifact", account="222233334444")
                assert len(artifact.list_customer_agreements()["customerAgreements"]) == 1
                artifact_world.client("organizations", "111122223333").remove_account_from_organization(
                    AccountId="222233334444"
                )
                artifact_world.reset()
                assert len(artifact.list_customer_agreements()["customerAgreements"]) == 1

            @pytest.mark.artifact_scenario("{tmp_path / "mine.yaml"}")
            def test_file(artifact_world):
                assert [one["name"] for one in artifact_world.scenario()["accounts"]] == ["Zero"]

            @pytest.mark.artifact_scenario("landing-zone")
            def test_in_the_process(artifact_emulation):
                assert len(artifact_emulation.world.state.memberships) == 9
        """
        assert passed(run(tmp_path, suite)) == 3

    def test_has_limits_and_reports(self, tmp_path: Path) -> None:
        """A limit is reached as soon as a test wants it, and a report is there when it is published."""
        suite = """
            import pytest

            def test_limit(artifact_world):
                artifact_world.set_quotas({"accounts_per_organization": 1})
                assert artifact_world.quotas()["accounts_per_organization"] == 1
                organizations = artifact_world.client("organizations")
                organizations.create_organization()
                with pytest.raises(organizations.exceptions.ConstraintViolationException):
                    organizations.create_account(Email="a@example.com", AccountName="A")

            def test_report(artifact_world):
                made = artifact_world.publish_report(name="Mine", series="SOC")
                found = artifact_world.client("artifact").get_report_metadata(reportId=made["id"])
                assert found["reportDetails"]["name"] == "Mine"
        """
        assert passed(run(tmp_path, suite)) == 2


class TestEmulation:
    """The fixture `artifact_emulation`."""

    def test_answers_in_the_process(self, tmp_path: Path) -> None:
        """Without a server, each test begins with an empty world."""
        suite = """
            import boto3
            import pytest

            @pytest.mark.parametrize("number", range(3))
            def test_alone(artifact_emulation, number):
                boto3.client("organizations").create_organization()
                assert len(artifact_emulation.world.state.organizations) == 1
        """
        assert passed(run(tmp_path, suite)) == 3


class TestPlugin:
    """The plugin itself."""

    def test_imports_nothing_heavy(self) -> None:
        """Loading it costs no import of boto3, Flask, pydantic or the emulator's core."""
        code = "import artifact_emulator.pytest_plugin, sys; print(*sys.modules)"
        done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
        heavy = {"boto3", "botocore", "flask", "pydantic", "pydantic_core", "requests", "artifact_emulator.core"}
        assert heavy & set(done.stdout.split()) == set()


class TestLaunched:
    """A server for a while."""

    def test_that_does_not_start(self, capfd: pytest.CaptureFixture[str]) -> None:
        """A server that cannot start says why."""
        with pytest.raises(DidNotStart, match="status 2"), launched(["--quota", "nonsense=1"]):
            pytest.fail("it started")
        assert "nonsense" in capfd.readouterr().err
