"""The pytest plugin, in test suites that run as their authors run them: in their own folder and process."""

import os
import socket
import subprocess
import sys
import time
from pathlib import Path
from textwrap import dedent
from urllib.parse import urlsplit
from xml.etree import ElementTree as ET

import pytest

from artifact_emulator.testing.subprocess_server import ServerFailed, run_server

pytestmark = pytest.mark.xdist_group("pytest plugin")

CONFTEST = 'pytest_plugins = ["artifact_emulator.pytest_plugin"]\n'


class SuiteRun:
    """A finished run of a suite with one file per name, and the outcomes of its tests."""

    def __init__(self, folder: Path, suites: dict[str, str], *options: str) -> None:
        (folder / "conftest.py").write_text(CONFTEST)
        for name, source in suites.items():
            (folder / f"test_{name}.py").write_text(dedent(source))
        report = folder / "report.xml"
        command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", f"--rootdir={folder}"]
        result = subprocess.run(
            [*command, f"--junitxml={report}", *options, str(folder)],
            capture_output=True,
            text=True,
            check=False,
            cwd=folder,
        )
        self.status = result.returncode
        self.output = result.stdout + result.stderr
        self._cases = list(ET.parse(report).iter("testcase")) if report.exists() else []

    def passed(self, name: str) -> int:
        """Return the number of tests in a file, all of which must pass."""
        cases = [case for case in self._cases if f"test_{name}" in case.get("classname", "").split(".")]
        problems = [problem.text for case in cases for problem in case if problem.tag in ("failure", "error")]
        assert problems == []
        assert cases, self.output
        return len(cases)

    def failure(self, test: str) -> str:
        """Return the text of the error or failure of a test."""
        (case,) = (case for case in self._cases if case.get("name") == test)
        (problem,) = (problem for problem in case if problem.tag in ("failure", "error"))
        return f"{problem.get('message')}\n{problem.text}"


SUITES = {
    "environment": """
        import boto3

        def test_application_code(artifact_world, artifact_emulator):
            boto3.client("organizations").create_organization()
            organization = artifact_world.client("organizations").describe_organization()["Organization"]
            assert organization["MasterAccountId"] == "123456789012"
            assert artifact_world.name in artifact_emulator.worlds()
    """,
    "clock_and_snapshots": """
        from datetime import UTC, datetime, timedelta

        def test_clock(artifact_world):
            artifact_world.freeze(datetime(2026, 1, 1, tzinfo=UTC))
            artifact_world.advance(timedelta(days=1))
            assert artifact_world.now() == datetime(2026, 1, 2, tzinfo=UTC)
            artifact_world.resume()
            assert artifact_world.now() > datetime(2026, 1, 2, tzinfo=UTC)

        def test_snapshots(artifact_world):
            organizations = artifact_world.client("organizations")
            artifact_world.save_snapshot("empty")
            organizations.create_organization()
            fork = artifact_world.fork(artifact_world.name + "-fork")
            artifact_world.restore_snapshot("empty")
            assert artifact_world.snapshots() == ["empty"]
            fork.client("organizations").describe_organization()
            fork.delete()
            organizations.create_organization()
    """,
    "scenario": """
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

        @pytest.mark.artifact_scenario("mine.yaml")
        def test_file(artifact_world):
            assert [account["name"] for account in artifact_world.scenario()["accounts"]] == ["Zero"]

        @pytest.mark.artifact_scenario("landing-zone")
        def test_in_process(artifact_emulation):
            assert len(artifact_emulation.world.state.memberships) == 9
    """,
    "control": """
        from datetime import timedelta
        import pytest

        def test_quota(artifact_world):
            artifact_world.set_quotas({"accounts_per_organization": 1})
            assert artifact_world.quotas()["accounts_per_organization"] == 1
            organizations = artifact_world.client("organizations")
            organizations.create_organization()
            with pytest.raises(organizations.exceptions.ConstraintViolationException):
                organizations.create_account(Email="a@example.com", AccountName="A")

        def test_report(artifact_world):
            report = artifact_world.publish_report(name="Mine", series="SOC")
            metadata = artifact_world.client("artifact").get_report_metadata(reportId=report["id"])
            assert metadata["reportDetails"]["name"] == "Mine"

        def test_offline_agreement(artifact_world):
            signed = artifact_world.sign_offline("111122223333")
            artifact = artifact_world.client("artifact", "111122223333")
            (agreement,) = artifact.list_customer_agreements()["customerAgreements"]
            assert agreement["id"] == signed["id"]
            assert artifact_world.terminate_by_aws(signed["id"])["state"] == "AWS_TERMINATED"
            assert artifact.list_customer_agreements()["customerAgreements"] == []

        def test_delay(artifact_world):
            assert artifact_world.set_delays(inquiry=60)["inquiry"] == 60
            artifact = artifact_world.client("artifact")
            artifact.create_compliance_inquiry(name="Mine", inquiryContent={"query": "Which SOC report?"})
            assert artifact.list_compliance_inquiries()["complianceInquiries"][0]["status"] == "PROCESSING"
            artifact_world.advance(timedelta(seconds=60))
            assert artifact.list_compliance_inquiries()["complianceInquiries"][0]["status"] == "COMPLETED"
    """,
    "account": """
        import boto3
        import pytest

        def caller():
            return boto3.client("sts").get_caller_identity()["Account"]

        @pytest.mark.artifact_account("111122223333")
        @pytest.mark.artifact_scenario("artifact-enabled")
        class TestOnboarding:
            @pytest.mark.parametrize("fixture", ["artifact_world", "artifact_emulation"])
            def test_calls(self, fixture, request):
                world = request.getfixturevalue(fixture)
                assert caller() == "111122223333"
                assert len(boto3.client("organizations").list_accounts()["Accounts"]) == 3
                with world.as_account("222233334444"):
                    assert caller() == "222233334444"
                assert caller() == "111122223333"
                session = world.session("222233334444", role="OrganizationAccountAccessRole", by="111122223333")
                assert session.client("sts").get_caller_identity()["Account"] == "222233334444"
    """,
    "module_fixture": """
        import boto3
        import pytest

        @pytest.fixture(scope="module")
        def no_world_remains(artifact_emulator):
            yield
            assert artifact_emulator.worlds() == ["default"]

        @pytest.fixture(scope="module")
        def landing_zone(no_world_remains, artifact_emulator):
            with artifact_emulator.new_world("landing-zone") as world, world.as_account("111122223333"):
                yield world

        def test_first(landing_zone):
            boto3.client("organizations").create_account(Email="new@example.com", AccountName="New")

        def test_second(landing_zone, artifact_emulator):
            accounts = boto3.client("organizations").list_accounts()["Accounts"]
            assert "new@example.com" in {account["Email"] for account in accounts}
            assert landing_zone.name in artifact_emulator.worlds()
    """,
    "strictness": """
        import pytest

        @pytest.mark.artifact_scenario("landing-zone")
        @pytest.mark.artifact_account("111122223333")
        def test_pages(artifact_world):
            organizations = artifact_world.client("organizations", "111122223333")
            accounts = organizations.list_accounts()["Accounts"]
            artifact_world.set_strict_mode("seed")
            pages = organizations.get_paginator("list_accounts").paginate()
            assert len(list(pages)) > 1
            artifact_world.set_strict_mode(on=False)
            assert organizations.list_accounts()["Accounts"] == accounts

        def test_rates(artifact_world):
            artifact_world.throttle()
            assert artifact_world.request("GET", "throttling") == {"mode": "aws"}
            artifact_world.throttle(on=False)
            assert artifact_world.request("GET", "throttling") == {"mode": "off"}
    """,
    "early_client": """
        import boto3
        import pytest

        EARLY = boto3.client(
            "organizations", region_name="us-east-1", aws_access_key_id="AKIAREAL", aws_secret_access_key="real"
        )

        def test_with_server(artifact_world):
            with pytest.raises(RuntimeError, match="would have gone to AWS itself"):
                EARLY.describe_organization()

        def test_in_process(artifact_emulation):
            EARLY.create_organization()
    """,
    "emulation": """
        import boto3
        import pytest

        @pytest.mark.parametrize("number", range(3))
        def test_empty_world(artifact_emulation, number):
            boto3.client("organizations").create_organization()
            assert len(artifact_emulation.world.state.organizations) == 1
    """,
}


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
        assert "no artifact-emulator runs at http://127.0.0.1:1" in run.output

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
