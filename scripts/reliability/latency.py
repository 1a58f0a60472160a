"""Measure how long other clients wait while an emulator reads, writes or frees a world with very many accounts.

A second process makes calls in another world all the time. Fails if one of them takes longer than 50 ms.
"""

import argparse
import http.client
import json
import multiprocessing
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from multiprocessing.connection import Connection as Pipe
from pathlib import Path
from statistics import median, quantiles
from typing import IO, NamedTuple

from artifact_emulator.version import __version__
from artifact_state.model import FeatureSet
from artifact_state.organizations import account_creation, hierarchy, organization, tags
from artifact_state.principals import root_user
from artifact_state.record import replace
from artifact_state.snapshot import write_world
from artifact_state.world import Options, World, default_quotas
from reliability.server import HOST, emulator

MANAGEMENT = "111122223333"
LIMIT_MS = 50.0
_PAUSE = 0.002
_HEADERS = {
    "Content-Type": "application/x-amz-json-1.1",
    "X-Amz-Target": "AWSOrganizationsV20161128.DescribeOrganization",
    "Authorization": f"AWS4-HMAC-SHA256 Credential={MANAGEMENT}/20260101/us-east-1/organizations/aws4_request, "
    "SignedHeaders=host, Signature=0",
}


class Figures(NamedTuple):
    """What other clients saw during one operation."""

    name: str
    seconds: float
    megabytes: float
    calls: int
    median_ms: float
    p99_ms: float
    longest_ms: float


def large_world(accounts: int) -> World:
    """Return a world with an organization: units, and accounts with tags."""
    world = World(options=Options(quotas=replace(default_quotas(), accounts_per_organization=2 * accounts)))
    caller = root_user(MANAGEMENT)
    with world.transaction(caller) as tx:
        root_id = organization.create_organization(tx, FeatureSet.ALL).root_id
    with world.transaction(caller) as tx:
        units = [hierarchy.create_unit(tx, root_id, f"Unit {number}").id for number in range(100)]
    for number in range(1, accounts):
        with world.transaction(caller) as tx:
            creation = account_creation.create_account(tx, name=f"Account {number}", email=f"a{number}@example.com")
            account_id = str(creation.account_id)
            tags.tag_resource(tx, account_id, (("team", str(number % 50)),))
            hierarchy.move_account(tx, account_id, root_id, units[number % len(units)])
    world.events.clear()
    return world


def measure(accounts: int, report: Callable[[str], None]) -> Iterator[Figures]:
    """Yield the figures of each operation."""
    with tempfile.TemporaryDirectory() as folder, emulator() as (_, port):
        files = {name: Path(folder) / name for name in ("snapshot", "scenario", "yaml", "body")}
        report(f"creating {accounts:,} accounts")
        with files["snapshot"].open("w") as file:
            file.writelines(write_world(large_world(accounts), __version__))
        ours, theirs = multiprocessing.Pipe()
        probe = multiprocessing.get_context("spawn").Process(target=_probe, args=(port, theirs), daemon=True)
        probe.start()
        ours.recv()
        for name, method, path, sent, received in _operations(files):
            report(name)
            ours.send(True)
            begin = time.perf_counter()
            size = _request(port, method, path, sent, received)
            seconds = time.perf_counter() - begin
            ours.send(False)
            latencies = ours.recv()
            yield _figures(name, seconds, size, latencies)
            if name == "export scenario":
                # A scenario as a body is a member of the description of a world.
                files["body"].write_text('{"scenario": ' + files["scenario"].read_text() + "}")


def _operations(files: dict[str, Path]) -> Iterator[tuple[str, str, str, Path | None, Path | None]]:
    snapshot, base = files["snapshot"], "/_emulator"
    yield "nothing", "", "", None, None
    yield "import snapshot", "PUT", f"{base}/snapshots/a", snapshot, None
    yield "restore", "POST", f"{base}/snapshots/a/restore", None, None
    yield "export snapshot", "GET", f"{base}/snapshots/a", None, snapshot
    yield "export scenario", "GET", f"{base}/scenario", None, files["scenario"]
    yield "export YAML", "GET", f"{base}/scenario", None, files["yaml"]
    yield "list omissions", "GET", f"{base}/scenario/omissions", None, None
    yield "load scenario", "PUT", f"{base}/worlds/large", files["body"], None
    yield "replace world", "PUT", f"{base}/worlds/large", None, None
    yield "reset", "POST", f"{base}/reset", None, None
    yield "restore again", "POST", f"{base}/snapshots/a/restore", None, None
    yield "fork", "PUT", f"{base}/worlds/fork", None, None
    yield "delete world", "DELETE", f"{base}/worlds/fork", None, None
    yield "delete snapshot", "DELETE", f"{base}/snapshots/a", None, None
    yield "delete default world", "DELETE", f"{base}/worlds/default", None, None


def _request(port: int, method: str, path: str, sent: Path | None, received: Path | None) -> int:
    """Send a request with or without a file, and return the bytes that were sent and received."""
    if not method:
        time.sleep(3)
        return 0
    connection = http.client.HTTPConnection(HOST, port, timeout=600)
    accept = "application/yaml" if received and received.name == "yaml" else "application/json"
    headers = {"Content-Type": "application/json", "Accept": accept}
    body: IO[bytes] | bytes | None = sent.open("rb") if sent else None
    if path.endswith("/worlds/fork") and method == "PUT":
        body = json.dumps({"fork": "default"}).encode()
    if sent:
        headers["Content-Length"] = str(sent.stat().st_size)
    connection.request(method, path, body, headers)
    reply = connection.getresponse()
    size = sent.stat().st_size if sent else 0
    with (received or Path("/dev/null")).open("wb") as file:
        while data := reply.read(1 << 16):
            file.write(data)
            size += len(data)
    if reply.status >= 300:
        raise RuntimeError(f"{method} {path}: {reply.status}")
    return size


def _probe(port: int, pipe: Pipe) -> None:
    """Make calls all the time, and send how long they took when the other side ends a measurement."""
    connection = http.client.HTTPConnection(HOST, port, timeout=600)
    path = "/worlds/other/"
    target = {**_HEADERS, "X-Amz-Target": _HEADERS["X-Amz-Target"].replace("Describe", "Create")}
    _call(connection, "POST", path, target)
    pipe.send(True)
    while True:
        if not pipe.recv():
            continue
        latencies = []
        while not pipe.poll():
            for method, place in (("POST", path), ("GET", "/_emulator/health")):
                begin = time.perf_counter()
                _call(connection, method, place, _HEADERS)
                latencies.append(time.perf_counter() - begin)
            time.sleep(_PAUSE)
        pipe.recv()
        pipe.send(latencies)


def _call(connection: http.client.HTTPConnection, method: str, path: str, headers: dict[str, str]) -> None:
    connection.request(method, path, b"{}" if method == "POST" else None, headers)
    reply = connection.getresponse()
    reply.read()
    if reply.status != 200:
        raise RuntimeError(f"{path}: {reply.status}")


def _figures(name: str, seconds: float, size: int, latencies: list[float]) -> Figures:
    in_ms = [latency * 1_000 for latency in latencies] or [0.0]
    p99 = quantiles(in_ms, n=100)[98] if len(in_ms) > 1 else in_ms[0]
    return Figures(name, seconds, size / 1e6, len(latencies), median(in_ms), p99, max(in_ms))


def _report(text: str) -> None:
    sys.stderr.write(f"{text} ...\n")


def main() -> int:
    """Run the command and return its exit status."""
    parser = argparse.ArgumentParser(prog="scripts/latency", description=__doc__)
    parser.add_argument("--accounts", type=int, default=100_000, help="the accounts of the large world (100000)")
    options = parser.parse_args()
    longest = 0.0
    sys.stdout.write(
        "| operation | time | size | other calls | median | p99 | longest |\n|---|---|---|---|---|---|---|\n"
    )
    for figures in measure(options.accounts, _report):
        name, seconds, size, calls, middle, p99, longest_ms = figures
        sys.stdout.write(f"| {name} | {seconds:.1f} s | {size:.1f} MB | {calls:,} | {middle:.1f} ms | {p99:.1f} ms | ")
        sys.stdout.write(f"{longest_ms:.1f} ms |\n")
        sys.stdout.flush()
        longest = max(longest, longest_ms)
    return 1 if longest > LIMIT_MS else 0


if __name__ == "__main__":
    sys.exit(main())
