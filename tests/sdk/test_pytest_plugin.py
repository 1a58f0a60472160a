import os
import re
import socket
import subprocess
import sys
import time
from pathlib import Path
from textwrap import dedent
from urllib.parse import urlsplit

import pytest

from artifact_emulator.testing.subprocess_server import ServerFailed, run_server

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
        with run_server() as emulator:
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
                artifact_world.save_snapshot("empty")
                organizations.create_organization()
                fork = artifact_world.fork(artifact_world.name + "-fork")
                artifact_world.restore_snapshot("empty")
                assert artifact_world.snapshots() == ["empty"]
                fork.client("organizations").describe_organization()
                fork.delete()
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
            from datetime import timedelta
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

            def test_agreement_that_was_signed_offline(artifact_world):
                signed = artifact_world.sign_offline("111122223333")
                artifact = artifact_world.client("artifact", "111122223333")
                (listed,) = artifact.list_customer_agreements()["customerAgreements"]
                assert listed["id"] == signed["id"]
                assert artifact_world.terminate_by_aws(signed["id"])["state"] == "AWS_TERMINATED"
                assert artifact.list_customer_agreements()["customerAgreements"] == []

            def test_delay(artifact_world):
                assert artifact_world.set_delays(inquiry=60)["inquiry"] == 60
                artifact = artifact_world.client("artifact")
                artifact.create_compliance_inquiry(name="Mine", inquiryContent={"query": "Which SOC report?"})
                assert artifact.list_compliance_inquiries()["complianceInquiries"][0]["status"] == "PROCESSING"
                artifact_world.advance(timedelta(seconds=60))
                assert artifact.list_compliance_inquiries()["complianceInquiries"][0]["status"] == "COMPLETED"
        """
        assert passed(run(tmp_path, suite)) == 4

    def test_as_an_account(self, tmp_path: Path) -> None:
        """The marker names whose root user code under test is; within a test it may be another for a while."""
        suite = """
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
        """
        assert passed(run(tmp_path, suite)) == 2

    def test_of_a_module(self, tmp_path: Path) -> None:
        """A fixture of one's own, of any scope, makes a world and drops it at its end."""
        suite = """
            import boto3
            import pytest

            @pytest.fixture(scope="module")
            def landing_zone(artifact_emulator):
                with artifact_emulator.new_world("landing-zone") as world, world.as_account("111122223333"):
                    yield world

            def test_one(landing_zone):
                boto3.client("organizations").create_account(Email="new@example.com", AccountName="New")

            def test_two(landing_zone, artifact_emulator):
                emails = {one["Email"] for one in boto3.client("organizations").list_accounts()["Accounts"]}
                assert "new@example.com" in emails
                assert landing_zone.name in artifact_emulator.worlds()

            @pytest.fixture(scope="module")
            def nobody(artifact_emulator):
                yield
                assert artifact_emulator.worlds() == ["default"]

            def test_three(nobody):
                pass
        """
        assert passed(run(tmp_path, suite.replace("def landing_zone(", "def landing_zone(nobody, "))) == 3

    def test_with_strict_clients_and_request_rates(self, tmp_path: Path) -> None:
        """A client that stops at the first page, or does not try again, is found out."""
        suite = """
            import pytest

            @pytest.mark.artifact_scenario("landing-zone")
            @pytest.mark.artifact_account("111122223333")
            def test_pages(artifact_world):
                organizations = artifact_world.client("organizations", "111122223333")
                everything = organizations.list_accounts()["Accounts"]
                artifact_world.set_strict_mode("seed")
                pages = organizations.get_paginator("list_accounts").paginate()
                assert len(list(pages)) > 1
                artifact_world.set_strict_mode(on=False)
                assert organizations.list_accounts()["Accounts"] == everything

            def test_rates(artifact_world):
                artifact_world.throttle()
                assert artifact_world.request("GET", "throttling") == {"mode": "aws"}
                artifact_world.throttle(on=False)
                assert artifact_world.request("GET", "throttling") == {"mode": "off"}
        """
        assert passed(run(tmp_path, suite)) == 2

    @pytest.mark.parametrize(
        ("marker", "says"),
        [
            ('artifact_scenario("landing-zon")', "There is no scenario 'landing-zon'"),
            ('artifact_scenario("missing.yaml")', "missing.yaml is neither a built-in scenario nor a file"),
            ('artifact_scenario("wrong.yaml")', "wrong.yaml:2"),
            ("artifact_scenario", 'write @pytest.mark.artifact_scenario("...")'),
            ('artifact_account("1234")', "'1234' is no account: an id has 12 digits"),
        ],
    )
    @pytest.mark.parametrize("fixture", ["artifact_world", "artifact_emulation"])
    def test_says_what_a_marker_lacks(self, tmp_path: Path, fixture: str, marker: str, says: str) -> None:
        """One sentence, and no traceback of the plugin's own."""
        (tmp_path / "wrong.yaml").write_text("accounts:\n  - {id: 000011112222, nam: Zero}\n")
        suite = f"""
            import pytest

            @pytest.mark.{marker}
            def test_mine({fixture}):
                pass
        """
        done = run(tmp_path, suite)
        assert done.returncode == 1
        if fixture == "artifact_emulation":
            says = says.replace("There is no scenario 'landing-zon'", "did you mean landing-zone?")
        assert says in done.stdout
        assert "pytest_plugin.py" not in done.stdout


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
    """What the fixtures keep code under test away from."""

    @pytest.mark.parametrize("real", [HOSTILE, HOSTILE | TEMPORARY, TEMPORARY], ids=["profile", "both", "temporary"])
    def test_are_never_the_users_own(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, real: dict[str, str]
    ) -> None:
        """Neither those of the environment, of a profile or of the default session, nor endpoints and proxies."""
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
        for name in [one for one in os.environ if one.startswith("AWS_")]:
            monkeypatch.delenv(name)
        for name, value in ({"AWS_CONFIG_FILE": str(tmp_path / "config"), "AWS_MAX_ATTEMPTS": "1"} | real).items():
            monkeypatch.setenv(name, value)
        assert passed(run(tmp_path, suite)) == 5

    def test_of_a_client_that_was_there_before(self, tmp_path: Path) -> None:
        """It would call AWS itself: it is stopped where there is a server, and answered in the process."""
        suite = """
            import boto3
            import pytest

            EARLY = boto3.client(
                "organizations", region_name="us-east-1", aws_access_key_id="AKIAREAL", aws_secret_access_key="real"
            )

            def test_with_a_server(artifact_world):
                with pytest.raises(RuntimeError, match="would have gone to AWS itself"):
                    EARLY.describe_organization()

            def test_in_the_process(artifact_emulation):
                EARLY.create_organization()
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

    def test_without_an_emulator_where_it_is_said_to_be(self, tmp_path: Path) -> None:
        """The run ends with one sentence: no test could be run."""
        done = run(tmp_path, "def test_mine(artifact_world): pass", "--artifact-emulator=http://127.0.0.1:1")
        assert done.returncode == 4
        assert "no artifact-emulator answers at http://127.0.0.1:1" in done.stdout + done.stderr

    def test_without_boto3(self, tmp_path: Path) -> None:
        """Tests of programs in other languages need none; whoever asks for a client is told what is missing."""
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
        assert passed(run(tmp_path, suite)) == 1

    def test_imports_nothing_heavy(self) -> None:
        """Loading it costs no import of boto3, Flask, pydantic or the emulator's core."""
        code = "import artifact_emulator.pytest_plugin, sys; print(*sys.modules)"
        done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
        heavy = {"boto3", "botocore", "flask", "pydantic", "pydantic_core", "requests", "artifact_emulator.app"}
        assert heavy & set(done.stdout.split()) == set()


class TestLaunched:
    """A server for a while."""

    def test_ends_with_a_run_that_is_killed(self) -> None:
        """A run that is killed cannot end its server: the server sees it."""
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

    def test_that_does_not_start(self, capfd: pytest.CaptureFixture[str]) -> None:
        """A server that cannot start says why."""
        with pytest.raises(ServerFailed, match="status 2"), run_server(["--quota", "nonsense=1"]):
            pytest.fail("it started")
        assert "nonsense" in capfd.readouterr().err
