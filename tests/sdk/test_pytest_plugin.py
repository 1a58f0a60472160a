"""The pytest plugin, in test suites that run as their authors run them: in their own folder and process."""

import os
import socket
import subprocess
import sys
import time
from pathlib import Path
from textwrap import dedent
from urllib.parse import urlsplit

import pytest

from artifact_emulator.testing.subprocess_server import ServerFailed, run_server
from tests.support.pytest_suites import SUITES, SuiteRun

pytestmark = pytest.mark.xdist_group("pytest plugin")


@pytest.fixture(scope="module")
def suites(tmp_path_factory: pytest.TempPathFactory) -> SuiteRun:
    """One run of all suites, which share a server as the tests of any project do."""
    folder = tmp_path_factory.mktemp("suites")
    (folder / "mine.yaml").write_text("accounts:\n  - {id: 000011112222, name: Zero, email: zero@example.com}\n")
    return SuiteRun(folder, SUITES)


class TestWorld:
    """The fixture `artifact_world`."""

    def test_code_under_test_finds_world_by_environment(self, suites: SuiteRun) -> None:
        """Code that does not know the emulator uses the world of the test."""
        assert suites.passed("environment") == 1

    def test_world_has_clock_and_snapshots(self, suites: SuiteRun) -> None:
        """The fixture can freeze and advance the clock, and save, restore and fork the world."""
        assert suites.passed("clock_and_snapshots") == 2

    def test_marker_loads_scenario(self, suites: SuiteRun) -> None:
        """The marker names a built-in scenario or a file beside the test, with a server and in process."""
        assert suites.passed("scenario") == 3

    def test_world_has_quotas_reports_agreements_and_delays(self, suites: SuiteRun) -> None:
        """Changes over the control API take effect at once."""
        assert suites.passed("control") == 4

    def test_marker_selects_calling_account(self, suites: SuiteRun) -> None:
        """Code under test calls as the marker's account; a block within the test changes it temporarily."""
        assert suites.passed("account") == 2

    def test_world_of_module_fixture_is_deleted_at_its_end(self, suites: SuiteRun) -> None:
        """A fixture of wider scope creates a world for several tests, and no world remains after it."""
        assert suites.passed("module_fixture") == 2

    def test_world_has_strict_mode_and_throttling(self, suites: SuiteRun) -> None:
        """A test can turn both on and off."""
        assert suites.passed("strictness") == 2

    def test_running_server_is_used(self, tmp_path: Path) -> None:
        """With the URL of a running server, the tests use it and leave no world behind."""
        suite = """
            import pytest

            @pytest.mark.parametrize("number", range(3))
            def test_alone(artifact_world, number):
                artifact_world.client("organizations", "111122223333").create_organization()
        """
        with run_server() as emulator:
            run = SuiteRun(tmp_path, {"server": suite}, f"--artifact-emulator={emulator.endpoint}")
            assert run.passed("server") == 3
            assert emulator.worlds() == ["default"]


MISTAKES = {
    'artifact_scenario("landing-zon")': "There is no scenario 'landing-zon'",
    'artifact_scenario("missing.yaml")': "missing.yaml is neither a built-in scenario nor a file",
    'artifact_scenario("wrong.yaml")': "wrong.yaml:2",
    "artifact_scenario": 'write @pytest.mark.artifact_scenario("...")',
    'artifact_account("1234")': "'1234' is not an account id",
    'artifact_clock("yesterday")': "'yesterday' is not an instant",
}
FIXTURES = ("artifact_world", "artifact_emulation")


@pytest.fixture(scope="module")
def mistakes(tmp_path_factory: pytest.TempPathFactory) -> SuiteRun:
    """One run with a test for each mistake and fixture."""
    folder = tmp_path_factory.mktemp("mistakes")
    (folder / "wrong.yaml").write_text("accounts:\n  - {id: 000011112222, nam: Zero}\n")
    tests = [
        f"@pytest.mark.{marker}\ndef test_{number}_{fixture}({fixture}):\n    pass\n"
        for number, marker in enumerate(MISTAKES)
        for fixture in FIXTURES
    ]
    return SuiteRun(folder, {"mistakes": "import pytest\n\n" + "\n".join(tests)})


class TestMarkers:
    """Mistakes in markers."""

    @pytest.mark.parametrize("fixture", FIXTURES)
    @pytest.mark.parametrize(("number", "message"), list(enumerate(MISTAKES.values())))
    def test_mistake_is_one_message_without_traceback(
        self, mistakes: SuiteRun, number: int, message: str, fixture: str
    ) -> None:
        """The test fails with the message, and no traceback leads into the plugin."""
        if fixture == "artifact_emulation" and "landing-zon" in message:
            message = "did you mean landing-zone?"
        failure = mistakes.failure(f"test_{number}_{fixture}")
        assert message in failure
        assert "pytest_plugin.py" not in failure
        assert "another exception" not in failure

    @pytest.mark.parametrize("marker", ["artifact_scenario", "artifact_clock", "artifact_account", "artifact_others"])
    def test_marker_without_fixture_is_refused(self, tmp_path: Path, marker: str) -> None:
        """A test that no fixture keeps away from AWS is an error when it is collected, and no test runs."""
        suite = f"""
            import pytest

            @pytest.mark.{marker}("organization")
            def test_mine(tmp_path):
                pytest.fail("it ran")
        """
        run = SuiteRun(tmp_path, {"unprotected": suite})
        assert run.status == 2
        assert f"test_mine: {marker} needs the fixture artifact_world or artifact_emulation" in run.output
        assert "it ran" not in run.output

    @pytest.mark.parametrize(
        ("wrong", "right"),
        [
            ("artifact_scenarios", "artifact_scenario"),
            ("artifact_clok", "artifact_clock"),
            ("artefact_others", "artifact_others"),
        ],
    )
    def test_misspelled_marker_is_refused(self, tmp_path: Path, wrong: str, right: str) -> None:
        """A test whose marker would have no effect is an error when it is collected, and no test runs."""
        suite = f"""
            import pytest

            @pytest.mark.{wrong}("organization")
            class TestMine:
                def test_mine(self, artifact_world):
                    pytest.fail("it ran")
        """
        run = SuiteRun(tmp_path, {"misspelled": suite})
        assert run.status == 2
        assert f"test_mine: there is no marker {wrong}; did you mean {right}?" in run.output
        assert "it ran" not in run.output

    def test_markers_of_the_project_are_its_own(self, tmp_path: Path) -> None:
        """A marker that the project registers, and one that is like none of the plugin, are left alone."""
        (tmp_path / "pytest.ini").write_text("[pytest]\nmarkers =\n    artifact_scenarios(name): of the project\n")
        suite = """
            import pytest

            @pytest.mark.artifact_scenarios("mine")
            @pytest.mark.artifact_upload
            def test_mine():
                pass
        """
        assert SuiteRun(tmp_path, {"registered": suite}).passed("registered") == 1

    def test_fixture_may_be_used_in_any_way(self, tmp_path: Path) -> None:
        """A marker is in order if another fixture, `usefixtures` or `request` leads to one that reads it."""
        suite = """
            import pytest

            @pytest.fixture
            def management(artifact_emulation):
                return artifact_emulation.client("sts")

            @pytest.mark.artifact_scenario("organization")
            def test_by_fixture(management):
                assert management.get_caller_identity()["Account"] == "111122223333"

            @pytest.mark.artifact_scenario("organization")
            @pytest.mark.usefixtures("artifact_emulation")
            def test_by_name():
                pass

            @pytest.mark.artifact_scenario("organization")
            def test_by_request(request):
                assert request.getfixturevalue("artifact_emulation").default_account == "111122223333"
        """
        assert SuiteRun(tmp_path, {"protected": suite}).passed("protected") == 3


class TestMoto:
    """Suites that use moto as well."""

    def test_marker_of_moto_needs_emulation(self, tmp_path: Path) -> None:
        """A server does not see moto's mock, so `artifact_others` with it is refused."""
        suite = """
            import pytest

            @pytest.mark.artifact_others("moto")
            def test_mine(artifact_world):
                pass
        """
        failure = SuiteRun(tmp_path, {"others": suite}).failure("test_mine")
        assert "artifact_others needs the fixture artifact_emulation" in failure

    def test_replaced_credentials_are_reported(self, tmp_path: Path) -> None:
        """A default mock replaces the caller: a warning with a server, an error in process, each with what to write."""
        suite = """
            import boto3
            import pytest
            from artifact_emulator.testing.transports import MisplacedMock
            from moto import mock_aws

            @mock_aws
            @pytest.mark.artifact_scenario("organization")
            def test_server(artifact_world):
                with pytest.warns(UserWarning, match="the caller is 123456789012.*mock_credentials"):
                    assert boto3.client("sts").get_caller_identity()["Account"] == "123456789012"

            @mock_aws
            def test_in_process(artifact_emulation):
                with pytest.raises(MisplacedMock, match="mock_credentials.*pytest.mark.artifact_others"):
                    boto3.client("sts").get_caller_identity()

            @mock_aws(config={"core": {"mock_credentials": False}})
            def test_as_proposed(artifact_emulation):
                assert boto3.client("sts").get_caller_identity()["Account"] == "123456789012"
                boto3.client("s3").create_bucket(Bucket="reports")
        """
        assert SuiteRun(tmp_path, {"moto": suite}).passed("moto") == 3

    def test_moto_answers_after_a_test_without_it(self, tmp_path: Path) -> None:
        """A test can use moto although clients have been created before moto was imported."""
        suite = """
            import boto3
            import pytest

            def test_without(artifact_emulation):
                artifact_emulation.client("organizations").create_organization()

            @pytest.mark.artifact_others("moto")
            def test_with(artifact_emulation):
                boto3.client("s3").create_bucket(Bucket="reports")
                artifact_emulation.client("s3").create_bucket(Bucket="plans")
        """
        assert SuiteRun(tmp_path, {"later": suite}).passed("later") == 2


HOSTILE = {
    "AWS_ENDPOINT_URL_ORGANIZATIONS": "http://127.0.0.1:9",
    "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS": "true",
    "AWS_USE_FIPS_ENDPOINT": "true",
    "AWS_PROFILE": "production",
    "AWS_REGION": "eu-west-1",
    "AWS_ROLE_ARN": "arn:aws:iam::999988887777:role/Real",
    "AWS_WEB_IDENTITY_TOKEN_FILE": "/nonexistent",
    "HTTP_PROXY": "http://127.0.0.1:9",
    "HTTPS_PROXY": "http://127.0.0.1:9",
}
TEMPORARY = {"AWS_ACCESS_KEY_ID": "ASIAREALREALREALREAL", "AWS_SECRET_ACCESS_KEY": "real", "AWS_SESSION_TOKEN": "real"}
CONFIG = """\
[default]
region = eu-west-1
[profile production]
aws_access_key_id = AKIAREALREALREALREAL
aws_secret_access_key = real
services = real
[services real]
organizations =
  endpoint_url = http://127.0.0.1:9
"""


class TestCredentials:
    """The user's own settings, which code under test must not see."""

    @pytest.mark.parametrize("real", [HOSTILE, HOSTILE | TEMPORARY, TEMPORARY], ids=["profile", "both", "temporary"])
    def test_own_credentials_are_not_used(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, real: dict[str, str]
    ) -> None:
        """Credentials of environment, profile and default session, endpoints and proxies are hidden, then restored."""
        suite = """
            import os

            import boto3
            import pytest
            from botocore.exceptions import ProfileNotFound

            BEFORE = dict(os.environ)
            boto3.setup_default_session()
            REAL = boto3.DEFAULT_SESSION
            assert REAL.get_credentials() is not None

            @pytest.mark.parametrize("fixture", ["artifact_world", "artifact_emulation"])
            @pytest.mark.parametrize("number", range(2))
            def test_calls(fixture, number, request, monkeypatch):
                world = request.getfixturevalue(fixture)
                client = boto3.client("organizations")
                client.create_organization()
                assert client._request_signer._credentials.access_key == "123456789012"
                assert boto3.Session().region_name == "us-east-1"
                assert boto3.Session().get_credentials().access_key == "123456789012"
                assert "REAL" not in str(world.events())
                with pytest.raises(ProfileNotFound):
                    boto3.Session(profile_name="production").client("sts").get_caller_identity()
                monkeypatch.setenv("AWS_DEFAULT_REGION", "eu-central-1")

            def test_afterwards():
                now = {name: value for name, value in os.environ.items() if name != "PYTEST_CURRENT_TEST"}
                assert now == {name: value for name, value in BEFORE.items() if name != "PYTEST_CURRENT_TEST"}
                assert boto3.DEFAULT_SESSION is REAL
        """
        (tmp_path / "config").write_text(CONFIG)
        for name in [name for name in os.environ if name.startswith("AWS_")]:
            monkeypatch.delenv(name)
        for name, value in ({"AWS_CONFIG_FILE": str(tmp_path / "config"), "AWS_MAX_ATTEMPTS": "1"} | real).items():
            monkeypatch.setenv(name, value)
        assert SuiteRun(tmp_path, {"credentials": suite}).passed("credentials") == 5

    def test_early_client_does_not_reach_aws(self, suites: SuiteRun) -> None:
        """A client created before the test is stopped with a server, and answered in process."""
        assert suites.passed("early_client") == 2


class TestEmulation:
    """The fixture `artifact_emulation`."""

    def test_each_test_starts_with_empty_world(self, suites: SuiteRun) -> None:
        """Calls are answered in process, in a new world for each test."""
        assert suites.passed("emulation") == 3


class TestPlugin:
    """The plugin itself."""

    def test_run_ends_if_named_server_does_not_answer(self, tmp_path: Path) -> None:
        """The run ends with status 4 and one message."""
        suite = "def test_mine(artifact_world): pass"
        run = SuiteRun(tmp_path, {"server": suite}, "--artifact-emulator=http://127.0.0.1:1")
        assert run.status == 4
        text = "no artifact-emulator runs at http://127.0.0.1:1; start it with `artifact-emulator serve --port 1`"
        assert text in run.output
        assert "HTTPConnectionPool" not in run.output

    @pytest.mark.parametrize(
        ("value", "message"),
        [
            ("ruin", "'ruin' is not worker, run or a URL such as http://127.0.0.1:4700; did you mean run?"),
            ("127.0.0.1:5100", "did you mean http://127.0.0.1:5100?"),
            ("localhost:5100", "did you mean http://localhost:5100?"),
            ("http://127.0.0.1:1/worlds/x", "give the address of the server alone, http://127.0.0.1:1"),
        ],
    )
    def test_option_that_names_no_server_is_refused(self, tmp_path: Path, value: str, message: str) -> None:
        """The run ends with status 4 and one message before any test."""
        run = SuiteRun(tmp_path, {"option": "def test_mine(): pass"}, f"--artifact-emulator={value}")
        assert run.status == 4
        assert message in run.output
        assert "INTERNALERROR" not in run.output

    def test_world_needs_no_boto3(self, tmp_path: Path) -> None:
        """Without boto3 the world can be used, and a client is refused with what to install."""
        suite = """
            import os
            import sys

            import pytest

            sys.modules["boto3"] = None

            def test_mine(artifact_world, monkeypatch):
                assert artifact_world.endpoint == os.environ["AWS_ENDPOINT_URL"]
                with pytest.raises(ModuleNotFoundError, match="python -m pip install boto3"):
                    artifact_world.client("organizations")
        """
        assert SuiteRun(tmp_path, {"boto3": suite}).passed("boto3") == 1

    def test_plugin_imports_nothing_heavy(self) -> None:
        """Loading the plugin imports neither boto3, Flask, pydantic nor the emulator."""
        code = "import artifact_emulator.pytest_plugin, sys; print(*sys.modules)"
        result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
        heavy = {"boto3", "botocore", "flask", "pydantic", "pydantic_core", "requests", "artifact_emulator.app"}
        assert heavy & set(result.stdout.split()) == set()


class TestRunServer:
    """`run_server`."""

    def test_server_ends_with_killed_run(self) -> None:
        """A server ends even if the process that started it is killed."""
        code = """
            import os
            from artifact_emulator import run_server
            with run_server() as emulator:
                print(emulator.endpoint, flush=True)
                os.kill(os.getpid(), 9)
        """
        killed = subprocess.run([sys.executable, "-c", dedent(code)], capture_output=True, text=True, check=False)
        assert killed.returncode == -9
        address = urlsplit(killed.stdout.strip())
        deadline = time.monotonic() + 30
        while time.monotonic() < deadline:
            with socket.socket() as probe:
                if probe.connect_ex((address.hostname, address.port)):
                    return
            time.sleep(0.05)
        pytest.fail("the server outlived its run")

    def test_server_that_does_not_start_is_reported(self, capfd: pytest.CaptureFixture[str]) -> None:
        """The error has the exit status, and standard error the reason."""
        with pytest.raises(ServerFailed, match="status 2"), run_server(["--quota", "nonsense=1"]):
            pytest.fail("it started")
        assert "nonsense" in capfd.readouterr().err
