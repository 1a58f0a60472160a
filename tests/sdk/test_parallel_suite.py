"""Tests of a parallel suite, each with its own world, do not affect each other."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.server_process import clean_environment

CONFTEST = 'pytest_plugins = ["artifact_emulator.pytest_plugin"]\n'
SUITE = '''
"""All tests use the same account ids, e-mail addresses and names, so that any shared state makes them fail."""

import os
from datetime import UTC, datetime, timedelta

import pytest
from botocore.exceptions import ClientError

MANAGEMENT, INVITED = "111122223333", "222233334444"
START = datetime(2026, 1, 1, tzinfo=UTC)


@pytest.mark.parametrize("number", range(int(os.environ["TESTS"])))
def test_alone(artifact_world, artifact_emulator, number):
    with open(os.environ["LOG"], "a") as log:
        print(os.environ["PYTEST_XDIST_WORKER"], artifact_emulator.endpoint, file=log)
    organizations = artifact_world.client("organizations", MANAGEMENT)
    with pytest.raises(ClientError, match="AWSOrganizationsNotInUseException"):
        organizations.describe_organization()

    # This test's own clock, quota and fault.
    artifact_world.freeze(START + timedelta(days=number))
    artifact_world.set_quotas({"accounts_per_organization": 3})
    if number % 2:
        error = {"code": "AccessDeniedException"}
        artifact_world.set_fault("organizations", "ListRoots", error=error)

    organizations.create_organization()
    creation = organizations.create_account(Email="same@example.com", AccountName=str(number))["CreateAccountStatus"]
    assert creation["RequestedTimestamp"] == START + timedelta(days=number)
    invitation = organizations.invite_account_to_organization(Target={"Type": "ACCOUNT", "Id": INVITED})["Handshake"]
    artifact_world.client("organizations", INVITED).accept_handshake(HandshakeId=invitation["Id"])
    with pytest.raises(organizations.exceptions.ConstraintViolationException):
        organizations.create_account(Email="fourth@example.com", AccountName="Fourth")

    accounts = organizations.list_accounts()["Accounts"]
    assert len(accounts) == 3
    assert {MANAGEMENT, INVITED} < {account["Id"] for account in accounts}
    assert [account["Name"] for account in accounts if account["Email"] == "same@example.com"] == [str(number)]

    if number % 2:
        with pytest.raises(ClientError, match="AccessDeniedException"):
            organizations.list_roots()
    else:
        assert len(organizations.list_roots()["Roots"]) == 1
    artifact_world.assert_called("CreateOrganization", times=1)
    artifact_world.assert_called("AcceptHandshake", times=1, account=INVITED)
    artifact_world.assert_called("ListRoots", times=1, error="AccessDeniedException" if number % 2 else "")
'''


SHARED_WORLD = """
import pytest

@pytest.fixture
def artifact_world(artifact_emulator):
    return artifact_emulator.world("shared")
"""


def run(folder: Path, conftest: str, tests: int, *options: str) -> subprocess.CompletedProcess[str]:
    """Run the suite in two workers."""
    (folder / "conftest.py").write_text(conftest)
    (folder / "test_mine.py").write_text(SUITE)
    return subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-n", "2", f"--rootdir={folder}", *options],
        cwd=folder,
        env=clean_environment(TESTS=str(tests), LOG=str(folder / "log")),
        capture_output=True,
        text=True,
        check=False,
    )


# Tests of several workers meet only on a shared server; servers of their own take fewer tests to see.
@pytest.mark.parametrize(("option", "servers", "tests"), [("run", 1, 200), ("worker", 2, 20)])
def test_tests_do_not_affect_each_other(tmp_path: Path, option: str, servers: int, tests: int) -> None:
    """With a shared server, and with a server per worker, each test has its own accounts, clock, faults and calls."""
    result = run(tmp_path, CONFTEST, tests, f"--artifact-emulator={option}")
    assert result.returncode == 0, result.stdout[-4000:] + result.stderr
    assert re.search(rf"^{tests} passed", result.stdout, re.MULTILINE)
    log = [line.split() for line in (tmp_path / "log").read_text().splitlines()]
    assert len({worker for worker, _ in log}) == 2
    assert len({endpoint for _, endpoint in log}) == servers


def test_suite_fails_in_shared_world(tmp_path: Path) -> None:
    """The suite fails if its tests share a world, so it would detect any interference."""
    result = run(tmp_path, CONFTEST + SHARED_WORLD, 4, "--artifact-emulator=run")
    assert result.returncode != 0
    assert re.search(r"^FAILED test_mine.py::test_alone", result.stdout, re.MULTILINE)
