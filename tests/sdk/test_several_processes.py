"""examples/several-processes: worlds are spread over processes, stay where they are, and outlive their process."""

import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from http.client import HTTPConnection
from pathlib import Path
from typing import Any

import boto3
import pytest
import requests
from botocore.config import Config

from tests.support.command_line import failed_command
from tests.support.dockerfile import ROOT
from tests.support.example_projects import EXAMPLES, WITH_COMMANDS, copy_of
from tests.support.server_process import clean_environment

EXAMPLE = EXAMPLES / "several-processes"
WORLDS = [f"team-{number}" for number in range(16)]
PORTS = re.compile(r"127\.0\.0\.1:(47\d\d)")

if sys.platform != "linux":
    pytest.skip("the tests find processes in Linux's /proc", allow_module_level=True)

pytestmark = [
    pytest.mark.xdist_group("several processes"),
    pytest.mark.skipif(
        not (shutil.which("nginx") and shutil.which("curl")), reason="needs nginx and curl (on Debian: nginx-light)"
    ),
]


class Site:
    """The running example: nginx's endpoint, and the ports of the processes behind it."""

    def __init__(self, endpoint: str, ports: list[str]) -> None:
        self.endpoint = endpoint
        self.ports = ports

    @contextmanager
    def organizations(self, world: str) -> Iterator[Any]:
        """Yield a client of a world, which repeats calls that are answered with 503."""
        client = boto3.client(
            "organizations",
            endpoint_url=f"{self.endpoint}/worlds/{world}",
            region_name="us-east-1",
            aws_access_key_id="111122223333",
            aws_secret_access_key="placeholder",
            config=Config(retries={"total_max_attempts": 8, "mode": "standard"}),
        )
        try:
            yield client
        finally:
            client.close()

    def organization_id(self, world: str) -> str:
        """Return the id of the organization of a world."""
        with self.organizations(world) as client:
            return str(client.describe_organization()["Organization"]["Id"])

    def worlds(self) -> dict[str, set[str]]:
        """Return the worlds of each process, without the default one, which every process has."""
        return {port: self.worlds_of(port) for port in self.ports}

    @staticmethod
    def worlds_of(port: str) -> set[str]:
        """Return the worlds of the process on a port."""
        reply = requests.get(f"http://127.0.0.1:{port}/_emulator/worlds", timeout=15)
        return {world["name"] for world in reply.json()["worlds"]} - {"default"}

    @staticmethod
    def process(port: str) -> int:
        """Return the id of the process on a port."""
        for folder in Path("/proc").glob("[0-9]*"):
            try:
                words = (folder / "cmdline").read_text().split("\0")
            except OSError:  # It has ended.
                continue
            if "serve" in words and port in words:
                return int(folder.name)
        raise AssertionError(port)


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """Run the example on free ports, with an organization in each world."""
    folder = copy_of("several-processes", tmp_path_factory.mktemp("site"))
    configuration = folder / "nginx.conf"
    free = {port: free_port() for port in dict.fromkeys(PORTS.findall(configuration.read_text()))}
    configuration.write_text(PORTS.sub(lambda match: f"127.0.0.1:{free[match[1]]}", configuration.read_text()))
    process = subprocess.Popen(
        [folder / "run", "data"], cwd=folder, env=clean_environment(PATH=f"{WITH_COMMANDS}{os.pathsep}/usr/sbin")
    )
    site = Site(f"http://127.0.0.1:{free.pop('4700')}", list(free.values()))
    try:
        wait_for(site.endpoint)
        for port in site.ports:
            wait_for(f"http://127.0.0.1:{port}")
        for world in WORLDS:
            with site.organizations(world) as client:
                client.create_organization()
        yield site
    finally:
        process.terminate()
        process.wait(timeout=30)


def free_port() -> str:
    """Return a free port."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return str(probe.getsockname()[1])


def wait_for(endpoint: str) -> None:
    """Wait until an emulator answers."""
    for _ in range(300):
        try:
            if requests.get(f"{endpoint}/_emulator/health", timeout=1).ok:
                return
        except requests.ConnectionError:
            pass
        time.sleep(0.1)
    raise AssertionError(endpoint)


def plain_get(endpoint: str, path: str) -> Any:
    """Return the JSON at a path, which requests would decode."""
    with closing(HTTPConnection(endpoint.removeprefix("http://"), timeout=15)) as connection:
        connection.request("GET", path)
        return json.loads(connection.getresponse().read())


class TestDistribution:
    """The distribution of worlds."""

    def test_every_world_is_in_one_process(self, site: Site) -> None:
        """Each process has some of the worlds, and no world is in two."""
        first, second = site.worlds().values()
        assert first
        assert second
        assert sorted([*first, *second]) == sorted(WORLDS)

    def test_control_api_reaches_the_process_of_a_world(self, site: Site) -> None:
        """Both kinds of paths of the control API that name a world reach its process, encoded ones too."""
        for world in WORLDS:
            paths = [f"/_emulator/worlds/{world}", f"/_emulator/worlds/{world.replace('-', '%2D')}"]
            for reply in (plain_get(site.endpoint, path) for path in paths):
                assert reply["organizations"] == 1
            assert plain_get(site.endpoint, f"/worlds/{world}/_emulator/events?name=CreateOrganization")["events"]

    def test_there_is_no_list_of_all_worlds(self, site: Site) -> None:
        """The list of one process is not passed off as that of all."""
        reply = requests.get(f"{site.endpoint}/_emulator/worlds", timeout=15)
        detail = "Ask each process for its worlds: there is no list of all."
        assert (reply.status_code, reply.json()["detail"]) == (501, detail)
        assert reply.headers["Content-Type"] == "application/problem+json"

    def test_command_says_that_there_is_no_list(self, site: Site, capsys: pytest.CaptureFixture[str]) -> None:
        """`worlds list` at nginx's address says nginx's own words."""
        status, error = failed_command(capsys, "worlds", "list", "--endpoint", site.endpoint)
        assert (status, "Ask each process for its worlds" in error) == (1, True)

    def test_snapshot_moves_a_world_to_the_other_process(self, site: Site) -> None:
        """A snapshot that one process exports can be restored in a world of the other."""
        first, second = (sorted(worlds) for worlds in site.worlds().values())
        source, target = (f"{site.endpoint}/worlds/{worlds[0]}/_emulator/snapshots" for worlds in (first, second))
        requests.put(f"{source}/moving", timeout=15).raise_for_status()
        content = requests.get(f"{source}/moving", timeout=15).content
        requests.put(f"{target}/moved", data=content, timeout=15).raise_for_status()
        requests.post(f"{target}/moved/restore", timeout=15).raise_for_status()
        assert site.organization_id(first[0]) == site.organization_id(second[0])


class TestRestart:
    """A process that ends or hangs."""

    @pytest.mark.parametrize("end", [signal.SIGKILL, signal.SIGSTOP])
    def test_worlds_outlive_their_process(self, site: Site, end: signal.Signals) -> None:
        """A killed or hanging process is started again with its worlds; meanwhile, the SDK repeats its calls."""
        before = {world: site.organization_id(world) for world in WORLDS}
        places = site.worlds()
        process = site.process(site.ports[0])
        os.kill(process, end)
        if end is signal.SIGSTOP:
            wait_until_gone(process)
        assert {world: site.organization_id(world) for world in WORLDS} == before
        assert site.worlds() == places
        assert site.process(site.ports[0]) != process

    def test_other_processes_serve_on_and_take_over_nothing(self, site: Site) -> None:
        """While a process is down, its worlds answer 503 and are not created anew in the other process."""
        mine, other = (sorted(worlds) for worlds in site.worlds().values())
        status = Path(f"/proc/{site.process(site.ports[0])}/stat").read_text()
        supervisor = int(status.rpartition(")")[2].split()[1])
        os.kill(supervisor, signal.SIGSTOP)
        try:
            os.kill(site.process(site.ports[0]), signal.SIGKILL)
            reply = requests.post(f"{site.endpoint}/worlds/{mine[0]}/_emulator/reset", timeout=15)
            assert reply.status_code == 503
            assert reply.headers["Retry-After"] == "1"
            assert reply.json()["detail"] == "The emulator that has this world is restarting."
            assert site.organization_id(other[0])
            assert site.worlds_of(site.ports[1]) == set(other)
        finally:
            os.kill(supervisor, signal.SIGCONT)
        assert site.organization_id(mine[0])


def wait_until_gone(process: int) -> None:
    """Wait until a process does not exist."""
    for _ in range(300):
        if not Path(f"/proc/{process}").exists():
            return
        time.sleep(0.1)
    raise AssertionError(process)


class TestUnits:
    """The units of systemd."""

    @pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="needs systemd-analyze")
    def test_units_are_valid(self, tmp_path: Path) -> None:
        """No unit has a fault that systemd finds, once their program exists."""
        for unit in (EXAMPLE / "systemd").iterdir():
            text = unit.read_text().replace("/opt/artifact-emulator/bin/artifact-emulator", "/bin/true")
            (tmp_path / unit.name.replace("@", "@4711")).write_text(text)
        units = sorted(path.name for path in tmp_path.iterdir())
        result = subprocess.run(
            ["systemd-analyze", "verify", "--man=no", *units],
            cwd=tmp_path, capture_output=True, text=True, check=False,
        )  # fmt: skip
        assert (result.returncode, result.stderr) == (0, "")

    def test_units_start_the_ports_of_nginx(self) -> None:
        """The instances that the unit names are the ports of nginx's configuration."""
        text = (EXAMPLE / "systemd/artifact-emulator@.service").read_text().splitlines()[0]
        servers = re.findall(r"server 127\.0\.0\.1:(\d+)", (EXAMPLE / "nginx.conf").read_text())
        assert re.findall(r"artifact-emulator@(\d+)", text) == servers


@pytest.mark.skipif(shutil.which("wrk") is None, reason="needs wrk")
def test_benchmark_has_row_for_each_setup() -> None:
    """`scripts/bench processes` measures one and two processes with the example's configuration."""
    command = [sys.executable, str(ROOT / "scripts/bench"), "processes", "--smoke"]
    result = subprocess.run(command, capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stderr
    rows = re.findall(r"^\| requests per second, (.+?) \| ([\d,]+)", result.stdout, re.MULTILINE)
    assert [name for name, _ in rows] == ["one process", "one process behind nginx", "two processes behind nginx"]
