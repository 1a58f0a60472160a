"""The wheel in an environment of its own, without an SDK."""

import http.client
import json
import signal
import socket
import subprocess
import time
from pathlib import Path

import pytest

from artifact_emulator import __version__
from tests.support.server_process import ServerProcess, clean_environment

# An address of this machine at which a server on 0.0.0.0 answers, but not one on 127.0.0.1.
OTHER_ADDRESS = "127.0.0.2"

pytestmark = pytest.mark.xdist_group("packaging")


def run(installed: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run a command of the environment, outside of the repository."""
    command, *rest = arguments
    return subprocess.run(
        [installed / command, *rest],
        cwd=installed,
        env=clean_environment(),
        capture_output=True,
        text=True,
        check=False,
    )


def send(server: ServerProcess, method: str, path: str, body: str = "", **headers: str) -> tuple[int, bytes]:
    """Send a request and return the status and body of its reply."""
    connection = http.client.HTTPConnection(server.host, server.port, timeout=5)
    connection.request(method, path, body, {name.replace("_", "-"): value for name, value in headers.items()})
    response = connection.getresponse()
    status, content = response.status, response.read()
    connection.close()
    return status, content


class TestCommand:
    """Commands without a server."""

    def test_version_is_printed(self, installed: Path) -> None:
        """`--version` prints the version of the distribution."""
        result = run(installed, "artifact-emulator", "--version")
        assert (result.returncode, result.stdout) == (0, f"artifact-emulator {__version__}\n")

    def test_module_is_the_same_command(self, installed: Path) -> None:
        """`python -m artifact_emulator` is the same command."""
        result = run(installed, "python", "-m", "artifact_emulator", "--version")
        assert (result.returncode, result.stdout) == (0, f"artifact-emulator {__version__}\n")

    def test_models_folder_is_in_package(self, installed: Path) -> None:
        """`models` prints a folder of the installed package for AWS_DATA_PATH."""
        result = run(installed, "artifact-emulator", "models")
        folder = Path(result.stdout.strip())
        assert folder.is_relative_to(installed.parent)
        extras = json.loads((folder / "artifact/2018-05-10/service-2.sdk-extras.json").read_text())
        assert "AcceptAgreement" in extras["merge"]["operations"]

    def test_missing_command_is_refused_with_usage(self, installed: Path) -> None:
        """Without a command the usage is printed, with status 2."""
        result = run(installed, "artifact-emulator")
        assert result.returncode == 2
        assert "usage: artifact-emulator" in result.stderr


class TestEnvironment:
    """The environment."""

    @pytest.mark.parametrize("module", ["boto3", "botocore", "moto", "pytest", "pip", "emulator", "state", "tests"])
    def test_module_is_not_installed(self, installed: Path, module: str) -> None:
        """No SDK, no installer and no package with a common name is installed."""
        result = run(installed, "python", "-c", f"import {module}")
        assert result.returncode == 1
        assert f"No module named '{module}'" in result.stderr


class TestServer:
    """The server."""

    def test_ready_server_is_healthy(self, server: ServerProcess) -> None:
        """The server is healthy once the ready line is printed, and reports its version."""
        status, body = send(server, "GET", "/_emulator/health")
        assert status == 200
        assert json.loads(body)["version"] == __version__

    def test_server_listens_on_loopback_only(self, server: ServerProcess) -> None:
        """By default the server cannot be reached from other machines."""
        with (
            pytest.raises((ConnectionRefusedError, TimeoutError)),
            socket.create_connection((OTHER_ADDRESS, server.port), timeout=1),
        ):
            pass

    def test_server_answers_aws_call(self, server: ServerProcess) -> None:
        """The server answers an AWS call, which needs shapes and catalog."""
        status, body = send(
            server,
            "POST",
            "/",
            '{"FeatureSet": "ALL"}',
            content_type="application/x-amz-json-1.1",
            x_amz_target="AWSOrganizationsV20161128.CreateOrganization",
            authorization="AWS4-HMAC-SHA256 "
            "Credential=111122223333/20260101/us-east-1/organizations/aws4_request, SignedHeaders=host, Signature=0",
        )
        assert status == 200
        assert json.loads(body)["Organization"]["MasterAccountId"] == "111122223333"

    @pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
    def test_server_ends_within_a_second(self, server: ServerProcess, number: signal.Signals) -> None:
        """On a signal the server exits with 0 within a second, even with an idle connection."""
        idle = http.client.HTTPConnection(server.host, server.port, timeout=5)
        idle.request("GET", "/_emulator/health")
        idle.getresponse().read()
        start = time.monotonic()
        assert server.stop(number) == 0
        assert time.monotonic() - start < 1
        idle.close()
