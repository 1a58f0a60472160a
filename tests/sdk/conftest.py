"""One server for the SDK tests, started as its users start it, and an empty world for each test."""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import boto3
import pytest

from artifact_emulator.testing.client import Emulator, RemoteWorld
from tests.support.aws_cli import AwsCli
from tests.support.example_projects import copy_of, run_in
from tests.support.sdk_accounts import ORGANIZATIONS_BAA, Account, EmulatedAws
from tests.support.server_process import SERVE_COMMAND, clean_environment, server_process


@pytest.fixture(scope="session")
def models() -> str:
    """The folder of models that the installed command prints."""
    command = Path(sys.executable).with_name("artifact-emulator")
    result = subprocess.run([command, "models"], env=clean_environment(), capture_output=True, text=True, check=True)
    return result.stdout.strip()


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The endpoint of a server; each process of a parallel run has its own.

    At the end the server must have logged nothing and must stop cleanly.
    """
    log = tmp_path_factory.mktemp("server") / "stderr"
    with log.open("w") as stderr, server_process(SERVE_COMMAND, env=clean_environment(), stderr=stderr) as served:
        yield f"http://127.0.0.1:{served.port}"
        assert served.stop() == 0
    assert log.read_text() == ""


@pytest.fixture(scope="session")
def running(server: str, models: str) -> Iterator[EmulatedAws]:
    """The emulator; boto3 does not see the user's own credentials and configuration."""
    with pytest.MonkeyPatch.context() as patch:
        for name in [name for name in os.environ if name.startswith("AWS_")]:
            patch.delenv(name)
        patch.setenv("AWS_CONFIG_FILE", os.devnull)
        patch.setenv("AWS_SHARED_CREDENTIALS_FILE", os.devnull)
        patch.setenv("AWS_EC2_METADATA_DISABLED", "true")
        with patch.context() as path:
            # A session reads the variable once; the sessions of other tests have only AWS's models.
            path.setenv("AWS_DATA_PATH", models)
            session = boto3.Session()
        emulator = EmulatedAws(server, session)
        yield emulator
        emulator.close()


@pytest.fixture
def emulator(running: EmulatedAws) -> EmulatedAws:
    """The emulator with an empty world."""
    running.reset()
    return running


@pytest.fixture
def aws_cli(emulator: EmulatedAws, tmp_path: Path) -> AwsCli:
    """The AWS CLI of the management account's root user."""
    return AwsCli(
        {
            "AWS_ENDPOINT_URL": emulator.endpoint,
            "AWS_ACCESS_KEY_ID": "111122223333",
            "AWS_SECRET_ACCESS_KEY": "x",
            "AWS_DEFAULT_REGION": "us-east-1",
            "AWS_CONFIG_FILE": os.devnull,
            "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
            "AWS_EC2_METADATA_DISABLED": "true",
            "HOME": str(tmp_path),
            "NO_PROXY": "127.0.0.1",
        }
    )


@pytest.fixture
def management(emulator: EmulatedAws) -> Account:
    """The management account of an organization with all features."""
    account = emulator.account("111122223333")
    account.organizations.create_organization(FeatureSet="ALL")
    return account


@pytest.fixture
def member(management: Account) -> Account:
    """A member account that was created in the organization."""
    return management.create_account("Member")


@pytest.fixture
def invited(management: Account, emulator: EmulatedAws) -> Account:
    """A member account that was invited to the organization."""
    account = emulator.account("222233334444")
    management.invite(account)
    return account


@pytest.fixture
def standalone(emulator: EmulatedAws) -> Account:
    """An account that belongs to no organization."""
    return emulator.account("999988887777")


@pytest.fixture
def trusted_access(management: Account) -> None:
    """Enable trusted access for AWS Artifact."""
    management.enable_trusted_access()


@pytest.fixture
def accepted(management: Account) -> str:
    """The id of an organization's customer agreement, with trusted access for AWS Artifact enabled."""
    management.enable_trusted_access()
    agreement_id: str = management.accept(ORGANIZATIONS_BAA)["id"]
    return agreement_id


@pytest.fixture(scope="session")
def javascript_example(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the JavaScript example with its locked packages installed."""
    folder = copy_of("javascript", tmp_path_factory.mktemp("javascript"))
    result = run_in(folder, ["npm", "ci", "--no-audit", "--no-fund", "--prefer-offline"])
    assert result.returncode == 0, result.stderr
    return folder


@pytest.fixture
def command_world(server: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[RemoteWorld]:
    """The world of commands, with trusted access for AWS Artifact enabled; environment variables select it."""
    for name in ("AWS_PROFILE", "AWS_SESSION_TOKEN", "HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.delenv(name, raising=False)
    world = Emulator(server).world("commands")
    world.load_scenario("artifact-enabled")
    monkeypatch.setenv("AWS_ENDPOINT_URL", world.endpoint)
    yield world
    world.delete()
