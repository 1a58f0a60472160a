"""Two hundred tests with a world each, two at a time: none sees anything of another."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.server_process import clean_environment

CONFTEST = 'pytest_plugins = ["artifact_emulator.pytest_plugin"]\n'
SUITE = '''
"""Every test uses the same account ids, e-mail addresses and names: what is shared is found, or in the way."""

import os
from datetime import UTC, datetime, timedelta

import pytest
from botocore.exceptions import ClientError

MANAGEMENT, INVITED = "111122223333", "222233334444"
BEGINNING = datetime(2026, 1, 1, tzinfo=UTC)
PLACE = os.environ["SEEN"]


@pytest.mark.parametrize("number", range(200))
def test_alone(artifact_world, artifact_emulator, number):
    with open(PLACE, "a") as seen:
        print(os.environ["PYTEST_XDIST_WORKER"], artifact_emulator.endpoint, file=seen)
    organizations = artifact_world.client("organizations", MANAGEMENT)
    with pytest.raises(ClientError, match="AWSOrganizationsNotInUseException"):
        organizations.describe_organization()

    # A clock, a limit and a fault of this test's own.
    artifact_world.freeze(BEGINNING + timedelta(days=number))
    artifact_world.set_quotas({"accounts_per_organization": 3})
    if number % 2:
        error = {"code": "AccessDeniedException"}
        artifact_world.set_fault("organizations", "ListRoots", error=error)

    organizations.create_organization()
    made = organizations.create_account(Email="same@example.com", AccountName=str(number))["CreateAccountStatus"]
    assert made["RequestedTimestamp"] == BEGINNING + timedelta(days=number)
    invitation = organizations.invite_account_to_organization(Target={"Type": "ACCOUNT", "Id": INVITED})["Handshake"]
    artifact_world.client("organizations", INVITED).accept_handshake(HandshakeId=invitation["Id"])
    with pytest.raises(organizations.exceptions.ConstraintViolationException):
        organizations.create_account(Email="fourth@example.com", AccountName="Fourth")

    accounts = organizations.list_accounts()["Accounts"]
    assert len(accounts) == 3
    assert {MANAGEMENT, INVITED} < {one["Id"] for one in accounts}
    assert [one["Name"] for one in accounts if one["Email"] == "same@example.com"] == [str(number)]

    if number % 2:
        with pytest.raises(ClientError, match="AccessDeniedException"):
            organizations.list_roots()
    else:
        assert len(organizations.list_roots()["Roots"]) == 1
    artifact_world.assert_called("CreateOrganization", times=1)
    artifact_world.assert_called("AcceptHandshake", times=1, account=INVITED)
    artifact_world.assert_called("ListRoots", times=1, error="AccessDeniedException" if number % 2 else "")
'''


SHARED = """
import pytest

@pytest.fixture
def artifact_world(artifact_emulator):
    return artifact_emulator.world("shared")
"""


def run(folder: Path, conftest: str, *options: str) -> subprocess.CompletedProcess[str]:
    """Run the suite, two tests at a time."""
    (folder / "conftest.py").write_text(conftest)
    (folder / "test_mine.py").write_text(SUITE)
    return subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-n", "2", f"--rootdir={folder}", *options],
        cwd=folder,
        env=clean_environment(SEEN=str(folder / "seen")),
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.parametrize(("where", "servers"), [("run", 1), ("worker", 2)])
def test_none_interferes(tmp_path: Path, where: str, servers: int) -> None:
    """With one server for all or one per worker, each test sees its own accounts, clock, limits, faults and calls."""
    done = run(tmp_path, CONFTEST, f"--artifact-emulator={where}")
    assert done.returncode == 0, done.stdout[-4000:] + done.stderr
    assert re.search(r"^200 passed", done.stdout, re.MULTILINE)
    places = [line.split() for line in (tmp_path / "seen").read_text().splitlines()]
    assert len({worker for worker, _ in places}) == 2
    assert len({endpoint for _, endpoint in places}) == servers


def test_interference_is_seen(tmp_path: Path) -> None:
    """The same suite fails when its tests share a world: it would see it."""
    done = run(tmp_path, CONFTEST + SHARED, "--artifact-emulator=run", "--maxfail=1")
    assert done.returncode != 0
    assert re.search(r"^FAILED test_mine.py::test_alone", done.stdout, re.MULTILINE)
