"""The wheel in an empty environment: the command as its users run it, with no SDK beside it."""

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

# Another address of this machine, at which a server of 0.0.0.0 answers and one of 127.0.0.1 does not.
ELSEWHERE = "127.0.0.2"

pytestmark = pytest.mark.xdist_group("packaging")


def run(installed: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run something of the environment's own, away from the tree."""
    command, *rest = arguments
    return subprocess.run(
        [installed / command, *rest],
        cwd=installed,
        env=clean_environment(),
        capture_output=True,
        text=True,
        check=False,
    )


def ask(server: ServerProcess, method: str, path: str, body: str = "", **headers: str) -> tuple[int, bytes]:
    """Send one request; give its status and body."""
    connection = http.client.HTTPConnection(server.host, server.port, timeout=5)
    connection.request(method, path, body, {name.replace("_", "-"): value for name, value in headers.items()})
    answer = connection.getresponse()
    status, content = answer.status, answer.read()
    connection.close()
    return status, content


class TestCommand:
    """The command, without a server."""

    def test_version(self, installed: Path) -> None:
        """`--version` says the version of the distribution."""
        done = run(installed, "artifact-emulator", "--version")
        assert (done.returncode, done.stdout) == (0, f"artifact-emulator {__version__}\n")

    def test_module(self, installed: Path) -> None:
        """`python -m artifact_emulator` is the same command."""
        done = run(installed, "python", "-m", "artifact_emulator", "--version")
        assert (done.returncode, done.stdout) == (0, f"artifact-emulator {__version__}\n")

    def test_models(self, installed: Path) -> None:
        """`models` prints a folder of the installed package that AWS_DATA_PATH can name."""
        done = run(installed, "artifact-emulator", "models")
        folder = Path(done.stdout.strip())
        assert folder.is_relative_to(installed.parent)
        extras = json.loads((folder / "artifact/2018-05-10/service-2.sdk-extras.json").read_text())
        assert "AcceptAgreement" in extras["merge"]["operations"]

    def test_no_command(self, installed: Path) -> None:
        """Without a command it tells how it is used and fails."""
        done = run(installed, "artifact-emulator")
        assert done.returncode == 2
        assert "usage: artifact-emulator" in done.stderr


class TestEnvironment:
    """What the wheel brings into an environment."""

    @pytest.mark.parametrize("module", ["boto3", "botocore", "moto", "pytest", "pip", "emulator", "state", "tests"])
    def test_absent(self, installed: Path, module: str) -> None:
        """No SDK comes with it, no installer stays, and none of our folders takes a name of its user's."""
        done = run(installed, "python", "-c", f"import {module}")
        assert done.returncode == 1
        assert f"No module named '{module}'" in done.stderr


class TestServer:
    """The server, from the wheel alone."""

    def test_health(self, server: ServerProcess) -> None:
        """It is healthy as soon as it says that it is ready, and says which version it is."""
        status, body = ask(server, "GET", "/_emulator/health")
        assert status == 200
        assert json.loads(body)["version"] == __version__

    def test_loopback(self, server: ServerProcess) -> None:
        """Unless asked, it listens on this machine only."""
        with (
            pytest.raises((ConnectionRefusedError, TimeoutError)),
            socket.create_connection((ELSEWHERE, server.port), timeout=1),
        ):
            pass

    def test_call(self, server: ServerProcess) -> None:
        """It answers an AWS call, shapes and catalog included."""
        status, body = ask(
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
    def test_ends(self, server: ServerProcess, number: signal.Signals) -> None:
        """Told to end, it exits with 0 within a second, an idle connection notwithstanding."""
        idle = http.client.HTTPConnection(server.host, server.port, timeout=5)
        idle.request("GET", "/_emulator/health")
        idle.getresponse().read()
        began = time.monotonic()
        assert server.stop(number) == 0
        assert time.monotonic() - began < 1
        idle.close()
