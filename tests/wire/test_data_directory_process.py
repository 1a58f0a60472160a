"""Tests of a server with a data directory, in a process of its own that is killed or runs out of disk."""

import json
import subprocess
import sys
from contextlib import closing
from http.client import HTTPConnection
from itertools import count
from pathlib import Path
from urllib.request import urlopen

import pytest

from tests.support.server_process import SERVE_COMMAND, ServerProcess, clean_environment, server_process

KILL_TEST = Path(__file__).parents[2] / "scripts" / "kill_test"


def create_user(server: ServerProcess, name: str) -> int:
    """Create an IAM user and return the status of the reply."""
    credential = "111122223333/20260101/us-east-1/iam/aws4_request"
    headers = {
        "content-type": "application/x-www-form-urlencoded",
        "authorization": f"AWS4-HMAC-SHA256 Credential={credential}, SignedHeaders=host, Signature=0",
    }
    body = f"Action=CreateUser&Version=2010-05-08&UserName={name}"
    connection = HTTPConnection("127.0.0.1", server.port)
    with closing(connection):
        connection.request("POST", "/", body, headers)
        return connection.getresponse().status


class TestProcess:
    """What the end of a process and the end of a disk leave."""

    def test_killed_server_keeps_what_it_answered(self) -> None:
        """After kills at random moments, no answered call is lost, and none is kept in part."""
        command = [sys.executable, str(KILL_TEST), "--kills", "8"]
        result = subprocess.run(command, capture_output=True, text=True, check=False, env=clean_environment())
        assert result.returncode == 0, result.stdout + result.stderr
        assert "no answered call was lost" in result.stdout

    @pytest.mark.skipif(sys.platform != "linux", reason="Only Linux changes the limits of another process.")
    def test_server_survives_a_full_disk(self, tmp_path: Path) -> None:
        """A server that cannot write answers 503, stays alive, and goes on when there is room."""
        resource = pytest.importorskip("resource")
        command = [*SERVE_COMMAND, "--host", "127.0.0.1", "--data-dir", str(tmp_path)]
        with server_process(command, env=clean_environment(), stderr=subprocess.DEVNULL) as server:
            limit = (tmp_path / "worlds.sqlite3-wal").stat().st_size
            before = resource.prlimit(server.process.pid, resource.RLIMIT_FSIZE, (limit, resource.RLIM_INFINITY))
            kept, status, refused = list[str](), 200, ""
            for number in count():
                refused = f"user{number}"
                if (status := create_user(server, refused)) != 200:
                    break
                kept.append(refused)
            assert status == 503
            with urlopen(f"http://127.0.0.1:{server.port}/_emulator/health") as reply:
                assert json.load(reply)["status"] == "ok"
            resource.prlimit(server.process.pid, resource.RLIMIT_FSIZE, before)
            assert create_user(server, "last") == 200
            assert server.stop() == 0
        shown = subprocess.run(
            [sys.executable, "-m", "artifact_emulator", "data", "show", str(tmp_path), "--world", "default"],
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        assert [name for name in (*kept, refused, "last") if f'"{name}"' in shown] == [*kept, "last"]

    def test_server_with_full_durability_keeps_its_world(self, tmp_path: Path) -> None:
        """With full durability a server answers as before, and the next one has its world."""
        command = [*SERVE_COMMAND, "--host", "127.0.0.1", "--data-dir", str(tmp_path), "--durability", "full"]
        with server_process(command, env=clean_environment()) as server:
            assert create_user(server, "kept") == 200
        with server_process(command, env=clean_environment()) as server:
            assert create_user(server, "kept") == 409

    def test_settings_without_effect_are_named(self, tmp_path: Path) -> None:
        """On a directory with worlds, a warning names the settings of the first world; a new one uses them silently."""
        command = [*SERVE_COMMAND, "--data-dir", str(tmp_path / "data"), "--scenario", "organization", "--seed", "7"]
        logs = []
        for name in ("first", "second"):
            with (tmp_path / name).open("w") as log, server_process(command, env=clean_environment(), stderr=log):
                pass
            logs.append((tmp_path / name).read_text())
        assert logs[0] == ""
        assert logs[1].endswith("already has worlds, so these settings have no effect: --seed, --scenario\n")

    def test_directory_in_use_ends_the_command(self, tmp_path: Path) -> None:
        """A second server on a directory ends with one sentence and status 1."""
        command = [*SERVE_COMMAND, "--host", "127.0.0.1", "--data-dir", str(tmp_path)]
        with server_process(command, env=clean_environment()):
            result = subprocess.run([*command, "--port", "0"], capture_output=True, text=True, check=False)
        assert result.returncode == 1
        assert result.stderr == f"artifact-emulator: {tmp_path} is in use by another process.\n"
