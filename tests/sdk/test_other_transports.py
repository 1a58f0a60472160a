"""Clients that botocore's own transport does not serve: moto's, aiobotocore's, and those of other processes."""

import os
import site
import subprocess
import venv
from pathlib import Path

import boto3
import pytest
from moto import mock_aws
from moto.core.botocore_stubber import BotocoreStubber

from artifact_emulator import emulate
from artifact_emulator.testing.transports import CLOSED_ENDPOINT, MisplacedMock
from tests.support.dockerfile import ROOT
from tests.support.pytest_suites import SuiteRun
from tests.support.server_process import COMMANDS, clean_environment

ASYNCHRONOUS = """\
import asyncio
import sys

from aiobotocore.config import AioConfig
from aiobotocore.session import get_session
from botocore.exceptions import ClientError, ConnectionClosedError

from artifact_emulator import emulate

config = AioConfig(retries={"max_attempts": 0})
if sys.argv[1] == "httpx":
    from aiobotocore.httpxsession import HttpxSession

    config = AioConfig(retries={"max_attempts": 0}, http_session_cls=HttpxSession)


async def use(emulation):
    session = get_session()
    async with session.create_client("organizations", config=config) as organizations:
        await organizations.create_organization()
        try:
            await organizations.create_organization()
        except organizations.exceptions.AlreadyInOrganizationException as error:
            print(error.response["Error"]["Code"])
        emulation.set_fault("organizations", "ListRoots", reset=True)
        try:
            await organizations.list_roots()
        except ConnectionClosedError:
            print("closed")
    async with session.create_client("iam", config=config) as iam:
        async for page in iam.get_paginator("list_roles").paginate(PathPrefix="/aws-service-role/organizations."):
            print(page["Roles"][0]["RoleName"])
    async with session.create_client("s3", config=config) as s3:
        try:
            await s3.list_buckets()
        except ClientError as error:
            print(error.response["ResponseMetadata"]["HTTPStatusCode"])


with emulate() as emulation:
    asyncio.run(use(emulation))
"""


class TestMoto:
    """`emulate()` and moto's mock in one process."""

    def test_each_answers_its_own_services(self) -> None:
        """Moto answers S3; the emulator answers its own services without any configuration."""
        with mock_aws(), emulate() as emulation:
            boto3.client("s3").create_bucket(Bucket="reports")
            boto3.client("organizations").create_organization()
            boto3.client("organizations").enable_aws_service_access(ServicePrincipal="artifact.amazonaws.com")
            boto3.client("iam").get_role(RoleName="AWSServiceRoleForArtifact")
            assert boto3.client("artifact").list_reports()["reports"]
            assert [bucket["Name"] for bucket in boto3.client("s3").list_buckets()["Buckets"]] == ["reports"]
            emulation.assert_called("CreateOrganization", error="")

    def test_moto_is_restored(self) -> None:
        """After the block moto answers again what it emulates."""
        original = BotocoreStubber.__call__
        with mock_aws():
            with emulate():
                assert BotocoreStubber.__call__ is not original
            assert BotocoreStubber.__call__ is original

    def test_passing_service_is_answered_by_moto(self) -> None:
        """Moto answers even an emulated service that is to pass."""
        with mock_aws(), emulate(passing=["iam"]) as emulation:
            boto3.client("iam").create_user(UserName="alice")
            assert emulation.events("CreateUser") == []

    def test_mock_inside_emulation_is_refused(self) -> None:
        """Moto's mock replaces the credentials, so the error says to enter it first."""
        with emulate(), mock_aws(), pytest.raises(MisplacedMock, match="enter it before"):
            boto3.client("organizations").create_organization()


class TestOtherProcesses:
    """Processes that a test starts inside `emulate()`."""

    def test_command_line_is_led_to_closed_address(self) -> None:
        """The AWS CLI does not reach AWS; its error names what to use instead."""
        with emulate():
            assert os.environ["AWS_ENDPOINT_URL"] == CLOSED_ENDPOINT
            result = subprocess.run(
                [COMMANDS / "aws", "organizations", "list-accounts"],
                env={**os.environ, "AWS_MAX_ATTEMPTS": "1"},
                capture_output=True,
                text=True,
                check=False,
            )
        assert result.returncode != 0
        assert "others-need-artifact_world" in result.stderr
        assert "AWS_ENDPOINT_URL" not in os.environ


@pytest.fixture(scope="module")
def asynchronous(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A Python with aiobotocore, which needs an older botocore than the AWS CLI; the rest is that of the tests."""
    folder = tmp_path_factory.mktemp("asynchronous")
    venv.create(folder, with_pip=True)
    python = folder / ("Scripts" if os.name == "nt" else "bin") / "python"
    command = [str(python), "-m", "pip", "install", "--quiet", "aiobotocore[boto3]>=3.10", "httpx"]
    subprocess.run(command, check=True, env=clean_environment())
    packages = next(folder.glob("lib/python*/site-packages"))
    paths = [str(ROOT / "emulator"), str(ROOT / "state"), *site.getsitepackages()]
    (packages / "tests.pth").write_text("\n".join(paths))
    return python


class TestAiobotocore:
    """Clients of aiobotocore inside `emulate()`."""

    @pytest.mark.parametrize("transport", ["aiohttp", "httpx"])
    def test_clients_are_answered_in_process(self, asynchronous: Path, transport: str) -> None:
        """Answers, errors, pages, lost replies and unsupported services arrive as with botocore."""
        command = [str(asynchronous), "-c", ASYNCHRONOUS, transport]
        result = subprocess.run(command, capture_output=True, text=True, check=False, env=clean_environment())
        lines = ["AlreadyInOrganizationException", "closed", "AWSServiceRoleForOrganizations", "501"]
        assert result.stdout.split() == lines, result.stderr


WITH_SERVER = """
    import boto3
    import pytest
    from moto import mock_aws

    WITHOUT_KEYS = {"core": {"mock_credentials": False}}

    @mock_aws(config=WITHOUT_KEYS)
    def test_each_answers_its_own_services(artifact_world, monkeypatch):
        monkeypatch.setenv("AWS_ENDPOINT_URL_S3", "https://s3.us-east-1.amazonaws.com")
        boto3.client("s3").create_bucket(Bucket="reports")
        boto3.client("organizations").create_organization()
        artifact_world.assert_called("CreateOrganization", error="")

    @mock_aws(config=WITHOUT_KEYS)
    def test_call_that_moto_would_answer_warns(artifact_world):
        organizations = boto3.client("organizations", endpoint_url="https://organizations.us-east-1.amazonaws.com")
        with pytest.warns(UserWarning, match="moto answers"):
            organizations.create_organization()
        assert artifact_world.events() == []
"""


class TestMotoBesideServer:
    """`artifact_world` and moto's mock in one test."""

    def test_each_answers_its_own_services(self, tmp_path: Path) -> None:
        """S3 comes from moto and the emulator's services from the server; a call that moto takes away warns."""
        assert SuiteRun(tmp_path, {"moto": WITH_SERVER}).passed("moto") == 2
