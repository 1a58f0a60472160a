"""One server for all stories, as its users start it; an empty world for each of them."""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import boto3
import pytest

from tests.support.aws_cli import Shell
from tests.support.sdk_accounts import ORGANIZATIONS_BAA, Account, Emulator
from tests.support.server_process import environment, serving


@pytest.fixture(scope="session")
def models() -> str:
    """Ask the installed command where the models of the agreement operations are."""
    command = Path(sys.executable).with_name("artifact-emulator")
    asked = subprocess.run([command, "models"], env=environment(), capture_output=True, text=True, check=True)
    return asked.stdout.strip()


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Serve; every process of a parallel run has its own server.

    At the end it must have logged nothing, a traceback least of all, and must stop cleanly.
    """
    log = tmp_path_factory.mktemp("server") / "stderr"
    command = [sys.executable, "-m", "artifact_emulator", "serve"]
    with log.open("w") as stderr, serving(command, env=environment(), stderr=stderr) as served:
        yield f"http://127.0.0.1:{served.port}"
        assert served.stop() == 0
    assert log.read_text() == ""


@pytest.fixture(scope="session")
def running(server: str, models: str) -> Iterator[Emulator]:
    """Give the emulator to boto3, and keep boto3 from the user's own credentials and configuration."""
    with pytest.MonkeyPatch.context() as patch:
        for name in [name for name in os.environ if name.startswith("AWS_")]:
            patch.delenv(name)
        patch.setenv("AWS_CONFIG_FILE", os.devnull)
        patch.setenv("AWS_SHARED_CREDENTIALS_FILE", os.devnull)
        patch.setenv("AWS_EC2_METADATA_DISABLED", "true")
        with patch.context() as path:
            # A session reads it once; other tests' sessions are to have AWS's own models.
            path.setenv("AWS_DATA_PATH", models)
            session = boto3.Session()
        emulator = Emulator(server, session)
        yield emulator
        emulator.close()


@pytest.fixture
def emulator(running: Emulator) -> Emulator:
    """Give the emulator with an empty world."""
    running.reset()
    return running


@pytest.fixture
def shell(emulator: Emulator, tmp_path: Path) -> Shell:
    """Give the shell of the management account's root user."""
    return Shell(
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
def management(emulator: Emulator) -> Account:
    """Give the management account of an organization with all features."""
    account = emulator.account("111122223333")
    account.organizations.create_organization(FeatureSet="ALL")
    return account


@pytest.fixture
def member(management: Account) -> Account:
    """Give a member account that was created in the organization."""
    return management.create_account("Member")


@pytest.fixture
def invited(management: Account, emulator: Emulator) -> Account:
    """Give a member account that was invited into the organization."""
    account = emulator.account("222233334444")
    management.invite(account)
    return account


@pytest.fixture
def standalone(emulator: Emulator) -> Account:
    """Give an account that is in no organization."""
    return emulator.account("999988887777")


@pytest.fixture
def trusted_access(management: Account) -> None:
    """Enable trusted access for AWS Artifact."""
    management.enable_trusted_access()


@pytest.fixture
def accepted(management: Account) -> str:
    """Accept an agreement for an organization that trusts AWS Artifact; give the id of the accepted agreement."""
    management.enable_trusted_access()
    accepted_id: str = management.accept(ORGANIZATIONS_BAA)["id"]
    return accepted_id
