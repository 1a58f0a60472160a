"""The subject `worlds`: the cost of creating, forking, resetting and deleting worlds, and the memory of many."""

import json
import statistics
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.client import HTTPConnection

from benchmarks.figures import Figure, Row, at_most
from benchmarks.servers import HOST, OURS, Running, running
from benchmarks.workload import WrongAnswer

GROUP, ACCOUNTS = "Worlds", 10
_WORLDS = "/_emulator/worlds"
METHOD = f"""\
- **Worlds**: over HTTP on one connection, 300 times each; the figure is the median, beside the fastest. The forked
  world has {ACCOUNTS} accounts. For the memory, another server creates 1,000 worlds, each from a scenario with
  {ACCOUNTS} accounts, so that no two worlds share any; the figure is the memory of the whole process."""

Send = Callable[[str, str, object], None]


@dataclass(frozen=True)
class Size:
    """The number of runs of each operation, and of worlds for the memory."""

    runs: int
    worlds: int


FULL = Size(runs=300, worlds=1_000)
SMOKE = Size(runs=2, worlds=2)


def measure(report: Callable[[str], None], *, smoke: bool) -> list[Row]:
    """Measure and return the rows."""
    size = SMOKE if smoke else FULL
    report(f"{size.runs} worlds, one after the other")
    with running(OURS, lambda _: None) as server, _control_api(server) as send:
        costs = _costs(send, size.runs)
    report(f"{size.worlds} worlds at once")
    with running(OURS, lambda _: None) as server, _control_api(server) as send:
        for number in range(size.worlds):
            send("PUT", f"{_WORLDS}/{number}", {"scenario": _scenario()})
        megabytes = server.memory_bytes() / 1e6
    many = Figure(f"{size.worlds:,} worlds of {ACCOUNTS} accounts", "MB", 0, at_most(150))
    return [*(_row(name, seconds) for name, seconds in costs.items()), Row(GROUP, many, megabytes)]


def _row(name: str, seconds: list[float]) -> Row:
    figure = Figure(name, "ms", 2, at_most(2))
    return Row(GROUP, figure, statistics.median(seconds) * 1e3, note=f"{min(seconds) * 1e3:.2f} ms")


def _scenario() -> dict[str, object]:
    members = [{"name": f"Account {number}"} for number in range(1, ACCOUNTS)]
    return {"organizations": [{"management": {"id": "111122223333", "name": "Management"}, "accounts": members}]}


def _costs(send: Send, runs: int) -> dict[str, list[float]]:
    """Return the seconds of each run of each operation."""
    send("PUT", f"{_WORLDS}/model", {"scenario": _scenario()})
    calls: dict[str, Callable[[int], tuple[str, str, object]]] = {
        "create a world": lambda number: ("PUT", f"{_WORLDS}/new-{number}", {}),
        "fork a world": lambda number: ("PUT", f"{_WORLDS}/fork-{number}", {"fork": "model"}),
        "reset a world": lambda number: ("POST", f"/worlds/fork-{number}/_emulator/reset", None),
        "delete a world": lambda number: ("DELETE", f"{_WORLDS}/fork-{number}", None),
    }
    return {name: [_timed(send, call(number)) for number in range(runs)] for name, call in calls.items()}


def _timed(send: Send, call: tuple[str, str, object]) -> float:
    start = time.perf_counter()
    send(*call)
    return time.perf_counter() - start


@contextmanager
def _control_api(server: Running) -> Iterator[Send]:
    """Yield a function that calls the control API of a server over one connection."""
    connection = HTTPConnection(HOST, server.port)

    def send(method: str, path: str, body: object) -> None:
        content = None if body is None else json.dumps(body).encode()
        connection.request(method, path, content, {"Content-Type": "application/json"} if content else {})
        reply = connection.getresponse()
        if reply.status not in (200, 204):
            raise WrongAnswer(f"{method} {path}: {reply.status} {reply.read()[:300].decode(errors='replace')}")
        reply.read()

    try:
        yield send
    finally:
        connection.close()
