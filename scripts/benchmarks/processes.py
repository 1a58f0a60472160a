"""The subject `processes`: one and two emulators behind nginx, as in examples/several-processes."""

import re
import shutil
import socket
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from benchmarks.figures import Figure, Row
from benchmarks.servers import HOST, OURS, Kind, Running, ServerFailed, running
from benchmarks.workload import FIRST, Exchange, expect, organizations_call
from benchmarks.wrk import wrk_load

CONFIGURATION = Path(__file__).parents[2] / "examples/several-processes/nginx.conf"
GROUP = "Several processes"
METHOD = """\
- **Several processes**: the nginx.conf of examples/several-processes with one or two emulators, and wrk with 64
  connections for ten seconds. Each request is DescribeOrganization in the next of 64 worlds. nginx, emulators and wrk
  share the cores of the machine, so that a second process gains less than on a machine with a core for each; the CPU
  time of a request tells what more cores bring. In parentheses: the 99th percentile of the duration of a call."""
DESCRIBE = organizations_call("DescribeOrganization", {}, '"MasterAccountId"')
SETUPS = {
    "one process": (1, False),
    "one process behind nginx": (1, True),
    "two processes behind nginx": (2, True),
}
"""The number of emulators, and whether nginx is before them."""


@dataclass(frozen=True)
class Size:
    """The number of worlds, and the load."""

    worlds: int
    connections: int
    seconds: int


FULL = Size(worlds=64, connections=64, seconds=10)
SMOKE = Size(worlds=4, connections=4, seconds=1)


def measure(report: Callable[[str], None], *, smoke: bool) -> list[Row]:
    """Measure and return the rows; raise ServerFailed without nginx or wrk."""
    missing = [program for program in ("nginx", "wrk") if shutil.which(program) is None]
    if missing:
        raise ServerFailed(f"needs {' and '.join(missing)} (on Debian: apt install nginx-light wrk)")
    size, rows = SMOKE if smoke else FULL, list[Row]()
    for name, (processes, has_nginx) in SETUPS.items():
        report(name)
        rows += _measured(name, processes, size, has_nginx=has_nginx)
    return rows


def _measured(name: str, processes: int, size: Size, *, has_nginx: bool) -> list[Row]:
    with ExitStack() as stack:
        emulators = [stack.enter_context(running(OURS, lambda _: None)) for _ in range(processes)]
        ports = [emulator.port for emulator in emulators]
        nginx = [stack.enter_context(_nginx(ports))] if has_nginx else []
        port = nginx[0].port if nginx else ports[0]
        for number in range(size.worlds):
            _create(port, number)
        before = _cpu(emulators), _cpu(nginx)
        calls = [_in_world(DESCRIBE, number) for number in range(size.worlds)]
        requests, seconds, p99 = wrk_load(port, calls, size.connections, size.seconds)
        emulators_cpu, nginx_cpu = _cpu(emulators) - before[0], _cpu(nginx) - before[1]
    rate = Figure(f"requests per second, {name}", more_is_better=True)
    costs = {"emulators": emulators_cpu} | ({"nginx": nginx_cpu} if has_nginx else {})
    return [
        Row(GROUP, rate, requests / seconds, note=f"{p99 * 1e3:.2f} ms"),
        *(
            Row(GROUP, Figure(f"CPU of {owner} per request, {name}", "ms", 3), cpu / requests * 1e3)
            for owner, cpu in costs.items()
        ),
    ]


def _in_world(call: Exchange, number: int) -> Exchange:
    return Exchange(call.name, call.request.replace(b"POST / ", b"POST /worlds/w%d/ " % number, 1), call.expected)


def _create(port: int, number: int) -> None:
    with socket.create_connection((HOST, port), timeout=30) as connection:
        expect(connection, _in_world(FIRST, number))


def _cpu(servers: Sequence[Running]) -> float:
    return sum(server.cpu_seconds() for server in servers)


@contextmanager
def _nginx(ports: Sequence[int]) -> Iterator[Running]:
    """Run nginx with the configuration of the example, for the emulators on some ports."""
    text = CONFIGURATION.read_text("utf-8")
    upstreams = re.findall(r"^ *server \S+ max_fails=0;\n", text, re.MULTILINE)
    block = "".join(re.sub(r":\d+", f":{port}", upstreams[0]) for port in ports)
    text = text.replace("".join(upstreams), block)
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "nginx.conf"

        def command(port: int) -> list[str]:
            file.write_text(text.replace("listen 127.0.0.1:4700", f"listen 127.0.0.1:{port}"), "utf-8")
            return ["nginx", "-p", folder, "-c", str(file), "-g", "daemon off;"]

        with running(Kind("nginx", command), lambda _: None) as server:
            yield server
