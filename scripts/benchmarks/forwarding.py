"""The subject `forwarding`: what the gate adds to calls that it passes to moto's server."""

import socket
import time
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from statistics import median

from benchmarks.figures import Figure, Row, at_most
from benchmarks.servers import HOST, MOTO, PROGRAMS, Kind, Running, running
from benchmarks.workload import Exchange, WrongAnswer, exchange

GROUP = "Calls that are passed on"
METHOD = """\
- **Calls that are passed on**: `moto_server` alone, and `serve --behind moto`, in turn. Each request is signed by a
  root user and made alone; the figures are the differences of the medians, and the CPU time of the emulator, without
  the server of moto that it starts, as a part of that of `moto_server` for the same calls. `moto_server` closes each
  connection after its answer; the one that the emulator starts keeps them."""
ADDED = Figure("added to the median of a call", "ms", 2, at_most(1))
SHARE = Figure("CPU time, of that of moto", "", 2, at_most(0.15))
_JSON = {"Content-Type": "application/x-amz-json-1.1"}
CALLS = (
    exchange(
        "ssm", "DescribeParameters", {**_JSON, "X-Amz-Target": "AmazonSSM.DescribeParameters"}, "{}", "Parameters"
    ),
    exchange("dynamodb", "ListTables", {**_JSON, "X-Amz-Target": "DynamoDB_20120810.ListTables"}, "{}", "TableNames"),
    exchange(
        "sns",
        "ListTopics",
        {"Content-Type": "application/x-www-form-urlencoded"},
        "Action=ListTopics&Version=2010-03-31",
        "<Topics",
    ),
    exchange("s3", "ListBuckets", {}, "", "<Buckets", method="GET"),
)


_GATE = Kind(
    "the gate",
    lambda port: [str(PROGRAMS / "artifact-emulator"), "serve", "--port", str(port), "--behind", "moto"],
)


@dataclass(frozen=True)
class Size:
    """The number of rounds, and of calls of each kind in a round."""

    rounds: int
    calls: int


FULL = Size(rounds=5, calls=200)
SMOKE = Size(rounds=1, calls=3)


def measure(report: Callable[[str], None], *, smoke: bool) -> list[Row]:
    """Measure and return the rows.

    Raises ServerFailed, WrongAnswer.
    """
    size, rows = SMOKE if smoke else FULL, list[Row]()
    with ExitStack() as stack:
        moto = stack.enter_context(running(MOTO, lambda _: None))
        gate = stack.enter_context(running(_GATE, lambda _: None))
        for call in CALLS:
            report(call.name)
            _loaded(gate, [call] * 3)  # moto and the gate load what the service needs.
            rows += _rows(call, gate, moto, size)
    return rows


def _rows(call: Exchange, gate: Running, moto: Running, size: Size) -> list[Row]:
    added, shares = list[float](), list[float]()
    for _ in range(size.rounds):
        alone, moto_cpu = _measured(moto, [call] * size.calls)
        passed, gate_cpu = _measured(gate, [call] * size.calls)
        added.append(passed - alone)
        # A smoke run is shorter than a tick of the CPU time.
        shares.append(gate_cpu / moto_cpu if moto_cpu else 0.0)
    return [
        Row(GROUP, Figure(f"{call.name}: {figure.name}", figure.unit, figure.digits, figure.target), median(values))
        for figure, values in ((ADDED, added), (SHARE, shares))
    ]


def _measured(server: Running, calls: Sequence[Exchange]) -> tuple[float, float]:
    """Return the median duration of calls in milliseconds, and the CPU time that the server itself took for them."""
    before = server.own_cpu_seconds()
    durations = _loaded(server, calls)
    return median(durations) * 1e3, server.own_cpu_seconds() - before


def _loaded(server: Running, calls: Sequence[Exchange]) -> list[float]:
    """Make calls one after the other and return their durations in seconds.

    Raises WrongAnswer.
    """
    durations, connection = list[float](), None
    for call in calls:
        connection = connection or socket.create_connection((HOST, server.port), timeout=30)
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        start = time.perf_counter()
        connection.sendall(call.request)
        head, body = _reply(connection)
        durations.append(time.perf_counter() - start)
        if not head.startswith(b"http/1.1 200") or call.expected not in body:
            raise WrongAnswer(f"{call.name}: {(head + body).decode(errors='replace')}")
        if b"connection: close" in head:
            connection.close()
            connection = None
    if connection is not None:
        connection.close()
    return durations


def _reply(connection: socket.socket) -> tuple[bytes, bytes]:
    data = b""
    while b"\r\n\r\n" not in data:
        data += _part(connection)
    head, _, body = data.partition(b"\r\n\r\n")
    head = head.lower()
    length = int(head.partition(b"content-length:")[2].split(b"\r\n")[0])
    while len(body) < length:
        body += _part(connection)
    return head, body


def _part(connection: socket.socket) -> bytes:
    part = connection.recv(65536)
    if not part:
        raise WrongAnswer("a server closed the connection within a reply")
    return part
